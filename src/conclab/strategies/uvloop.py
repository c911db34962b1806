"""The same coroutines on uvloop, an event loop written in Cython over libuv."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from conclab.model import Strategy
from conclab.strategies.asyncio import event_loop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conclab.model import MapJob


@contextmanager
def open_uvloop(workers: int, start: Callable[[], None]) -> Iterator[MapJob]:
    """Run tasks on a uvloop event loop. Raises ImportError where uvloop is not installed."""
    import uvloop  # noqa: PLC0415 - an extra: absent, everything else still works

    with event_loop(workers, start, uvloop.new_event_loop) as map_job:
        yield map_job


STRATEGY = Strategy(open=open_uvloop, wants_async=True, requires="uvloop")
