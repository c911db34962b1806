"""What can go wrong, and the exit code each kind deserves.

    ConclabError             1  done, and the answer is no
      BadRequestError        2  the request was wrong: the message says what to do
        UnknownNameError     2  no such experiment, variant, ...: the message names the nearest
        ContentError         2  a file in a content folder lacks what it must define
      LaneError              1  a lane could not answer; costs one variant, not the run
        LaneDiedError           it was killed or crashed
        LaneSilentError         it gave no answer in time
        WorkFailedError         it answered that the work raised
      ObserverError          1  one way to observe the GIL does not work here; the next one is tried
      InterruptedRunError  130  Ctrl-C or a termination signal; what was measured is kept

Raised anywhere, turned into text and an exit code by the command line alone.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class ConclabError(Exception):
    """One line that says what is wrong and what to do."""

    exit_code = 1


class BadRequestError(ConclabError):
    """The request was wrong."""

    exit_code = 2


class ContentError(BadRequestError):
    """A file in a content folder lacks what it must define."""


class UnknownNameError(BadRequestError):
    """A name that is not in a table; the message offers the nearest and lists the rest."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = get_close_matches(name, names, n=1, cutoff=0.5)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        super().__init__(f"no {what} named {name!r}{hint}; there are: {', '.join(names) or 'none'}")


class LaneError(ConclabError):
    """A lane could not answer. Costs the variant that was asked for, never the run."""


class LaneDiedError(LaneError):
    """The lane's process ended while an answer was awaited."""


class LaneSilentError(LaneError):
    """The lane gave no answer within the time allowed, and was killed."""


class WorkFailedError(LaneError):
    """The lane is alive and answered that the work raised an exception."""


class ObserverError(ConclabError):
    """One way to observe the GIL does not work here, for the reason given. The next best is tried."""


class InterruptedRunError(ConclabError):
    """Somebody stopped the run. What was measured up to then is kept."""

    exit_code = 130
