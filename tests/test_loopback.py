"""The loopback server, spoken to over a socket of this machine; the parent's side with real processes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from conclab import loopback
from conclab.errors import ConclabError

KEEP = b"GET /wait/0/%d HTTP/1.1\r\nHost: here\r\n\r\n"
CLOSE = b"GET /wait/0/%d HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"


class Wire(asyncio.Transport):
    """A transport that leads nowhere and remembers."""

    def __init__(self):
        super().__init__()
        self.said, self.closed = b"", asyncio.Event()

    def write(self, data):
        self.said += data

    def close(self):
        self.closed.set()

    def is_closing(self):
        return self.closed.is_set()


@pytest.fixture(scope="module")
def server():
    with loopback.serving() as address:
        yield address


def connect(server):
    host, port = server.split(":")
    return socket.create_connection((host, int(port)), timeout=20)


def talk(server, request):
    """Everything the server says until it closes the connection."""
    with connect(server) as client:
        client.sendall(request)
        return everything(client)


def everything(client):
    pieces = []
    while piece := client.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def bodies(answer):
    return [int(part.rpartition(b"\r\n\r\n")[2]) for part in answer.split(b"HTTP/1.1 200 OK")[1:]]


def test_answers_with_the_checksum_of_the_wait_and_the_number(server):
    """The body is decimal, its length is declared, and the connection closes when asked to."""
    answer = talk(server, CLOSE % 7)
    body = str(loopback.checksum(0, 7)).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    assert answer == head % len(body) + body


def test_neighbours_have_different_checksums():
    """Neither the number nor the wait is lost in the answer."""
    sums = {loopback.checksum(ms, number) for ms in range(50) for number in range(50)}
    assert len(sums) == 2500


def test_keeps_the_connection_and_answers_in_order(server):
    """Three requests sent in one piece get three answers on one connection."""
    answer = talk(server, KEEP % 1 + KEEP % 2 + CLOSE % 3)
    assert bodies(answer) == [loopback.checksum(0, n) for n in (1, 2, 3)]
    assert answer.count(b"Connection: keep-alive") == 2


def test_a_long_wait_goes_before_a_short_one_on_the_same_connection(server):
    """Answers never overtake each other on one connection."""
    answer = talk(server, b"GET /wait/30/1 HTTP/1.1\r\n\r\n" + CLOSE % 2)
    assert bodies(answer) == [loopback.checksum(30, 1), loopback.checksum(0, 2)]


def test_nor_when_the_short_one_comes_in_while_the_long_one_waits():
    """A request that arrives in the meantime is kept for later."""

    async def overtake():
        guest, wire = loopback.Connection(set()), Wire()
        guest.connection_made(wire)
        guest.data_received(b"GET /wait/30/1 HTTP/1.1\r\n\r\n")
        guest.data_received(CLOSE % 2)
        await wire.closed.wait()
        return wire.said

    assert bodies(asyncio.run(overtake())) == [loopback.checksum(30, 1), loopback.checksum(0, 2)]


def test_a_long_wait_holds_up_nobody_else(server):
    """A client that asked for a minute doesn't delay the next one."""
    with connect(server) as patient:
        patient.sendall(b"GET /wait/60000/1 HTTP/1.1\r\n\r\n")
        assert bodies(talk(server, CLOSE % 2)) == [loopback.checksum(0, 2)]
        patient.setblocking(False)
        with pytest.raises(BlockingIOError):
            patient.recv(1)


def test_a_client_that_leaves_is_forgotten():
    """The answer that it waited for is not kept for the rest of the minute."""

    async def leave():
        guest = loopback.Connection(set())
        guest.connection_made(Wire())
        guest.data_received(b"GET /wait/60000/1 HTTP/1.1\r\n\r\n")
        guest.connection_lost(None)
        return guest._answer_later.cancelled()

    assert asyncio.run(leave())


def test_a_request_may_arrive_in_pieces(server):
    """An incomplete request is waited for, even when cut inside the empty line."""
    with connect(server) as client:
        for piece in (CLOSE % 4)[:10], (CLOSE % 4)[10:-1], (CLOSE % 4)[-1:]:
            client.sendall(piece)
        assert bodies(everything(client)) == [loopback.checksum(0, 4)]


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /wait/0/1 HTTP/1.0\r\n\r\n",
        b"GET /wait/0/1 HTTP/1.1\r\nconnection:CLOSE\r\n\r\n",
        b"GET /wait/0/1 HTTP/1.0\r\nX: y\r\nConnection: close\r\n\r\n",
    ],
)
def test_closes_when_the_client_says_so_or_speaks_http_1_0(server, request_bytes):
    """`talk` returns only because the server closes."""
    assert b"Connection: close" in talk(server, request_bytes)


def test_keeps_an_old_connection_alive_on_request(server):
    """HTTP/1.0 with keep-alive is kept."""
    request = b"GET /wait/0/1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    assert len(bodies(talk(server, request + CLOSE % 2))) == 2


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET / HTTP/1.1", b"404"),
        (b"GET /wait/1 HTTP/1.1", b"404"),
        (b"GET /wait/-1/2 HTTP/1.1", b"404"),
        (b"GET /wait/1/2/3 HTTP/1.1", b"404"),
        (b"GET /wait/\xd9\xa1/2 HTTP/1.1", b"404"),  # a digit, though not an ASCII one
        (b"GET /wait/60001/2 HTTP/1.1", b"400"),
        (b"POST /wait/1/2 HTTP/1.1", b"400"),
        (b"GET /wait/1/2 HTTP/2", b"400"),
        (b"GET /wait/1/2 HTTP/1.10", b"400"),
        (b"hello", b"400"),
        (b"", b"400"),
    ],
)
def test_refuses_everything_else(server, line, status):
    """A strange path is 404, a strange request 400, and the connection closes."""
    assert talk(server, line + b"\r\n\r\n").split()[1] == status


