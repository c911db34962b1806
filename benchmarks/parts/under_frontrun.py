"""frontrun on one program: workers that were declared, and a virtual clock."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from parts.outcome import ONE_RUN_S, REPLAYS, Outcome, Task, Verdict, kind_of, of_the_tool, words

if TYPE_CHECKING:
    from collections.abc import Callable

CLOCK = "virtual"  # "explored" finds a bug more, and takes a timer of an hour for a race


def explore(task: Task, strategy: str) -> Outcome:
    """Declared workers with a virtual clock: `whole_programs` tells how a program becomes that."""
    whole = _unfollowed("whole_programs")
    try:
        if task.program.uses("asyncio"):
            return _tasks(whole, task, strategy)
        whole.route_threads()
        if task.program.starts_then_joins:
            return _declared(whole, task, strategy)
        return _slots(whole, task, strategy)
    except whole.UnsupportedError as why:
        return Outcome(Verdict.UNSUPPORTED, detail=str(why))


def _unfollowed(name: str) -> ModuleType:
    """A module of ours, under a name that frontrun does not follow: its steps are not the program's."""
    source = Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
    module = sys.modules[f"parts.{name}"] = ModuleType(f"parts.{name}")
    exec(compile(source, f"<frozen {name}>", "exec"), module.__dict__)
    return module


def _declared(whole: Any, task: Task, strategy: str) -> Outcome:
    program, carrier = task.program, whole.Carrier()

    def setup() -> Any:
        for execution in whole.current[-1:]:
            execution.abandon()
        return whole.Declared(program, carrier)

    threads = [whole.thread(number) for number in range(len(setup().threads))]
    return _explore(whole, task, strategy, setup=setup, workers=threads)


def _slots(whole: Any, task: Task, strategy: str) -> Outcome:
    program = task.program
    if program.uses("daemon=True"):
        raise whole.UnsupportedError("a worker that outlives the program")
    for slots in range(1, 10):
        found = _explore(
            whole,
            task,
            strategy,
            setup=lambda slots=slots: whole.Slots(program, slots),
            workers=[whole.player, *(whole.slot(n) for n in range(slots))],
        )
        if not any(execution.is_short for execution in whole.current):
            break
        whole.current.clear()
        whole.failed.clear()
    return found


def _tasks(whole: Any, task: Task, strategy: str) -> Outcome:
    if task.program.uses("create_task", "TaskGroup", "to_thread", "threading"):
        raise whole.UnsupportedError("tasks that a task starts, or threads beside tasks")
    tasks: Any = _unfollowed("whole_tasks")
    workers = tasks.workers(tasks.Gathered(task.program))
    return _explore(whole, task, strategy, setup=lambda: tasks.Gathered(task.program), workers=workers)


def _explore(
    whole: Any, task: Task, strategy: str, *, setup: Callable[[], Any], workers: list[Any]
) -> Outcome:
    import frontrun

    limits: dict[str, Any] = {"max_executions": task.budget}
    if strategy == "random":
        limits = {"max_attempts": task.budget, "seed": task.seed}
    begin = time.perf_counter()
    try:
        result = frontrun.explore(
            setup,
            workers,
            whole.holds,
            strategy=strategy,
            clock=CLOCK,
            total_timeout=task.seconds,
            timeout_per_run=ONE_RUN_S,
            **limits,
        )
        if asyncio.iscoroutine(result):
            result = asyncio.run(result)
    except Exception as error:  # noqa: BLE001 - a worker's exception may leave it, too
        seconds = time.perf_counter() - begin
        verdict = Verdict.CRASH if of_the_tool(error, task) else Verdict.BARE
        return Outcome(verdict, kind_of(error), words(error), 0, seconds)
    seconds = time.perf_counter() - begin
    told, tried = result.explanation or "", result.num_explored
    if result.property_holds is None:
        return Outcome(Verdict.INCONCLUSIVE, "", result.inconclusive_reason or told, tried, seconds)
    if result.property_holds:
        return Outcome(Verdict.NOTHING, "", "", tried, seconds, exhausted=bool(result.exhausted))
    replays = result.reproduction_successes, result.reproduction_attempts
    if not replays[1] and not task.program.uses("asyncio"):
        replays = _replays(whole, result.counterexample, setup, workers), REPLAYS
    kinds = ["deadlock"] if told.startswith("Deadlock") else [kind_of(each) for each in whole.failed[0]]
    detail = told if kinds == ["deadlock"] else words(whole.failed[0][0])
    return Outcome(Verdict.FOUND, " ".join(kinds), detail, tried, seconds, replays)


def _replays(whole: Any, schedule: Any, setup: Callable[[], Any], workers: list[Any]) -> int:
    """Its random strategy replays failed invariants alone; but a schedule that deadlocks can be run again."""
    from frontrun.bytecode import DeadlockError, run_with_schedule

    again = 0
    for _ in range(REPLAYS):
        try:
            state = run_with_schedule(schedule, setup, workers, timeout=ONE_RUN_S, clock=CLOCK)
        except DeadlockError:
            again += 1
        else:
            again += not whole.holds(state)
    return again
