"""An asyncio event loop on the scheduler: virtual time, no selector, ready tasks in any order.

Every task that is ready may go first, and so may the oldest callback that the program asked for itself;
what asyncio does for its own needs is done at once and is no choice. A sleep may be over early, as with
threads; a timeout ends when there is nothing else to do.
"""

from __future__ import annotations

import asyncio
import heapq
from typing import TYPE_CHECKING, Any

from conclab.explore import engine
from conclab.explore.operation import Kind, Operation
from conclab.explore.outcome import Abort, NotControlledError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conclab.explore.scheduler import Run

RealLoop: Any = asyncio.BaseEventLoop  # Any: its private parts are used here
INTERNAL = ("asyncio", "concurrent.futures")


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


class Loop(RealLoop):  # type: ignore[misc]
    """The loop that asyncio.run makes for code under test."""

    def __init__(self) -> None:
        super().__init__()
        self._woken = False
        self._made: list[Any] = []
        self._round = Operation(Kind.LOOP, obj=self)
        self._rest = Operation(Kind.WAIT, obj=self)
        self.asleep = False
        self.set_task_factory(self._numbered_task)
        run = engine.running()
        if run is not None:
            run.on_end.append(self._quieten)

    def create_task(self, *args: Any, **kwargs: Any) -> Any:
        """Make a task, and remember it: one that is left over must not be complained of."""
        task = super().create_task(*args, **kwargs)
        self._made.append(task)
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
        """What the virtual clock says."""
        run = engine.running()
        return 0.0 if run is None else run.now

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Say nothing of what happens after the end."""
        run = engine.running()
        if run is not None and not run.aborting and not isinstance(context.get("exception"), Abort):
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
        if run is None or run.aborting:
            raise Abort
        self._drop_cancelled()
        if not self._ready and not self._stopping:
            self._sleep(run)
        self._ripen(run)
        handle = self._oldest_internal()
        if handle is None:
            handle = self._choose(run)
        if handle is not None and not handle._cancelled:
            handle._run()

    def _drop_cancelled(self) -> None:
        while self._scheduled and self._scheduled[0]._cancelled:
            heapq.heappop(self._scheduled)._scheduled = False

    def _sleep(self, run: Run) -> None:
        """Wait for the next timer, or for another thread to wake the loop."""
        self._woken = False
        timers = self._scheduled
        deadline = timers[0]._when if timers else None
        early = bool(timers) and _is_sleep(timers[0])
        self.asleep = True
        # Another thread may be slow: if nobody else can go on, this is what happens anyway.
        run.announce(self._rest, self._free, deadline=deadline, early=early)
        self.asleep = False
        self._woken = False

    def _ripen(self, run: Run) -> None:
        """Timers whose time has come are ready."""
        timers = self._scheduled
        while timers and timers[0]._when <= run.now + 1e-9:
            handle = heapq.heappop(timers)
            handle._scheduled = False
            self._ready.append(handle)

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
        early = [timer for timer in self._scheduled if _is_sleep(timer) and not timer._cancelled]
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

    def _quieten(self) -> None:
        for task in self._made:
            task._log_destroy_pending = False
            if task.done() and not task.cancelled():
                task.exception()
        self._made.clear()
        self._ready.clear()
        self._scheduled.clear()
        self._closed = True

    # What needs a real socket, pipe or process is named, and never waited for.

    async def sock_recv(self, *_: Any) -> Any:
        """Refuse."""
        raise _not_controlled("a real socket in asyncio")

    async def create_connection(self, *_: Any, **__: Any) -> Any:
        """Refuse."""
        raise _not_controlled("a real connection in asyncio (create_connection)")

    async def create_server(self, *_: Any, **__: Any) -> Any:
        """Refuse."""
        raise _not_controlled("a real server in asyncio (create_server)")

    async def subprocess_exec(self, *_: Any, **__: Any) -> Any:
        """Refuse."""
        raise _not_controlled("a subprocess in asyncio")

    async def subprocess_shell(self, *_: Any, **__: Any) -> Any:
        """Refuse."""
        raise _not_controlled("a subprocess in asyncio")

    def _make_socket_transport(self, *_: Any, **__: Any) -> Any:
        raise _not_controlled("a real socket in asyncio")

    def add_reader(self, *_: Any) -> None:
        """Refuse."""
        raise _not_controlled("a file descriptor in asyncio (add_reader)")

    add_writer = add_reader


def _not_controlled(what: str) -> NotControlledError:
    return engine.refuse(f"{what}: its order can't be decided; put a fake in its place")


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
    return module.startswith(INTERNAL)


def _is_sleep(handle: Any) -> bool:
    return getattr(handle._callback, "__name__", "") == "_set_result_unless_cancelled"
