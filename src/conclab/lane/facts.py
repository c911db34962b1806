"""What a lane says of the interpreter it runs on."""

from __future__ import annotations

import platform
import sys
import sysconfig
from importlib.util import find_spec

from conclab.here import gil_enabled

OPTIONAL = ("uvloop", "viztracer")


def gil() -> str:
    """State of the lock right now: importing an extension can switch it on again."""
    if sys.implementation.name in {"jython", "ironpython"}:
        return "none"
    return "enabled" if gil_enabled() else "disabled"


def facts() -> dict[str, object]:
    """Plain data, ready for JSON: the fields of model.InterpreterFacts."""
    free = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    version = sys.version_info
    return {
        "name": f"{sys.implementation.name}-{version.major}.{version.minor}{free}",
        "implementation": platform.python_implementation(),
        "version": list(version[:2]),
        "version_line": " ".join(sys.version.split()),
        "gil": gil(),
        "modules": {name: _version(name) for name in OPTIONAL if find_spec(name) is not None},
    }


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - only if one is there

    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
