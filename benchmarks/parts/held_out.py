"""Workloads for sampled_agreement: what the sampler's rules were never tuned on. Keep it so.

Each takes a condition to go on under and returns one function per thread; with the main thread that makes
eight threads, more where a pool adds its own.
"""

from __future__ import annotations

import bz2
import decimal
import lzma
import os
import pickle
import queue
import random
import re
import socket
import sqlite3
import subprocess
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Until:
    """What a workload's threads ask before each round."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def __bool__(self) -> bool:
        return time.monotonic() < self._end


def database_and_pingpong(go_on: Until) -> list[Callable[[], None]]:
    """SQLite in memory, regular expressions, two pairs that send a byte back and forth."""

    def database() -> None:
        table = sqlite3.connect(":memory:")
        table.execute("create table t (a integer, b text)")
        while go_on:
            table.executemany("insert into t values (?, ?)", ((n, str(n)) for n in range(500)))
            table.execute("select b, count(*), sum(a) from t group by b order by 2 desc").fetchall()

    def expressions() -> None:
        text = " ".join(f"user{n}@example{n % 7}.org" for n in range(300))
        while go_on:
            re.findall(r"(\w+)@((?:\w+\.)+org)", text)

    def player(end: socket.socket, *, begins: bool) -> Callable[[], None]:
        def play() -> None:
            end.settimeout(0.2)
            try:
                if begins:
                    end.send(b".")
                while go_on:
                    end.send(end.recv(1))
            except OSError:  # nothing came, or the partner has gone
                return

        return play

    pairs = [socket.socketpair() for _ in range(2)]
    players = [player(end, begins=first) for pair in pairs for end, first in zip(pair, (True, False))]  # noqa: B905
    return [database, database, expressions, *players]


def sorting_and_conditions(go_on: Until) -> list[Callable[[], None]]:
    """Sorting, a producer and consumers around one condition, a pipe that is written in bursts."""

    def sorter() -> None:
        numbers = [random.random() for _ in range(40_000)]
        while go_on:
            sorted(numbers)
            sum(n * n for n in numbers[:5000])

    return [sorter, sorter, *_one_condition(go_on), *_one_pipe(go_on)]


def _one_condition(go_on: Until) -> list[Callable[[], None]]:
    condition = threading.Condition()
    waiting: list[int] = []

    def producer() -> None:
        while go_on:
            with condition:
                waiting.extend(range(10))
                condition.notify_all()
            time.sleep(0.003)

    def consumer() -> None:
        while go_on:
            with condition:
                if not condition.wait_for(lambda: waiting, timeout=0.05):
                    continue
                number = waiting.pop()
            sum(range(number * 200))

    return [producer, consumer, consumer]


def _one_pipe(go_on: Until) -> list[Callable[[], None]]:
    reading, writing = os.pipe()

    def writer() -> None:
        while go_on:
            os.write(writing, bytes(30_000))
            sum(range(50_000))
        os.close(writing)

    def reader() -> None:
        while os.read(reading, 4096):
            pass

    return [writer, reader]


def compression_and_futures(go_on: Until) -> list[Callable[[], None]]:
    """LZMA, dicts that grow and go, futures of a small pool, an event that is set now and then."""
    event = threading.Event()

    def compress() -> None:
        data = bytes(range(256)) * 1000
        while go_on:
            lzma.compress(data, preset=1)

    def dicts() -> None:
        while go_on:
            words = {f"key{n}": n for n in range(20_000)}
            {value: key for key, value in words.items()}

    def futures() -> None:
        with ThreadPoolExecutor(2) as pool:
            while go_on:
                list(pool.map(lambda size: sum(range(size)), [1000, 20_000, 100, 50_000]))
                event.set()

    def waiter() -> None:
        while go_on:
            event.wait(0.1)
            event.clear()

    return [compress, compress, dicts, futures, waiter]


def pickles_and_a_barrier(go_on: Until) -> list[Callable[[], None]]:
    """Pickling, long decimals, BZ2, two threads that meet at a barrier, a queue between two more."""

    def pickler() -> None:
        tree = {n: [str(n)] * 20 for n in range(3000)}
        while go_on:
            pickle.loads(pickle.dumps(tree))

    def decimals() -> None:
        context = decimal.Context(prec=3000)
        while go_on:
            context.sqrt(decimal.Decimal(2))

    def compress() -> None:
        data = random.randbytes(300_000)
        while go_on:
            bz2.compress(data)

    barrier = threading.Barrier(2)
    meetings = [_meet(go_on, barrier, computes) for computes in (1000, 90_000)]
    return [pickler, decimals, compress, *meetings, *_letters(go_on)]


def _meet(go_on: Until, barrier: threading.Barrier, computes: int) -> Callable[[], None]:
    def play() -> None:
        while go_on:
            sum(range(computes))
            try:
                barrier.wait(0.1)
            except threading.BrokenBarrierError:
                barrier.reset()

    return play


def _letters(go_on: Until) -> list[Callable[[], None]]:
    letters: queue.SimpleQueue[int] = queue.SimpleQueue()

    def send() -> None:
        while go_on:
            letters.put(1)
            time.sleep(0.002)
        letters.put(0)

    def receive() -> None:
        while letters.get():
            sum(range(5000))

    return [send, receive]


def locks_and_a_subprocess(go_on: Until) -> list[Callable[[], None]]:
    """One lock that three threads want, checksums of a large buffer, processes awaited, a folder listed."""
    lock = threading.RLock()

    def wants() -> None:
        while go_on:
            with lock:
                sorted(str(n) for n in range(2000))
            "-".join(str(n) for n in range(1000))

    def checksums() -> None:
        data = bytes(8_000_000)
        while go_on:
            zlib.crc32(data)

    def await_processes() -> None:
        while go_on:
            subprocess.run(["/bin/sleep", "0.02"], check=True)

    def list_folder() -> None:
        while go_on:
            for entry in os.scandir("/proc/self/fd"):
                entry.name.encode()

    return [wants, wants, wants, checksums, checksums, await_processes, list_folder]


WORKLOADS = {
    make.__name__: make
    for make in (
        database_and_pingpong,
        sorting_and_conditions,
        compression_and_futures,
        pickles_and_a_barrier,
        locks_and_a_subprocess,
    )
}
