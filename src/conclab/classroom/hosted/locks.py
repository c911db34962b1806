"""Locks and signals: who has them and who waits is known here, so that a cycle can be named.

The submission's own `threading` primitives are these too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from conclab.classroom.hosted.base import Ask, Hosted, OperationError, Wait, seconds
from conclab.explore.operation import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conclab.classroom.stage.tasks import Task

MOST_NOTIFIED = 1_000_000


class Lock(Hosted):
    """A lock. `owner` has it; `order` is who took it, one after the other."""

    kind = "lock"
    again = False  # whether its owner may take it again
    operations: ClassVar[Mapping[str, Kind]] = {
        "acquire": Kind.ACQUIRE, "release": Kind.RELEASE, "locked": Kind.LOCKED,
    }  # fmt: skip

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.owner: Task | None = None
        self.depth = 0
        self.order: list[str] = []
        self.handed_out = True
        self._is_gate = False
        self._users: set[int] = set()

    def free(self, ask: Ask) -> bool:
        """Whether it could be taken, or need not be."""
        return ask.do != "acquire" or ask.args[:1] == (False,) or self.open_to(ask.task)

    @property
    def leaks(self) -> bool:
        """Whether a task that ends and keeps it does wrong.

        Not if another one gave it back before: then it is a gate, at which somebody waits by taking it twice.
        And not if it is the submission's own and nobody else ever wanted it: a gate that nobody came to.
        """
        return not self._is_gate and (self.handed_out or len(self._users) > 1)

    def open_to(self, task: Task) -> bool:
        """Whether this task could take it now."""
        return self.owner is None or (self.again and self.owner is task)

    def wait_s(self, ask: Ask) -> float | None:
        """How long a try may last."""
        return seconds(ask.args[1]) if ask.do == "acquire" and len(ask.args) > 1 and ask.args[0] else None

    def owners(self, ask: Ask) -> list[Task]:  # noqa: ARG002
        """Who has it."""
        return [] if self.owner is None else [self.owner]

    def do_acquire(self, ask: Ask, blocking: Any = True, timeout: Any = -1) -> bool:  # noqa: ARG002
        """Take it, or say that it is taken."""
        self._users.add(ask.task.id)
        if not self.open_to(ask.task):
            ask.what = f"does not get {self.name}"
            return False
        self.take(ask.task, self.depth + 1)
        ask.what = f"takes {self.name}"
        return True

    def do_release(self, ask: Ask) -> None:
        """Give it back. A plain lock may be given back by anybody, as in Python."""
        if self.owner is None or (self.again and self.owner is not ask.task):
            raise OperationError("RuntimeError", "release unlocked lock")
        ask.what = f"gives {self.name} back"
        self._is_gate = self._is_gate or self.owner is not ask.task
        self.depth -= 1
        if not self.depth:
            self.drop()

    def do_locked(self, ask: Ask) -> bool:
        """Whether somebody has it."""
        ask.what = f"{self.name} is {'taken' if self.owner else 'free'}"
        return self.owner is not None

    def take(self, task: Task, depth: int) -> None:
        """Make this task its owner."""
        if self.owner is not task:
            task.held.append(self)
            self.order.append(task.name)
        self.owner, self.depth = task, depth

    def drop(self) -> int:
        """Nobody is its owner any more; returns how often it had been taken."""
        assert self.owner is not None
        self.owner.held.remove(self)
        self.owner, depth, self.depth = None, self.depth, 0
        return depth


class RLock(Lock):
    """A lock that its owner may take again."""

    kind = "rlock"
    again = True


class Condition(Hosted):
    """A condition over a lock. `waiting` are those who wait and were not notified."""

    kind = "condition"
    operations: ClassVar[Mapping[str, Kind]] = {
        "acquire": Kind.ACQUIRE, "release": Kind.RELEASE, "locked": Kind.LOCKED, "wait": Kind.SET,
        "resume": Kind.RESUME, "notify": Kind.SET, "notify_all": Kind.SET,
    }  # fmt: skip
    internal = frozenset({"resume"})
    LOCKS = frozenset({"acquire", "release", "locked"})

    def __init__(self, lock: Lock | None = None, name: str = "") -> None:
        super().__init__(name)
        self.lock = lock or RLock(f"the lock of {self.name}")
        self.waiting: list[Ask] = []

    def free(self, ask: Ask) -> bool:
        """A waiter goes on when it was notified and the lock is free."""
        if ask.do in self.LOCKS:
            return self.lock.free(ask)
        if ask.do != "resume":
            return True
        return ask not in self.waiting and self.lock.open_to(ask.task)

    def wait_s(self, ask: Ask) -> float | None:
        """How long it waits to be notified."""
        if ask.do in self.LOCKS:
            return self.lock.wait_s(ask)
        return seconds(ask.args[0]) if ask.do == "resume" and ask.args and ask in self.waiting else None

    def owners(self, ask: Ask) -> list[Task]:
        """Whoever has the lock, for those that need no more than that."""
        return [] if ask in self.waiting else self.lock.owners(ask)

    def perform(self, ask: Ask) -> Any:
        """The lock's own operations are the lock's."""
        return self.lock.perform(ask) if ask.do in self.LOCKS else super().perform(ask)

    def wake(self) -> None:
        """For tests: whoever waits goes on though nobody notified, as may happen outside of Python's own."""
        self.waiting.clear()

    def _check(self, ask: Ask, doing: str) -> None:
        if self.lock.owner is not ask.task:
            raise OperationError("RuntimeError", f"cannot {doing} on un-acquired lock")

    def do_wait(self, ask: Ask, timeout: Any = None) -> Wait:
        """Give the lock back and wait, in one step."""
        seconds(timeout)
        self._check(ask, "wait")
        ask.state["depth"] = self.lock.drop()
        self.waiting.append(ask)
        ask.what = f"waits for {self.name}, gives its lock back"
        return Wait("resume")

    def do_resume(self, ask: Ask, timeout: Any = None) -> bool | Wait:  # noqa: ARG002
        """Take the lock again. A waiter whose time is over may have to wait for that as well."""
        if ask in self.waiting:
            self.waiting.remove(ask)
            ask.state["late"] = True
            if not self.lock.open_to(ask.task):
                return Wait("resume")
        self.lock.take(ask.task, ask.state["depth"])
        ask.what = (
            f"goes on{' as its time is over' if ask.state.get('late') else ''}, has the lock of {self.name}"
        )
        return not ask.state.get("late")

    def do_notify(self, ask: Ask, n: Any = 1) -> None:
        """Wake the first of those who wait."""
        self._check(ask, "notify")
        if type(n) is not int:
            raise OperationError("TypeError", "notify takes a number")
        woken, self.waiting = self.waiting[: max(0, n)], self.waiting[max(0, n) :]
        ask.what = f"notifies {self.name}: {', '.join(one.task.name for one in woken) or 'nobody waits'}"

    def do_notify_all(self, ask: Ask) -> None:
        """Wake all."""
        self.do_notify(ask, MOST_NOTIFIED)


