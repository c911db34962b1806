"""A story's rows say what its steps say, and conclude nothing that the steps do not show."""

from __future__ import annotations

from itertools import pairwise

import pytest

from conclab.story.effects import Sort, effects
from conclab.story.rows import columns_of, endings, rows
from conclab.story.text import names
from stories import lost_update, stories
from teller import Teller

every_story = pytest.mark.parametrize("document", stories().values(), ids=stories())


def remarks(document):
    return [one.text for said in effects(document) for one in said if one.sort is Sort.REMARK]


def short_story(*steps):
    """Steps of two threads beside main: (thread, line, reads or writes, value)."""
    tell = Teller("\n".join(f"line {number}" for number in range(1, 10)), "main", "one", "two")
    tell.step(0, 1, "starts one and two", starts=[1, 2])
    for thread, line, how, value in steps:
        tell.step(thread, line, **{how: [("n", value)]})
    return tell.tell("assertion", "it failed", place={"thread": 1})


# --- rows


@every_story
def test_every_step_is_in_one_row(document):
    """In order, and with its own thread and line."""
    told = rows(document)
    steps = document["story"]["steps"]
    assert [place for row in told for place in range(row.first, row.last + 1)] == list(range(len(steps)))
    for row in told:
        for step in steps[row.first : row.last + 1]:
            assert (step["thread"], step["line"]) == (row.thread, row.line)


@every_story
def test_every_change_of_threads_is_told(document):
    """But for one over left out steps. The chosen ones are numbered without a gap."""
    told = rows(document)
    changes = [after for before, after in pairwise(told) if before.thread != after.thread]
    assert [row for row in told if row.arrival] == [row for row in changes if not row.after_cut]
    chosen = [row.arrival.number for row in told if row.arrival and row.arrival.number]
    assert chosen == list(range(1, sum(step["switch"] for step in document["story"]["steps"]) + 1))


def test_a_line_that_is_left_between_read_and_write_is_two_halves():
    halves = [row for row in rows(lost_update()) if row.unfinished or row.goes_on]
    assert [(row.thread, row.unfinished, row.goes_on) for row in halves] == [
        (1, True, False),
        (1, False, True),
    ]


def test_the_same_line_again_is_not_a_second_half():
    """A loop came round: both times it read and wrote."""
    told = rows(
        short_story(
            (1, 2, "reads", "0"),
            (1, 2, "writes", "1"),
            (2, 2, "reads", "1"),
            (1, 2, "reads", "1"),
            (1, 2, "writes", "2"),
        )
    )
    assert [row.goes_on for row in told if row.thread == 1] == [False, False]


def test_a_line_that_looks_again_is_not_a_second_half():
    told = rows(short_story((1, 2, "reads", "0"), (2, 2, "reads", "0"), (1, 2, "reads", "0")))
    assert [row.goes_on for row in told if row.thread == 1] == [False, False]


def test_a_line_goes_on_after_it_waited():
    tell = Teller("with lock:", "main", "one", "two")
    tell.step(2, 1, "takes lock", takes="lock")
    tell.step(1, 1, "", blocked=True, wants="lock")
    tell.step(2, 1, "gives back lock", gives="lock")
    tell.step(1, 1, "takes lock", takes="lock")
    told = rows(tell.tell("assertion", "it failed"))
    assert [(row.thread, row.unfinished, row.goes_on) for row in told] == [
        (2, False, False),
        (1, True, False),
        (2, False, False),
        (1, False, True),
    ]


def test_what_a_loop_does_again_is_told_once():
    told = rows(short_story(*[(1, 2, "reads", "0")] * 3))
    assert [one.text for one in told[1].effects] == ["reads n = 0 (3 times)"]


def test_the_row_that_fails_is_the_last_on_its_line():
    document = lost_update()
    assert [row.line for row in rows(document) if row.fails] == [document["failure"]["line"]]


def test_of_several_rows_on_the_line_that_fails_it_is_the_last():
    document = short_story(
        (1, 2, "reads", "0"), (2, 2, "reads", "0"), (1, 2, "reads", "0"), (1, 3, "reads", "0")
    )
    document["failure"]["line"] = 2
    assert [row.first for row in rows(document) if row.fails] == [3]


@pytest.mark.parametrize("thread", [None, 1])
def test_in_a_deadlock_no_row_fails(thread):
    """It is no line that is wrong."""
    document = stories()["deadlock"]
    document["failure"]["thread"] = thread
    assert not any(row.fails for row in rows(document))


def test_what_fails_in_the_thread_of_an_event_loop_fails_in_a_task():
    document = stories()["check-await-act"]
    document["failure"]["thread"] = 0
    assert [(row.thread, row.line) for row in rows(document) if row.fails] == [(1, 17)]


def test_a_lock_that_is_wanted_in_the_end_is_told_without_a_step():
    """The thread was free to go on when it stood there; then another one took the lock."""
    document = stories()["deadlock"]
    step = document["story"]["steps"].pop()
    document["story"]["steps"][-1] |= {"waiting": step["waiting"], "at": step["at"]}
    (end,) = endings(document, rows(document))
    assert (end.thread, end.line, end.source) == (1, 8, "with lock_b:")
    assert [one.text for one in end.effects] == ["waits for lock_b, held by back"]


@every_story
def test_in_the_end_nothing_is_told_twice(document):
    """All these stories have a step for every wait."""
    assert endings(document, rows(document)) == []


