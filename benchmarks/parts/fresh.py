"""Workloads for sampled_agreement that were written after the sampler's last rule, and run for the report.

As in held_out: a condition to go on under, one function per thread.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import json
import mmap
import os
import queue
import random
import select
import tempfile
import threading
import time
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Callable

    from parts.held_out import Until


def documents_and_a_mapped_file(go_on: Until) -> list[Callable[[], None]]:  # noqa: C901 - a list of small loops
    """JSON and XML, a mapped file that is flushed, a thread that selects with a timeout, one that sleeps."""

    def documents() -> None:
        tree = {f"key{n}": [n, str(n), {"deep": n / 7}] for n in range(2000)}
        while go_on:
            json.loads(json.dumps(tree))

    def markup() -> None:
        text = "<r>" + "".join(f"<i n='{n}'>{n}</i>" for n in range(2000)) + "</r>"
        while go_on:
            ET.fromstring(text).findall("i")

    def mapped() -> None:
        with tempfile.TemporaryFile() as file:
            file.truncate(1 << 20)
            with mmap.mmap(file.fileno(), 0) as memory:
                while go_on:
                    memory[random.randrange(1 << 20)] = 1
                    memory.flush()
                    os.fsync(file.fileno())

    def selects() -> None:
        reading, writing = os.pipe()
        while go_on:
            select.select([reading], [], [], 0.004)
            sum(range(3000))
        os.close(reading)
        os.close(writing)

    def sleeps() -> None:
        while go_on:
            time.sleep(random.random() / 100)

    return [documents, documents, markup, mapped, selects, sleeps, sleeps]


def loops_and_semaphores(go_on: Until) -> list[Callable[[], None]]:
    """Two event loops in threads, one of which hands hashing to threads; a semaphore for three."""
    gate = threading.Semaphore(1)

    def naps() -> None:
        async def many() -> None:
            while go_on:
                await asyncio.gather(*(asyncio.sleep(random.random() / 200) for _ in range(30)))

        asyncio.run(many())

    def hands_over() -> None:
        async def hash_in_threads() -> None:
            block = bytes(400_000)
            while go_on:
                await asyncio.gather(*(asyncio.to_thread(hashlib.sha256, block) for _ in range(2)))

        asyncio.run(hash_in_threads())

    def behind_the_gate() -> None:
        while go_on:
            with gate:
                sum(n % 7 for n in range(20_000))
            time.sleep(0.001)

    return [naps, hands_over, *[behind_the_gate] * 3]


def archives_and_priorities(go_on: Until) -> list[Callable[[], None]]:  # noqa: C901 - a list of small loops
    """CSV text, a zip archive in memory, key derivation, a queue with priorities between four."""
    waiting: queue.PriorityQueue[int] = queue.PriorityQueue(20)

    def tables() -> None:
        while go_on:
            text = io.StringIO()
            csv.writer(text).writerows([n, n * n, f"row {n}"] for n in range(1500))
            list(csv.reader(text.getvalue().splitlines()))

    def archive() -> None:
        data = random.randbytes(200_000)
        while go_on:
            with zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as file:
                file.writestr("one", data)

    def derive() -> None:
        while go_on:
            hashlib.pbkdf2_hmac("sha256", b"secret", b"salt", 30_000)

    def puts() -> None:
        while go_on:
            try:
                waiting.put(random.randrange(100), timeout=0.05)
            except queue.Full:
                continue

    def gets() -> None:
        while go_on:
            try:
                sum(range(100 * waiting.get(timeout=0.05)))
            except queue.Empty:
                continue

    return [tables, archive, derive, puts, puts, gets, gets]


WORKLOADS = {
    make.__name__: make
    for make in (documents_and_a_mapped_file, loops_and_semaphores, archives_and_priorities)
}
