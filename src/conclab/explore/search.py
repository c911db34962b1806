"""Explores the schedules of a scenario until one fails, all were tried, or the budget is spent."""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

from conclab.discovery import load
from conclab.errors import BadRequestError
from conclab.explore import engine, events, garbage, patches, strays
from conclab.explore.codes import decode, encode, fingerprint
from conclab.explore.execution import Executor
from conclab.explore.fewest import Fewest
from conclab.explore.outcome import Failure, FailureKind, Verdict
from conclab.explore.policies.exhaustive import Exhaustive
from conclab.explore.policies.plan import Plan
from conclab.explore.policy import Limits, Way
from conclab.explore.record import Record
from conclab.explore.result import Coverage, Finding, Result
from conclab.explore.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conclab.explore.policies.plan import Deviation
    from conclab.explore.policy import Policy
    from conclab.explore.scheduler import Run
    from conclab.explore.target import Target

BASE_RUNS = 3  # the default schedule: to see whether it is the same each time
SURE_RUNS = 5  # and once more at the end
RESTARTS = 20  # when code is met late that changes what others can see of the code before
REPLAYS = 10
TELL_EVERY = 50
STRAYED = (
    "a schedule that was tried again went another way: the program depends on more than the order of its "
    "threads (time, addresses, random numbers of the system, the network, what ran before)"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """How to explore."""

    policy: str = "default"
    preemptions: int | None = 2
    budget: int = 10_000  # schedules
    seed: int = 0
    timeout_s: float | None = None  # stop looking after so many seconds; None: when the budget is spent
    shrink: bool = True
    replays: int = REPLAYS


class Search:
    """One exploration of one target."""

    def __init__(self, target: Target, wish: Wish, tell: Callable[[int, int], None]) -> None:
        self.target = target
        self.wish = wish
        self.tell = tell
        self.schedules = 0
        self.steps = 0
        self.notes: list[str] = []

    def explore(self) -> Result:
        """Search, and if something fails: shrink, replay, tell."""
        way = load("conclab.explore.policies", self.wish.policy, Way)
        started = time.perf_counter()
        with self._scope():
            failed, policy = self._base(), None
            if failed is None:
                failed, policy = (None, Alone()) if self._is_alone() else self._search(way)
                failed = failed or self._same(self.executor.execute(Plan()), SURE_RUNS)
            seconds = time.perf_counter() - started
            return self._conclude(failed, policy, seconds)

    def replay(self, code: str) -> Result:
        """Execute one schedule again, and tell it."""
        source, plan = decode(code)
        with self._scope():
            self._settle()
            now = fingerprint(self.executor.events.files)
            if now != source:
                raise BadRequestError(
                    f"{code} was made for another state of the source ({source}, now {now}): explore it again"
                )
            plan_policy = Plan(plan)
            run = self._execute(plan_policy)
            if not plan_policy.followed:
                run.failure = Failure(
                    FailureKind.DIVERGED,
                    "the schedule names a switch that was not possible: the program is another one each "
                    f"time{self._suspects()}",
                )
            return self._conclude(run, None, 0.0, replayed=True)

    def _suspects(self) -> str:
        return strays.named(self.executor.events.points)

    # ---- the search

    def _is_alone(self) -> bool:
        """Whether there is nothing to decide: then that was all, however often it was looked at."""
        plan, before = Plan(), (self.schedules, self.steps)
        run = self._execute(plan)
        if plan.asked or run.failure is not None:
            self.schedules, self.steps = before  # the search counts it when it comes to it
            return False
        self.schedules, self.steps = 1, run.steps
        return True

    @contextmanager
    def _scope(self) -> Iterator[None]:
        if engine.STATE.events is not None:
            raise BadRequestError("an exploration is going on in this process already; one at a time")
        listening = events.make(include=self.target.include, only=self.target.only)
        numbers = random.getstate()
        engine.STATE.events = listening
        try:
            with patches.patched(), garbage.held_back():
                listening.open()
                self.executor = Executor(self.target.scenario, listening)
                try:
                    yield
                finally:
                    self.executor.close()
                    listening.close()
        finally:
            engine.STATE.events = None
            engine.STATE.collects = False
            random.setstate(numbers)

    def _execute(self, policy: Policy) -> Run:
        run = self.executor.execute(policy, record=Record() if policy.records else None)
        self.schedules += 1
        self.steps += run.steps
        if self.schedules % TELL_EVERY == 0:
            self.tell(self.schedules, self.wish.budget)
        return run

    def _settle(self) -> Run:
        """Run the default schedule until no new code turns up."""
        for _ in range(RESTARTS):
            layout = self.executor.events.points.layout
            files = len(self.executor.events.points.sources)
            run = self._execute(Plan())
            now = self.executor.events.points
            if run.failure is not None and run.failure.kind is FailureKind.NOT_CONTROLLED:
                break
            if (now.layout, len(now.sources)) == (layout, files):
                break
        return run

    def _base(self) -> Run | None:
        """The default schedule, and whether it is the same one each time."""
        run = self._settle()
        if run.failure is not None:
            return run
        again = self._execute(Plan())
        if again.failure is not None:
            return again
        return self._same(again, BASE_RUNS) and self._same(self._execute(Plan()), BASE_RUNS)

    def _same(self, one: Run, times: int) -> Run | None:
        """Whether the default schedule goes the same way each time; if not, a run that says so."""
        for _ in range(times):
            run = self.executor.execute(Plan())
            if run.failure is not None:
                return run
            if _way(run) != _way(one):
                run.failure = Failure(
                    FailureKind.NOT_CONTROLLED,
                    f"the same schedule took {one.steps} steps, then {run.steps}: the program depends on "
                    f"more than the order of its threads{self._suspects()}",
                )
                return run
        return None

    def _search(self, way: Way) -> tuple[Run | None, Policy]:
        until = None if self.wish.timeout_s is None else time.perf_counter() + self.wish.timeout_s
        policy = self._policy(way)
        layout = self.executor.events.points.layout
        last: Run | None = None
        restarts = 0
        while self.schedules < self.wish.budget and (until is None or time.perf_counter() < until):
            if not policy.another(last):
                break
            last = self._execute(policy)
            points = self.executor.events.points
            if points.layout != layout and restarts < RESTARTS:
                layout, restarts = points.layout, restarts + 1
                if last.failure is None or last.failure.kind is not FailureKind.NOT_CONTROLLED:
                    policy, last = self._policy(way), None  # numbers of steps mean something else now
                    continue
            if last.failure is None and strays.strayed(policy):
                last.failure = strays.failure(points, self.schedules)
            if last.failure is not None:
                return last, policy
        if policy.strayed and last is not None:
            last.failure = Failure(FailureKind.NOT_CONTROLLED, STRAYED)
            return last, policy
        return None, policy

    def _policy(self, way: Way) -> Policy:
        return way.make(Limits(self.wish.preemptions, Random(self.wish.seed)))

    # ---- the conclusion

    def _conclude(
        self, run: Run | None, policy: Policy | None, seconds: float, *, replayed: bool = False
    ) -> Result:
        coverage = self._coverage(policy, seconds, failed=run is not None)
        result = Result(self.target.name, Verdict.UNCLEAR, coverage)
        if run is None:
            verdict = Verdict.HOLDS if coverage.exhausted else Verdict.UNCLEAR
            return replace(result, verdict=verdict)
        assert run.failure is not None or replayed
        if run.failure is None:
            return replace(result, notes=("this schedule does not fail",))
        if run.failure.kind in {FailureKind.NOT_CONTROLLED, FailureKind.DIVERGED}:
            return replace(result, not_controlled=run.failure.summary)
        return self._tell_failure(result, run, policy, replayed=replayed)

    def _tell_failure(self, result: Result, run: Run, policy: Policy | None, *, replayed: bool) -> Result:
        plan: list[Deviation] = list(run.plan)
        found = self.schedules
        first = run.failure
        assert first is not None
        if self.wish.shrink and not replayed:
            plan = Fewest(self.executor, plan, first).shrink()
        trace = Trace(self.executor.events)
        told = self.executor.execute(Plan(plan), trace=trace)
        again = 0
        if not replayed:
            for _ in range(self.wish.replays):
                again += first.resembles(self.executor.execute(Plan(plan)).failure)
        if not first.resembles(told.failure):
            text = f"{first.summary}: the same schedule does not fail in the same way again"
            return replace(result, not_controlled=text)
        assert told.failure is not None
        finding = Finding(
            failure=told.failure,
            plan=tuple(told.plan),
            replay=encode(told.plan, fingerprint(self.executor.events.files)),
            schedule=found,
            policy="replay" if replayed else (_name(policy) if policy is not None else "default order"),
            switches_found=len(run.plan),
            replays=(again, 0 if replayed else self.wish.replays),
        )
        story = trace.story(told)
        place = story.pop("failed_at")
        told.failure.error = None if told.failure.error is None else told.failure.error.with_traceback(None)
        return replace(result, verdict=Verdict.FAILS, finding=replace(finding, place=place), story=story)

    def _coverage(self, policy: Policy | None, seconds: float, *, failed: bool) -> Coverage:
        exhausted = policy is not None and policy.exhausted
        return Coverage(
            schedules=self.schedules,
            steps=self.steps,
            exhausted=exhausted,
            preemptions=getattr(policy, "bound", self.wish.preemptions),
            saved=policy.saved if policy is not None else 0,
            policy=self.wish.policy,
            seed=self.wish.seed,
            seconds=seconds,
            promise="" if policy is None or exhausted or failed else policy.promise(),
            complete=None if exhausted or failed else _complete(policy),
        )


class Alone(Plan):
    """Of a program in which nothing runs beside main."""

    bound = None
    exhausted = True


def _way(run: Run) -> tuple[Any, ...]:
    """What two executions of the same schedule have in common."""
    return run.steps, [(task.name, task.steps) for task in run.tasks]


def _complete(policy: Policy | None) -> int | None:
    """The number of preemptions up to which every schedule was tried, though there are others."""
    turns = getattr(policy, "turns", [policy])
    done = [one.level - 1 for one in turns if isinstance(one, Exhaustive)]
    return max((level for level in done if level >= 0), default=None)


def _name(policy: Policy) -> str:
    name: Any = getattr(policy, "name", None) or type(policy).__module__.rpartition(".")[2]
    return str(name)
