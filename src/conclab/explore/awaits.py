"""What the tasks of an event loop await, who holds it, and which of them wait for each other.

Read from the coroutines as they stand. A lock of asyncio does not know who holds it: that is noted here, and
only while an execution is told as a story.
"""

from __future__ import annotations

import asyncio
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conclab.explore import engine
from conclab.explore.naming import line_of, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conclab.explore.scheduler import Run

HELD = "_conclab_held"  # by whom, since which line
UNHEARD = "_conclab_unheard"  # who notified while nobody waited, or cleared an event, and where
PARTS: tuple[tuple[type, dict[str, str]], ...] = (
    (asyncio.Lock, {"acquire": "wants {}"}),
    (asyncio.Semaphore, {"acquire": "wants a permit of {}"}),
    (asyncio.Event, {"wait": "waits for {} to be set"}),
    (asyncio.Condition, {"wait": "waits to be notified by {}"}),
    (asyncio.Barrier, {"wait": "waits for the others at {}"}),
    (
        asyncio.Queue,
        {
            "get": "waits for an item of {}",
            "put": "waits for room in {}",
            "join": "waits for all items of {} to be done",
        },
    ),
)
NAMED = tuple(kind for kind, _ in PARTS)


@dataclass(frozen=True, slots=True)
class Await:
    """One task of a loop, as it stands."""

    task: Any
    text: str
    thing: Any = None
    on: tuple[Any, ...] = ()  # tasks that could end the wait

    @property
    def only_waits_for_tasks(self) -> bool:
        """Whether nothing is to be done but what other tasks do."""
        return self.thing is None and bool(self.on)


def awaits(run: Run, loop: Any) -> list[Await]:
    """Of all tasks of a loop that are not done, in the order in which they were made."""
    return [await_of(run, task) for task in loop.unfinished()]


def await_of(run: Run, task: Any) -> Await:
    """What a task waits for, in words."""
    for thing, words in _parts(task):
        holders = [(holder, at) for holder, at in held_by(thing) if not holder.done()]
        text = words.format(name_of(run, thing))
        if isinstance(thing, asyncio.Semaphore):  # anybody may give a permit back
            who = " and ".join(called(run, holder) for holder, _ in holders)
            return Await(task, f"{text}, taken by {who}" if who else text, thing)
        who = " and ".join("itself" if holder is task else called(run, holder) for holder, _ in holders)
        return Await(
            task,
            f"{text}, held by {who}" if who else text,
            thing,
            tuple(holder for holder, _ in holders),
        )
    future = task._fut_waiter
    others = [one for one in getattr(future, "_children", [future]) if isinstance(one, asyncio.Task)]
    others = [one for one in others if not one.done()] or _group(task)
    if others:
        text = f"awaits {' and '.join(called(run, one) for one in others)}"
        return Await(task, text, None, tuple(others))
    if getattr(future, "made", None) is not None and not _is_inner(run, future):
        return Await(task, f"awaits {name_of(run, future)}", future)
    return Await(task, "can go on" if future is None else f"awaits at {line_of(where_awaits(task))}", future)


def held(task: Any, loop: Any) -> list[tuple[Any, str]]:
    """The locks that a task has and another one wants, and since which line."""
    things = {id(thing): thing for other in loop.unfinished() for thing, _ in _parts(other)}
    return [(thing, line_of(at)) for thing in things.values() for one, at in held_by(thing) if one is task]


def _is_inner(run: Run, thing: Any) -> bool:
    return run.trace is not None and id(thing) in run.trace.inner


def unheard(one: Await) -> tuple[str, Any, str] | None:
    """Who notified, or cleared an event again, before this one waited; where; what that was."""
    thing = one.thing
    noted = vars(thing).get(UNHEARD, ()) if isinstance(thing, asyncio.Condition | asyncio.Event) else ()
    if not noted:
        return None
    who, at = noted[-1]
    return who, at, "cleared the event again" if isinstance(thing, asyncio.Event) else "notified"


def circle(waiting: list[Await]) -> list[Await]:
    """Tasks each of which waits for the next one, and the last for the first."""
    known = {one.task: one for one in waiting}
    for one in waiting:
        path = [one]
        while path[-1].on:
            following = next((known[other] for other in path[-1].on if other in known), None)
            if following is one:
                return path
            if following is None or following in path:
                break
            path.append(following)
    return []


def called(run: Run, task: Any) -> str:
    """A task's name in the story; outside of one that of its coroutine."""
    if run.trace is not None:
        return str(run.trace.coroutines.called(task))
    return str(getattr(task.get_coro(), "__name__", "a task"))


def where_awaits(task: Any) -> Any:
    """The innermost line of the code under test at which a task awaits."""
    at = None
    events = engine.STATE.events
    for frame in _frames(task):
        if events is not None and events.is_users(frame.f_code):
            at = engine.Site(frame.f_code.co_filename, frame.f_lineno)
    return at


