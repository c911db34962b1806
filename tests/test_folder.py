"""A run's folder appears under its name when it is complete; runs are found by what people type."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from conclab.errors import BadRequestError, UnknownNameError
from conclab.files import whole
from conclab.results.document import SCHEMA
from conclab.results.folder import RunFolder, find, load

NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


def made(root, experiment="gil-cpu", *, minute=0):
    folder = RunFolder(root, experiment, now=NOON.replace(minute=minute))
    folder.make()
    folder.save({"schema": SCHEMA, "id": folder.run_id})
    return folder


def test_junk_is_not_taken_for_a_run(tmp_path):
    """A folder that no run has made, however late its name sorts."""
    path = made(tmp_path).finish()
    (tmp_path / "zzz" / "zzz").mkdir(parents=True)
    (tmp_path / "zzz" / "zzz" / "run.json").write_text("{}")

    assert path == find(tmp_path, None)


def test_a_folder_gets_its_name_when_it_is_complete(tmp_path):
    """Until then it is hidden, and nobody takes it for a run."""
    folder = made(tmp_path)
    with pytest.raises(BadRequestError, match="no runs"):
        find(tmp_path, None)

    path = folder.finish()
    assert path.name == folder.run_id
    assert path.name.startswith("20261123T120000Z-")
    assert path == find(tmp_path, None)


def test_an_interrupted_run_says_so_in_its_name(tmp_path):
    """What was finished is kept, or there is nothing."""
    assert made(tmp_path).interrupt(keep=True).name.endswith("-interrupted")
    made(tmp_path, "gil-io").interrupt(keep=False)
    assert list((tmp_path / "gil-io").iterdir()) == []


def test_a_run_is_found_by_path_id_beginning_and_experiment(tmp_path):
    """And the latest of all by saying nothing."""
    first, second, other = (
        made(tmp_path, name, minute=minute).finish()
        for name, minute in (("gil-cpu", 1), ("gil-cpu", 2), ("gil-io", 3))
    )

    assert find(tmp_path, str(first)) == first
    assert find(tmp_path, str(first / "run.json")) == first
    assert find(tmp_path, first.name) == first
    assert find(tmp_path, first.name[:16]) == first
    assert find(tmp_path, "gil-cpu") == second
    assert find(tmp_path, None) == other


def test_an_unknown_run_is_answered_with_those_there_are(tmp_path):
    """With the nearest first."""
    made(tmp_path).finish()
    with pytest.raises(UnknownNameError, match="did you mean 'gil-cpu'"):
        find(tmp_path, "gil-cup")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "no JSON"),
        ("[]", "format None"),
        ('{"schema": "conclab.run/9"}', "this conclab reads"),
        ('{"schema": "conclab.run/1"}', "is damaged: it lacks blocks"),
        ('{"schema": "conclab.run/1", "variants": [3]}', "is damaged"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_a_file_that_is_no_run_is_refused(tmp_path, text, says):
    """With its path and the reason."""
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(BadRequestError, match=says):
        load(tmp_path)


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    """What breaks in the middle leaves the old file, and no other."""
    path = tmp_path / "run.json"
    path.write_text("old")
    with pytest.raises(ValueError, match="in the middle"), whole(path) as temporary:
        temporary.write_text("half of the n")
        raise ValueError("in the middle")

    assert [file.name for file in tmp_path.iterdir()] == ["run.json"]
    assert path.read_text() == "old"


def test_what_is_no_number_is_never_written(tmp_path):
    """JSON has no infinity: an unbounded interval must have become null before."""
    folder = RunFolder(tmp_path, "gil-cpu")
    folder.make()
    with pytest.raises(ValueError, match="JSON compliant"):
        folder.save({"low": float("inf")})
    folder.save({"low": None})
    assert json.loads((folder.path / "run.json").read_text()) == {"low": None}
