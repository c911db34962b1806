"""A lane: reads one JSON request a line, answers each with `conclab:` and one JSON line, ends with the input.

    {"do": "hello", "scratch": ..., "server": ...}     -> facts of the interpreter
    {"do": "open", "name": ..., ...}                   -> {"startup_s": ...}
    {"do": "trial", "name": ..., "size": ..., ...}     -> one trial
    {"do": "trace", ...}                               -> {"spans": [...]}

What raises is answered as {"error": "..."}, one line; the lane lives on.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import sys
import traceback
from typing import IO, Any

from conclab.lane.bench import Bench
from conclab.lane.facts import facts
from conclab.lane.tie import die_with_parent


def take_channel() -> tuple[IO[str], IO[str]]:
    """Keep the conductor's pipes to ourselves: work that prints or reads must not reach them."""
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


def answer(bench: Bench, request: dict[str, Any]) -> dict[str, object]:
    """Do what one request asks."""
    do = request.pop("do")
    if do == "hello":
        bench.scratch, bench.server = request["scratch"], request["server"]
        return facts()
    if do == "open":
        return bench.open(**request)
    if do == "trial":
        return bench.trial(**request)
    if do == "trace":
        return bench.trace(**request)
    raise ValueError(f"a lane can't do {do!r}")


def in_words(error: BaseException) -> str:
    """Name the first real cause in one line: a TaskGroup wraps what its tasks raise."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def main() -> None:
    """Serve until the conductor closes the pipe."""
    parent = os.getppid()
    die_with_parent()
    if os.getppid() != parent:
        sys.exit(1)  # it ended before the kernel had been told
    requests, answers = take_channel()
    multiprocessing.set_forkserver_preload(["conclab.lane.tied"])
    bench = Bench("", "")
    gc.freeze()  # what is here already is not the workload's to collect
    try:
        for line in requests:
            try:
                reply = answer(bench, json.loads(line))
            except Exception as error:  # noqa: BLE001 - whatever the work raises costs one trial, not the lane
                traceback.print_exc()
                reply = {"error": in_words(error)}
            answers.write(f"conclab:{json.dumps(reply)}\n")
            answers.flush()
    finally:
        bench.close()


if __name__ == "__main__":
    main()
