"""A thread or coroutine of the submission, as the stage knows it. Has what explore's policies look at."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from conclab.classroom.faults import StudentError
    from conclab.classroom.hosted.base import Ask


class State(Enum):
    """What a task is doing."""

    RUNNING = (
        "running"  # in the submission's code: nothing is known until it announces, ends, or time is over
    )
    WAITING = "waiting"  # it announced an operation that was not answered yet
    LOOP = "loop"  # a coroutine: its event loop runs for it
    ENDED = "ended"


class Task:
    """One of them. `result` and `error` are of those that the author started."""

    def __init__(self, number: int, name: str, *, ours: bool = True, daemon: bool = False) -> None:
        self.id = number
        self.name = name
        self.ours = ours
        self.daemon = daemon
        self.state = State.RUNNING
        self.pending: Ask | None = None
        self.held: list[Any] = []
        self.steps = 0
        self.call = 0  # number of the call that it carries out
        self.result: Any = None
        self.error: StudentError | None = None
        self.raised: StudentError | None = None  # that the test has had already: it may have caught it
        self.at: tuple[str, int] | None = None
        self.on_hold = False  # by a test that looks what others can do without it
        self.on_end: Callable[[], None] | None = None  # of a test that looks at the very moment of its end

    def __repr__(self) -> str:
        return self.name

    @property
    def ended(self) -> bool:
        """Whether it came to its end."""
        return self.state is State.ENDED

    @property
    def unheard(self) -> StudentError | None:
        """What it raised, if the test does not know yet."""
        return None if self.error is self.raised else self.error

    def outcome(self) -> Any:
        """What it returned. Raises StudentError if it raised: once, since a test may catch that."""
        if self.unheard is not None:
            self.raised = self.error
            raise self.raised  # type: ignore[misc]  # it is one
        return self.result
