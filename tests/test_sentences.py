from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conclab.gil.states import Layer, State
from conclab.tracing.sentences import Figures, Longest, Worker, number, percent, sentence
from conclab.tracing.summary import summarise
from gil_passes import (
    alone,
    convoy,
    derived,
    free_threaded,
    hashing,
    processes,
    sleeping,
    subinterpreters,
    turns,
)

H, W, R, N, B = State.HOLDS, State.WAITS, State.RELEASED, State.NO_CPU, State.BLOCKED


def worker(name, *, process=1, gil=0, unseen=0.0, on_cpu=None, **shares):
    letters = {"h": H, "w": W, "r": R, "n": N, "b": B}
    return Worker(name, process, gil, {letters[key]: share for key, share in shares.items()}, unseen, on_cpu)


def workers(count, **shares):
    return [worker(f"worker-{rank}", **shares) for rank in range(1, count + 1)]


def told(*who, layer=Layer.EXACT, **more):
    return sentence(Figures(layer, who, **more))


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (alone(), "one thread held the GIL 100% of the time; nobody waited"),
        (turns(), "two threads took turns: each held the GIL 50% of the time and waited 50%"),
        (turns(8), "eight threads took turns: each held the GIL 13% of the time and waited 88%"),
        (sleeping(), "eight threads were blocked 97% of the time and hardly needed the GIL"),
        (
            hashing(),
            "two threads ran without the GIL 95% of the time, so they could run at the same time",
        ),
        (
            processes(),
            (
                "two processes, each with a GIL of its own: nobody waited for it; "
                "each held its own 99% of the time"
            ),
        ),
        (
            subinterpreters(),
            (
                "two subinterpreters, each with a GIL of its own: nobody waited for it; "
                "each held its own 100% of the time"
            ),
        ),
        (
            convoy(),
            (
                "worker-1 held the GIL 99% of the time, and worker-2 waited 99% of the time "
                "that it wanted it, up to 4.70 ms at a stretch"
            ),
        ),
        (free_threaded(), "no GIL in this build: two threads ran at the same time 93% of the time"),
        (
            derived(),
            (
                "what the GIL did can't be seen here; worker-1 was on a CPU 49% of the time "
                "and worker-2 was on a CPU 49% of the time"
            ),
        ),
        (derived(8), "what the GIL did can't be seen here; eight threads were on a CPU 49% of the time each"),
    ],
    ids=lambda value: value.variant if hasattr(value, "variant") else "",
)
def test_typical_programs_are_told_in_one_sentence(program, expected):
    """From the observation to the words."""
    assert summarise(program, [])["sentence"] == expected


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (
            [worker("worker-1", h=0.31, w=0.69), worker("worker-2", h=0.64, w=0.36)],
            "two threads took turns: each held the GIL 31% to 64% of the time and waited 36% to 69%",
        ),
        ([worker("main", h=0.9, w=0.1)], "one thread held the GIL 90% of the time and waited 10%"),
        ([worker("main", b=0.9, h=0.1)], "one thread was blocked 90% of the time and held the GIL 10%"),
        ([worker("main", r=0.8, h=0.2)], "one thread ran without the GIL 80% of the time"),
        (
            [worker("worker-1", process=1, h=0.9, w=0.1), worker("worker-2", process=2, h=0.95)],
            (
                "two processes, each with a GIL of its own: each held it 90% to 95% of the time "
                "and waited 0% to 10%"
            ),
        ),
        (
            [worker("worker-1", process=1, b=0.97), worker("worker-2", process=2, b=0.98)],
            "two processes were blocked 97% to 98% of the time and hardly needed the GIL",
        ),
        (
            [worker("worker-1", h=0.6, b=0.4), worker("worker-2", r=0.9, h=0.1)],
            (
                "worker-1 held the GIL 60% and was blocked 40% of the time; "
                "worker-2 ran without the GIL 90% and held the GIL 10% of the time"
            ),
        ),
        (
            [*workers(3, h=0.2, b=0.3, r=0.4), worker("worker-4", h=0.3, w=0.1, b=0.2, r=0.4)],
            (
                "four threads held the GIL 20% to 30%, waited for it 0% to 10%, ran without the GIL 40% "
                "and were blocked 20% to 30% of the time"
            ),
        ),
        (
            workers(2, h=0.4, w=0.25, n=0.33),
            (
                "two threads took turns: each held the GIL 40% of the time and waited 25%; "
                "33% of the time there was no CPU to run on"
            ),
        ),
        (
            workers(2, r=0.8, n=0.15),
            (
                "two threads ran without the GIL 80% of the time, so they could run at the same time; "
                "15% of the time there was no CPU to run on"
            ),
        ),
        (
            [worker("main", h=0.9, unseen=0.07)],
            "one thread held the GIL 90% of the time; nobody waited; 7% of the time is unknown",
        ),
        ([worker("main", h=0.9, unseen=0.04)], "one thread held the GIL 90% of the time; nobody waited"),
        ([worker("main", unseen=1.0, h=0.0)], "of main little is known; 100% of the time is unknown"),
    ],
)
def test_figures_decide_which_picture_it_is(who, expected):
    """Ranges where threads differ; what fits no picture is told thread by thread."""
    assert told(*who) == expected


