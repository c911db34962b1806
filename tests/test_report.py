"""The page of a run is one inert file that shows everything the run says, whatever state the run is in."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from conclab.numerals import duration, factor
from conclab.report import chart, tables, words
from conclab.report.page import render, write

REFERENCE = sorted((Path(__file__).parent.parent / "results" / "reference").glob("*/run.json"))
HOSTILE = "</script><script>alert(1)</script><!-- <img src=x onerror=\"alert('2')\"> {{ 7 * 7 }} \u2028 & ]]>"
VOID = {"meta", "input", "br", "img", "link"}
BLOCKS = 8
ENVIRONMENT = {
    "cpu_model": "any",
    "architecture": "x86_64",
    "cores_usable": 2,
    "cores_logical": None,
    "cores_physical": None,
    "cpu_quota": None,
    "memory_bytes": 2**34,
    "governor": None,
    "load_before": 0.1,
    "load_after": None,
    "os": "Linux 6",
    "container": False,
    "platform": "linux",
    "conclab": "0.1.0",
    "hash_seed": 0,
    "garbage_collection": "enabled",
    "dependencies": {"uvloop": None, "psutil": "7"},
}


class Page(HTMLParser):
    """What a browser would make of the page: elements, their text, and whether each was closed."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self.open = []
        self.comments = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        element = {"tag": tag, "attrs": dict(attrs), "text": "", "inside": [one["tag"] for one in self.open]}
        assert len(dict(attrs)) == len(attrs)
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop()["tag"] == tag

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

    def handle_comment(self, data):
        self.comments.append(data)

    def all(self, tag):
        return [element for element in self.elements if element["tag"] == tag]

    def attributes(self, name):
        return [element["attrs"][name] for element in self.elements if name in element["attrs"]]

    def words(self):
        """All text that is read, with single spaces."""
        body = self.all("body")[0]["text"]
        for script in self.all("script"):
            body = body.replace(script["text"], "")
        return " ".join(body.split())

    def rows(self, table):
        """The cells of a table, found by words of its caption."""
        cells, found = [], False
        for element in self.elements:
            if element["tag"] == "caption":
                found = table in element["text"]
            elif found and element["tag"] == "tr":
                cells.append([])
            elif found and element["tag"] in {"th", "td"}:
                cells[-1].append(" ".join(element["text"].split()))
        return cells


def variant(name, gain=1.0, /, *, baseline="serial", blocks=BLOCKS, **more):
    """A variant whose block i took (40 + i) ms / gain."""
    interval = {"estimate": gain, "low": gain * 0.95, "high": gain * 1.04, "level": 0.95}
    return {
        "name": name,
        "strategy": name,
        "workload": "count-primes",
        "interpreter": "cpython-3.11",
        "workers": 2,
        "baseline": baseline,
        "times_s": [(0.040 + 0.001 * block) / gain for block in range(blocks)],
        "startup_s": 0.25,
        "cpu_s": [0.08] * blocks,
        "run_delay_s": [0.002] * blocks,
        "max_rss_bytes": 30 * 2**20,
        "voluntary_switches": [12] * blocks,
        "involuntary_switches": [3] * blocks,
        "checksum": "00ff",
        "speedup": interval if baseline and blocks else None,
        "verdict": "same" if baseline and blocks else None,
        "answer": "same" if baseline and blocks else None,
        "predicted": None,
        "guess": None,
        "agrees": None,
        "surprise": None,
        "sightings": [],
        "error": None,
        **more,
    }


def failed(name, why, /, *, baseline="serial"):
    nothing = {"startup_s": None, "max_rss_bytes": None, "checksum": None}
    return variant(name, baseline=baseline, blocks=0, error=why, **nothing)


def run(*variants, **more):
    """A run as the schema wants it; without variants, one with a baseline and threads."""
    variants = variants or (variant("serial", baseline=None), variant("threads", 0.99))
    work = {"name": "count-primes", "arguments": {"size": 9}, "batch_size": 4, "calibrated_task_s": 0.01}
    return {
        "schema": "conclab.run/1",
        "id": "20261123T150000Z-ab12cd",
        "experiment": "gil-cpu",
        "question": "Do two threads count primes faster than one?",
        "lesson": "One GIL, one thread at a time.",
        "created": "2026-11-23T15:00:00+00:00",
        "seed": 7,
        "budget_s": 10.0,
        "complete": True,
        "stopped": "precise enough",
        "environment": ENVIRONMENT,
        "interpreters": [
            {
                "asked": "3.11",
                "name": "cpython-3.11",
                "implementation": "CPython",
                "version": "3.11",
                "version_line": "3.11.7 (x)",
                "gil": "enabled",
                "modules": {},
            }
        ],
        "workload": work,
        "workloads": [work],
        "variants": list(variants),
        "left_out": [],
        "ceiling": None,
        "blocks": [[one["name"] for one in variants]] * max(len(one["times_s"]) for one in variants),
        "cautions": [],
        "trace": None,
        **more,
    }


