"""Counterexamples as documents: what every concurrency course tells, and what no view may stumble over."""

from __future__ import annotations

from teller import COVERAGE, Teller, document

HOSTILE = "</script><script>alert(1)</script><!-- <img src=x onerror=\"alert('2')\"> {{ 7 * 7 }} & ]]>"
ESCAPES = "\x1b[31m\x1b]0;owned\x07 \x9b2J \u202egnp\u2066 \x00 \u2028 \r\n \udce4 \u200b"


def start(tell):
    """What the main thread does before it waits for the first one."""
    for thread in tell.threads[1:]:
        tell.step(0, "thread.start()", f"starts {thread['name']}", starts=[thread["id"]])
    first = tell.threads[1]["name"]
    tell.step(0, "thread.join()", f"waits for {first} to end", blocked=True, wants=first)


COUNTER = """\
import threading


class Counter:
    def __init__(self):
        self.n = 0

    def add(self):
        self.n += 1


def scenario():
    counter = Counter()
    threads = [threading.Thread(target=counter.add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.n == 2, f"n is {counter.n}, not 2"
"""


def lost_update():
    """Two threads add one; one is lost."""
    tell = Teller(COUNTER, "main", "worker-1", "worker-2")
    start(tell)
    tell.step(1, "self.n += 1", "reads self.n = 0", reads=[("self.n", "0")])
    tell.step(2, "self.n += 1", "reads self.n = 0", reads=[("self.n", "0")], switch=True)
    tell.step(2, "self.n += 1", "writes self.n = 1", writes=[("self.n", "1")], ends=True)
    tell.step(1, "self.n += 1", "writes self.n = 1", writes=[("self.n", "1")], ends=True)
    tell.step(0, "assert counter.n", "", reads=[("self.n", "1")])
    return tell.tell(
        "assertion",
        "AssertionError in main: n is 1, not 2",
        "worker-1 and worker-2 both read self.n = 0 before either wrote: one update was lost",
        place={"thread": 0, "file": "counter.py", "line": tell.line("assert counter.n")[0]},
        traceback=['counter.py:19 in scenario: assert counter.n == 2, f"n is {counter.n}, not 2"'],
    )


BANK = """\
import threading

lock_a, lock_b = threading.Lock(), threading.Lock()


def there():
    with lock_a:
        with lock_b:
            pass


def back():
    with lock_b:
        with lock_a:
            pass


def scenario():
    threads = [threading.Thread(target=there), threading.Thread(target=back)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def deadlock():
    """Two locks, taken in opposite orders."""
    tell = Teller(BANK, "main", "there", "back", file="bank.py")
    start(tell)
    tell.step(1, 7, "takes lock_a", takes="lock_a")
    tell.step(2, 13, "takes lock_b", takes="lock_b", switch=True)
    tell.step(2, 14, "", blocked=True, wants="lock_a")
    tell.step(1, 8, "waits for lock_b", blocked=True, wants="lock_b")
    return tell.tell(
        "deadlock",
        "deadlock: there and back wait for each other",
        "each holds the lock that the other one wants",
        details=[
            "there holds lock_a (taken at line 7) and wants lock_b, held by back",
            "back holds lock_b (taken at line 13) and wants lock_a, held by there",
            "main waits for there to end",
        ],
    )


TABLE = """\
import threading

forks = [threading.Lock() for _ in range(5)]


def dine(seat):
    left, right = forks[seat], forks[(seat + 1) % 5]
    with left:
        with right:
            eat(seat)


def eat(seat): ...


