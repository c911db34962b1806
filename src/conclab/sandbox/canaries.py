"""What a probe lays out for the hostile program: files, sockets and a process that no layer may give it."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Self

SECRET = "secret"  # noqa: S105 - no password: what the hostile program looks for


class Canaries:
    """All of them. A context manager: they are gone at its end."""

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            self.place = Path(tempfile.mkdtemp(prefix="conclab-canaries-"))
            opened.callback(shutil.rmtree, self.place, ignore_errors=True)
            self.library = self.place / "library"
            self.library.mkdir()
            (self.library / "module.py").write_text("pass\n")
            (self.place / SECRET).write_text(SECRET)
            (self.place / SECRET).chmod(0o600)
            self.port = opened.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
            self.abstract = f"conclab-{secrets.token_hex(8)}"
            if sys.platform == "linux":
                _listen(opened, "\0" + self.abstract)
            _listen(opened, str(self.place / "socket"))
            self.victim = opened.enter_context(_victim()).pid
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def harmed(self) -> bool:
        """Whether the file that the program may read, and only read, is not what it was."""
        return (self.library / "module.py").read_text() != "pass\n"


def _listen(opened: ExitStack, address: str) -> None:
    listener = opened.enter_context(socket.socket(socket.AF_UNIX))
    listener.bind(address)
    listener.listen()


def _victim() -> subprocess.Popen[bytes]:
    """Start a process of this user that ends when its input does, however this one ends."""
    return subprocess.Popen(
        ["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=os.environ | {"CONCLAB_SECRET": SECRET}
    )
