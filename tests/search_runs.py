"""Runs that look for a bug, made by the harness itself over a lane that runs nothing."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from conclab.harness.cautions import cautions
from conclab.harness.conduct import Conductor
from conclab.harness.judge import ceiling, judge
from conclab.harness.plan import CEILING_ALL, CEILING_ONE
from conclab.model import Experiment, Variant
from conclab.results.document import document
from conclab.search import Approach, Search, always, never, seldom
from fakes import FakeClock, FakeLane, fake_lanes, recording_of

STRESS = Variant("stress", "serial", approach=Approach.STRESS, predict_search=lambda _: seldom("no luck"))
TUNED = Variant("stress-tuned", "serial", approach=Approach.TUNED, predict_search=lambda _: never("no way"))
EXPLORE = Variant(
    "explore", "serial", approach=Approach.EXPLORE, predict_search=lambda _: always("it decides")
)
STORY = (
    "AssertionError: 1 < 2 & more\nline  ann | bob\n  14  self.n += 1 |\nreplay it: conclab explore x.py:it"
)


def experiment(*variants):
    return Experiment(
        "Is it found?", "races", "counter", variants or (STRESS, TUNED, EXPLORE), "By looking at all orders.",
        workers=2, tasks_per_worker=1,
    )  # fmt: skip


def finds(every, *, tries=5, limit=1000, seconds=0.01, story=""):
    """A search that finds the bug in each so-manieth trial; 0 is never."""

    def search(count):
        found = bool(every) and count % every == 0
        more = {"failure": "it broke", "story": story, "replay": "conclab explore x.py:it"} if found else {}
        cost = tries if found else limit
        return asdict(Search("counter", found, cost, limit, seconds * cost / tries, count, **more))

    return search


SEARCHES = {
    "stress": finds(0),
    "stress-tuned": finds(4, tries=40, limit=100, seconds=0.2),
    "explore": finds(1, story=STORY),
}


def conducted(tmp_path, asked=None, *, searches=None, times_s=None, budget_s=10.0, **lane):
    """The recording of a run over fakes, and the lanes that were started."""
    clock = FakeClock()
    recording = recording_of(asked or experiment(), budget_s=budget_s)
    times = times_s or dict.fromkeys([*SEARCHES, CEILING_ONE, CEILING_ALL], 0.1)
    lanes, started = fake_lanes(
        tmp_path, lambda: FakeLane(times, clock, searches=searches or SEARCHES, **lane)
    )
    with lanes:
        for _ in Conductor(recording, lanes, cores=2, clock=clock).measure():
            pass
    recording.complete = not recording.errors
    return recording, started


def search_run():
    """A document in which one search finds the bug always, one sometimes and one never."""
    with TemporaryDirectory() as folder:
        return told(conducted(Path(folder))[0])


def told(recording):
    """The document of a recording, as run.json has it."""
    from test_report import ENVIRONMENT

    recording.environment = dict(ENVIRONMENT)
    findings = judge(recording)
    return document(
        recording,
        run_id="20261124T150000Z-ab12cd",
        created="2026-11-24T15:00:00+00:00",
        findings=findings,
        ceiling=ceiling(recording),
        ceiling_names=(CEILING_ONE, CEILING_ALL),
        cautions=cautions(recording, findings, ceiling(recording)),
    )