@pytest.mark.parametrize("junk", [b"x" * 8192, b"GET /wait/0/1 HTTP/1.1\r\nX: " + b"y" * 9000])
def test_a_request_head_beyond_8_kib_is_refused(server, junk):
    """The server doesn't collect bytes without end."""
    assert talk(server, junk).split()[1] == b"400"


def test_connections_beyond_the_limit_are_turned_away():
    """The last place is given, the next client is told 503, and a place that is left is given again."""
    guests = set()

    def come():
        guest = loopback.Connection(guests)
        guest.connection_made(Wire())
        return guest

    served = [come() for _ in range(loopback.CONNECTION_LIMIT)]
    assert not any(guest.transport.is_closing() for guest in served)
    late = come()
    assert late.transport.is_closing()
    assert late.transport.said.startswith(b"HTTP/1.1 503 ")
    late.connection_lost(None)
    served[0].connection_lost(None)
    assert not come().transport.is_closing()


def test_hundreds_of_clients_at_once_are_all_answered(server):
    """The backlog holds all who connect before the server looks."""
    clients = [connect(server) for _ in range(300)]
    try:
        for number, client in enumerate(clients):
            client.sendall(CLOSE % number)
        answers = [bodies(everything(client)) for client in clients]
    finally:
        for client in clients:
            client.close()
    assert answers == [[loopback.checksum(0, number)] for number in range(300)]


def test_listens_on_this_machine_alone(server):
    """The address is that of the loopback interface."""
    assert server.startswith("127.0.0.1:")


def start(stdin):
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "conclab.loopback"],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(loopback.__file__).parent.parent)},
    )


def test_says_its_port_in_one_line_and_ends_when_its_input_does():
    """Nobody has to kill it, even while a client waits: that is how it never outlives its parent."""
    with start(subprocess.PIPE) as process:
        line = process.stdout.readline()
        with connect(f"127.0.0.1:{json.loads(line)['port']}") as client:
            client.sendall(b"GET /wait/60000/1 HTTP/1.1\r\n\r\n")
            output, complaints = process.communicate(timeout=20)
    assert list(json.loads(line)) == ["port"]
    assert (process.returncode, output, complaints) == (0, b"", b"")


def test_ends_at_once_when_nobody_holds_its_input():
    """Started with /dev/null there is no parent to wait for."""
    with start(subprocess.DEVNULL) as process:
        _, complaints = process.communicate(timeout=20)
    assert (process.returncode, complaints) == (0, b"")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ends_quietly_on_a_signal(number):
    """No traceback, no error code."""
    with start(subprocess.PIPE) as process:
        process.stdout.readline()
        process.send_signal(number)
        process.wait(20)
        assert (process.returncode, process.stderr.read()) == (0, b"")


def test_the_server_is_gone_after_the_block():
    """Leaving `serving` waits for the end of the server, whatever ends the block."""
    with pytest.raises(KeyboardInterrupt), loopback.serving() as address:
        talk(address, CLOSE % 1)
        raise KeyboardInterrupt
    with pytest.raises(ConnectionRefusedError):
        connect(address)


def test_an_interrupt_in_the_terminal_does_not_reach_the_server():
    """It is in a session of its own: the parent decides when it ends."""
    seen = []

    class Spy(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            seen.append(os.getsid(self.pid) == self.pid)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", Spy)
        with loopback.serving():
            pass
    assert seen == [True]


def script(folder, text):
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_a_missing_interpreter_is_one_clear_line(tmp_path):
    """The message names what could not be started."""
    with pytest.raises(ConclabError, match=r"^the loopback server did not start: .*no-such-python") as caught:
        loopback.serving(str(tmp_path / "no-such-python")).__enter__()
    assert "\n" not in str(caught.value)


def test_a_server_that_dies_hands_on_its_last_words(tmp_path):
    """The last line on its standard error is the reason."""
    python = script(tmp_path, "echo Traceback >&2; echo 'OSError: no sockets left' >&2; exit 1")
    with pytest.raises(ConclabError, match=r"^the loopback server did not start: OSError: no sockets left$"):
        loopback.serving(python).__enter__()


def test_a_server_that_says_something_else_has_not_started(tmp_path):
    """Any other line is quoted."""
    with pytest.raises(ConclabError, match=r"did not start: it said 'hello'"):
        loopback.serving(script(tmp_path, "echo hello")).__enter__()


def test_a_silent_server_is_given_up_and_killed(tmp_path, monkeypatch):
    """Neither its silence nor its deafness keeps the parent waiting."""
    monkeypatch.setattr(loopback, "START_LIMIT_S", 0.05)
    monkeypatch.setattr(loopback, "END_LIMIT_S", 0.05)
    with pytest.raises(ConclabError, match=r"did not start: it said nothing in time"):
        loopback.serving(script(tmp_path, "exec sleep 60")).__enter__()
