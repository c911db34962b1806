"""A whole asyncio program as frontrun takes it: the coroutines of its one gather are the workers."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parts.whole_programs import Execution, UnsupportedError, current

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from parts.programs import Program

FILE = "whole_tasks.py"


@dataclass(frozen=True, slots=True)
class _Pause:
    """What a program awaits instead of a gather."""

    results: list[Any]

    def __await__(self) -> Generator[_Pause, None, list[Any]]:
        yield self
        return self.results


class Gathered(Execution):
    """An asyncio program whose tasks are the coroutines of one gather: they are the workers."""

    __slots__ = ("_main", "_results", "coroutines")

    def __init__(self, program: Program) -> None:
        super().__init__()
        self.coroutines: tuple[Any, ...] = ()
        self._results: list[Any] = []
        mains: list[Any] = []
        with _replaced(asyncio, run=mains.append, gather=self._gather):
            program.load()()
            self._main = mains[0]
            if not isinstance(self._main.send(None), _Pause):
                raise UnsupportedError("a program that awaits something before it gathers")
        for number, coroutine in enumerate(self.coroutines):
            self.show(number, coroutine.cr_frame.f_locals.values())
        current.append(self)

    def _gather(self, *coroutines: Any) -> _Pause:
        self.coroutines = coroutines
        self._results = [None] * len(coroutines)
        return _Pause(self._results)

    async def act(self, number: int) -> None:
        """Be this task."""
        try:
            self._results[number] = await self.coroutines[number]
        except Exception as error:  # noqa: BLE001 - see fail
            self.fail(error)

    def holds(self) -> bool:
        """Let the program go on to its assertions."""
        try:
            self._main.send(None)
        except StopIteration:
            pass
        except Exception as error:  # noqa: BLE001 - see fail
            self.fail(error)
        return super().holds()


def workers(execution: Gathered) -> list[Callable[[Any], Any]]:
    """For each task a coroutine function that is it.

    It loads first what the task was given, as a model made by hand would: frontrun sees more of a container
    that was loaded from an attribute. (With threads, it finds no bug more for that, and one less.) The code
    bears the name of this file, so that frontrun follows it.
    """
    made = []
    for number in range(len(execution.coroutines)):
        names = [name for name in execution.__dict__ if name.startswith(f"given_{number}_")]
        loads = "".join(f"    state.{name}\n" for name in names)
        source = f"async def work(state):\n{loads}    await state.act({number})\n"
        namespace: dict[str, Any] = {}
        exec(compile(source, FILE, "exec"), namespace)
        made.append(namespace["work"])
    return made


@contextlib.contextmanager
def _replaced(module: Any, **names: object) -> Iterator[None]:
    real = {name: getattr(module, name) for name in names}
    for name, value in names.items():
        setattr(module, name, value)
    try:
        yield
    finally:
        for name, value in real.items():
            setattr(module, name, value)