def _frames(task: Any) -> Iterator[Any]:
    """From the outermost to the innermost."""
    inner = task.get_coro()
    while inner is not None:
        frame = getattr(inner, "cr_frame", None) or getattr(inner, "gi_frame", None)
        if frame is None:
            return
        yield frame
        inner = getattr(inner, "cr_await", None) or getattr(inner, "gi_yieldfrom", None)


def _parts(task: Any) -> Iterator[tuple[Any, str]]:
    """What the code under test called of asyncio; to take a lock again comes before what that is for."""
    events = engine.STATE.events
    found: list[tuple[Any, str]] = []
    for frame in _frames(task):
        if events is not None and events.is_users(frame.f_code):
            found = []
            continue
        thing = frame.f_locals.get("self")
        found += [
            (thing, methods[frame.f_code.co_name])
            for kind, methods in PARTS
            if isinstance(thing, kind) and frame.f_code.co_name in methods
        ]
    if found and isinstance(found[-1][0], asyncio.Lock):
        found.insert(0, found[-1])
    yield from found


def _group(task: Any) -> list[Any]:
    """Of a TaskGroup at the end of its block, the tasks that are not done."""
    for frame in _frames(task):
        group = frame.f_locals.get("self")
        if frame.f_code.co_name in {"__aexit__", "_aexit"} and isinstance(group, asyncio.TaskGroup):
            return [one for one in group._tasks if not one.done()]
    return []


# ---- who holds a lock


def held_by(thing: Any) -> list[tuple[Any, Any]]:
    """The tasks that took it and have not given it back."""
    noted = [(holder(), at) for holder, at in vars(thing).get(HELD, ())]
    return [(holder, at) for holder, at in noted if holder is not None]


def replacements() -> Iterator[tuple[Any, str, Any]]:
    """What to put in whose place, for a story to name things and their holders."""
    for kind in NAMED:
        yield kind, "__init__", _named(kind.__init__)  # type: ignore[misc]
    for kind in (asyncio.Lock, asyncio.Semaphore):
        yield kind, "acquire", _noting(kind.acquire)
        yield kind, "release", _forgetting(kind.release)
    yield asyncio.Condition, "notify", _notifying(asyncio.Condition.notify)
    yield asyncio.Event, "set", _setting(asyncio.Event.set, "sets")
    yield asyncio.Event, "clear", _setting(asyncio.Event.clear, "clears")


def _notifying(real: Callable[..., None]) -> Callable[..., None]:
    def notify(self: Any, n: int = 1) -> None:
        nobody = not self._waiters
        _happens(self, f"notifies {{}}{', where nobody waits' if nobody else ''}", unheard=nobody)
        real(self, n)

    return notify


def _setting(real: Callable[..., None], word: str) -> Callable[..., None]:
    def change(self: Any) -> None:
        _happens(self, f"{word} {{}}", unheard=word == "clears" and self.is_set())
        real(self)

    return change


def _happens(thing: Any, words: str, *, unheard: bool) -> None:
    """Tell it, if there is a story; remember in any case what nobody will hear: it decides what failed."""
    run = engine.running()
    if run is None:
        return
    if run.trace is not None:
        run.trace.coroutines.did(thing, words)
    if unheard:
        me = asyncio.current_task() if asyncio._get_running_loop() is not None else None
        who = run.current.name if me is None else called(run, me)
        vars(thing).setdefault(UNHEARD, []).append((who, engine.site()))


def _telling() -> Any:
    """The execution that is told as a story, if the calling thread is part of one."""
    run = engine.running()
    return run if run is not None and run.trace is not None else None


def _named(real: Callable[..., None]) -> Callable[..., None]:
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        if _telling() is not None and "made" not in vars(self):
            self.made = engine.made(self)  # before what it makes itself: the name is its own
        real(self, *args, **kwargs)

    return __init__


def _noting(real: Callable[..., Any]) -> Callable[..., Any]:
    async def acquire(self: Any) -> Any:
        taken = await real(self)
        run = _telling()
        me = asyncio.current_task() if run is not None else None
        if me is not None:
            vars(self).setdefault(HELD, []).append((weakref.ref(me), engine.site()))
            run.trace.coroutines.took(self, me)
        return taken

    return acquire


def _forgetting(real: Callable[..., Any]) -> Callable[..., Any]:
    def release(self: Any) -> Any:
        noted = vars(self).get(HELD)
        run = _telling()
        if noted and run is not None:
            me = asyncio.current_task() if asyncio._get_running_loop() is not None else None
            mine = next((place for place, (holder, _) in enumerate(noted) if holder() is me), 0)
            run.trace.coroutines.gave(self, noted.pop(mine)[0]())
        return real(self)

    return release
