"""What the worker says, as events of known tasks. Whatever fits nobody ends the case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conclab.classroom.faults import Fault, ProtocolFault
from conclab.classroom.hosted.base import Ask, Hosted
from conclab.classroom.hosted.own import Own
from conclab.classroom.hosted.threads import Threads
from conclab.classroom.hosted.work import Clock
from conclab.classroom.stage.tasks import State, Task

if TYPE_CHECKING:
    from conclab.classroom.stage.execution import Execution

MOST_PENDING = 64


class Hearing:
    """Listens for one execution."""

    def __init__(self, execution: Execution) -> None:
        self.execution = execution
        self.calls: dict[int, Task] = {}  # those that an answer is awaited for, by number
        self._own = Own(execution.hosted, execution.reader.place)
        self._threads = Threads(execution)
        self._time = Clock(execution, "time")
        self._asked = 0

    def take(self, message: dict[str, Any]) -> None:
        """One message. Raises ProtocolFault."""
        if "ask" in message:
            self._asks(message)
        elif "done" in message:
            self._done(message)
        elif "end" in message:
            self._end(message)
        else:
            self.execution.coroutines.take(message)

    def _asks(self, message: dict[str, Any]) -> None:
        number, task, do, args = (message.get(key) for key in ("ask", "task", "do", "args"))
        if type(number) is not int or number <= self._asked:
            raise ProtocolFault("a question that came twice, or out of turn")
        self._asked = number
        asking = self.execution.tasks.get(task) if type(task) is int else None
        if asking is None:
            raise ProtocolFault("a question of a thread that was not started by threading.Thread")
        if type(args) is not list or type(do) is not str:
            raise ProtocolFault("a question without arguments")
        if sum(one.pending is not None for one in self.execution.tasks.values()) >= MOST_PENDING:
            raise ProtocolFault(f"more than {MOST_PENDING} questions at once")
        target = self._target(message)
        values = tuple(self.execution.reader.value(one) for one in args)
        ask = Ask(number, asking, target, do, values, self.execution.reader.place(message.get("at")))
        asking.at = ask.at or asking.at
        if message.get("async") is True:
            self.execution.coroutines.awaits(ask)
        elif asking.state is not State.RUNNING:
            raise ProtocolFault(f"a question of {asking.name}, which was not running")
        else:
            self.execution.announce(asking, ask)

    def _target(self, message: dict[str, Any]) -> Hosted:
        number, kind, do = message.get("obj"), message.get("k"), message.get("do")
        target: Hosted | None
        if type(number) is int and number > 0:
            target = self.execution.hosted.get(number)
        elif number == 0:
            target = {"thread": self._threads, "time": self._time}.get(kind if type(kind) is str else "")
        else:
            target = self._own.find(message)
        if target is None:
            raise ProtocolFault("a question about something that was not handed out")
        if do not in target.operations or do in target.internal:
            raise ProtocolFault(f"{target.name} has no operation {do!r}")
        return target

    def _done(self, message: dict[str, Any]) -> None:
        number = message.get("done")
        task = self.calls.get(number) if type(number) is int else None
        if task is None or task.call != number or task.state not in {State.RUNNING, State.LOOP}:
            raise ProtocolFault("an answer that nobody waits for")
        task.state = State.ENDED
        try:
            task.result = self.execution.reader.ending(message)
        except Fault as fault:
            if isinstance(fault, ProtocolFault):
                raise
            task.error = fault  # type: ignore[assignment]
        if task.on_end is not None:
            task.on_end()

    def _end(self, message: dict[str, Any]) -> None:
        number = message.get("end")
        task = self.execution.tasks.get(number) if type(number) is int else None
        if task is None or task.ours or task.state is not State.RUNNING:
            raise ProtocolFault("an end of a thread that was not running")
        task.state = State.ENDED
        if "error" in message:
            task.error = self.execution.reader.error(message["error"])
