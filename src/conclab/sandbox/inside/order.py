"""What a keeper is asked to do, as it crosses the pipe from the process that asks."""

from __future__ import annotations

import marshal

NONE, BASIC, KERNEL, NAMESPACES = range(4)  # sandbox.model.Layer, without its imports


class Order:
    """One program to run apart. A plain class: `dataclasses` would double the time of a start."""

    layer: int
    folder: str  # the only place that it may write; removed at the end
    script: str
    arguments: list[str]
    fds: list[int]  # handed to the program under the same numbers
    read: list[str]
    needs: list[str]
    grader: int  # process id of who asks: when it ends, all ends
    uid: int  # to run as; 0: as whoever asks
    memory_bytes: int
    file_bytes: int
    open_files: int
    cpu_s: int
    processes: int
    folder_bytes: int
    folder_files: int
    bubblewrap: str  # path of its executable, where the layer asks for it
    boot: str  # path of boot.py
    sources: str  # the folder that conclab is imported from

    def __init__(self, told: dict[str, object]) -> None:
        self.__dict__.update(told)

    def packed(self) -> bytes:
        """As bytes that `unpacked` takes, under any version of Python."""
        return marshal.dumps(self.__dict__, 2)


def unpacked(data: bytes) -> Order:
    """Take an order from the pipe of the process that started this one; from nobody else, ever."""
    return Order(marshal.loads(data))  # noqa: S302 - our own parent's
