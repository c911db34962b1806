"""What a program writes, drained without waiting: the beginning and the end are kept, a flood passes by."""

from __future__ import annotations

import os

KEPT = 64 * 1024  # of each end
AT_ONCE = 64 * 1024  # a pipe holds no more


class Drain:
    """One pipe that a program writes to."""

    def __init__(self) -> None:
        self.end, self.program = os.pipe()
        os.set_blocking(self.end, False)
        self.head = bytearray()
        self.tail = bytearray()
        self.size_bytes = 0
        self.closed = False  # nobody can write any more

    def read(self) -> bool:
        """Take what is there. False when that is nothing."""
        try:
            data = os.read(self.end, AT_ONCE)
        except BlockingIOError:
            return False
        self.closed = not data
        self.size_bytes += len(data)
        room = KEPT - len(self.head)
        self.head += data[:room]
        self.tail += data[room:]
        if len(self.tail) > KEPT:
            del self.tail[:-KEPT]
        return bool(data)

    def rest(self) -> None:
        """Take all that is left in it, when the program is gone."""
        while self.read():
            pass
