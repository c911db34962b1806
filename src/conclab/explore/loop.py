"""An asyncio event loop on the scheduler: virtual time, no selector, ready tasks in any order.

Every task that is ready may go first, and so may the oldest callback that the program asked for itself;
what asyncio does for its own needs is done at once and is no choice. A sleep may be over early, as with
threads; a timeout ends when there is nothing else to do.
"""

from __future__ import annotations

import asyncio
import heapq
import inspect
import math
import weakref
from typing import TYPE_CHECKING, Any

from conclab.explore import engine
from conclab.explore.clock import TICK_S
from conclab.explore.offline import Offline
from conclab.explore.operation import Kind, Operation
from conclab.explore.outcome import Abort

if TYPE_CHECKING:
    from collections.abc import Callable

    from conclab.explore.scheduler import Run

RealLoop: Any = asyncio.BaseEventLoop  # Any: its private parts are used here
INTERNAL = ("asyncio", "concurrent")
PATIENCE = 20  # rounds without an operation, and other threads have their turn
OFTEN = 500  # questions after the time at one instant


def _next_number() -> int:
    run = engine.running()
    if run is None:
        return 0
    run.serial += 1
    return run.serial


class NumberedTask(asyncio.Task):  # type: ignore[type-arg]
    """A task whose place in a set follows the order in which tasks were made, not its address."""

    _number: int | None = None

    def __hash__(self) -> int:
        if self._number is None:
            self._number = _next_number()
        return self._number

    __eq__ = object.__eq__


class NumberedFuture(asyncio.Future):  # type: ignore[type-arg]
    """The same for a future."""

    _number: int | None = None
    __hash__ = NumberedTask.__hash__
    __eq__ = object.__eq__


