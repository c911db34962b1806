from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from conclab.pictures.speedup import draw
from conclab.pictures.ticks import octave_ticks, round_ticks

SVG = "{http://www.w3.org/2000/svg}"
BLOCKS = 7


def variant(name, gain, /, *, baseline="serial", **more):
    """A variant whose block i took (40 + i) ms / gain."""
    times = [(0.040 + 0.001 * block) / (gain or 1) for block in range(BLOCKS)]
    interval = {"estimate": gain, "low": gain * 0.95, "high": gain * 1.04, "level": 0.95} if gain else None
    return {
        "name": name,
        "strategy": name,
        "workload": "count-primes",
        "interpreter": "cpython-3.11",
        "workers": 2,
        "baseline": baseline,
        "times_s": times if gain else [None] * BLOCKS,
        "speedup": interval if baseline else None,
        "verdict": "same" if baseline and gain else None,
        "predicted": None,
        "agrees": None,
        "error": None,
        **more,
    }


def run(*variants, **more):
    return {
        "schema": "conclab.run/1",
        "id": "20261123T150000Z-ab12cd",
        "experiment": "gil-cpu",
        "question": "Do two threads count primes faster than one?",
        "complete": True,
        "environment": {"cores_usable": 2, "cpu_model": "any"},
        "interpreters": [
            {"name": "cpython-3.11", "version": "3.11", "version_line": "3.11.7 (x)", "gil": "enabled"}
        ],
        "ceiling": None,
        "variants": [variant("serial", 1.0, baseline=None), *variants],
        "left_out": [],
        "blocks": [["serial"]] * BLOCKS,
        "cautions": [],
        **more,
    }


def picture(document, folder):
    """The SVG as a tree, after both files were written."""
    paths = draw(document, folder)
    assert [path.name for path in paths] == ["speedup.svg", "speedup.png"]
    assert paths[1].read_bytes().startswith(b"\x89PNG")
    return ET.parse(paths[0]).getroot()


def words(tree):
    return [" ".join("".join(text.itertext()).split()) for text in tree.iter(f"{SVG}text")]


def groups(tree, prefix):
    found = {
        group.get("id"): group for group in tree.iter(f"{SVG}g") if (group.get("id") or "").startswith(prefix)
    }
    return {name.removeprefix(prefix): group for name, group in found.items()}


def points(tree):
    """Number of points by row."""
    return {row: len(list(group.iter(f"{SVG}use"))) for row, group in groups(tree, "speedup-blocks-").items()}


def across(tree, prefix, row):
    """Horizontal positions of the shapes of a row."""
    return [float(use.get("x")) for use in groups(tree, prefix)[row].iter(f"{SVG}use")]


def test_every_block_is_a_point(tmp_path):
    """The raw measurements are in the picture, not only what was made of them."""
    tree = picture(run(variant("threads", 0.98), variant("processes", 1.9)), tmp_path)
    assert points(tree) == {"1": BLOCKS, "2": BLOCKS}


def test_a_block_without_its_baseline_has_no_point(tmp_path):
    """A speedup needs both trials of the same block."""
    slow = variant("threads", 0.5)
    slow["times_s"][3] = None
    document = run(slow)
    document["variants"][0]["times_s"][5] = None
    assert points(picture(document, tmp_path)) == {"1": BLOCKS - 2}


def test_equal_factors_are_equal_distances(tmp_path):
    """On a logarithmic axis from 0.5x to 1x is as far as from 1x to 2x."""
    tree = picture(run(variant("slow", 0.5), variant("even", 1.0), variant("fast", 2.0)), tmp_path)
    slow, even, fast = (across(tree, "speedup-estimate-", row)[0] for row in "123")
    assert even - slow == pytest.approx(fast - even, abs=0.01)
    assert across(tree, "speedup-blocks-", "3") == pytest.approx([fast] * BLOCKS, abs=0.01)


def test_the_same_run_gives_the_same_bytes(tmp_path):
    """No date, no random ids, no random jitter: a picture in version control changes with its run alone."""
    document = run(variant("threads", 0.98, predicted={"low": 0.75, "high": 1.07, "because": "one GIL"}))
    first = [path.read_bytes() for path in draw(document, tmp_path / "a")]
    assert [path.read_bytes() for path in draw(document, tmp_path / "b")] == first
    assert b"<dc:date>" not in first[0]


def test_each_row_says_its_answer_in_words(tmp_path):
    """Colour and shape only repeat it."""
    tree = picture(
        run(
            variant(
                "processes",
                1.93,
                verdict="faster",
                speedup={"estimate": 1.93, "low": 1.88, "high": 1.97, "level": 0.99},
                predicted={"low": 1.33, "high": 2.2, "because": "cores"},
                agrees="holds",
            ),
            variant(
                "threads",
                0.8,
                verdict="inconclusive",
                speedup={"estimate": 0.8, "low": None, "high": None, "level": 0.99},
                predicted={"low": 0.95, "high": 1.07, "because": "one GIL"},
                agrees="fails",
            ),
        ),
        tmp_path,
    )
    text = words(tree)
    assert {"baseline", "faster 1.93x [1.88, 1.97]", "as predicted: 1.33x to 2.20x"} <= set(text)
    assert {"inconclusive 0.80x [0, \u221e]", "surprise: predicted 0.95x to 1.07x"} <= set(text)
    assert {"one block", "estimate with 99% interval", "predicted before measuring"} <= set(text)
    assert set(groups(tree, "speedup-predicted-")) == {"1", "2"}
    assert "Do two threads count primes faster than one?" in text
    assert "7 blocks | cpython-3.11 (3.11.7, GIL enabled) | 2 cores usable" in text