def seen(case, *, shared, changed):
    return {
        "case": case,
        "before": f"<{case}>",
        "after": f"<{case}, changed>" if changed else f"<{case}>",
        "shared": shared,
        "changed": changed,
    }


def args_run():
    cases = ["list", "tuple"]
    everything = {"shared": cases, "changed": cases, "because": "one interpreter"}
    nothing = {"shared": [], "changed": [], "because": "it was pickled"}
    return run(
        variant(
            "serial",
            baseline=None,
            predicted=everything,
            agrees="holds",
            sightings=[seen(case, shared=True, changed=True) for case in cases],
        ),
        variant(
            "processes",
            0.0034,
            predicted=nothing,
            agrees="holds",
            sightings=[seen(case, shared=False, changed=False) for case in cases],
        ),
        variant(
            "copy.copy",
            sightings=[seen("list", shared=False, changed=False), seen(cases[1], shared=True, changed=True)],
        ),
    )


def states():
    """Runs in every state in which a run can end, by name."""
    nulls = [None, 0.04, None, None, 0.05, 0.04, 0.04, None]
    unbounded = {"estimate": 1.2, "low": None, "high": None, "level": 0.95}
    interval = {"estimate": 1.9, "low": 1.8, "high": 1.95, "level": 0.95}
    ceiling = {"workers": 2, "one_s": [0.1], "all_s": [0.1], "speedup": interval, "error": None}
    broken = {"workers": 2, "one_s": [], "all_s": [], "speedup": None, "error": "no compiler of numbers"}
    claim = {"low": 1.3, "high": 2.2, "because": "a GIL each", "parallel": True}
    serial = variant("serial", baseline=None)
    third = {"interpreter": "cpython-3.14"}
    return {
        "plain": run(),
        "args": args_run(),
        "no blocks": run(variant("serial", baseline=None, blocks=0), variant("threads", blocks=0)),
        "no variants at all": {**run(), "variants": [], "blocks": []},
        "all failed": run(failed("serial", "it broke", baseline=None), failed("threads", "so did it")),
        "baseline failed": run(failed("serial", "it broke", baseline=None), variant("t", speedup=None)),
        "null interval": run(serial, variant("threads", speedup=unbounded, answer="inconclusive")),
        "missing trials": run(serial, variant("threads", 1.1, times_s=nulls)),
        "baseline misses trials": run(
            variant("serial", baseline=None, times_s=nulls), variant("threads", 1.1)
        ),
        "baseline alone": run(serial),
        "several interpreters": run(
            serial,
            variant("serial", baseline=None, **third),
            variant("threads", 1.5, **third),
            interpreters=run()["interpreters"] + [{**run()["interpreters"][0], "name": "cpython-3.14"}],
        ),
        "ceiling": run(serial, variant("processes", 1.68, answer="faster", predicted=claim), ceiling=ceiling),
        "no ceiling": run(ceiling=broken),
        "interrupted": run(complete=False, stopped=""),
        "left out": run(left_out=[{"name": "uvloop", "reason": "not installed"}], cautions=["busy machine"]),
        "surprise": run(
            serial, variant("threads", agrees="fails", surprise="1.0x, not 1.3x", predicted=claim)
        ),
        "guess": run(serial, variant("threads", guess="faster")),
        "unknown machine": run(
            environment=dict.fromkeys(run()["environment"]) | {"conclab": "0", "dependencies": {"u": None}}
        ),
        "before answers": run(serial, {k: v for k, v in variant("t", 0.98).items() if k != "answer"}),
    }


real = pytest.mark.parametrize("path", REFERENCE, ids=lambda path: path.parent.name)
every_state = pytest.mark.parametrize("document", states().values(), ids=states())


def page(document):
    return Page(render(document))


@every_state
def test_every_run_has_a_page_that_needs_nothing_else(document):
    """No address in it, and elements that are closed in order."""
    text = render(document)
    found = Page(text)
    assert not re.search(r"@import|url\(|https?:|//cdn|\bimport\(|fetch\(|XMLHttpRequest", text)
    assert found.attributes("src") == []
    assert all(address.startswith("#") or address == "run.json" for address in found.attributes("href"))
    assert not found.all("link")
    assert "default-src 'none'" in found.all("meta")[1]["attrs"]["content"]


