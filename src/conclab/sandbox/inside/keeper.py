"""Stays beside one untrusted program, in its parent process: drains, watches, ends and tidies up.

Whoever asked for the program may die, even by a kill: the keeper sees it and ends the program, with every
process that it started and every file that it made. What it reports is the grader's only knowledge of the
program's end; the program has no handle on it, and from KERNEL up can't signal it.
"""

from __future__ import annotations

import errno
import os
import select
import sys
import time

from conclab.sandbox.inside import measuring, removing
from conclab.sandbox.inside.killing import Tree
from conclab.sandbox.inside.order import BASIC, NAMESPACES
from conclab.sandbox.inside.streams import Drain
from conclab.sandbox.inside.worker import READY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conclab.sandbox.inside.order import Order

GLANCE_MS = 50  # between two looks at the folder
SIGNALS = 64  # there are
BY_SIGNAL = 128  # bubblewrap's exit code for a program that a signal ended, as a shell's


class Keeper:
    """What the parent knows of one program."""

    def __init__(self, control: int, order: Order) -> None:
        self.control = control
        self.order = order
        self.out = Drain()
        self.err = Drain()
        self.status_end, self.status_program = os.pipe()
        self.status = b""
        self.stopped = False
        self.excess = ""
        self.tree = Tree(0)
        self.held = -1  # the folder
        self.looked = 0.0

    def prepare(self) -> None:
        """Choose whose program it will be, and give that user the folder."""
        shield()
        self.held = removing.held(self.order.folder)
        if self.order.layer >= BASIC and sys.platform == "linux":
            from conclab.sandbox.inside import identity, places  # noqa: PLC0415

            self.order.uid = identity.choose(places.readable(self.order))
            if self.order.uid:
                identity.hand_over(self.order.folder, self.order.uid)

    def stay(self, worker: int) -> None:
        """Watch the program until it ends or has to, leave nothing of it, and report."""
        for fd in {self.out.program, self.err.program, self.status_program, *self.order.fds}:
            os.close(fd)  # ours: the program's end of a pipe must be its alone
        self.tree.worker = worker
        self._watch()
        self.tree.reap()
        self.stopped = self.stopped and self.tree.status is None  # it may just have ended by itself
        self.tree.end(self.order.uid)
        self.out.rest()
        self.err.rest()
        self._read_status()
        problem = self._remove()
        self._send(b"E", problem)

    def _watch(self) -> None:
        eyes = select.poll()
        for fd in (self.control, self.out.end, self.err.end, *_ends(self.order.grader, self.tree.worker)):
            eyes.register(fd, select.POLLIN)
        while self.tree.reap() and self.tree.status is None and not self.stopped:
            for fd, _ in eyes.poll(GLANCE_MS):
                if fd in {self.out.end, self.err.end}:
                    drain = self.out if fd == self.out.end else self.err
                    drain.read()
                    if drain.closed:
                        eyes.unregister(fd)  # the program may go on without it
                elif fd == self.control:
                    self._answer()
            if os.getppid() != self.order.grader:
                self.stopped = True
            if self.order.layer >= BASIC and not self.stopped:
                self._look()

    def _look(self) -> None:
        if time.monotonic() - self.looked < GLANCE_MS / 1e3:
            return  # a flood of output wakes us more often
        order = self.order
        self.excess = measuring.excess(
            order.folder, most_bytes=order.folder_bytes, most_files=order.folder_files
        )
        self.stopped = bool(self.excess)
        self.looked = time.monotonic()

    def _answer(self) -> None:
        """`o` asks for the output so far; anything else, and the end of the pipe, for the end."""
        try:
            request = os.read(self.control, 1)
        except ConnectionResetError:  # whoever asked has left answers unread
            request = b""
        if request == b"o":
            self.out.read()
            self.err.read()
            self._send(b"O", "")
        else:
            self.stopped = True

    def _read_status(self) -> None:
        os.set_blocking(self.status_end, False)
        try:
            while data := os.read(self.status_end, 4096):
                self.status += data
        except BlockingIOError:  # handed on to somebody who still holds it
            pass

    def _remove(self) -> str:
        problem = "" if self.status == READY or self.stopped else self._why_not_ready()
        try:
            removing.remove(self.order.folder, self.held)
            if self.order.uid:
                from conclab.sandbox.inside import leftovers  # noqa: PLC0415

                leftovers.sweep(self.order)
        except OSError as error:
            problem = problem or f"not all that it left could be removed: {error}"
        return problem

    def _why_not_ready(self) -> str:
        said = (self.status or bytes(self.err.tail or self.err.head)).decode("utf-8", "replace").strip()
        return f"it could not be set apart: {said or 'it ended before it began'}"

    def _send(self, kind: bytes, problem: str) -> None:
        code, signal = self._how()
        blobs = [problem.encode(), self.excess.encode()]
        for drain in (self.out, self.err):
            blobs += [bytes(drain.head), bytes(drain.tail)]
        numbers = [code, signal, int(self.stopped), self.tree.memory_kib, int(self.tree.cpu_s * 1e6)]
        numbers += [self.out.size_bytes, self.err.size_bytes, *map(len, blobs)]
        message = kind + " ".join(map(str, numbers)).encode() + b"\n" + b"".join(blobs)
        while message:
            try:
                message = message[os.write(self.control, message) :]
            except OSError as error:
                if error.errno not in {errno.EPIPE, errno.ECONNRESET}:
                    raise
                return  # nobody listens any more

    def _how(self) -> tuple[int, int]:
        """Exit code and signal; -1 and 0 where there is none."""
        status = self.tree.status
        if status is None:
            return -1, 0
        if os.WIFSIGNALED(status):
            return -1, os.WTERMSIG(status)
        code = os.WEXITSTATUS(status)
        if self.order.layer == NAMESPACES and BY_SIGNAL < code <= BY_SIGNAL + SIGNALS:
            return -1, code - BY_SIGNAL
        return code, 0


def _ends(*pids: int) -> list[int]:
    """Descriptors that wake a poll when a process ends; none where the kernel has no such thing."""
    found = []
    for pid in pids:
        try:
            found.append(os.pidfd_open(pid))
        except (AttributeError, OSError):
            continue
    return found


def shield() -> None:
    """Adopt who is orphaned below, and let nobody of the same user look into this process."""
    if sys.platform != "linux":
        return
    from conclab.sandbox.inside import libc  # noqa: PLC0415 - Linux only

    libc.prctl(libc.PR_SET_CHILD_SUBREAPER, 1)
    libc.prctl(libc.PR_SET_DUMPABLE, 0)
