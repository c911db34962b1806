"""Where labs to choose from are: in a folder that is named, in ./labs, in a checkout, in the wheel."""

from __future__ import annotations

from pathlib import Path

import conclab
from conclab.classroom.labs import labs
from conclab.errors import BadRequestError

PACKAGE = Path(conclab.__file__).parent
CHECKOUT = PACKAGE.parents[1]
INSTALLED = PACKAGE / "labs"  # student editions: hatch_build.py writes them into the wheel
MEMORY = ".conclab"  # in a lab that a student has started


def root(named: str | None = None) -> Path:
    """The folder of labs. Raises BadRequestError if there is none in what was named, or anywhere."""
    if named is not None:
        if not labs(Path(named)):
            raise BadRequestError(f"there is no lab in {named!r}: name a folder of labs with --labs")
        return Path(named)
    checkout = [CHECKOUT / "labs"] if (CHECKOUT / "pyproject.toml").is_file() else []
    for place in (Path("labs"), *checkout, INSTALLED):
        # Somebody's ./labs may be where their started ones are: that is no course to choose from.
        if any(not (folder / MEMORY).exists() for folder in labs(place)):
            return place
    raise BadRequestError("there are no labs here: name a folder of labs with --labs")
