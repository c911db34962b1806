"""A run that looks for a bug is conducted, judged and told by how often it is found, never by its times."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import jsonschema
import pytest
from rich.console import Console

from conclab.cli import table
from conclab.errors import BadRequestError, WorkFailedError
from conclab.harness import plan
from conclab.harness.cautions import cautions
from conclab.harness.judge import judge
from conclab.harness.plan import CEILING_ALL, CEILING_ONE
from conclab.model import Agreement, Variant
from conclab.pictures import searches
from conclab.pictures.answers import Tone, answers
from conclab.pictures.speedup import draw
from conclab.report import chart, words
from conclab.report.page import render
from conclab.search import always
from conftest import PACKAGE
from search_runs import EXPLORE, SEARCHES, STORY, STRESS, conducted, experiment, finds, search_run, told
from test_report import Page

SCHEMA = json.loads((PACKAGE / "results" / "run.schema.json").read_text())


@pytest.fixture
def run():
    return search_run()


def row(document, name):
    return next(variant for variant in document["variants"] if variant["name"] == name)


def text(document, width=120):
    console = Console(file=io.StringIO(), width=width)
    table.show(document, console)
    return console.file.getvalue()


# Conducted


def test_nothing_is_calibrated_and_warming_up_is_short(tmp_path):
    """A search takes as long as it takes; 20 tries import all there is."""
    recording, (lane,) = conducted(tmp_path)

    assert lane.sizes[:3] == [20, 20, 20]
    assert set(lane.sizes[3:]) == {1000}
    assert recording.calibrations["counter"].task_s is None
    assert "self.n += 1" in recording.programs["counter"]


def test_a_run_goes_on_until_more_trials_would_say_little_more(tmp_path):
    """Nine trials leave a third open, however alike they are."""
    always_so = {"stress": finds(0), "stress-tuned": finds(0), "explore": finds(1)}
    recording, _ = conducted(tmp_path, budget_s=100, searches=always_so)

    assert recording.stopped == "precise enough"
    assert len(recording.blocks) == 19


def test_a_search_is_compared_with_none(tmp_path):
    """So it may stand alone, and a speedup is never computed."""
    recording, _ = conducted(tmp_path, experiment(EXPLORE))
    (finding,) = judge(recording)

    assert (finding.speedup, finding.verdict, finding.answer) == (None, None, "")
    assert (finding.share.found, finding.share.trials) == (len(recording.blocks),) * 2
    assert finding.agreement is Agreement.HOLDS


def test_only_takes_one_search_and_nothing_beside_it():
    """While a variant that is compared still brings its baseline, and a baseline alone is refused."""
    lineup, versus = plan.bind(
        experiment(STRESS, EXPLORE), interpreters=["3.11", "3.14"], cores=2, workers=None, only=["explore"]
    )
    assert versus == {variant.name: variant.name for variant in lineup}
    assert [variant.name for variant in lineup] == ["explore on 3.11", "explore on 3.14"]
    compared = experiment(Variant("serial"), Variant("threads"))
    with pytest.raises(BadRequestError, match="'serial' is the baseline"):
        plan.bind(compared, interpreters=["3.11"], cores=2, workers=None, only=["serial"])


def test_a_search_that_fails_costs_its_own_row(tmp_path):
    """The others go on to their answers."""
    recording, _ = conducted(tmp_path, fail={"stress": lambda _: WorkFailedError("no room")})
    document = told(recording)

    jsonschema.validate(document, SCHEMA)
    assert row(document, "stress")["error"] == "no room"
    assert row(document, "stress")["search"]["share"] is None
    assert row(document, "explore")["agrees"] == "holds"
    assert "failed" in text(document)
    assert "failed" in Page(render(document)).words()


def test_searches_of_another_program_are_an_error(tmp_path):
    """The name of the program is the answer that must be the same."""
    recording, _ = conducted(tmp_path, checksums={"explore": "another"})

    assert "another answer" in recording.errors["explore"]


# Judged


def test_what_is_predicted_is_how_often(tmp_path):
    """Never is refuted by one find, always held by all, and seldom by enough trials."""
    recording, _ = conducted(tmp_path)
    found = {finding.variant: finding for finding in judge(recording)}

    assert found["stress"].agreement is Agreement.HOLDS
    assert found["explore"].agreement is Agreement.HOLDS
    assert found["stress-tuned"].agreement is Agreement.FAILS
    assert "predicted in none" in found["stress-tuned"].surprise


PARALLEL = replace(STRESS, predict_search=lambda _: always("at the same time", parallel=True))


@pytest.mark.parametrize(
    ("ceiling_s", "agreement", "says"),
    [
        (0.2, Agreement.FAILS, "predicted in every one"),
        (0.4, Agreement.UNCLEAR, "the machine itself reached 1.00x with C code: too few cores to judge by"),
    ],
)
def test_a_claim_that_needs_cores_is_not_refuted_by_a_machine_that_has_none(
    tmp_path, ceiling_s, agreement, says
):
    """The ceiling is measured in the same blocks, for such claims alone."""
    times = {"stress": 0.1, CEILING_ONE: 0.4, CEILING_ALL: ceiling_s}
    recording, _ = conducted(tmp_path, experiment(PARALLEL), times_s=times)
    (finding,) = judge(recording)

    assert recording.ceiling_workers == 2
    assert finding.agreement is agreement
    assert says in finding.surprise


def test_without_cores_no_ceiling_is_one(tmp_path):
    """One core, or a ceiling that could not be measured."""
    recording, _ = conducted(tmp_path, experiment(PARALLEL))
    recording.errors[CEILING_ONE] = "gone"
    for block in recording.blocks:
        block.trials.pop(CEILING_ONE, None)

    assert judge(recording)[0].agreement is Agreement.UNCLEAR


def test_a_program_has_the_threads_that_it_has():
    """--workers is about the others."""
    lineup, _ = plan.bind(experiment(), interpreters=["3.11"], cores=2, workers=16, only=[])

    assert {variant.workers for variant in lineup} == {2}


def test_luck_is_no_drift_of_the_machine(tmp_path):
    """How long a search takes scatters, and is part of the answer; few trials are worth a caution."""
    wild = {"stress": lambda count: 0.01 if count % 2 else 1.0, "stress-tuned": 0.1, "explore": 0.1}
    recording, _ = conducted(tmp_path, budget_s=4)
    for block, trials in enumerate(recording.blocks):
        for name, trial in trials.trials.items():
            object.__setattr__(trial, "run_delay_s", trial.time_s)
            object.__setattr__(trial, "time_s", wild[name](block) if callable(wild[name]) else 0.1)
    said = cautions(recording, judge(recording), None)
    assert said == []
    del recording.blocks[2:]
    assert cautions(recording, judge(recording), None) == [
        "only 2 blocks, so only 2 trials of each search; give a larger --budget"
    ]


# Told


def test_the_document_keeps_every_trial(run):
    """In block order, with the first find in words; the program stands beside its workload."""
    jsonschema.validate(run, SCHEMA)
    made = row(run, "stress-tuned")["search"]
    count = len(run["blocks"])

    assert {len(made[name]) for name in ("found", "tries", "seconds", "seeds")} == {count}
    assert made["share"]["found"] == sum(made["found"])
    assert (made["approach"], made["unit"], made["limit"]) == ("stress-tuned", "runs", 100)
    assert made["failure"] == "it broke"
    assert row(run, "explore")["search"]["story"] == STORY
    assert row(run, "stress")["search"]["story"] is None
    assert row(run, "stress")["predicted"] == {"low": 0, "high": 0.5, "because": "no luck", "parallel": False}
    assert "class Counter" in run["workloads"][0]["program"]


def test_what_a_search_brought_in_words(run):
    """After how much it was found, or what it took in vain."""
    stress, tuned, explore = run["variants"]

    assert searches.found(explore) == f"{len(run['blocks'])} of {len(run['blocks'])}"
    assert (searches.after(explore), searches.time_until_found(explore)) == ("5 schedules", "10.0 ms")
    assert (searches.after(stress), searches.in_vain(stress)) == ("-", "1,000 runs, 2.00 s")
    assert searches.after(tuned) == "40 runs"
    assert searches.trial(tuned, 0).startswith(("40 runs", "in vain: 100 runs"))
    assert searches.trial(tuned, 999) == "-"
    assert [searches.predicted(each) for each in run["variants"]] == ["at most 50%", "never", "always"]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 0, "never"),
        (1, 1, "always"),
        (0, 0.25, "at most 25%"),
        (0.5, 1, "at least 50%"),
        (0.2, 0.5, "20% to 50%"),
    ],
)
def test_a_prediction_in_words(low, high, words):
    """Every kind of share."""
    assert words == searches.predicted({"predicted": {"low": low, "high": high, "because": ""}})


def test_the_table_shows_finds_and_no_speedups(run):
    """With the schedule as it stands, columns and all, and the reason why there is no timeline."""
    shown = text(run)

    for column in ("found in", "share [95%]", "found after", "given up after", "predicted", "agrees"):
        assert column in shown
    assert "speedup" not in shown
    assert "baseline" not in shown
    assert STORY in shown
    assert "up to 1,000 runs (stress), 100 runs (stress-tuned) or 1,000 schedules (explore)" in shown
    assert "no timeline: a search is many short runs" in shown
    assert "surprise stress-tuned" in shown


def test_of_several_schedules_the_terminal_shows_one(run):
    """Another interpreter may have found another one; the page shows each, with who found it."""
    other = json.loads(json.dumps(row(run, "explore"))) | {"name": "explore on 3.14"}
    other["search"]["story"] = "quite another one"
    run["variants"].append(other)

    assert STORY in text(run)
    assert "quite another one" not in text(run)
    assert "Found by explore on 3.14." in Page(render(run)).words()


def test_a_narrow_table_keeps_what_matters(run):
    """Found in how many, after how much, and whether that was predicted."""
    shown = text(run, width=70)

    assert "found in" in shown
    assert "agrees" in shown
    assert "share [95%]" not in shown


def test_a_guess_is_about_how_often(run):
    """And is judged by it."""
    for variant, guess in zip(run["variants"], ("never", "always", "always"), strict=True):
        variant["guess"] = guess
    jsonschema.validate(run, SCHEMA)
    shown = text(run)

    assert "your guess for stress: never (right)" in shown
    assert "your guess for stress-tuned: always (it found it in some trials)" in shown


def test_the_answer_is_a_sentence(run):
    """The best search first."""
    count = len(run["blocks"])
    some = row(run, "stress-tuned")["search"]["share"]["found"]

    assert words.sentence(run) == (
        "The bug was found in every trial by explore (after 5 schedules, 10.0 ms); "
        f"in some trials by stress-tuned ({some} of {count}, after 40 runs, 200 ms); "
        "in no trial by stress (1,000 runs, 2.00 s)."
    )


def test_the_page_shows_it_all(run):
    """Table, schedule and program, escaped; no speedup; hollow points where a search was given up."""
    page = Page(render(run))
    head, *rows = page.rows("One trial is one search")

    assert head[:2] == ["search", "found in"]
    assert [cells[0] for cells in rows] == ["stress", "stress-tuned", "explore"]
    assert [each["text"] for each in page.all("pre")] == [STORY, run["workloads"][0]["program"]]
    assert "speedup" not in page.words().lower().replace("speedup.", "")
    hollow = [each for each in page.all("circle") if "miss" in each["attrs"].get("class", "").split()]
    given_up = sum(not hit for variant in run["variants"] for hit in variant["search"]["found"])
    assert len(hollow) == given_up + 1  # and the legend's
    (grid,) = [each for each in page.all("caption") if "What every search brought" in each["text"]]
    assert grid


def test_points_lie_at_the_time_of_the_search(run):
    """Not at that of the trial, which makes a find short and plays it again."""
    shown = answers(run)

    assert shown.in_seconds
    assert [each.tone for each in shown.rows] == [Tone.MISSED, Tone.SOMETIMES, Tone.FOUND]
    assert [each.estimate for each in shown.rows] == pytest.approx([2.0, 0.2, 0.01])
    assert all(each.whisker is None for each in chart.chart(run).rows)


def test_the_picture_can_be_drawn(run, tmp_path):
    """With the kinds of points in its legend; as many words as marks."""
    svg = next(file for file in draw(run, tmp_path) if file.suffix == ".svg").read_text()

    assert "given up: not found" in svg
    assert "time until the bug was found" in svg
    assert 'id="speedup-blocks-0"' in svg
    assert "slower" not in svg


def test_a_run_without_a_block_says_so(tmp_path):
    """An interrupted one can be shown, too."""
    recording, _ = conducted(tmp_path)
    recording.blocks.clear()
    document = told(recording)

    jsonschema.validate(document, SCHEMA)
    assert words.sentence(document) == "No block finished, so there is no answer."
    assert "stress" in text(document)
    assert "not measured" in Page(render(document)).words()
    assert draw(document, tmp_path)


def test_an_old_run_has_nothing_of_it():
    """What is shown of it is what was."""
    assert not searches.searching({"variants": [{"name": "serial"}]})
    assert set(SEARCHES) == {"stress", "stress-tuned", "explore"}
