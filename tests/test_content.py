"""Every experiment asks, names what exists, predicts before it measures, and teaches something."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conclab import discovery
from conclab.model import Bound, Circumstances, Experiment, Strategy, Workload

EXPERIMENTS = discovery.load_all("conclab.experiments", Experiment)
STRATEGIES = discovery.load_all("conclab.strategies", Strategy)
WORKLOADS = discovery.load_all("conclab.workloads", Workload)

every_experiment = pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)


@every_experiment
def test_it_is_a_question_with_a_lesson(experiment):
    """The question ends in a question mark; the lesson says more than the question."""
    assert experiment.question.endswith("?")
    assert len(experiment.lesson) > len(experiment.question)
    assert experiment.topic == experiment.topic.lower()


@every_experiment
def test_it_names_what_exists(experiment):
    """A typo in a strategy or a workload fails here, before anybody runs it."""
    names = [variant.name for variant in experiment.variants]

    assert len(names) == len(set(names))
    for variant in experiment.variants:
        assert (variant.strategy or variant.name) in STRATEGIES
        assert (variant.workload or experiment.workload) in WORKLOADS
        assert variant.versus in {"", *names}


@every_experiment
def test_it_compares_like_with_like(experiment):
    """A variant has the workload of its baseline, or a twin: equal but for its coroutine, or never raced.

    What looks for a bug does so in one program, and nothing else is compared with it.
    """
    searching = [bool(variant.approach) for variant in experiment.variants]
    assert all(searching) or not any(searching)
    assert all(searching) == bool(WORKLOADS[experiment.workload].program)
    by_name = {variant.name: variant for variant in experiment.variants}
    for variant in experiment.variants:
        baseline = by_name[variant.versus or experiment.baseline.name]
        mine, other = (each.workload or experiment.workload for each in (variant, baseline))
        if WORKLOADS[mine].observe is None:
            twin = replace(WORKLOADS[mine], run_async=WORKLOADS[other].run_async)
            assert twin == WORKLOADS[other]  # the same function makes the answer, or is what makes it
        else:
            assert WORKLOADS[mine].observe is WORKLOADS[other].observe


@every_experiment
def test_every_claim_has_a_reason(experiment):
    """All variants but the baselines predict something, whatever the machine and the interpreter."""
    baselines = {variant.versus or experiment.baseline.name for variant in experiment.variants}
    for variant in experiment.variants:
        if variant.approach:
            for gil in (True, False):
                for version in ((3, 11), (3, 14)):
                    claim = variant.predict_search(Circumstances(2, 1, 1, gil, version))
                    assert 0 <= claim.low <= claim.high <= 1
                    assert claim.high - claim.low < 1  # something must be able to refute it
                    assert claim.because
            continue
        if variant.name in baselines and variant.predict_sightings is None:
            continue
        if variant.predict_sightings is not None:
            assert variant.predict_sightings.because
            continue
        for cores in (1, 2, 64):
            for gil in (True, False):
                claim = variant.predict(Circumstances(cores, 8, 32, gil, (3, 13)))
                assert 0 < claim.low < claim.high
                assert claim.because


def test_no_claim_of_parallelism_is_made_for_one_core():
    """On one core nothing computes in parallel, and no experiment says otherwise."""
    for experiment in EXPERIMENTS.values():
        for variant in experiment.variants:
            work = WORKLOADS[variant.workload or experiment.workload]
            if variant.predict is not None and work.bound is Bound.CPU:
                assert not variant.predict(Circumstances(1, 2, 8, False, (3, 14))).parallel


def test_a_convoy_needs_a_gil():
    """Beside a computing thread all is slow with a GIL; without one the interval has no part in it."""
    for name in ("gil-convoy", "gil-switch-interval"):
        for variant in EXPERIMENTS[name].variants[1:]:
            if (variant.strategy or variant.name) != "beside-thread":
                continue
            claims = [variant.predict(Circumstances(8, 1, 2, gil, (3, 13))) for gil in (True, False)]
            with_gil, without = ((claim.low, claim.high) for claim in claims)
            assert not with_gil[0] <= 1 <= with_gil[1]
            assert without[0] < 1 < without[1]


def test_an_interval_is_predicted_to_help_by_its_length():
    """The shorter, the faster; in between no gap and no turn."""
    here = Circumstances(2, 1, 1, gil=True, version=(3, 13))
    sweep = [v for v in EXPERIMENTS["gil-switch-interval"].variants if v.predict]
    claims = [v.predict(here) for v in sorted(sweep, key=lambda v: v.switch_interval_s, reverse=True)]

    assert [claim.low for claim in claims] == sorted(claim.low for claim in claims)
    assert [claim.high for claim in claims] == sorted(claim.high for claim in claims)


@pytest.mark.parametrize(("tasks", "workers", "ideal"), [(3, 3, 2.0), (1, 1, 1.0), (4, 2, 2.0), (8, 8, 4.5)])
def test_waits_side_by_side_are_as_long_as_the_longest(tasks, workers, ideal):
    """3 + 2 + 1 against 3; and with two at a time 4 + 1 beside 3 + 2."""
    here = Circumstances(2, workers, tasks, gil=True, version=(3, 13))
    for variant in EXPERIMENTS["async-order"].variants[1:]:
        claim = variant.predict(here)
        assert claim.low < ideal < claim.high


def test_order_is_told_where_it_is_the_question():
    """And nowhere else: forty tasks in order are no answer."""
    assert [name for name, each in EXPERIMENTS.items() if each.tells_order] == ["async-order"]


def test_twins_differ_by_the_workload_and_the_claims_that_turn_round():
    """gil-cpu and gil-io ask the same of computing and of waiting."""
    cpu, io = EXPERIMENTS["gil-cpu"], EXPERIMENTS["gil-io"]

    assert cpu.question.replace("CPU", "I/O") == io.question
    assert {"serial", "threads", "processes", "asyncio"} <= {v.name for v in cpu.variants} & {
        v.name for v in io.variants
    }
