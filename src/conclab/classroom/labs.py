"""A lab's folder: what is in it, what is missing, and the starter that a student gets.

labs/01-race-counter/
    lab.toml        title, points, files, timeout_s, needs, hints
    lesson.md
    solution.py     a starter is made of it: `# BEGIN SOLUTION` ... `# END SOLUTION` is left out
    tests/visible/test_*.py     tests/hidden/test_*.py
    wrong/*.py      `# fails: test_name` in the first line
    right/*.py      further solutions, if there are any: they pass, too

A student's edition (edition.py) is a lab, too: its solution.py is the starter, and lab.toml says `hidden`:
how many tests are not in it.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from conclab.classroom.model import Lab
from conclab.errors import ContentError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BEGIN = re.compile(r"^(?P<indent>\s*)# BEGIN SOLUTION(?:: (?P<instead>.*))?$")
END = re.compile(r"^\s*# END SOLUTION$")
FAILS = re.compile(r"# fails: (?P<case>\w+)")
NAME = re.compile(r"(?:\d\d-)?(?P<id>[a-z][a-z0-9-]*)")
INSTEAD = "raise NotImplementedError"
KEYS: dict[str, Any] = {
    "title": str,
    "points": (int, float),
    "files": list,
    "timeout_s": (int, float),
    "needs": list,
    "hints": list,
}
OPTIONAL = {"python": str, "order": int, "hidden": int}
NEEDS = {"threads", "asyncio", "processes"}


@dataclass(frozen=True, slots=True)
class Wrong:
    """A known mistake: its files, and the case that must catch it."""

    name: str
    file: Path
    fails: str
    about: str  # the line below the header, for the teacher


@dataclass(frozen=True, slots=True)
class LabFolder:
    """A lab with all that its author wrote."""

    folder: Path
    lab: Lab
    points: float
    hints: tuple[str, ...]
    wrong: tuple[Wrong, ...]
    lesson: str
    python: str = ""
    right: tuple[Path, ...] = ()  # further correct solutions, each a first file
    left_out: int | None = None  # hidden tests, if this is the edition of a student

    def tests(self, *, hidden: bool) -> list[Path]:
        """Folders of tests."""
        return [self.folder / "tests" / part for part in (("visible", "hidden") if hidden else ("visible",))]

    @property
    def solution(self) -> dict[str, str]:
        """The author's files by name."""
        return {name: (self.folder / name).read_text(encoding="utf-8") for name in self.lab.files}

    @property
    def starter(self) -> dict[str, str]:
        """What a student begins with."""
        if self.left_out is not None:
            return self.solution
        return {name: _starter(self.folder, name, text) for name, text in self.solution.items()}


def labs(root: Path) -> list[Path]:
    """Folders of labs, in the order of their names."""
    return sorted(path.parent for path in root.glob("*/lab.toml"))


@dataclass(frozen=True, slots=True)
class About:
    """What a list of labs shows, without running anything."""

    id: str
    title: str
    points: float
    left_out: int | None = None  # hidden tests, of a student's edition


def about(folder: Path) -> About:
    """Read a lab's settings alone. Raises ContentError."""
    settings = _settings(folder)
    name = _id(folder.resolve())
    return About(name, settings["title"], float(settings["points"]), settings.get("hidden"))


def find(root: Path, name: str) -> LabFolder:
    """A lab by its id. Raises UnknownNameError."""
    return load(locate(root, name))


def locate(root: Path, name: str) -> Path:
    """A lab's folder by its id. Raises UnknownNameError."""
    known = {_id(folder): folder for folder in labs(root)}
    if name not in known:
        raise UnknownNameError("lab", name, known)
    return known[name]


def load(folder: Path) -> LabFolder:
    """Read a lab. Raises ContentError for the first thing that is missing or wrong."""
    told = read(folder)
    folder = told.folder
    for name in told.lab.files:
        _need(folder, name)
    hidden, visible = folder / "tests" / "hidden", folder / "tests" / "visible"
    present = [part for part in (visible, hidden) if any(part.glob("test_*.py"))]
    if visible not in present:
        raise ContentError(f"{folder.name}: tests/visible has no test_*.py")
    from conclab.classroom.testing.grading import collect  # noqa: PLC0415 - a wheel's build has nothing of it

    cases = collect(folder, present)
    total = sum(case.points for case in cases)
    if hidden in present and abs(total - told.points) > 1e-9:  # noqa: PLR2004 - a rounding error
        raise ContentError(
            f"{folder.name}: its cases are worth {total:g} points, lab.toml says {told.points:g}"
        )
    wrong = tuple(_wrong(folder, cases={case.id for case in cases}))
    return replace(told, lab=replace(told.lab, cases=cases), wrong=wrong)


