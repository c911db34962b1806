"""Every caution appears when its cause is there, and is silent when it is not."""

from __future__ import annotations

import pytest

from conclab.harness.cautions import cautions
from conclab.harness.judge import judge
from conclab.harness.lanes import as_facts
from conclab.harness.plan import CEILING_ALL
from conclab.model import Gil, Variant
from conclab.record import Block
from fakes import FACTS, experiment_of, recording_of
from test_judge import interval, trial


def recording(blocks=12, **more):
    """A quiet, precise run of two variants, changed by what a test asks for."""
    found = recording_of(experiment_of(Variant("serial", workers=1), Variant("threads")))
    found.interpreters["3.13"] = as_facts(FACTS | {"gil": more.pop("gil", "enabled")})
    for number in range(blocks):
        baseline = trial(
            more.get("times", [0.05])[number % len(more.get("times", [0.05]))], **more.get("base", {})
        )
        trials = {"serial": baseline, "threads": trial(baseline.time_s)}
        found.blocks.append(Block(tuple(trials), trials))
    return found


def said(found, top=None) -> str:
    return "\n".join(cautions(found, judge(found), top))


def test_a_quiet_run_needs_no_caution():
    """Nothing to warn of, nothing said."""
    assert said(recording()) == ""


@pytest.mark.parametrize(
    ("found", "top", "sentence"),
    [
        (recording(blocks=5), None, "only 5 blocks: no interval from fewer than 6"),
        (recording(base={"run_delay_s": 0.02}), None, "stood ready without a CPU for 40%"),
        (recording(times=[0.05, 0.09]), None, "ratios inside a block cancel that"),
        (recording(base={"gil": Gil.ENABLED}, gil="disabled"), None, "switched the GIL on again"),
    ],
    ids=["few blocks", "busy", "drift", "gil"],
)
def test_what_is_wrong_is_said(found, top, sentence):
    """One sentence each, with the advice in it."""
    assert sentence in said(found, top)


def test_a_low_ceiling_is_said():
    """Two virtual CPUs are often not two cores."""
    found = recording()
    found.ceiling_workers = 2

    assert "reach only 1.30x" in said(found, interval(1.28, 1.32))
    assert "reach only" not in said(found, interval(1.90, 1.94))


def test_one_core_is_said():
    """Nothing computes in parallel on it."""
    found = recording()
    found.environment["cores_usable"] = 1

    assert "one usable core" in said(found)


def test_a_ceiling_that_failed_is_said():
    """The speedups stand, without what they would be compared with."""
    found = recording()
    found.errors[CEILING_ALL] = "its process was killed by SIGKILL"

    assert "ceiling could not be measured" in said(found)


def test_set_aside_blocks_are_said():
    """What was left out of an interval must show."""
    found = recording(blocks=20)
    for number in (3, 7, 11, 15):
        found.blocks[number].trials["threads"] = trial(0.5)

    assert "threads: 4 of 20 blocks were far off the others and are not in its interval" in said(found)
