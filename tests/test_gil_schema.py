"""What was seen of the GIL keeps the schema of run.json, and the schema is strict about it."""

from __future__ import annotations

import json

import jsonschema
import pytest

from conftest import PACKAGE
from gil_runs import runs

SCHEMA = json.loads((PACKAGE / "results" / "run.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("document", runs().values(), ids=runs())
def test_the_document_keeps_the_schema(document):
    """What these tests show is what run.json may hold."""
    jsonschema.validate(json.loads(json.dumps(document)), SCHEMA)


def broken(change):
    document = json.loads(json.dumps(runs()["mixed"]))
    change(document["trace"], document["trace"]["gil"]["threads"])
    return document


@pytest.mark.parametrize(
    "change",
    [
        lambda trace, one: one.update(layer="guessed"),
        lambda trace, one: one.pop("sentence"),
        lambda trace, one: one.update(colour="blue"),
        lambda trace, one: one.update(window_s=-1),
        lambda trace, one: one.update(longest_wait={"thread": "worker-1"}),
        lambda trace, one: one["threads"][0].pop("held_s"),
        lambda trace, one: one["threads"][0]["states"].append([0, 1, "sleeps"]),
        lambda trace, one: one["threads"][0]["states"].append([0, 1, "mixed"]),
        lambda trace, one: one["threads"][0]["states"].append([0, 1, "holds", {"holds": 1}]),
        lambda trace, one: one["threads"][0]["states"].append([0, 1, "mixed", {"holds": 2}]),
        lambda trace, one: one["threads"][0]["tasks"].append([0.5, 0, 1]),
        lambda trace, one: trace.update(order={"threads": {"started": [0]}}),
        lambda trace, one: trace["overhead"].update(threads="much"),
    ],
)
def test_the_schema_refuses_what_no_face_can_read(change):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken(change), SCHEMA)


def test_the_schema_itself_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(broken(lambda trace, one: None), SCHEMA)
