"""The conductor: calibrates, opens, warms up, then runs blocks until the answer is precise or time is up.

It fills a Recording as it goes, so that whoever stops it keeps what was finished. It does no work
while a trial is being timed. Clock, randomness and processes come in as parameters.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from conclab.discovery import load
from conclab.errors import BadRequestError, LaneError
from conclab.harness import plan
from conclab.harness.calibrate import calibrate
from conclab.harness.judge import is_precise
from conclab.harness.preflight import missing
from conclab.harness.stats import looks
from conclab.model import Gil, Sighting, Trial, Variant, Workload
from conclab.record import Block, Calibration, Recording
from conclab.search import Search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conclab.harness.lanes import Lanes
    from conclab.harness.launch import Json

# What disturbs a shared machine lasts for seconds. A shorter run sees one state of it, all blocks agree,
# and the narrow interval holds for that moment alone.
LONG_ENOUGH_S = 5.0
WARM_UPS = 2  # the first fills caches and specialises bytecode, the second shows that it is over
WARM_UP_TRIES = 20  # of a search: enough to import everything, and to find what is found at once
# One task per process, so that the cores are measured and not the pool; at half this length two processes
# that were woken together often still share a core (1.2x to 1.8x seen, where these show 1.8x to 1.9x).
CEILING_TASK_S = 0.012


@dataclass(frozen=True, slots=True)
class Step:
    """What the conductor has just done or is about to do, for whoever watches. Never during a trial."""

    doing: str
    blocks: int
    spent_s: float


class Conductor:
    """Measures one experiment into a Recording."""

    def __init__(self, recording: Recording, lanes: Lanes, *, cores: int, clock: Callable[[], float]) -> None:
        self.recording = recording
        self._lanes = lanes
        self._cores = cores
        self._clock = clock
        self._random = Random(recording.seed)
        self._begun = clock()
        self._lost_s = 0.0
        self._checksums: dict[tuple[object, ...], str] = {}
        self._reference: list[Variant] = []

    def measure(self) -> Iterator[Step]:
        """Do everything, step by step. Errors of a lane cost their variant and are recorded."""
        yield self._step("starting")
        self._preflight()
        yield self._step("calibrating")
        self._calibrate()
        for variant in self._running():
            yield self._step(f"warming up {variant.name}")
            self._warm_up(variant)
        yield from self._blocks()

    def _preflight(self) -> None:
        record = self.recording
        for interpreter in dict.fromkeys(variant.interpreter for variant in record.lineup):
            facts = self._lanes.facts(interpreter)  # an interpreter that can't start is a wrong request
            record.interpreters[interpreter] = facts
        for variant in list(record.lineup):
            why_not = missing(variant, record.interpreters[variant.interpreter])
            if why_not is not None:
                record.left_out[variant.name] = why_not
                record.lineup.remove(variant)
        if not any(self._comparable(variant) for variant in record.lineup):
            reasons = "; ".join(f"{name}: {why}" for name, why in record.left_out.items())
            raise BadRequestError(f"nothing to compare here ({reasons})")
        tasks = plan.tasks_of(record.experiment, record.lineup)
        record.predictions = plan.predictions(
            record.lineup, record.interpreters, cores=self._cores, tasks=tasks
        )
        record.search_predictions = plan.search_predictions(
            record.lineup, record.interpreters, cores=self._cores, tasks=tasks
        )
        claims = record.predictions | record.search_predictions
        self._reference = plan.ceiling(record.lineup, claims, cores=self._cores)
        record.ceiling_workers = self._reference[0].workers if self._reference else 0

    def _calibrate(self) -> None:
        record = self.recording
        tasks = plan.tasks_of(record.experiment, record.lineup)
        for variant in record.lineup:
            work = load("conclab.workloads", variant.workload, Workload)
            target = plan.task_target_s(tasks)
            if variant.workload not in record.calibrations:
                self._calibrate_by(variant, work, tasks, target)
        for variant in self._reference[:1]:
            work = load("conclab.workloads", variant.workload, Workload)
            self._calibrate_by(variant, work, variant.workers, CEILING_TASK_S, key=plan.CEILING_ONE)

    def _calibrate_by(
        self, variant: Variant, work: Workload, tasks: int, target_s: float, key: str = ""
    ) -> None:
        def task_s(size: int) -> float:
            # The faster of two: a first run pays for caches that the others find warm. A whole batch at
            # a time: on a virtual machine a short burst ran up to 1.6 times slower than a long one.
            count = tasks if work.grows else 1
            trials = [self._lanes.trial(variant, size=size, tasks=count) for _ in range(2)]
            return min(float(trial["time_s"]) for trial in trials) / count

        if work.program:  # a search takes as long as it takes
            self.recording.calibrations[variant.workload] = Calibration(work.size, tasks, None)
            self.recording.programs[variant.workload] = work.program
            return
        with self._costs_only(variant):
            self._open(variant)
            if work.grows:
                size, seconds = calibrate(task_s, size=work.size, target_s=target_s)
            else:
                size, seconds = work.size, task_s(work.size)
            self.recording.calibrations[key or variant.workload] = Calibration(size, tasks, seconds)

    def _warm_up(self, variant: Variant) -> None:
        with self._costs_only(variant):
            if variant.approach:
                self._open(variant)
                self._lanes.trial(variant, size=WARM_UP_TRIES, tasks=self._calibration(variant).tasks)
                return
            for _ in range(WARM_UPS):
                self._trial(variant)

    def _blocks(self) -> Iterator[Step]:
        record = self.recording
        schedule = looks()
        look = next(schedule)
        longest_s = 0.0
        while True:
            before = self._clock()
            if not any(self._comparable(variant) for variant in self._running()):
                record.stopped = "nothing left to compare"
                return
            if self._spent_s() + longest_s > record.budget_s and record.blocks:
                record.stopped = "budget spent"
                return
            lost = self._lost_s
            self._block()
            longest_s = max(longest_s, self._clock() - before - (self._lost_s - lost))
            yield self._step("measuring")
            if len(record.blocks) == look:
                if is_precise(record) and self._spent_s() >= min(record.budget_s / 2, LONG_ENOUGH_S):
                    record.stopped = "precise enough"
                    return
                look = next(schedule)

    def _block(self) -> None:
        """Run one trial of every variant still running; a block that is cut short is not kept."""
        everyone = {variant.name: variant for variant in self._running()}
        order = plan.shuffled(list(everyone), self._random)
        trials: dict[str, Trial] = {}
        for name in order:
            with self._costs_only(everyone[name]):
                trials[name] = self._trial(everyone[name])
        self.recording.blocks.append(Block(tuple(order), trials))

    def _trial(self, variant: Variant) -> Trial:
        if self._open(variant) and self.recording.blocks:
            self._once(variant)  # a lane was replaced: its pools are cold again
        return self._once(variant)

    def _once(self, variant: Variant) -> Trial:
        calibration = self._calibration(variant)
        trial = as_trial(self._lanes.trial(variant, size=calibration.size, tasks=calibration.tasks))
        work = load("conclab.workloads", variant.workload, Workload)
        # Twins that differ in their coroutine alone do the same work, so one must answer as the other does.
        batch = (work.run, work.arguments, calibration.size, calibration.tasks)
        expected = self._checksums.setdefault(batch, trial.checksum)
        if trial.checksum != expected:
            raise LaneError("computed another answer than the others: a fast wrong answer is not a result")
        return trial

    def _open(self, variant: Variant) -> bool:
        """Open the variant's pool unless it is; says whether it had to."""
        startup_s = self._lanes.open(variant)
        if startup_s is None:
            return False
        self.recording.startups_s.setdefault(variant.name, []).append(startup_s)
        return True

    def _calibration(self, variant: Variant) -> Calibration:
        key = plan.CEILING_ONE if variant in self._reference else variant.workload
        found = self.recording.calibrations.get(key)
        if found is None:
            raise LaneError("not measured: its task could not be calibrated")
        return found

    def _running(self) -> list[Variant]:
        """Every variant that has not failed, the two of the ceiling included."""
        everyone = [*self.recording.lineup, *self._reference]
        return [variant for variant in everyone if variant.name not in self.recording.errors]

    def _comparable(self, variant: Variant) -> bool:
        if variant.approach:
            return True  # an answer by itself
        versus = self.recording.versus.get(variant.name, variant.name)
        return versus != variant.name and versus not in self.recording.errors

    @contextmanager
    def _costs_only(self, variant: Variant) -> Iterator[None]:
        """Let an error of a lane cost one variant, not the run, and its time nobody else's budget."""
        before = self._clock()
        try:
            yield
        except LaneError as error:
            self.recording.errors[variant.name] = str(error)
            self._lost_s += self._clock() - before

    def _spent_s(self) -> float:
        return self._clock() - self._begun - self._lost_s

    def _step(self, doing: str) -> Step:
        return Step(doing, len(self.recording.blocks), self._spent_s())


def as_trial(answer: Json) -> Trial:
    """Turn a lane's answer into a Trial."""
    sightings = tuple(Sighting(**sighting) for sighting in answer["sightings"])
    searches = tuple(Search(**search) for search in answer.get("searches", []))
    return Trial(**(answer | {"gil": Gil(answer["gil"]), "sightings": sightings, "searches": searches}))
