"""Makes the shim: compiled once for each machine, at first use, and kept in the user's cache.

Says in words why there is none. Nothing here looks at a GIL.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from conclab.files import whole

SOURCE = Path(__file__).with_name("shim.c")
PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Shim:
    """The library, or the reason why there is none."""

    path: Path | None
    because: str = ""

    def preloaded(self) -> dict[str, str]:
        """Return what a process needs in its environment to load the shim: nothing if there is none."""
        if self.path is None:
            return {}
        others = os.environ.get("LD_PRELOAD")
        return {"LD_PRELOAD": f"{self.path}:{others}" if others else str(self.path)}


def shim(compiler: str | None = None, cache: Path | None = None) -> Shim:
    """Return the shim for this machine; builds it if it was not built before. Never raises."""
    if sys.platform != "linux":
        return Shim(None, f"the exact layer is for Linux; this is {platform.system()}")
    command = shlex.split(compiler or os.environ.get("CC") or "") or [_found()]
    try:
        folder = cache or _cache()
        source = SOURCE.read_bytes()
        built_for = f"{platform.machine()} {platform.libc_ver()}".encode()
        target = folder / f"gil-{sha256(source + built_for).hexdigest()[:16]}.so"
        if " " in str(target) or ":" in str(target):
            return Shim(
                None, f"LD_PRELOAD can't name a file in {folder}: set XDG_CACHE_HOME to another folder"
            )
        if not target.exists():
            if not command[0]:
                return Shim(None, "no C compiler (cc) here to build the exact layer with")
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _compile(command, target)
    except OSError as error:
        return Shim(None, f"the exact layer can't be built: {error.strerror or error}: {error.filename}")
    except subprocess.SubprocessError as error:
        return Shim(None, f"the exact layer can't be built: {_complaint(error, Path(command[0]).name)}")
    return Shim(target)


def _found() -> str:
    return next((path for name in ("cc", "gcc", "clang") if (path := shutil.which(name))), "")


def _cache() -> Path:
    given = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(given) if given.startswith("/") else Path.home() / ".cache") / "conclab"


def _compile(command: list[str], target: Path) -> None:
    """Two runs at once may both build: each renames a whole file into place."""
    with whole(target) as partial:
        subprocess.run(
            [*command, "-std=gnu11", "-O2", "-fPIC", "-shared", "-o", partial, SOURCE, "-ldl", "-lpthread"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=True,
        )


def _complaint(error: subprocess.SubprocessError, compiler: str) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"{compiler} took longer than {PATIENCE_S} s"
    said = str(getattr(error, "stderr", "") or "").strip().splitlines()
    wrong = next((line for line in said if "error" in line.lower()), said[0] if said else "")
    return (
        f"{compiler} failed with exit code {getattr(error, 'returncode', '?')}{wrong and ': '}{wrong[:200]}"
    )
