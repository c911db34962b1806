"""One execution of a submission: tasks, their questions, and answers in the order that a policy chooses."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from conclab.classroom.faults import ProtocolFault
from conclab.classroom.hosted.base import Ask, OperationError, Wait
from conclab.classroom.hosted.own import Calls
from conclab.classroom.stage.choosing import Chooser
from conclab.classroom.stage.circles import Circles
from conclab.classroom.stage.coroutines import Coroutines
from conclab.classroom.stage.hearing import Hearing
from conclab.classroom.stage.making import Making
from conclab.classroom.stage.messages import Reader, packed
from conclab.classroom.stage.remote import Remote
from conclab.classroom.stage.story import Story
from conclab.classroom.stage.stuck import diagnose
from conclab.classroom.stage.tasks import State, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from conclab.classroom.channel.pipe import Pipe
    from conclab.explore.policy import Policy

MAIN = 0


class Execution(Making):
    """The machinery below a stage. Knows nothing of what a test wants."""

    def __init__(self, pipe: Pipe, policy: Policy, *, files: Mapping[str, str], random: Random) -> None:
        super().__init__(random)
        self.pipe = pipe
        self.chooser = Chooser(policy)
        self.reader = Reader(self, files)
        self.story = Story(files)
        self.fingerprint = sha256("".join(files.values()).encode("utf-8", "replace")).hexdigest()[:6]
        self.code = Remote(self, 0, file=next(iter(files)))
        self.main = Task(MAIN, "main")
        self.main.state = State.ENDED
        self.tasks: dict[int, Task] = {MAIN: self.main}
        self.current = self.main
        self.coroutines = Coroutines(self)
        self._circles = Circles()
        self._calls = Calls(self._send_call)
        self._hearing = Hearing(self)

    @property
    def now(self) -> float:
        """The grader's time."""
        return self.chooser.now

    @property
    def left(self) -> tuple[str, ...]:
        """Threads that the submission started and that have not ended."""
        return tuple(
            task.name for task in self.alive() if not task.ours and not self.coroutines.is_loop(task)
        )

    @property
    def clean(self) -> bool:
        """Whether nothing goes on in the worker."""
        return (
            not self.left
            and self.coroutines.idle
            and all(task.ended for task in self.tasks.values() if task.ours)
        )

    @property
    def plan(self) -> list[tuple[tuple[int, int], int]]:
        """Where the order is another one than that which nobody decides."""
        return self.chooser.plan

    @property
    def steps(self) -> int:
        """How many there were."""
        return self.chooser.steps

    def told(self) -> dict[str, Any]:
        """The steps of this execution as a story."""
        return self.story.told(self.tasks.values())

    # ---- tasks

    def call(self, function: Remote, *args: Any, **kwargs: Any) -> Any:
        """Call it as the thread "main" and return its result. Raises StudentError if it raises."""
        self.chooser.steps = 0
        self.main.state, self.main.error, self.main.result = State.RUNNING, None, None
        self.prepare(self.main, function, args, kwargs)
        self.until(lambda: self.main.ended)
        return self.main.outcome()

    def spawned(self, name: str, *, daemon: bool) -> Task:
        """A thread of the submission's own: it will announce its begin."""
        return self.add(name, ours=False, daemon=daemon)

    def add(self, name: str, *, ours: bool = True, daemon: bool = False) -> Task:
        """A new task; the author's own unless it says otherwise."""
        task = Task(max(self.tasks) + 1, name, ours=ours, daemon=daemon)
        self.tasks[task.id] = task
        return task

    def add_wait(self, name: str, ask_of: Callable[[Task], Ask]) -> Task:
        """Something that a coroutine waits for, to be chosen like a thread."""
        task = self.add(name, ours=False, daemon=True)
        self.announce(task, ask_of(task))
        return task

    def prepare(self, task: Task, function: Remote, args: Any, kwargs: Mapping[str, Any]) -> Task:
        """Announce the begin of a call."""
        message = {
            "op": "call", "id": self._next_call(task), "task": task.id, "name": task.name,
            **function.conclab_spot(),
            "args": [packed(one) for one in args],
            "kw": {key: packed(one) for key, one in kwargs.items()},
        }  # fmt: skip
        self.announce(task, Ask(0, task, self._calls, "start", (), None, state={"message": message}))
        return task

    def _next_call(self, task: Task) -> int:
        task.call = secrets.randbits(48)  # an answer can't be sent before the question
        self._hearing.calls[task.call] = task
        return task.call

    def _send_call(self, ask: Ask) -> None:
        message = ask.state["message"]
        ask.task.pending = None
        ask.task.state = State.RUNNING
        if message["op"] == "acall":
            self.coroutines.begun(ask.task)
        self.pipe.send(message)

    def alive(self) -> list[Task]:
        """Everybody who has not ended, but for what coroutines wait for."""
        return [task for task in self.tasks.values() if not task.ended and not self.coroutines.is_wait(task)]

    # ---- the order

    def until(self, reached: Callable[[], bool]) -> None:
        """Go on until that is reached. Raises StuckFault if nobody can."""
        while not reached():
            self.settle()
            if not reached() and not self.go_on():
                raise diagnose(self.alive())

    def go_on(self) -> bool:
        """One step of whoever is chosen; False if nobody can go on."""
        self.settle()
        waiting = [task for task in self.tasks.values() if task.state is State.WAITING and not task.on_hold]
        if not waiting:
            return False
        circling = self._circles.going_round(self.chooser.ready(waiting)) if self._circles.long else ()
        chosen = self.chooser.choose(self.current, waiting, circling)
        if chosen is None and circling:
            raise self._circles.fault(circling)
        if chosen is None:
            return False
        self.current = chosen
        self._perform(chosen)
        return True

    def settle(self) -> None:
        """Listen until nobody runs: everybody has announced an operation, waits or has ended."""
        while running := [task for task in self.tasks.values() if task.state is State.RUNNING]:
            message = self.pipe.receive(f"{running[0].name} of the submission")
            try:
                self._hearing.take(message)
            except ProtocolFault as fault:
                raise self.pipe.end(fault)  # noqa: B904 - the same one
        me = self.current.pending
        if me is not None and not me.told and not me.free():
            me.told = True
            self.story.add(me, self.tasks.values(), switch=False, blocked=True)

    def _perform(self, task: Task) -> None:
        ask = pending(task)
        kind = ask.kind
        switched, self.chooser.switched = self.chooser.switched, False
        raised: OperationError | None = None
        found: Any = None
        try:
            found = ask.target.perform(ask)
        except OperationError as error:
            raised = error
        if raised is None and isinstance(found, Wait):
            ask.do = found.do
            ask.deadline = None
            self._set_deadline(ask)
        elif ask.target is not self._calls:
            task.pending = None
            self._answer(ask, found, raised)
        self._circles.saw(ask, kind, found, now=self.now)
        self.story.add(ask, self.tasks.values(), switch=switched)
        ask.reads, ask.writes, ask.told = [], [], isinstance(found, Wait)

    def _answer(self, ask: Ask, found: Any, raised: OperationError | None) -> None:
        if raised is not None:
            message = {"answer": ask.number, "raise": raised.name, "text": raised.text, "now": self.now}
        else:
            message = {"answer": ask.number, "ok": packed(found), "now": self.now}
        if self.coroutines.is_wait(ask.task):
            ask.task.state = State.ENDED
            self.coroutines.woken()
        else:
            ask.task.state = State.RUNNING
        self.pipe.send(message)

    def announce(self, task: Task, ask: Ask) -> None:
        """From here on the task waits. What makes no sense is answered at once."""
        task.pending = ask
        task.state = State.WAITING
        try:
            self._set_deadline(ask)
            ask.free()
        except OperationError as error:
            task.pending = None
            self._answer(ask, None, error)

    def _set_deadline(self, ask: Ask) -> None:
        wait = ask.target.wait_s(ask)
        ask.deadline = None if wait is None else self.now + wait


def pending(task: Task) -> Ask:
    """What a task that waits has announced."""
    assert task.pending is not None
    return task.pending
