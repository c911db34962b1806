"""From the name that a person types to an executable: `3.13t`, `cpython-3.14`, a path.

Finds files; asks nothing of them. What an interpreter can do is the lane's answer.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from conclab.errors import BadRequestError

NAME = re.compile(r"(?:(?:cpython|python)-?)?(?P<version>3\.\d+t?)")
OLDEST = (3, 11)


@dataclass(frozen=True, slots=True)
class Interpreter:
    """What was asked for, of a path its last part alone (a run tells no places), and what answers to it."""

    asked: str
    executable: str


def own() -> Interpreter:
    """Return the interpreter that runs this program."""
    free = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    return Interpreter(f"{sys.version_info.major}.{sys.version_info.minor}{free}", sys.executable)


def find(name: str) -> Interpreter:
    """Find an interpreter by version or path. Raises BadRequestError with the places looked at."""
    if os.sep in name or (os.altsep and os.altsep in name):
        path = Path(name).expanduser()
        return Interpreter(path.name, _runnable(path))
    match = NAME.fullmatch(name)
    if match is None:
        raise BadRequestError(
            f"{name!r} names no interpreter; write a version like 3.14 or 3.13t, or the path of an executable"
        )
    version = match["version"]
    if tuple(int(part) for part in version.rstrip("t").split(".")) < OLDEST:
        raise BadRequestError(f"Python {version} is too old for a lane; the oldest is 3.11")
    if version == own().asked:
        return own()
    variable = f"CONCLAB_PYTHON_{version.upper().replace('.', '_')}"
    if variable in os.environ:
        return Interpreter(version, _runnable(Path(os.environ[variable]).expanduser()))
    found = shutil.which(f"python{version}")
    if found is None:
        raise BadRequestError(
            f"no Python {version} here: python{version} is not on the PATH. "
            f"Install it, give its path, or set {variable}"
        )
    return Interpreter(version, found)


def _runnable(path: Path) -> str:
    if not path.is_file() or not os.access(path, os.X_OK):
        raise BadRequestError(f"{path} is not an executable file; --python takes a version or an interpreter")
    return str(path.absolute())
