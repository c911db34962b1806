"""The timeline shows what every worker did and when: shape and colour by state, one time axis for all."""

from __future__ import annotations

import copy
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conclab.pictures import lanes
from conclab.pictures.gil_states import LOOKS
from conclab.pictures.observed import numbers, passes, percent, threads
from conclab.pictures.ticks import plain_ticks
from conclab.pictures.timeline import LEFT, RIGHT, WIDTH, draw
from gil_runs import (
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

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {name: one for name, one in runs().items() if name != "derived"}


def picture(document, folder):
    """The SVG as a tree, after both files were written."""
    paths = draw(document, folder)
    assert [path.name for path in paths] == ["timeline.svg", "timeline.png"]
    assert paths[1].read_bytes().startswith(b"\x89PNG")
    return ET.parse(paths[0]).getroot()


def words(tree):
    return [" ".join("".join(text.itertext()).split()) for text in tree.iter(f"{SVG}text")]


def boxes(tree, name):
    """The rectangles of a shape: from, to, upper and lower edge."""
    group = next(one for one in tree.iter(f"{SVG}g") if one.get("id") == f"timeline-{name}")
    found = []
    for part in next(group.iter(f"{SVG}path")).get("d").split("z")[:-1]:
        numbers_ = [float(each) for each in re.findall(r"-?[\d.]+", part)]
        across, down = numbers_[::2], numbers_[1::2]
        found.append((min(across), max(across), min(down), max(down)))
    return found


def shapes(tree):
    names = [one.get("id") or "" for one in tree.iter(f"{SVG}g")]
    return {name.removeprefix("timeline-") for name in names if re.search(r"timeline-.+-\d+-\d+$", name)}


@pytest.mark.parametrize("document", DRAWN.values(), ids=DRAWN)
def test_every_variant_is_named_with_its_sentence(tmp_path, document):
    """Drawn or not: none is left out in silence."""
    text = " ".join(words(picture(document, tmp_path)))
    for one in passes(document):
        assert one.name in text
        assert (one.seen["sentence"] if one.seen else one.why) in text
    assert document["question"] in text
    assert "observed pass, not timed" in text


def test_who_took_turns_is_seen_to_take_turns(tmp_path):
    """What one thread holds the other doesn't, and both together fill the time."""
    tree = picture(gil_run(threads=turns()), tmp_path)
    one, other = boxes(tree, "holds-0-0"), boxes(tree, "holds-0-1")
    held = sorted([*one, *other])
    assert len(one) == len(other) == 8
    assert all(before[1] == pytest.approx(after[0], abs=0.01) for before, after in pairwise(held))


def test_all_variants_have_one_time_axis(tmp_path):
    """Twice as long is twice as wide, in whichever variant."""
    tree = picture(gil_run(serial=serial(2, 40_000), half=serial(1, 40_000)), tmp_path)
    [(left, right, *_)], [(begin, middle, *_)] = boxes(tree, "holds-0-0"), boxes(tree, "holds-1-0")
    assert begin == pytest.approx(left, abs=0.01)
    assert right - left == pytest.approx(2 * (middle - begin), abs=0.02)


def test_the_longest_variant_fills_the_axis(tmp_path):
    """From the words on the left to those on the right."""
    [(left, right, *_)] = boxes(picture(gil_run(serial=serial()), tmp_path), "holds-0-0")
    assert right - left == pytest.approx(72 * (WIDTH - LEFT - RIGHT), abs=0.1)


def test_neighbours_in_one_state_are_one_bar_and_a_gap_stays_a_gap(tmp_path):
    """What was not seen is not filled in."""
    states = [[0, 100, "holds"], [100, 200, "holds"], [300, 400, "holds"]]
    tree = picture(gil_run(threads=observed(400, "", thread("worker-1", states))), tmp_path)
    one, other = boxes(tree, "holds-0-0")
    assert one[1] - one[0] == pytest.approx(2 * (other[1] - other[0]), abs=0.01)
    assert other[0] - one[1] == pytest.approx(other[1] - other[0], abs=0.01)


def test_a_state_is_told_by_its_height_too(tmp_path):
    """A thread that waits is a thin line, one that holds the GIL a full bar, a blocked one a hairline."""
    tree = picture(runs()["convoy"], tmp_path)
    heights = {
        state: max(lower - upper for _, _, upper, lower in boxes(tree, f"{state}-0-1"))
        for state in ("holds", "waits", "blocked")
    }
    assert heights["waits"] < heights["holds"] / 4
    assert heights["blocked"] < heights["waits"] / 2


def test_no_two_states_look_alike_without_colour():
    assert len({look.bars for look in LOOKS.values()}) == len(LOOKS)


def test_short_stretches_are_drawn_as_shares(tmp_path):
    """Half of the time holding is half of the height."""
    shares = {"holds": 0.5, "waits": 0.3, "blocked": 0.2}
    one = observed(1_000, "mixed", thread("worker-1", [[0, 500, "holds"], [500, 1_000, "mixed", shares]]))
    tree = picture(gil_run(threads=one), tmp_path)
    full, half = (lower - upper for _, _, upper, lower in boxes(tree, "holds-0-0"))
    [(_, _, top, bottom)] = boxes(tree, "waits-0-0")
    assert half == pytest.approx(full / 2, abs=0.01)
    assert bottom - top == pytest.approx(0.3 * full, abs=0.01)
    assert "blocked-0-0" not in shapes(tree)
    assert "many short stretches: heights are shares" in words(tree)


def test_a_full_bar_always_means_that_the_gil_is_held(tmp_path):
    """Also where stretches are too short: what runs without the GIL stays hollow."""
    shares = {"holds": 0.4, "released": 0.6}
    states = [
        [0, 400, "released"],
        [400, 700, "mixed", shares],
        [700, 900, "mixed", {"waits": 0.95, "holds": 0.05}],
    ]
    one = observed(1_000, "mixed", thread("worker-1", [*states, [900, 1_000, "waits"]]))
    tree = picture(gil_run(threads=one), tmp_path)
    [(_, _, top, bottom)] = boxes(tree, "holds-0-0")
    height = (bottom - top) / 0.4
    assert all(lower - upper < height / 2 for _, _, upper, lower in boxes(tree, "released-0-0"))
    assert len(boxes(tree, "released-0-0")) == 4
    almost, fully = boxes(tree, "waits-0-0")
    assert almost[2:] == fully[2:]


def test_tasks_that_overlap_lie_below_each_other(tmp_path):
    """One thread, six tasks under way at once: six rows."""
    rows = {upper for _, _, upper, _ in boxes(picture(gil_run(asyncio=overlapping()), tmp_path), "tasks-0-0")}
    assert len(rows) == 6


def test_tasks_one_after_the_other_share_a_row(tmp_path):
    """And their numbers are written where there is room."""
    tree = picture(gil_run(serial=serial()), tmp_path)
    assert len({upper for _, _, upper, _ in boxes(tree, "tasks-0-0")}) == 1
    assert {"0", "1", "2", "3"} <= set(words(tree))


def test_many_workers_are_drawn_in_part_and_counted(tmp_path):
    """Twelve of 32 lanes, and the rest in words."""
    tree = picture(gil_run(threads=turns(32, 64)), tmp_path)
    assert len({name for name in shapes(tree) if name.startswith("holds-")}) == lanes.MOST == 12
    assert "and 20 more" in words(tree)


def test_a_helper_is_drawn_if_it_held_the_gil_long_enough():
    """Two per cent of the time."""
    seen = observed(
        10_000,
        "",
        thread("MainThread", [[0, 199, "holds"]], works=False),
        thread("feeder", [[0, 200, "holds"]], works=False),
        thread("worker-1", [[0, 100, "holds"]]),
    )
    [one] = passes(gil_run(threads=seen))
    assert [each["name"] for each in threads(one)] == ["feeder", "worker-1"]


def test_without_any_state_there_is_no_picture(tmp_path):
    """Not an empty one: a run that was not observed, and one of which only CPU times are known."""
    for document in (gil_run(threads=derived()), usual() | {"trace": None}, gil_run()):
        assert draw(document, tmp_path) == []
    empty = usual()
    empty["trace"]["gil"] = {}
    assert draw(empty, tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_variant_that_was_not_observed_is_named_with_the_reason(tmp_path):
    document = copy.deepcopy(runs()["one unseen"])
    document["variants"][3]["error"] = "it broke"
    del document["trace"]["gil"]["asyncio"]
    text = words(picture(document, tmp_path))
    assert {"not observed: the lane gave no answer", "not observed: it failed"} <= set(text)


def test_without_a_gil_a_thread_simply_runs(tmp_path):
    """Nothing is released where nothing can be held."""
    text = words(picture(gil_run(threads=free_threaded()), tmp_path))
    assert "runs" in text
    assert "runs without the GIL" not in text
    assert any("this build has no GIL" in line for line in text)


def test_how_it_is_known_is_said(tmp_path):
    """One layer for all, or each with its reason."""
    assert "observed pass, not timed | GIL layer: exact" in words(picture(usual(), tmp_path))
    text = " ".join(words(picture(gil_run(serial=serial(), threads=mixed()), tmp_path)))
    assert "GIL layer of serial: exact | GIL layer of threads: sampled (480 looks a second)" in text
    assert "because no C compiler was found" in text


def test_the_same_run_gives_the_same_bytes(tmp_path):
    """No date, no random ids."""
    first = [path.read_bytes() for path in draw(usual(), tmp_path / "a")]
    assert [path.read_bytes() for path in draw(usual(), tmp_path / "b")] == first


def test_a_process_with_one_working_thread_goes_by_its_own_name(tmp_path):
    text = words(picture(gil_run(processes=processes()), tmp_path))
    assert {"worker-1", "worker-2"} <= set(text)
    assert "main thread" not in text


moments = st.integers(0, 50)


@given(st.lists(st.tuples(moments, moments).map(sorted), max_size=30))
def test_as_many_rows_as_tasks_that_ever_run_at_once(spans):
    """Never two tasks on top of each other, never a row too many."""
    packed = lanes.pack([[number, start, start + length + 1] for number, (start, length) in enumerate(spans)])
    for one in packed:
        for other in packed:
            if one.number < other.number and one.row == other.row:
                assert one.end <= other.start or other.end <= one.start
    at_once = max((sum(one.start <= other.start < one.end for one in packed) for other in packed), default=0)
    assert max((one.row for one in packed), default=-1) + 1 == at_once
    assert sorted(one.number for one in packed) == list(range(len(spans)))


@pytest.mark.parametrize(
    ("tasks", "text"),
    [
        ([], "none"),
        ([0, 1, 2], "0 1 2"),
        ([0, 1, 2, 3], "0..3"),
        ([7, 6, 5, 4, 0], "7..4 0"),
        ([1, 0, 3, 2], "1 0 3 2"),
        (list(range(0, 40, 2)), "0 2 4 6 8 10 12 14 16 18 20 22 and 8 more"),
    ],
)
def test_an_order_is_told_shortly(tasks, text):
    assert numbers(tasks) == text


@given(st.permutations(list(range(12))))
def test_a_short_order_can_be_read_back(tasks):
    """Nothing is lost where nothing is cut."""
    back = []
    for part in numbers(tasks).split(" and ")[0].split():
        first, _, last = part.partition("..")
        step = 1 if int(last or first) >= int(first) else -1
        back += list(range(int(first), int(last or first) + step, step))
    assert back == tasks


def test_unknown_is_not_zero():
    assert [percent(each, 1.0) for each in (None, 0.0, 0.001, 0.494, 1.0)] == [
        "?",
        "0%",
        "<1%",
        "49%",
        "100%",
    ]
    assert percent(0.0, 0.0) == "?"


@given(st.floats(1e-3, 1e6))
def test_labels_are_round_numbers_from_zero_on(last):
    ticks = plain_ticks(last)
    assert ticks[0] == 0
    assert 2 <= len(ticks) <= 11
    assert ticks[-1] <= last * (1 + 1e-9)
