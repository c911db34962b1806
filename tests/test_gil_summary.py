from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conclab.gil.states import Layer, Observation, State, Stretch
from conclab.tracing.calls import read
from conclab.tracing.summary import MOST_STATES, summarise
from gil_passes import (
    LANE,
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

FIGURES = ("held_s", "waiting_s", "released_s", "no_cpu_s", "blocked_s", "unknown_s")
EVERY = [turns, convoy, alone, sleeping, hashing, processes, subinterpreters, free_threaded, derived]


def summed(thread):
    return sum(thread[figure] or 0.0 for figure in FIGURES)


def by_name(summary):
    return {(thread["process"], thread["name"]): thread for thread in summary["threads"]}


@st.composite
def programs(draw):
    """One GIL handed around at random: exactly one holder or none, everybody else in some other state."""
    workers, now, rows = draw(st.integers(1, 4)), draw(st.integers(-30, 10)), {}
    others = st.sampled_from([state for state in State if state is not State.HOLDS])
    holders = []
    for length, holder in draw(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 5)), min_size=1)):
        if holder < workers:
            holders.append((now, now + length, holder))
        for worker in range(workers):
            state = State.HOLDS if worker == holder else draw(others)
            rows.setdefault(worker, []).append(Stretch(at(now), at(now + length), state))
        now += length
    end_us = draw(st.integers(20, 400))
    one = observed([span(w, 0, end_us, thread=w) for w in range(workers)], seen(rows, end_us))
    return one, [hold for hold in holders if hold[0] < end_us and hold[1] > 0], end_us


@given(programs())
def test_the_seconds_of_every_thread_add_up_to_its_time(program):
    """What was not seen is unknown, never left out; before it was there and after it, there is nothing."""
    one, _, end_us = program
    summary = summarise(one, [])
    assert summary["window_s"] == pytest.approx(end_us / 1e6)
    for thread in summary["threads"]:
        assert summed(thread) == pytest.approx(thread["lived_s"])
        assert thread["lived_s"] <= summary["window_s"] + 1e-9
        assert min(thread[figure] for figure in FIGURES) >= 0


@given(programs())
def test_one_gil_is_never_held_for_longer_than_the_window(program):
    """Summed over all threads, and exactly as long as the oracle says."""
    one, holders, end_us = program
    held = sum(thread["held_s"] for thread in summarise(one, [])["threads"])
    assert held <= end_us / 1e6 + 1e-9
    assert held == pytest.approx(sum(min(end, end_us) - max(start, 0) for start, end, _ in holders) / 1e6)


@given(programs())
def test_handovers_are_counted_from_the_sequence_of_holders(program):
    """A thread that takes it again after nobody had it got it from itself."""
    one, holders, end_us = program
    changes = sum(early != late for (*_, early), (*_, late) in pairwise(holders))
    assert summarise(one, [])["handovers_per_s"] == pytest.approx(changes / end_us * 1e6, abs=0.06)


@given(programs())
def test_the_states_to_draw_agree_with_the_seconds(program):
    """Whatever is put together for drawing keeps its shares."""
    one, _, _ = program
    for thread in summarise(one, [])["threads"]:
        assert all(start < end for start, end, *_ in thread["states"])
        drawn = sum(end - start for start, end, state, *_ in thread["states"] if state == "holds")
        assert drawn == pytest.approx(thread["held_s"] * 1e6)


@pytest.mark.parametrize("program", EVERY, ids=lambda program: program.__name__)
def test_every_summary_has_the_same_form(program):
    """Whoever reads run.json finds every key, and null where the layer can't tell."""
    summary = summarise(program(), [])
    assert list(summary) == [
        "layer",
        "because",
        "cut",
        "rate_hz",
        "window_s",
        "gils",
        "handovers_per_s",
        "longest_wait",
        "sentence",
        "threads",
    ]
    assert summary["sentence"]
    for thread in summary["threads"]:
        assert list(thread) == [
            "name",
            "process",
            "gil",
            "works",
            "lived_s",
            *FIGURES,
            "on_cpu_s",
            "longest_wait_s",
            "states",
            "tasks",
        ]


