"""What an event loop without a selector refuses: sockets, pipes, processes. By name, and never waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conclab.explore import engine

if TYPE_CHECKING:
    from collections.abc import Callable

    from conclab.explore.outcome import NotControlledError

FAKE = "its order can't be decided; put a fake in its place"
COROUTINES = {
    "create_connection": "a real connection in asyncio",
    "create_unix_connection": "a real connection in asyncio",
    "create_datagram_endpoint": "a real socket in asyncio",
    "create_server": "a real server in asyncio",
    "create_unix_server": "a real server in asyncio",
    "connect_accepted_socket": "a real socket in asyncio",
    "connect_read_pipe": "a pipe in asyncio",
    "connect_write_pipe": "a pipe in asyncio",
    "subprocess_exec": "a subprocess in asyncio",
    "subprocess_shell": "a subprocess in asyncio",
    "getaddrinfo": "the network in asyncio",
    "getnameinfo": "the network in asyncio",
    "sendfile": "a real socket in asyncio",
    "start_tls": "a real connection in asyncio",
    **{
        f"sock_{name}": "a real socket in asyncio"
        for name in (
            "accept", "connect", "recv", "recv_into", "recvfrom", "recvfrom_into", "sendall", "sendfile",
            "sendto",
        )
    },
}  # fmt: skip
FUNCTIONS = {
    "add_reader": "a file descriptor in asyncio",
    "add_writer": "a file descriptor in asyncio",
    "add_signal_handler": "a signal in asyncio",
}


class Offline:
    """The methods."""


def _refused(what: str, name: str) -> NotControlledError:
    frame = engine.own_frame(3)
    where = f" at line {frame.f_lineno}" if frame is not None else ""
    return engine.refuse(f"{what} ({name}){where}: {FAKE}")


def _function(what: str, name: str) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise _refused(what, name)

    return refuse


def _coroutine(what: str, name: str) -> Callable[..., Any]:
    async def refuse(*_: Any, **__: Any) -> Any:
        raise _refused(what, name)

    return refuse


for _name, _what in COROUTINES.items():
    setattr(Offline, _name, _coroutine(_what, _name))
for _name, _what in FUNCTIONS.items():
    setattr(Offline, _name, _function(_what, _name))
