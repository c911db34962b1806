"""Small random programs, as source text, and what tells two of their executions apart.

A program writes down what it does with `print`, which is no operation: what is printed right after an
operation belongs to it. So the order of the operations on each place is known without the engine's records.
"""

from __future__ import annotations

import itertools
import linecache
import math
import queue
import threading
import time

from conclab.explore import always, engine, together

numbers = itertools.count()

ATTRIBUTES = ("a", "b")
PLAIN = {
    "read": ["seen = box.{name}", "print('r', '{name}', seen)"],
    "write": ["box.{name} = {number}", "print('w', '{name}')"],
    "change": [
        "seen = box.{name}",
        "print('r', '{name}', seen)",
        "box.{name} = seen + {number}",
        "print('w', '{name}')",
    ],
    "append": ["items.append({number})", "print('w', 'items')"],
    "length": ["seen = len(items)", "print('r', 'items', seen)"],
    "contains": ["seen = {number} in items", "print('r', 'items', seen)"],
    "put key": ["table['{name}'] = {number}", "print('w', 'table')"],
    "get key": ["seen = table.get('{name}')", "print('r', 'table', seen)"],
    "slot": ["slots[{slot}] = {number}", "print('w', 'slot{slot}')"],
    "look at slot": ["seen = slots[{slot}]", "print('r', 'slot{slot}', seen)"],
}
SIGNALS = {
    "set": ["event.set()", "print('w', 'event')"],
    "is set": ["seen = event.is_set()", "print('r', 'event', seen)"],
    "wait": ["event.wait()", "print('passed')"],
    "notify": ["with changed:", "    print('w', 'changed')", "    changed.notify()"],
    "notify all": ["with changed:", "    print('w', 'changed')", "    changed.notify_all()"],
    "await": [
        "with changed:",
        "    print('w', 'changed')",
        "    changed.wait()",
        "    print('w', 'changed')",
    ],
    "await change": [
        "with changed:",
        "    while box.a == 0:",
        "        changed.wait()",
        "    print('changed', box.a)",
    ],
    "change and tell": [
        "with changed:",
        "    box.a = {number}",
        "    changed.notify_all()",
    ],
    "put": ["line.put({number})", "print('put')"],
    "get": ["seen = line.get()", "print('got', seen)"],
    "nap": ["time.sleep(0.01)"],
    "yield": ["time.sleep(0)"],
    "join": ["time.sleep(0)", "if {other} != {me}:", "    crew{other}.join()", "    print('joined')"],
    "alive": ["time.sleep(0)", "seen = crew{other}.is_alive()", "print('r', 'crew{other}', seen)"],
    "release": ["room.release()", "print('released')"],
    "enter": ["room.acquire()", "print('entered')"],
}
CLEARING = {
    "clear": ["event.clear()", "print('w', 'event')"],
}
TIMED = {
    "wait a while": ["seen = event.wait(0.5)", "print('waited', seen)"],
    "try a while": [
        "seen = first.acquire(timeout=0.5)",
        "print('took', seen)",
        "if seen:",
        "    first.release()",
    ],
    "await a while": [
        "with changed:",
        "    print('w', 'changed')",
        "    seen = changed.wait(0.3)",
        "    print('w', 'changed', seen)",
    ],
    "get at once": [
        "try:",
        "    seen = line.get_nowait()",
        "except queue.Empty:",
        "    seen = None",
        "print('got', seen)",
    ],
    "clock": ["seen = time.monotonic()", "print('clock', round(seen, 1))"],
}
TRYING = {
    "try": [
        "if first.acquire(blocking=False):",
        "    print('w', 'first')",
        "    box.a = {number}",
        "    print('w', 'a')",
        "    first.release()",
        "    print('w', 'tried')",
        "else:",
        "    print('r', 'first')",
    ],
    "locked": ["seen = second.locked()", "print('r', 'second', seen)"],
}
LOCKS = ("first", "second", "again")


def draw(rng, kinds=None):
    """The operations of two or three tasks; hypothesis gives a source of randomness that it can shrink."""
    pool = dict(PLAIN)
    for more in kinds if kinds is not None else [one for one in MORE if rng.random() < 0.4]:
        pool |= more
    few = rng.sample(sorted(pool), min(len(pool), rng.randint(2, 6)))  # the fewer, the more often they meet
    return [_operations(rng, few, 0) for _ in range(rng.choice((2, 2, 3)))]


def _operations(rng, kinds, depth):
    found = []
    for _ in range(rng.randint(1, 5 - depth)):
        if depth < 2 and rng.random() < 0.3:
            found.append((rng.choice(LOCKS), _operations(rng, kinds, depth + 1)))
        else:
            found.append((rng.choice(kinds), rng.randint(0, 5)))
    return found


MORE = (SIGNALS, CLEARING, TIMED, TRYING)
EVERY = PLAIN | SIGNALS | CLEARING | TIMED | TRYING


HEAD = """\
class Box:
    def __init__(self):
        self.a = 0
        self.b = 0
def scenario():
    box = Box()
    items = []
    table = {}
    slots = [0, 0]
    first, second, again = threading.Lock(), threading.Lock(), threading.RLock()
    event, changed, line = threading.Event(), threading.Condition(), queue.Queue()
    room = threading.Semaphore(1)
""".splitlines()


def source(program):
    """The text of a program."""
    lines = list(HEAD)
    number = itertools.count(1)
    for me, found in enumerate(program):
        lines.append(f"    def task_{me}():")
        lines += _indented(_lines(found, me, len(program), number), 8)

    names = ", ".join(f"task_{me}" for me in range(len(program)))
    if any("crew" in line for line in lines):
        everybody = range(len(program))
        lines += [f"    crew{me} = threading.Thread(target=task_{me})" for me in everybody]
        lines += [f"    crew{me}.{what}()" for what in ("start", "join") for me in everybody]
    else:
        lines.append(f"    together({names})")
    lines.append("    print('end', box.a, box.b, tuple(items), tuple(sorted(table.items())), tuple(slots))")
    return "\n".join(lines) + "\n"


def _lines(found, me, tasks, number):
    yield "pass"
    for kind, detail in found:
        if kind in LOCKS:
            yield f"with {kind}:"
            yield f"    print('w', '{kind}')"
            yield from _indented(_lines(detail, me, tasks, number), 4)
        else:
            given = {
                "name": ATTRIBUTES[detail % 2],
                "slot": detail % 2,
                "number": next(number),
                "other": detail % tasks,
                "me": me,
            }
            yield from (line.format(**given) for line in EVERY[kind])


def _indented(lines, by):
    return [" " * by + line for line in lines]


class Told:
    """What one execution printed: by task, and by place the order of its operations."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.said = {}
        self.orders = {}

    def __call__(self, *words):
        run = engine.STATE.run
        task = run.current.id
        if words[0] in ("r", "w"):
            self.orders.setdefault(words[1], []).append((words[0], task, len(self.said.get(task, ()))))
        self.said.setdefault(task, []).append(words)

    def outcome(self):
        """What each task saw, and what was left at the end."""
        return tuple(sorted((task, tuple(words)) for task, words in self.said.items()))

    def classified(self):
        """Everything that tells one class of executions from another."""
        orders = {place: _grouped(order) for place, order in self.orders.items()}
        return self.outcome(), tuple(sorted(orders.items()))


def _grouped(order):
    """Reads between two writes have no order."""
    found, reads = [], []
    for kind, *who in order:
        if kind == "r":
            reads.append(tuple(who))
        else:
            found += [tuple(sorted(reads)), tuple(who)]
            reads = []
    return (*found, tuple(sorted(reads)))


def build(text):
    """The scenario of a source text, and where it tells what it does."""
    name = f"/generated/program_{next(numbers)}.py"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    told = Told()
    scope = {"threading": threading, "queue": queue, "time": time, "print": told, "together": together}
    scope |= {"__name__": "generated", "always": always}
    exec(compile(text, name, "exec", dont_inherit=True), scope)
    return scope["scenario"], told


def steps(found):
    """About how many steps a task takes."""
    return sum(1 + steps(detail) if kind in LOCKS else STEPS.get(kind, 1) for kind, detail in found)


STEPS = dict.fromkeys(["change", "await", "wait", "wait a while", "await a while", "get", "try a while"], 2)
STEPS |= {"try": 3, "join": 2, "alive": 2}


def trimmed(program, most):
    """The program without its last operations, so that it has about so many schedules at most."""
    program = [list(found) for found in program]
    while _schedules(program) > most:
        longest = max(program, key=steps)
        longest.pop()
    return program


def _schedules(program):
    lengths = [steps(found) for found in program]
    return math.factorial(sum(lengths)) // math.prod(map(math.factorial, lengths))
