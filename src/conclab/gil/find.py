"""Where CPython keeps the GIL of the current interpreter. Reads memory of this process alone.

There is no public address and the offsets differ from version to version, so the struct is found by
what the interpreter itself writes into it: `sys.setswitchinterval` stores a number of our choice,
followed by the thread state of whoever took the GIL last, which is the one that asks. Knows nothing
of observers.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conclab.here import gil_enabled

if TYPE_CHECKING:
    from collections.abc import Iterator

# struct _gil_runtime_state (Include/internal/pycore_gil.h), the same from 3.11 to 3.14 on 64 bits:
#     +0 unsigned long interval (us)   +8 PyThreadState *last_holder   +16 int locked
#     +24 unsigned long switch_number  +32 cond   mutex   switch_cond   switch_mutex
HEAD = struct.Struct("<QQi4xQ")
POINTER_BYTES = 8
COND_BYTES = 48  # pthread_cond_t, glibc and musl, 64 bits

MAGIC_US = (4321, 5432)  # near the 5000 of a fresh interpreter: other threads notice nothing
# The state of the main interpreter lies inside _PyRuntime, that of others is a block of its own;
# the struct was seen at most 120 kB into either.
REACH_BYTES = 1 << 19
THREAD_STATE_BYTES = 1024  # native_thread_id was seen at 144 to 184

_calibrating = threading.Lock()


@dataclass(frozen=True, slots=True)
class Gil:
    """Addresses of one GIL and its parts. Waiting for the GIL is sleeping on one of the parts."""

    address: int
    cond: int  # waited for with a timeout by who wants the GIL, signalled by who drops it
    mutex: int
    switch_cond: int  # waited for by who was forced to drop it, signalled by who took it
    switch_mutex: int
    size_bytes: int


def why_not() -> str:
    """Say why nothing can be found here; an empty string where `find` should succeed."""
    if sys.platform != "linux" or sys.implementation.name != "cpython":
        return "the GIL can be found in CPython on Linux only"
    if os.uname().machine not in {"x86_64", "aarch64"} or struct.calcsize("P") != POINTER_BYTES:
        return "the layout of the GIL is known on x86_64 and aarch64, 64 bits, only"
    return "" if gil_enabled() else "the GIL is off"


def find() -> Gil | None:
    """Return the GIL of the interpreter that calls; None where there is none or not exactly one hit.

    The switch interval is changed for a few milliseconds, and back whatever happens.
    """
    if why_not():
        return None
    with _calibrating, _own_memory() as read:
        if read is None:
            return None
        hits = _candidates(read)
    return _laid_out(hits.pop()) if len(hits) == 1 else None


def native_id_offset() -> int | None:
    """How far into a thread state the operating system's thread id is stored; None if it can't be found."""
    if why_not():
        return None
    with _own_memory() as read:
        state = b"" if read is None else read(_thread_state(), THREAD_STATE_BYTES)
    # The two ids have stood side by side since 3.11: pthread's, then the kernel's.
    ident = struct.pack("<QQ", threading.get_ident(), threading.get_native_id())
    at = state.find(ident)
    return at + 8 if at >= 0 and state.find(ident, at + 1) < 0 else None


def _candidates(read: _Read) -> set[int]:
    """Addresses that hold each magic number while it is set, followed by this thread, with the GIL taken."""
    state = _thread_state()
    bases = {ctypes.addressof(ctypes.c_char.in_dll(ctypes.pythonapi, "_PyRuntime")), _interpreter_state()}
    hits: set[int] | None = None
    with _interval_kept():
        for magic in MAGIC_US:
            _set_interval_us(magic)
            found = {hit for base in bases for hit in _search(read, base, magic, state)}
            hits = found if hits is None else hits & found
    return hits or set()


def _search(read: _Read, base: int, magic: int, state: int) -> Iterator[int]:
    memory = read(base, REACH_BYTES)
    first = struct.pack("<Q", magic)
    at = memory.find(first)
    while 0 <= at <= len(memory) - HEAD.size:
        # Compared in parts: a pattern of the whole would be a copy of it in memory, and a hit itself.
        _, holder, locked, _ = HEAD.unpack_from(memory, at)
        own_copy = read.buffer <= base + at < read.buffer + REACH_BYTES
        if holder == state and locked == 1 and (base + at) % 8 == 0 and not own_copy:
            yield base + at
        at = memory.find(first, at + 1)


@contextmanager
def _interval_kept() -> Iterator[None]:
    before = round(sys.getswitchinterval() * 1e6)
    try:
        yield
    finally:
        _set_interval_us(before)


def _set_interval_us(microseconds: int) -> None:
    sys.setswitchinterval((microseconds + 0.5) * 1e-6)  # CPython cuts the fraction off


class _Read:
    """Reads this process's memory with the GIL held, up to the first page that is not there.

    PyDLL keeps the GIL, os.pread would drop it: another thread would be the last holder then.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._pread = ctypes.PyDLL(None).pread
        self._pread.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_long)
        self._pread.restype = ctypes.c_ssize_t
        self._space = ctypes.create_string_buffer(REACH_BYTES)
        self.buffer = ctypes.addressof(self._space)

    def __call__(self, address: int, size_bytes: int) -> bytes:
        """Return what could be read: less than was asked for, or nothing."""
        got = self._pread(self._descriptor, self.buffer, size_bytes, address)
        return ctypes.string_at(self.buffer, max(got, 0))


@contextmanager
def _own_memory() -> Iterator[_Read | None]:
    try:
        descriptor = os.open("/proc/self/mem", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        yield _Read(descriptor)
    finally:
        os.close(descriptor)


def _thread_state() -> int:
    return _pointer_from("PyThreadState_Get")


def _interpreter_state() -> int:
    return _pointer_from("PyInterpreterState_Get")


def _pointer_from(function: str) -> int:
    ask = getattr(ctypes.PyDLL(None), function)  # not pythonapi: its functions are shared, types and all
    ask.restype = ctypes.c_void_p
    return int(ask())


def _laid_out(address: int) -> Gil:
    cond = address + HEAD.size
    mutex = cond + COND_BYTES
    switch_cond = mutex + _mutex_bytes()
    switch_mutex = switch_cond + COND_BYTES
    return Gil(address, cond, mutex, switch_cond, switch_mutex, switch_mutex + _mutex_bytes() - address)


def _mutex_bytes() -> int:
    """Size of pthread_mutex_t: 40, but 48 with glibc on aarch64 (nptl/bits/pthreadtypes-arch.h)."""
    glibc = "CS_GNU_LIBC_VERSION" in os.confstr_names and _confstr("CS_GNU_LIBC_VERSION")
    return 48 if glibc and os.uname().machine == "aarch64" else 40


def _confstr(name: str) -> str | None:
    try:
        return os.confstr(name)
    except (OSError, ValueError):  # musl knows the number and not the answer
        return None
