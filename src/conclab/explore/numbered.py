"""Tasks and futures of asyncio whose place in a set, and whose name, is the same in every execution.

asyncio keeps tasks in sets, which are ordered by address, and counts names on while the process lives.
"""

from __future__ import annotations

import asyncio

from conclab.explore import engine


def _next_number() -> int:
    run = engine.running()
    if run is None:
        return 0
    run.serial += 1
    return run.serial


def next_name() -> str:
    """Of a task that the program gives no name, as in a process of its own."""
    run = engine.running()
    if run is None:
        return "Task-0"
    run.named += 1
    return f"Task-{run.named}"


class NumberedTask(asyncio.Task):  # type: ignore[type-arg]
    """A task whose place in a set follows the order in which tasks were made."""

    _number: int | None = None

    def __hash__(self) -> int:
        if self._number is None:
            self._number = _next_number()
        return self._number

    __eq__ = object.__eq__


NumberedTask.__name__ = NumberedTask.__qualname__ = "Task"  # what programs and reports print


class NumberedFuture(asyncio.Future):  # type: ignore[type-arg]
    """The same for a future."""

    _number: int | None = None
    made: engine.Site | None = None
    __hash__ = NumberedTask.__hash__
    __eq__ = object.__eq__


NumberedFuture.__name__ = NumberedFuture.__qualname__ = "Future"
