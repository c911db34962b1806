"""Each lab's gate, once, as far apart as is possible here: what is right passes, what is wrong does not.

Cheats, further solutions and many repeats are for `conclab lab verify`: minutes, before a lab goes out.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from conclab.classroom import labs
from conclab.classroom.model import Mark
from conclab.classroom.testing.cases import grade_many
from conclab.classroom.testing.grading import Entry
from conclab.classroom.verify import FEWEST_WRONG
from conclab.sandbox import probing

FOLDERS = labs.labs(Path(__file__).parent.parent / "labs")


@cache
def best(needs):
    return probing.isolation(needs).layer


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_lab_knows_right_from_wrong(folder, tmp_path):
    """Its solution passes every case, its starter fails, each known mistake fails by the case it names."""
    lab = labs.load(folder)
    first = lab.lab.files[0]
    wrong = [lab.starter | {first: one.file.read_text(encoding="utf-8")} for one in lab.wrong]
    only = [(), (), *((one.fails,) for one in lab.wrong)]
    entries = [
        Entry(laid_out(files, tmp_path / str(number)), only[number])
        for number, files in enumerate([lab.solution, lab.starter, *wrong])
    ]
    layer = best(lab.lab.needs)
    solution, starter, *caught = (
        graded.first for graded in grade_many(lab, entries, hidden=True, layer=layer, repeat=False)
    )
    assert [one for one in solution if one.mark is not Mark.PASSED] == []
    assert any(one.mark is Mark.FAILED for one in starter)
    for known, results in zip(lab.wrong, caught, strict=True):
        assert [one.mark for one in results] == [Mark.FAILED], f"wrong/{known.name}: {results[0].detail}"
    assert len(lab.wrong) >= FEWEST_WRONG


def laid_out(files, folder):
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