def test_who_waits_for_ever_and_never_ran_has_a_column_too():
    document = stories()["deadlock"]
    story = document["story"]
    story["threads"].append({"id": 3, "name": "late"})
    story["steps"][-1]["waiting"]["3"] = "lock_a"
    story["steps"][-1]["at"]["3"] = ["bank.py", 7]
    told = rows(document)
    stands = endings(document, told)
    assert [(one.thread, one.line) for one in stands] == [(3, 7)]
    assert columns_of(document, [*told, *stands]) == [1, 2, 3]


def test_a_thread_that_stops_at_a_lock_is_not_stopped_by_the_scheduler():
    """Although it was the scheduler's choice who goes on."""
    document = stories()["deadlock"]
    document["story"]["steps"][3]["switch"] = True
    arrival = rows(document)[2].arrival
    assert (arrival.number, arrival.text) == (1, "switch 1 of 2: main waits, there runs")


# --- columns


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("lost update", [1, 2]),
        ("deadlock", [1, 2]),
        ("dining", [1, 2, 3, 4, 5]),
        ("check-await-act", [2, 3]),
        ("lost wake-up", [0, 1]),
        ("long", [1, 2]),
    ],
)
def test_who_only_starts_and_joins_has_no_column(name, columns):
    """But a main thread that takes part has one."""
    document = stories()[name]
    assert columns_of(document, rows(document)) == columns


def test_a_main_thread_alone_has_its_column():
    document = lost_update()
    document["story"]["steps"] = document["story"]["steps"][:2]
    assert columns_of(document, rows(document)) == [0]


def test_a_main_thread_that_waits_for_a_lock_has_a_column():
    document = stories()["deadlock"]
    document["story"]["steps"][-1]["waiting"]["0"] = "lock_a"
    document["story"]["steps"][2] |= {"what": "waits for lock_a", "waiting": {"0": "lock_a"}}
    assert 0 in columns_of(document, rows(document))


# --- remarks


@pytest.mark.parametrize(
    "steps",
    [
        ["1 reads 0", "1 writes 1", "2 reads 1", "2 writes 2"],  # in turns
        ["1 reads 0", "1 writes 1"],  # nobody in between
        ["1 reads 0", "2 writes 1", "1 reads 1"],  # a loop that waits for it
        ["2 writes 1", "1 reads 1", "1 writes 2"],  # written before it was read
        ["1 writes 0", "2 writes 1", "1 writes 2"],  # never read
        ["1 reads 0", "2 writes 0", "1 writes 1"],  # the same value
        ["2 writes 0", "1 reads 5", "1 writes 6"],  # a change that was not seen, before the read
        ["1 reads 0", "1 writes 1", "2 writes 2", "1 writes 3"],  # what was read has been used
    ],
    ids=" ".join,
)
def test_nothing_is_remarked_where_nothing_is_out_of_date(steps):
    told = [(int(thread), 2, how, value) for thread, how, value in map(str.split, steps)]
    assert remarks(short_story(*told)) == []


def test_a_write_that_rests_on_an_old_read_is_remarked():
    assert remarks(lost_update()) == ["it had read 0 before worker-2 wrote 1"]


def test_a_check_that_no_longer_holds_is_remarked():
    told = remarks(stories()["check-await-act"])
    assert told == ["it was 1 at line 9, before task Task-2 wrote 0"]


def test_over_left_out_steps_nothing_is_concluded():
    """There may have been another read."""
    steps = [(1, 2, "reads", "0"), (2, 4, "writes", "1"), (1, 3, "writes", "1")]
    document = short_story(*steps)
    assert remarks(document)
    document["story"]["of"] = 99
    assert remarks(document) == []
    document["story"]["cut"] = 2
    assert remarks(document) == []


def test_after_the_cut_things_are_concluded_again():
    document = short_story((1, 2, "reads", "0"), (2, 4, "writes", "1"), (1, 3, "writes", "1"))
    document["story"] |= {"of": 99, "cut": 1}
    assert remarks(document) == ["it had read 0 before two wrote 1"]


def test_nothing_goes_on_over_the_cut():
    """No row, no half of a line, and nobody knows who ran before."""
    document = short_story(
        (1, 2, "reads", "0"), (1, 2, "reads", "0"), (2, 2, "reads", "0"), (1, 2, "writes", "1")
    )
    document["story"] |= {"of": 99, "cut": 2}
    assert [(row.first, row.after_cut) for row in rows(document)][1:3] == [(1, False), (2, True)]
    document["story"]["cut"] = 3
    told = rows(document)
    assert [row.first for row in told if row.after_cut] == [3]
    assert next(row for row in told if row.after_cut).arrival is None
    assert not any(row.goes_on for row in told)


# --- words


def test_a_wait_says_who_has_it():
    told = [one.text for said in effects(stories()["deadlock"]) for one in said if one.sort is Sort.WAIT]
    assert told == [
        "waits for there to end",
        "waits for lock_a, held by there",
        "waits for lock_b, held by back",
    ]


def test_reads_and_writes_are_told_once():
    """The maker's words may say them already, with the value."""
    document = short_story((1, 2, "reads", "0"))
    document["story"]["steps"][1]["what"] = "reads n = 0"
    assert [one.text for one in effects(document)[1]] == ["reads n = 0"]
    document["story"]["steps"][1]["what"] = "calls n.get()"
    assert [one.text for one in effects(document)[1]] == ["calls n.get()", "reads n = 0"]


def test_threads_of_the_same_name_are_told_apart():
    document = lost_update()
    document["story"]["threads"][2]["name"] = "worker-1"
    assert names(document) == {0: "main", 1: "worker-1 #1", 2: "worker-1 #2"}
