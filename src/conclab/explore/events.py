"""Has the interpreter tell when code under test comes to a scheduling point.

By `sys.monitoring` from 3.12 on, where the opcode events of `sys.settrace` are broken
(python/cpython#114480), and by `sys.settrace` on 3.11. Only the thread that holds the baton is listened to.
"""

from __future__ import annotations

import sys
import sysconfig
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conclab.explore import engine, library
from conclab.explore.outcome import Abort, NotControlledError
from conclab.explore.paths import forget
from conclab.explore.points import Points
from conclab.explore.strangers import kind_of, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType, FrameType

    from conclab.explore.scheduler import Run

OWN = str(Path(__file__).parent.parent)
TOOLS = (3, 4)  # numbers that no kind of tool has a claim on
NAME = "conclab explore"
get_ident = threading.get_ident
get_frame = sys._getframe
settrace = sys.settrace
NEVER = "<frozen"


class Events:
    """Calls the scheduler at every point of the code under test."""

    def __init__(self, *, include: Iterable[str] = (), only: Iterable[str] = ()) -> None:
        self.run: Run | None = None
        self.tracer: Any = None  # what sys.settrace is given, if it is
        self.include = frozenset(include)
        self.only = frozenset(only)
        self.files: set[str] = set()  # that code under test was met in
        self.points = Points(self.is_users, self.is_followed)
        self._users: dict[str, bool] = {}
        self.doomed: set[int] = set()  # threads

    def is_users(self, code: CodeType) -> bool:
        """Whether code is under test: no library and no installed package, unless asked for."""
        name = code.co_filename
        if name.startswith("<") and code.co_name.startswith(("__", "<lambda>")):
            return False  # methods that dataclass and namedtuple write
        return self.is_users_file(name)

    def is_followed(self, code: CodeType) -> bool:
        """Whether code has points: it is under test, or a data structure of the library."""
        return self.is_users(code) or library.is_followed(code)

    def is_users_file(self, name: str) -> bool:
        """Whether code of that file is under test."""
        known = self._users.get(name)
        if known is None:
            known = self._users[name] = self._decide(name)
        return known

    def _decide(self, name: str) -> bool:
        if name in self.include or name in self.only:
            return True
        if self.only or name.startswith(NEVER):
            return False
        return not name.startswith(LIBRARIES)

    def reach(self, code: CodeType, offset: int, frame: FrameType) -> bool:
        """The thread that holds the baton is about to run an instruction; False if that is no point."""
        run = self.run
        if run is None or run.ident != get_ident():
            return True
        point = self.points.of(code).get(offset)
        if point is None:
            return False
        operation, shows = point
        if shows is None or shows(frame):
            run.announce(operation, frame=frame)
        return True

    def _note(self, code: CodeType) -> None:
        if self.is_users(code):
            self.files.add(code.co_filename)

    def lent(self, code: CodeType, thing: Any) -> None:
        """A function returns what will be taken as a lock."""
        run = self.run
        if run is not None and run.ident == get_ident() and not run.aborting and kind_of(thing):
            text = sentence(f"what {code.co_name}() returns", code.co_firstlineno, kind_of(thing) or "")
            raise engine.refuse(text)

    def started(self) -> None:
        """A thread of the program begins."""

    def ended(self) -> None:
        """It ends."""

    def open(self) -> None:
        """Begin to listen."""

    def close(self) -> None:
        """Leave nothing behind."""
        forget()

    def doom(self, ident: int) -> None:
        """Have each line of the program raise in that thread, which does not come to its end otherwise."""
        self.doomed.add(ident)

    def spare(self) -> None:
        """No more of that."""
        self.doomed.clear()

    def _condemn(self, code: CodeType) -> None:
        if get_ident() in self.doomed and self.is_users(code):
            raise Abort

    def check(self) -> None:
        """Raise NotControlledError if somebody else switched the events off."""