def scenario():
    threads = [threading.Thread(target=dine, args=(seat,)) for seat in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def dining():
    """Five philosophers, each with the fork at the left."""
    seats = range(1, 6)
    tell = Teller(TABLE, "main", *(f"philosopher-{seat}" for seat in seats), file="table.py")
    start(tell)
    for seat in seats:
        tell.step(seat, "with left", f"takes forks[{seat - 1}]", takes=f"forks[{seat - 1}]", switch=seat > 1)
    for seat in (5, 1, 2, 3, 4):
        tell.step(
            seat, "with right", f"waits for forks[{seat % 5}]", blocked=True, wants=f"forks[{seat % 5}]"
        )
    return tell.tell(
        "deadlock",
        "deadlock: philosopher-1 to philosopher-5 wait for each other",
        details=[
            f"philosopher-{seat} has forks[{seat - 1}], wants forks[{seat % 5}] of philosopher-{seat % 5 + 1}"
            for seat in seats
        ],
    )


CINEMA = """\
import asyncio


class Cinema:
    seats, sold = 1, 0


async def buy(cinema):
    if cinema.seats > 0:
        await asyncio.sleep(0)  # asks the bank
        cinema.seats -= 1


async def evening():
    cinema = Cinema()
    await asyncio.gather(buy(cinema), buy(cinema))
    assert cinema.seats >= 0, f"sold {-cinema.seats} seat too many"


def scenario():
    asyncio.run(evening())
"""


def check_await_act():
    """Two tasks buy the last seat; there is no thread but the main one."""
    tell = Teller(CINEMA, "main", file="cinema.py", tasks=["Task-1", "Task-2", "Task-3"])
    tell.step(0, "asyncio.run", "runs an event loop", starts=[1])
    tell.step(1, "asyncio.gather", "starts task Task-2", starts=[2])
    tell.step(1, "asyncio.gather", "starts task Task-3", starts=[3])
    tell.step(1, "asyncio.gather", "awaits task Task-2 and task Task-3", blocked=True, wants="task Task-2")
    seats = "cinema.seats"
    for task in (2, 3):
        tell.step(task, "if cinema.seats", "", reads=[(seats, "1")])
        tell.step(task, "asyncio.sleep", "gives way to other tasks")
    for task, left in ((2, 1), (3, 0)):
        tell.step(task, "cinema.seats -=", "", reads=[(seats, str(left))])
        tell.step(task, "cinema.seats -=", "", writes=[(seats, str(left - 1))], ends=True)
    tell.step(1, "assert cinema.seats", "", reads=[(seats, "-1")])
    return tell.tell(
        "assertion",
        "AssertionError in task Task-1: sold 1 seat too many",
        "task Task-2 and task Task-3 both saw a free seat before either took it",
        place={"thread": 1, "file": "cinema.py", "line": tell.line("assert cinema.seats")[0]},
        policy="default",
    )


MAILBOX = """\
class Mailbox:
    def __init__(self):
        self.changed = Condition()
        self.letters = []

    def put(self, letter):
        self.letters.append(letter)
        with self.changed:
            self.changed.notify()

    def get(self):
        if not self.letters:
            with self.changed:
                self.changed.wait()
        return self.letters.pop()
"""


def lost_wakeup():
    """The notification comes between the look and the wait."""
    tell = Teller(MAILBOX, "reader", "writer", file="mailbox.py")
    tell.alive = {0, 1}
    letters, lock = "self.letters", "self.changed"
    tell.step(0, "if not self.letters", "", reads=[(letters, "[]")])
    tell.step(1, "append", "appends 'hello'", writes=[(letters, "['hello']")], switch=True)
    tell.step(1, 8, f"takes {lock}", takes=lock)
    tell.step(1, "notify", f"notifies {lock}: nobody is waiting")
    tell.step(1, 8, f"gives back {lock}", gives=lock, ends=True)
    tell.step(0, 13, f"takes {lock}", takes=lock)
    tell.step(0, "wait()", f"waits to be notified of {lock}", blocked=True, gives=lock, wants=lock)
    return tell.tell(
        "lost-wakeup",
        "lost wake-up: reader waits for a notification that came before it waited",
        details=["reader waits at line 14 for self.changed, and no thread is left that could notify it"],
    )


def long_story(steps=300):
    """Many small changes to few names, with a switch every now and then."""
    source = "\n".join(f"{'    ' * (n % 3)}self.x{n % 4} += {n}  # line {n + 1}" for n in range(120))
    tell = Teller(source, "main", "left", "right", file="long.py")
    tell.step(0, 1, "starts left and right", starts=[1, 2])
    for number in range(1, steps):
        thread, name = 1 + number // 13 % 2, f"self.x{number % 4}"
        touched = {"writes" if number % 2 else "reads": [(name, str(number))]}
        tell.step(thread, number % 110 + 5, "", switch=number > 13 and number % 13 == 0, **touched)
    return tell.tell("assertion", "AssertionError: after a long time", place={"thread": 2})


def shortened():
    """What is left of a story of 400 steps: the beginning and the end."""
    told = long_story(40)
    told["story"] |= {"of": 400, "cut": 20}
    return told


def hostile():
    """Markup, terminal escapes, wide and invisible characters wherever the code under test has a say."""
    bad = HOSTILE + ESCAPES
    source = f"日本 = '{bad}'\n\tself.変数 += 1\n" + "long " * 60
    tell = Teller(source, "main", bad, "中村" * 30, file=f"{bad}.py")
    tell.files["second.py"] = bad
    tell.step(0, 1, bad, starts=[1, 2], reads=[(bad, bad)])
    tell.step(1, 2, "", reads=[("self.変数", "日本語" * 40)])
    tell.step(2, 3, bad, switch=True, writes=[("self.変数", bad)], takes=bad)
    tell.step(1, 2, "", writes=[("self.変数", "e\u0301" * 300)])
    tell.step(2, 1, "", file="second.py", blocked=True, wants=bad)
    told = tell.tell(
        "exception", bad, bad, details=[bad, bad], traceback=[bad], place={"thread": 1}, replay=bad
    )
    return told | {"not_controlled": bad, "interpreter": bad, "target": bad, "version": bad}


def stories():
    return {
        "lost update": lost_update(),
        "deadlock": deadlock(),
        "dining": dining(),
        "check-await-act": check_await_act(),
        "lost wake-up": lost_wakeup(),
        "long": long_story(),
        "shortened": shortened(),
        "hostile": hostile(),
    }


def untold():
    """Documents without a story."""
    sentence = "all 1,204 schedules with up to 2 preemptions"
    every = {**COVERAGE, "sentence": sentence, "schedules": 1204, "exhausted": True}
    return {
        "holds": document(verdict="holds", coverage=every),
        "any number": document(verdict="holds", coverage={**every, "preemptions": None}),
        "unclear": document(
            verdict="unclear", not_controlled="time.sleep in C (counter.py:9): use conclab's"
        ),
        "no story": document(failure=lost_update()["failure"]),
    }
