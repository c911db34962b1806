"""What can't be controlled, by name: it is refused at the call instead of being waited for.

Real sockets and files that others write to, processes, selectors, input, the end of the process. Threads
that are not under test are let through.
"""

from __future__ import annotations

import _thread
import asyncio
import builtins
import functools
import multiprocessing.process
import os
import select
import selectors
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from conclab.explore import engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FAKE = "its order can't be decided; put a fake in its place"
SOCKET = (
    "connect", "connect_ex", "accept", "recv", "recv_into", "recvfrom", "recvfrom_into", "recvmsg",
    "recvmsg_into", "sendall",
)  # fmt: skip
PROCESS = ("fork", "forkpty", "system", "posix_spawn", "posix_spawnp", "execv", "execve")
SIGNALS = ("pause", "sigwait", "sigwaitinfo", "sigtimedwait")
SELECT = ("select", "poll", "epoll", "kqueue", "devpoll")
SELECTORS = ("SelectSelector", "PollSelector", "EpollSelector", "DevpollSelector", "KqueueSelector")
ENDS = ("_exit", "abort")


def refused() -> Iterator[tuple[Any, str, Callable[..., Any]]]:
    """What to put in whose place."""
    for owner, name, what, why in _list():
        if hasattr(owner, name):
            yield owner, name, _refusal(getattr(owner, name), what, why)


def _list() -> Iterator[tuple[Any, str, str, str]]:
    for name in SOCKET:
        yield socket.socket, name, f"a real socket ({name})", FAKE
    for name in PROCESS:
        yield os, name, f"another process (os.{name})", FAKE
    for name in SIGNALS:
        yield signal, name, f"a wait for a signal (signal.{name})", FAKE
    for name in SELECT:
        yield select, name, f"a wait for file descriptors (select.{name})", FAKE
    for name in SELECTORS:
        yield getattr(selectors, name, None), "select", "a wait for file descriptors (a selector)", FAKE
    for name in ENDS:
        yield os, name, f"the end of the whole process (os.{name})", "nothing could be checked after it"
    loop = "a real event loop"
    own = "asyncio.run and asyncio.new_event_loop make one that can be controlled"
    yield asyncio.BaseEventLoop, "_run_once", loop, own
    uvloop = sys.modules.get("uvloop")
    for name in ("new_event_loop", "run", "Loop"):
        yield uvloop, name, f"{loop} (uvloop)", own
    if not hasattr(sys, "monitoring"):
        yield (
            sys,
            "settrace",
            "sys.settrace, by which the program is followed on this version",
            "leave it out",
        )
    yield subprocess.Popen, "__init__", "a subprocess", FAKE
    yield multiprocessing.process.BaseProcess, "start", "a process (multiprocessing)", FAKE
    yield builtins, "input", "input from a person", FAKE
    yield (
        _thread,
        "start_joinable_thread",
        "a thread of _thread.start_joinable_thread",
        "use threading.Thread",
    )


def _refusal(real: Callable[..., Any], what: str, why: str) -> Callable[..., Any]:
    @functools.wraps(real)
    def refusal(*args: Any, **kwargs: Any) -> Any:
        if engine.running() is None:
            return real(*args, **kwargs)
        frame = engine.own_frame(2)
        where = f" at line {frame.f_lineno}" if frame is not None else ""
        raise engine.refuse(f"{what}{where}: {why}")

    return refusal
