"""What a task, an object or a check knows without its showing in any place is never forgotten by a search.

Each program is one in which two histories lead to the same values, and only one of them to the other outcome.
"""

from __future__ import annotations

import pytest

from exhausting import executions
from generated_programs import build

PROGRAMS = {
    "a result outlives its thread": """\
class Box:
    def __init__(self):
        self.flag = 0
        self.z = 0
def scenario():
    box = Box()
    def reader():
        return box.flag
    def other():
        box.flag = 1
        box.flag = 0
    found = together(reader, other)
    def noise():
        box.z = 1
    together(noise, noise)
    print(found[0])
""",
    "a lock that another thread gives back": """\
class Box:
    def __init__(self):
        self.flag = 0
        self.z = 0
def scenario():
    box = Box()
    a = threading.Lock()
    a.acquire()
    def opener():
        if box.flag:
            a.release()
    def other():
        box.flag = 1
        box.flag = 0
    together(opener, other)
    def noise():
        box.z = 1
    together(noise, noise)
    a.acquire()
    a.release()
""",
    "what a constructor stored outlives its thread": """\
class Res:
    def __init__(self, x):
        self.x = x
class Box:
    def __init__(self):
        self.flag = 0
        self.z = 0
        self.result = None
def scenario():
    box = Box()
    res = None
    def worker():
        mine = Res(box.flag)
        n = 0
        while box.flag < 5 and n < 2:
            n += 1
        box.result = mine
    def other():
        box.flag = 1
        box.flag = 0
    def noise():
        box.z = 1
    together(worker, other, noise)
    together(noise, noise)
    print(box.result.x)
""",
    "a tuple is another one than its equal": """\
class Box:
    def __init__(self):
        self.t = (0, 0)
        self.z = 0
def scenario():
    box = Box()
    old = box.t
    def swap():
        n = box.z
        box.t = (n, n) if n == 0 else old
    def other():
        box.z = 1
        box.z = 0
    together(swap, other)
    def noise():
        box.z = 1
    together(noise, noise)
    print(box.t is old)
""",
    "a number is another one than its equal": """\
class Box:
    def __init__(self):
        self.t = None
        self.z = 0
def scenario():
    box = Box()
    n = 1000
    old = n + 1
    box.t = old
    def swap():
        box.t = n + 1 if box.z else old
    def other():
        box.z = 1
        box.z = 0
    together(swap, other)
    def noise():
        box.z = 1
    together(noise, noise)
    print(box.t is old)
""",
    "not a number": """\
class Box:
    def __init__(self):
        self.t = None
        self.z = 0
def scenario():
    box = Box()
    old = float('nan')
    box.t = [old]
    def swap():
        box.t[0] = float('nan') if box.z else old
    def other():
        box.z = 1
        box.z = 0
    together(swap, other)
    def noise():
        box.z = 1
    together(noise, noise)
    print(box.t == [old])
""",
    "how far an iterator has come": """\
class Box:
    def __init__(self):
        self.z = 0
def scenario():
    box = Box()
    items = [1, 2]
    lock = threading.Lock()
    it = iter(items)
    def reader():
        with lock:
            for x in it:
                if box.z == 1:
                    break
    def other():
        box.z = 1
        box.z = 0
    together(reader, other)
    def noise():
        box.z = 1
    together(noise, noise)
    print(tuple(it))
""",
    "in goes on in an iterator": """\
class Box:
    def __init__(self):
        self.z = 0
def scenario():
    box = Box()
    items = [1, 2, 3]
    it = iter(items)
    def reader():
        if box.z == 1:
            a = 1 in it
    def other():
        box.z = 1
        box.z = 0
    together(reader, other)
    def noise():
        box.z = 1
    together(noise, noise)
    print(tuple(it))
""",
    "unpacking ends an iterator": """\
class Box:
    def __init__(self):
        self.z = 0
def scenario():
    box = Box()
    items = [1, 2, 3]
    it = iter(items)
    def reader():
        if box.z == 1:
            a, *b = it
    def other():
        box.z = 1
        box.z = 0
    together(reader, other)
    def noise():
        box.z = 1
    together(noise, noise)
    print(tuple(it))
""",
    "a finalizer runs": """\
class Res:
    def __init__(self, box):
        self.box = box
    def __del__(self):
        self.box.n += 1
class Box:
    def __init__(self):
        self.n = 0
        self.r = None
def scenario():
    box = Box()
    box.r = Res(box)
    def a():
        box.r = None
        print(box.n)
    def b():
        box.n = 3
    together(a, b)
""",
    "a class changes what its objects inherit": """\
class Base:
    n = 0
class Box(Base):
    pass
def scenario():
    Base.n = 0
    box = Box()
    def reader():
        print(box.n)
    def writer():
        Base.n = 1
        Base.n = 0
    together(reader, writer)
""",
    "a call lends an iterator": """\
def scenario():
    it = iter([1, 2, 3])
    def get():
        return it
    def reader():
        for x in get():
            break
        print(x)
    together(reader, reader)
""",
    "threads share an iterator": """\
def scenario():
    it = iter([1, 2, 3])
    def reader():
        for x in it:
            break
        print(x)
    together(reader, reader)
""",
    "a view of a dict": """\
class Box:
    def __init__(self):
        self.z = 0
def scenario():
    d = {'a': 1}
    def reader():
        ks = d.keys()
        n = 0
        for k in ks:
            n += 1
        print(n)
    def reader2():
        vs = d.values()
        print('b' in d.keys(), 2 in vs)
    def writer():
        d['b'] = 2
    together(reader, writer, reader2)
""",
    "a check remembers what it saw": """\
class Box:
    def __init__(self):
        self.a = 0
        self.b = 0
        self.done = 0
def scenario():
    box = Box()
    seen = []
    def check():
        now = (box.a, box.b)
        if not seen or seen[-1] != now:
            seen.append(now)
        return not (box.done == 2 and seen == [(0, 0), (0, 1), (1, 1)])
    always(check)
    def a():
        box.a = 1
    def b():
        box.b = 1
    together(a, b)
    def noise():
        box.done = box.done + 1
    together(noise, noise)
""",
}


def reached(text, policy, bound):
    scenario, told = build(text)
    found = set()
    for run in executions(scenario, policy, bound, before=told.clear):
        found.add((told.outcome(), None if run.failure is None else run.failure.kind))
    return found


@pytest.mark.parametrize("bound", [1, None])
@pytest.mark.parametrize("name", PROGRAMS)
def test_every_outcome_is_reached(name, bound):
    text = "from conclab.explore import always, together\n" + PROGRAMS[name]
    every = reached(text, "exhaustive", bound)

    assert len(every) > 1, "the program tells histories apart"
    assert reached(text, "reduced", bound) == every
    assert reached(text, "states", bound) == every
