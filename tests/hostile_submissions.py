"""Submissions that solve nothing and want to pass: what is added to a wrong solution, or replaces it.

What they know of the worker they may know: its source is public. `LINE` finds its end of the line.
"""

from __future__ import annotations

WRONG = """
import gc, os, sys, json, threading, time

def add(a, b):
    return 0

class Counter:
    def __init__(self, cell):
        self.cell = cell

    def increment(self, amount):
        self.cell.value += amount

def line():
    from conclab.classroom.channel.inside import private
    return private.LINE

def raw(text, size=None):
    data = text if isinstance(text, bytes) else text.encode()
    line().sock.sendall((len(data) if size is None else size).to_bytes(4, "big") + data)
"""

ATTACKS = {
    # ---- the framework
    "patch json": "json.dumps = lambda *a, **k: '{\"done\": 2, \"ok\": 42}'\njson.loads = lambda *a, **k: {}",
    "patch the wire": """
from conclab.classroom.channel import wire
wire.encode = lambda value, *more: 10 ** 6
wire.decode = lambda value, *more: 0
""",
    "patch the line so that nothing is asked": """
from conclab.classroom.channel.inside import line as it, proxies
it.Line.ask = lambda self, target, do, *args: 0
""",
    "patch threading": "threading.Lock = threading.RLock = threading.Thread = None",
    "patch builtins": """
import builtins
builtins.isinstance = lambda *a: True
builtins.len = lambda *a: 0
builtins.int = float
builtins.type = lambda *a: int
""",
    "patch unittest and pytest": """
sys.modules["pytest"] = sys.modules["hypothesis"] = sys.modules["unittest"] = sys.modules["json"]
sys.exit = lambda *a: None
""",
    # ---- values that lie
    "an int that is equal to all": """
class Yes(int):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __hash__ = int.__hash__
def add(a, b): return Yes(7)
class Counter:
    def __init__(self, cell): self.cell = cell
    def increment(self, amount): self.cell.value = Yes(7)
""",
    "an object that is equal to all": """
class Yes:
    def __eq__(self, other): return True
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __add__(self, other): return self
    __radd__ = __sub__ = __add__
def add(a, b): return Yes()
class Counter:
    def __init__(self, cell): self.cell = cell
    def increment(self, amount): self.cell.value = Yes()
""",
    "a class that says it is int": """
class Int:
    __class__ = int
    def __eq__(self, other): return True
    def __int__(self): return 1
    __index__ = __int__
def add(a, b): return Int()
""",
    "not a number": """
def add(a, b): return float("nan")
class Counter:
    def __init__(self, cell): self.cell = cell
    def increment(self, amount): self.cell.value = float("inf")
""",
    "an integer of a million digits": "def add(a, b): return 1 << 4_000_000",
    "half of a character": "def add(a, b): return '\\ud800\\x1b[2J'",
    "ten to the fifth lists in one another": """
def add(a, b):
    deep = []
    for _ in range(10 ** 5): deep = [deep]
    return deep
""",
    "a list in itself": "def add(a, b):\n    own = []\n    own.append(own)\n    return own",
    "a function as the answer": "def add(a, b): return lambda *a: True",
    # ---- frames
    "forged answers to all numbers": """
def add(a, b):
    for number in range(1, 50):
        raw('{"done": %d, "ok": %d}' % (number, a + b + 1))
""",
    "the answer twice": """
def add(a, b):
    raw('{"done": 2, "ok": 1}')
    raw('{"done": 2, "ok": 2}')
    return 3
""",
    "a key twice": """def add(a, b): raw('{"done": 2, "done": 3, "ok": 1}')""",
    "an answer without a result": """def add(a, b): raw('{"done": 2}')""",
    "no JSON": """def add(a, b): raw('PASSED')""",
    "no object": """def add(a, b): raw('[1, 2]')""",
    "NaN in a frame": """def add(a, b): raw('{"done": 2, "ok": NaN}')""",
    "bytes that are no text": """def add(a, b): raw(b'\\xff\\xfe' * 8)""",
    "fifty megabytes": """
def add(a, b): raw('{"done": 2, "ok": "' + 'x' * (50 << 20) + '"}')
""",
    "a header of four gigabytes": """def add(a, b): raw('x', size=0xFFFFFFFF); time.sleep(1)""",
    "depth in a frame": """def add(a, b): raw('{"done": 2, "ok": ' + '[' * 100_000 + ']' * 100_000 + '}')""",
    "many frames that are small": """
def add(a, b):
    while True: raw('{"done": 999, "ok": 0}')
""",
    "a dict with a key that can't be one": """
def add(a, b): raw('{"done": 2, "ok": {"$": "d", "v": [[[], 1]]}}')
""",
    "a handle of nobody": """def add(a, b): raw('{"done": 2, "ok": {"$": "c", "v": 99}}')""",
    "an unknown tag": """def add(a, b): raw('{"done": 2, "ok": {"$": "pickle", "v": "gASVAAAAAAAAAACM"}}')""",
    "a question as another thread": """
class Counter:
    def __init__(self, cell): self.cell = cell
    def increment(self, amount):
        raw('{"ask": 900, "task": 1, "obj": 1, "do": "set", "args": [0], "at": null}')
        raw('{"ask": 901, "task": 2, "obj": 1, "do": "set", "args": [0], "at": null}')
""",
    "a replayed question": """
class Counter:
    def __init__(self, cell): self.cell = cell
    def increment(self, amount):
        value = self.cell.value
        raw('{"ask": 1, "task": 1, "obj": 1, "do": "set", "args": [0], "at": null}')
""",
    "the second step of an operation": """
class Counter:
    def __init__(self, cell): self.cell = cell
    def increment(self, amount):
        line().ask(self.cell._target, "finish")
""",
    "the end of a thread that goes on": """
class Counter:
    def __init__(self, cell): self.cell = cell
    def increment(self, amount):
        for task in range(5): raw('{"end": %d}' % task)
""",
    "an event loop that is idle and not there": """def add(a, b): raw('{"idle": 5, "timer": null}')""",
    "one byte after the other": """
def add(a, b):
    import socket
    from _thread import allocate_lock
    wait = allocate_lock(); wait.acquire()
    for byte in b"\\x00\\x00\\x00\\x20" + b"[" * 32:
        line().sock.sendall(bytes([byte])); wait.acquire(timeout=0.2)
""",
    "the line closed": "def add(a, b): line().sock.close(); os.closerange(3, 100); return a + b + 1",
    # ---- the process
    "exit 0 in the function": "def add(a, b): os._exit(0)\nCounter.increment = lambda *a: os._exit(0)",
    "exit 0 when imported": "os._exit(0)",
    "sys.exit when imported": "raise SystemExit(0)",
    "sys.exit in the function": "def add(a, b): sys.exit(0)\nCounter.increment = lambda *a: sys.exit(0)",
    "kill itself": "def add(a, b): os.kill(os.getpid(), 9)",
    "end its group and its parent": """
import signal
def add(a, b):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.kill(os.getppid(), 15)
    os.killpg(0, 9)
""",
    "segfault": "def add(a, b):\n    import ctypes\n    ctypes.string_at(0)",
    "fork, and answer from the child": """
def add(a, b):
    if os.fork(): os._exit(0)
    return 1
""",
    "answers at exit": """
import atexit
atexit.register(lambda: raw('{"done": 2, "ok": 1}'))
def add(a, b): sys.exit(0)
""",
    "a thread that goes on answering": """
def flood():
    while True:
        try: raw('{"done": 2, "ok": 1}')
        except OSError: return
import _thread
def add(a, b):
    _thread.start_new_thread(flood, ()); return 0
""",
    "a thread of its own that asks": """
import _thread
class Counter:
    def __init__(self, cell): self.cell = cell
    def increment(self, amount):
        _thread.start_new_thread(lambda: setattr(self.cell, "value", 0), ())
""",
    "hang when imported": "while True: pass",
    "hang in the function": "def add(a, b):\n    while True: pass\nCounter.increment = add",
    "hang where nobody sees it": """
import _thread
LOCK = _thread.allocate_lock(); LOCK.acquire()
def add(a, b): LOCK.acquire()
Counter.increment = lambda *a: LOCK.acquire()
""",
    "a raw lock around all": """
import _thread
LOCK = _thread.allocate_lock()
class Counter:
    def __init__(self, cell): self.cell = cell
    def increment(self, amount):
        with LOCK: self.cell.value = self.cell.value + amount - 1
""",
    "swallow whatever is raised": """
def add(a, b):
    while True:
        try: time.sleep(1)
        except BaseException: pass
Counter.increment = add
""",
    "hang in __del__": """
class Slow:
    def __del__(self):
        while True: pass
def add(a, b): Slow(); return 0
""",
    "an exception whose text hangs": """
class Slow(Exception):
    def __str__(self):
        while True: pass
def add(a, b): raise Slow
""",
    "recursion": "def add(a, b): return add(b, a)\nsys.setrecursionlimit(10 ** 9)",
    "all of the memory": "def add(a, b): return [bytearray(1 << 28) for _ in range(64)]",
    "a flood of output": """
def add(a, b):
    while True: os.write(1, b"PASSED " * 9000)
""",
    "a flood of steps": """
def add(a, b): return 0
class Counter:
    def __init__(self, cell): self.cell = cell
    def increment(self, amount):
        while True: self.cell.value
""",
    "a flood of sleeps": """
class Counter:
    def __init__(self, cell): self.cell = cell
    def increment(self, amount):
        while True: time.sleep(0.001)
""",
    "a flood of locks": """
class Counter:
    def __init__(self, cell): self.cell = cell
    def increment(self, amount):
        while True: threading.Lock().acquire()
""",
    "a flood of threads": """
class Counter:
    def __init__(self, cell): self.cell = cell
    def increment(self, amount):
        while True: threading.Thread(target=threading.Event().wait).start()
""",
    # ---- looking around
    "walk frames and gc for the answer": """
def add(a, b):
    frame, found = sys._getframe(), []
    while frame:
        found += [value for name, value in frame.f_locals.items() if "expect" in name or "result" in name]
        frame = frame.f_back
    found += [one for one in gc.get_objects() if type(one).__name__ in ("Stage", "Student", "Chooser")]
    return found[0] if found else None
""",
    "walk the cell": """
class Counter:
    def __init__(self, cell): self.cell = cell
    def increment(self, amount):
        for name in ("touches", "writes", "__dict__", "_Hosted__value", "stage", "operations"):
            try: setattr(self.cell, name, [])
            except AttributeError: pass
        for do in ("__class__", "touches", "perform", "do_get", "spec"):
            line().ask(self.cell._target, do)
""",
    "read the tests": """
def add(a, b):
    for root in ("/work", "/tmp", "/home", os.getcwd(), *sys.path):
        for folder, _, names in os.walk(root):
            for name in names:
                if name.startswith("test_"):
                    try: return open(os.path.join(folder, name)).read()[:9]
                    except OSError: pass
            if folder.count("/") > 3: break
    return 0
""",
    "write the end value directly": """
class Counter:
    total = 0
    def __init__(self, cell):
        self.cell = cell
        self.start = cell.value
    def increment(self, amount):
        Counter.total += amount
        self.cell.value = self.start + amount
""",
    "remember what the last order came to": """
MEMORY = {}
class Counter:
    def __init__(self, cell): self.cell = cell
    def increment(self, amount):
        value = self.cell.value
        MEMORY.setdefault("start", value)
        MEMORY.setdefault("sum", 0)
        MEMORY["sum"] += amount
        self.cell.value = max(value + amount, MEMORY["start"] + amount)
""",
    "give the first argument back": "def add(a, b): return a\nCounter.increment = lambda *a: a[-1]",
    "do nothing": "def add(a, b): pass\nCounter.increment = lambda self, amount: None",
    "raise": "def add(a, b): raise AssertionError('passed')\nCounter.increment = add",
    "nothing at all": "del add, Counter",
    "no Python": "this is no Python",
}  # fmt: skip
