"""A counterexample as text is understood at a glance, at any width, whatever the code under test says."""

from __future__ import annotations

import re

import pytest

from conclab.explore.columns import columns
from conclab.story.measure import width_of
from stories import (
    deadlock,
    dining,
    hostile,
    long_story,
    lost_update,
    lost_wakeup,
    shortened,
    stories,
    untold,
)
from teller import Teller, document

EVERY = {**stories(), **untold()}
every_document = pytest.mark.parametrize("told", EVERY.values(), ids=EVERY)
every_width = pytest.mark.parametrize("width", [60, 80, 100, 160])
COLOUR = re.compile(r"\x1b\[[0-9;]+m")
LOST_UPDATE = """\
AssertionError in main: n is 1, not 2
worker-1 and worker-2 both read self.n = 0 before either wrote: one update was lost

Time goes down. Each column is a thread.
line  worker-1                                  | worker-2
------------------------------------------------+--------------------
      main: starts worker-1, worker-2; waits for worker-1 to end
   9  self.n += 1 …                             |
        reads self.n = 0                        |
        (has not written yet)                   |
=== switch 1 of 1: worker-1 is stopped here, worker-2 runs ==========
   9                                            | self.n += 1
                                                |   reads self.n = 0
                                                |   writes self.n = 1
--- worker-2 has ended, worker-1 goes on ----------------------------
   9  … self.n += 1                             |
        writes self.n = 1                       |
        ! it had read 0 before worker-2 wrote 1 |
  19  main: assert counter.n == 2, f"n is {counter.n}, not 2"
              reads self.n = 1
              ! fails here

counter.py:19 in scenario: assert counter.n == 2, f"n is {counter.n}, not 2"

Found in schedule 3 by the policy greedy. It needs 1 chosen switch (3 when it was found). Replayed
10 times: it failed each time.
Tried: 3 schedules, up to the first that fails.
replay it: conclab explore counter.py:scenario --replay r1-3f9c2a-1.2.2"""


def lanes(text):
    """Where columns are divided, in columns of the terminal, for every line that has a division."""
    return {
        tuple(width_of(line[: one.start()]) for one in re.finditer(r" \| ", f"{line} "))
        for line in text.split("\n")
        if " | " in f"{line} "
    }


def wide_story(count, source="self.total = self.total + amount  # of this account"):
    """So many threads, each of which reads once."""
    tell = Teller(source, "main", *(f"worker-{number}" for number in range(1, count + 1)))
    for number in range(1, count + 1):
        tell.step(number, 1, "", reads=[("self.total", "100")], switch=number > 1)
    return tell.tell("assertion", "it failed")


def test_a_lost_update_tells_itself():
    """The read is before the switch, the write after it, and both belong to the same line."""
    assert columns(lost_update()) == LOST_UPDATE


@every_document
@every_width
def test_no_line_is_wider_than_asked(told, width):
    """Commands are copied, so that they stay whole; and a traceback looks as Python's do."""
    lines = columns(told, width).split("\n")
    free = (told["failure"] or {}).get("traceback", [])
    for line in lines[: -1 if told["failure"] else None]:
        assert width_of(line) <= width or line.startswith(tuple(one[:10] for one in free))


@every_document
@every_width
def test_colour_changes_nothing_but_colour(told, width):
    plain = columns(told, width)
    assert "\x1b" not in plain
    coloured = columns(told, width, colour=True)
    assert COLOUR.sub("", coloured) == plain
    assert coloured.count("\x1b[0m") * 2 == len(COLOUR.findall(coloured))


@every_document
def test_nothing_that_a_terminal_obeys_gets_through(told):
    """Colours apart, every line is printable."""
    for line in COLOUR.sub("", columns(told, colour=True)).split("\n"):
        assert line.isprintable()


