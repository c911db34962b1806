"""An HTTP server on this machine that answers late on purpose, for workloads that wait for a network.

`GET /wait/<ms>/<n>` is answered after so many milliseconds with a number computed from both, so that a
request that was skipped shows in the checksum. It listens on 127.0.0.1 alone, in a process of its own:
in the measured process it would compete for the GIL. It says `{"port": N}` on its standard output, and
ends when its standard input does, so that it never outlives whoever started it.

Standard library only. Not a server for anything else.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from conclab.errors import ConclabError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST_WAIT_MS = 60_000
HEAD_LIMIT = 8 * 1024
CONNECTION_LIMIT = 1_000  # just below the usual limit of 1,024 open files
START_LIMIT_S = 10
END_LIMIT_S = 5

_FAILED = "the loopback server did not start"

_REQUEST = re.compile(rb"GET (\S+) HTTP/1\.([01])(?:\r\n|$)")
_WAIT = re.compile(rb"/wait/([0-9]{1,9})/([0-9]{1,18})")
_CONNECTION = re.compile(rb"\r\nconnection:[ \t]*([a-z-]+)", re.IGNORECASE)


def checksum(milliseconds: int, number: int) -> int:
    """Compute what the server answers: 32 bits that differ for neighbours (Knuth's multiplicative hash)."""
    return (milliseconds * 1_000_003 + number) * 2_654_435_761 % 2**32


@contextmanager
def serving(python: str = sys.executable) -> Iterator[str]:
    """Run the server in another process; yields its host:port. Raises ConclabError if it can't start."""
    with tempfile.TemporaryFile() as complaints:  # a pipe that nobody reads could fill up and block
        process = _started(python, complaints.fileno())
        try:
            line = _first_line(process)
            try:
                port = int(json.loads(line)["port"])
            except (ValueError, TypeError, KeyError) as error:
                complaints.seek(0)
                raise ConclabError(f"{_FAILED}: {_reason(line, complaints.read())}") from error
            yield f"127.0.0.1:{port}"
        finally:
            _end(process)


def _started(python: str, stderr: int) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [python, "-P", "-m", "conclab.loopback"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
            start_new_session=True,  # Ctrl-C in the terminal is for the parent, which then ends this
        )
    except OSError as error:
        raise ConclabError(f"{_FAILED}: {error}") from error


def _first_line(process: subprocess.Popen[bytes]) -> bytes:
    """Wait for the announcement, written in one piece; empty if the server is silent or dead."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], START_LIMIT_S)
    return process.stdout.readline() if ready else b""


def _reason(line: bytes, complaints: bytes) -> str:
    said, last = (text.decode(errors="replace").strip().rpartition("\n")[2] for text in (line, complaints))
    return last or (f"it said {said!r}" if said else "it said nothing in time")


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    try:
        process.wait(END_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


class Connection(asyncio.Protocol):
    """One client. Its requests are answered in order, each after the time that it asked for."""

    def __init__(self, open_connections: set[Connection]) -> None:
        self._all = open_connections
        self._received = bytearray()
        self._answer_later: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the client in, unless the house is full."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._all.add(self)
        if len(self._all) > CONNECTION_LIMIT:
            self._refuse("503 Service Unavailable")

    def data_received(self, data: bytes) -> None:
        """Collect bytes; a request is complete at the first empty line."""
        self._received += data
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client and what it waited for."""
        del exc
        self._all.discard(self)
        if self._answer_later:
            self._answer_later.cancel()

    def _next(self) -> None:
        if self.transport.is_closing():
            return
        end = self._received.find(b"\r\n\r\n", 0, HEAD_LIMIT)
        if self._answer_later or end < 0:  # busy, or the request is not complete
            if len(self._received) >= HEAD_LIMIT:
                self._refuse("400 Bad Request")
            return
        head = bytes(self._received[:end])
        del self._received[: end + 4]
        self._serve(head)

    def _serve(self, head: bytes) -> None:
        request = _REQUEST.match(head)
        if not request:
            self._refuse("400 Bad Request")
            return
        wait = _WAIT.fullmatch(request[1])
        if not wait:
            self._refuse("404 Not Found")
            return
        milliseconds, number = int(wait[1]), int(wait[2])
        if milliseconds > LONGEST_WAIT_MS:
            self._refuse("400 Bad Request")
            return
        wish = _CONNECTION.search(head)
        habit = b"close" if request[2] == b"0" else b"keep-alive"  # of HTTP/1.0 and HTTP/1.1
        keep = (wish[1].lower() if wish else habit) != b"close"
        body = str(checksum(milliseconds, number))
        self._answer_later = asyncio.get_running_loop().call_later(
            milliseconds / 1000, self._answer, body, keep
        )

    def _answer(self, body: str, keep: bool) -> None:
        self._answer_later = None
        self._write("200 OK", body, "keep-alive" if keep else "close")
        if keep:
            self._next()
        else:
            self.transport.close()

    def _refuse(self, status: str) -> None:
        self._write(status, "", "close")
        self.transport.close()

    def _write(self, status: str, body: str, connection: str) -> None:
        self.transport.write(
            f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
            f"Connection: {connection}\r\n\r\n{body}".encode()
        )


async def serve() -> None:
    """Announce the port, then answer until standard input ends or a signal says so."""
    loop = asyncio.get_running_loop()
    told_to_end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told_to_end.set)
    _at_end_of(sys.stdin.fileno(), told_to_end.set)
    connections: set[Connection] = set()
    # The backlog is for a thousand tasks that connect at once: an overflow costs them a second each.
    server = await loop.create_server(
        lambda: Connection(connections), "127.0.0.1", 0, backlog=CONNECTION_LIMIT
    )
    sys.stdout.write(json.dumps({"port": server.sockets[0].getsockname()[1]}) + "\n")
    sys.stdout.flush()
    await told_to_end.wait()
    server.close()
    for connection in list(connections):
        connection.transport.abort()


def _at_end_of(descriptor: int, then: Callable[[], None]) -> None:
    def read() -> None:
        if not os.read(descriptor, HEAD_LIMIT):
            asyncio.get_running_loop().remove_reader(descriptor)
            then()

    try:
        asyncio.get_running_loop().add_reader(descriptor, read)
    except PermissionError:  # a file or /dev/null: nobody holds the other end
        then()


if __name__ == "__main__":
    asyncio.run(serve())
