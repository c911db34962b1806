"""What comes of one tool on one program, and who is to blame for an exception."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from parts.programs import Program

REPLAYS = 10
ONE_RUN_S = 5.0  # frontrun's own limit for one schedule, interleave-test's is 30


class Verdict(StrEnum):
    """How an exploration ended."""

    FOUND = "found"  # a schedule that fails
    SEEN = "seen"  # a failure, and no schedule
    NOTHING = "nothing"
    BARE = "bare exception"  # the program's exception leaves the tool
    OTHER = "another failure"  # than the bug's; told by the conductor
    INCONCLUSIVE = "inconclusive"
    CRASH = "crash"  # the tool's own exception
    HANG = "hang"  # told by the conductor
    UNSUPPORTED = "not supported"
    MISSING = "not installed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one tool made of one program."""

    verdict: Verdict
    kind: str = ""  # of the failure, as the catalogue names kinds
    detail: str = ""
    schedules: int = 0
    seconds: float = 0.0
    replays: tuple[int, int] = (0, 0)  # so many of so many failed in the same way
    exhausted: bool = False  # it says that it has tried all, up to its bound


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done."""

    program: Program
    path: Path
    function: str
    budget: int
    seconds: float
    seed: int


def kind_of(error: BaseException | None) -> str:
    """What the catalogue calls it."""
    return "assertion" if isinstance(error, AssertionError) else "exception"


def words(error: BaseException | None) -> str:
    """What a person reads of it."""
    return f"{type(error).__name__}: {error}"[:300] if error is not None else ""


def of_the_tool(error: BaseException | None, task: Task) -> bool:
    """Whether the program has no part in it: a failed assertion of others, or what a tool says of itself."""
    if error is None or isinstance(error, ImportError):
        return True
    last = traceback.extract_tb(error.__traceback__)[-1].filename
    if isinstance(error, AssertionError):
        return last != str(task.path)
    return "interleave_test" in str(error) or type(error).__module__.startswith(("frontrun", "interleave"))
