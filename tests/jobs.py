"""Jobs for pools in tests: importable by name, so that any worker can unpickle them."""

from __future__ import annotations

import asyncio
import os
import threading


def double(number: int) -> int:
    return 2 * number


async def double_async(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


def refuse(number: int) -> int:
    raise ValueError(f"no {number} today")


def whereabouts(_: int) -> tuple[int, int]:
    return os.getpid(), threading.get_ident()


def nothing() -> None:
    """What a worker does at its start when nothing is to be done."""


def no_start() -> None:
    raise RuntimeError("a worker that can't start")
