"""Tar archives, plain or gzipped, read once from the front: regular files, nothing else a tar can hold.

Our own reader and not tarfile: that one holds a header of any size in memory, and has no filter on every
Python that we support. Formats: POSIX ustar and pax, and GNU's long names.
"""

from __future__ import annotations

import gzip
import io
import zlib
from typing import TYPE_CHECKING, BinaryIO

from conclab.classroom.intake.names import parts_of
from conclab.classroom.intake.submission import Entry, Limits, Listing, Note, RefusedError
from conclab.story.text import short

if TYPE_CHECKING:
    from collections.abc import Callable

BLOCK = 512
GZIP = b"\x1f\x8b"
MAGIC = slice(257, 262)
USTAR = b"ustar"
REGULAR = (b"0", b"\0", b"7")
LONG_NAME, LONG_LINK, PAX, PAX_ALL = b"L", b"K", b"x", b"g"
FOLDER = b"5"
SPECIAL = {
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a device",
    b"4": "a device",
    b"6": "a named pipe",
    b"S": "a sparse file",
}
LONGEST_HEADER = 64 << 10  # of a long name or a pax header: far more than any name


def is_tar(data: bytes) -> bool:
    """By its bytes: the first header says so, behind gzip too."""
    if data[:2] == GZIP:
        return True
    return data[MAGIC] == USTAR


def listing(data: bytes, limits: Limits, wanted: Callable[[tuple[str, ...]], bool]) -> Listing:
    """Keep the members that are wanted, cut at the limit. What was read before a break counts."""
    source: BinaryIO = io.BytesIO(data)
    if data[:2] == GZIP:
        source = gzip.open(source)  # type: ignore[assignment]  # noqa: SIM115 - holds nothing but memory
    found = _Reader(source, limits, wanted)
    try:
        found.run()
    except RefusedError as reason:
        found.notes.append(Note(str(reason)))
    except (OSError, EOFError, zlib.error, ValueError, OverflowError) as error:
        found.notes.append(Note(f"the tar is broken: {short(error)}"))
    return Listing(tuple(found.entries), tuple(found.notes))


class _Reader:
    """From one header to the next, with a purse that every byte is paid from."""

    def __init__(self, source: BinaryIO, limits: Limits, wanted: Callable[[tuple[str, ...]], bool]) -> None:
        self.entries: list[Entry] = []
        self.notes: list[Note] = []
        self._source = source
        self._limits = limits
        self._wanted = wanted
        self._left = limits.unpacked_bytes
        self._long = ""

    def run(self) -> None:
        """Read to the two empty blocks, or to the end."""
        for _ in range(self._limits.members):
            header = self._take(BLOCK)
            if not header.strip(b"\0"):
                return
            if len(header) < BLOCK:
                raise RefusedError("the tar is broken: it ends within a header")
            self._member(header)
        raise RefusedError(f"the archive has more than {self._limits.members} members; the rest is not read")

    def _member(self, header: bytes) -> None:
        kind, size = header[156:157], _number(header[124:136])
        if _number(header[148:156]) != sum(header[:148]) + 8 * 32 + sum(header[156:]):
            raise RefusedError("the tar is broken: a header's sum is wrong")
        if kind in {LONG_NAME, LONG_LINK, PAX, PAX_ALL}:
            if size > LONGEST_HEADER:
                raise RefusedError("the tar is broken: a name without end")
            said = self._take(_padded(size))[:size]
            path = said.rstrip(b"\0") if kind == LONG_NAME else _pax_path(said) if kind == PAX else b""
            self._long = _text(path) or self._long
            return
        name, self._long = self._long or _name(header), ""
        if kind == FOLDER:
            self._skip(_padded(size))
            return
        try:
            self._file(name, kind, size)
        except RefusedError as reason:
            self.notes.append(Note(f"not taken, {reason}", name))

    def _file(self, name: str, kind: bytes, size: int) -> None:
        keep = 0
        try:
            parts = parts_of(name)
            if kind not in REGULAR:
                raise RefusedError(f"{SPECIAL.get(kind, 'something')} and no regular file")
            if self._wanted(parts):
                keep = min(size, self._limits.file_bytes + 1)
                content = self._take(keep)
                if len(content) < keep:
                    raise RefusedError("the archive ends within it")
                self.entries.append(Entry(parts, lambda most, content=content: content[: most + 1]))  # type: ignore[misc]
        finally:
            # Links and the like have no content, whatever size they declare (POSIX, pax).
            self._skip(_padded(size) - keep if kind not in {b"1", b"2", b"3", b"4", b"6"} else 0)

    def _take(self, size: int) -> bytes:
        self._left -= size
        if self._left < 0:
            raise RefusedError(
                f"the archive unpacks to more than {self._limits.unpacked_bytes >> 20} MiB; "
                "the rest is not read"
            )
        return self._source.read(size)

    def _skip(self, size: int) -> None:
        while size > 0 and self._take(min(size, 1 << 20)):
            size -= 1 << 20


def _name(header: bytes) -> str:
    prefix = header[345:500].split(b"\0")[0] if header[257:263] == b"ustar\0" else b""
    name = header[:100].split(b"\0")[0]
    return _text(prefix + b"/" + name if prefix else name)


def _number(field: bytes) -> int:
    """Octal digits, or GNU's big-endian number. Raises ValueError."""
    if field[0] & 0x80:
        return int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
    return int(field.strip(b" \0") or b"0", 8)


def _pax_path(said: bytes) -> bytes:
    """The value of `path` among records that look like `30 path=solution.py` and a line end."""
    found = b""
    while said:
        length = said.partition(b" ")[0]
        size = int(length[:8])
        if not len(length) + 1 < size <= len(said):
            raise ValueError("a pax header that does not add up")
        key, _, value = said[len(length) + 1 : size].rstrip(b"\n").partition(b"=")
        found = value if key == b"path" else found
        said = said[size:]
    return found


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
