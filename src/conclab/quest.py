"""One task of an experiment about finding bugs: look for the bug of one program, by one approach.

Runs in a lane. What a search found is evidence; its answer, which must be the same in every variant, is
the name of the program that was searched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from conclab.errors import ConclabError, ContentError
from conclab.explore import Verdict, explore
from conclab.model import Bound, Workload
from conclab.search import Approach, Search
from conclab.stress import stress

if TYPE_CHECKING:
    from conclab.model import Order

PACKAGE = "conclab.programs"
SCENARIO = "conclab.programs.{}:scenario"  # as one types it anywhere
RUNS = 1_000
TUNED_SHARE = 10  # a tuned run is much longer: so many times fewer of them
STORY_WIDTH = 88


@dataclass(frozen=True, slots=True)
class Quest:
    """What one search is told."""

    program: str
    approach: Approach
    limit: int  # of runs or schedules
    seed: int  # of the search, where it draws at random


def searched(program: str) -> Workload:
    """The workload that looks for the bug of a program."""
    return Workload(
        run=search,
        arguments=partial(quests, program),
        bound=Bound.CPU,
        size=RUNS,
        grows=False,
        releases_gil=True,  # while the threads of the program are awaited
        program=file_of(program).read_text(encoding="utf-8"),
        answer=attrgetter("program"),
    )


def quests(program: str, order: Order) -> list[Quest]:
    """One search a batch, however many tasks were ordered: the workers are the threads of the program.

    `size` is the most runs of a plain stress test, or schedules.
    """
    approach = Approach(order.approach)
    limit = max(1, order.size // TUNED_SHARE) if approach is Approach.TUNED else order.size
    return [Quest(program, approach, limit, order.seed)]


def search(quest: Quest) -> Search:
    """Look until it is found or the tries are used up."""
    if quest.approach is Approach.EXPLORE:
        return _explored(quest)
    program = import_module(f"{PACKAGE}.{quest.program}")
    wanted = "tuned" if quest.approach is Approach.TUNED else "scenario"
    run = getattr(program, wanted, None)
    if run is None:
        raise ContentError(f"{program.__file__} must define {wanted}()")
    done = stress(program, run, runs=quest.limit)
    return Search(
        program=quest.program,
        found=bool(done.failure),
        tries=done.runs,
        limit=quest.limit,
        seconds=done.seconds,
        seed=quest.seed,
        failure=done.failure,
    )


def file_of(program: str) -> Path:
    """Where the program's text is."""
    spec = find_spec(f"{PACKAGE}.{program}")
    if spec is None or spec.origin is None:
        raise ConclabError(f"no program named {program!r} in {PACKAGE}")
    return Path(spec.origin)


def _explored(quest: Quest) -> Search:
    """Do what `conclab explore` does with the file."""
    result = explore(f"{file_of(quest.program)}:scenario", budget=quest.limit, seed=quest.seed)
    if result.not_controlled is not None:
        raise ConclabError(f"the program could not be explored: {result.not_controlled}")
    told = replace(result, target=SCENARIO.format(quest.program))
    brought = Search(
        program=quest.program,
        found=result.verdict is Verdict.FAILS,
        tries=result.coverage.schedules,
        limit=quest.limit,
        seconds=result.coverage.seconds,
        seed=quest.seed,
    )
    if result.finding is None:
        return brought
    return replace(
        brought,
        tries=result.finding.schedule,
        failure=result.finding.failure.mechanism or result.finding.failure.summary,
        story=told.text(STORY_WIDTH),
        replay=f"conclab explore {told.target} --replay {result.finding.replay}",
    )
