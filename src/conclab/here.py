"""Which interpreter of this process is running: the question that identity and traces both ask."""

from __future__ import annotations

import sys

if sys.version_info >= (3, 14):
    from concurrent.interpreters import get_current

    def interpreter_id() -> int:
        """0 for the main interpreter."""
        return int(get_current().id)
else:

    def interpreter_id() -> int:
        """0: before 3.14 the standard library offered no others."""
        return 0
