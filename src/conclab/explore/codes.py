"""Schedules as short codes: `r1-3f9c2a-1.2.2-0.8.1`.

A version, a fingerprint of the source, then one part for each place where the schedule leaves the default:
task, which of its decisions, who goes on instead. Safe in a shell without quotes.
"""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from conclab.errors import BadRequestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conclab.explore.policies.plan import Deviation

VERSION = "r1"
CODE = re.compile(rf"{VERSION}-(?P<print>[0-9a-f]{{6}})(?P<plan>(?:-\d+\.\d+\.\d+)*)")


def fingerprint(files: Iterable[str]) -> str:
    """Six digits that change when the text of a file does; where the files lie is of no importance."""
    texts = []
    for name in files:
        try:
            texts.append(Path(name).read_bytes().replace(b"\r\n", b"\n"))
        except OSError:
            continue  # code without a file
    whole = sha256()
    for text in sorted(texts):
        whole.update(sha256(text).digest())
    return whole.hexdigest()[:6]


def encode(plan: Sequence[Deviation], source: str) -> str:
    """The code of a plan."""
    parts = [f"{task}.{number}.{chosen}" for (task, number), chosen in plan]
    return "-".join([VERSION, source, *parts])


def decode(code: str) -> tuple[str, list[Deviation]]:
    """Fingerprint and plan. Raises BadRequestError if it is none."""
    match = CODE.fullmatch(code.strip())
    if match is None:
        raise BadRequestError(f"{code!r} is no replay code; one looks like {VERSION}-3f9c2a-1.2.2")
    plan: list[Deviation] = []
    for part in match["plan"].split("-")[1:]:
        task, number, chosen = map(int, part.split("."))
        plan.append(((task, number), chosen))
    return match["print"], plan
