"""The worker's main thread: reads what the grader wants, and starts a thread for each call.

    python -I -B -c "..." FD FOLDER

Everything here may be patched, read or ended by the submission that runs beside it. It decides nothing.
"""

from __future__ import annotations

import os
import sys
import threading
from importlib.util import module_from_spec, spec_from_file_location
from socket import socket
from typing import Any

from conclab.classroom.channel import wire
from conclab.classroom.channel.inside import private, proxies, telling
from conclab.classroom.channel.inside.line import Line


class Server:
    """One submission, served."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.modules: dict[str, Any] = {}
        self.loop: Any = None

    def serve(self) -> None:
        """Until the grader is gone."""
        while True:
            try:
                message = self.line.receive()
            except (EOFError, OSError):
                os._exit(0)
            if "answer" in message:
                self.line.answered(message)
            elif message["op"] == "forget":
                self.line.forget()
            elif message["op"] == "loop":
                self._make_loop(message["task"])
            elif message["op"] in {"acall", "cancel"}:
                self.loop.take(message)
            else:
                thread = threading.Thread(
                    target=self._call, args=(message,), name=message["name"], daemon=True
                )
                thread.start()

    def _make_loop(self, task: int) -> None:
        from conclab.classroom.channel.inside.loop import Loop  # noqa: PLC0415 - asyncio is slow to import

        if self.loop is None:
            self.loop = Loop(self)
        self.loop.belongs_to(task)

    # ---- in a thread of its own

    def _call(self, message: dict[str, Any]) -> None:
        self.line.tasks[threading.get_ident()] = message["task"]
        try:
            answer = {"ok": self.line.encode_result(self._work(message))}
        except wire.WireError as error:
            answer = {"unsendable": str(error)}
        except BaseException as error:  # noqa: BLE001 - whatever it is, the grader is told
            answer = {"error": telling.told(error, self.line.folder)}
        self.finish(message["id"], answer)

    def finish(self, number: int, answer: dict[str, Any]) -> None:
        """Send the end of a call, or that its result can't be sent."""
        try:
            self.line.send({"done": number, **answer})
        except wire.WireError as error:
            self.line.send({"done": number, "unsendable": str(error)})

    def _work(self, message: dict[str, Any]) -> Any:
        if message["op"] == "import":
            return self._import(message["file"])
        target, args, kwargs = self.arguments(message)
        return target(*args, **kwargs)

    def arguments(self, message: dict[str, Any]) -> tuple[Any, list[Any], dict[str, Any]]:
        """What is meant, with which arguments."""
        number = message["obj"]
        known = self.line.proxies if number < 0 else self.line.objects
        holder = known[number] if number else self.modules[message["file"]]
        target = getattr(holder, message["attr"]) if message["attr"] else holder
        args = [self.line.decode(one) for one in message["args"]]
        return target, args, {key: self.line.decode(one) for key, one in message["kw"].items()}

    def _import(self, file: str) -> None:
        name, path = file.removesuffix(".py"), os.path.join(self.line.folder, file)  # noqa: PTH118
        with open(path, "rb") as source:  # noqa: PTH123 - pathlib is slow to import
            if b"asyncio" in source.read():
                import conclab.classroom.channel.inside.loop  # noqa: F401, PLC0415 - before the submission does
        spec = spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        sys.modules[name] = module
        self.modules[file] = module
        spec.loader.exec_module(module)


def main(fd: int, folder: str, announced: int) -> None:
    """Serve one submission over this socket; its own threads and locks are announced, or as they are."""
    line = Line(socket(fileno=fd), os.path.join(folder, ""))  # noqa: PTH118
    line.make = proxies.make
    sys.path.append(folder)
    if announced:
        private.install(line)
    line.send({"hello": sys.version.split()[0]})
    Server(line).serve()