class Loop(Offline, RealLoop):  # type: ignore[misc]
    """The loop that asyncio.run makes for code under test."""

    def __init__(self) -> None:
        super().__init__()
        self._woken = self._inner = False  # inner: the current callback is asyncio's own
        self._made: list[Any] = []
        self._round = Operation(Kind.YIELD)
        self._asked_at = 0.0
        self._seen = self._rounds = self._asked = 0
        # Handles by id, kept so that no other one gets it: that were ready together; ripe timeouts and what
        # they bring about.
        self._batch: dict[int, Any] = {}
        self._due: dict[int, Any] = {}
        self._last: list[Any] = []
        self._rest = Operation(Kind.WAIT, obj=self)
        self.set_task_factory(self._numbered_task)
        run = engine.running()
        if run is not None:
            run.on_end.append(self._quieten)

    def create_task(self, *args: Any, **kwargs: Any) -> Any:
        """Make a task, and remember it: one that is left over must not be complained of."""
        task = super().create_task(*args, **kwargs)
        self._made.append(weakref.ref(task))
        return task

    def _numbered_task(self, loop: Any, coro: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        if kwargs.get("name", "") is None:
            del kwargs["name"]  # 3.13 hands it on, and a task would be called None
        return NumberedTask(coro, loop=self, **kwargs)

    def create_future(self) -> Any:
        """Make a future that keeps its place in a set."""
        return NumberedFuture(loop=self)

    def _call_soon(self, *args: Any) -> Any:
        """From another thread this is an operation: the loop may be asleep, or not yet."""
        run = engine.running()
        if run is not None and self._thread_id not in {None, run.ident}:
            run.announce(Operation(Kind.CALL, "call_soon", obj=self))
        return super()._call_soon(*args)

    def time(self) -> float:
        """What the virtual clock says; whoever asks again and again must see it move."""
        run = engine.running()
        if run is None:
            return 0.0
        self._asked = self._asked + 1 if run.now == self._asked_at or self._asked > OFTEN else 0
        if self._asked > OFTEN:
            run.now += TICK_S * (self._asked - OFTEN)
        self._asked_at = run.now
        return run.now

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Say nothing of what happens after the end, nor what asyncio would have said at some time."""
        run = engine.running()
        never = self._exception_handler is None and "never retrieved" in context.get("message", "")
        if run is None or run.aborting or never or isinstance(context.get("exception"), Abort):
            return
        super().call_exception_handler(context)

    def _process_events(self, event_list: Any) -> None:
        pass

    def _write_to_self(self) -> None:
        self._woken = True

    def _check_running(self) -> None:
        super()._check_running()
        if engine.running() is None:
            raise Abort

    def _free(self) -> bool:
        return self._woken

    def _run_once(self) -> None:
        run = engine.running()
        if run is None:
            raise Abort
        if run.aborting:
            run.unwind()
        run.looped(self)
        self._pace(run)
        self._drop_cancelled()
        stops = self._stopping  # already: what is ready is done, and nothing is waited for
        if not self._ready and not stops:
            self._sleep(run)
        self._ripen(run)
        if stops:
            self._last = list(self._ready)
        else:
            self._step(run)
        if self._stopping:
            self._finish()

    def _step(self, run: Run) -> None:
        """One callback."""
        if not any(id(handle) in self._batch for handle in self._ready):
            self._batch = {id(handle): handle for handle in self._ready}
        handle = self._oldest_internal()
        self._inner = handle is not None
        if handle is None:
            handle = self._choose(run)
        if handle is not None:
            self._batch.pop(id(handle), None)
            self._run(handle)

    def stop(self) -> None:
        """Stop when the current batch of callbacks is done; what they ask for has to wait."""
        super().stop()
        self._last = [one for one in self._ready if self._inner or id(one) in self._batch]

    def _finish(self) -> None:
        for handle in self._last:
            if handle in self._ready:
                self._ready.remove(handle)
                self._run(handle)
        self._last = []

    def _run(self, handle: Any) -> None:
        if handle._cancelled:
            return
        before = len(self._ready)
        handle._run()
        if id(handle) in self._due:  # what a timeout brings about is due as well
            del self._due[id(handle)]
            self._due.update((id(one), one) for one in list(self._ready)[before:])

    def _pace(self, run: Run) -> None:
        """A loop that goes round and round lets other threads go on, and comes to an end itself."""
        if run.steps != self._seen:
            self._seen, self._rounds = run.steps, 0
        self._rounds += 1
        if self._rounds > PATIENCE:
            run.announce(self._round)
            self._seen = run.steps

    def _drop_cancelled(self) -> None:
        while self._scheduled and self._scheduled[0]._cancelled:
            heapq.heappop(self._scheduled)._scheduled = False

    def _sleep(self, run: Run) -> None:
        """Wait for the next timer, or for another thread to wake the loop."""
        self._woken = False
        timers = self._scheduled
        deadline = timers[0]._when if timers else None
        early = bool(timers) and _is_sleep(timers[0])
        # Another thread may be slow: if nobody else can go on, this is what happens anyway.
        run.announce(self._rest, self._free, deadline=deadline, early=early)
        self._woken = False

    def _ripen(self, run: Run) -> None:
        """Timers whose time has come are ready."""
        timers = self._scheduled
        while timers and timers[0]._when <= run.now + 1e-9:
            handle = heapq.heappop(timers)
            handle._scheduled = False
            self._ready.append(handle)
            if not _is_sleep(handle):
                self._due[id(handle)] = handle

    def _oldest_internal(self) -> Any:
        """What asyncio itself asked for: it must be done, and its order is nobody's business."""
        for position, handle in enumerate(self._ready):
            if handle._cancelled or _is_internal(handle):
                del self._ready[position]
                return handle
        return None

    def _choose(self, run: Run) -> Any:
        ready = self._ready
        places = []
        plain = False
        for position, handle in enumerate(ready):
            if _task(handle) is not None:
                places.append(position)
            elif not plain:
                plain = True
                places.append(position)
        early = self._sleeps()
        count = len(places) + (len(early) if places else 0)
        number = run.pick(count) if count > 1 else 0
        if not places:
            return None
        if number >= len(places):
            handle = early[number - len(places)]
            self._scheduled.remove(handle)
            heapq.heapify(self._scheduled)
            handle._scheduled = False
            run.now = max(run.now, handle._when)
            return handle
        handle = ready[places[number]]
        del ready[places[number]]
        if run.trace is not None:
            run.trace.callback(handle, _task(handle))
        return handle

    def _sleeps(self) -> list[Any]:
        """Sleeps that may be over early: none that would overtake a callback or a timeout."""
        if any(id(handle) in self._due or _task(handle) is None for handle in self._ready):
            return []
        self._due.clear()
        left = [timer for timer in self._scheduled if not timer._cancelled]
        first = min((timer._when for timer in left if not _is_sleep(timer)), default=math.inf)
        return [timer for timer in left if _is_sleep(timer) and timer._when < first]

    def _quieten(self) -> None:
        for task in filter(None, [made() for made in self._made]):
            task._log_destroy_pending = False
            if task.done() and not task.cancelled():
                task.exception()
            if not task.done() and inspect.getcoroutinestate(task.get_coro()) == inspect.CORO_CREATED:
                task.get_coro().close()  # else it would complain of never having been awaited
        for kept in (self._made, self._batch, self._due, self._last):
            kept.clear()
        self._ready.clear()
        self._scheduled.clear()
        self._closed = True


def _task(handle: Any) -> Any:
    owner = getattr(handle._callback, "__self__", None)
    return owner if isinstance(owner, asyncio.Task) else None


def _is_internal(handle: Any) -> bool:
    if _task(handle) is not None:
        return False
    callback: Callable[..., Any] = handle._callback
    while hasattr(callback, "func"):
        callback = callback.func
    module = getattr(callback, "__module__", None) or ""
    return module.partition(".")[0] in INTERNAL


def _is_sleep(handle: Any) -> bool:
    return getattr(handle._callback, "__name__", "") == "_set_result_unless_cancelled"
