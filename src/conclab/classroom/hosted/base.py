"""What a hosted thing is: a closed list of operations, each of which is one step."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from conclab.explore.operation import LOADS, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conclab.classroom.stage.tasks import Task

SHOWN = 60
LONGEST_S = 1e9  # thirty years


class OperationError(Exception):
    """To be raised in the submission, by the name of a class and a text."""

    def __init__(self, name: str, text: str = "") -> None:
        self.name = name
        self.text = text
        super().__init__(f"{name}: {text}")


@dataclass(frozen=True, slots=True)
class Wait:
    """An operation is not over: it goes on as another one of the same thing, when that is free."""

    do: str


@dataclass(slots=True, eq=False)
class Ask:
    """One announced operation of one task."""

    number: int
    task: Task
    target: Hosted
    do: str
    args: tuple[Any, ...]
    at: tuple[str, int] | None  # file and line of the submission, as it says
    deadline: float | None = None
    timed_out: bool = False
    state: dict[str, Any] = field(default_factory=dict)  # of an operation that takes more than one step
    what: str = ""  # what it did, in words
    reads: list[tuple[str, str]] = field(default_factory=list)
    writes: list[tuple[str, str]] = field(default_factory=list)
    told: bool = False  # that it waits

    @property
    def kind(self) -> Kind:
        """What sort of step it is."""
        return self.target.operations[self.do]

    @property
    def obj(self) -> Hosted:
        """What it touches."""
        return self.target

    @property
    def name(self) -> str:
        """The name of that."""
        return self.target.name

    @property
    def reads_only(self) -> bool:
        """Whether doing it again without anybody's writing in between can bring nothing new."""
        return self.kind in LOADS

    @property
    def early(self) -> bool:
        """Whether its deadline is a lower bound that may be over at any time: a sleep."""
        return self.kind is Kind.SLEEP

    def free(self) -> bool:
        """Whether it can be done now."""
        return self.target.free(self)


class Hosted:
    """One thing that the grader keeps. `operations` is the list of what may be asked: all else is refused."""

    kind: ClassVar[str]
    operations: ClassVar[Mapping[str, Kind]]
    internal: ClassVar[frozenset[str]] = frozenset()  # second steps, which nobody may ask for

    def __init__(self, name: str = "") -> None:
        self.name = name or self.kind
        self.number = 0

    def __repr__(self) -> str:
        return self.name

    def spec(self) -> dict[str, Any]:
        """What the worker needs to know to make a stand-in."""
        return {"k": self.kind}

    def free(self, ask: Ask) -> bool:  # noqa: ARG002
        """Whether the operation can be done now."""
        return True

    def wait_s(self, ask: Ask) -> float | None:  # noqa: ARG002
        """How long it may wait at most, in the grader's time; None: for ever."""
        return None

    def label(self, ask: Ask) -> str:  # noqa: ARG002
        """What the operation waits for, in words."""
        return self.name

    def owners(self, ask: Ask) -> list[Task]:  # noqa: ARG002
        """Who would have to do something for it to be free."""
        return []

    def perform(self, ask: Ask) -> Any:
        """Do it. Raises OperationError for what the submission is to see as an exception."""
        least, most = _arity(type(self), ask.do)  # type: ignore[arg-type]
        if not least <= len(ask.args) <= most:
            wanted = f"{least}" if least == most else f"{least} to {most}"
            raise OperationError(
                "TypeError", f"{self.name}.{ask.do} takes {wanted} arguments, {len(ask.args)} were given"
            )
        return getattr(self, f"do_{ask.do}")(ask, *ask.args)


@cache
def _arity(kind: type[Hosted], do: str) -> tuple[int, int]:
    """The fewest and the most arguments of an operation, besides the question itself."""
    _, _, *more = inspect.signature(getattr(kind, f"do_{do}")).parameters.values()
    return sum(one.default is one.empty for one in more), len(more)


def shown(value: Any) -> str:
    """A value for a story."""
    text = repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def seconds(value: Any) -> float | None:
    """A timeout as a submission gives it; None: none. Raises OperationError."""
    if value is None or (type(value) in {int, float} and value < 0):
        return None
    if type(value) not in {int, float} or value != value:  # noqa: PLR0124 - not a number
        raise OperationError("TypeError", "a timeout is a number of seconds")
    if value > LONGEST_S:
        raise OperationError("OverflowError", "timeout value is too large")
    return float(value)