@every_state
def test_every_page_can_be_found_ones_way_in(document):
    """Language, title, one h1, landmarks, headings in order, captions, scopes, ids that are there once."""
    found = page(document)
    assert found.all("html")[0]["attrs"]["lang"] == "en"
    assert document["question"] in found.all("title")[0]["text"]
    assert [one["text"] for one in found.all("h1")] == [document["question"]]
    assert all(len(found.all(landmark)) == 1 for landmark in ("header", "main", "footer", "nav"))
    assert len(found.all("caption")) == len(found.all("table"))
    assert all(one["attrs"]["scope"] in {"row", "col"} for one in found.all("th"))
    ids = found.attributes("id")
    assert len(ids) == len(set(ids))
    assert {name for one in found.attributes("aria-labelledby") for name in one.split()} <= set(ids)
    assert {address[1:] for address in found.attributes("href") if address.startswith("#")} <= set(ids)
    assert all(
        svg["attrs"].get("aria-hidden") or svg["attrs"].get("aria-label") or "svg" in svg["inside"]
        for svg in found.all("svg")
    )


@every_state
def test_nothing_that_the_run_says_is_left_out(document):
    """Names, reasons, cautions, errors, the lesson."""
    said = page(document).words()
    for one in document["variants"]:
        claim = one["predicted"] or {}
        for text in (one["name"], one["error"], one["surprise"], claim.get("because")):
            assert " ".join((text or "").split()) in said
    for one in document["left_out"]:
        assert f"{one['name']} left out: {one['reason']}" in said
    for text in (*document["cautions"], document["lesson"], document["id"]):
        assert text in said


@every_state
def test_nothing_is_unknown_to_the_template(document):
    """None and undefined are ours to put into words; only the data may say null."""
    said = page(document).words()
    assert not re.search(r"\bNone\b|\bnan\b|\binf\b|Undefined|Tone\.", said)


@real
def test_a_real_run_is_embedded_as_it_is(path):
    """Whoever has the page has the data."""
    document = json.loads(path.read_text(encoding="utf-8"))
    script = next(one for one in page(document).all("script") if one["attrs"].get("id") == "run")
    assert json.loads(script["text"]) == document


@real
def test_the_numbers_are_those_of_the_run(path):
    """Every interval in the table, every block in the drawing."""
    document = json.loads(path.read_text(encoding="utf-8"))
    found = page(document)
    rows = found.rows("What was predicted")[1:]
    assert len(rows) == len(document["variants"])
    for row, one in zip(rows, document["variants"], strict=True):
        assert row[0].startswith(one["name"])
        if one["speedup"]:
            low, middle, high = (f"{one['speedup'][key]:.2f}" for key in ("low", "estimate", "high"))
            assert row[3] == f"{middle}x [{low}, {high}]"
    grid = found.rows("in every block")[1:]
    for number, cells in enumerate(grid):
        times = [one["times_s"][number] for one in document["variants"]]
        assert cells == [str(number + 1), *(duration(time) for time in times)]
    titles = [one["text"] for one in found.all("title")[1:]]
    for one in document["variants"]:
        for block, time in enumerate(one["times_s"], 1):
            assert f"block {block}: {duration(time)}" in titles
    base = document["variants"][0]["times_s"]
    for one in document["variants"][1:]:
        for block, (slow, time) in enumerate(zip(base, one["times_s"], strict=True), 1):
            assert f"block {block}: {duration(time)}, {factor(slow / time)}" in titles


def hostile(value):
    """The same run with a hostile text in place of every text that is free."""
    fixed = {"schema", "verdict", "gil", "baseline", "id", "created"}
    if isinstance(value, dict):
        return {key: one if key in fixed else hostile(one) for key, one in value.items()}
    if isinstance(value, list):
        return [hostile(one) for one in value]
    return value + HOSTILE if isinstance(value, str) else value


@pytest.mark.parametrize(
    "name", ["args", "all failed", "left out", "surprise", "ceiling", "several interpreters"]
)
def test_hostile_text_stays_text(name):
    """The page has the elements that it has without it, and the data come out as they went in."""
    document = states()[name]
    bad = hostile(document)
    for one in bad["variants"]:
        one["baseline"] = one["baseline"] and one["baseline"] + HOSTILE
    was, found = page(document), page(bad)
    assert {one["tag"] for one in found.elements} == {one["tag"] for one in was.elements}
    assert len(found.all("script")) == 2
    assert found.all("img") == []
    assert found.comments == []
    assert not {name for one in found.elements for name in one["attrs"] if name.startswith("on")}
    assert "{{ 7 * 7 }}" in found.words()
    assert json.loads(found.all("script")[0]["text"]) == bad
    assert found.all("script")[0]["attrs"]["type"] == "application/json"
    raw = render(bad).split('id="run">')[1].split("</script>")[0]
    assert not set("<>&'") & set(raw)


