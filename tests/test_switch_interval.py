"""A variant's switch interval reaches its lane and its row in run.json, and nobody else's."""

from __future__ import annotations

import json
import sys

import jsonschema
import pytest

from conclab.harness import plan
from conclab.harness.conduct import Conductor
from conclab.harness.judge import judge
from conclab.lane.interval import switching_every
from conclab.model import Variant
from conclab.results.document import document
from conftest import PACKAGE
from fakes import FakeClock, FakeLane, experiment_of, fake_lanes, recording_of

ITEMS = json.loads((PACKAGE / "results" / "run.schema.json").read_text(encoding="utf-8"))
ROW = ITEMS["properties"]["variants"]["items"] | {"$defs": ITEMS["$defs"]}
EXPERIMENT = experiment_of(Variant("usual", "serial"), Variant("short", "serial", switch_interval_s=0.001))


def test_none_leaves_the_interval_as_it_is():
    """Look-alike: nothing asked, nothing set."""
    before = sys.getswitchinterval()
    with switching_every(None):
        assert sys.getswitchinterval() == before


def test_it_is_as_before_afterwards():
    """When all went well."""
    before = sys.getswitchinterval()
    with switching_every(0.25):
        assert sys.getswitchinterval() == pytest.approx(0.25)
    assert sys.getswitchinterval() == before


def test_it_is_as_before_after_an_error():
    """Which goes on its way."""
    before = sys.getswitchinterval()
    with pytest.raises(ZeroDivisionError), switching_every(0.25):
        _ = 1 / 0
    assert sys.getswitchinterval() == before


def test_binding_keeps_it():
    """For each interpreter."""
    lineup, _ = plan.bind(EXPERIMENT, interpreters=["3.11", "3.14"], cores=2, workers=None, only=[])

    assert [variant.switch_interval_s for variant in lineup] == [None, 0.001] * 2


def test_a_lane_is_told(tmp_path):
    """With the request that opens the variant."""
    asked = {}

    class Listening(FakeLane):
        def ask(self, request, patience_s):
            if request["do"] == "open":
                asked[request["name"]] = request["switch_interval_s"]
            return super().ask(request, patience_s)

    lanes, _ = fake_lanes(tmp_path, lambda: Listening({"usual": 0.1, "short": 0.1}, FakeClock()))
    with lanes:
        for variant in plan.bind(EXPERIMENT, interpreters=["3.13"], cores=2, workers=None, only=[])[0]:
            lanes.open(variant)

    assert asked == {"usual": None, "short": 0.001}


def test_the_saved_run_tells_it_of_the_variants_that_have_one(tmp_path):
    """Optional: a run of before that knew of no interval keeps the schema."""
    clock, recording = FakeClock(), recording_of(EXPERIMENT)
    lanes, _ = fake_lanes(tmp_path, lambda: FakeLane({"usual": 0.1, "short": 0.1}, clock))
    with lanes:
        list(Conductor(recording, lanes, cores=2, clock=clock).measure())
    run = document(
        recording,
        run_id="x",
        created="x",
        findings=judge(recording),
        ceiling=None,
        ceiling_names=("", ""),
        cautions=[],
    )
    usual, short = run["variants"]

    assert "switch_interval_s" not in usual
    assert short["switch_interval_s"] == 0.001
    for row in (usual, short):
        jsonschema.validate(row, ROW)
