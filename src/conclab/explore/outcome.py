"""How an execution can end, in words that a report can use. Knows nothing of how it came to that."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


class FailureKind(StrEnum):
    """What went wrong in one execution."""

    ASSERTION = "assertion"
    EXCEPTION = "exception"
    DEADLOCK = "deadlock"
    LOST_WAKEUP = "lost-wakeup"
    LIVELOCK = "livelock"
    LEAKED_LOCK = "leaked-lock"
    UNFINISHED = "unfinished-thread"
    NOT_LINEARIZABLE = "not-linearizable"
    NOT_CONTROLLED = "not-controlled"  # nothing is known: the engine did not decide every switch
    DIVERGED = "diverged"  # a replay met another program than the one that was recorded


class Verdict(StrEnum):
    """What an exploration concluded."""

    HOLDS = "holds"  # every schedule up to the bound was tried
    FAILS = "fails"
    UNCLEAR = "unclear"  # a sample was tried, or something could not be controlled


@dataclass(slots=True)
class Failure:
    """The first thing that went wrong in an execution."""

    kind: FailureKind
    summary: str
    task: Any = None
    error: BaseException | None = None
    details: Sequence[str] = field(default_factory=list)
    mechanism: str = ""

    def resembles(self, other: Failure | None) -> bool:
        """Whether both are the same finding, reached on different ways."""
        return other is not None and self.kind is other.kind and _kind(self.error) == _kind(other.error)


def _kind(error: BaseException | None) -> tuple[str, str]:
    """A class by name: where the file is run afresh, its own exceptions are other classes each time."""
    return type(error).__module__, type(error).__qualname__


class Abort(BaseException):
    """Ends a task that is not needed any more. No Exception: programs catch those by habit."""


class NotControlledError(Abort):
    """Code under test did something whose order the engine can't decide; the text names it."""


class WrongResultError(AssertionError):
    """The results of concurrent calls that no order of the same calls, one after the other, could give."""