def test_only_the_page_s_own_script_may_run():
    """The policy names it by its hash."""
    found = page(run())
    own = found.all("script")[-1]
    digest = b64encode(sha256(own["text"].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in found.all("meta")[1]["attrs"]["content"]
    assert "unsafe" not in found.all("meta")[1]["attrs"]["content"].split("script-src")[1]


def test_a_lone_surrogate_does_not_stop_the_page(tmp_path):
    """File names and program output can hold one."""
    path = write(run(failed("serial", "can't open \udce4.py", baseline=None)), tmp_path)
    assert "can&#39;t open ?.py" in path.read_text(encoding="utf-8")


def test_the_page_is_written_whole(tmp_path):
    """And is the same every time."""
    path = write(run(), tmp_path)
    assert path == tmp_path / "report.html"
    assert path.read_text(encoding="utf-8") == render(run())
    assert list(tmp_path.iterdir()) == [path]


def test_a_page_that_fails_leaves_the_old_one(tmp_path):
    """Neither half a page nor a file of another name."""
    (tmp_path / "report.html").write_text("old", encoding="utf-8")
    with pytest.raises(KeyError):
        write({}, tmp_path)
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["old"]


def test_a_disk_that_fills_up_leaves_the_old_page(tmp_path, monkeypatch):
    """What was written by then goes."""

    def half(path, text, **how):
        path.write_bytes(text[:100].encode())
        raise OSError(28, "No space left on device")

    target = write(run(), tmp_path)
    was = target.read_bytes()
    monkeypatch.setattr(Path, "write_text", half)
    with pytest.raises(OSError, match="No space"):
        write(args_run(), tmp_path)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [was]


def test_without_a_script_everything_is_there():
    """Hidden at first are only the controls that do nothing without one."""
    hidden = [one for one in page(run()).elements if "hidden" in one["attrs"]]
    assert [(one["tag"], one["attrs"].get("id") or one["attrs"]["class"]) for one in hidden] == [
        ("div", "controls"),
        ("button", "save"),
        ("div", "tip"),
    ]


# --- the answer in words


def test_few_variants_are_answered_one_by_one():
    document = states()["ceiling"]
    document["variants"].insert(1, variant("threads", 0.99))
    assert words.sentence(document) == "Threads: same (0.99x). Processes: faster (1.68x of a possible 1.90x)."


def test_what_beats_the_ceiling_is_not_called_a_part_of_it():
    document = states()["ceiling"]
    document["ceiling"]["speedup"]["estimate"] = 1.36
    assert words.sentence(document) == "Processes: faster (1.68x beside a measured ceiling of 1.36x)."


def test_many_variants_are_grouped_by_their_answer():
    many = [variant(f"t{number}", 1.0) for number in range(5)]
    told = words.sentence(run(variant("serial", baseline=None), *many, failed("p", "no")))
    assert told == "Same: t0 (1.00x), t1 (1.00x), t2 (1.00x), t3 (1.00x), t4 (1.00x). Failed: p."


def test_an_open_question_is_answered_with_its_interval():
    one = variant("threads", 1.0, answer="inconclusive", verdict="inconclusive")
    assert words.sentence(run(variant("serial", baseline=None), one)) == (
        "Threads: inconclusive (between 0.95x and 1.04x)."
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("null interval", "Threads: inconclusive (too few blocks)."),
        ("no blocks", "Threads: not measured."),
        ("no variants at all", "No block finished, so there is no answer."),
        ("all failed", "Serial: failed. Threads: failed."),
        ("baseline alone", "Serial: baseline (43.5 ms a batch)."),
        (
            "args",
            "in every case with serial; in no case with processes; only for tuple with copy.copy.",
        ),
    ],
)
def test_a_run_that_compares_nothing_says_so(name, told):
    assert words.sentence(states()[name]).removeprefix("The caller sees the change ") == told


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.9937, "0.99x"),
        (9.994, "9.99x"),
        (9.996, "10.0x"),
        (105.4, "105x"),
        (0.00335, "0.0034x"),
        (0.0, "0x"),
    ],
)
def test_a_factor_has_digits_that_matter(value, text):
    assert factor(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0.0, "0 s"),
        (0.0412, "41.2 ms"),
        (0.9996, "1.00 s"),
        (12.34, "12.3 s"),
        (3e-6, "3.00 µs"),
        (5e-9, "5.00 ns"),
    ],
)
def test_a_time_has_a_unit_that_fits(value, text):
    assert duration(value) == text


