"""Archives as hostile or clumsy people make them."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import warnings
import zipfile

GOOD = b"def solve():\n    return 42\n"


def zipped(*members, method=zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of (name, content) or (name, content, mode); a name may occur twice."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(buffer, "w", method) as archive:
            for name, content, *mode in members:
                info = zipfile.ZipInfo(name)
                info.compress_type = method
                info.external_attr = (mode[0] if mode else stat.S_IFREG | 0o644) << 16
                archive.writestr(info, content)
    return buffer.getvalue()


def tarred(*members, kind=tarfile.REGTYPE, gz=False, format=tarfile.PAX_FORMAT) -> bytes:  # noqa: A002
    """A tar of (name, content), each of the kind, with a mode that nobody should honour."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.linkname = kind, 0o6777, "/etc/passwd"
            info.size = len(content) if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(content))
    return gzip.compress(buffer.getvalue()) if gz else buffer.getvalue()


def encrypted(data: bytes) -> bytes:
    """The same zip with the flag that says encrypted, in both of its places."""
    changed = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.find(signature)
        while place >= 0:
            changed[place + offset] |= 1
            place = changed.find(signature, place + 4)
    return bytes(changed)
