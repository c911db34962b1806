"""The grader's end of the line: frames in and out, with patience and a quota for everything."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING, Any

from conclab.classroom.channel import wire
from conclab.classroom.faults import Fault, InfrastructureError, ProtocolFault

if TYPE_CHECKING:
    from conclab.classroom.channel.launch import Worker
    from conclab.classroom.channel.patience import Patience, Silence

MOST_BYTES = 16 << 20  # that a worker may send in one case
MOST_MESSAGES = 100_000
PIECE = 1 << 16
STARTING_S = 30.0  # no submission can make this one last
SHOWN = 500  # characters of what a worker said


class Pipe:
    """Reads and writes whole messages. After a fault it is not to be used again."""

    def __init__(self, worker: Worker, patience: Patience) -> None:
        self.worker = worker
        self.patience = patience  # of the whole case
        self.silence_s = patience.silence_s
        self.received = 0
        self.messages = 0
        self.fault: Fault | None = None  # what it ended with
        self._buffer = bytearray()
        worker.sock.setblocking(False)

    def end(self, fault: Fault) -> Fault:
        """Nothing more is said: whoever goes on gets the same fault at once."""
        self.fault = self.fault or fault
        return fault

    def greet(self) -> None:
        """Wait for the worker, before anything of the submission runs. Raises InfrastructureError."""
        own, self.silence_s = self.silence_s, STARTING_S
        try:
            self.receive("the worker")
        except Fault as fault:
            said = self.worker.said[-SHOWN:]
            raise InfrastructureError(f"a worker does not start here: {fault} {said}") from None
        self.silence_s = own

    def send(self, message: dict[str, Any]) -> None:
        """Send one. Raises a Fault if it can't be taken."""
        if self.fault is not None:
            raise self.fault
        try:
            self._send(wire.frame(message))
        except wire.WireError as error:
            raise self.end(
                ProtocolFault(f"what the submission is to be told is too large: {error}")
            ) from None
        except Fault as fault:
            raise self.end(fault)  # noqa: B904 - the same one

    def _send(self, data: bytes) -> None:
        silence: Silence | None = None
        while data:
            try:
                data = data[self.worker.sock.send(data) :]
            except BlockingIOError:
                silence = silence or self.patience.quiet(self.silence_s, "the submission does not listen")
                silence.wait(self.worker.sock, self.worker.pid, select.POLLOUT)
            except OSError:
                raise self.worker.ending() from None

    def receive(self, who: str) -> dict[str, Any]:
        """Wait for one. `who` is named if nothing comes."""
        if self.fault is not None:
            raise self.fault
        try:
            return self._receive(who)
        except Fault as fault:
            raise self.end(fault)  # noqa: B904 - the same one

    def _receive(self, who: str) -> dict[str, Any]:
        silence = self.patience.quiet(self.silence_s, who)
        head = self._take(wire.HEADER, silence)
        try:
            data = self._take(wire.length(head), silence)
            self.messages += 1
            if self.messages > MOST_MESSAGES:
                raise wire.WireError(f"more than {MOST_MESSAGES:,} operations")  # noqa: TRY301 - one way out for all
            return wire.parse(data)
        except wire.WireError as error:
            raise ProtocolFault(f"the submission's process sent what is no answer: {error}") from None

    def _take(self, count: int, silence: Silence) -> bytes:
        while len(self._buffer) < count:
            self._buffer += self._more(silence)
        found = bytes(self._buffer[:count])
        del self._buffer[:count]
        return found

    def _more(self, silence: Silence) -> bytes:
        """What there is. It is looked for before time is: what came late because we are slow has come."""
        silence.wait(self.worker.sock, self.worker.pid)
        try:
            piece = self.worker.sock.recv(PIECE)
        except OSError:
            piece = b""
        if not piece:
            raise self.worker.ending()
        self.received += len(piece)
        if self.received > MOST_BYTES:
            raise ProtocolFault(f"the submission's process sent more than {MOST_BYTES:,} bytes")
        return piece