def test_each_thread_has_its_colour():
    """Its name and its lines."""
    text = columns(wide_story(6), 200, colour=True)
    colours = {re.search(rf"\x1b\[1;(\d+)mworker-{number} ?", text)[1] for number in range(1, 7)}
    assert len(colours) == 6
    assert {one[1] for one in re.finditer(r"\x1b\[(\d+)mself\.total = ", text)} == colours


@pytest.mark.parametrize(("count", "width"), [(2, 80), (3, 100), (6, 160), (2, 100), (2, 160), (3, 160)])
def test_threads_stand_in_columns_where_there_is_room(count, width):
    text = columns(wide_story(count), width)
    assert "Each column is a thread." in text
    assert {len(places) for places in lanes(text)} == {count - 1}
    assert len(lanes(text)) == 1


@pytest.mark.parametrize(("count", "width"), [(6, 80), (6, 100), (12, 160), (4, 80), (30, 80)])
def test_threads_stand_at_the_left_where_there_is_none(count, width):
    """A little further in each."""
    text = columns(wide_story(count), width)
    assert "Who runs stands at the left." in text
    assert {len(places) for places in lanes(text)} == {1}
    starts = [
        line.index("self.tot") for line in text.split("\n") if "self.total =" in line and line[0] == "w"
    ]
    assert starts == sorted(starts)
    assert len(starts) == count
    assert [line.split(" ")[0] for line in text.split("\n") if line.startswith("worker-")] == [
        f"worker-{number}" for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("width", [50, 60, 80])
def test_long_names_and_paths_leave_room_for_what_happens(width):
    tell = Teller(
        "self.n += 1",
        "main",
        *("worker-with-a-long-name-" + "x" * n for n in range(9)),
        file="package/one.py",
    )
    tell.files["package/two.py"] = "other.n += 2"
    for number in range(1, 10):
        tell.step(number, 1, "", file=f"package/{'one' if number % 2 else 'two'}.py", reads=[("n", "0")])
    text = columns(tell.tell("assertion", "it failed"), width)
    assert text.count("reads n = 0") == 9
    assert all(width_of(line) <= width for line in text.split("\n")[:-1])


def test_short_lines_keep_six_threads_in_columns():
    assert "Each column is a thread." in columns(wide_story(6, source="n += 1"), 160)


def test_columns_are_no_wider_than_what_is_in_them():
    """Else the eye has far to go."""
    assert max(map(width_of, columns(lost_update(), 300).split("\n")[3:20])) < 80


def test_wide_characters_do_not_shift_the_columns():
    tell = Teller("self.変数 = '日本語'\nself.n += 1", "main", "中村", "two")
    tell.step(1, 1, "", writes=[("self.変数", "'日本語'")])
    tell.step(2, 2, "", reads=[("self.n", "0")], switch=True)
    tell.step(1, 2, "", reads=[("self.n", "e\u0301")], switch=True)
    assert len(lanes(columns(tell.tell("assertion", "it failed")))) == 1


def test_a_long_line_is_cut_with_an_ellipsis():
    told = wide_story(2, source="self.total = " + " + ".join(f"amount_{number}" for number in range(40)))
    line = next(line for line in columns(told, 80).split("\n") if "self.total = amount" in line)
    assert re.search(r"\S … +\|$|…$|… +\|", line)


def test_a_deadlock_says_who_waits_for_what():
    text = columns(deadlock(), 80)
    assert "# waits for lock_a, held by there" in text
    assert "# waits for lock_b, held by back" in text
    assert "there holds lock_a (taken at line 7) and wants lock_b, held by back" in text


def test_who_waits_in_the_end_is_told_in_their_column():
    """Also if no step says so."""
    told = deadlock()
    step = told["story"]["steps"].pop()
    told["story"]["steps"][-1] |= {"waiting": step["waiting"], "at": step["at"]}
    text = columns(told, 80)
    assert text.index("--- in the end ---") < text.index("# waits for lock_b, held by back")
    assert len(lanes(text)) == 1


def test_a_switch_that_was_chosen_looks_different_from_one_that_was_not():
    text = columns(dining(), 160).split("\n")
    assert [line.split(":")[0] for line in text if line.startswith("=")] == [
        f"=== switch {number} of 4" for number in (1, 2, 3, 4)
    ]
    assert sum(line.startswith("--- philosopher") for line in text) == 4


def test_the_main_thread_has_a_column_if_it_takes_part():
    assert columns(lost_wakeup()).split("\n")[3].split() == ["line", "reader", "|", "writer"]


def test_files_are_named_where_there_are_several():
    tell = Teller("self.n += 1", "main", "one", "two", file="one.py")
    tell.files["two.py"] = "other.n += 2"
    tell.step(1, 1, "", reads=[("n", "0")])
    tell.step(2, 1, "", file="two.py", reads=[("n", "0")], switch=True)
    text = columns(tell.tell("assertion", "it failed"))
    assert re.search(r"^one\.py:1  self\.n \+= 1", text, re.MULTILINE)
    assert re.search(r"^two\.py:1 +\| other\.n \+= 2", text, re.MULTILINE)


def test_a_step_without_a_line_is_told_in_words():
    tell = Teller("self.n += 1", "main", "one", "two")
    tell.step(1, None, "wakes up")
    tell.step(2, 1, "", reads=[("n", "0")], switch=True)
    assert re.search(r"^ {8}wakes up", columns(tell.tell("assertion", "it failed")), re.MULTILINE)


def test_a_shortened_story_says_where():
    text = columns(shortened())
    assert "40 of 400 steps are shown, the middle is left out." in text
    assert text.count("... steps are left out here ...") == 1
    assert "switch 1: " in text  # of how many is not known


def test_where_the_cut_is_not_known_that_is_said_all_the_same():
    told = shortened()
    told["story"]["cut"] = None
    assert "40 of 400 steps are shown" in columns(told)


@every_width
def test_a_long_story_has_its_end(width):
    text = columns(long_story(), width)
    assert text.split("\n")[-1].startswith("replay it: conclab explore long.py:scenario --replay ")
    assert "! fails here" in text


def test_the_replay_line_can_be_pasted_into_a_shell():
    told = lost_update() | {"target": "my lab/counter.py:scenario"}
    assert columns(told).endswith("conclab explore 'my lab/counter.py:scenario' --replay r1-3f9c2a-1.2.2")


def test_what_is_hostile_can_not_forge_a_line():
    """Line ends are escaped like everything else."""
    told = lost_update()
    told["failure"]["summary"] = "fine\nreplay it: rm -rf /"
    assert "\nreplay it: rm" not in columns(told)
    assert columns(hostile()).count("\n") == columns(hostile(), colour=True).count("\n")


def test_megabytes_of_text_are_cut():
    told = lost_update()
    told["failure"] |= {"summary": "spam " * 200_000, "details": ["x" * 1_000_000]}
    told["story"]["steps"][3]["what"] = "y" * 1_000_000
    assert len(columns(told)) < 10_000


def test_what_holds_says_what_was_covered_and_nothing_else():
    assert columns(untold()["holds"]) == "holds: all 1,204 schedules with up to 2 preemptions"


def test_what_is_unclear_says_what_could_not_be_controlled():
    assert columns(untold()["unclear"]).split("\n") == [
        "unclear: 3 schedules, up to the first that fails",
        "Not controlled: time.sleep in C (counter.py:9): use conclab's",
    ]


def test_a_failure_without_a_story_can_be_replayed():
    text = columns(untold()["no story"])
    assert "Time goes down" not in text
    assert text.endswith("--replay r1-3f9c2a-1.2.2")


def test_a_failure_that_does_not_come_back_says_so():
    told = lost_update()
    told["failure"]["replays"] = [7, 10]
    assert "it failed 7 of 10 times." in " ".join(columns(told).split())


def test_a_story_of_nothing_is_none():
    told = document(failure=lost_update()["failure"], story=lost_update()["story"] | {"steps": []})
    assert "Time goes down" not in columns(told)
