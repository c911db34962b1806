"""Where the rounds of `while` loops begin: at the first operation of their tests. Told from the source."""

from __future__ import annotations

import ast
import dis
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conclab.explore import engine

if TYPE_CHECKING:
    from types import CodeType

    from conclab.explore.operation import Operation


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """One loop of the source, by its lines."""

    first: int
    last: int
    begins: tuple[int, int]  # its test
    ends: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Head:
    """The first operation of a test."""

    loop: Loop
    enters: bool  # it is the one before the first round
    alone: bool  # there is no other one


_heads: dict[CodeType, dict[int, Head]] = {}


def head_at(operation: Operation) -> Head | None:
    """If the test of a loop begins with that operation."""
    code: CodeType | None = operation.code
    if code is None:
        return None
    found = _heads.get(code)
    if found is None:
        found = _heads[code] = dict(_find(code))
    return found.get(operation.offset)


def forget() -> None:
    """Code of one exploration must not be kept alive by it."""
    _heads.clear()


def _find(code: CodeType) -> list[tuple[int, Head]]:
    events = engine.STATE.events
    source = None if events is None else events.points.sources.get(code.co_filename)
    if events is None or source is None or source.tree is None:
        return []
    loops = [
        Loop(
            node.lineno,
            node.end_lineno or node.lineno,
            (node.test.lineno, node.test.col_offset),
            (node.test.end_lineno or 0, node.test.end_col_offset or 0),
        )
        for node in ast.walk(source.tree)
        if isinstance(node, ast.While)
    ]
    points = events.points.of(code)
    found: list[tuple[int, Head]] = []
    for loop in loops:
        copies: list[int] = []
        waits = inside = False  # the test is there twice: before the loop, and at the end of each round
        for each in dis.get_instructions(code):
            was, at = inside, each.positions
            if at is None or at.lineno is None or at.end_lineno is None:
                continue
            inside = loop.begins <= (at.lineno, at.col_offset or 0) and (
                (at.end_lineno, at.end_col_offset or 0) <= loop.ends
            )
            if not inside:
                continue
            if not was:
                waits = True
            if waits and each.offset in points:
                copies.append(each.offset)
                waits = False
            elif each.opname.startswith("CALL"):
                waits = False  # what it gives is on the stack, and in no variable
        if len(copies) > 1 or not _is_nested(loop, source.tree):
            found += [
                (offset, Head(loop, enters=offset == copies[0], alone=len(copies) == 1)) for offset in copies
            ]
    return found


def _is_nested(loop: Loop, tree: ast.AST) -> bool:
    """Whether there is a loop around it: then it can be entered again, and nobody might see it."""
    return any(
        isinstance(node, ast.While | ast.For)
        and node.lineno <= loop.first
        and (node.end_lineno or 0) >= loop.last
        and (node.lineno, node.end_lineno) != (loop.first, loop.last)
        for node in ast.walk(tree)
    )
