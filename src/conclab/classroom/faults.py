"""What ends a case without a pass: raised in the grader, by what the grader saw.

A Fault says what the submission did. An InfrastructureError is ours: nobody loses a point for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conclab.classroom.model import Reason, Trust
from conclab.errors import ConclabError
from conclab.story.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LONGEST = 2_000
LINES = 40


class Fault(Exception):  # noqa: N818 - the submission's, no error of ours
    """Why a submission did not pass. `text` may hold what the submission said: it is made harmless here."""

    reason = Reason.VALUE
    trust = Trust.GRADER

    def __init__(self, text: str, *, reason: Reason | None = None, line: int | None = None) -> None:
        self.text = clean(text)
        self.reason = reason or self.reason
        self.line = line
        self.columns = ""
        self.schedule = ""
        self.document: dict[str, Any] = {}  # of the execution: what the page to step through is made of
        super().__init__(self.text)


class SilenceFault(Fault):
    """No answer, no announcement and no visible wait within the time allowed."""

    reason = Reason.TIMEOUT


class CrashFault(Fault):
    """The worker ended, or closed its end of the line."""

    reason = Reason.CRASH


class ProtocolFault(Fault):
    """What came was no answer: malformed, too large, too many, out of turn."""

    reason = Reason.PROTOCOL


class StuckFault(Fault):
    """Nobody can go on."""

    reason = Reason.DEADLOCK
    kind = "deadlock"
    details: Sequence[str] = ()


class StudentError(Fault):
    """The submission raised. Its type is a name and its text is text: nothing of it is an object here."""

    reason = Reason.EXCEPTION

    def __init__(self, kind: str, text: str, *, line: int | None = None) -> None:
        self.type = clean(kind, 100)
        self.message = clean(text)
        super().__init__(f"{self.type}: {self.message}", line=line)
        if self.type == "MemoryError":
            self.reason = Reason.MEMORY


class ScheduleFault(Fault):
    """It went wrong under one order of steps, which is kept."""

    reason = Reason.SCHEDULE


class WitnessFault(Fault):
    """Seen inside the worker: enough to take a point away, never to give one."""

    reason = Reason.SCHEDULE
    trust = Trust.WITNESS


class InfrastructureError(ConclabError):
    """No fault of the submission: a worker could not be started, a disk is full."""


def clean(text: object, longest: int = LONGEST, *, lines: int = LINES) -> str:
    """Text from outside that can be shown anywhere: no control characters but line ends, cut."""
    told = "\n".join(map(plain, str(text)[: 2 * longest].split("\n")[:lines]))
    return told if len(told) <= longest else told[: longest - 1] + "…"


def joined(texts: Iterable[str]) -> str:
    """Sentences, those that are there."""
    return " ".join(filter(None, texts))


def said(error: AssertionError) -> str:
    """What an assertion says: the author's words if there are any, else what pytest makes of it."""
    return str(error).split("\nassert ", 1)[0] or "the result is wrong"
