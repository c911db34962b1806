"""Texts that can be shown: values come from the code under test, and may hold whatever a terminal obeys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 200  # characters of a value: more is not read, but would be laid out
LONGEST_NAME = 40
TAB = 4


def plain(text: object) -> str:
    """Write what is not printable as an escape: controls, marks of direction, half characters, line ends."""
    return "".join(char if char.isprintable() else _escape(char) for char in str(text))


def code(line: str) -> str:
    """Make a line of source printable. It may hold tabs."""
    return plain(line.expandtabs(TAB))


def short(text: object, longest: int = LONGEST) -> str:
    """Make a name or value printable, and no longer than anybody would read."""
    told = plain(text)
    return told if len(told) <= longest else told[: longest - 1] + "…"


def lines_of(source: str) -> list[str]:
    """Divide a source where Python does, so that the numbers of the lines are Python's."""
    return [code(line) for line in source.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def line_of(story: Mapping[str, Any], file: str | None, line: int | None) -> str:
    """A line of a source without its indentation; nothing if the file is not there."""
    lines = lines_of(story["files"].get(file, ""))
    return lines[line - 1].strip() if line and line <= len(lines) else ""


def names(document: Mapping[str, Any]) -> dict[int, str]:
    """The threads' names by id, told apart where two have the same."""
    threads = document["story"]["threads"]
    every = [short(thread["name"], LONGEST_NAME) for thread in threads]
    return {
        thread["id"]: f"{name} #{thread['id']}" if every.count(name) > 1 else name
        for thread, name in zip(threads, every, strict=True)
    }


def waits_for(step: Mapping[str, Any], thread: int, called: Mapping[int, str]) -> tuple[str, str]:
    """What a thread waits for after a step, and who holds that; both may be empty."""
    wanted = step["waiting"].get(str(thread))
    holders = [int(key) for key, locks in step["held"].items() if wanted in locks]
    return short(wanted or ""), called.get(holders[0], "") if holders else ""


def _escape(char: str) -> str:
    """As Python writes it in a string."""
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")