def test_what_a_name_says_is_not_said_again():
    """A strategy in the name, an interpreter or a baseline that all share."""
    alone = [variant("serial", baseline=None), variant("threads")]
    assert [words.detail(one, alone) for one in alone] == ["2 workers", "2 workers"]
    pairs = [
        variant(
            f"{name} on {where}", strategy=name, interpreter=where, baseline=base and f"{base} on {where}"
        )
        for where in ("3.13", "3.14")
        for name, base in (("serial", None), ("threads", "serial"))
    ]
    assert words.detail(pairs[1], pairs) == "3.13, 2 workers, against serial on 3.13"
    assert words.detail(variant("copy.copy", strategy="serial", workers=1), alone) == "serial, 1 worker"


# --- what lies where


def test_equal_ratios_are_equal_distances():
    scale = chart.Scale(-1.0, 3.0)
    assert [scale.at(value) for value in (0.5, 1, 2, 4, 8)] == [0, 25, 50, 75, 100]
    assert (scale.at(0.01), scale.at(99.0), scale.at(None)) == (0, 100, 0)


@every_state
def test_everything_lies_on_the_paper(document):
    laid_out = chart.chart(document)
    assert len(laid_out.rows) == len(document["variants"]) + len(document["left_out"])
    for row in laid_out.rows:
        for dot in (*row.dots, *row.trail):
            assert 0 <= dot.x <= 100
            assert 0 <= dot.y <= chart.HEIGHT


def test_a_missing_trial_keeps_the_numbers_of_the_others():
    """And interrupts the line."""
    row = chart.chart(states()["missing trials"]).rows[1]
    assert [dot.block for dot in row.dots] == [dot.block for dot in row.trail] == [2, 5, 6, 7]
    assert [len(stroke.split()) for stroke in row.strokes] == [1, 3]


def test_a_variant_is_compared_with_the_baseline_of_its_own_interpreter():
    slow, other = variant("serial", baseline=None), variant("serial", 2.0, baseline=None, interpreter="b")
    own = variant("threads", 2.0, interpreter="b")
    assert {round(ratio, 9) for _, _, ratio in chart.blocks(own, [slow, other, own])} == {1.0}


def test_small_ratios_are_labelled_as_fractions():
    """And where labels have to go for want of room, 1x stays."""
    ticks = chart.chart(run(variant("serial", baseline=None), variant("processes", 1 / 100))).ticks
    labels = ["1/128x", "1/64x", "1/32x", "1/16x", "0.125x", "0.25x", "0.5x", "1x"]
    assert [tick.label for tick in ticks] == labels
    assert [tick.label for tick in ticks if not tick.minor] == labels[1::2]


def test_a_block_without_its_baseline_is_not_compared():
    row = chart.chart(states()["baseline misses trials"]).rows[1]
    assert [dot.block for dot in row.dots] == [2, 5, 6, 7]
    assert len(row.trail) == BLOCKS


def test_an_open_interval_reaches_the_edge_of_the_paper():
    row = chart.chart(states()["null interval"]).rows[1]
    assert row.whisker == (0, 100)
    assert row.caps == ()


# --- what stands behind


def test_same_outcomes_are_told_once():
    told = {(one.case, one.after): one.variants for one in tables.texts(args_run())}
    assert told == {
        ("list", "<list, changed>"): "serial",
        ("list", "<list>"): "processes, copy.copy",
        ("tuple", "<tuple, changed>"): "serial, copy.copy",
        ("tuple", "<tuple>"): "processes",
    }


def test_what_was_seen_is_told_in_words():
    rows = dict(tables.sightings(args_run()))
    assert rows["serial"] == ["same object, change seen"] * 2
    assert rows["copy.copy"] == ["copy, not changed", "same object, change seen"]


def test_a_copy_may_change_inside():
    """What copy.copy does to a nested list: two facts, not one."""
    one = variant("copy.copy", sightings=[seen("nested", shared=False, changed=True)])
    two = variant("other", sightings=[seen("nested", shared=True, changed=False)])
    assert tables.sightings(run(one, two)) == [
        ("copy.copy", ["copy, change seen"]),
        ("other", ["same object, not changed"]),
    ]


def test_the_accounts_are_medians():
    account = tables.accounts(run())[0]
    assert (account.cpu, account.delay, account.memory) == ("80.0 ms", "2.00 ms", "30 MiB")
    assert (account.voluntary, account.involuntary, account.cpus) == ("12", "3", "1.84")
