"""`conclab doctor`: what this machine and interpreter can show, and how noisy it is."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import click

from conclab.cli import styled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conclab.record import Recording

OTHERS = ("3.11", "3.12", "3.13", "3.13t", "3.14", "3.14t", "3.15", "3.15t")
LOOK_S = 4.0
QUIET = 0.1  # scatter of trials: above it, other programs are busy


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.option("--quick", is_flag=True, help="Measure nothing: no figures on noise and effective cores.")
def command(*, as_json: bool, quick: bool) -> None:
    """Say what this machine and interpreter can show, and how noisy it is. Takes about five seconds."""
    report = {"machine": _machine(), "interpreters": _interpreters(), "strategies": _strategies()}
    report["viewing"] = _viewing()
    report["gil"] = _gil()
    report["isolation"] = _isolation()
    report["noise"] = {} if quick else _noise()
    if as_json:
        click.echo(json.dumps(report, indent=1))
        return
    for line in _in_words(report):
        click.echo(line)


def _machine() -> dict[str, object]:
    from conclab.harness.machine import environment

    return environment()


def _interpreters() -> list[dict[str, object]]:
    from conclab.errors import ConclabError
    from conclab.harness.interpreters import find, own

    found: list[dict[str, object]] = []
    for name in OTHERS:
        try:
            executable = find(name).executable
        except ConclabError:
            continue
        if not _starts(executable):
            continue  # a stand-in on the PATH that leads nowhere, as version managers put there
        found.append({"name": name, "runs_conclab": name == own().asked})
    return found


def _starts(executable: str) -> bool:
    import subprocess

    try:
        ended = subprocess.run([executable, "-c", "pass"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0


def _strategies() -> dict[str, str | None]:
    """Why each strategy can't run under this interpreter; None if it can."""
    from conclab.discovery import names
    from conclab.harness.preflight import missing
    from conclab.lane.facts import facts
    from conclab.model import Gil, InterpreterFacts, Variant

    told: dict[str, Any] = facts()
    here = InterpreterFacts(**(told | {"version": tuple(told["version"]), "gil": Gil(told["gil"])}))
    return {name: missing(Variant(name, name), here) for name in names("conclab.strategies")}


def _viewing() -> dict[str, bool]:
    import webbrowser
    from importlib.util import find_spec

    try:
        browser = webbrowser.get() is not None
    except webbrowser.Error:
        browser = any(shutil.which(name) for name in ("chromium", "google-chrome", "firefox"))
    return {"viztracer": find_spec("viztracer") is not None, "browser": browser}


def _gil() -> dict[str, str]:
    from conclab.harness.observers import best_layer

    found = best_layer()
    return {"layer": found.layer.value, "because": found.because}


def _isolation() -> dict[str, object]:
    from conclab.sandbox.probing import isolation

    found = isolation()
    return {"layer": found.layer.name.lower(), "parts": list(found.parts), "missing": list(found.missing)}


def _noise() -> dict[str, object]:
    """Measure the same work twice, and the same work on all cores, with the engine that runs use."""
    from conclab.harness.judge import judge
    from conclab.harness.stats import spread

    recording = _look()
    findings = {finding.variant: finding for finding in judge(recording)}
    first = [trial for trial in recording.trials("once") if trial is not None]
    delays = [trial.run_delay_s for trial in first if trial.run_delay_s is not None]
    return {
        "blocks": len(recording.blocks),
        "again": _numbers(findings["again"].speedup),
        "all_cores": _numbers(findings["all cores"].speedup),
        "workers": max(variant.workers for variant in recording.lineup),
        "spread": spread([trial.time_s for trial in first]) if first else None,
        "run_delay": sum(delays) / sum(trial.time_s for trial in first) if delays else None,
    }


def _look() -> Recording:
    from conclab.harness import plan
    from conclab.harness.interpreters import own
    from conclab.harness.machine import usable_cores
    from conclab.harness.session import Session
    from conclab.model import Experiment, Variant
    from conclab.record import Recording

    experiment = Experiment(
        question="How noisy is this machine?",
        topic="machine",
        workload=plan.CEILING_WORKLOAD,
        variants=(
            Variant("once", "serial", workers=1),
            Variant("again", "serial", workers=1),
            Variant("all cores", "processes"),
        ),
        lesson="",
    )
    here = own()
    lineup, versus = plan.bind(
        experiment, interpreters=[here.asked], cores=usable_cores(), workers=None, only=[]
    )
    recording = Recording("doctor", experiment, 0, LOOK_S, {}, lineup, versus)
    for _ in Session(recording, {here.asked: here}, patience_s=LOOK_S * 5).measure():
        pass
    return recording


