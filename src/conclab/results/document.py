"""From a Recording to run.json: plain data, all facts kept, views computed from them alongside.

History of the format: conclab.run/1 is the first.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from statistics import median
from typing import TYPE_CHECKING, Any

from conclab.results.searches import search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conclab.model import InterpreterFacts, Prediction, SightingPrediction, Trial, Variant
    from conclab.record import Block, Finding, Interval, Recording
    from conclab.search import SearchPrediction

SCHEMA = "conclab.run/1"
Json = dict[str, Any]


def document(
    recording: Recording,
    *,
    run_id: str,
    created: str,
    findings: Sequence[Finding],
    ceiling: Interval | None,
    ceiling_names: tuple[str, str],
    cautions: Sequence[str],
) -> Json:
    """Return the run as the schema describes it. None stands for unknown, and for an unbounded interval."""
    experiment = recording.experiment
    return {
        "schema": SCHEMA,
        "id": run_id,
        "experiment": recording.name,
        "question": experiment.question,
        "lesson": experiment.lesson,
        "created": created,
        "seed": recording.seed,
        "budget_s": recording.budget_s,
        "complete": recording.complete,
        "stopped": recording.stopped,
        "environment": recording.environment,
        "interpreters": [_interpreter(name, facts) for name, facts in recording.interpreters.items()],
        "workload": _workload(recording, experiment.workload),
        "workloads": [
            _workload(recording, name)
            for name in dict.fromkeys(variant.workload for variant in recording.lineup)
        ],
        "variants": [_variant(recording, finding) for finding in findings],
        "left_out": [{"name": name, "reason": why} for name, why in recording.left_out.items()],
        "ceiling": _ceiling(recording, ceiling, ceiling_names),
        "blocks": [_order(block, ceiling_names) for block in recording.blocks],
        "cautions": list(cautions),
        "trace": None,
    }


def _interpreter(asked: str, facts: InterpreterFacts) -> Json:
    return {
        "asked": asked,
        "name": facts.name,
        "implementation": facts.implementation,
        "version": ".".join(map(str, facts.version)),
        "version_line": facts.version_line,
        "gil": facts.gil.value,
        "modules": dict(facts.modules),
    }


def _workload(recording: Recording, name: str) -> Json:
    calibration = recording.calibrations.get(name)
    names = {variant.name for variant in recording.lineup if variant.workload == name}
    counts = [
        trial.tasks for block in recording.blocks for key, trial in block.trials.items() if key in names
    ]
    known: Json = {
        "name": name,
        "arguments": {"size": calibration.size if calibration else None},
        "batch_size": counts[0] if counts else None,
        "calibrated_task_s": calibration.task_s if calibration else None,
    }
    if name in recording.programs:
        known["program"] = recording.programs[name]
    return known


def _variant(recording: Recording, finding: Finding) -> Json:
    variant = next(variant for variant in recording.lineup if variant.name == finding.variant)
    trials = recording.trials(variant.name)
    startups = recording.startups_s.get(variant.name, [])
    facts = recording.interpreters.get(variant.interpreter)
    peaks = [trial.max_rss_bytes for trial in trials if trial and trial.max_rss_bytes is not None]
    baseline = recording.versus[variant.name]
    row = {
        "name": variant.name,
        "strategy": variant.strategy,
        "workload": variant.workload,
        "interpreter": facts.name if facts else variant.interpreter,
        "workers": variant.workers,
        "baseline": None if baseline == variant.name else baseline,
        "times_s": _column(trials, "time_s"),
        "startup_s": median(startups) if startups else None,
        "cpu_s": _column(trials, "cpu_s"),
        "run_delay_s": _column(trials, "run_delay_s"),
        "max_rss_bytes": max(peaks, default=None),
        "voluntary_switches": _column(trials, "voluntary_switches"),
        "involuntary_switches": _column(trials, "involuntary_switches"),
        "checksum": next((trial.checksum for trial in trials if trial), None),
        "speedup": _interval(finding.speedup),
        "verdict": finding.verdict.value if finding.verdict else None,
        "answer": finding.answer or None,
        "predicted": _predicted(variant, finding.prediction, recording.search_predictions.get(variant.name)),
        "guess": recording.guesses.get(variant.name),
        "agrees": finding.agreement.value if finding.agreement else None,
        "surprise": finding.surprise or None,
        "sightings": [asdict(sighting) for sighting in finding.sightings],
        "error": recording.errors.get(variant.name),
    }
    if variant.switch_interval_s is not None:
        row["switch_interval_s"] = variant.switch_interval_s
    if variant.approach is not None:
        row["search"] = search(variant.approach, trials, finding.share)
    return row


def _predicted(
    variant: Variant, prediction: Prediction | None, share: SearchPrediction | None
) -> Json | None:
    if share is not None:
        return asdict(share)
    if variant.predict_sightings is not None:
        return _predicted_sightings(variant.predict_sightings)
    if prediction is None:
        return None
    return {
        "low": prediction.low,
        "high": prediction.high,
        "because": prediction.because,
        "parallel": prediction.parallel,
    }


def _predicted_sightings(prediction: SightingPrediction) -> Json:
    return {
        "shared": sorted(prediction.shared),
        "changed": sorted(prediction.changed),
        "because": prediction.because,
    }


def _ceiling(recording: Recording, speedup: Interval | None, names: tuple[str, str]) -> Json | None:
    if not recording.ceiling_workers:
        return None
    one, everyone = names
    return {
        "workers": recording.ceiling_workers,
        "one_s": _column(recording.trials(one), "time_s"),
        "all_s": _column(recording.trials(everyone), "time_s"),
        "speedup": _interval(speedup),
        "error": recording.errors.get(one) or recording.errors.get(everyone),
    }


def _order(block: Block, ceiling_names: tuple[str, str]) -> list[str]:
    return [f"({name})" if name in ceiling_names else name for name in block.order]


def _column(trials: Sequence[Trial | None], figure: str) -> list[float | None]:
    return [None if trial is None else getattr(trial, figure) for trial in trials]


def _interval(interval: Interval | None) -> Json | None:
    if interval is None:
        return None
    bounded = not math.isinf(interval.high) and interval.low > 0
    return {
        "estimate": interval.estimate,
        "low": interval.low if bounded else None,
        "high": interval.high if bounded else None,
        "level": interval.level,
    }
