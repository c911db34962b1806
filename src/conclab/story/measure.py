"""How wide a text is on a terminal, and how it is made to fit. Counts columns, not characters."""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"


def width_of(text: str) -> int:
    """Columns that a terminal gives it: two for a wide character, none for an accent on another one."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def cut(text: str, width: int) -> str:
    """The text, or as much of its beginning as fits with an ellipsis."""
    if width_of(text) <= width:
        return text
    return _head(text, max(0, width - 1)) + ELLIPSIS[:width]


def pad(text: str, width: int) -> str:
    """Fill up with spaces. What is too wide is cut."""
    fitting = cut(text, width)
    return fitting + " " * (width - width_of(fitting))


def wrap(text: str, width: int, *, limit: int) -> list[str]:
    """Break at spaces, a word that is too long anywhere. What is left after the last line allowed is cut."""
    lines: list[str] = []
    line = None
    for word in text[: width * limit * 4].split(" "):  # there may be megabytes of it
        joined = word if line is None else f"{line} {word}"
        if width_of(joined) <= width:
            line = joined
            continue
        if line is not None:
            lines.append(line)
        line = word
        while width_of(line) > width > 1 and len(lines) <= limit:
            piece = _head(line, width)
            lines.append(piece)
            line = line[len(piece) :]
    lines.append(line or "")
    if len(lines) <= limit:
        return lines
    return [*lines[: limit - 1], cut(lines[limit - 1] + ELLIPSIS, width)]


def shares(wanted: list[int], room: int) -> list[int]:
    """Divide the room: whoever wants little gets it, the others share the rest evenly."""
    given = dict.fromkeys(range(len(wanted)), 0)
    by_need = sorted(given, key=lambda place: wanted[place])
    for done, place in enumerate(by_need):
        given[place] = min(wanted[place], max(0, room) // (len(wanted) - done))
        room -= given[place]
    return list(given.values())


def _columns(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def _head(text: str, width: int) -> str:
    """As many characters as fit, with the accents that stand on the last."""
    used = 0
    for place, char in enumerate(text):
        used += _columns(char)
        if used > width:
            return text[:place]
    return text
