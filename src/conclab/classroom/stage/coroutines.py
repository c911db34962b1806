"""The event loop of the submission, as far as the stage sees it: what is awaited, and when the loop is idle.

The loop runs in a thread of its own and says when nothing in it can go on. What it then waits for (hosted
work, its own timers) is chosen like the next step of a thread: so the order in which awaits end is decided
here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from conclab.classroom.faults import ProtocolFault, StudentError
from conclab.classroom.hosted.base import Ask, Hosted
from conclab.classroom.hosted.work import AsyncWork
from conclab.classroom.stage.tasks import State, Task
from conclab.explore.operation import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conclab.classroom.stage.execution import Execution

LOOP = "the event loop"
LATEST_S = 1e15  # later than any step can bring it


class Timer(Hosted):
    """The loop's next timer."""

    kind = "timer"
    operations: ClassVar[Mapping[str, Kind]] = {"idle": Kind.SLEEP}

    def free(self, ask: Ask) -> bool:  # noqa: ARG002
        """Never by itself: its time has to come."""
        return False

    def do_idle(self, ask: Ask) -> None:
        """Its time has come."""
        ask.what = "a timer ends"


class Coroutines:
    """One loop and what it awaits."""

    def __init__(self, stage: Execution) -> None:
        self.stage = stage
        self.loop: Task | None = None
        self._timer = Timer(LOOP)
        self._waits: dict[int, Task] = {}  # by number of the question
        self._tasks: set[int] = set()

    def is_wait(self, task: Task) -> bool:
        """Whether it is no thread but something that a coroutine waits for."""
        return task.id in self._tasks

    @property
    def idle(self) -> bool:
        """Whether nothing of it is left."""
        return all(wait.ended for wait in self._waits.values())

    def is_loop(self, task: Task) -> bool:
        """Whether it is the loop's own thread."""
        return task is self.loop

    def begun(self, task: Task) -> None:
        """A coroutine was sent to the loop."""
        task.state = State.LOOP
        if self.loop is None:
            self.loop = self.stage.spawned(LOOP, daemon=True)
            self.stage.pipe.send({"op": "loop", "task": self.loop.id})
        self.woken()

    def woken(self) -> None:
        """The loop has something to do, and will say when it has not."""
        assert self.loop is not None
        if self.loop.pending is not None and self.loop.pending.target is not self._timer:
            return  # not idle but in a step of its own, which a coroutine called: it looks when that is over
        self.loop.pending = None
        self.loop.state = State.RUNNING

    def cancel(self, task: Task) -> None:
        """Cancel a coroutine that was begun. The loop hears of it when it is idle."""
        self.stage.settle()
        if task.state is State.WAITING:  # not begun: it never will
            task.pending, task.state = None, State.ENDED
            task.error = StudentError("CancelledError", "")
        elif task.state is State.LOOP:
            self.stage.pipe.send({"op": "cancel", "id": task.call})
            self.woken()

    def awaits(self, ask: Ask) -> None:
        """A coroutine of the loop awaits hosted work: it has begun, and its end is chosen later."""
        if self.loop is None or ask.task is not self.loop or self.loop.state is not State.RUNNING:
            raise ProtocolFault("an await outside of the event loop")
        if not isinstance(ask.target, AsyncWork):
            raise ProtocolFault(f"{ask.target.name} can't be awaited")
        ask.target.begin(ask)
        self.stage.story.add(ask, self.stage.tasks.values(), switch=False)
        ask.do = "finish"

        def own(task: Task) -> Ask:
            ask.task = task
            return ask

        wait = self.stage.add_wait(f"{ask.target.name} {len(ask.target.calls)}", own)
        self._tasks.add(wait.id)
        self._waits[ask.number] = wait

    def take(self, message: dict[str, Any]) -> None:
        """What only a loop says. Raises ProtocolFault for what nobody says."""
        if "idle" in message:
            self._idle(message)
        elif "dropped" in message:
            self._dropped(message["dropped"])
        elif "woken" in message and self.loop is not None:
            if self.loop.state is State.WAITING:
                self.woken()
        else:
            raise ProtocolFault("a message of no known kind")

    def _idle(self, message: dict[str, Any]) -> None:
        number, timer, loop = message.get("idle"), message.get("timer"), self.loop
        if type(number) is not int or loop is None or loop.state is not State.RUNNING:
            raise ProtocolFault("an idle event loop that was not running")
        if timer is not None and not (type(timer) in {int, float} and 0 <= timer < LATEST_S):
            raise ProtocolFault("a timer without a time")
        loop.state = State.WAITING
        loop.pending = Ask(number, loop, self._timer, "idle", (), None, deadline=timer)

    def _dropped(self, number: Any) -> None:
        wait = self._waits.get(number) if type(number) is int else None
        if wait is None:
            raise ProtocolFault("a cancelled wait that is none")
        if wait.ended:
            return  # answered, and cancelled before it knew
        assert wait.pending is not None
        assert isinstance(wait.pending.target, AsyncWork)
        wait.pending.target.drop(wait.pending)
        wait.pending, wait.state = None, State.ENDED
