"""The exact layer, inside the observed process: tells the shim which GILs to watch and where to write."""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING

from conclab.errors import ObserverError
from conclab.gil import find
from conclab.here import interpreter_number

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SUFFIX = ".events"
UNDER_WAY = -2  # as in shim.c


def start(folder: Path) -> Callable[[], None]:
    """Record this process into `<pid>.events` until the returned function is called.

    Raises ObserverError where the shim was not preloaded, no GIL can be found, or nothing can be written.
    """
    shim = _shim()
    gil = find.find()
    if gil is None:
        raise ObserverError(find.why_not() or "the GIL's place in memory was not found")
    file = folder / f"{os.getpid()}{SUFFIX}"
    try:
        file.open("x").close()  # never one that is mapped already
    except OSError as error:
        raise ObserverError(f"can't write {file.name}: {error.strerror}") from error
    refused = shim.conclab_gil_start(os.fsencode(file))
    if refused:
        file.unlink(missing_ok=True)
        raise ObserverError(
            "this process is observed already"
            if refused == UNDER_WAY
            else "no room on the disk for the record"
        )
    shim.conclab_gil_add(gil.cond, gil.switch_cond, 0)

    def stop() -> None:
        shim.conclab_gil_stop()

    return stop


def add_interpreter() -> None:
    """Watch the calling subinterpreter's GIL, too. Raises ObserverError if it can't be found."""
    gil = find.find()
    if gil is None:
        raise ObserverError("the GIL of this subinterpreter was not found")
    number = interpreter_number()
    if _shim().conclab_gil_add(gil.cond, gil.switch_cond, number):
        raise ObserverError(f"the GIL of interpreter {number} is one too many to be observed")


def _shim() -> ctypes.PyDLL:
    # PyDLL keeps the GIL through the call, so the shim may note that the caller holds it.
    shim = ctypes.PyDLL(None)
    try:
        shim.conclab_gil_start.argtypes = [ctypes.c_char_p]
        shim.conclab_gil_add.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int]
    except AttributeError:
        raise ObserverError("the shim was not loaded into this interpreter") from None
    return shim
