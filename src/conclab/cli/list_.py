"""`conclab list [TOPIC]`: experiments with their questions."""

from __future__ import annotations

import json

import click

from conclab.cli import styled
from conclab.discovery import load_all
from conclab.errors import UnknownNameError
from conclab.model import Experiment


@click.command("list")
@click.argument("topic", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def command(topic: str | None, *, as_json: bool) -> None:
    """List the experiments with their questions, those of one TOPIC if given."""
    experiments = load_all("conclab.experiments", Experiment)
    topics = {experiment.topic for experiment in experiments.values()}
    if topic is not None and topic not in topics:
        raise UnknownNameError("topic", topic, topics)
    chosen = {
        name: experiment
        for name, experiment in experiments.items()
        if topic is None or experiment.topic == topic
    }
    if as_json:
        rows = [_row(name, experiment) for name, experiment in chosen.items()]
        click.echo(json.dumps(rows, indent=1))
        return
    width = max(map(len, chosen))
    for part in sorted({experiment.topic for experiment in chosen.values()}):
        click.echo(styled(part, bold=True))
        for name, experiment in chosen.items():
            if experiment.topic == part:
                click.echo(f"  {name:<{width}}  {experiment.question}")


def _row(name: str, experiment: Experiment) -> dict[str, object]:
    return {
        "name": name,
        "topic": experiment.topic,
        "question": experiment.question,
        "workload": experiment.workload,
        "variants": [variant.name for variant in experiment.variants],
    }
