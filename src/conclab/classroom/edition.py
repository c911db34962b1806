"""The student's edition of a lab: what may be handed out, and whether more than that is in it.

The one source of everything that students get: `lab start`, `class pack`, and the labs inside of a wheel.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from conclab.classroom.labs import BEGIN, END
from conclab.errors import ContentError
from conclab.files import whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from conclab.classroom.labs import LabFolder

SHINGLE = 3  # lines in a row that are the same are no accident
SHORTEST = 30  # characters of three lines: shorter ones are
PICTURES = ("*.svg", "*.png")


def write(lab: LabFolder, target: Path) -> Path:
    """Write the edition into a folder. Raises ContentError, and writes nothing, if it would hold a secret."""
    write_contents(contents(lab), target)
    return target


def write_contents(found: Mapping[str, bytes], target: Path) -> None:
    """Write files by their paths in a folder, each whole or not at all."""
    for name, content in found.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path) as partial:
            partial.write_bytes(content)


def contents(lab: LabFolder) -> dict[str, bytes]:
    """Every file of the edition by path. Raises ContentError if lines of something secret are in it."""
    texts = student_files(lab)
    for leak in leaks(lab, texts):
        raise ContentError(f"{lab.folder.name} is not packed: {leak}")
    pictures = (path for pattern in PICTURES for path in sorted(lab.folder.glob(pattern)))
    found = {path.name: path.read_bytes() for path in pictures}
    return found | {name: text.encode() for name, text in texts.items()}


def student_files(lab: LabFolder) -> dict[str, str]:
    """Text by path: settings, lesson, starter, visible tests."""
    visible = lab.folder / "tests" / "visible"
    files = {"lab.toml": _settings(lab), "lesson.md": lab.lesson}
    for path in sorted(visible.glob("**/*.py")):
        files[path.relative_to(lab.folder).as_posix()] = path.read_text(encoding="utf-8")
    return files | lab.starter


def leaks(lab: LabFolder, files: Mapping[str, str]) -> Iterator[str]:
    """Say where text of the solution or of hidden tests is in what is handed out."""
    secret = dict(_secrets(lab))
    for path, text in files.items():
        for shingle in _shingles(text.splitlines()):
            if shingle in secret:
                yield f"{path} has lines of {secret[shingle]}: {shingle.splitlines()[0]!r} ..."
                break


def tests_in(folder: Path) -> int:
    """How many tests are in a folder, by their names alone: whoever builds a wheel has no pytest."""
    return sum(
        isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        for path in sorted(folder.glob("test_*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
    )


def _settings(lab: LabFolder) -> str:
    text = (lab.folder / "lab.toml").read_text(encoding="utf-8")
    if lab.left_out is not None:
        return text
    return f"{text.rstrip()}\nhidden = {tests_in(lab.folder / 'tests' / 'hidden')}\n"


def _secrets(lab: LabFolder) -> Iterator[tuple[str, str]]:
    open_text = "\n".join(
        path.read_text(encoding="utf-8") for path in (lab.folder / "tests" / "visible").rglob("*.py")
    )
    allowed = set(_shingles(open_text.splitlines()))
    for path in sorted((lab.folder / "tests" / "hidden").rglob("*.py")):
        for shingle in _shingles(path.read_text(encoding="utf-8").splitlines()):
            if shingle not in allowed:
                yield shingle, "a hidden test"
    for name, text in lab.solution.items():
        for block in _solved(text):
            for shingle in _shingles(block):
                yield shingle, f"the solution ({name})"


def _solved(text: str) -> Iterator[list[str]]:
    block: list[str] | None = None
    for line in text.splitlines():
        if BEGIN.match(line):
            block = []
        elif END.match(line) and block is not None:
            yield block
            block = None
        elif block is not None:
            block.append(line)


def _shingles(lines: list[str]) -> Iterator[str]:
    told = [line.strip() for line in lines if line.strip()]
    for place in range(len(told) - SHINGLE + 1):
        shingle = "\n".join(told[place : place + SHINGLE])
        if len(shingle) >= SHORTEST:
            yield shingle
