"""One execution of a submission: hands things out, starts tasks, and answers one question at a time.

Many executions share one worker. That gives a hostile submission a memory from one to the next, and nothing
to use it for: hosted things and their random values are new each time, each execution is judged by itself,
and a submission that behaves well in every one of them has passed them. A worker in which a thread is left,
or a fault was seen, is not used again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conclab.classroom.faults import StuckFault
from conclab.classroom.hosted.locks import Lock
from conclab.classroom.stage.execution import Execution, pending
from conclab.classroom.stage.remote import Remote
from conclab.classroom.stage.stuck import diagnose
from conclab.classroom.stage.tasks import State

if TYPE_CHECKING:
    from conclab.classroom.stage.tasks import Task


class Stage(Execution):
    """What an author's test is written with. See docs/labs.md."""

    def thread(self, name: str, function: Remote, *args: Any, **kwargs: Any) -> Task:
        """Have a thread of this name call it. It begins when the order says so: see run."""
        return self.prepare(self.add(name), function, args, kwargs)

    def coroutine(self, name: str, function: Remote, *args: Any, **kwargs: Any) -> Task:
        """Have a task of an event loop await it."""
        task = self.prepare(self.add(name), function, args, kwargs)
        pending(task).state["message"]["op"] = "acall"
        return task

    def await_(self, function: Remote, *args: Any, **kwargs: Any) -> Any:
        """Await it in an event loop and return its result. Raises StudentError if it raises."""
        self.chooser.steps = 0
        task = self.coroutine("main", function, *args, **kwargs)
        self.until(lambda: task.ended)
        return task.outcome()

    def run(self) -> None:
        """Go on until everybody has ended. Raises the first error that was not yet raised, or StuckFault."""
        self.run_keeping_errors()
        for task in list(self.tasks.values()):
            task.outcome()

    def run_keeping_errors(self) -> None:
        """The same, but errors stay in the tasks: `task.error`."""
        while self.go_on():
            pass
        if any(task.ours and not task.ended for task in self.tasks.values()):
            raise diagnose(self.alive())

    def run_until_blocked(self) -> tuple[Task, ...]:
        """Go on until nobody can; returns those that wait for what only the test can do."""
        while self.go_on():
            pass
        return tuple(self.alive())

    def pass_time(self, seconds: float) -> None:
        """Let so much time pass in which nobody does anything. Whose wait is over then may go on."""
        self.settle()
        self.chooser.now += seconds

    def cancel(self, task: Task) -> None:
        """Cancel a coroutine, as Task.cancel does."""
        self.coroutines.cancel(task)

    def step(self) -> bool:
        """Let one step happen; False if nobody can go on. For tests that look in between."""
        return self.go_on()

    def finish(self) -> None:
        """The end of an execution: everybody ends, and gives back what was taken."""
        self.run()
        for task in self.tasks.values():
            kept = [lock for lock in task.held if isinstance(lock, Lock) and lock.leaks]
            if kept and task.ended and task is not self.main:
                fault = StuckFault(
                    f"{task.name} ended and still has {kept[0].name}: whoever wants it waits for ever"
                )
                fault.kind = "leaked-lock"
                raise fault

    # ---- tasks

    def load(self, file: str) -> None:
        """Import a file of the submission."""
        self.main.state = State.RUNNING
        self.prepare(self.main, Remote(self, 0, file=file), (), {})
        pending(self.main).state["message"]["op"] = "import"
        self.until(lambda: self.main.ended)
        self.main.outcome()
