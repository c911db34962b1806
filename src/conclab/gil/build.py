"""Makes the shim: compiled once for each machine, at first use, and kept in the user's cache.

Says in words why there is none. A library is tried in a process of its own before it is kept, and its name
holds the hash of its content: a damaged one would kill every program that it is preloaded into. Nothing
here looks at a GIL.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cache as remembered
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from conclab.errors import ObserverError

SOURCE = Path(__file__).with_name("shim.c")
PATIENCE_S = 60
TRIAL_S = 30  # an interpreter that starts and ends
TRIAL = "import ctypes; ctypes.CDLL(None).conclab_gil_start"


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
    """Return the shim for this machine; builds it if it was not built before. Never raises.

    The user's own compiler and cache are asked once per process: one that hangs must not do so twice.
    """
    return _users_own() if compiler is None and cache is None else _shim(compiler, cache)


def must_build() -> bool:
    """Whether shim() would have to call the compiler, which takes a while."""
    if sys.platform != "linux" or _users_own.cache_info().currsize:
        return False
    try:
        return _kept(_cache(), _key()) is None
    except (OSError, RuntimeError):
        return False


@remembered
def _users_own() -> Shim:
    return _shim(None, None)


def _shim(compiler: str | None, cache: Path | None) -> Shim:
    if sys.platform != "linux":
        return Shim(None, f"the exact layer is for Linux; this is {platform.system()}")
    try:
        folder = cache or _cache()
        if " " in str(folder) or ":" in str(folder):
            return Shim(
                None, f"LD_PRELOAD can't name a file in {folder}: set XDG_CACHE_HOME to another folder"
            )
        return Shim(_kept(folder, _key()) or _built(_command(compiler), folder))
    except OSError as error:
        why = f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
    except (ObserverError, ValueError, RuntimeError) as error:  # the last: nobody knows a home folder
        why = str(error)
    return Shim(None, f"the exact layer can't be built: {why}")


def _command(compiler: str | None) -> list[str]:
    given = compiler or os.environ.get("CC") or ""
    try:
        words = shlex.split(given)
    except ValueError as error:
        raise ObserverError(f"CC={given!r} is no command: {error}") from error
    words = words or [next((path for name in ("cc", "gcc", "clang") if (path := shutil.which(name))), "")]
    if not words[0]:
        raise ObserverError("no C compiler (cc) here to build it with")
    return words


def _cache() -> Path:
    given = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(given) if given.startswith("/") else Path.home() / ".cache") / "conclab"


def _key() -> str:
    built_for = f"{platform.machine()} {platform.libc_ver()}".encode()
    return sha256(SOURCE.read_bytes() + built_for).hexdigest()[:16]


def _name(key: str, library: Path) -> str:
    return f"gil-{key}-{sha256(library.read_bytes()).hexdigest()[:16]}.so"


def _kept(folder: Path, key: str) -> Path | None:
    """Find a library that is what it was when it was tried."""
    for path in sorted(folder.glob(f"gil-{key}-*.so")):
        with suppress(OSError):  # unreadable is as bad as damaged
            if path.name == _name(key, path):
                return path
    return None


def _built(command: list[str], folder: Path) -> Path:
    """Two runs at once may both build: each renames a whole file into place. Raises ObserverError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".building-", dir=folder, ignore_cleanup_errors=True) as scratch:
        library = Path(scratch) / "gil.so"
        _compile(command, library)
        _try(library)
        with library.open("rb") as file:
            os.fsync(file.fileno())
        return library.replace(folder / _name(_key(), library))


def _compile(command: list[str], library: Path) -> None:
    name = Path(command[0]).name
    options = ["-std=gnu11", "-O2", "-fPIC", "-shared", "-o", str(library), str(SOURCE), "-ldl", "-lpthread"]
    said = library.with_name("said")
    try:
        with said.open("wb") as words:  # no pipe: what a killed compiler started would keep it open
            subprocess.run(
                [*command, *options],
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                timeout=PATIENCE_S,
                check=True,
            )
    except subprocess.TimeoutExpired:
        raise ObserverError(f"{name} took longer than {PATIENCE_S} s") from None
    except subprocess.CalledProcessError as error:
        wrong = _complaint(said)
        raise ObserverError(
            f"{name} failed with exit code {error.returncode}{wrong and ': '}{wrong}"
        ) from None
    if not library.exists():
        raise ObserverError(f"{name} made no library")


def _try(library: Path) -> None:
    """Preload it into a Python that does nothing else. Raises ObserverError if it is not there, then."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", TRIAL],
            env=os.environ | Shim(library).preloaded(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TRIAL_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ObserverError("what the compiler made keeps Python from ending") from None
    if done.returncode:
        raise ObserverError("what the compiler made can't be loaded into Python")


def _complaint(said: Path) -> str:
    lines = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return next((line for line in lines if "error" in line.lower()), lines[0] if lines else "")[:200]
