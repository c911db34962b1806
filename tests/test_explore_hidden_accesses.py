"""Accesses in C code, in the library and behind other names are seen, and raise no false alarm."""

from __future__ import annotations

import ast

import pytest

from conclab.explore import Verdict, explore
from races.catalogue import HERE

BUDGET = 400


def scenarios(beginning):
    """Functions of the programs whose names begin like that."""
    return [
        pytest.param(f"{path}:{node.name}", id=f"{path.stem}-{node.name}")
        for path in sorted((HERE / "hidden").glob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith(beginning)
    ]


@pytest.mark.parametrize("scenario", scenarios("correct_"))
def test_a_correct_program_is_left_alone(scenario):
    result = explore(scenario, budget=BUDGET)

    assert result.verdict is not Verdict.FAILS, result.text()
    assert result.not_controlled is None


@pytest.mark.parametrize("scenario", scenarios("buggy_"))
def test_a_hidden_access_is_found_and_replayed(scenario):
    result = explore(scenario, budget=BUDGET)

    assert result.verdict is Verdict.FAILS, result.text()
    assert result.document()["failure"]["replays"] == [10, 10]


@pytest.mark.parametrize("scenario", scenarios("buggy_"))
def test_partial_order_reduction_does_not_pass_over_it(scenario):
    """What an operation touches is told well enough for that."""
    result = explore(scenario, policy="reduced", budget=BUDGET)

    assert result.verdict is Verdict.FAILS, result.text()
