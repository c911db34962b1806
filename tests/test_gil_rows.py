from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conclab.gil.states import Layer, Observation, State
from conclab.tracing.merge import merge
from gil_passes import (
    LANE,
    SWITCH_US,
    alone,
    at,
    busy,
    convoy,
    derived,
    free_threaded,
    hashing,
    observed,
    processes,
    record_calls,
    seen,
    sleeping,
    span,
    stretches,
    subinterpreters,
    turns,
)
from test_merge import assert_rows_nest, names, slices


def shown(*passes, **more):
    document = merge("gil-cpu", passes, **more)
    assert_rows_nest(document)
    return document


def gauges(document):
    return [(event["ts"], *event["args"].values()) for event in document["traceEvents"] if event["ph"] == "C"]


def test_the_holder_comes_first_and_each_state_above_its_calls():
    """Rows are sorted by id; none has the process's own, which a viewer would put first."""
    document = shown(turns(), alone())
    assert names(document) == [
        "GIL holder",
        "worker-1: GIL",
        "worker-1",
        "worker-2: GIL",
        "worker-2",
        "GIL holder",
        "main: GIL",
        "main",
    ]
    ids = [
        (event["pid"], event["tid"]) for event in document["traceEvents"] if event["name"] == "thread_name"
    ]
    assert ids == sorted(ids)
    assert all(process != thread for process, thread in ids)


def test_the_holder_row_says_who_holds_it_in_which_function(tmp_path):
    """The innermost call that took most of the hold, not the longest call around it."""
    calls = [
        (0, -900, 9_000, "run"),
        (0, 0, 8_000, "work"),
        (0, 100, 4_000, "inner"),
        (1, 0, 90_000, "other"),
    ]
    document = shown(turns(slices=4, folder=record_calls(tmp_path / "calls", calls)))
    row = slices(document, "GIL holder")
    assert [(one["name"], one["ts"], one["dur"]) for one in row] == [
        ("worker-1", 0, 5_000),
        ("worker-2", 5_000, 5_000),
        ("worker-1", 10_000, 5_000),
        ("worker-2", 15_000, 5_000),
    ]
    functions = [one["args"]["function"] for one in row]
    assert functions[:2] == ["inner", "other"]
    assert functions[2].startswith("no call recorded")
    assert {one["args"]["observed"] for one in row} == {"exact"}


def test_a_click_on_a_wait_names_the_holder_its_function_and_the_time(tmp_path):
    """Which is what people ask: while this thread waited, who held the GIL, and where."""
    folder = record_calls(tmp_path / "calls", [(0, 0, 20_000, "count_primes (/home/ada/lab.py:12)")])
    wait = slices(shown(turns(slices=4, folder=folder)), "worker-2: GIL")[0]
    assert wait["name"] == "waits for worker-1"
    assert wait["args"] == {
        "holder": "worker-1",
        "function": "count_primes (lab.py:12)",
        "waited_ms": 5.0,
        "observed": "exact",
    }


def test_a_wait_through_several_holds_says_whose_with_their_shares():
    """Three threads take turns: each waits for both others."""
    waits = [one for one in slices(shown(turns(3)), "worker-1: GIL") if "waits" in one["name"]]
    assert waits[0]["args"]["holders"] == "worker-2 50%, worker-3 50%"
    assert waits[0]["args"]["waited_ms"] == 2 * SWITCH_US / 1000


def test_a_wait_while_nobody_was_seen_to_hold_it_says_so():
    """Better than the likeliest guess."""
    one = observed([span(0, 0, 9, thread=1)], seen({1: stretches((0, 9, State.WAITS))}, 9))
    wait = slices(shown(one), "worker-1: GIL")[0]
    assert (wait["name"], wait["args"]["holder"]) == ("waits for the GIL", "nobody that was seen")


def test_every_state_has_its_words():
    """Also where it was blocked, if that is known."""
    rows = [(10 * number, 10 * number + 10, state) for number, state in enumerate(State)]
    rows.append((60, 70, State.BLOCKED, "poll"))
    one = observed([span(0, 0, 70, thread=1)], seen({1: stretches(*rows)}, 70))
    assert [each["name"] for each in slices(shown(one), "worker-1: GIL")] == [
        "holds the GIL",
        "waits for the GIL",
        "runs without the GIL",
        "could run, but has no CPU",
        "blocked",
        "unknown",
        "blocked: poll",
    ]


