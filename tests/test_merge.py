from __future__ import annotations

import gzip
import json
from itertools import groupby

import pytest

from conclab.model import Span
from conclab.tracing.merge import Pass, merge, save

LANE = 40_000
US = 1_000


def span(task, start_us, end_us, *, pid=LANE, thread=LANE, name="MainThread", interpreter=0):
    return Span(task, start_us * US, end_us * US, pid, thread, name, interpreter)


def call(name, start_us, end_us, *, thread=LANE, pid=LANE):
    return {"ph": "X", "pid": pid, "tid": thread, "ts": start_us, "dur": end_us - start_us, "name": name}


def recording(folder, events, *, role="lane", pid=LANE, threads=None, full=False):
    folder.mkdir(exist_ok=True)
    document = {
        "traceEvents": events,
        "conclab_threads": threads or {},
        "conclab_probe": {"shortest_us": 20, "full": full},
    }
    (folder / f"{role}-{pid}.json").write_text(json.dumps(document))


def names(document, what="thread_name"):
    return [event["args"]["name"] for event in document["traceEvents"] if event["name"] == what]


def slices(document, row=None):
    """Slices in file order; of one thread row, if it is named."""
    rows = {
        (event["pid"], event["tid"]): event["args"]["name"]
        for event in document["traceEvents"]
        if event["name"] == "thread_name"
    }
    return [
        event
        for event in document["traceEvents"]
        if event["ph"] == "X" and row in {None, rows[event["pid"], event["tid"]]}
    ]


def assert_rows_nest(document):
    """The oracle of every viewer: on one row a slice ends before the next starts, or holds it."""

    def key(event):
        return event["pid"], event["tid"]

    for _, row in groupby(sorted(slices(document), key=key), key):
        ends = []
        for event in sorted(row, key=lambda one: (one["ts"], -one["dur"])):
            start, end = round(event["ts"] * US), round((event["ts"] + event["dur"]) * US)
            while ends and ends[-1] <= start:
                ends.pop()
            assert not ends or end <= ends[-1], event
            ends.append(end)


def test_every_process_of_a_pass_gets_a_group_of_its_own():
    """The lane comes first, then the pool's workers in the order of their first tasks, by small ids."""
    spans = (span(0, 20, 30, pid=700, thread=700), span(1, 10, 30, pid=900, thread=900))
    document = merge(
        "gil-cpu", [Pass("serial", 1, (span(0, 5, 9, pid=1),), None), Pass("processes", 2, spans, None)]
    )
    assert names(document, "process_name") == [
        "gil-cpu / serial",
        "gil-cpu / processes / worker-1",
        "gil-cpu / processes / worker-2",
    ]
    workers = [event["args"]["task"] for event in slices(document)]
    assert workers == [0, 1, 0]
    ids = [(event["pid"], event["tid"]) for event in document["traceEvents"]]
    assert ids == sorted(ids)
    assert max(max(pair) for pair in ids) < 20


def test_passes_start_at_zero_and_keep_their_distances():
    """One clock shift for the whole pass, over all its processes."""
    spans = (span(0, 1_000, 1_400), span(1, 1_250, 1_500, pid=5, thread=5))
    document = merge("x", [Pass("processes", LANE, spans, None)])
    assert [(one["ts"], one["dur"]) for one in slices(document)] == [(0, 400), (250, 250)]


def test_threads_have_the_names_that_people_use():
    """Main first, pool threads numbered in natural order, interpreters numbered by their ids."""
    spans = (
        span(0, 0, 9, thread=7, name="worker_10"),
        span(1, 0, 9, thread=8, name="worker_9"),
        span(2, 0, 9),
        span(3, 0, 9, thread=3, name="MainThread", interpreter=6),
        span(4, 0, 9, thread=4, name="MainThread", interpreter=5),
    )
    document = merge("x", [Pass("mixed", LANE, spans, None)])
    assert names(document) == ["main", "interpreter-1", "interpreter-2", "worker-1", "worker-2"]
    assert [one["args"]["task"] for one in slices(document)] == [2, 4, 3, 1, 0]


def test_a_task_is_a_slice_between_its_caller_and_its_calls(tmp_path):
    """On the thread's own row: the pool's machinery holds the task, the task holds the work."""
    recording(tmp_path, [call("work (/home/ada/lab.py:3)", 110, 190), call("run", 90, 205)])
    document = merge("x", [Pass("threads", LANE, (span(3, 100, 200),), tmp_path)])
    assert [one["name"] for one in slices(document, "main")] == ["task 3", "run", "work (lab.py:3)"]
    task = slices(document, "main")[0]
    assert task["args"] == {"task": 3, "variant": "threads", "thread": "MainThread", "interpreter": 0}
    assert_rows_nest(document)