def read(folder: Path) -> LabFolder:
    """The same without a look at its tests, which need pytest, or at what a student wrote."""
    folder = folder.resolve()
    settings = _settings(folder)
    lesson = _need(folder, "lesson.md")
    files = tuple(settings["files"])
    for name in files if "hidden" not in settings else ():
        _need(folder, name)
    lab = Lab(
        _id(folder), settings["title"], files, (), digest(folder), float(settings["timeout_s"]),
        frozenset(settings["needs"]),
    )  # fmt: skip
    hints, python = tuple(settings["hints"]), settings.get("python", "")
    right = tuple(sorted(folder.glob("right/*.py")))
    points, left_out = float(settings["points"]), settings.get("hidden")
    return LabFolder(folder, lab, points, hints, (), lesson, python, right, left_out)


def digest(folder: Path) -> str:
    """SHA-256 over names and contents of all files of a folder that grading may depend on."""
    whole = hashlib.sha256()
    for path in needed(folder):
        whole.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def needed(folder: Path) -> list[Path]:
    """What a grader needs: all but further solutions and what Python leaves."""
    left_out = {"__pycache__", "right"}
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and left_out.isdisjoint(path.relative_to(folder).parts)
    )


def strip(source: str, name: str = "solution.py") -> str:
    """A starter: the first mark says what stands instead of the lines between the marks."""
    lines, inside = [], ""
    for number, line in enumerate(source.splitlines(), 1):
        begins = BEGIN.match(line)
        if begins and not inside:
            inside = f"line {number}"
            lines.append(f"{begins['indent']}{begins['instead'] or INSTEAD}")
        elif begins or (END.match(line) and not inside):
            raise ContentError(f"{name}: line {number}: # BEGIN SOLUTION and # END SOLUTION don't alternate")
        elif END.match(line):
            inside = ""
        elif not inside:
            lines.append(line)
    if inside:
        raise ContentError(f"{name}: {inside}: # BEGIN SOLUTION without # END SOLUTION")
    return "\n".join(lines) + "\n"


def _starter(folder: Path, name: str, solution: str) -> str:
    own = folder / name.replace("solution", "starter")
    if own.name != name and own.is_file():
        return own.read_text(encoding="utf-8")
    starter = strip(solution, name)
    if starter.strip() == solution.strip():
        raise ContentError(f"{folder.name}: {name} has no # BEGIN SOLUTION, and there is no {own.name}")
    return starter


def _source(name: str) -> str:
    return name


def _id(folder: Path) -> str:
    match = NAME.fullmatch(folder.name)
    if match is None:
        raise ContentError(f"{folder.name!r} is no name for a lab: one looks like 01-race-counter")
    return match["id"]


def _need(folder: Path, name: str) -> str:
    path = folder / name
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
    except UnicodeDecodeError:
        raise ContentError(f"{folder.name}: {name} is no UTF-8 text") from None
    if not text.strip():
        raise ContentError(f"{folder.name}: {name} is missing or empty")
    return text


def _settings(folder: Path) -> dict[str, Any]:
    try:
        settings = tomllib.loads(_need(folder, "lab.toml"))
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{folder.name}: lab.toml: {error}") from None
    for key, kind in KEYS.items():
        if not isinstance(settings.get(key), kind):
            raise ContentError(f"{folder.name}: lab.toml must say {key}")
    strange = set(settings) - set(KEYS) - set(OPTIONAL)
    if strange:
        raise ContentError(f"{folder.name}: lab.toml says {', '.join(sorted(strange))}, which nobody reads")
    if not settings["hints"] or not all(isinstance(hint, str) and hint.strip() for hint in settings["hints"]):
        raise ContentError(f"{folder.name}: lab.toml must give hints, none of them empty")
    if unknown := set(settings["needs"]) - NEEDS:
        raise ContentError(
            f"{folder.name}: needs {', '.join(sorted(unknown))}; there are: {', '.join(sorted(NEEDS))}"
        )
    return settings


def _wrong(folder: Path, cases: set[str]) -> Iterator[Wrong]:
    for file in sorted(folder.glob("wrong/*.py")):
        first, *rest = file.read_text(encoding="utf-8").splitlines() or [""]
        match = FAILS.fullmatch(first.strip())
        if match is None:
            raise ContentError(f"{folder.name}: wrong/{file.name} must begin with # fails: test_name")
        if match["case"] not in cases:
            raise ContentError(
                f"{folder.name}: wrong/{file.name} names {match['case']}, which is no case of this lab"
            )
        about = rest[0].removeprefix("#").strip() if rest and rest[0].startswith("#") else ""
        yield Wrong(file.stem, file, match["case"], about)