def test_threads_that_take_turns():
    """Forty slices of 5 ms, the other waiting each time."""
    summary = summarise(turns(), [])
    assert (summary["layer"], summary["gils"]) == ("exact", 1)
    assert summary["handovers_per_s"] == pytest.approx(39 / 0.2)
    worker = by_name(summary)["", "worker-1"]
    assert (worker["held_s"], worker["waiting_s"], worker["longest_wait_s"]) == (0.1, 0.1, 0.005)
    assert worker["states"][:2] == [[0, 5_000, "holds"], [5_000, 10_000, "waits"]]
    assert worker["tasks"] == [[0, 0, 200_000]]


def test_the_longest_wait_names_the_holder_and_its_function(tmp_path):
    """With the recorded calls; without them the function stays unknown."""
    folder = record_calls(tmp_path / "calls", [(1, 0, 60_000, "count_primes (lab.py:3)")])
    recordings, _ = read(folder)
    longest = summarise(convoy(), recordings)["longest_wait"]
    assert longest == {
        "thread": "worker-2",
        "process": "",
        "seconds": 0.0047,
        "holder": "worker-1",
        "function": "count_primes (lab.py:3)",
    }
    assert summarise(convoy(), [])["longest_wait"]["function"] is None
    assert summarise(alone(), [])["longest_wait"] is None


def test_every_process_brings_a_gil():
    """The lane that only waits for them comes last, and its GIL is not the workers'."""
    summary = summarise(processes(), [])
    assert summary["gils"] == 2
    assert [(each["process"], each["name"], each["works"], each["gil"]) for each in summary["threads"]] == [
        ("worker-1", "main", True, 0),
        ("worker-2", "main", True, 1),
        ("", "main", False, 2),
    ]


def test_every_subinterpreter_brings_a_gil():
    """A hand-over of the main GIL on the way in is still one."""
    summary = summarise(subinterpreters(3), [])
    assert summary["gils"] == 3
    assert [each["gil"] for each in summary["threads"]] == [0, 1, 2]


def test_a_subinterpreter_whose_gil_was_not_watched_has_one_all_the_same():
    """Its thread was seen with the main GIL alone, on its way in."""
    threads = {1: stretches((0, 10, State.HOLDS), (10, 90, State.UNKNOWN))}
    threads[2] = stretches((0, 10, State.WAITS), (10, 20, State.HOLDS), (20, 90, State.UNKNOWN))
    spans = [span(rank, 0, 90, thread=rank, interpreter=rank) for rank in (1, 2)]
    assert summarise(observed(spans, seen(threads, 90)), [])["gils"] == 2


def test_a_build_without_a_gil_has_nothing_to_hold():
    """Null, not zero: there is no figure."""
    summary = summarise(free_threaded(), [])
    assert (summary["layer"], summary["gils"], summary["handovers_per_s"]) == ("none", 0, None)
    worker = by_name(summary)["", "worker-2"]
    assert [worker[figure] for figure in (*FIGURES[:2], "longest_wait_s")] == [None, None, None]
    assert [worker[figure] for figure in FIGURES[2:]] == pytest.approx([0.0372, 0.0008, 0.002, 0])


def test_the_derived_layer_knows_cpu_time_alone():
    """From the tasks' own clocks."""
    summary = summarise(derived(), [])
    assert (summary["layer"], summary["because"]) == ("derived", "no C compiler was found")
    worker = by_name(summary)["", "worker-1"]
    assert [worker[figure] for figure in FIGURES] == [None] * 6
    assert (worker["on_cpu_s"], worker["states"], worker["longest_wait_s"]) == (0.0196, [], None)


def test_stretches_of_the_derived_layer_tell_nothing():
    """An observer that fills its record with unknowns has the same to say."""
    unknown = {0: stretches((0, 40_000, State.UNKNOWN))}
    one = observed(derived(1).spans, seen(unknown, 40_000, layer=Layer.DERIVED))
    assert by_name(summarise(one, []))["", "worker-1"]["unknown_s"] is None


