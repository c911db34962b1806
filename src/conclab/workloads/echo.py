"""An echo server and its clients, all on one event loop: many small messages, back and forth.

Here because it is all event loop: nothing is computed and nobody is far away, so the time goes into
finding out who can read, waking the task that waits for it, and the system calls between. It is written
with streams (asyncio.start_server and open_connection), as most programs are; protocols would be faster
and harder to read. A real service does more for each message, and so gains less by a faster loop.

`size` is the number of messages that each client sends; cost is proportional to it.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING
from zlib import crc32

from conclab.model import Bound, Order, Workload

if TYPE_CHECKING:
    import asyncio

CLIENTS = 10
HOST = "127.0.0.1"
TEXT = "x" * 50


def message(client: int, number: int) -> bytes:
    """One line, another for every client and number."""
    return f"{client} {number} {TEXT}\n".encode()


def run(messages: int) -> int:
    """Send the same over the same kind of connections, in one thread that plays both ends in turn."""
    with socket.create_server((HOST, 0)) as listener:
        return sum(_talk_to_itself(listener, client, messages) for client in range(CLIENTS))


def _talk_to_itself(listener: socket.socket, client: int, messages: int) -> int:
    total = 0
    with (
        socket.create_connection(listener.getsockname()) as near,
        listener.accept()[0] as far,
        near.makefile("rb") as echoed,
        far.makefile("rb") as heard,
    ):
        for number in range(messages):
            near.sendall(message(client, number))  # fits into the kernel's buffers: nobody need read yet
            far.sendall(heard.readline())
            total += crc32(echoed.readline())
    return total


async def run_async(messages: int) -> int:
    """Serve and ask on the running event loop; the answer is the sum of what the clients got back."""
    import asyncio  # noqa: PLC0415 - workers that never await start faster without it

    server = await asyncio.start_server(echo, HOST, 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        return sum(await asyncio.gather(*(talk(port, client, messages) for client in range(CLIENTS))))


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send every line back until the client has no more."""
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()
    writer.close()


async def talk(port: int, client: int, messages: int) -> int:
    """Send a message, wait for it to come back, send the next."""
    import asyncio  # noqa: PLC0415 - the same

    reader, writer = await asyncio.open_connection(HOST, port)
    total = 0
    for number in range(messages):
        writer.write(message(client, number))
        await writer.drain()
        total += crc32(await reader.readline())
    writer.write_eof()
    await reader.read()  # nothing more comes, but when that is known the server's side has ended too
    writer.close()
    await writer.wait_closed()
    return total


def arguments(order: Order) -> list[int]:
    """Equal tasks."""
    return [order.size] * order.tasks


WORKLOAD = Workload(
    run=run,
    run_async=run_async,
    arguments=arguments,
    bound=Bound.IO,
    size=20,
    releases_gil=True,
)
