"""Thread.start, join and is_alive, what tells which threads there are, and threading.local."""

from __future__ import annotations

import _thread
import contextvars
import sys
import threading
from typing import Any

from conclab.explore import engine
from conclab.explore.operation import Kind, Operation
from conclab.explore.outcome import Abort

RealLocal = threading.local
_real_start = threading.Thread.start
_real_join = threading.Thread.join
_real_is_alive = threading.Thread.is_alive
_real_start_new_thread = _thread.start_new_thread
_real_count = _thread._count  # type: ignore[attr-defined]
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
        raise Abort
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
        raise Abort
    if (
        not callable(function)
        or not isinstance(args, tuple)
        or not all(isinstance(one, dict) for one in named)
    ):
        return _real_start_new_thread(function, args, *named)  # raises, and says what is wrong
    name = getattr(function, "__name__", "thread")
    return run.spawn(lambda: function(*args, **dict(*named)), name, daemon=True).ident


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
        return False if run is not None and not self._started.is_set() else _real_is_alive(self)  # type: ignore[attr-defined]
    if run is not None:
        run.announce(Operation(Kind.ASK, obj=task))
    return not getattr(task, "done", False)


class Local:
    """threading.local: attributes that every task has of its own."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Give a thread that is not under test the real one."""
        run = engine.running()
        if run is None and cls is Local:
            return RealLocal()
        if (args or kwargs) and cls.__init__ is object.__init__:
            raise TypeError("Initialization arguments are not supported")
        self = super().__new__(cls)
        object.__setattr__(self, "_local_arguments", (args, kwargs))
        own = object.__getattribute__(self, "__dict__")
        if run is not None:
            run.current.locals[id(self)] = (self, own)
        return self

    def __getattribute__(self, name: str) -> Any:
        _enter(self)
        return object.__getattribute__(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        _refuse(self, name)
        _enter(self)
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        _refuse(self, name)
        _enter(self)
        object.__delattr__(self, name)


Local.__name__ = Local.__qualname__ = "_local"  # as the real one calls itself


def _refuse(local: object, name: str) -> None:
    if name == "__dict__":
        raise AttributeError(f"{type(local).__name__!r} object attribute '__dict__' is read-only")


def _enter(local: Any) -> None:
    """Give the object the attributes of the current task; a subclass is initialised anew for every task."""
    run = engine.running()
    if run is None:
        return
    places = run.current.locals
    found = places.get(id(local))
    if found is not None:
        object.__setattr__(local, "__dict__", found[1])
        return
    arguments = object.__getattribute__(local, "__dict__").get("_local_arguments", ((), {}))
    own = {"_local_arguments": arguments}
    places[id(local)] = (local, own)
    object.__setattr__(local, "__dict__", own)
    if type(local).__init__ is not object.__init__:
        type(local).__init__(local, *arguments[0], **arguments[1])
