"""Zip archives, read member by member. Declared sizes are never believed: reading stops at the limit."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from typing import TYPE_CHECKING

from conclab.classroom.intake.names import parts_of
from conclab.classroom.intake.submission import Entry, Limits, Listing, Note, RefusedError
from conclab.story.text import short

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")  # with members, and empty
ENTRY = b"PK\x01\x02"  # of the central directory, once for each member
ENCRYPTED = 1
# Others cost memory that the archive chooses (LZMA), or are not in every Python.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, OverflowError)


def listing(data: bytes, limits: Limits) -> Listing:
    """List the members. Raises RefusedError if the archive as a whole is not taken."""
    # Counted in the bytes: the library would first make an object of each.
    if data.count(ENTRY) > limits.members:
        raise RefusedError(f"the archive has more than {limits.members} members")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (*BROKEN, NotImplementedError) as error:
        raise RefusedError(f"the zip is broken: {short(error)}") from None
    entries, notes = [], []
    for info in archive.infolist():
        try:
            entry = _entry(archive, info)
        except RefusedError as reason:
            notes.append(Note(f"not taken, {reason}", info.orig_filename))
        else:
            entries += [entry] if entry else []
    return Listing(tuple(entries), tuple(notes))


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Entry | None:
    """One member; None for a folder."""
    mode = info.external_attr >> 16
    if info.orig_filename.endswith("/") or stat.S_ISDIR(mode):
        return None
    parts = parts_of(info.orig_filename)  # the library cuts the other one at a NUL
    if stat.S_IFMT(mode) and not stat.S_ISREG(mode):
        raise RefusedError("a link or a device and no regular file")
    return Entry(parts, _reader(archive, info))


def _reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        if info.flag_bits & ENCRYPTED:
            raise RefusedError("encrypted")
        if info.compress_type not in METHODS:
            raise RefusedError("compressed in a way that is not read here")
        try:
            with archive.open(info) as member:
                return member.read(most + 1)
        except (*BROKEN, NotImplementedError) as error:
            raise RefusedError(f"broken: {short(error)}") from None

    return read
