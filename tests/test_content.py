"""Every experiment asks, names what exists, predicts before it measures, and teaches something."""

from __future__ import annotations

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
    """A variant has the workload of its baseline, or a twin of it that is observed and not raced."""
    by_name = {variant.name: variant for variant in experiment.variants}
    for variant in experiment.variants:
        baseline = by_name[variant.versus or experiment.baseline.name]
        mine, other = (each.workload or experiment.workload for each in (variant, baseline))
        assert mine == other or WORKLOADS[mine].observe is WORKLOADS[other].observe is not None


@every_experiment
def test_every_claim_has_a_reason(experiment):
    """All variants but the baselines predict something, whatever the machine and the interpreter."""
    baselines = {variant.versus or experiment.baseline.name for variant in experiment.variants}
    for variant in experiment.variants:
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


def test_twins_differ_by_the_workload_and_the_claims_that_turn_round():
    """gil-cpu and gil-io ask the same of computing and of waiting."""
    cpu, io = EXPERIMENTS["gil-cpu"], EXPERIMENTS["gil-io"]

    assert cpu.question.replace("CPU", "I/O") == io.question
    assert {"serial", "threads", "processes", "asyncio"} <= {v.name for v in cpu.variants} & {
        v.name for v in io.variants
    }
