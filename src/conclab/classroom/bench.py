"""What jobs are done with: a lab's folder, the channel, the sandbox. The one place that joins them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from conclab.classroom import labs
from conclab.classroom.intake.submission import Submission
from conclab.classroom.jobs import Bench, Known
from conclab.classroom.model import CaseResult, Isolation, Lab, Layer
from conclab.classroom.testing.cases import grade_many
from conclab.classroom.testing.grading import Entry
from conclab.errors import BadRequestError
from conclab.sandbox import model as sandbox
from conclab.sandbox import probing, wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BENCH = Bench(f"{__name__}:load", f"{__name__}:grade", f"{__name__}:probe", f"{__name__}:known")
_opened: dict[str, labs.LabFolder] = {}


def load(folder: Path) -> Lab:
    """Read a lab, once in each process: collecting its tests starts a pytest."""
    return folder_of(folder).lab


@cache
def folder_of(folder: Path) -> labs.LabFolder:
    """Read a lab with all that its author wrote, and remember it."""
    found = labs.load(folder)
    _opened[found.lab.digest] = found
    return found


def known(folder: Path) -> Known:
    """A lab's starter, and its known mistakes as if somebody had handed them in."""
    found = folder_of(folder)
    whole = {name: text.encode() for name, text in found.solution.items()}
    wrong = (Submission(one.name, whole | {found.lab.files[0]: one.file.read_bytes()}) for one in found.wrong)
    return Known(tuple(wrong), {name: text.encode() for name, text in found.starter.items()})


def find(name: str) -> Path:
    """A lab's folder: the path of one, or the id of one in ./labs. Raises BadRequestError."""
    given = Path(name)
    if (given / "lab.toml").is_file():
        return given
    if given.exists():
        raise BadRequestError(f"{given} is no lab: it has no lab.toml")
    return labs.find(Path("labs"), name).folder


def grade(
    lab: Lab, folders: Sequence[Path], *, layer: Layer, hidden: bool
) -> Iterator[tuple[CaseResult, ...]]:
    """Run a lab's cases on the files in each folder, in one grader and the channel."""
    entries = [Entry(folder) for folder in folders]
    for graded in grade_many(_opened[lab.digest], entries, hidden=hidden, layer=sandbox.Layer(layer)):
        yield graded.first


def probe(layer: Layer | None, needs: frozenset[str]) -> Isolation:
    """What holds here: the best there is, or no more than the layer that is asked for."""
    best = probing.isolation(needs)
    if layer is None or layer >= best.layer:
        return Isolation(Layer(best.layer), best.parts, best.missing)
    return Isolation(layer, wording.parts(sandbox.Layer(layer)))