class Semaphore(Hosted):
    """A number of places; `most` is the highest number that were taken at once."""

    kind = "semaphore"
    operations: ClassVar[Mapping[str, Kind]] = {"acquire": Kind.ACQUIRE, "release": Kind.RELEASE}

    def __init__(self, value: int = 1, name: str = "", *, bounded: bool = False) -> None:
        super().__init__(name)
        self.value = self.initial = value
        self.bounded = bounded
        self.least = value

    def free(self, ask: Ask) -> bool:
        """Whether there is a place, or none is needed."""
        return ask.do != "acquire" or ask.args[:1] == (False,) or self.value > 0

    def wait_s(self, ask: Ask) -> float | None:
        """How long a try may last."""
        return seconds(ask.args[1]) if ask.do == "acquire" and len(ask.args) > 1 and ask.args[0] else None

    def do_acquire(self, ask: Ask, blocking: Any = True, timeout: Any = None) -> bool:  # noqa: ARG002
        """Take a place."""
        if self.value <= 0:
            ask.what = f"gets no place of {self.name}"
            return False
        self.value -= 1
        self.least = min(self.least, self.value)
        ask.what = f"takes a place of {self.name}, {self.value} left"
        return True

    def do_release(self, ask: Ask, n: Any = 1) -> None:
        """Give places back."""
        if type(n) is not int or n < 1:
            raise OperationError("ValueError", "n must be one or more")
        if self.bounded and self.value + n > self.initial:
            raise OperationError("ValueError", "Semaphore released too many times")
        self.value += n
        ask.what = f"gives a place of {self.name} back, {self.value} left"


class Event(Hosted):
    """Set, or not."""

    kind = "event"
    operations: ClassVar[Mapping[str, Kind]] = {
        "is_set": Kind.ASK, "set": Kind.SET, "clear": Kind.SET, "wait": Kind.WAIT,
    }  # fmt: skip

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.happened = False

    def free(self, ask: Ask) -> bool:
        """Whether it happened."""
        return ask.do != "wait" or self.happened

    def wait_s(self, ask: Ask) -> float | None:
        """How long somebody waits."""
        return seconds(ask.args[0]) if ask.do == "wait" and ask.args else None

    def do_is_set(self, ask: Ask) -> bool:
        """Say whether it is."""
        ask.what = f"{self.name} is {'set' if self.happened else 'not set'}"
        return self.happened

    def do_set(self, ask: Ask) -> None:
        """Let everybody go."""
        self.happened = True
        ask.what = f"sets {self.name}"

    def do_clear(self, ask: Ask) -> None:
        """Stop the next ones."""
        self.happened = False
        ask.what = f"clears {self.name}"

    def do_wait(self, ask: Ask, timeout: Any = None) -> bool:  # noqa: ARG002
        """Go on, since it is set or the time is over."""
        ask.what = f"{self.name} is set" if self.happened else f"waited for {self.name} in vain"
        return self.happened
