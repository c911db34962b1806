"""What this machine and this interpreter can observe of the GIL, as marks for tests that need it."""

from __future__ import annotations

import pytest

from conclab.gil.build import shim
from conclab.here import gil_enabled

needs_library = pytest.mark.skipif(shim().path is None, reason=f"no exact layer here: {shim().because}")
needs_shim = pytest.mark.skipif(
    shim().path is None or not gil_enabled(), reason=f"no exact layer here: {shim().because or 'no GIL'}"
)
