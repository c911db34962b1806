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


def gil_enabled() -> bool:
    """Whether the lock is on right now: a build that can do without may have switched it on."""
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def interpreter_number() -> int:
    """The same, asked of the interpreter itself: subinterpreters can be made before 3.14, too."""
    import ctypes  # noqa: PLC0415 - only an observer asks

    library = ctypes.PyDLL(None)
    library.PyInterpreterState_Get.restype = ctypes.c_void_p
    library.PyInterpreterState_GetID.argtypes = [ctypes.c_void_p]
    library.PyInterpreterState_GetID.restype = ctypes.c_int64
    return int(library.PyInterpreterState_GetID(library.PyInterpreterState_Get()))
