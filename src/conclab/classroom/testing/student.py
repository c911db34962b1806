"""One submission in a test: the fixture `student`. A worker of its own in every test."""

from __future__ import annotations

import hashlib
import sys
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from conclab.classroom.channel.launch import LARGEST_FILE, launch
from conclab.classroom.channel.patience import BUDGET, Patience
from conclab.classroom.channel.pipe import Pipe
from conclab.classroom.faults import CrashFault, Fault, ProtocolFault, SilenceFault
from conclab.classroom.model import Reason
from conclab.classroom.stage.search import Covered, Wish, search
from conclab.classroom.stage.stage import Stage
from conclab.explore.policies.plan import Plan
from conclab.sandbox.model import Layer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from conclab.classroom.channel.launch import Worker
    from conclab.classroom.stage.remote import Remote
    from conclab.explore.policy import Policy


class Student:
    """A submission. `code` is its first file: `student.code.f(1)`."""

    def __init__(
        self,
        folder: Path,
        files: tuple[str, ...],
        *,
        seed: str,
        timeout_s: float = 10.0,
        replay: str = "",
        layer: Layer = Layer.BASIC,
        needs: Iterable[str] = (),
        python: str = sys.executable,
    ) -> None:
        self.folder = folder
        self.files = files
        self.seed = seed
        self.replay = replay
        self._start = partial(launch, folder, files, layer=layer, needs=tuple(needs), python=python)
        self.patience = Patience(timeout_s)
        self.covered: list[Covered] = []
        self.last: Stage | None = None
        self._texts = {name: _text(folder / name) for name in files}
        self._worker: Worker | None = None
        self._pipe: Pipe | None = None
        self._direct: Stage | None = None
        self._fault: Fault | None = None

    @property
    def code(self) -> Remote:
        """The first file. Calls happen one after the other, in the order that nobody decides."""
        return self.stage.code

    @property
    def stage(self) -> Stage:
        """The stage of calls outside of a scenario: for what is to be handed out."""
        if self._direct is None:
            self._direct = self._stage(Plan(), 0)
        return self._direct

    def schedules(
        self, scenario: Callable[[Stage], Any], *, preemptions: int | None = 2, budget: int = 200
    ) -> Covered:
        """Run `scenario(stage)` in every order up to the bound, or a sample if they are too many.

        The scenario makes what it hands out, starts threads, runs them and asserts on what the grader saw.
        """
        __tracebackhide__ = True
        number, _, code = self.replay.rpartition(":")
        wish = Wish(preemptions=preemptions, budget=budget, replay=code, first=int(number or 0))
        self._direct = None
        try:
            covered = search(scenario, self._stage, wish)
        except BaseException:
            self.close()  # in the middle of things
            raise
        self.covered.append(covered)
        return covered

    def explore(self, scenario: str, *, preemptions: int = 2, budget: int = 300) -> None:
        """Have a witness search the schedules of private state: it can only take points away.

        `scenario` is the source of a file with a function `scenario`, which imports the submission.
        """
        from conclab.classroom.testing.witness import testify  # noqa: PLC0415

        testify(self, scenario, preemptions=preemptions, budget=budget)

    def witness(self, scenario: str, *, preemptions: int, budget: int) -> dict[str, Any]:
        """What a worker of its own says about a scenario; only what speaks against it counts."""
        worker = self._start(scenario=scenario, search=(preemptions, budget))
        pipe = Pipe(worker, self.patience)
        pipe.silence_s = BUDGET * self.patience.silence_s  # it says one word, at its end
        try:
            return pipe.receive("the witness")
        finally:
            self.patience.used_s += worker.kill()

    def close(self) -> None:
        """End its worker."""
        if self._pipe is not None and isinstance(self._pipe.fault, CrashFault | ProtocolFault | SilenceFault):
            self._fault = self._pipe.fault
        if self._worker is not None:
            self.patience.used_s += self._worker.kill()
        self._worker = self._pipe = self._direct = None

    # ---- workers

    def _stage(self, policy: Policy, number: int) -> Stage:
        """A new stage, on the worker that is there if nothing is left in it."""
        if self.last is not None and not (
            self.last.clean and self._pipe is not None and self._pipe.fault is None
        ):
            self.close()
        if self._fault is not None:
            raise self._fault
        try:
            pipe = self._ready()
            stage = Stage(pipe, policy, files=self._texts, random=Random(self._seed(number)))
        except Fault as fault:
            self._fault = fault  # it can't even be imported: the same for whatever comes
            raise
        self.last = stage
        return stage

    def _ready(self) -> Pipe:
        if self._pipe is not None:
            self._pipe.send({"op": "forget"})
            return self._pipe
        for name in self.files:
            if not self._texts[name]:
                raise Fault(
                    f"the submission has no file {name!r}, or there is nothing in it", reason=Reason.MISSING
                )
        self._worker = self._start()
        self._pipe = Pipe(self._worker, self.patience)
        self._pipe.greet()
        Stage(self._pipe, Plan(), files=self._texts, random=Random(0)).load(self.files[0])
        return self._pipe

    def _seed(self, number: int) -> int:
        return int.from_bytes(hashlib.sha256(f"{self.seed} {number}".encode()).digest()[:8], "big")


def _text(file: Path) -> str:
    """What is in a file of the submission; nothing if that is no regular file of a sensible size."""
    if file.is_symlink() or not file.is_file() or file.stat().st_size > LARGEST_FILE:
        return ""
    return file.read_bytes().decode("utf-8", "replace")
