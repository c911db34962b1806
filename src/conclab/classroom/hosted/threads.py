"""Threads of the submission: started, begun, waited for. Not handed out; the worker asks by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from conclab.classroom.hosted.base import Ask, Hosted, OperationError, seconds
from conclab.explore.operation import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conclab.classroom.stage.execution import Execution
    from conclab.classroom.stage.tasks import Task

MOST_THREADS = 500
LONGEST_NAME = 40


class Threads(Hosted):
    """All of them."""

    kind = "thread"
    operations: ClassVar[Mapping[str, Kind]] = {
        "spawn": Kind.STEP, "begin": Kind.STEP, "join": Kind.JOIN, "alive": Kind.ASK,
    }  # fmt: skip

    def __init__(self, stage: Execution) -> None:
        super().__init__("threads")
        self.stage = stage

    def free(self, ask: Ask) -> bool:
        """A join is over when the thread is."""
        return ask.do != "join" or self._of(ask.args).ended

    def wait_s(self, ask: Ask) -> float | None:
        """How long a join lasts."""
        return seconds(ask.args[1]) if ask.do == "join" and len(ask.args) > 1 else None

    def label(self, ask: Ask) -> str:
        """The thread."""
        return self._of(ask.args).name if ask.do == "join" else self.name

    def owners(self, ask: Ask) -> list[Task]:
        """Whom a join waits for."""
        return [self._of(ask.args)] if ask.do == "join" else []

    def _of(self, args: tuple[Any, ...]) -> Task:
        task = self.stage.tasks.get(args[0]) if args and type(args[0]) is int else None
        if task is None:
            raise OperationError("RuntimeError", "no such thread")
        return task

    def do_spawn(self, ask: Ask, name: Any, daemon: Any) -> int:
        """Give it a number; it announces its begin by itself."""
        if len(self.stage.tasks) >= MOST_THREADS:
            raise OperationError("RuntimeError", "can't start new thread")
        task = self.stage.spawned(str(name)[:LONGEST_NAME], daemon=daemon is True)
        ask.what = f"starts {task.name}"
        return task.id

    def do_begin(self, ask: Ask) -> None:
        """Begin."""

    def do_join(self, ask: Ask, number: Any, timeout: Any = None) -> bool:  # noqa: ARG002
        """Its end, or the end of the wait."""
        task = self._of(ask.args)
        ask.what = f"{task.name} has ended" if task.ended else f"waited for {task.name} in vain"
        return task.ended

    def do_alive(self, ask: Ask, number: Any) -> bool:  # noqa: ARG002
        """Whether it has not ended."""
        return not self._of(ask.args).ended
