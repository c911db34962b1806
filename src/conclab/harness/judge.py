"""From times to findings. Pure: reads a Recording, decides nothing by a clock.

Compares inside each block, then across blocks. INCONCLUSIVE and UNCLEAR are answers of their own.
"""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

from conclab.harness import shares
from conclab.harness.plan import CEILING_ALL, CEILING_ONE
from conclab.harness.stats import ratio_interval
from conclab.model import Agreement, Verdict
from conclab.record import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conclab.model import Prediction, Sighting, SightingPrediction, Trial, Variant
    from conclab.record import Interval, Recording

MARGIN = 0.05  # a difference that nobody would choose a strategy for
LEVEL = 0.95
ENOUGH = 0.8  # of the ideal ceiling: below it, CPUs share cores or other programs are busy


def judge(recording: Recording) -> list[Finding]:
    """Return one finding per variant of the line-up, in its order."""
    top = ceiling(recording)
    return [_finding(recording, variant, top) for variant in recording.lineup]


def ceiling(recording: Recording) -> Interval | None:
    """Speedup of two or more processes of C code over one: what the machine itself can do."""
    one, everyone = recording.pairs(CEILING_ONE, CEILING_ALL)
    return ratio_interval(one, everyone, level=LEVEL) if one else None


def is_low(top: Interval, recording: Recording) -> bool:
    """Whether the machine had fewer cores to give than there were processes."""
    return top.estimate < ENOUGH * recording.ceiling_workers


def is_precise(recording: Recording) -> bool:
    """Are all speedups and shares known well enough to stop? Precision stops a run, never significance."""
    known = [shares.share(recording.searches(variant.name)) for variant in recording.lineup]
    return all(map(shares.is_narrow, filter(None, known))) and all(
        _speedup(recording, variant.name, versus).half_width <= recording.target
        for variant in recording.lineup
        if variant.predict_sightings is None  # evidence does not scatter: nothing to wait for
        and (versus := recording.versus[variant.name]) != variant.name
        and variant.name not in recording.errors
        and recording.pairs(versus, variant.name)[0]
    )


def verdict(speedup: Interval) -> Verdict:
    """Decide by the interval and a margin: beyond it, within it, or neither."""
    if speedup.low > 1 + MARGIN:
        return Verdict.FASTER
    if speedup.high < 1 / (1 + MARGIN):
        return Verdict.SLOWER
    if 1 / (1 + MARGIN) <= speedup.low and speedup.high <= 1 + MARGIN:
        return Verdict.SAME
    return Verdict.INCONCLUSIVE


def in_words(speedup: Interval) -> str:
    """The verdict, or what an inconclusive interval rules out: often nothing more was asked."""
    found = verdict(speedup)
    if found is Verdict.INCONCLUSIVE and speedup.high <= 1 + MARGIN:
        return "not faster"
    if found is Verdict.INCONCLUSIVE and speedup.low >= 1 / (1 + MARGIN):
        return "not slower"
    return found.value


def agreement(prediction: Prediction, speedup: Interval, top: Interval | None) -> tuple[Agreement, str]:
    """Compare a prediction with a measurement; says why in words where they don't agree."""
    if prediction.low <= speedup.low and speedup.high <= prediction.high:
        return Agreement.HOLDS, ""
    if prediction.parallel and speedup.estimate < prediction.low and top and top.low < prediction.low:
        ends = f" [{top.low:.2f}, {top.high:.2f}]" if top.low > 0 else ""
        reached = f"the machine itself reached {top.estimate:.2f}x{ends} with C code"
        known = top.high < prediction.low
        return Agreement.UNCLEAR, f"{reached}: too {'few' if known else 'uncertain'} cores to judge by"
    if speedup.high < prediction.low:
        return Agreement.FAILS, f"less than the predicted {prediction.low:.2f}x"
    if speedup.low > prediction.high:
        return Agreement.FAILS, f"more than the predicted {prediction.high:.2f}x"
    return (
        Agreement.UNCLEAR,
        "the interval reaches over the edge of the prediction; more blocks would narrow it",
    )


