"""Ask a server on this machine small questions, one after the other, over one connection.

Here because of what happens at each answer. A thread that waits for the network has let go of the GIL,
and has to take it again before it can go on: alone it finds it free, beside a thread that computes it
finds it taken. The server lives in another process and takes a millisecond to answer, as one in the same
building does. It is not asked for less: an answer after a tenth of that is often there before anybody
else has woken up and taken the GIL, and then the figure is luck.

`size` is the number of round trips and stays what it is: few are enough, as each may become twenty times
as long.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection

from conclab.errors import ConclabError
from conclab.model import Bound, Order, Workload

ANSWER_MS = 1


@dataclass(frozen=True, slots=True)
class Talk:
    """Whom to ask, how often, and from which number on."""

    address: str
    questions: int
    first: int

    @property
    def paths(self) -> list[str]:
        """One for each question."""
        return [f"/wait/{ANSWER_MS}/{number}" for number in range(self.first, self.first + self.questions)]


def run(talk: Talk) -> int:
    """Ask, wait for the answer, ask again; the answers' sum."""
    with closing(HTTPConnection(talk.address)) as connection:
        return sum(_asked(connection, path) for path in talk.paths)


async def run_async(talk: Talk) -> int:
    """Ask for the same; the event loop serves other tasks until the answer is there."""
    import asyncio  # noqa: PLC0415 - workers that never await start faster without it

    host, _, port = talk.address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        total = 0
        for path in talk.paths:
            writer.write(
                f"GET {path} HTTP/1.1\r\nHost: {talk.address}\r\nAccept-Encoding: identity\r\n\r\n".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            total += _value(path, head[9:12].decode(), await reader.readexactly(length))
        return total
    finally:
        writer.close()
        await writer.wait_closed()


def arguments(order: Order) -> list[Talk]:
    """Give each task numbers of its own, so that the answers differ."""
    if not order.server:
        raise ConclabError(
            "round-trips needs the address of a server that answers; start the loopback server first"
        )
    return [Talk(order.server, order.size, task * order.size) for task in range(order.tasks)]


def _asked(connection: HTTPConnection, path: str) -> int:
    connection.request("GET", path)
    with connection.getresponse() as response:
        return _value(path, str(response.status), response.read())


def _value(path: str, status: str, body: bytes) -> int:
    if status != "200":
        raise ConclabError(f"{path} was answered with status {status}, not with 200")
    return int(body)


WORKLOAD = Workload(
    run=run,
    run_async=run_async,
    arguments=arguments,
    bound=Bound.IO,
    size=10,
    grows=False,
    releases_gil=True,
    needs_server=True,
)
