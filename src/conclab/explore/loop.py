"""An asyncio event loop on the scheduler: virtual time, no selector, ready tasks in any order.

What is ready stands in a queue: what the program asked for by call_soon, call_later or add_done_callback
overtakes nothing and is overtaken by nothing. Tasks between two of these may go in any order: asyncio
promises none, and an await stands for one that takes longer. What asyncio does for itself is no choice.

A sleep may be over early, but before no task that has not begun; a timeout ends when nothing else is to do.
"""

from __future__ import annotations

import asyncio
import heapq
import math
import weakref
from typing import TYPE_CHECKING, Any

from conclab.explore import engine
from conclab.explore.clock import TICK_S
from conclab.explore.handles import drop_unawaited, has_begun, hush, is_internal, is_sleep, task_of
from conclab.explore.numbered import NumberedFuture, NumberedTask, next_name
from conclab.explore.offline import Offline
from conclab.explore.operation import Kind, Operation
from conclab.explore.outcome import Abort

if TYPE_CHECKING:
    from conclab.explore.scheduler import Run

RealLoop: Any = asyncio.BaseEventLoop  # Any: its private parts are used here
EAGER = getattr(asyncio, "eager_task_factory", object())
PATIENCE = 20  # rounds without an operation, and other threads have their turn
OFTEN = 500  # questions after the time at one instant


class Loop(Offline, RealLoop):  # type: ignore[misc]
    """The loop that asyncio.run makes for code under test."""

    def __init__(self) -> None:
        super().__init__()
        self._woken = self._inner = False  # inner: the current callback is asyncio's own
        self._made: list[Any] = []
        self._round = Operation(Kind.YIELD, obj=self)
        self._asked_at = 0.0
        self._seen = self._rounds = self._asked = self._numbered = 0
        # Handles by id, kept so that no other one gets it: that were ready together; ripe timeouts and what
        # they bring about.
        self._batch: dict[int, Any] = {}
        self._due: dict[int, Any] = {}
        self._last: list[Any] = []
        self._places: dict[int, int] = {}  # of timers, by id: who asked first comes first
        self._rest = Operation(Kind.WAIT, obj=self)
        run = engine.running()
        if run is not None:
            run.on_end.append(self._quieten)

    def create_task(self, coro: Any, **kwargs: Any) -> Any:
        """Make a task, and remember it: one that is left over must not be complained of."""
        run = engine.running()
        if run is None or run.aborting:
            coro.close()  # else it would complain of never having been awaited
            raise Abort
        factory = self._task_factory
        if factory is None or factory is EAGER:
            self._check_closed()
            given = {name: value for name, value in kwargs.items() if value is not None}
            given.setdefault("name", next_name())
            eager = {} if factory is None else {"eager_start": True}
            task: Any = NumberedTask(coro, loop=self, **(eager | given))
        else:
            task = super().create_task(coro, **kwargs)
        self._made.append(weakref.ref(task))
        return task

    def unfinished(self) -> list[Any]:
        """The tasks that are not done, in the order in which they were made."""
        return [task for made in self._made if (task := made()) is not None and not task.done()]

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> Any:
        """Call it then; of two that are asked for at the same virtual time the first comes first."""
        timer = super().call_at(when, callback, *args, context=context)
        self._numbered += 1
        self._places[id(timer)] = self._numbered
        return timer

    def close(self) -> None:
        """Close it; of an execution that is being ended nothing complains."""
        run = engine.running()
        if run is None or run.aborting:
            drop_unawaited(self._ready)
        super().close()

    def create_future(self) -> Any:
        """Make a future that keeps its place in a set."""
        future = NumberedFuture(loop=self)
        if engine.running() is not None:
            future.made = engine.made(future)
        return future

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
        handle = self._next(run)
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
        early = bool(timers) and is_sleep(timers[0])
        # Another thread may be slow: if nobody else can go on, this is what happens anyway.
        run.announce(self._rest, self._free, deadline=deadline, early=early)
        self._woken = False

    def _ripen(self, run: Run) -> None:
        """Timers whose time has come are ready."""
        timers = self._scheduled
        ripe = []
        while timers and timers[0]._when <= run.now + 1e-9:
            ripe.append(heapq.heappop(timers))
        for handle in sorted(ripe, key=self._place):
            handle._scheduled = False
            self._ready.append(handle)
            if not is_sleep(handle):
                self._due[id(handle)] = handle

    def _place(self, timer: Any) -> tuple[float, int]:
        return timer._when, self._places.get(id(timer), 0)

    def _next(self, run: Run) -> Any:
        """The next callback: asyncio's own, or any task, or if none comes before it the program's own."""
        ready = self._ready
        places = []
        self._inner = False
        for position, handle in enumerate(ready):
            if handle._cancelled or is_internal(handle):
                self._inner = True
                del ready[position]
                return handle
            if task_of(handle) is None:
                break
            places.append(position)
        if places:
            return self._choose(run, places)
        return self._tell(run, ready.popleft()) if ready else None

    def _choose(self, run: Run, places: list[int]) -> Any:
        """One of the tasks at these places of the queue, or one that sleeps."""
        early = self._sleeps()
        count = len(places) + len(early)
        number = run.pick(count) if count > 1 else 0
        if number >= len(places):
            return self._end_early(run, early[number - len(places)])
        handle = self._ready[places[number]]
        passed = [task_of(self._ready[place]) for place in places[:number]]
        del self._ready[places[number]]
        self._tell(run, handle)
        if run.trace is not None and passed:
            run.trace.coroutines.overtakes(task_of(handle), passed)
        return handle

    def _end_early(self, run: Run, timer: Any) -> Any:
        """A sleep is over before its time; whoever slept goes on at once."""
        self._scheduled.remove(timer)
        heapq.heapify(self._scheduled)
        timer._scheduled = False
        run.now = max(run.now, timer._when)
        before = len(self._ready)
        self._run(timer)
        if len(self._ready) == before or task_of(self._ready[before]) is None:
            return None
        handle = self._ready[before]
        del self._ready[before]
        self._tell(run, handle)
        if run.trace is not None:
            run.trace.coroutines.overtakes(task_of(handle), [])
        return handle

    def _tell(self, run: Run, handle: Any) -> Any:
        if run.trace is not None:
            run.trace.callback(handle, task_of(handle))
        return handle

    def _sleeps(self) -> list[Any]:
        """Sleeps that may be over early: none that would overtake a callback, a timeout or a beginning."""
        for handle in self._ready:
            task = task_of(handle)
            if id(handle) in self._due or task is None or not has_begun(task):
                return []
        self._due.clear()
        left = [timer for timer in self._scheduled if not timer._cancelled]
        first = min((timer._when for timer in left if not is_sleep(timer)), default=math.inf)
        return sorted((timer for timer in left if is_sleep(timer) and timer._when < first), key=self._place)

    def _quieten(self) -> None:
        for task in filter(None, [made() for made in self._made]):
            hush(task)
        drop_unawaited(self._ready)
        for kept in (self._made, self._batch, self._due, self._last, self._places):
            kept.clear()
        self._ready.clear()
        self._scheduled.clear()
        self._closed = True