def test_a_counter_says_how_many_wait():
    """Of three threads that take turns two always do; after the pass, none."""
    document = shown(turns(3, slices=4))
    assert gauges(document) == [(0, 2.0), (4 * SWITCH_US, 0.0)]
    (event, _) = [event for event in document["traceEvents"] if event["ph"] == "C"]
    assert " ".join([event["name"], *event["args"]]) == "threads waiting for the GIL"


def test_a_counter_that_would_stay_at_zero_is_left_out():
    """It would cost a row in every process of a pool."""
    assert gauges(shown(alone(), processes(), sleeping())) == []


def test_every_interpreter_with_a_gil_of_its_own_gets_a_holder_row():
    """The main one's has the plain name."""
    document = shown(subinterpreters())
    assert names(document)[:4] == [
        "GIL holder",
        "GIL holder (interpreter 1)",
        "GIL holder (interpreter 2)",
        "interpreter-1: GIL",
    ]
    assert [one["name"] for one in slices(document, "GIL holder (interpreter 2)")] == ["interpreter-2"]


def test_every_process_has_its_own_holder():
    """The lane, which only waits for them, has none."""
    document = shown(processes())
    assert names(document, "process_name") == [
        "gil-cpu / processes",
        "gil-cpu / processes / worker-1",
        "gil-cpu / processes / worker-2",
    ]
    assert names(document) == ["main: GIL", *2 * ["GIL holder", "main: GIL", "main"]]


def test_a_build_without_a_gil_has_nobody_to_hold_it():
    """It shows who ran at the same time instead."""
    document = shown(free_threaded())
    assert names(document) == ["GIL", "worker-1: state", "worker-1", "worker-2: state", "worker-2"]
    assert [one["name"] for one in slices(document, "GIL")] == ["no GIL in this build"]
    assert [one["name"] for one in slices(document, "worker-2: state")] == [
        "blocked: futex",
        "runs",
        "could run, but has no CPU",
    ]
    assert gauges(document) == [(0, 1.0), (2_000, 2.0), (39_200, 1.0), (40_000, 0.0)]


def test_what_can_not_be_seen_is_one_slice_with_the_reason():
    """And no row of unknowns for every thread."""
    document = shown(derived())
    assert names(document) == ["GIL holder", "worker-1", "worker-2"]
    (one,) = slices(document, "GIL holder")
    assert (one["name"], one["args"]["because"]) == ("can't be seen here", "no C compiler was found")
    assert document["otherData"]["gil"]["threads"] == {
        "layer": "derived",
        "because": "no C compiler was found",
        "cut": None,
        "rate_hz": None,
    }


def test_a_sampled_pass_says_so_in_every_slice():
    """Nobody shall take samples for the exact record."""
    document = shown(turns(layer=Layer.SAMPLED, rate_hz=812.4))
    gil = [one for one in slices(document) if one["cat"].startswith("GIL")]
    assert {one["args"]["observed"] for one in gil} == {"sampled, 812 a second"}
    assert document["otherData"]["gil"]["threads"]["rate_hz"] == 812.4


def test_a_record_that_was_cut_shows_where():
    """What comes after its end is unknown, not blocked and not nothing."""
    spans = [span(0, 0, 100, thread=1)]
    cut = Observation(
        LANE, Layer.EXACT, at(0), at(60), {1: stretches((0, 60, State.HOLDS))}, cut="it was full"
    )
    document = shown(observed(spans, cut))
    assert [(one["name"], one["dur"]) for one in slices(document, "worker-1: GIL")] == [
        ("holds the GIL", 60),
        ("unknown", 40),
    ]
    assert [one["name"] for one in slices(document, "left out")] == ["of the GIL: it was full"]


