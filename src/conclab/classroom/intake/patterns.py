"""How the names of a class's files tell whose they are: one rule for each system that exports them."""

from __future__ import annotations

import re
from dataclasses import dataclass

# docs.moodle.org, "Assignment activity": name, number there, plugin; a folder or a file.
MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)(?:_(?P<file>.*))?", re.DOTALL
)
# Canvas, "Download Submissions": sortable name without signs, LATE, user, attachment, file as handed in.
CANVAS = re.compile(r"(?P<name>[^_]+)_(?:LATE_)?(?P<id>\d+)_(?P<attachment>\d+)_(?P<file>.+)", re.DOTALL)
ATTEMPT = re.compile(r"-\d{1,3}(?=\.[^.]+$)")  # Canvas numbers what is handed in again
GRADESCOPE = re.compile(r"submission_(?P<id>\d+)")
GRADESCOPE_PEOPLE = "submission_metadata.yml"


@dataclass(frozen=True, slots=True)
class Whose:
    """What a name says: whose it is, by what a roster may know them, and the file's own name."""

    student: str
    ids: tuple[str, ...] = ()  # the school's own
    number: str = ""  # the exporting system's: it tells people of one name apart, and is nobody's id
    file: str = ""


def whose(name: str) -> Whose | None:
    """Read a name that one of the systems wrote; None for any other."""
    if found := MOODLE.fullmatch(name):
        return Whose(found["name"], (), found["id"], found["file"] or "")
    if found := CANVAS.fullmatch(name):
        return Whose(found["name"], (), found["id"], ATTEMPT.sub("", found["file"]))
    return None


def gradescope_people(text: str) -> dict[str, Whose]:
    """The submitters of a Gradescope export's folders. Of its YAML only three plain lines are read."""
    people: dict[str, Whose] = {}
    folder, said = "", dict[str, str]()
    for line in text.splitlines():
        key, colon, value = line.partition(": ")
        key = key.strip().lstrip("- ").strip(":")
        if GRADESCOPE.fullmatch(line.rstrip().rstrip(":")):
            folder, said = line.rstrip().rstrip(":"), {}
        elif colon and folder and key in {"name", "sid", "email"} and key not in said:  # the first submitter
            said[key] = value.strip().strip("'\"")
            ids = tuple(said[one] for one in ("sid", "email") if one in said)
            people[folder] = Whose(said.get("name", folder), ids)
    return people