def _numbers(interval: Any) -> list[float] | None:
    return None if interval is None else [interval.low, interval.estimate, interval.high]


def _in_words(report: dict[str, Any]) -> Iterator[str]:
    machine = report["machine"]
    yield _line("processor", machine["cpu_model"])
    limit = f", quota of {machine['cpu_quota']:g} CPUs" if machine["cpu_quota"] else ""
    yield _line("cores", f"{machine['cores_usable']} usable of {machine['cores_logical']} logical{limit}")
    yield _line(
        "load",
        f"{machine['load_before']:.1f} before this began"
        if machine["load_before"] is not None
        else "unknown",
    )
    yield from _noise_in_words(report["noise"])
    names = [
        f"{each['name']}{' (this one)' if each['runs_conclab'] else ''}" for each in report["interpreters"]
    ]
    yield _line("pythons", f"{', '.join(names)}; use one with --python")
    for name, why_not in report["strategies"].items():
        yield _line(name, why_not or "ready", good=why_not is None)
    viewing = report["viewing"]
    yield _line(
        "tracing",
        "ready" if viewing["viztracer"] else "needs viztracer: pip install viztracer",
        good=viewing["viztracer"],
    )
    yield _gil_in_words(report["gil"])
    yield from _isolation_in_words(report["isolation"])
    browser = "found" if viewing["browser"] else "none found; conclab open prints the address"
    yield _line("browser", browser, good=viewing["browser"])


def _gil_in_words(gil: dict[str, str]) -> str:
    words = {
        "exact": "exact: every take, drop and wait of it is seen",
        "sampled": "sampled some hundred times a second",
        "derived": "can't be observed; only each thread's CPU time is known",
        "none": "this build has none; who runs at the same time is sampled",
    }[gil["layer"]]
    return _line(
        "GIL timeline", words + (f" ({gil['because']})" if gil["because"] else ""), good=not gil["because"]
    )


def _isolation_in_words(told: dict[str, Any]) -> Iterator[str]:
    """Hidden tests want the kernel's layer at least: below it, a program reads the grader's files."""
    from conclab.sandbox.model import Isolation, Layer
    from conclab.sandbox.wording import in_words

    found = Isolation(Layer[told["layer"].upper()], tuple(told["parts"]), tuple(told["missing"]))
    holds, *lacks = in_words(found)
    yield _line("isolation", holds, good=found.layer >= Layer.KERNEL)
    for each in lacks:
        yield _line("", each, good=False)


def _noise_in_words(noise: dict[str, Any]) -> Iterator[str]:
    from conclab.harness.cautions import BUSY_DELAY
    from conclab.harness.judge import ENOUGH

    if not noise:
        return
    if noise["all_cores"] is None or noise["again"] is None:
        yield _line("noise", "could not be measured: too busy, or the lanes failed", good=False)
        return
    reached, workers = noise["all_cores"][1], noise["workers"]
    enough = reached >= ENOUGH * workers
    advice = "" if enough else "; virtual CPUs that share cores, or other programs at work"
    yield _line("effective", f"{workers} busy processes reach {reached:.2f}x{advice}", good=enough)
    low, middle, high = noise["again"]
    yield _line("same twice", f"{middle:.3f}x [{low:.3f}, {high:.3f}] from {noise['blocks']} blocks")
    if noise["spread"] is not None:
        yield _line(
            "scatter", f"a trial is off by {noise['spread']:.1%} typically", good=noise["spread"] < QUIET
        )
    if noise["run_delay"] is not None:
        yield _line(
            "waiting",
            f"ready without a CPU for {noise['run_delay']:.1%} of the time",
            good=noise["run_delay"] < BUSY_DELAY,
        )


def _line(name: str, text: str, *, good: bool = True) -> str:
    return f"{styled('ok ' if good else 'no ', fg='green' if good else 'yellow')} {name:<22}{text}"