def test_what_reaches_out_of_the_pass_is_cut_at_its_edges(tmp_path):
    """Opening and closing the pool is not part of the picture."""
    recording(
        tmp_path, [call("open", 0, 50), call("all", 10, 400), call("late", 150, 300), call("close", 201, 300)]
    )
    document = merge("x", [Pass("v", LANE, (span(0, 100, 200),), tmp_path)])
    assert {one["name"]: (one["ts"], one["dur"]) for one in slices(document)} == {
        "task 0": (0, 100),
        "all": (0, 100),
        "late": (50, 50),
    }


def test_clocks_that_differ_by_a_microsecond_still_nest(tmp_path):
    """The probe's clock is read apart from the task's; the call gives way, the task does not."""
    recording(tmp_path, [call("work", 98.7, 190), call("after", 199.2, 230), call("more", 240, 301.3)])
    spans = (span(0, 100, 200), span(1, 235, 300))
    document = merge("x", [Pass("v", LANE, spans, tmp_path)])
    assert names(document) == ["main"]
    assert [(one["ts"], one["dur"]) for one in slices(document) if one["name"].startswith("task")] == [
        (0, 100),
        (135, 65),
    ]
    assert_rows_nest(document)


def test_tasks_that_overlap_on_one_thread_get_rows_below_it(tmp_path):
    """An event loop interleaves its tasks; the thread's own row keeps the calls."""
    recording(tmp_path, [call("step", 100 + 20 * index, 115 + 20 * index) for index in range(4)])
    spans = (span(1, 105, 170), span(0, 100, 160))
    document = merge("x", [Pass("asyncio", LANE, spans, tmp_path)])
    assert names(document) == ["main", "task 0", "task 1"]
    assert [one["name"] for one in slices(document, "task 1")] == ["task 1"]
    assert_rows_nest(document)


def test_a_task_that_overlaps_a_call_in_part_gets_a_row_of_its_own(tmp_path):
    """One coroutine alone: its first step began before it and ends inside it."""
    recording(tmp_path, [call("step", 50, 150), call("poll", 160, 260)])
    document = merge("x", [Pass("asyncio", LANE, (span(0, 100, 240),), tmp_path)])
    assert names(document) == ["main", "task 0"]
    assert_rows_nest(document)


def test_helper_threads_come_last_under_their_own_names(tmp_path):
    """Names kept by the probe win over those that VizTracer made up."""
    events = [
        {"ph": "M", "pid": LANE, "tid": 6, "name": "thread_name", "args": {"name": "Dummy-2"}},
        {"ph": "M", "pid": LANE, "tid": 9, "name": "thread_name", "args": {"name": "Dummy-3"}},
        *(call("f", 110, 150, thread=thread) for thread in (5, 6, 9, LANE)),
    ]
    recording(tmp_path, events, threads={"6": "QueueFeederThread", "5": "worker_0"})
    document = merge("x", [Pass("v", LANE, (span(0, 100, 200),), tmp_path)])
    assert names(document) == ["main", "worker-1", "thread-3", "QueueFeederThread"]


def test_a_call_still_open_at_the_end_lasts_to_the_end(tmp_path):
    """Such as the loop of a thread that outlives the recording."""
    waiting = {"ph": "B", "pid": LANE, "tid": LANE, "ts": 90, "name": "wait"}
    recording(tmp_path, [waiting, call("g", 120, 300)])
    document = merge("x", [Pass("v", LANE, (span(0, 100, 200),), tmp_path)])
    assert (0, 100) in [(one["ts"], one["dur"]) for one in slices(document) if one["name"] == "wait"]


def test_over_the_limit_tasks_and_the_longest_calls_stay_and_the_cut_is_shown(tmp_path):
    """Nothing goes silently: a slice in the group and an entry in the document say how much."""
    calls = [call(f"f{length}", 1_000 * length, 1_000 * length + length) for length in range(1, 101)]
    recording(tmp_path, calls)
    spans = tuple(span(task, 1_000 * task, 1_000 * task + 900) for task in range(1, 101))
    document = merge("x", [Pass("v", LANE, spans, tmp_path)], limit_events=110)
    shown = [one["name"] for one in slices(document, "main")]
    assert sum(name.startswith("task") for name in shown) == 100
    assert {name for name in shown if name.startswith("f")} == {f"f{length}" for length in range(91, 101)}
    assert [one["name"] for one in slices(document, "left out")] == ["cut here: 90 short calls left out"]
    assert document["otherData"]["conclab_cut"] == {
        "limit_events": 110,
        "left_out": 90,
        "kept": 10,
        "shortest_kept_us": 91.0,
    }


