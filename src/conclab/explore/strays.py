"""Notices that a program is another one each time: it did not follow the schedule that it was given.

And says by what that may be: calls in the code under test whose results no scheduler decides.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from conclab.explore.outcome import Failure, FailureKind
from conclab.explore.policies.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conclab.explore.points import Points
    from conclab.explore.policy import Policy
    from conclab.explore.syntax import Source

SUSPECTS = {
    "urandom", "getrandom", "SystemRandom", "token_bytes", "token_hex", "token_urlsafe", "randbits",
    "randbelow", "uuid1", "uuid4", "now", "utcnow", "today", "id", "hash", "getpid", "get_ident",
    "get_native_id", "default_rng", "listdir", "scandir", "glob", "iterdir", "process_time", "thread_time",
    "getrefcount",
}  # fmt: skip
MOST = 4  # of them in one sentence


def strayed(policy: Policy) -> bool:
    """Whether the last execution left the part of its schedule that an earlier one had gone as well."""
    now: Any = getattr(policy, "now", policy)
    return (isinstance(now, Plan) and not now.followed) or bool(getattr(now, "strayed", False))


def failure(points: Points, schedule: int) -> Failure:
    """What is said of it."""
    return Failure(
        FailureKind.NOT_CONTROLLED,
        f"schedule {schedule:,} went another way than one with the same beginning: the program depends on "
        f"more than the order of its threads{named(points)}",
    )


def named(points: Points) -> str:
    """The calls in functions that were run that may be to blame, with their lines."""
    ran = {(code.co_filename, line) for code in points.table for _, _, line in code.co_lines()}
    found = [
        f"{ast.unparse(call.func)}() at line {call.lineno}"
        for name, source in points.sources.items()
        for call in _suspects(source)
        if (name, call.lineno) in ran
    ]
    if not found:
        return " (time, addresses, random numbers of the system, the network, what ran before)"
    more = ", ..." if len(found) > MOST else ""
    return f"; look at {', '.join(found[:MOST])}{more}"


def _suspects(source: Source) -> Iterator[ast.Call]:
    for node in ast.walk(source.tree) if source.tree is not None else ():
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in SUSPECTS:
                yield node
