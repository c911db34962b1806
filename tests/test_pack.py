"""Students get a lab without what is hidden; an autograder gets all of it, and always says something."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile

import pytest

from conclab.classroom import labs, pack
from conclab.errors import ContentError
from conftest import PACKAGE

ROOT = PACKAGE.parents[1] / "labs"


@pytest.fixture(scope="module")
def lab():
    return labs.find(ROOT, "race-counter")


def test_the_student_edition_is_a_lab_of_its_own(lab, tmp_path):
    """Lesson, starter and visible tests, and no word of the rest."""
    folder = pack.student(lab, tmp_path)
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert found == ["lab.toml", "lesson.md", "solution.py", "tests/visible/test_alone.py"]
    assert (folder / "solution.py").read_text() == lab.starter["solution.py"]
    whole = "".join(path.read_text() for path in folder.rglob("*") if path.is_file())
    for secret in ("test_no_lost_update", "BEGIN SOLUTION"):
        assert secret not in whole


def test_a_lab_that_gives_its_solution_away_is_not_packed(lab, tmp_path):
    copy = tmp_path / "01-leaky"
    shutil.copytree(lab.folder, copy)
    with (copy / "lesson.md").open("a") as lesson:
        lesson.write(lab.solution["solution.py"])
    with pytest.raises(ContentError, match=r"01-leaky is not packed: lesson\.md has lines of the solution"):
        pack.student(labs.load(copy), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_autograder_zip_has_what_gradescope_looks_for(lab, tmp_path):
    """Both scripts on top and executable, the lab beside them; the same lab gives the same bytes."""
    data = pack.autograder(lab, tmp_path).read_bytes()
    assert pack.autograder(lab, tmp_path).read_bytes() == data
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert {"setup.sh", "run_autograder", "lab/lab.toml", "lab/tests/hidden/test_together.py"} <= set(
        archive.namelist()
    )
    for name in ("setup.sh", "run_autograder"):
        assert archive.getinfo(name).external_attr >> 16 & 0o111
        subprocess.run(["bash", "-n"], input=archive.read(name), check=True)


def test_an_autograder_that_can_not_run_still_says_so(lab, tmp_path):
    """Without conclab there: a result that Gradescope can read, and no points."""
    script = pack.RUN.replace("/autograder", str(tmp_path))
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=False)
    assert done.returncode == 0
    said = json.loads((tmp_path / "results" / "results.json").read_text())
    assert said["score"] == 0
    assert "your teacher looks at it" in said["output"]
