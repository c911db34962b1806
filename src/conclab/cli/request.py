"""From the options of `conclab run` to a Recording, and from there to the document that is shown."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from conclab.errors import BadRequestError

if TYPE_CHECKING:
    from conclab.harness.interpreters import Interpreter
    from conclab.model import Experiment, Variant
    from conclab.record import Recording
    from conclab.results.folder import RunFolder

GUESSES = ("faster", "slower", "same")
SEARCH_GUESSES = ("always", "sometimes", "never")
gil_option = click.option(
    "--gil",
    type=click.Choice(["auto", "exact", "sampled", "derived"]),
    default="auto",
    show_default=True,
    help="How to observe the GIL; auto takes the best that works here.",
)


def interpreters(asked: tuple[str, ...]) -> dict[str, Interpreter]:
    """Find every interpreter that was asked for; the one that runs this program if none was."""
    from conclab.harness.interpreters import find, own

    found: dict[str, Interpreter] = {}
    for interpreter in [find(name) for name in asked] or [own()]:
        name = interpreter.asked
        while name in found and found[name].executable != interpreter.executable:
            name += "'"  # two paths that end alike
        found[name] = interpreter
    return found


def recording(
    name: str, experiment: Experiment, options: dict[str, Any], interpreters: list[str]
) -> Recording:
    """Make an empty recording of what was asked for. Raises BadRequestError for what can't be."""
    from conclab.harness import plan
    from conclab.harness.machine import environment, usable_cores
    from conclab.record import Recording

    only = [part.strip() for part in (options["only"] or "").split(",") if part.strip()]
    if options["only"] is not None and not only:
        raise BadRequestError("--only names no variant; write them with commas between")
    lineup, versus = plan.bind(
        experiment, interpreters=interpreters, cores=usable_cores(), workers=options["workers"], only=only
    )
    seed = options["seed"] if options["seed"] is not None else time.time_ns() % 2**32
    return Recording(
        name=name,
        experiment=experiment,
        seed=seed,
        budget_s=options["budget"],
        environment=environment(),
        lineup=lineup,
        versus=versus,
    )


def view(recording: Recording, folder: RunFolder) -> dict[str, Any]:
    """Judge what was measured so far, and write it down as run.json has it."""
    from conclab.harness.cautions import cautions
    from conclab.harness.judge import ceiling, judge
    from conclab.harness.plan import CEILING_ALL, CEILING_ONE
    from conclab.results.document import document

    findings, top = judge(recording), ceiling(recording)
    return document(
        recording,
        run_id=folder.run_id,
        created=folder.created,
        findings=findings,
        ceiling=top,
        ceiling_names=(CEILING_ONE, CEILING_ALL),
        cautions=cautions(recording, findings, top),
    )


def guesses(recording: Recording) -> dict[str, str]:
    """Ask for a guess per variant, before anything is measured."""
    if not sys.stdin.isatty():
        raise BadRequestError("--predict asks questions: it needs a terminal")
    click.echo(recording.experiment.question, err=True)
    return {
        variant.name: _guess(variant, recording.versus[variant.name])
        for variant in recording.lineup
        if variant.approach or recording.versus[variant.name] != variant.name
    }


def _guess(variant: Variant, versus: str) -> str:
    asked, known = f"  {variant.name}, compared with {versus}", GUESSES
    if variant.approach:
        asked, known = f"  {variant.name}: in how many of its trials is the bug found", SEARCH_GUESSES
    guess: str = click.prompt(asked, type=click.Choice(known), err=True)
    return guess