def test_a_helper_that_waits_is_not_nobody():
    """Such as the main thread, which has no task."""
    assert told(worker("worker-1", h=0.97), waited=0.3) == (
        "one thread held the GIL 97% of the time; a helper thread waited for it 30%"
    )


def test_several_threads_may_starve_behind_one():
    """The longest wait is named with its thread."""
    starving = [worker(f"worker-{rank}", h=0.01, w=0.3, b=0.69) for rank in (2, 3)]
    text = told(worker("worker-1", h=0.97, w=0.03), *starving, longest=Longest("worker-3", 0.0051))
    assert text == (
        "worker-1 held the GIL 97% of the time, and two other threads waited 97% of the time "
        "that they wanted it, up to 5.10 ms at a stretch (worker-3)"
    )


@pytest.mark.parametrize(
    ("who", "together", "expected"),
    [
        (workers(1, r=0.99), 0.0, "one thread ran 99% of the time"),
        (workers(8, r=0.7), 0.9, "at least two of eight threads ran at the same time 90% of the time"),
        (workers(8, b=0.97), 0.0, "eight threads were blocked 97% of the time"),
        (
            [worker("worker-1", process=1, r=0.9), worker("worker-2", process=2, r=0.95)],
            0.0,
            "two processes ran 90% to 95% of the time each",
        ),
    ],
)
def test_a_build_without_a_gil_is_told_by_who_ran(who, together, expected):
    """At the same time is what such a build is for."""
    assert told(*who, layer=Layer.NONE, together=together) == f"no GIL in this build: {expected}"


def test_nothing_seen_is_nothing_said():
    """Without guesses."""
    assert told() == "no task was seen"
    assert told(worker("main"), layer=Layer.DERIVED) == "what the GIL did can't be seen here"
    assert (
        told(worker("main"), layer=Layer.NONE) == "no GIL in this build; which threads ran can't be seen here"
    )


def test_numbers_are_words_up_to_twelve():
    """And nouns follow them."""
    assert number(1, "thread") == "one thread"
    assert number(12, "thread") == "twelve threads"
    assert number(13, "process", "processes") == "13 processes"


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ([0.494, 0.487], "49%"),
        ([0.31, 0.64], "31% to 64%"),
        ([0.0], "0%"),
        ([0.003], "less than 1%"),
        ([0.995], "100%"),
        ([0.125], "13%"),
    ],
)
def test_shares_are_whole_per_cent(shares, expected):
    """A range where they differ after rounding."""
    assert percent(*shares) == expected


shares_of_time = st.dictionaries(st.sampled_from("hwrnb"), st.floats(0, 0.2))


@given(st.lists(shares_of_time, min_size=1, max_size=15), st.sampled_from(Layer), st.integers(1, 3))
def test_whatever_the_figures_there_is_one_sentence(every, layer, processes_):
    """Never an error, never empty, no full stop, ASCII for the viewer."""
    who = [worker(f"worker-{n}", process=n % processes_, **shares) for n, shares in enumerate(every)]
    text = told(*who, layer=layer)
    assert text
    assert text.isascii()
    assert not text.endswith(".")
