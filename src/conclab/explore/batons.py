"""Operating-system threads that carry tasks, of which exactly one holds the baton.

A pipe hands over in 4 µs, a lock takes 7 µs, and 68 µs on a free-threaded build; a new thread costs 45 to
390 µs, so that carriers are used again from run to run.
"""

from __future__ import annotations

import _thread
import os
import select
from typing import TYPE_CHECKING, Any

from conclab.explore import engine
from conclab.explore.outcome import Abort
from conclab.explore.pinning import Pin

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

# Taken before anything is patched: the engine itself always waits for real.
allocate_lock = _thread.allocate_lock
start_new_thread = _thread.start_new_thread
real_poll = getattr(select, "poll", None)
real_select = select.select


class Baton:
    """Parks one thread until another hands it over. It holds no more than one at a time."""

    __slots__ = ("_poll", "_read", "_write")

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        self._poll: Any = None

    def hand(self, _write: Any = os.write) -> None:
        """Let whoever waits for this baton go on."""
        _write(self._write, b"x")

    def take(self, _read: Any = os.read) -> None:
        """Wait for it."""
        _read(self._read, 1)

    def take_within(self, seconds: float) -> bool:
        """Wait for it no longer than that; tells whether it came."""
        if real_poll is None:
            ready: list[Any] = real_select([self._read], [], [], seconds)[0]
        else:
            if self._poll is None:
                self._poll = real_poll()
                self._poll.register(self._read, select.POLLIN)
            ready = self._poll.poll(seconds * 1000)
        if ready:
            self.take()
        return bool(ready)

    def close(self) -> None:
        """Give both ends back."""
        os.close(self._read)
        os.close(self._write)


class Carrier:
    """One thread that runs a job at a time. A job returns the baton that is handed on after it."""

    def __init__(self, crew: Crew) -> None:
        self.baton = Baton()
        self.job: tuple[Context, Callable[..., Baton], tuple[Any, ...]] | None = None
        self._crew = crew
        self._ended = allocate_lock()
        self._ended.acquire()
        start_new_thread(self._work, ())

    def _work(self) -> None:
        me = engine.get_ident()
        engine.STATE.carriers.add(me)
        try:
            self._crew.pin.join()
            while not self._crew.abandoned:
                self.baton.take()
                if self.job is None:
                    break
                self._carry()
        except Abort:
            pass  # of a thread that was interrupted, and heard of it late
        finally:
            engine.STATE.carriers.discard(me)
            self._ended.release()

    def _carry(self) -> None:
        assert self.job is not None
        context, job, arguments = self.job
        after = context.run(job, *arguments)
        # What the job left in this frame must not outlive it: finalizers run where they are expected.
        self.job = context = job = arguments = None  # type: ignore[assignment]
        self._crew.idle.append(self)
        after.hand()

    def end(self) -> None:
        """Send the thread home and wait for it."""
        self.job = None
        self.baton.hand()
        self._ended.acquire()
        self.baton.close()


class Crew:
    """The carriers of one exploration."""

    def __init__(self) -> None:
        self.idle: list[Carrier] = []
        self.main = Baton()
        self.abandoned = False
        self._made = 0
        self.pin = Pin()

    def carrier(self) -> Carrier:
        """One that has nothing to do."""
        if self.idle:
            return self.idle.pop()
        self._made += 1
        return Carrier(self)

    def abandon(self) -> None:
        """Send home who is here. Who is lost ends when it can, and writes to the pipe that it knows."""
        self.abandoned = True
        while self.idle:
            self.idle.pop().end()
            self._made -= 1
        if not self._made:
            self.main.close()
        self.pin.end()
