"""The page shows who held the GIL: a drawing to look at, the same in tables to read, on one inert page."""

from __future__ import annotations

import copy
import re
from itertools import pairwise

import pytest

from conclab.numerals import duration
from conclab.pictures.gil_states import LOOKS
from conclab.pictures.observed import passes, threads
from conclab.report import gil, timeline
from conclab.report.page import render
from conclab.report.words import capital
from gil_runs import (
    convoy,
    derived,
    free_threaded,
    gil_run,
    mixed,
    observed,
    overlapping,
    processes,
    runs,
    serial,
    thread,
    turns,
    usual,
)
from test_report import Page, hostile, page, run

every_run = pytest.mark.parametrize("document", runs().values(), ids=runs())


def paths(found, state):
    """The drawn shapes of a state, lane by lane, the legend's left out."""
    return [
        one["attrs"]["d"]
        for one in found.all("path")
        if one["attrs"].get("class") == f"{state}-fill" and one["inside"].count("svg") == 2
    ]


def rectangles(path):
    """Left, top, width and height."""
    return [
        tuple(map(float, part)) for part in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)h-[\d.]+z", path)
    ]


# --- the page


@every_run
def test_the_page_needs_nothing_else(document):
    """No address in it but the run's own files."""
    text = render(document)
    found = Page(text)
    assert not re.search(r"@import|url\(|https?:|//cdn|\bimport\(|fetch\(|XMLHttpRequest", text)
    assert found.attributes("src") == []
    own = {"run.json", "trace.json.gz"}
    assert all(address.startswith("#") or address in own for address in found.attributes("href"))


@every_run
def test_one_finds_ones_way(document):
    """Sections in the list of links, captions, scopes, ids that are there once, a name for every drawing."""
    found = page(document)
    assert {"#timeline", "#gil"} <= set(found.attributes("href"))
    ids = found.attributes("id")
    assert len(ids) == len(set(ids))
    assert {address[1:] for address in found.attributes("href") if address.startswith("#")} <= set(ids)
    assert {name for one in found.attributes("aria-labelledby") for name in one.split()} <= set(ids)
    assert len(found.all("caption")) == len(found.all("table"))
    assert all(
        svg["attrs"].get("aria-hidden") or svg["attrs"].get("aria-label") or "svg" in svg["inside"]
        for svg in found.all("svg")
    )


@every_run
def test_every_variant_says_what_was_seen(document):
    """Its sentence before its figures, and the layer with the reason why it is no better one."""
    said = page(document).words()
    for one in passes(document):
        assert capital(one.seen["sentence"] if one.seen else one.why) in said
        for text in (one.seen["because"], one.seen["cut"]) if one.seen else ():
            assert (text or "") in said
    assert not re.search(r"\bNone\b|\bnan\b|\binf\b|Undefined", said)


@every_run
def test_the_tables_say_all_that_the_drawing_shows(document):
    """Every thread in a row, every known figure in a cell, in per cent and in seconds."""
    found = page(document)
    for one in passes(document):
        if not one.seen:
            continue
        rows = found.rows(f"{one.name}, observed for")[1:]
        assert len(rows) == len(threads(one))
        for row, each in zip(rows, threads(one), strict=True):
            for look in LOOKS.values():
                if each[look.figure]:
                    assert any(cell.endswith(duration(each[look.figure])) for cell in row)


def test_a_run_without_a_look_at_the_gil_has_neither_section():
    """The page of an old run is what it was."""
    empty = usual()
    empty["trace"]["gil"] = {}
    for document in (run(), empty):
        found = page(document)
        assert not {"timeline", "gil", "order"} & set(found.attributes("id"))
        assert "holds-fill" not in render(document)


def test_hostile_text_stays_text():
    """Names of threads and functions, reasons, sentences."""
    document = runs()["mixed"]
    document["trace"]["gil"]["threads"]["longest_wait"] = convoy()["longest_wait"]
    document["trace"]["order"] = runs()["order"]["trace"]["order"]
    bad = copy.deepcopy(document)
    for one in bad["trace"]["gil"].values():
        fixed = {key: one[key] for key in ("layer",)}
        states = [each["states"] for each in one["threads"]]
        one.update(hostile({key: value for key, value in one.items() if key not in fixed}))
        for each, kept in zip(one["threads"], states, strict=True):
            each["states"] = kept
    was, found = page(document), page(bad)
    assert {one["tag"] for one in found.elements} == {one["tag"] for one in was.elements}
    assert len(found.all("script")) == 2
    assert found.all("img") == []
    assert not {name for one in found.elements for name in one["attrs"] if name.startswith("on")}
    assert "{{ 7 * 7 }}" in found.words()


def test_the_trace_lies_beside_the_page():
    """With the command that shows it."""
    found = page(usual())
    assert "trace.json.gz" in found.attributes("href")
    assert "conclab open 20261123T150000Z-ab12cd trace" in found.words()
    assert "trace.json.gz" not in page(run()).attributes("href")


def test_the_order_of_tasks_has_a_section_of_its_own():
    """Also where the GIL was not looked at."""
    document = runs()["order"]
    document["trace"]["gil"] = {}
    found = page(document)
    assert found.rows("Order in which")[1:] == [
        ["serial", "0..3", "the same"],
        ["threads", "0..3", "1 0 3 2"],
    ]
    assert "#order" in found.attributes("href")


# --- the drawing