def test_within_the_limit_nothing_is_said_of_a_cut(tmp_path):
    """The look-alike that must be left alone."""
    recording(tmp_path, [call("f", 1, 2)])
    document = merge("x", [Pass("v", LANE, (span(0, 0, 9),), tmp_path)], limit_events=2)
    assert "conclab_cut" not in document["otherData"]
    assert names(document) == ["main"]


def test_a_recording_that_was_full_says_so(tmp_path):
    """The recorder keeps the last calls; that the first are missing is visible."""
    recording(tmp_path, [call("f", 1, 2)], full=True)
    document = merge("x", [Pass("v", LANE, (span(0, 0, 9),), tmp_path)])
    assert document["otherData"]["conclab_full"] == ["x / v"]
    assert "full" in slices(document, "left out")[0]["name"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        '{"traceEvents": [{"ph": "X", "pi',
        "[]",
        '{"traceEvents": 3}',
        '{"traceEvents": [{"ph": "X", "pid": 1, "tid": 1, "name": "f"}]}',
        '{"traceEvents": [{"ph": "X", "pid": 1, "tid": 1, "name": "f", "ts": null, "dur": 1}]}',
        '{"traceEvents": [], "conclab_threads": 5}',
        "\udcff",
    ],
)
def test_a_broken_file_costs_only_its_own_calls_and_is_named(tmp_path, content):
    """A worker that was killed must not cost the others' timeline."""
    recording(tmp_path, [call("f", 110, 150)])
    (tmp_path / "worker-7.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    (tmp_path / "worker-8.partial").touch()
    document = merge("x", [Pass("v", LANE, (span(0, 100, 200),), tmp_path)])
    assert [one["name"] for one in slices(document)] == ["task 0", "f"]
    assert [(bad["variant"], bad["file"]) for bad in document["otherData"]["conclab_broken"]] == [
        ("v", "worker-7.json"),
        ("v", "worker-8.partial"),
    ]


def test_a_pass_without_files_shows_its_tasks(tmp_path):
    """An interpreter that the probe can't enter, and a folder that never came to be."""
    spans = (span(0, 0, 5, thread=3, interpreter=1),)
    for folder in (None, tmp_path / "nowhere", tmp_path):
        document = merge("x", [Pass("interpreters", LANE, spans, folder)])
        assert [one["name"] for one in slices(document, "interpreter-1")] == ["task 0"]
        assert "conclab_broken" not in document["otherData"]


def test_a_pass_with_neither_tasks_nor_files_is_left_out():
    """And does not disturb the others."""
    document = merge("x", [Pass("failed", 1, (), None), Pass("v", 2, (span(0, 0, 5, pid=2),), None)])
    assert names(document, "process_name") == ["x / v"]


def test_no_path_of_the_machine_and_nothing_but_ascii_gets_in(tmp_path):
    """Traces are shown around; a viewer shows escapes literally."""
    events = [
        call("f (/home/ada/secret/lab.py:12)", 110, 150),
        call("g (C:\\Users\\ada\\secret\\lab.py:3)", 151, 160),
        call("<module> (<frozen importlib._bootstrap>:1)", 161, 170),
        call("read /home/ada/secret/data.bin", 171, 180),
    ]
    recording(tmp_path, events, threads={str(LANE): "pool of /home/ada/secret/x \u00b7"})
    (tmp_path / "bad.json").write_text("/home/ada/secret/")
    document = merge("caf\u00e9", [Pass("v\u00b7", LANE, (span(0, 100, 200),), tmp_path)])
    text = json.dumps(document, ensure_ascii=False)
    assert text.isascii()
    assert "secret" not in text
    assert str(tmp_path) not in text
    assert {"f (lab.py:12)", "g (lab.py:3)", "read data.bin"} <= {one["name"] for one in slices(document)}


def test_the_document_says_what_it_is():
    """So that nobody takes a traced pass for a measurement."""
    other = merge("gil-cpu", [])["otherData"]
    assert (other["schema"], other["experiment"], other["timed"]) == ("conclab.trace/1", "gil-cpu", False)


def test_saving_is_reproducible_and_leaves_no_half_file(tmp_path):
    """Equal documents give equal bytes; a document that can't be written leaves the old file alone."""
    document = merge("x", [Pass("v", LANE, (span(0, 0, 5),), None)])
    target = tmp_path / "trace.json.gz"
    save(document, target)
    first = target.read_bytes()
    assert json.loads(gzip.decompress(first)) == document
    save(document, target)
    assert target.read_bytes() == first
    with pytest.raises(TypeError):
        save({"bad": object()}, target)
    assert [path.name for path in tmp_path.iterdir()] == ["trace.json.gz"]
    assert target.read_bytes() == first
