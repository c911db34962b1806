"""Everything that may be wrong with a measurement, as a closed list of sentences, each with its advice."""

from __future__ import annotations

from statistics import median, quantiles
from typing import TYPE_CHECKING

from conclab.harness.judge import is_low
from conclab.harness.plan import CEILING_ALL, CEILING_ONE
from conclab.harness.stats import FEWEST_BLOCKS as LEAST_BLOCKS
from conclab.harness.stats import log_ratios, without_spikes
from conclab.model import Gil, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conclab.record import Finding, Interval, Recording

BUSY_DELAY = 0.10  # of the time ready without a CPU; on a quiet machine serial work shows 0.3%
DRIFT = 0.25  # interquartile range over median of the baseline's times
NOTABLE = 0.10  # of the blocks set aside as spikes: more than a passing disturbance


def cautions(recording: Recording, findings: Sequence[Finding], top: Interval | None) -> list[str]:
    """Return all that apply, the gravest first."""
    checks: list[Callable[[Recording, Sequence[Finding], Interval | None], Iterator[str]]] = [
        _failed,
        _few_blocks,
        _one_core,
        _low_ceiling,
        _busy,
        _drifting,
        _set_aside,
        _gil_came_back,
        _inconclusive,
        _power,
    ]
    return [text for check in checks for text in check(recording, findings, top)]


def _failed(recording: Recording, *_: object) -> Iterator[str]:
    if any(name in recording.errors for name in (CEILING_ONE, CEILING_ALL)):
        yield "the machine's own ceiling could not be measured: speedups stand without it"


def _few_blocks(recording: Recording, *_: object) -> Iterator[str]:
    count = len(recording.blocks)
    if count < LEAST_BLOCKS and not recording.errors:
        found = f"only {count} block{'s' * (count != 1)}"
        if _searching(recording):
            yield f"{found}, so only {count} trial{'s' * (count != 1)} of each search; give a larger --budget"
            return
        yield f"{found}: no interval from fewer than {LEAST_BLOCKS}; give a larger --budget"


def _one_core(recording: Recording, *_: object) -> Iterator[str]:
    if recording.environment["cores_usable"] == 1:
        yield "one usable core: nothing can compute in parallel here; run on a machine with more"


def _low_ceiling(recording: Recording, _: object, top: Interval | None) -> Iterator[str]:
    failed = recording.errors.keys() & {CEILING_ONE, CEILING_ALL}
    if top is not None and not failed and is_low(top, recording):
        what = "claims that need cores" if _searching(recording) else "speedups"
        yield (
            f"{recording.ceiling_workers} busy processes of C code reach only {top.estimate:.2f}x: "
            f"virtual CPUs that share cores, or other programs at work; judge {what} against that"
        )


def _searching(recording: Recording) -> set[str]:
    """The variants that look for a bug: how long that takes is chance, and part of the answer."""
    return {variant.name for variant in recording.lineup if variant.approach}


def _busy(recording: Recording, *_: object) -> Iterator[str]:
    serial = set(recording.versus.values()) - recording.errors.keys() - _searching(recording)
    shares = [
        trial.run_delay_s / trial.time_s
        for name in serial
        for trial in recording.trials(name)
        if trial is not None and trial.run_delay_s is not None and trial.time_s > 0
    ]
    if shares and median(shares) > BUSY_DELAY:
        yield (
            f"the baseline stood ready without a CPU for {median(shares):.0%} of its time: "
            "other programs are busy; close them and run again"
        )


def _drifting(recording: Recording, *_: object) -> Iterator[str]:
    for name in dict.fromkeys(recording.versus.values()):
        if name in _searching(recording):
            continue
        times = [trial.time_s for trial in recording.trials(name) if trial is not None]
        if len(times) < LEAST_BLOCKS:
            continue
        low, middle, high = quantiles(times, n=4)
        if (high - low) / middle > DRIFT:
            yield (
                f"the speed of {name} varied by {(high - low) / middle:.0%} during the run; "
                "ratios inside a block cancel that, single times don't"
            )


def _set_aside(recording: Recording, *_: object) -> Iterator[str]:
    for name, versus in recording.versus.items():
        ratios = log_ratios(*recording.pairs(versus, name)) if recording.pairs(versus, name)[0] else []
        away = len(ratios) - len(without_spikes(ratios)) if len(ratios) >= LEAST_BLOCKS else 0
        if away > NOTABLE * len(ratios):
            share = f"{away} of {len(ratios)} blocks"
            yield f"{name}: {share} were far off the others and are not in its interval"


def _gil_came_back(recording: Recording, *_: object) -> Iterator[str]:
    for variant in recording.lineup:
        started = recording.interpreters[variant.interpreter].gil
        seen = {trial.gil for trial in recording.trials(variant.name) if trial is not None}
        if started is Gil.DISABLED and Gil.ENABLED in seen:
            yield f"{variant.name}: an imported extension switched the GIL on again"


def _inconclusive(recording: Recording, findings: Sequence[Finding], _: object) -> Iterator[str]:
    names = [finding.variant for finding in findings if finding.answer == Verdict.INCONCLUSIVE]
    if names and len(recording.blocks) >= LEAST_BLOCKS:
        yield f"inconclusive: {', '.join(names)}; a larger --budget narrows the interval"


def _power(recording: Recording, *_: object) -> Iterator[str]:
    if recording.environment.get("governor") == "powersave":
        yield "the CPU's frequency governor is 'powersave': times depend on how warm it already runs"
