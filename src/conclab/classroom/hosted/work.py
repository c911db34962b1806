"""Functions that the grader carries out for the submission, and a clock: what is in flight is seen here.

A call is two steps, its begin and its end: others may come in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from conclab.classroom.hosted.base import Ask, Hosted, OperationError, Wait, seconds, shown
from conclab.explore.operation import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conclab.classroom.stage.execution import Execution


@dataclass(slots=True, eq=False)
class Call:
    """One call of a work function, as the grader saw it."""

    args: tuple[Any, ...]
    task: str
    thread: int
    done: bool = False
    cancelled: bool = False


class Work(Hosted):
    """A function with gauges. `result` gets the call's arguments; what it raises is raised in the submission.

    `calls` are all calls in the order of their begin, `inside` those not over, `most` the most at once.
    """

    kind = "work"
    operations: ClassVar[Mapping[str, Kind]] = {"call": Kind.STEP, "finish": Kind.CALL}
    internal = frozenset({"finish"})

    def __init__(self, result: Callable[..., Any], name: str = "") -> None:
        super().__init__(name or getattr(result, "__name__", "work"))
        self.result = result
        self.calls: list[Call] = []
        self.finished: list[Call] = []
        self.inside: list[Call] = []
        self.most = 0
        self.may_finish: Callable[[Call], bool] = lambda _: True

    @property
    def cancelled(self) -> list[Call]:
        """Calls that nobody waits for any more."""
        return [call for call in self.calls if call.cancelled]

    def free(self, ask: Ask) -> bool:
        """A call begins at once; it ends when the author's rule allows it."""
        return ask.do == "call" or self.may_finish(ask.state["call"])

    def perform(self, ask: Ask) -> Any:
        """Begin, or end."""
        return self.begin(ask) if ask.do == "call" else self.finish(ask)

    def begin(self, ask: Ask) -> Wait:
        """Count it in."""
        call = Call(ask.args, ask.task.name, ask.task.id)
        ask.state["call"] = call
        self.calls.append(call)
        self.inside.append(call)
        self.most = max(self.most, len(self.inside))
        ask.what = f"{self._told(ask)} begins, {len(self.inside)} at once"
        return Wait("finish")

    def finish(self, ask: Ask) -> Any:
        """Count it out and make the result."""
        call: Call = ask.state["call"]
        call.done = True
        self.inside.remove(call)
        self.finished.append(call)
        try:
            found = self.result(*call.args)
        except OperationError as error:
            ask.what = f"{self._told(ask)} raises {error.name}"
            raise
        except Exception as error:  # noqa: BLE001 - whatever the author's function raises is meant for the submission
            ask.what = f"{self._told(ask)} raises {type(error).__name__}"
            raise OperationError(type(error).__name__, str(error)) from None
        ask.what = f"{self._told(ask)} returns {shown(found)}"
        return found

    def drop(self, ask: Ask) -> None:
        """The submission does not wait for it any more."""
        call: Call = ask.state["call"]
        call.cancelled = True
        self.inside.remove(call)

    def _told(self, ask: Ask) -> str:
        return f"{self.name}({', '.join(map(shown, ask.args))})"


class AsyncWork(Work):
    """The same, awaited: it begins when it is awaited, and the stage decides which of them ends next."""

    kind = "asyncwork"


class Clock(Hosted):
    """The grader's time: it passes only when nobody can do anything else."""

    kind = "clock"
    operations: ClassVar[Mapping[str, Kind]] = {"sleep": Kind.SLEEP, "monotonic": Kind.CLOCK}

    def __init__(self, stage: Execution, name: str = "") -> None:
        super().__init__(name)
        self.stage = stage

    def free(self, ask: Ask) -> bool:
        """No sleep ends by itself."""
        return ask.do != "sleep"

    def wait_s(self, ask: Ask) -> float | None:
        """How long it lasts."""
        if ask.do != "sleep":
            return None
        given = ask.args[0] if ask.args else None
        if not isinstance(given, int | float):
            raise OperationError("TypeError", "sleep takes a number of seconds")
        if given < 0:
            raise OperationError("ValueError", "sleep length must be non-negative")
        return seconds(given)

    def do_sleep(self, ask: Ask, given: Any) -> None:
        """Its time is over."""
        ask.what = f"has slept for {given:g} s"

    def do_monotonic(self, ask: Ask) -> float:
        """Now."""
        ask.what = f"{self.name} says {self.stage.now:g}"
        return self.stage.now
