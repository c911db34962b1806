"""`match`: what its patterns read of the subject, of which the instructions tell only the pattern."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from conclab.explore import touching
from conclab.explore.operation import Kind, Operation
from conclab.explore.paths import UNKNOWN, resolver

if TYPE_CHECKING:
    import dis
    from collections.abc import Callable
    from types import FrameType

    from conclab.explore.syntax import Source

READS = {"GET_LEN", "MATCH_KEYS", "MATCH_CLASS", "UNPACK_SEQUENCE", "UNPACK_EX", "DICT_UPDATE"}
Place = tuple[int, int, int, int]


def subjects(node: ast.Match) -> dict[Place, ast.expr | None]:
    """What each pattern is held against, by the pattern's place; None for a part of the subject."""
    found: dict[Place, ast.expr | None] = {}
    for case in node.cases:
        for pattern in ast.walk(case.pattern):
            if isinstance(pattern, ast.pattern):
                found[_place(pattern)] = None
        todo = [case.pattern]
        while todo:
            one = todo.pop()
            found[_place(one)] = node.subject
            match one:
                case ast.MatchOr(patterns=patterns):
                    todo += patterns
                case ast.MatchAs(pattern=ast.pattern() as inner):
                    todo.append(inner)
    return found


def reading(source: Source, each: dis.Instruction) -> tuple[Operation, Any] | None:
    """The point of an instruction that belongs to a pattern."""
    at = each.positions
    place = at and (at.lineno, at.col_offset, at.end_lineno, at.end_col_offset)
    if place not in source.subjects:
        return None
    subject = source.subjects[place]
    if subject in source.private:
        return None
    of = None if subject is None else resolver(subject)
    text = source.segment(subject)
    if each.opname == "MATCH_CLASS":  # attributes of an object
        return Operation(Kind.READ, text=text, touches=lambda _: None), _may_be_object(of)
    operation = Operation(Kind.READ, text=text, touches=touching.inside(of, writes=False))
    return operation, touching.shows_container(of, unknown=True)


def _may_be_object(of: Callable[[FrameType], Any] | None) -> Callable[[FrameType], bool]:
    def shows(frame: FrameType) -> bool:
        obj = UNKNOWN if of is None else of(frame)
        return obj is UNKNOWN or not isinstance(obj, touching.IMMUTABLE)

    return shows


def _place(node: ast.pattern) -> Place:
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset
