"""A small language to tell a counterexample step by step, as the document that the engine writes.

It keeps account of values, locks and places, so that a story hangs together.
"""

from __future__ import annotations

from copy import deepcopy

COVERAGE = {
    "sentence": "3 schedules, up to the first that fails",
    "schedules": 3,
    "steps": 45,
    "exhausted": False,
    "preemptions": 2,
    "saved": 0,
    "policy": "default",
    "seed": 0,
    "seconds": 0.71,
}


class Teller:
    """Records steps. A place in the source is a line, or the first one with a piece of text."""

    def __init__(self, source, *threads, file="counter.py", tasks=()):
        self.files = {file: source}
        self.threads = [{"id": number, "name": name} for number, name in enumerate(threads)]
        self.threads += [
            {"id": len(threads) + n, "name": f"task {t}", "task_of": 0} for n, t in enumerate(tasks)
        ]
        self.file, self.steps, self.values = file, [], {}
        self.held, self.waiting, self.alive = {}, {}, {0}

    def line(self, text, file=None):
        lines = self.files[file or self.file].split("\n")
        found = text if isinstance(text, int) else next(n for n, line in enumerate(lines, 1) if text in line)
        return found, lines[found - 1].strip()

    def step(
        self, thread, at, what="", *, switch=False, blocked=False, file=None, ends=False, starts=(), **touched
    ):
        """`reads` and `writes` are pairs of a name and a value; `takes`, `gives` and `wants` name a lock."""
        line, source = self.line(at, file) if at else (None, "")
        self._locks(thread, **{key: touched.get(key) for key in ("takes", "gives", "wants")})
        reads, writes = touched.get("reads", ()), touched.get("writes", ())
        self.values |= dict(reads) | dict(writes)
        self.alive |= {thread, *starts}
        self.alive -= {thread} if ends else set()
        self.steps.append(
            {
                "thread": thread,
                "file": (file or self.file) if at else None,
                "line": line,
                "source": source,
                "what": what,
                "reads": [{"name": name, "value": value} for name, value in reads],
                "writes": [{"name": name, "value": value} for name, value in writes],
                "switch": switch,
                "blocked": blocked,
                "values": dict(self.values),
                "held": {str(key): list(locks) for key, locks in self.held.items() if locks},
                "waiting": {str(key): lock for key, lock in self.waiting.items()},
                "at": sorted(self.alive),
            }
        )

    def _locks(self, thread, *, takes, gives, wants):
        self.waiting.pop(thread, None)
        if takes:
            self.held.setdefault(thread, []).append(takes)
        if gives:
            self.held[thread].remove(gives)
        if wants:
            self.waiting[thread] = wants

    def story(self):
        """A thread that lives stands where it will go on; one that waits, where it stopped."""
        steps = deepcopy(self.steps)
        for number, step in enumerate(steps):
            places = {thread: self._place(thread, step, number) for thread in step["at"]}
            step["at"] = {str(thread): place for thread, place in places.items() if place}
        count = len(steps)
        return {"threads": self.threads, "files": self.files, "steps": steps, "kept": count, "of": count}

    def _place(self, thread, step, number):
        own = [one for one in enumerate(self.steps) if one[1]["thread"] == thread and one[1]["line"]]
        places = [(at, [one["file"], one["line"]]) for at, one in own]
        before = [place for at, place in places if at <= number][-1:]
        after = [place for at, place in places if at > number][:1]
        stays = thread == step["thread"] or str(thread) in step["waiting"]
        return next(iter(before + after if stays else after + before), None)

    def tell(self, kind, summary, mechanism="", **failure):
        story = self.story()
        switches = sum(step["switch"] for step in story["steps"])
        place = {"thread": None, "file": None, "line": None} | failure.pop("place", {})
        return document(
            f"{self.file}:scenario",
            story=story,
            failure={
                "kind": kind,
                "summary": summary,
                "mechanism": mechanism,
                "details": [],
                "traceback": [],
                "schedule": 3,
                "policy": "greedy",
                "switches": switches,
                "switches_found": switches + 2,
                "replay": "r1-3f9c2a-1.2.2",
                "replays": [10, 10],
                **place,
                **failure,
            },
        )


def document(target="counter.py:scenario", *, verdict="fails", failure=None, story=None, **more):
    return {
        "schema": "conclab.explore/1",
        "target": target,
        "created": "2026-11-24T08:00:00+00:00",
        "interpreter": "cpython-3.13",
        "version": "0.1.0",
        "verdict": verdict,
        "coverage": COVERAGE,
        "not_controlled": None,
        "failure": failure,
        "story": story,
        **more,
    }
