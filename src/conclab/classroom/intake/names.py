"""Names of members, which somebody else wrote: taken apart, or refused with the reason. Touches no file."""

from __future__ import annotations

import re
import unicodedata

from conclab.classroom.intake.submission import RefusedError

LONGEST = 1_000
# What systems, editors and version control leave behind.
LITTER = frozenset(
    {"__MACOSX", "__pycache__", ".git", ".hg", ".svn", ".idea", ".vscode", ".venv", "venv", "node_modules"}
)
DRIVE = re.compile(r"[A-Za-z]:")
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")


def parts_of(name: str) -> tuple[str, ...]:
    """Take a member's name apart. Raises RefusedError for one that leads elsewhere or that deceives."""
    if len(name) > LONGEST:
        raise RefusedError("its name is too long")
    if any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for sign in name):
        raise RefusedError("its name holds signs that can't be seen")
    if name.startswith(("/", "\\")) or DRIVE.match(name):
        raise RefusedError("its path begins at the root")
    # Some systems write backslashes into zips: they divide there, so they divide here.
    parts = tuple(part for part in name.replace("\\", "/").split("/") if part not in {"", "."})
    if ".." in parts:
        raise RefusedError("its path leads out of the archive")
    if not parts:
        raise RefusedError("it has no name")
    return tuple(unicodedata.normalize("NFC", part) for part in parts)


def litter(parts: tuple[str, ...]) -> bool:
    """Whether nobody meant to hand this in."""
    return not LITTER.isdisjoint(parts) or any(part.startswith("._") or part == ".DS_Store" for part in parts)


def folded(parts: tuple[str, ...]) -> tuple[str, ...]:
    """As a system compares names that takes upper and lower case, and look-alikes, for the same."""
    return tuple(unicodedata.normalize("NFKC", part).casefold() for part in parts)


def is_archive(name: str) -> bool:
    """By its name alone; what it is, its bytes say."""
    return name.casefold().endswith(ARCHIVES)
