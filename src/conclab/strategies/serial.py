"""One task after the other, in the caller's own thread: what everything else is compared with."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from conclab.model import Strategy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conclab.model import MapJob


@contextmanager
def open_serial(workers: int, start: Callable[[], None]) -> Iterator[MapJob]:  # noqa: ARG001
    """Workers are ignored: there is one."""
    start()
    yield lambda job, arguments: [job(argument) for argument in arguments]


STRATEGY = Strategy(open=open_serial)
