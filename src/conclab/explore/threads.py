"""Thread.start, join and is_alive, and what tells which threads there are, as the scheduler knows them."""

from __future__ import annotations

import _thread
import contextvars
import sys
import threading
from typing import Any

from conclab.explore import engine
from conclab.explore.operation import Kind, Operation

_real_start = threading.Thread.start
_real_join = threading.Thread.join
_real_is_alive = threading.Thread.is_alive
_real_start_new_thread = _thread.start_new_thread
_real_enumerate = threading.enumerate
_real_main_thread = threading.main_thread
_real_count = _thread._count
TASK = "_conclab_task"
NUMBER = "_conclab_number"
MISSING: Any = object()


def start(self: threading.Thread) -> None:
    """Thread.start: the thread runs up to the first thing that others can see, and then waits its turn."""
    run = engine.running()
    if run is None:
        _real_start(self)
        return
    if run.aborting:
        run.unwind()
    if not getattr(self, "_initialized", False):
        raise RuntimeError("thread.__init__() not called")
    if getattr(self, TASK, None) is not None:
        raise RuntimeError("threads can only be started once")
    if getattr(self, "_context", None) is None and getattr(sys.flags, "thread_inherit_context", False):
        self._context = contextvars.copy_context()  # type: ignore[attr-defined]
    self._started._flag = True  # type: ignore[attr-defined]
    name = _name(self)
    setattr(self, TASK, run)  # until the task is there
    task = run.spawn(self.run, name, daemon=self.daemon, thread=self)
    setattr(self, TASK, task)


def start_new_thread(function: Any, args: Any, kwargs: Any = MISSING, /) -> int:
    """_thread.start_new_thread: nobody waits for such a thread at the end, as for a daemon."""
    named = () if kwargs is MISSING else (kwargs,)
    run = engine.running()
    if run is None:
        return _real_start_new_thread(function, args, *named)
    if run.aborting:
        run.unwind()
    if (
        not callable(function)
        or not isinstance(args, tuple)
        or not all(isinstance(one, dict) for one in named)
    ):
        return _real_start_new_thread(function, args, *named)  # raises, and says what is wrong
    name = getattr(function, "__name__", "thread")
    return run.spawn(lambda: function(*args, **dict(*named)), name, daemon=True).ident


def main_thread() -> threading.Thread:
    """threading.main_thread: the one in which the scenario runs."""
    run = engine.running()
    return _real_main_thread() if run is None else run.tasks[0].thread


def enumerate_() -> list[threading.Thread]:
    """threading.enumerate: of the program's threads its own, to all others all but those."""
    run = engine.running()
    known: dict[int, threading.Thread] = threading._active  # type: ignore[attr-defined]
    if run is not None:
        return [known[task.ident] for task in run.tasks if not task.done and task.ident in known]
    return [thread for thread in _real_enumerate() if thread.ident not in engine.STATE.carriers]


def active_count() -> int:
    """threading.active_count."""
    return len(enumerate_())


def count() -> int:
    """_thread._count: how many threads run beside the main one."""
    run = engine.running()
    return int(_real_count()) if run is None else sum(not task.done for task in run.tasks[1:])


def _name(thread: threading.Thread) -> str:
    """What a person would call it: the name it was given, or that of its function."""
    given: str = thread.name
    if given.startswith(("Thread-", "ThreadPoolExecutor")):
        target = getattr(thread, "_target", None)
        if given.startswith("Thread-"):
            named = getattr(target, "__name__", None) or (type(thread).__name__ if target is None else None)
            return (
                str(named) if named and str(named).isidentifier() and named != "Thread" else _numbered(given)
            )
        return f"pool-{given.rpartition('_')[2]}"  # without the executor's number, which counts on for ever
    return given


def hash_of(self: threading.Thread) -> int:
    """Threads in a set come in the order in which they were made, and not in that of their addresses."""
    number: int | None = self.__dict__.get(NUMBER)
    if number is None:
        run = engine.running()
        if run is None:
            return object.__hash__(self)
        run.serial += 1
        number = self.__dict__[NUMBER] = run.serial
    return number


def _numbered(given: str) -> str:
    """`Thread-7 (<lambda>)` without what says nothing; the number counts all threads of the process."""
    return given.partition(" ")[0].partition("-")[0].lower()


def join(self: threading.Thread, timeout: float | None = None) -> None:
    """Thread.join."""
    run = engine.running()
    task = getattr(self, TASK, None)
    if run is None or task is None:
        if run is not None and not self._started.is_set():  # type: ignore[attr-defined]
            raise RuntimeError("cannot join thread before it is started")
        task = getattr(self, TASK, None)  # asking lets others go first, who may have started it
        if run is None or task is None:
            _real_join(self, timeout)
            return
    if task is run.current:
        raise RuntimeError("cannot join current thread")
    deadline = None if timeout is None else run.now + max(0.0, timeout)
    if run.record is None:
        run.announce(Operation(Kind.JOIN, obj=task), lambda: bool(task.done), deadline=deadline)
        return
    me = run.current

    def ended() -> bool:
        if task.done and task.last >= 0:
            me.sources.append(task.last)
        return bool(task.done)

    run.announce(Operation(Kind.JOIN, obj=task), ended, deadline=deadline)


def is_alive(self: threading.Thread) -> bool:
    """Thread.is_alive."""
    run = engine.running()
    task = getattr(self, TASK, None)
    if task is None:
        if run is not None and not self._started.is_set():  # type: ignore[attr-defined]
            return False
        task = getattr(self, TASK, None)  # asking lets others go first, who may have started it
        if task is None:
            return _real_is_alive(self)
    if task is run and run is not None:
        return True  # it asks for itself, before anybody else can
    if run is not None:
        run.announce(Operation(Kind.ASK, obj=task))
    return not getattr(task, "done", False)
