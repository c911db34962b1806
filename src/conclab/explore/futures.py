"""Futures of executors in the order in which they were made: in a set, and where a wait locks all of them.

The library orders both by address, which is another one in every execution.
"""

from __future__ import annotations

import concurrent.futures._base as base
from typing import TYPE_CHECKING, Any

from conclab.explore import engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NUMBER = "_conclab_number"
Real: Any = base._AcquireFutures


def hash_of(self: base.Future[Any]) -> int:
    """Of a future that is made or first met under test, a number that counts them."""
    number: int | None = self.__dict__.get(NUMBER)
    if number is None:
        run = engine.running()
        if run is None:
            return object.__hash__(self)
        run.serial += 1
        number = self.__dict__[NUMBER] = run.serial
    return number


class _AcquireFutures(Real):  # type: ignore[misc]
    """Locks several futures."""

    def __init__(self, futures: Iterable[Any]) -> None:
        self.futures = sorted(futures, key=hash_of)


def replacements() -> Iterator[tuple[Any, str, Any]]:
    """What to put in whose place."""
    yield base.Future, "__hash__", hash_of
    yield base, "_AcquireFutures", _AcquireFutures