def test_rows_that_have_no_answer_are_shown_with_the_reason(tmp_path):
    """Left out, failed or never finished: a row that is missing would be a lie."""
    tree = picture(
        run(
            variant("dask", None, error="WorkFailedError: no\nsuch $x^2$ module"),
            variant("threads", None),
            left_out=[{"name": "interpreters", "reason": "needs Python 3.14 or newer"}],
        ),
        tmp_path,
    )
    text = words(tree)
    assert {"dask", "failed", "WorkFailedError: no such $x^2$ module"} <= set(text)
    assert {"interpreters", "left out", "needs Python 3.14 or newer"} <= set(text)
    assert {"threads", "no block finished"} <= set(text)
    assert points(tree) == {}


def test_a_variant_that_failed_in_the_end_shows_no_half_answer(tmp_path):
    """Its blocks before the failure are in run.json; the picture says that it failed."""
    tree = picture(run(variant("threads", 1.2, error="killed by signal 9")), tmp_path)
    assert points(tree) == {}
    assert "killed by signal 9" in words(tree)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"experiment": "x", "variants": [], "left_out": []},
        run(variants=[]),
        run(variants=[variant("serial", None, baseline=None), variant("threads", None)], blocks=[]),
        run(variant("threads", 1.0, baseline="gone")),
        run(variants=[variant("serial", 1.0, baseline=None)]),
        run(variant("threads", 1.0, speedup=None, verdict=None)),
        run(variant("threads", 1.0, predicted={"low": 2.0, "high": None, "because": "many"})),
        run(variant("threads", 1e-4), variant("processes", 3e4)),
        run(environment={}, interpreters=[], complete=False, question="\u4e2d $\\frac$ <&>" * 30),
    ],
)
def test_no_run_is_too_odd_to_draw(tmp_path, document):
    """Nothing measured, unknown baselines, absurd factors, letters that the font lacks."""
    picture(document, tmp_path)


def test_a_run_that_compares_nothing_shows_its_times(tmp_path):
    """An experiment about arguments still has times; predictions about sharing are not ranges."""
    sharing = {"shared": ["list"], "changed": [], "because": "same process"}
    tree = picture(run(variant("threads", 0.5, baseline=None, predicted=sharing)), tmp_path)
    assert points(tree) == {"0": BLOCKS, "1": BLOCKS}
    assert {"43.0 ms", "86.0 ms", "median of 7", "time of one batch (log scale)"} <= set(words(tree))
    tree = picture(run(variant("threads", 0.5, predicted=sharing)), tmp_path)
    assert groups(tree, "speedup-predicted-") == {}


def test_the_ideal_is_shown_only_where_cores_are_the_question(tmp_path):
    """Waiting needs no core and has no ideal; the ceiling is drawn where it was measured."""
    claim = {"low": 1.3, "high": 2.2, "because": "cores", "parallel": True}
    ceiling = {"workers": 2, "speedup": {"estimate": 1.87, "low": 1.8, "high": 1.9, "level": 0.95}}
    waits = variant("threads", 1.8, workers=8, predicted=claim | {"parallel": False})
    assert not any("ideal" in text or "ceiling" in text for text in words(picture(run(waits), tmp_path)))
    eight = variant("threads", 1.8, workers=8, predicted=claim)
    text = words(picture(run(eight, ceiling=ceiling), tmp_path))
    assert {"ideal 2x", "this machine's ceiling 1.87x"} <= set(text)
    text = words(
        picture(run(eight, variant("one", 1.0, workers=1, predicted=claim), ceiling=ceiling), tmp_path)
    )
    assert "ideal" in text


def test_interpreters_are_named_where_several_occur(tmp_path):
    """A variant is compared with its baseline on its own interpreter."""
    free = [
        variant("serial", 2.0, baseline=None, interpreter="cpython-3.13t"),
        variant("threads", 4.0, interpreter="cpython-3.13t"),
    ]
    tree = picture(run(variant("threads", 1.0), *free), tmp_path)
    assert [text for text in words(tree) if text == "cpython-3.13t, 2 workers"] * 2
    one, ours, other = across(tree, "speedup-estimate-", "0") + [
        across(tree, "speedup-blocks-", row)[0] for row in "13"
    ]
    assert one == pytest.approx(ours, abs=0.01)
    assert other > one
    assert "cpython-3.11" not in words(picture(run(variant("threads", 1.0)), tmp_path))


def test_a_picture_that_can_not_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    """Both files or neither."""
    before = [path.read_bytes() for path in draw(run(variant("threads", 1.0)), tmp_path)]
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    monkeypatch.setattr(FigureCanvasAgg, "print_png", lambda *args, **more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        draw(run(variant("threads", 2.0)), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["speedup.png", "speedup.svg"]
    assert [(tmp_path / name).read_bytes() for name in ("speedup.svg", "speedup.png")] == before


def test_labels_are_plain_numbers():
    """Powers of two where the range is wide, steps between where it is narrow."""
    assert octave_ticks(-1.2, 4.2) == [0.5, 1, 2, 4, 8, 16]
    assert octave_ticks(-0.6, 1.2) == [0.75, 1, 1.5, 2]
    assert len(octave_ticks(-20, 20)) < 12
    assert round_ticks(0.035, 0.11) == pytest.approx([0.04, 0.05, 0.07, 0.1])
