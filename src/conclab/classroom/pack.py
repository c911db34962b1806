"""Packed labs: the student edition, and a zip that Gradescope runs. Both are lists of what goes in."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import conclab
from conclab.classroom import edition
from conclab.classroom.labs import needed
from conclab.files import whole

if TYPE_CHECKING:
    from pathlib import Path

    from conclab.classroom.labs import LabFolder

MOMENT = (1980, 1, 1, 0, 0, 0)  # the same lab gives the same bytes
EXECUTABLE = 0o100755 << 16
FILE = 0o100644 << 16
SETUP = """\
#!/usr/bin/env bash
# Gradescope runs this once, when the image is built. Python 3.11 or newer comes from Debian or Ubuntu.
set -euo pipefail
apt-get update
apt-get install -y bubblewrap python3.11 python3.11-venv || apt-get install -y bubblewrap python3-venv
python=$(command -v python3.11 || command -v python3)
"$python" -m venv /autograder/conclab
/autograder/conclab/bin/pip install 'conclab[classroom]=={version}'
"""
RUN = """\
#!/usr/bin/env bash
# Gradescope runs this for each submission. Whatever happens, results.json says something.
out=$(mktemp -d)
mkdir -p /autograder/results
/autograder/conclab/bin/conclab class grade /autograder/submission \\
  --lab /autograder/source/lab --student student --out "$out" --format gradescope --quiet 2>"$out/why"
if ! cp "$out/gradescope/student/results.json" /autograder/results/results.json; then
  cat >/autograder/results/results.json <<'END'
{"score": 0, "output": "The grader could not run; your teacher looks at it.", "stdout_visibility": "hidden"}
END
fi
cat "$out/why"
"""


def student(lab: LabFolder, out: Path) -> Path:
    """Write the student edition. Raises ContentError if text of a solution or hidden test is in it."""
    return edition.write(lab, out / lab.folder.name)


def autograder(lab: LabFolder, out: Path) -> Path:
    """Write the zip that is uploaded as a Gradescope autograder: setup.sh, run_autograder, the whole lab."""
    target = out / f"{lab.folder.name}-autograder.zip"
    with whole(target) as partial, zipfile.ZipFile(partial, "w") as archive:
        _add(archive, "setup.sh", SETUP.replace("{version}", conclab.__version__).encode(), EXECUTABLE)
        _add(archive, "run_autograder", RUN.encode(), EXECUTABLE)
        for path in needed(lab.folder):
            _add(archive, f"lab/{path.relative_to(lab.folder).as_posix()}", path.read_bytes(), FILE)
    return target


def _add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int) -> None:
    info = zipfile.ZipInfo(name, MOMENT)
    info.external_attr, info.compress_type = mode, zipfile.ZIP_DEFLATED
    archive.writestr(info, content)
