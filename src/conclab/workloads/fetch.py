"""Fetch a page over HTTP from a server on this machine that takes its time to answer.

Here because it is why most people want concurrency: the time goes into waiting for somebody else. Each
task opens a connection of its own and sends the same bytes in both forms, so sync and async differ in
how they wait and in nothing else. The server is real but near: no name look-up, no TLS, no lost packets.

`size` is the server's time to answer in milliseconds and stays what it is.
"""

from __future__ import annotations

from contextlib import closing
from http.client import HTTPConnection

from conclab.errors import ConclabError
from conclab.model import Bound, Order, Workload


def run(url: str) -> int:
    """Ask for the number that the server computes for this task; the thread blocks until it is there."""
    address, path = _parts(url)
    with closing(HTTPConnection(address)) as connection:
        connection.request("GET", path, headers={"Connection": "close"})
        with connection.getresponse() as response:
            return _value(url, str(response.status), response.read())


async def run_async(url: str) -> int:
    """Ask for the same; the event loop serves other tasks until the answer is there."""
    import asyncio  # noqa: PLC0415 - workers that never await start faster without it

    address, path = _parts(url)
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        # What http.client sends, byte for byte.
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {address}\r\n"
            "Accept-Encoding: identity\r\nConnection: close\r\n\r\n".encode()
        )
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
        await writer.wait_closed()
    return _value(url, head[9:12].decode(), body)  # HTTP/1.1 200 OK


def arguments(order: Order) -> list[str]:
    """Give each task a URL of its own, so that the answers differ."""
    if not order.server:
        raise ConclabError(
            "fetch needs the address of a server that answers; start the loopback server first"
        )
    return [f"http://{order.server}/wait/{order.size}/{number}" for number in range(order.tasks)]


def _parts(url: str) -> tuple[str, str]:
    address, _, path = url.removeprefix("http://").partition("/")
    return address, f"/{path}"


def _value(url: str, status: str, body: bytes) -> int:
    if status != "200":
        raise ConclabError(f"{url} answered with status {status or 'nothing'}, not with 200")
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
