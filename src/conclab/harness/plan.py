"""Who takes part, and in which order. Pure: no processes, no clock."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conclab.errors import BadRequestError, UnknownNameError
from conclab.model import Circumstances, Gil, Variant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from conclab.model import Experiment, InterpreterFacts, Prediction
    from conclab.search import SearchPrediction

CEILING_ONE = "ceiling: one process"
CEILING_ALL = "ceiling: all processes"
CEILING_WORKLOAD = "hash-blocks"  # C code in registers and cache: nothing to share but the cores themselves
LEAST_WORKERS = 2  # one worker shows nothing about concurrency, not even on one core


def bind(
    experiment: Experiment,
    *,
    interpreters: Sequence[str],
    cores: int,
    workers: int | None,
    only: Sequence[str],
) -> tuple[list[Variant], dict[str, str]]:
    """Fill in what the variants leave open; returns them with the baseline of each.

    With several interpreters every name says which one, and each has a baseline of its own. A variant that
    looks for a bug is compared with none: it is its own baseline.
    Raises UnknownNameError for an `only` that names no variant.
    """
    chosen = _choose(experiment, only)
    lineup: list[Variant] = []
    versus: dict[str, str] = {}
    for interpreter in interpreters:
        suffix = f" on {interpreter}" if len(interpreters) > 1 else ""
        for variant in chosen:
            bound = replace(
                variant,
                name=variant.name + suffix,
                strategy=variant.strategy or variant.name,
                workload=variant.workload or experiment.workload,
                workers=_workers(variant, experiment, workers) or max(LEAST_WORKERS, cores),
                interpreter=interpreter,
            )
            lineup.append(bound)
            versus[bound.name] = _versus(variant, experiment) + suffix
    return lineup, versus


def _versus(variant: Variant, experiment: Experiment) -> str:
    return variant.name if variant.approach else variant.versus or experiment.baseline.name


def _workers(variant: Variant, experiment: Experiment, asked: int | None) -> int | None:
    """A program in which a bug is looked for has the threads that it has, whatever was asked for."""
    return variant.workers or (None if variant.approach else asked) or experiment.workers


def _choose(experiment: Experiment, only: Sequence[str]) -> list[Variant]:
    names = [variant.name for variant in experiment.variants]
    for name in only:
        if name not in names:
            raise UnknownNameError("variant", name, names)
    if not only:
        return list(experiment.variants)
    wanted = set(only)
    for variant in experiment.variants:  # a comparison needs what it compares with
        if variant.name in wanted:
            wanted.add(_versus(variant, experiment))
    chosen = [variant for variant in experiment.variants if variant.name in wanted]
    if len(chosen) < 2 and not chosen[0].approach:  # noqa: PLR2004 - a comparison has two sides
        raise BadRequestError(
            f"{only[0]!r} is the baseline; name a variant to compare it with: {', '.join(names[1:])}"
        )
    return chosen


def tasks_of(experiment: Experiment, lineup: Sequence[Variant]) -> int:
    """One batch size for the whole run: a multiple of the workers, so that none idles at the end."""
    return experiment.tasks_per_worker * max(variant.workers for variant in lineup)


def predictions(
    lineup: Sequence[Variant], facts: dict[str, InterpreterFacts], *, cores: int, tasks: int
) -> dict[str, Prediction]:
    """Write down every prediction. Reads the machine and the interpreter, never a measurement."""
    return {
        variant.name: variant.predict(_here(variant, facts, cores=cores, tasks=tasks))
        for variant in lineup
        if variant.predict is not None and variant.interpreter in facts
    }


def search_predictions(
    lineup: Sequence[Variant], facts: dict[str, InterpreterFacts], *, cores: int, tasks: int
) -> dict[str, SearchPrediction]:
    """The same for the variants that look for a bug."""
    return {
        variant.name: variant.predict_search(_here(variant, facts, cores=cores, tasks=tasks))
        for variant in lineup
        if variant.predict_search is not None and variant.interpreter in facts
    }


def _here(variant: Variant, facts: dict[str, InterpreterFacts], *, cores: int, tasks: int) -> Circumstances:
    about = facts[variant.interpreter]
    return Circumstances(cores, variant.workers, tasks, about.gil is Gil.ENABLED, about.version)


def ceiling(
    lineup: Sequence[Variant], found: Mapping[str, Prediction | SearchPrediction], *, cores: int
) -> list[Variant]:
    """Return the two variants that measure what the machine itself can do, if a prediction needs cores."""
    claims = [variant for variant in lineup if variant.name in found and found[variant.name].parallel]
    if not claims:
        return []
    workers = min(cores, max(variant.workers for variant in claims))
    where = claims[0].interpreter
    one = Variant(CEILING_ONE, "serial", CEILING_WORKLOAD, workers, interpreter=where)
    return [one, replace(one, name=CEILING_ALL, strategy="processes-dealt")]


def shuffled(names: Sequence[str], random: Random) -> list[str]:
    """Return the order of one block: at random, so that no variant always follows the same other."""
    order = list(names)
    random.shuffle(order)
    return order


def task_target_s(tasks: int) -> float:
    """How long one task should last at least.

    A serial trial of 40 ms spans eight switch intervals of the GIL. Shorter ones give narrower intervals,
    but of another figure: for its first milliseconds a process pool may run two workers on one core (seen
    on Linux: 1.2x from trials of 14 ms where 40 ms and more show 1.75x). Longer ones are fewer and
    further apart, and the speed of a shared CPU changes in between. A task under 3 ms would measure the
    pool, not the work.
    """
    return max(0.040 / tasks, 0.003)