def test_threads_that_only_helped_are_shown_by_their_names():
    """Also where no call of theirs was recorded; those outside the pass are not."""
    threads = {
        1: stretches((0, 90, State.HOLDS)),
        8: stretches((0, 90, State.BLOCKED)),
        9: stretches((100, 200, State.HOLDS)),
    }
    one = observed(
        [span(0, 0, 90, thread=1)], seen(threads, 90, names={8: "feeder of /home/ada/data.bin", 9: "late"})
    )
    document = shown(one)
    assert names(document) == ["GIL holder", "worker-1: GIL", "worker-1", "feeder of data.bin: GIL"]
    assert "late" not in json.dumps(document)


def test_two_helpers_of_one_name_can_be_told_apart():
    """A wait names its holder."""
    threads = {8: stretches((0, 90, State.HOLDS)), 9: stretches((0, 90, State.WAITS))}
    one = observed([span(0, 0, 90, thread=1)], seen(threads, 90, names={8: "timer", 9: "timer"}))
    document = shown(one)
    assert [name for name in names(document) if "timer" in name] == ["timer: GIL", "timer (2): GIL"]
    assert slices(document, "timer (2): GIL")[0]["name"] == "waits for timer"


def test_an_observed_pass_leaves_others_as_they_are():
    """The look-alike: no observation, no GIL rows, no entry."""
    plain = observed([span(0, 0, 90, thread=LANE, name="MainThread")])
    document = shown(plain)
    assert names(document) == ["main"]
    assert "gil" not in document["otherData"]
    assert "conclab_gil_resolution_us" not in document["otherData"]


@pytest.mark.parametrize("folder", [False, True])
def test_a_program_that_never_lets_go_for_long_still_fits(tmp_path, folder):
    """200,000 takes and drops a second: short stretches are put together, and it is said where."""
    calls = [(1 + number % 2, 8 * number, 8 * number + 5, f"f{number % 50}") for number in range(60_000)]
    one = busy()
    if folder:
        one = observed(one.spans, *one.observations, folder=record_calls(tmp_path / "calls", calls))
    document = shown(one)
    assert len(document["traceEvents"]) <= 150_000
    assert len(json.dumps(document, separators=(",", ":"))) <= 20_000_000
    resolution_us = document["otherData"]["conclab_gil_resolution_us"]
    assert resolution_us in {1, 2, 5, 10, 20, 50, 100}
    mixed = next(one for one in slices(document, "worker-1: GIL") if one["name"].startswith("by turns"))
    assert "holds" in mixed["name"]
    assert "runs without the GIL" in mixed["name"]
    assert mixed["args"]["put together"] == f"stretches shorter than {resolution_us:g} us"


def test_coarser_rows_keep_their_times():
    """Of the holder, too: the row's shares are those of the fine one."""
    one = busy(2_000)
    fine = shown(one)
    coarse = shown(one, limit_events=600)
    assert len(coarse["traceEvents"]) < 700 < len(fine["traceEvents"])
    for row in ("worker-1: GIL", "worker-2: GIL"):
        assert sum(each["dur"] for each in slices(coarse, row)) == pytest.approx(
            sum(each["dur"] for each in slices(fine, row))
        )


def test_the_whole_document_stays_below_its_bytes(tmp_path, monkeypatch):
    """Calls with long names give way, the shortest first."""
    monkeypatch.setattr("conclab.tracing.merge.LIMIT_BYTES", 60_000)
    calls = [(0, 100 * number, 100 * number + 30 + number % 60, "f" * 300) for number in range(1_000)]
    document = shown(turns(folder=record_calls(tmp_path / "calls", calls)))
    assert len(json.dumps(document, separators=(",", ":"))) <= 60_000
    assert document["otherData"]["conclab_cut"]["left_out"] > 800


@settings(max_examples=30)
@given(st.integers(1, 5), st.integers(1, 30), st.integers(10, 400))
def test_any_limit_leaves_rows_that_a_viewer_can_draw(workers, slices_, limit):
    """Convoys and hashing beside it, so that passes share the limit."""
    document = shown(turns(workers, slices_), convoy(), hashing(), limit_events=limit)
    tasks = [one for one in slices(document) if one["cat"] == "task"]
    assert len(tasks) == workers + 4
