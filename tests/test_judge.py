"""Verdicts come from the interval and the margin; predictions hold, fail or stay unclear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conclab.harness import judge
from conclab.harness.plan import CEILING_ALL, CEILING_ONE
from conclab.model import Agreement, Gil, Prediction, Sighting, SightingPrediction, Trial, Variant, Verdict
from conclab.record import Block, Interval
from fakes import experiment_of, recording_of


def interval(low: float, high: float) -> Interval:
    return Interval((low * high) ** 0.5 if low and high < float("inf") else 1.0, low, high, 0.95)


def trial(time_s: float, **more) -> Trial:
    facts = {
        "cpu_s": time_s,
        "run_delay_s": 0.0,
        "voluntary_switches": 0,
        "involuntary_switches": 0,
        "max_rss_bytes": 1,
        "checksum": "",
        "gil": Gil.ENABLED,
    }
    return Trial(tasks=8, time_s=time_s, **(facts | more))


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (1.06, 1.10, Verdict.FASTER),
        (0.90, 0.94, Verdict.SLOWER),
        (0.96, 1.04, Verdict.SAME),
        (1.00, 1.10, Verdict.INCONCLUSIVE),
        (1.02, 1.20, Verdict.INCONCLUSIVE),
        (0.93, 1.20, Verdict.INCONCLUSIVE),
        (0.0, float("inf"), Verdict.INCONCLUSIVE),
    ],
)
def test_a_verdict_needs_the_whole_interval(low, high, verdict):
    """Beyond the margin, within it, or neither: an interval that reaches over decides nothing."""
    assert verdict is judge.verdict(interval(low, high))


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.93, 1.02, "not faster"),
        (0.98, 1.20, "not slower"),
        (0.93, 1.20, "inconclusive"),
        (0.96, 1.04, "same"),
        (1.06, 1.10, "faster"),
        (0.0, float("inf"), "inconclusive"),
    ],
)
def test_what_an_inconclusive_interval_rules_out_is_said(low, high, words):
    """Whoever asks whether it is faster need not wait for more."""
    assert words == judge.in_words(interval(low, high))


@given(st.floats(0.01, 100), st.floats(1, 3))
def test_swapping_baseline_and_variant_turns_the_verdict_round(centre, width):
    """Faster one way is slower the other way; same and inconclusive stay."""
    forth = judge.verdict(interval(centre / width, centre * width))
    back = judge.verdict(interval(1 / (centre * width), width / centre))

    turned = {Verdict.FASTER: Verdict.SLOWER, Verdict.SLOWER: Verdict.FASTER}
    near_an_edge = any(
        abs(edge - bound) < 1e-9 for edge in (centre / width, centre * width) for bound in (1.05, 1 / 1.05)
    )
    assert near_an_edge or back is turned.get(forth, forth)


PARALLEL = Prediction(1.33, 2.2, "cores", parallel=True)


@pytest.mark.parametrize(
    ("low", "high", "ceiling", "agreement", "says"),
    [
        (1.8, 1.9, (1.9, 2.0), Agreement.HOLDS, ""),
        (1.0, 1.1, (1.9, 2.0), Agreement.FAILS, "less than the predicted 1.33x"),
        (2.3, 2.4, (1.9, 2.0), Agreement.FAILS, "more than the predicted 2.20x"),
        (1.3, 1.5, (1.9, 2.0), Agreement.UNCLEAR, "over the edge"),
        (1.0, 1.1, (1.0, 1.1), Agreement.UNCLEAR, "the machine itself reached 1.05x [1.00, 1.10]"),
        (1.0, 1.1, (1.2, 1.6), Agreement.UNCLEAR, "too uncertain cores to judge by"),
        (1.0, 1.1, None, Agreement.FAILS, "less than"),
        (0.0, float("inf"), (1.9, 2.0), Agreement.UNCLEAR, "over the edge"),
    ],
)
def test_a_prediction_holds_fails_or_stays_unclear(low, high, ceiling, agreement, says):
    """A claim that needs cores is not refuted by a machine that has none to give."""
    top = interval(*ceiling) if ceiling else None
    found, why = judge.agreement(PARALLEL, interval(low, high), top)

    assert found is agreement
    assert says in why


def test_a_surprise_says_what_the_accounts_say():
    """How many CPUs it had, and how long it stood ready without one."""
    claim = Variant("processes", predict=lambda _: PARALLEL)
    recording = recording_of(experiment_of(Variant("serial", workers=1), claim))
    recording.predictions = {"processes": PARALLEL}
    for _ in range(10):
        slow = trial(0.05, cpu_s=0.06, run_delay_s=0.02)
        recording.blocks.append(Block(("serial", "processes"), {"serial": trial(0.05), "processes": slow}))

    finding = judge.judge(recording)[1]
    assert finding.agreement is Agreement.FAILS
    assert finding.surprise == (
        "less than the predicted 1.33x; it had 1.2 CPUs, "
        "and a worker stood ready without one for 20% of the time"
    )


def test_the_ceiling_is_a_speedup_of_its_own():
    """From the trials of the same blocks."""
    recording = recording_of(experiment_of(Variant("serial", workers=1), Variant("processes")))
    for _ in range(9):
        names = {"serial": 1.0, "processes": 0.6, CEILING_ONE: 0.30, CEILING_ALL: 0.20}
        recording.blocks.append(Block(tuple(names), {name: trial(value) for name, value in names.items()}))

    assert judge.ceiling(recording).estimate == pytest.approx(1.5)


def sighting(case: str, *, shared: bool, changed: bool) -> Sighting:
    return Sighting(case, "[1]", "[1]", shared, changed)


EXPECTED = SightingPrediction(frozenset({"list"}), frozenset({"list"}), "the same object")


def test_evidence_must_be_the_same_in_every_trial():
    """Identity does not scatter: one trial that shows something else refutes the claim."""
    right = [sighting("list", shared=True, changed=True), sighting("int", shared=False, changed=False)]
    wrong = [sighting("list", shared=True, changed=False), right[1]]

    assert judge.seen_as_predicted(EXPECTED, [right, right])[0] is Agreement.HOLDS
    found, why = judge.seen_as_predicted(EXPECTED, [right, wrong])
    assert found is Agreement.FAILS
    assert why == "list: changed was predicted yes, seen no"


def test_a_run_is_precise_when_every_comparison_that_still_runs_is():
    """A variant that failed does not keep the others waiting."""
    recording = recording_of(
        experiment_of(Variant("serial", workers=1), Variant("threads"), Variant("asyncio"))
    )
    for number in range(12):
        wild = trial(0.05 if number % 2 else 0.5)
        trials = {"serial": trial(0.05), "threads": trial(0.05), "asyncio": wild}
        recording.blocks.append(Block(tuple(trials), trials))

    assert not judge.is_precise(recording)
    recording.errors["asyncio"] = "gone"
    assert judge.is_precise(recording)
