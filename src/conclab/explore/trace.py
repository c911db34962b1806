"""Notes one execution in full, and makes a story of it."""

from __future__ import annotations

from typing import Any


class Trace:
    def __init__(self, events: Any, names: Any) -> None:
        self.objects: list[Any] = []

    def announced(self, task: Any, operation: Any, frame: Any) -> None: pass
    def executes(self, task: Any, operation: Any) -> None: pass
    def ended(self, task: Any) -> None: pass
    def failed(self, run: Any) -> None: pass
    def taken(self, lock: Any) -> None: pass
    def released(self, lock: Any) -> None: pass
    def callback(self, handle: Any, task: Any) -> None: pass
    def story(self, run: Any) -> Any: return None
