"""Any archive that we read, told apart by its bytes and never by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conclab.classroom.intake import tars, zips
from conclab.classroom.intake.submission import Limits, Listing, Note, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable


def listing(data: bytes, limits: Limits, wanted: Callable[[tuple[str, ...]], bool]) -> Listing:
    """List an archive's members; of a tar only those wanted. What is wrong with it becomes a note."""
    if len(data) > limits.archive_bytes:
        return _none(f"the archive is larger than {limits.archive_bytes >> 20} MiB; not opened")
    if tars.is_tar(data):
        return tars.listing(data, limits, wanted)
    # A zip may stand behind other bytes, such as a program that unpacks itself: those we don't open.
    if not data.startswith(zips.SIGNATURES):
        return _none("no zip and no tar: not opened" if data else "an empty archive")
    try:
        return zips.listing(data, limits)
    except RefusedError as reason:
        return _none(str(reason))


def _none(why: str) -> Listing:
    return Listing((), (Note(why),))
