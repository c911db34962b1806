"""Jobs in processes beside us. One that dies or hangs costs its job a second try, and no other anything."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

from conclab.classroom import jobs

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

TRIES = 2
MOST = 16  # jobs that a worker is given at once: its grader starts once for them
GOODBYE_S = 5.0
COMMAND = (sys.executable, "-m", "conclab.classroom.runners.worker")


class Worker:
    """One process that does jobs, in a session of its own: a Ctrl-C at the terminal reaches us alone."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self._ready = False

    def ask(self, requests: Sequence[str], patience_s: float) -> Iterator[str]:
        """Hand jobs over and yield each answer. An empty one is the last: it died, or took too long."""
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: PT018
        try:
            self._ready = self._ready or bool(self._process.stdout.readline())
            self._process.stdin.write(json.dumps(list(requests)) + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError):
            yield ""
            return
        for _ in requests:
            timer = threading.Timer(patience_s, self.kill)
            timer.daemon = True
            timer.start()
            try:
                answer = self._process.stdout.readline()
            finally:
                timer.cancel()
            yield answer
            if not answer:
                return

    def end(self) -> None:
        """End it and close what leads to it. Only whoever asks it may do so."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]

    def kill(self) -> None:
        """Ask it to end and, if it won't, kill it with all that it started in its session."""
        with suppress(OSError):
            self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GOODBYE_S)
        with suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class Local:
    """As many workers as are asked for, each with a thread of ours that hands it one job after the other."""

    def __init__(self, workers: int, patience_s: float) -> None:
        self._workers = workers
        self._patience_s = patience_s
        self._alive: set[Worker] = set()
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._tries: Counter[str] = Counter()
        self._done: queue.SimpleQueue[tuple[str, jobs.Outcome]] = queue.SimpleQueue()

    def run(self, work: Iterable[jobs.Job]) -> Generator[tuple[str, jobs.Outcome], None, None]:
        """Yield key and outcome as they come. Closed early, it ends its workers and hands nothing more on."""
        todo: queue.SimpleQueue[jobs.Job] = queue.SimpleQueue()
        done = self._done
        total = 0
        for job in work:
            todo.put(job)
            total += 1
        threads = [
            threading.Thread(target=self._serve, args=(todo,), daemon=True)
            for _ in range(min(self._workers, total))
        ]
        try:
            for thread in threads:
                thread.start()
            for _ in range(total):
                yield done.get()
        finally:
            self._end()
            for thread in threads:
                thread.join(2 * GOODBYE_S)

    def finished(self) -> list[tuple[str, jobs.Outcome]]:
        """What was finished and not handed on when the run was closed."""
        found = []
        with suppress(queue.Empty):
            while True:
                found.append(self._done.get_nowait())
        return found

    def _serve(self, todo: queue.SimpleQueue[jobs.Job]) -> None:
        worker: Worker | None = None
        while batch := self._take(todo):
            worker = worker or self._start()
            answers = worker.ask([job.request for job in batch], self._patience_s) if worker else iter(())
            for answer in answers:
                outcome = _read(answer)
                if outcome is None:
                    break
                self._done.put((batch.pop(0).key, outcome))
            if batch and not self._over.is_set():
                self._replace(worker)
                worker = None
                self._again(batch, todo)
        self._replace(worker)

    def _take(self, todo: queue.SimpleQueue[jobs.Job]) -> list[jobs.Job]:
        """As many jobs as keep every worker busy to the end; none when nothing is left, or all is over."""
        share = todo.qsize() // (2 * self._workers)
        batch: list[jobs.Job] = []
        with suppress(queue.Empty):
            while not self._over.is_set() and len(batch) < max(1, min(share, MOST)):
                batch.append(todo.get_nowait())
        return batch

    def _again(self, batch: Sequence[jobs.Job], todo: queue.SimpleQueue[jobs.Job]) -> None:
        """Put back what was not answered. The first of it had the grader when that died."""
        first, *rest = batch
        self._tries[first.key] += 1
        if self._tries[first.key] < TRIES:
            rest.append(first)
        else:
            why = "the grader's own process died or took too long, twice"
            self._done.put((first.key, jobs.unable(json.loads(first.request)["cases"], why)))
        for job in rest:
            todo.put(job)

    def _start(self) -> Worker | None:
        with self._lock:
            if self._over.is_set():
                return None
            try:
                worker = Worker()
            except OSError:  # no process or no memory left: the job is marked, and a person looks
                return None
            self._alive.add(worker)
            return worker

    def _replace(self, worker: Worker | None) -> None:
        if worker:
            worker.end()
            with self._lock:
                self._alive.discard(worker)

    def _end(self) -> None:
        self._over.set()
        with self._lock:
            alive = list(self._alive)
        for worker in alive:
            worker.kill()


def _read(line: str) -> jobs.Outcome | None:
    try:
        return jobs.read(line)
    except ValueError:
        return None
