"""Classic races: every bug is found, told and replayed, and nothing is said against a correct program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import jsonschema
import pytest

import conclab
from conclab.explore import Verdict, explore
from races.catalogue import KINDS, PROGRAMS, TRICKY

SOURCES = Path(conclab.__file__).parent.parent
SCHEMA = json.loads((SOURCES / "conclab" / "explore" / "explore.schema.json").read_text(encoding="utf-8"))
RECORDED = Path(__file__).parent / "races" / "replays.json"
MOST_SCHEDULES = 200
MOST_SWITCHES = 4

found = {}  # replay codes by program, for the tests below

every_program = pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
every_correct = pytest.mark.parametrize("path", [*PROGRAMS, *TRICKY], ids=lambda path: path.stem)


@every_program
def test_a_bug_is_found_told_and_replayed(path):
    """Within 200 schedules, as what it is, with at most four switches, ten times out of ten."""
    result = explore(f"{path}:buggy", budget=MOST_SCHEDULES)
    document = result.document()
    jsonschema.validate(document, SCHEMA)

    assert result.verdict is Verdict.FAILS, result.text()
    assert document["failure"]["kind"] in KINDS[path.stem]
    assert document["failure"]["replays"] == [10, 10]
    assert document["failure"]["switches"] <= MOST_SWITCHES
    assert document["failure"]["mechanism"], document["failure"]["summary"]
    assert document["failure"]["replay"] in result.text()
    found[path.stem] = document["failure"]["replay"], document["failure"]["switches"]


@every_correct
def test_a_correct_program_is_left_alone(path):
    """No alarm, and nothing that could not be controlled."""
    result = explore(f"{path}:correct", budget=MOST_SCHEDULES)
    jsonschema.validate(result.document(), SCHEMA)

    assert result.verdict is not Verdict.FAILS, result.text()
    assert result.not_controlled is None
    assert (result.verdict is Verdict.HOLDS) == result.coverage.exhausted


def test_the_usual_counterexample_needs_one_switch():
    """Shortened, that is."""
    switches = [json.loads(RECORDED.read_text(encoding="utf-8"))[path.stem]["switches"] for path in PROGRAMS]

    assert median(switches) <= 1
    assert max(switches) <= MOST_SWITCHES


REPLAY = """
import json, sys
from conclab.errors import BadRequestError
from conclab.explore import replay
from races.catalogue import PROGRAMS
recorded = json.load(open(sys.argv[1], encoding="utf-8"))
for path in PROGRAMS:
    one = recorded[path.stem]
    for _ in range(int(sys.argv[2])):
        result = replay(f"{path}:buggy", one["replay"])
        kind = str(result.failure.kind) if result.failure else str(result.not_controlled)
        if kind != one["kind"]:
            print(path.stem, one["replay"], kind)
            break
"""


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_a_schedule_replays_in_another_process_and_on_another_version(seed):
    """Recorded under CPython 3.13, replayed here, under other hash seeds."""
    env = os.environ | {
        "PYTHONHASHSEED": seed,
        "PYTHONPATH": os.pathsep.join([str(SOURCES), str(Path(__file__).parent)]),
    }
    done = subprocess.run(
        [sys.executable, "-c", REPLAY, str(RECORDED), "3"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines() == []
