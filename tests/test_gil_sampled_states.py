"""From samples to stretches: what was seen is drawn, what was not seen is UNKNOWN, queues are laid back."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conclab.gil import sampled_states, samples
from conclab.gil.sampled_states import REACH_NS, Look, stretches_of
from conclab.gil.samples import GIL, HOLDS, RUNNABLE, SLEEPS, WAITS, Row
from conclab.gil.states import Layer, State, Stretch
from conclab.gil.syscalls import name_of

MS = 1_000_000
THREAD = 7


def look(at_ms, state, *, cpu=1.0, delay=0.0, turns=1, gil=0, detail=""):
    at = round(at_ms * MS)
    return Look(at, at, state, gil, detail, round(cpu * MS), round(delay * MS), turns)


def drawn(*looks):
    return stretches_of({THREAD: looks})[THREAD]


def in_ms(stretches):
    return [(one.start_ns / MS, one.end_ns / MS, one.state) for one in stretches]


def test_a_sample_speaks_half_way_to_its_neighbours():
    stretches = drawn(look(0, State.HOLDS), look(2, State.WAITS), look(6, State.HOLDS))
    assert in_ms(stretches) == [(0, 1, State.HOLDS), (1, 4, State.WAITS), (4, 6, State.HOLDS)]


def test_where_nobody_looked_for_long_nothing_is_claimed():
    """Look-alike: the same state on both sides of a gap is no proof of what was between."""
    gap = 4 * REACH_NS / MS
    stretches = drawn(look(0, State.HOLDS), look(gap, State.HOLDS))
    reach = REACH_NS / MS
    assert in_ms(stretches) == [
        (0, reach, State.HOLDS),
        (reach, gap - reach, State.UNKNOWN),
        (gap - reach, gap, State.HOLDS),
    ]


def test_a_sleep_in_which_the_thread_never_ran_is_one_sleep_however_long_nobody_looked():
    stretches = drawn(look(0, State.BLOCKED, detail="poll"), look(900, State.BLOCKED, detail="poll"))
    assert in_ms(stretches) == [(0, 900, State.BLOCKED)]
    woke_meanwhile = look(900, State.BLOCKED, detail="poll", turns=2)
    assert State.UNKNOWN in {
        one.state for one in drawn(look(0, State.BLOCKED, detail="poll"), woke_meanwhile)
    }


def test_time_that_a_thread_was_queued_is_laid_back_from_when_it_got_its_cpu():
    """On a CPU to 2 ms, queued for 3, on it again, asleep at 8: the kernel tells at 5 that it was queued."""
    stretches = drawn(
        look(0, None, cpu=1),
        look(1, None, cpu=1),
        look(2, None, cpu=3),
        look(3, None, cpu=3),
        look(4, None, cpu=3),
        look(5, None, cpu=3, delay=3, turns=2),
        look(6, None, cpu=3, delay=3, turns=2),
        look(8, State.BLOCKED, cpu=6, delay=3, turns=2),
    )
    assert [one.state for one in stretches] == [State.RELEASED, State.NO_CPU, State.RELEASED, State.BLOCKED]
    queued = stretches[1]
    assert queued.end_ns - queued.start_ns == 3 * MS
    assert 1 * MS <= queued.start_ns <= 2 * MS


def test_a_thread_that_woke_and_was_given_no_cpu_since_is_not_running():
    """It could run at 2 and 3 ms, yet its count of turns is that of its sleep."""
    stretches = drawn(
        look(1, State.WAITS),
        look(2, None),
        look(3, None),
        look(4, State.HOLDS, delay=1.7, turns=2),
    )
    assert in_ms(stretches) == [
        (1, 1.5, State.WAITS),
        (1.5, 3.5, State.NO_CPU),
        (3.5, 4, State.HOLDS),
    ]


def test_a_holder_without_a_cpu_still_holds():
    """The state is about the GIL: others wait for it, whether its holder runs or not."""
    stretches = drawn(look(0, State.HOLDS), look(4, State.HOLDS, delay=3, turns=2))
    assert in_ms(stretches) == [(0, 4, State.HOLDS)]


def test_a_system_that_tells_no_run_delay_leaves_it_open_who_had_a_cpu():
    """Look-alike of a thread that never ran: all its figures are 0."""
    stretches = drawn(
        look(0, None, cpu=0, turns=0),
        look(1, State.BLOCKED, cpu=0, turns=0),
        look(2, None, cpu=0, turns=0),
    )
    assert {one.state for one in stretches} == {State.UNKNOWN, State.BLOCKED}


def test_the_end_of_the_record_leaves_open_who_ran():
    """The figures stand still for who runs and who is queued alike; after the last change nobody can tell."""
    stretches = drawn(look(0, None, cpu=1), look(1, None, cpu=2), look(2, None, cpu=2), look(3, None, cpu=2))
    assert in_ms(stretches) == [(0, 0.5, State.RELEASED), (0.5, 3, State.UNKNOWN)]


@pytest.mark.parametrize(
    ("kind", "took_us", "state"),
    [
        (RUNNABLE | HOLDS, 3, State.HOLDS),
        (SLEEPS | HOLDS, 3, State.HOLDS),  # a system call that keeps the GIL
        (WAITS, 3, State.WAITS),
        (WAITS | HOLDS, 3, State.HOLDS),  # needs the GIL's own mutex to let go
        (SLEEPS, 3, State.BLOCKED),
        (SLEEPS, 5000, State.BLOCKED),
        (RUNNABLE | HOLDS, 5000, State.UNKNOWN),  # the observer was interrupted between two reads
        (RUNNABLE, 5000, State.UNKNOWN),
        (RUNNABLE, 3, State.RELEASED),
    ],
)
def test_each_kind_of_row_has_one_meaning(kind, took_us, state):
    rows = [
        Row(10 * MS, MS, 0, 1, THREAD, 0, kind, 0),
        Row(10 * MS + took_us * 1000, 0, 0, 0, 0, 0, GIL, 0),
        Row(20 * MS, 2 * MS, 0, 1, THREAD, 0, SLEEPS, 0),
        Row(20 * MS + 3000, 0, 0, 0, 0, 0, GIL, 0),
    ]
    assert stretches_of(sampled_states.looks_of(rows, "x86_64"))[THREAD][0].state is state


looks = st.builds(
    lambda step, state, ran, queued, turns: (step, state, ran, queued, turns),
    st.integers(1000, 30 * MS),
    st.sampled_from([None, None, State.HOLDS, State.WAITS, State.BLOCKED, State.UNKNOWN]),
    st.integers(0, 20 * MS),
    st.one_of(st.just(0), st.integers(0, 40 * MS)),
    st.integers(0, 2),
)


def history(steps):
    at = cpu = delay = turns = MS
    seen = []
    for step, state, ran, queued, more in steps:
        at, cpu, delay, turns = at + step, cpu + ran, delay + queued, turns + more
        seen.append(Look(at, at + 3000, state, 0, "", cpu, delay, turns))
    return seen


@settings(max_examples=300)
@given(st.lists(looks, min_size=1, max_size=30))
def test_stretches_follow_on_from_each_other_and_never_contradict_a_look(steps):
    """Whatever the figures are, even impossible ones: no overlap, no hole, no length below zero."""
    seen = history(steps)
    stretches = drawn(*seen)
    for one, following in pairwise(stretches):
        assert one.start_ns < one.end_ns == following.start_ns
        assert (one.state, one.gil, one.detail) != (following.state, following.gil, following.detail)
    if len(seen) > 1:
        assert (stretches[0].start_ns, stretches[-1].end_ns) == (seen[0].at_ns, seen[-1].at_ns)
    for one in seen[1:-1]:
        at_its_moment = state_at(stretches, one.at_ns)
        if one.state is None:
            assert at_its_moment in {State.RELEASED, State.NO_CPU, State.UNKNOWN}
        else:
            assert at_its_moment is one.state


@st.composite
def schedules(draw):
    """A thread that runs, is queued and sleeps in turn: the truth, piece by piece, in ms."""
    pieces, state = [], State.BLOCKED
    for _ in range(draw(st.integers(3, 12))):
        follows = {
            State.BLOCKED: [State.NO_CPU, State.RELEASED],
            State.NO_CPU: [State.RELEASED],
            State.RELEASED: [State.BLOCKED, State.NO_CPU],
        }
        state = draw(st.sampled_from(follows[state]))
        pieces.append((state, draw(st.integers(3, 25))))
    return [*pieces, *([(State.RELEASED, 3)] if state is State.NO_CPU else []), (State.BLOCKED, 5)]


def sampled_each_ms(schedule, *, tick_ms):
    """What a kernel shows of it: CPU time moves at ticks and switches, run delay when the queue ends."""
    seen, truth, charged, ran, delay, turns, now = [], [], 1.0, 1.0, 0.0, 1, 0
    before = State.BLOCKED
    for state, length in schedule:
        if state is State.RELEASED:
            turns += before is not State.RELEASED
        else:
            charged = ran
        for step in range(length):
            shown = {State.BLOCKED: State.BLOCKED}.get(state)
            seen.append(look(now + 0.5, shown, cpu=charged, delay=delay, turns=turns))
            truth.append(state)
            now += 1
            if state is State.RELEASED:
                ran += 1
                charged = ran if now % tick_ms == 0 else charged
            del step
        if state is State.NO_CPU:
            delay += length
        before = state
    return seen, truth


@settings(max_examples=300)
@given(schedules(), st.sampled_from([1, 4, 10]))
def test_a_schedule_is_found_again_from_what_the_kernel_shows_of_it(schedule, tick_ms):
    """At each change one sample may fall on the wrong side; in between every one is right."""
    seen, truth = sampled_each_ms(schedule, tick_ms=tick_ms)
    stretches = drawn(*seen)
    wrong = sum(state_at(stretches, one.at_ns) is not real for one, real in zip(seen, truth, strict=True))
    assert wrong <= len(schedule)


def state_at(stretches, moment):
    return next((one.state for one in stretches if one.start_ns <= moment < one.end_ns), stretches[-1].state)


def written(path, rows, *, gil=True, end=""):
    record = samples.Record(str(path), pid=42, rate_hz=1000, gil=gil)
    for row in rows:
        record.add(samples.ROW.pack(*row))
    record.flush()
    if end is not None:
        record.close(end)
    return path


ROWS = [
    row
    for at in range(0, 10 * MS, MS)
    for row in (
        Row(at, MS + at, 0, 1, THREAD, 0, RUNNABLE | HOLDS, 3),
        Row(at + 3000, MS, 0, 1, 8, 230, SLEEPS, 0),
        Row(at + 6000, 5, 0, 0, 0, 0, GIL, 3),
    )
]


def test_a_record_is_read_as_it_was_written(tmp_path):
    seen = sampled_states.read(written(tmp_path / "42.samples", ROWS))
    assert (seen.pid, seen.layer, seen.cut) == (42, Layer.SAMPLED, "")
    assert seen.rate_hz == pytest.approx(1000, rel=0.01)
    assert list(seen.threads[THREAD]) == [Stretch(1500, 9 * MS + 1500, State.HOLDS, gil=3)]
    assert [one.state for one in seen.threads[8]] == [State.BLOCKED]


@pytest.mark.parametrize(
    ("gil", "end", "layer", "cut"),
    [
        (True, "no space left", Layer.SAMPLED, "no space left"),
        (True, None, Layer.SAMPLED, "the record ends early: the observer was killed"),
        (False, "", Layer.NONE, ""),
    ],
)
def test_the_header_says_how_it_ended_and_whether_there_was_a_gil(tmp_path, gil, end, layer, cut):
    seen = sampled_states.read(written(tmp_path / "42.samples", ROWS, gil=gil, end=end))
    assert (seen.layer, seen.cut) == (layer, cut)


@pytest.mark.parametrize("kept", range(samples.HEADER_BYTES, samples.HEADER_BYTES + 3 * samples.ROW.size, 13))
def test_a_record_may_end_anywhere(tmp_path, kept):
    path = written(tmp_path / "42.samples", ROWS)
    path.write_bytes(path.read_bytes()[:kept])
    assert set(sampled_states.read(path).threads) <= {THREAD, 8}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", json.dumps({"format": "another"}).encode()])
def test_another_file_is_refused(tmp_path, content):
    (tmp_path / "42.samples").write_bytes(content)
    with pytest.raises(ValueError, match=r"."):
        sampled_states.read(tmp_path / "42.samples")


def test_system_calls_have_the_names_of_their_manual_pages():
    """The same call has another number on another machine; who sleeps in none has no name."""
    assert name_of(230, "x86_64") == name_of(115, "aarch64") == "clock_nanosleep"
    assert name_of(202, "x86_64") == name_of(98, "aarch64") == "lock"
    assert name_of(-1, "x86_64") == ""
    assert name_of(9999, "x86_64") == "system call 9999"
    assert name_of(3, "m68k") == "system call 3"
