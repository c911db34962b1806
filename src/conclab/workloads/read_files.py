"""Read a file and checksum it.

Here to show that reading a file seldom waits for a disk. The files were written a moment ago and come
from the page cache: what is timed is a copy out of the kernel's memory and, for the greater part, the
checksum. Both keep a core busy, with the GIL released. So threads gain up to the number of cores and no
more, unlike in sleep and fetch. A cold disk or a network drive would overlap further; that isn't
measured here.

`size` is the length of a file in KiB; cost is proportional to it.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from zlib import crc32

from conclab.errors import ConclabError
from conclab.files import whole
from conclab.model import Bound, Order, Workload


def run(path: str) -> int:
    """Read the whole file; the answer is its checksum."""
    return crc32(Path(path).read_bytes())


async def run_async(path: str) -> int:
    """Do the same in a thread of the event loop's pool: the standard library can't await a file."""
    import asyncio  # noqa: PLC0415 - workers that never await start faster without it

    return await asyncio.to_thread(run, path)


def arguments(order: Order) -> list[str]:
    """One file for each task, written unless it is there already."""
    if not order.scratch:
        raise ConclabError("read-files needs a scratch folder to write its files into")
    return [_written(Path(order.scratch), order.size, number) for number in range(order.tasks)]


def _written(folder: Path, size_kib: int, number: int) -> str:
    path = folder / f"read-files-{size_kib}k-{number}.bin"
    if not path.exists() or path.stat().st_size != size_kib * 1024:
        with whole(path) as part:
            part.write_bytes(Random(number).randbytes(size_kib * 1024))
    return str(path)


WORKLOAD = Workload(
    run=run,
    run_async=run_async,
    arguments=arguments,
    bound=Bound.IO,
    size=1_024,
    releases_gil=True,
)
