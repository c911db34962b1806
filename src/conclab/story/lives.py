"""Who lives, who waits and who has come to an end. A maker may not know of tasks where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Lives:
    """The threads of a story from their first step to their last."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        story = document["story"]
        self.steps = story["steps"]
        self.tasks = {thread["id"] for thread in story["threads"] if thread.get("task_of") is not None}
        self.first: dict[int, int] = {}
        self.last: dict[int, int] = {}
        self._followed: set[int] = set()  # whose places are told while others run
        for place, step in enumerate(self.steps):
            self.last[step["thread"]] = place
            standing = set(map(int, step["at"]))
            self._followed |= standing - {step["thread"]}
            for thread in (step["thread"], *standing):
                self.first.setdefault(thread, place)

    def started(self, thread: int, place: int) -> bool:
        """Whether it was there after this step."""
        return self.first.get(thread, place + 1) <= place

    def done(self, thread: int, place: int) -> bool:
        """Whether no step of it comes after this one, and it does not stand anywhere either."""
        return self.last.get(thread, -1) <= place and str(thread) not in self.steps[place]["at"]

    def ended(self, thread: int, place: int) -> bool:
        """Whether it is known to have come to its end. A task that nobody follows may just wait."""
        followed = thread not in self.tasks or thread in self._followed
        return followed and self.started(thread, place) and self.done(thread, place)
