"""What was seen of the GIL as text: a row for each thread, a sentence for each variant, how it is known."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from conclab.cli import gil_table, table
from gil_runs import (
    derived,
    free_threaded,
    gil_run,
    mixed,
    observed,
    processes,
    runs,
    serial,
    sleeping,
    thread,
    turns,
    usual,
)

HOSTILE = "[bold red]x[/] [link=http://x]y[/link]"


def printed(document, width=120, show=gil_table.show):
    """All that is printed, line by line."""
    out = io.StringIO()
    show(document, Console(file=out, width=width))
    return out.getvalue().splitlines()


def text(document, width=200):
    return " ".join(" ".join(printed(document, width)).split())


def test_a_run_that_was_not_observed_prints_nothing():
    """Neither one without a trace, nor one without a look at the GIL."""
    empty = usual()
    empty["trace"]["gil"] = {}
    for document in (usual() | {"trace": None}, empty):
        assert printed(document) == []


def test_every_working_thread_has_a_row():
    """Held, waited and the rest in per cent of the time, the variant named once."""
    lines = printed(usual())
    assert [line.split() for line in lines if line.startswith(("threads  ", "          "))][:2] == [
        ["threads", "worker-1", "50%", "50%", "0%", "0%", "0%", "179", "5.49", "ms"],
        ["worker-2", "50%", "50%", "0%", "0%", "0%", "5.60", "ms"],
    ]


def test_many_workers_share_a_row():
    """Their median, and the range where they differ."""
    said = text(gil_run(threads=sleeping()))
    assert "threads 8 workers 1% 3% (0..6%) 0% 0% 96% (93..99%) 637 1.40 ms" in said
    assert "worker-3" not in said


def test_four_workers_have_a_row_each():
    said = text(gil_run(processes=processes(4)))
    assert all(f"worker-{number} 99%" in said for number in (1, 2, 3, 4))


def test_a_helper_that_held_the_gil_is_not_one_of_the_workers():
    helper = thread("feeder", [[0, 30_000, "holds"]], works=False, lived_s=0.1)
    seen = turns(5)
    seen["threads"].append(helper)
    said = text(gil_run(threads=seen))
    assert "5 workers" in said
    assert "feeder 3" in said


@pytest.mark.parametrize("document", runs().values(), ids=runs())
def test_every_variant_has_its_sentence(document):
    said = text(document)
    for name, one in document["trace"]["gil"].items():
        assert f"{name}: {one['sentence']}" in said


def test_the_longest_wait_names_who_waited_and_who_held():
    """And in which function, where that is known."""
    said = text(runs()["usual"])
    assert "longest wait: worker-1 for 5.49 ms, while worker-2 held the GIL in count_primes" in said
    assert "longest wait: worker-2 for 4.70 ms, while worker-1 held the GIL GIL layer" in text(
        runs()["convoy"]
    )


def test_it_says_that_nothing_was_timed_and_how_it_is_known():
    assert "GIL layer: exact; observed in a pass of its own, never timed" in text(usual())
    said = text(gil_run(serial=serial(), threads=mixed()))
    assert "GIL layer of serial: exact; observed in a pass of its own, never timed" in said
    assert (
        "GIL layer of threads: sampled (480 looks a second) because no C compiler was found "
        "(missing: the first 2 ms)"
    ) in said


def test_one_layer_is_named_once_however_often_it_looked():
    """Rates differ from pass to pass; that is no other layer."""
    document = gil_run(serial=mixed(), threads=mixed())
    document["trace"]["gil"]["serial"]["rate_hz"] = 512.3
    assert "GIL layer: sampled (480 to 512 looks a second) because" in text(document)


def test_unknown_is_a_question_mark():
    """Where nothing but CPU time is known, that is what is shown."""
    lines = [line.split() for line in printed(gil_run(threads=derived()))]
    assert ["variant", "thread", "on", "a", "CPU", "held", "waited"] in lines
    assert ["threads", "worker-1", "50%", "?", "?"] in lines
    both = [line.split() for line in printed(gil_run(serial=serial(), threads=derived()))]
    assert ["threads", "worker-1", "50%", *["?"] * 7] in both


def test_without_a_gil_no_column_speaks_of_one():
    said = text(gil_run(threads=free_threaded()))
    assert "variant thread ran no CPU blocked" in said
    assert "this build has no GIL" in said
    mixture = text(gil_run(serial=serial(), threads=free_threaded()))
    assert "worker-1 no GIL no GIL 100%" in mixture


def test_unknown_time_has_a_column_where_there_is_some():
    seen = observed(10_000, "", thread("worker-1", [[0, 6_000, "holds"], [6_000, 10_000, "unknown"]]))
    assert "blocked unknown" in text(gil_run(threads=seen))
    assert "blocked unknown" not in text(usual())


@pytest.mark.parametrize("width", [50, 60, 80, 100, 120])
@pytest.mark.parametrize("name", ["usual", "waiting", "free-threaded", "derived"])
def test_a_narrow_terminal_loses_columns_and_nothing_else(width, name):
    """No line is too long, and variant, thread and the first figures stay."""
    lines = printed(runs()[name], width)
    assert max(map(len, lines)) <= width
    head = next(line for line in lines if line.startswith("variant"))
    assert ("ran" if name == "free-threaded" else "held") in head


def test_an_order_of_tasks_is_told():
    """Compactly, and as the same where it is."""
    said = text(runs()["order"])
    assert "serial: order of starts 0..3, of ends the same" in said
    assert "threads: order of starts 0..3, of ends 1 0 3 2" in said
    assert "order of" not in text(usual())


def test_hostile_text_stays_text():
    """Names come from other people's code."""
    seen = observed(1_000, HOSTILE, thread(HOSTILE, [[0, 1_000, "holds"]]), because=HOSTILE, cut=HOSTILE)
    assert text(gil_run(threads=seen)).count(HOSTILE) == 4


def test_the_gil_stands_between_the_findings_and_the_lesson():
    """Where `conclab run` and `conclab show` print it."""
    lines = printed(usual(), show=table.show)
    places = [
        next(place for place, line in enumerate(lines) if line.startswith(start))
        for start in ("Do two threads", "variant       batch", "variant     thread", "serial: one", "One GIL")
    ]
    assert places == sorted(places)
