"""One tool on one program: the process that `explore_vs.py` starts for each row. Prints one line of JSON.

Each tool is used as its documentation says, and told the same: so many schedules, so many seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import traceback
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from parts import ordinary as runs
from parts import under_frontrun
from parts.outcome import ONE_RUN_S, REPLAYS, Outcome, Task, Verdict, kind_of, of_the_tool, words
from parts.programs import Program

if TYPE_CHECKING:
    from collections.abc import Callable

NOT_MODELLED = {"asyncio": "event loops", "ThreadPoolExecutor": "executors", "Timer": "threads of a subclass"}


def conclab(task: Task, policy: str) -> Outcome:
    """The public function."""
    from conclab.discovery import load
    from conclab.explore import explore, search

    load("conclab.explore.policies", policy, search.Way)  # imports are not searching
    target = f"{task.path}:{task.function}"
    begin = time.perf_counter()
    result = explore(target, policy=policy, budget=task.budget, seed=task.seed, timeout_s=task.seconds)
    seconds = time.perf_counter() - begin
    found, coverage = result.finding, result.coverage
    if found is not None:
        kind, replays = str(found.failure.kind), found.replays
        return Outcome(Verdict.FOUND, kind, found.failure.summary, found.schedule, seconds, replays)
    reason = result.not_controlled
    verdict = Verdict.NOTHING if reason is None else Verdict.INCONCLUSIVE
    return Outcome(verdict, "", reason or "", coverage.schedules, seconds, exhausted=coverage.exhausted)


def over_seeds(task: Task, policy: str, seeds: int) -> list[int | None]:
    """For each seed, how many schedules our search needs; None if the budget does not do."""
    from conclab.explore.search import Search, Wish
    from conclab.explore.target import File

    needed: list[int | None] = []
    for seed in range(seeds):
        wish = Wish(policy=policy, budget=task.budget, seed=seed, shrink=False, replays=0)
        target = File(task.path).target(task.function)
        found = Search(target, wish, lambda _done, _of: None).explore().finding
        needed.append(None if found is None else found.schedule)
    return needed


def interleave(task: Task, strategy: str) -> Outcome:
    """A model. What its README does not promise is not held against it, only counted for it."""
    outcome = _interleave(task, strategy)
    good = Verdict.FOUND if task.function == "buggy" else Verdict.NOTHING
    if outcome.verdict is not good:
        for word, reason in NOT_MODELLED.items():
            if task.program.uses(word):
                return Outcome(Verdict.UNSUPPORTED, detail=f"{reason}; {outcome.verdict}: {outcome.detail}")
    return outcome


def _interleave(task: Task, strategy: str) -> Outcome:
    """As its README says: a function that makes its state, starts threads, joins them and asserts."""
    import interleave_test
    from interleave_test import PCTStrategy, RandomStrategy

    until = time.perf_counter() + task.seconds

    class Limited({"pct": PCTStrategy, "random": RandomStrategy}[strategy]):  # type: ignore[misc]
        def more(self) -> bool | None:
            return None if time.perf_counter() < until else False

    def model() -> object:
        with interleave_test.no_interleave():  # the file makes its locks and classes inside, as it should
            program = task.program.load()
        return program()

    common = {"exclude": [str(Path(__file__).parent)], "timeout": ONE_RUN_S, "raise_on_failure": False}
    task.program.load()  # what it imports must not meet the patched threading
    begin = time.perf_counter()
    result = interleave_test.explore(
        model, iterations=task.budget, seed=task.seed, strategy=Limited(), **common
    )
    seconds, failure = time.perf_counter() - begin, result.failure
    if failure is None:
        return Outcome(Verdict.NOTHING, "", "", result.schedules_run, seconds)
    if failure.kind == "hang":
        return Outcome(Verdict.INCONCLUSIVE, "", failure.details, result.schedules_run, seconds)
    if failure.kind == "exception" and of_the_tool(failure.exception, task):
        return Outcome(Verdict.CRASH, "", words(failure.exception), result.schedules_run, seconds)
    again = 0
    for _ in range(REPLAYS):
        once = interleave_test.replay(model, failure.schedule, **common).failure
        same = once is not None and once.kind == failure.kind
        again += same and type(once.exception) is type(failure.exception)
    kind = "deadlock" if failure.kind == "deadlock" else kind_of(failure.exception)
    detail = failure.details if kind == "deadlock" else words(failure.exception)
    seconds = time.perf_counter() - begin
    return Outcome(Verdict.FOUND, kind, detail, result.schedules_run, seconds, (again, REPLAYS))


def ordinary(task: Task, way: str) -> Outcome:
    """Runs with nothing that steers them; what a schedule is elsewhere is a run here."""
    if way == "tuned":
        runs.tune()
    begin = time.perf_counter()
    ran = runs.run_often(task.program.load, runs=task.budget, seconds=task.seconds)
    seconds = time.perf_counter() - begin
    kinds = [kind_of(error) for error in ran.errors] + ["deadlock"] * ran.hangs
    verdict = Verdict.SEEN if kinds else Verdict.NOTHING
    detail = f"{len(kinds)} of {ran.runs} runs, {ran.hangs} hung"
    return Outcome(verdict, " ".join(sorted(set(kinds))), detail, ran.runs, seconds)


TOOLS: dict[str, tuple[Callable[[Task, str], Outcome], str, str]] = {
    "conclab": (conclab, "default", "conclab"),
    "conclab random": (conclab, "random", "conclab"),
    "frontrun dpor": (under_frontrun.explore, "dpor", "frontrun"),
    "frontrun random": (under_frontrun.explore, "random", "frontrun"),
    "interleave pct": (interleave, "pct", "interleave_test"),
    "interleave random": (interleave, "random", "interleave_test"),
    "plain runs": (ordinary, "plain", "threading"),
    "tuned runs": (ordinary, "tuned", "threading"),
}


def main() -> None:
    """Explore, print, and leave without waiting for threads that hang."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tool", choices=TOOLS)
    parser.add_argument("path", type=Path)
    parser.add_argument("function")
    parser.add_argument("--budget", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, help="conclab alone, with so many: print what each needs")
    given = parser.parse_args()
    explore, way, package = TOOLS[given.tool]
    program = Program(given.path, given.function)
    task = Task(program, given.path, given.function, given.budget, given.seconds, given.seed)
    if given.seeds:
        print(json.dumps(over_seeds(task, way, given.seeds)), flush=True)
        os._exit(0)
    try:
        outcome = explore(task, way)
    except Exception as error:  # noqa: BLE001 - what a peer raises is a row of the table
        files = [Path(frame.filename) for frame in traceback.extract_tb(error.__traceback__)]
        if not any(package in file.parts for file in files):  # ours; it must not look like one of theirs
            traceback.print_exc()
            os._exit(1)
        outcome = Outcome(Verdict.CRASH, kind_of(error), words(error))
    print(json.dumps(asdict(outcome)), flush=True)
    os._exit(0)


def installed() -> None:
    """Print which tools there are."""
    print(json.dumps([tool for tool, (_, _, package) in TOOLS.items() if find_spec(package)]))


if __name__ == "__main__":
    main()
