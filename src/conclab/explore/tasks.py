"""A task, and what a policy chooses from. Knows nothing of how a choice is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from conclab.explore.batons import Carrier
    from conclab.explore.decisions import Decisions
    from conclab.explore.operation import Operation


class Task:
    """One thread of the program under test, as the scheduler sees it."""

    def __init__(self, number: int, name: str, carrier: Carrier, *, daemon: bool, thread: Any) -> None:
        self.id = number
        self.name = name
        self.daemon = daemon
        self.thread = thread
        self.baton = carrier.baton
        self.ident = 0
        self.pending: Operation | None = None
        self.free: Callable[[], bool] | None = None  # whether what it waits for is there; None: it can go on
        self.deadline: float | None = None
        self.early = False  # its deadline is a lower bound: it may be over at any time
        self.timed_out = False
        self.done = False
        self.starter: Task | None = None  # who waits for its first announcement
        self.steps = 0
        self.held: list[Any] = []
        self.frame: FrameType | None = None
        self.seen: dict[Operation, int] = {}
        self.idle = 0
        self.aborts = 0
        self.locals: list[Callable[[], Any]] = []  # each threading.local in which it has attributes, weakly
        self.loop: Any = None  # the event loop that was set in it
        self.loop_set = False
        self.error: BaseException | None = None
        self.sources: list[int] = []  # steps that made what it does next possible
        self.last = -1  # its last step
        self.leaves = False  # something that is known when it has ended: a result


class Choice:
    """What a policy chooses from: one object, filled anew for each decision."""

    __slots__ = ("default", "key", "ready", "run", "stays", "tasks")

    def __init__(self, run: Decisions) -> None:
        self.run = run
        self.key: tuple[int, int] = (0, 0)
        self.tasks: Sequence[Task] = ()
        self.default: Task = None  # type: ignore[assignment]
        self.ready = 0  # so many of the tasks can go on; those behind them sleep and would be early
        self.stays = False  # the default is the task that has just run: any other one is a preemption

    def cost(self, position: int) -> int:
        """1 for a preemption, or for a sleep that ends early; 0 for what happens anyway."""
        return int(self.tasks[position] is not self.default and (self.stays or position >= self.ready))
