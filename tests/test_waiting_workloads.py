"""Workloads that wait in company: round trips, uneven waits, ticks with a long call, echoes."""

from __future__ import annotations

import asyncio
import gc
import selectors
import subprocess
import sys
import warnings
from dataclasses import replace
from zlib import crc32

import pytest

from conclab import loopback
from conclab.discovery import load
from conclab.errors import ConclabError
from conclab.model import Order, Workload
from conclab.workloads import echo, round_trips, ticks_awaiting, ticks_blocking, ticks_to_thread, uneven_waits

# Round trips


@pytest.fixture(scope="module")
def server():
    with loopback.serving() as address:
        yield address


def test_every_question_is_another_one_and_gets_the_servers_answer(server):
    """The sum of what the server computes for each number, in the one form as in the other."""
    talks = round_trips.arguments(Order(3, 2, server=server))
    expected = [
        sum(loopback.checksum(round_trips.ANSWER_MS, number) for number in numbers)
        for numbers in (range(3), range(3, 6))
    ]

    assert [round_trips.run(talk) for talk in talks] == expected
    assert [asyncio.run(round_trips.run_async(talk)) for talk in talks] == expected


def heard(run):
    """Tell what a server hears that takes one connection and answers three requests, its port blotted out."""
    script = """
import socket
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
client, _ = server.accept()
for _ in range(3):
    print(ascii(client.recv(65536)))
    client.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\n\\r\\n7")
print(client.recv(1))
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        port = process.stdout.readline().strip()
        assert run(round_trips.Talk(f"127.0.0.1:{port}", questions=3, first=0)) == 21
        return process.stdout.read().replace(port, "PORT").splitlines()


def test_one_connection_carries_all_questions_and_both_forms_send_the_same():
    """Then it is closed."""
    sync = heard(round_trips.run)

    assert [f"/wait/1/{number} " in said for number, said in enumerate(sync[:3])] == [True] * 3
    assert sync[3] == "b''"
    assert heard(lambda talk: asyncio.run(round_trips.run_async(talk))) == sync


@pytest.mark.parametrize(
    "run", [round_trips.run, lambda talk: asyncio.run(round_trips.run_async(talk))], ids=["sync", "async"]
)
def test_an_answer_other_than_200_is_an_error(run, server):
    """The number is too long for the server's taste."""
    with pytest.raises(ConclabError, match="was answered with status 404, not with 200"):
        run(round_trips.Talk(server, questions=1, first=10**18))


def test_without_a_server_it_says_so():
    """Before the first task."""
    with pytest.raises(ConclabError, match="needs the address of a server"):
        round_trips.arguments(Order(1, 1))


# Uneven waits


def test_the_first_waits_longest():
    """Three tasks wait three, two and one times the size; a single one waits once."""
    assert uneven_waits.arguments(Order(10, 3)) == [30, 20, 10]
    assert uneven_waits.arguments(Order(10, 1)) == [10]


# Ticks, and one long call


class Clock(selectors.SelectSelector):
    """Time that passes only where a loop would wait, or somebody sleeps: at once."""

    def __init__(self):
        super().__init__()
        self.now = 0.0

    def select(self, timeout=None):
        self.now += timeout or 0
        return super().select(0)


class Loop(asyncio.SelectorEventLoop):
    """A loop that reads that clock."""

    def time(self):
        return self._selector.now


def events(workload, monkeypatch):
    """Tell at which millisecond each wait of three tasks on one loop was over, and what kind it was."""
    told, clock, await_timer = [], Clock(), asyncio.sleep

    def block(seconds):
        clock.now += seconds
        told.append(("call", round(clock.now * 1000)))

    async def tick(seconds):
        await await_timer(seconds)
        told.append(("timer", round(clock.now * 1000)))

    async def together():
        return await asyncio.gather(*map(workload.run_async, workload.arguments(Order(5, 3))))

    monkeypatch.setattr(ticks_awaiting.time, "sleep", block)
    monkeypatch.setattr(asyncio, "sleep", tick)
    with asyncio.Runner(loop_factory=lambda: Loop(clock)) as runner:
        assert runner.run(together()) == [40, 40, 40]
    return told


def test_a_call_that_is_awaited_delays_no_tick(monkeypatch):
    """Forty milliseconds for everything."""
    ticks = [at for at in range(5, 45, 5) for _ in range(2)]

    assert sorted(events(ticks_awaiting.WORKLOAD, monkeypatch)) == [("timer", at) for at in [*ticks, 40]]


def test_a_call_that_blocks_comes_before_all_ticks(monkeypatch):
    """It is over after forty milliseconds, and the first tick of anybody comes after it."""
    ticks = [at for at in range(45, 85, 5) for _ in range(2)]

    assert events(ticks_blocking.WORKLOAD, monkeypatch) == [("call", 40), *(("timer", at) for at in ticks)]


def test_a_call_handed_to_a_thread_leaves_the_loops_own_thread_free(monkeypatch):
    """The call is made by another thread, the ticks by none but the loop's."""
    import threading

    makers = []
    monkeypatch.setattr(ticks_awaiting.time, "sleep", lambda _: makers.append(threading.get_ident()))
    asyncio.run(ticks_to_thread.run_async(ticks_awaiting.Part(makes_the_call=True, tick_ms=1)))

    assert makers != [threading.get_ident()]
    assert len(makers) == 1


def test_the_three_differ_in_their_coroutine_alone():
    """Same arguments, same plain function, same everything."""
    plain = ticks_awaiting.WORKLOAD
    for name in ("ticks-blocking", "ticks-to-thread"):
        twin = load("conclab.workloads", name, Workload)
        assert twin.run_async is not plain.run_async
        assert replace(twin, run_async=plain.run_async) == plain


# Echoes


def test_every_message_comes_back():
    """The answer is the sum of the checksums of all that was sent."""
    sent = [echo.message(client, number) for client in range(echo.CLIENTS) for number in range(3)]

    assert len(set(sent)) == len(sent)
    assert echo.run(3) == asyncio.run(echo.run_async(3)) == sum(map(crc32, sent))


def test_neither_task_nor_socket_is_left():
    """When the answer is there, the server's side is over too."""

    async def left_over():
        await echo.run_async(2)
        return asyncio.all_tasks() - {asyncio.current_task()}

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert asyncio.run(left_over()) == set()
        echo.run(2)
        gc.collect()


def test_the_other_loop_gives_the_same_answer():
    """If it is there."""
    uvloop = pytest.importorskip("uvloop")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(echo.run_async(3)) == echo.run(3)
