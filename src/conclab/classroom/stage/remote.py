"""Names in the submission, as an author writes them: `code.Counter(cell)`, `counter.increment()`.

An object of the submission stays there; here is its number, and nothing that it defines is ever called here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conclab.classroom.stage.execution import Execution


class Remote:
    """An object of the submission, its module with number 0, or an attribute of one.

    Equal to nothing but the same object. Calling it runs it as the task "main".
    """

    __slots__ = ("_attribute", "_file", "_kind", "_number", "_stage")

    def __init__(
        self, stage: Execution, number: int, kind: str = "", attribute: str = "", file: str = ""
    ) -> None:
        self._stage = stage
        self._number = number
        self._kind = kind
        self._attribute = attribute
        self._file = file

    def __getattr__(self, name: str) -> Remote:
        if name.startswith("_") or self._attribute:
            raise AttributeError(name)
        return Remote(self._stage, self._number, self._kind, name, self._file)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Have "main" call it."""
        return self._stage.call(self, *args, **kwargs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remote) and self.conclab_spot() == other.conclab_spot()

    def __hash__(self) -> int:
        return hash((self._number, self._attribute))

    def __repr__(self) -> str:
        if self._attribute:
            return self._attribute
        return f"<an object of the submission: {self._kind}>" if self._number else "<the submission>"

    def conclab_spot(self) -> dict[str, Any]:
        """Where it is, for a message."""
        return {"obj": self._number, "attr": self._attribute, "file": self._file}