def _finding(recording: Recording, variant: Variant, top: Interval | None) -> Finding:
    if variant.approach:
        return _searched(recording, variant.name, top)
    name, versus = variant.name, recording.versus[variant.name]
    trials = [trial for trial in recording.trials(name) if trial is not None]
    sightings = trials[0].sightings if trials else ()
    prediction = recording.predictions.get(name)
    speedup = None
    if versus != name and recording.pairs(versus, name)[0]:
        speedup = _speedup(recording, name, versus)
    agrees, why = _agrees(variant, prediction, speedup, trials, top)
    if agrees is Agreement.FAILS and speedup is not None:
        why += _what_was_seen(trials, variant.workers)
    return Finding(
        variant=name,
        speedup=speedup,
        verdict=verdict(speedup) if speedup else None,
        answer=in_words(speedup) if speedup else "",
        prediction=prediction,
        agreement=agrees,
        surprise=why,
        sightings=sightings,
    )


def _searched(recording: Recording, name: str, top: Interval | None) -> Finding:
    """Judge a variant that looks for a bug, by how often it found it."""
    known = shares.share(recording.searches(name))
    claim = recording.search_predictions.get(name)
    agrees, why = shares.as_predicted(claim, known) if claim and known else (None, "")
    if agrees is Agreement.FAILS and claim and claim.parallel and _lacks_cores(recording, top):
        reached = f"the machine itself reached {top.estimate:.2f}x with C code: " if top else ""
        agrees, why = Agreement.UNCLEAR, f"{why}; {reached}too few cores to judge by"
    return Finding(variant=name, share=known, agreement=agrees, surprise=why)


def _lacks_cores(recording: Recording, top: Interval | None) -> bool:
    return top is None or recording.ceiling_workers < 2 or is_low(top, recording)  # noqa: PLR2004 - at once


def _agrees(
    variant: Variant,
    prediction: Prediction | None,
    speedup: Interval | None,
    trials: Sequence[Trial],
    top: Interval | None,
) -> tuple[Agreement | None, str]:
    if variant.predict_sightings is not None and trials:
        return seen_as_predicted(variant.predict_sightings, [trial.sightings for trial in trials])
    if prediction is not None and speedup is not None:
        return agreement(prediction, speedup, top)
    return None, ""


def seen_as_predicted(
    expected: SightingPrediction, trials: Sequence[Sequence[Sighting]]
) -> tuple[Agreement, str]:
    """Every trial must show what was predicted: identity and values don't scatter."""
    for sightings in trials:
        for seen in sightings:
            for what, is_so, predicted in (
                ("shared", seen.shared, seen.case in expected.shared),
                ("changed", seen.changed, seen.case in expected.changed),
            ):
                if is_so != predicted:
                    return (
                        Agreement.FAILS,
                        f"{seen.case}: {what} was predicted {_yes(predicted)}, seen {_yes(is_so)}",
                    )
    return Agreement.HOLDS, ""


def _speedup(recording: Recording, name: str, versus: str) -> Interval:
    baseline, variant = recording.pairs(versus, name)
    return ratio_interval(baseline, variant, level=LEVEL)


def _what_was_seen(trials: Sequence[Trial], workers: int) -> str:
    """Name what the accounts say about a surprise: how many CPUs it had, how long it waited for one."""
    cpus = _share(trials, "cpu_s")
    delay = _share(trials, "run_delay_s")
    if cpus is None or delay is None:
        return ""
    waited = f"a worker stood ready without one for {delay / workers:.0%} of the time"
    return f"; it had {cpus:.1f} CPUs, and {waited}"


def _share(trials: Sequence[Trial], figure: str) -> float | None:
    shares = [
        value / trial.time_s
        for trial in trials
        if (value := getattr(trial, figure)) is not None and not math.isclose(trial.time_s, 0)
    ]
    return median(shares) if shares else None


def _yes(value: bool) -> str:
    return "yes" if value else "no"
