"""A lab that nobody has written yet: a folder that says what is missing, and a list of what still is.

What its author has to replace begins with MISSING and a colon. `gaps` reads these, and everything else that a
lab needs before it can prove itself.
"""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING

from conclab.classroom.edition import write_contents
from conclab.classroom.labs import NAME, load
from conclab.errors import BadRequestError, ContentError

if TYPE_CHECKING:
    from pathlib import Path

MARK = re.compile(r"MISSING: (?P<what>.*?)[\"'.]*[\",)\]]*$")
FEWEST_WRONG = 3
PARTS = ("lab.toml", "lesson.md", "solution.py", "tests/visible", "tests/hidden", "wrong")
FILES = {
    "lab.toml": "lab.toml",
    "lesson.md": "lesson.md",
    "solution.py": "solution.txt",
    "tests/visible/test_alone.py": "test_alone.txt",
    "tests/hidden/test_together.py": "test_together.txt",
}


def write(name: str, root: Path) -> Path:
    """Make the folder of a new lab. Raises BadRequestError for a bad name, or if it is there."""
    match = NAME.fullmatch(name)
    if match is None:
        raise BadRequestError(f"{name!r} is no name for a lab: one looks like 17-my-lab or my-lab")
    target = root / name
    same = [path for path in root.glob(f"*{match['id']}") if NAME.fullmatch(path.name)]
    if target.exists() or any(NAME.fullmatch(path.name)["id"] == match["id"] for path in same):  # type: ignore[index]
        raise BadRequestError(f"there is a lab {match['id']} in {root} already; nothing was written")
    blank = resources.files("conclab.classroom") / "blank_files"
    texts = {path: (blank / source).read_text(encoding="utf-8") for path, source in FILES.items()}
    write_contents({path: text.encode() for path, text in texts.items()}, target)
    (target / "wrong").mkdir()
    return target


def gaps(folder: Path) -> tuple[str, ...]:
    """What a lab still lacks, a sentence for each. Empty: it can be verified."""
    found = [f"{part} is not there" for part in PARTS if not (folder / part).exists()]
    for path in sorted(path for path in folder.rglob("*") if path.suffix in {".toml", ".md", ".py"}):
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            match = MARK.search(line)
            if match:
                found.append(f"{path.relative_to(folder).as_posix()}, line {number}: {match['what']}")
    wrong = len(list(folder.glob("wrong/*.py")))
    if wrong < FEWEST_WRONG:
        found.append(
            f"wrong/ has {wrong} of the {FEWEST_WRONG} known mistakes that are asked for: files like "
            "solution.py, each with `# fails: test_name` in its first line and what is wrong in its second"
        )
    if found:
        return tuple(found)
    try:
        load(folder)
    except ContentError as error:
        return (str(error),)
    return ()