class Monitoring(Events):
    """From 3.12 on: events of single instructions, that cost nothing where there is no point."""

    def open(self) -> None:
        """Take a tool's number; functions ask for their instructions when they first run."""
        monitoring = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        free = [number for number in TOOLS if monitoring.get_tool(number) is None]
        if not free:
            raise NotControlledError("no number is free for another tool of sys.monitoring")
        self._tool = free[0]
        self._codes: list[CodeType] = []
        events = monitoring.events
        monitoring.use_tool_id(self._tool, NAME)
        disable = monitoring.DISABLE
        reach = self.reach

        def instruction(code: CodeType, offset: int) -> Any:
            return None if reach(code, offset, get_frame(1)) else disable

        def start(code: CodeType, _: int) -> Any:
            if self.is_followed(code):
                run = self.run
                if not self.is_users(code) and (run is None or run.ident != get_ident()):
                    return None  # the engine uses the library, too
                self._note(code)
                self._codes.append(code)
                layout = self.points.layout
                self.points.of(code)
                lends = events.PY_RETURN if code.co_name in self.points.lenders else 0
                monitoring.set_local_events(self._tool, code, events.INSTRUCTION | lends)
                if self.points.layout != layout:
                    monitoring.restart_events()
            return disable

        self._callbacks = {events.INSTRUCTION: instruction, events.PY_START: start}
        for event, callback in self._callbacks.items():
            monitoring.register_callback(self._tool, event, callback)
        monitoring.register_callback(
            self._tool, events.PY_RETURN, lambda code, _, thing: self.lent(code, thing)
        )
        monitoring.set_events(self._tool, events.PY_START)
        monitoring.restart_events()  # what an earlier exploration was not told of any more

    def close(self) -> None:
        """Give the number and all events back."""
        monitoring = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        if monitoring.get_tool(self._tool) is None:
            monitoring.use_tool_id(self._tool, NAME)  # the program has freed it, but its events are still on
        if monitoring.get_tool(self._tool) == NAME:
            for code in self._codes:
                monitoring.set_local_events(self._tool, code, 0)
            monitoring.set_events(self._tool, 0)
            wanted = monitoring.events
            for event in (wanted.INSTRUCTION, wanted.PY_START, wanted.PY_RETURN):
                monitoring.register_callback(self._tool, event, None)
            monitoring.free_tool_id(self._tool)
        super().close()

    def doom(self, ident: int) -> None:
        """By events of lines, which are not wanted otherwise."""
        super().doom(ident)
        monitoring = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        if monitoring.get_tool(self._tool) == NAME:
            events = monitoring.events
            monitoring.register_callback(self._tool, events.LINE, lambda code, _: self._condemn(code))
            monitoring.set_events(self._tool, events.PY_START | events.LINE)

    def spare(self) -> None:
        """Without them."""
        monitoring = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        if self.doomed and monitoring.get_tool(self._tool) == NAME:
            monitoring.set_events(self._tool, monitoring.events.PY_START)
            monitoring.register_callback(self._tool, monitoring.events.LINE, None)
        super().spare()

    def check(self) -> None:
        """The program could free the number, and then nothing would be seen of it."""
        monitoring = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        if (
            monitoring.get_tool(self._tool) != NAME
            or not monitoring.get_events(self._tool)
            or any(
                monitoring.register_callback(self._tool, *one) is not one[1]
                for one in self._callbacks.items()
            )
        ):
            raise NotControlledError("the program switched off sys.monitoring, by which it is followed")


class Tracing(Events):
    """On 3.11: every instruction of the code under test costs a call, and no other tracer fits beside it."""

    def open(self) -> None:
        """Begin to listen."""
        self._traced: dict[CodeType, bool] = {}  # every call in a traced thread is looked up here
        self._layout = 0
        self.tracer = self._call

    def started(self) -> None:
        """Trace this thread."""
        if self.points.layout != self._layout:
            self._layout = self.points.layout
            self._traced.clear()
        settrace(self._call)

    def ended(self) -> None:
        """Trace it no more."""
        settrace(None)

    def _call(self, frame: FrameType, event: str, arg: Any) -> Any:  # noqa: ARG002
        code = frame.f_code
        traced = self._traced.get(code)
        if traced is None:
            traced = self._traced[code] = self.is_followed(code) and bool(self._meet(code))
        if not traced:
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        return self._opcode

    def doom(self, ident: int) -> None:
        """By the tracer that is in that thread anyway; it is gone once it has raised."""
        super().doom(ident)
        if ident == get_ident():
            settrace(self._call)
        frame = sys._current_frames().get(ident)
        while frame is not None:
            if self.is_users(frame.f_code):
                frame.f_trace = self._line
                frame.f_trace_lines = True
            frame = frame.f_back

    def _line(self, frame: FrameType, event: str, arg: Any) -> Any:  # noqa: ARG002
        if (
            event == "line"
        ):  # in the handler, where nothing catches it, and not where the exception comes from
            self._condemn(frame.f_code)
        return self._line

    def _meet(self, code: CodeType) -> Any:
        self._note(code)
        return self.points.of(code) or code.co_name in self.points.lenders

    def _opcode(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event == "opcode":
            code = frame.f_code
            point = self.points.of(code).get(frame.f_lasti)
            if point is not None:
                self.reach(code, frame.f_lasti, frame)
                if code.co_freevars or code.co_cellvars:
                    # Looking at them once more: what was seen before the wait would be written back.
                    frame.f_locals  # noqa: B018
        elif event == "return" and frame.f_code.co_name in self.points.lenders:
            self.lent(frame.f_code, arg)
        return self._opcode


def _libraries() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    roots = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    roots |= {str(Path(threading.__file__).parent), OWN}
    return tuple(root.rstrip("/") + "/" for root in roots)


LIBRARIES = _libraries()


def make(*, include: Iterable[str] = (), only: Iterable[str] = ()) -> Events:
    """What fits the interpreter."""
    kind = Monitoring if hasattr(sys, "monitoring") else Tracing
    return kind(include=include, only=only)
