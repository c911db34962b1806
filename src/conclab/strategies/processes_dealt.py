"""Processes with a pipe each, and the batch dealt out beforehand: the least that processes can cost.

No queue, no pool thread, no lock that workers share. What a pool adds is flexibility (a slow task does
not hold up the others behind it), and with it a price: workers that wait at one queue wake each other,
and for some milliseconds the system may run them on one core. So this is what the ceiling is measured with.
"""

from __future__ import annotations

import multiprocessing
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from conclab.model import Strategy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection

    from conclab.model import Job, MapJob


def serve(start: Callable[[], None], pipe: Connection[Any, Any]) -> None:
    """Run one hand of tasks after the other until the pipe is closed."""
    try:
        start()
        pipe.send((None, None))
        while True:
            job, hand = pipe.recv()
            try:
                pipe.send(([job(argument) for argument in hand], None))
            except Exception as error:  # noqa: BLE001 - whatever a task raises is the caller's to see
                pipe.send((None, error))
    except EOFError:
        return


def take(pipe: Connection[Any, Any]) -> Any:
    """Receive one hand's answers, or raise what one of its tasks raised."""
    try:
        answers, error = pipe.recv()
    except (EOFError, ConnectionError) as gone:
        raise ChildProcessError("a worker process ended before its answer") from gone
    if error is not None:
        raise error
    return answers


def deal(pipes: Sequence[Connection[Any, Any]], job: Job, arguments: Sequence[Any]) -> list[Any]:
    """Deal the arguments round, play all hands at once, and put the answers back in order."""
    count = len(pipes)
    for position, pipe in enumerate(pipes):
        pipe.send((job, arguments[position::count]))
    hands = [take(pipe) for pipe in pipes]
    return [hands[position % count][position // count] for position in range(len(arguments))]


@contextmanager
def open_processes_dealt(workers: int, start: Callable[[], None]) -> Iterator[MapJob]:
    """Run tasks on `workers` spawned processes, each with its share from the beginning."""
    context = multiprocessing.get_context("spawn")
    pairs = [context.Pipe() for _ in range(workers)]
    processes = [context.Process(target=serve, args=(start, theirs), daemon=True) for _, theirs in pairs]
    for process in processes:
        process.start()
    pipes = [ours for ours, _ in pairs]
    for _, theirs in pairs:
        theirs.close()  # the worker's copy must be the only one, or its end would not be noticed
    try:
        for pipe in pipes:
            take(pipe)
        yield lambda job, arguments: deal(pipes, job, arguments)
    finally:
        for pipe in pipes:
            pipe.close()
        for process in processes:
            process.join()


STRATEGY = Strategy(open=open_processes_dealt)
