"""The switch interval of this interpreter's threads, changed for a while. Knows nothing of variants."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def switching_every(seconds: float | None) -> Iterator[None]:
    """Set the interval for as long as this is open, whatever happens inside; None leaves it as it is."""
    if seconds is None:
        yield
        return
    before = sys.getswitchinterval()
    sys.setswitchinterval(seconds)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
