"""Who is in the class, from a CSV file as any school writes it. Its columns are handed through."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conclab.errors import BadRequestError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LARGEST_BYTES = 16 << 20
ID = {
    "id",
    "sid",
    "student id",
    "studentid",
    "student number",
    "sis user id",
    "id number",
    "login",
    "username",
    "github username",
    "identifier",
}
NAME = {"name", "student", "full name", "student name"}
FIRST = {"first name", "firstname", "given name", "first"}
LAST = {"last name", "lastname", "surname", "family name", "last"}
EMAIL = {"email", "e-mail", "email address", "mail"}


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the roster."""

    name: str
    keys: frozenset[str]  # what a submission may call them, each in its normal form
    columns: dict[str, str]


def read(path: Path) -> list[Person]:
    """Read a roster. Raises BadRequestError for a file that is none, and says which columns it needs."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise BadRequestError(f"can't read the roster {path}: {error.strerror}") from None
    if len(data) > LARGEST_BYTES:
        raise BadRequestError(f"the roster {path} is larger than {LARGEST_BYTES >> 20} MiB")
    text = _decoded(data)
    try:
        rows = [
            row
            for row in csv.reader(io.StringIO(text, newline=""), _dialect(text))
            if any(map(str.strip, row))
        ]
    except csv.Error as error:
        raise BadRequestError(f"the roster {path} is no CSV: {error}") from None
    if not rows:
        raise BadRequestError(f"the roster {path} is empty")
    return _people(rows, path)


def _people(rows: list[list[str]], path: Path) -> list[Person]:
    header = [cell.strip() for cell in rows[0]]
    known = [re.sub(r"[\s_]+", " ", cell.casefold()).strip() for cell in header]
    if not any(cell in ID | NAME | FIRST | LAST | EMAIL for cell in known):
        raise BadRequestError(
            f"the roster {path} needs a first line with a column named id, name or email; "
            f"it has: {', '.join(header) or 'nothing'}"
        )
    people = []
    for row in rows[1:]:
        cells = [*(cell.strip() for cell in row), *[""] * len(header)][: len(header)]
        by = dict(zip(known, cells, strict=True))
        people.append(_person(by, dict(zip(header, cells, strict=True))))
    return people


def _person(by: dict[str, str], columns: dict[str, str]) -> Person:
    def first_of(names: set[str]) -> str:
        return next((value for key, value in by.items() if key in names and value), "")

    first, last, email = first_of(FIRST), first_of(LAST), first_of(EMAIL)
    name = first_of(NAME) or f"{first} {last}".strip()
    ids = [value for key, value in by.items() if key in ID]
    words = name.replace(",", " ").split()
    calls = [*ids, name, email, email.split("@")[0], f"{last}{first}", "".join([*words[-1:], *words[:-1]])]
    keys = frozenset(key for key in map(normal, calls) if key)
    return Person(name or next((one for one in [*ids, email] if one), "?"), keys, columns)


def normal(name: str) -> str:
    """`Lovelace, Áda` -> `lovelaceada`: without case, accents and signs, as systems write it."""
    apart = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in apart if sign.isalnum())


def match(calls: Iterable[str], people: list[Person], number: str = "") -> Person | None:
    """Find the one person who is called so. Of several of one name, the one with this number; or nobody.

    By the number alone nobody is found: it may be another person's id.
    """
    for call in map(normal, calls):
        found = [person for person in people if call and call in person.keys]
        if len(found) > 1:
            found = [person for person in found if normal(number) in person.keys]
        if len(found) == 1:
            return found[0]
    return None


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")  # spreadsheets on Windows


def _dialect(text: str) -> type[csv.Dialect]:
    """Comma, or what the first line has more of: spreadsheets write what their country does."""
    line = text.lstrip().partition("\n")[0]

    class Dialect(csv.excel):
        delimiter = max(",;\t", key=line.count)

    return Dialect
