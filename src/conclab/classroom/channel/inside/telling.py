"""An exception of the submission as plain data. Its own code is called here, in a thread of its own."""

from __future__ import annotations

import os
from typing import Any

TEXT = 2_000  # characters
DEEP = 200  # frames: more are not looked at


def told(error: BaseException, folder: str) -> dict[str, Any]:
    """Name, text, and the innermost place in the submission."""
    place, trace, deep = None, error.__traceback__, 0
    while trace is not None and deep < DEEP:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(folder):
            place = [os.path.basename(file), trace.tb_lineno]  # noqa: PTH119
        trace, deep = trace.tb_next, deep + 1
    if isinstance(error, SyntaxError) and error.lineno and str(error.filename).startswith(folder):
        place = [os.path.basename(str(error.filename)), error.lineno]  # noqa: PTH119
    try:
        text = str(error)[:TEXT]
    except BaseException:  # noqa: BLE001 - it is the submission's own
        text = "(its text could not be made)"
    return {"type": type(error).__name__[:100], "text": text, "at": place}