def test_tasks_that_overlap_on_one_thread_have_no_cpu_time_of_their_own():
    """Each of an event loop's tasks would be given that of all others, too."""
    spans = [span(0, 0, 60, thread=1, cpu_us=50), span(1, 30, 90, thread=1, cpu_us=55)]
    one = observed(spans, Observation(LANE, Layer.DERIVED, 0, 0, {}))
    assert by_name(summarise(one, []))["", "worker-1"]["on_cpu_s"] is None
    apart = observed([spans[0]], Observation(LANE, Layer.DERIVED, 0, 0, {}))
    assert by_name(summarise(apart, []))["", "worker-1"]["on_cpu_s"] == pytest.approx(50e-6)


def test_the_layer_is_the_best_that_all_processes_have():
    """With the reasons of those that have less; a process without any record is said to be missing."""
    exact, sampled = processes().observations[1], processes().observations[2]
    worse = Observation(
        sampled.pid,
        Layer.SAMPLED,
        sampled.start_ns,
        sampled.end_ns,
        sampled.threads,
        because="no shim",
        rate_hz=300,
    )
    spans = processes().spans
    both = summarise(observed(spans, exact, worse), [])
    assert (both["layer"], both["because"], both["rate_hz"]) == ("sampled", "no shim", 300)
    missing = summarise(observed(spans, exact), [])
    assert missing["cut"] == "of one process with tasks nothing was recorded"
    assert missing["layer"] == "exact"
    assert by_name(missing)["worker-2", "main"]["held_s"] is None
    assert "little is known" in missing["sentence"]


def test_what_lies_outside_of_the_pass_does_not_count():
    """Opening and closing the pool."""
    threads = {1: stretches((-900, 30, State.HOLDS), (30, 5_000, State.BLOCKED))}
    summary = summarise(observed([span(0, 0, 100, thread=1)], seen(threads, 9_000)), [])
    (worker,) = summary["threads"]
    assert (worker["held_s"], worker["blocked_s"]) == (30e-6, 70e-6)


def test_a_gap_in_the_record_is_unknown():
    """Nobody knows what was there."""
    threads = {1: stretches((0, 30, State.HOLDS), (80, 100, State.HOLDS))}
    summary = summarise(observed([span(0, 0, 100, thread=1)], seen(threads, 100)), [])
    (worker,) = summary["threads"]
    assert worker["unknown_s"] == pytest.approx(50e-6)
    assert worker["states"][1] == [30, 80, "unknown"]
    assert summary["sentence"].endswith("; 50% of the time is unknown")


def test_a_thread_that_came_later_is_not_unknown_in_words():
    """Before it began there was nothing to see."""
    threads = {1: stretches((0, 100, State.BLOCKED)), 2: stretches((60, 100, State.HOLDS))}
    spans = [span(0, 0, 100, thread=1), span(1, 60, 100, thread=2)]
    summary = summarise(observed(spans, seen(threads, 100)), [])
    late = by_name(summary)["", "worker-2"]
    assert (late["unknown_s"], late["held_s"], late["lived_s"]) == pytest.approx((0, 40e-6, 40e-6))
    assert "unknown" not in summary["sentence"]


def test_few_enough_states_to_draw():
    """Thousands of takes a second become shares."""
    for thread in summarise(busy(20_000), [])["threads"]:
        assert 100 < len(thread["states"]) <= MOST_STATES
        mixed = [shares for *_, state, shares in (row for row in thread["states"] if len(row) == 4)]
        assert mixed
        assert all(sum(shares.values()) == pytest.approx(1, abs=0.01) for shares in mixed)


def test_a_pass_without_tasks_or_record_is_no_error():
    """It failed, and its summary says that nothing was seen."""
    assert summarise(observed([]), [])["sentence"] == "no thread was seen"
    nothing = summarise(observed([span(0, 0, 9, thread=1)]), [])
    assert (nothing["layer"], nothing["sentence"]) == ("derived", "what the GIL did can't be seen here")