def test_who_took_turns_is_seen_to_take_turns():
    """What one thread holds the other doesn't, and both together fill the time."""
    one, other = (rectangles(path) for path in paths(page(gil_run(threads=turns())), "holds"))
    held = sorted([*one, *other])
    assert sum(width for _, _, width, _ in held) == pytest.approx(timeline.WIDE, abs=len(held))
    assert all(after[0] == pytest.approx(before[0] + before[2], abs=1) for before, after in pairwise(held))


def test_all_variants_have_one_time_axis():
    """Twice as long is twice as wide."""
    document = gil_run(serial=serial(2, 40_000), half=serial(1, 40_000))
    [[long], [short]] = (rectangles(path) for path in paths(page(document), "holds"))
    assert (long[2], short[2]) == (timeline.WIDE, timeline.WIDE / 2)


def test_a_lane_has_one_shape_for_each_state_however_often_it_changes():
    """The page stays quick: six hundred stretches are no six hundred elements."""
    states = [[place, place + 1, "holds" if place % 2 else "waits"] for place in range(600)]
    lanes = [thread(f"worker-{number}", states) for number in range(16)]
    names = ["serial", "threads", "processes", "asyncio", "interpreters"]
    document = gil_run(**{name: observed(600, "busy", *copy.deepcopy(lanes)) for name in names})
    text = render(document)
    found = Page(text)
    assert len(paths(found, "holds")) == len(paths(found, "waits")) == 5 * 12
    assert len(rectangles(paths(found, "holds")[0])) == 300
    assert not [one for one in found.all("rect") if one["attrs"]["class"] == "hit"]
    assert len(text) < 4_000_000


def test_long_stretches_tell_what_they_are_when_pointed_at():
    """And their tasks."""
    found = page(gil_run(threads=turns()))
    titles = [one["text"] for one in found.all("title")[1:]]
    assert any(re.fullmatch(r"holds the GIL: 0 to 5\.\d+ ms, for 5\.\d+ ms", title) for title in titles)
    assert any(title.startswith("task 3: ") for title in titles)
    assert any(
        title.startswith("55% holds the GIL, 30% runs without the GIL, 15% waits for the GIL: ")
        for title in [one["text"] for one in page(gil_run(threads=mixed())).all("title")]
    )


def test_what_lasts_a_moment_is_still_seen():
    """A microsecond of a second is drawn as wide as a line."""
    seen = observed(
        1_000_000, "", thread("worker-1", [[0, 999_999, "blocked"], [999_999, 1_000_000, "holds"]])
    )
    [[one]] = (rectangles(path) for path in paths(page(gil_run(threads=seen)), "holds"))
    assert one[2] == timeline.THIN


def test_tasks_that_overlap_lie_below_each_other():
    [path] = paths(page(gil_run(asyncio=overlapping())), "task")
    assert len({top for _, top, _, _ in rectangles(path)}) == 6


def test_many_workers_are_drawn_in_part_and_tabulated_in_full():
    found = page(runs()["many workers"])
    assert "and 20 more, not drawn" in found.words()
    assert len(found.rows("threads, observed for")[1:]) == 32


def test_without_a_drawing_the_sentences_stay():
    """CPU times alone give no stretches."""
    found = page(gil_run(threads=derived()))
    assert "There is no drawing" in found.words()
    assert "2 threads were on a CPU 50% of the time each" in found.words()
    assert [one for one in found.all("svg") if one["attrs"].get("class") == "stretches"] == []


def test_without_a_gil_the_page_asks_who_ran():
    found = page(gil_run(serial=free_threaded(1), threads=free_threaded()))
    assert "Who ran when" in [one["text"] for one in found.all("h2")]
    assert "Who held the GIL, and when" not in found.words()
    assert "This build has no GIL: there is nothing to hold or to wait for." in found.words()
    assert found.rows("threads, observed for")[0] == [
        "thread",
        "runs",
        "could run, but has no CPU",
        "blocked",
    ]


def test_the_colours_have_one_home():
    """Those of the picture, and lighter ones for a dark page."""
    for state, look in LOOKS.items():
        assert f"--{state}:light-dark({look.colour},{look.dark});" in timeline.css()


# --- the figures


def test_unknown_is_said_in_words_and_nothing_is_no_time():
    one = gil.figures(gil_run(threads=derived()))[0]
    assert one.columns == ("on a CPU",)
    assert [row.shares[0].percent for row in one.rows] == ["50%", "50%"]
    assert "This layer can't tell who held the GIL or who waited for it." in one.facts
    assert gil.figures(usual())[0].rows[0].shares[1] == gil.Share("0%", "0 s")
    half = turns()
    half["threads"][1]["released_s"] = None
    assert [each.percent for each in gil.figures(gil_run(threads=half))[0].rows[1].shares][2] == "unknown"


def test_the_facts_are_sentences():
    [one] = gil.figures(gil_run(threads=turns()))
    assert one.facts == (
        "The GIL went to another thread 179 times a second.",
        "Longest wait: worker-1 for 5.49 ms, while worker-2 held the GIL in count_primes.",
    )
    [one] = gil.figures(gil_run(serial=serial()))
    assert one.facts == ("The GIL never went to another thread.",)
    [one] = gil.figures(gil_run(processes=processes()))
    assert one.facts[0] == "There were 2 GILs: each process and each subinterpreter has its own."
    assert [(row.name, row.process) for row in one.rows] == [
        ("main thread", "worker-1"),
        ("main thread", "worker-2"),
    ]


def test_what_a_layer_means_is_said():
    said = gil.known_by(gil_run(serial=serial(), threads=mixed()))
    assert [line.split(" ")[0] for line in said] == ["GIL", "GIL", "Exact", "Sampled"]
