"""The stage decides every order of the submission's steps, sees what happens, and names what goes wrong."""

from __future__ import annotations

import math

import pytest

from conclab.classroom.faults import Fault, InfrastructureError, SilenceFault, StuckFault, StudentError
from conclab.classroom.model import Reason, Trust
from conclab.classroom.testing.student import Student


@pytest.fixture
def submitted(tmp_path):
    students = []

    def submit(source, **more):
        (tmp_path / "solution.py").write_text(source, encoding="utf-8")
        students.append(Student(tmp_path, ("solution.py",), seed="test", **{"timeout_s": 20.0, **more}))
        return students[-1]

    yield submit
    for student in students:
        student.close()


STEPS = """
def steps(cell):
    cell.value
    cell.value
"""


@pytest.mark.parametrize(("threads", "of"), [(2, 2), (3, 2)])
def test_every_order_is_tried_exactly_once(submitted, threads, of):
    """Begin and two reads are three steps each; a begin is one too, since others may come before it."""
    student, seen = submitted(STEPS), []

    def scenario(stage):
        cell = stage.cell(0)
        for number in range(threads):
            stage.thread(f"t{number}", stage.code.steps, cell)
        stage.run()
        seen.append(tuple(touch.task for touch in cell.touches))

    covered = student.schedules(scenario, preemptions=None, budget=3_000)
    wanted = math.factorial(threads * of) // math.factorial(of) ** threads
    assert covered.exhausted
    assert len(set(seen)) == wanted


def test_no_preemption_is_one_thread_after_the_other(submitted):
    """Two threads: two orders of their begins, and no more."""
    student, seen = submitted(STEPS), set()

    def scenario(stage):
        cell = stage.cell(0)
        for name in ("ann", "bob"):
            stage.thread(name, stage.code.steps, cell)
        stage.run()
        seen.add(tuple(touch.task for touch in cell.touches))

    student.schedules(scenario, preemptions=0)
    assert seen == {("ann", "ann", "bob", "bob"), ("bob", "bob", "ann", "ann")}


LOST = """
def add(cell):
    cell.value += 1
"""


def lost(stage):
    cell = stage.cell(stage.random.randrange(1000))
    start = cell.value
    for name in ("ann", "bob"):
        stage.thread(name, stage.code.add, cell)
    stage.run()
    assert cell.value == start + 2, "an addition is lost"


def test_a_lost_update_is_found_and_shown_in_columns(submitted):
    """With the line, who read what, and a code."""
    with pytest.raises(Fault) as found:
        submitted(LOST).schedules(lost)
    assert found.value.reason is Reason.SCHEDULE
    assert found.value.text == "an addition is lost"
    assert "cell.value += 1" in found.value.columns
    assert "it had read" in found.value.columns
    assert found.value.schedule.startswith("r1-")


def test_the_code_replays_the_same_order(submitted):
    """In another worker; the values are others."""
    with pytest.raises(Fault) as found:
        submitted(LOST).schedules(lost)
    with pytest.raises(Fault) as again:
        submitted(LOST, replay=found.value.schedule).schedules(lost)
    assert again.value.schedule == found.value.schedule
    assert again.value.text == found.value.text


def test_a_deadlock_names_the_cycle(submitted):
    """Who has what, who wants what, at which lines."""
    student = submitted("def both(one, other):\n    with one:\n        with other:\n            pass\n")

    def scenario(stage):
        one, other = stage.lock("left"), stage.lock("right")
        stage.thread("ann", stage.code.both, one, other)
        stage.thread("bob", stage.code.both, other, one)
        stage.run()

    with pytest.raises(StuckFault) as found:
        student.schedules(scenario)
    assert found.value.reason is Reason.DEADLOCK
    for words in ("ann -> bob -> ann", "ann has left and waits for right (line 3)", "bob has right"):
        assert words in found.value.text


def test_a_private_lock_is_seen_too(submitted):
    """A submission's own threading.Lock is announced: holding it is no time-out."""
    source = "import threading\nLOCK = threading.Lock()\n\ndef add(cell):\n    with LOCK: cell.value += 1\n"
    assert submitted(source).schedules(lost).exhausted


@pytest.mark.parametrize(
    "lock",
    [
        "threading.RLock()",
        "threading.Condition()",
        "threading.Semaphore()",
        "threading.BoundedSemaphore(1)",
        "threading.Condition(threading.Lock())",
    ],
)
def test_whatever_excludes_protects(submitted, lock):
    """All of threading's primitives, in every order."""
    source = f"import threading\nLOCK = {lock}\n\ndef add(cell):\n    with LOCK:\n        cell.value += 1\n"
    assert submitted(source).schedules(lost, preemptions=1).exhausted


def test_a_lost_wake_up_is_told_as_one(submitted):
    """Notified before anybody waited: nobody is left who could do it again."""
    student = submitted("""
import threading
CONDITION = threading.Condition()

def wait(cell):
    if not cell.value:
        with CONDITION:
            CONDITION.wait()

def tell(cell):
    cell.value = True
    with CONDITION:
        CONDITION.notify()
""")

    def scenario(stage):
        cell = stage.cell(False)
        stage.thread("ann", stage.code.wait, cell)
        stage.thread("bob", stage.code.tell, cell)
        stage.run()

    with pytest.raises(StuckFault) as found:
        student.schedules(scenario)
    assert "lost wake-up" in found.value.text


def test_a_lock_that_is_kept_is_a_fault(submitted):
    """Though nobody waits for it now."""
    student = submitted("def keep(lock):\n    lock.acquire()\n")

    def scenario(stage):
        stage.thread("ann", stage.code.keep, stage.lock("door"))

    with pytest.raises(StuckFault, match="ann ended and still has door"):
        student.schedules(scenario)


THREADS = """
import threading, queue
from concurrent.futures import ThreadPoolExecutor

def pool(fn, items):
    with ThreadPoolExecutor(2) as executor:
        return list(executor.map(fn, items))

def workers(fn, items):
    todo, done = queue.Queue(), {}
    def work():
        while (item := todo.get()) is not None:
            done[item] = fn(item)
    threads = [threading.Thread(target=work, name=f"w{n}") for n in range(2)]
    for thread in threads: thread.start()
    for item in items: todo.put(item)
    for _ in threads: todo.put(None)
    for thread in threads: thread.join()
    return [done[item] for item in items]
"""


@pytest.mark.parametrize("name", ["pool", "workers"])
def test_threads_of_the_submission_are_decided_too(submitted, name):
    """Pools, queues, joins: all through the real standard library, over announced primitives."""
    student = submitted(THREADS)
    most = set()

    def scenario(stage):
        fn = stage.work(lambda item: item * item, "fn")
        assert getattr(stage.code, name)(fn, [1, 2, 3]) == [1, 4, 9]
        stage.run()
        assert not stage.left
        most.add(fn.most)

    student.schedules(scenario, preemptions=1, budget=40)
    assert most == {1, 2}


def test_time_is_virtual(submitted):
    """An hour costs nothing; a sleep is a lower bound, and a time-out ends when nothing else can happen."""
    student = submitted("""
import threading, time

def nap(event):
    begin = time.monotonic()
    time.sleep(3600)
    return event.wait(5), time.monotonic() - begin
""")
    stage = student.stage
    assert stage.code.nap(stage.event()) == (False, 3605.0)


def test_waiting_by_sleeping_is_found_out(submitted):
    """A thread may sleep less long than others take: that is no way to wait for them."""
    student = submitted("""
import time

def early(cell):
    cell.value = 1

def late(cell):
    time.sleep(10)
    return cell.value
""")

    def scenario(stage):
        cell = stage.cell(0)
        late = stage.thread("late", stage.code.late, cell)
        stage.thread("early", stage.code.early, cell)
        stage.run()
        assert late.result == 1

    with pytest.raises(Fault) as found:
        student.schedules(scenario)
    assert found.value.reason is Reason.SCHEDULE


def test_an_exception_has_its_type_its_text_and_its_line(submitted):
    """As text, made harmless."""
    student = submitted("class Odd(Exception): pass\n\ndef f():\n    raise Odd('\\x1b[31mred\\u202e')\n")
    with pytest.raises(StudentError) as found:
        student.code.f()
    assert (found.value.type, found.value.line) == ("Odd", 4)
    assert found.value.message == "\\x1b[31mred\\u202e"


def test_an_exception_of_work_comes_back_as_it_was(submitted):
    """Through the submission, by name and text."""
    student = submitted("def f(work):\n    try:\n        work(1)\n    finally:\n        pass\n")

    class Boom(Exception):  # noqa: N818
        pass

    def fails(_):
        raise Boom("now")

    with pytest.raises(StudentError) as found:
        student.code.f(student.stage.work(fails))
    assert (found.value.type, found.value.message) == ("Boom", "now")


def test_values_cross_whole(submitted):
    """Exact builtin types, both ways."""
    student = submitted("def same(x):\n    return x\n")
    odd = [
        None,
        True,
        1 << 200,
        -5,
        1.5,
        float("inf"),
        "é\ud800\x00",
        b"\xff",
        (1, [2]),
        {1, 2},
        {(1,): {"a": []}},
    ]
    found = student.code.same(odd)
    assert found == odd
    assert [type(one) for one in found] == [type(one) for one in odd]


def test_objects_stay_where_they_are(submitted):
    """A name for one, equal to nothing but itself."""
    student = submitted("class Box(int):\n    def get(self): return int(self)\n\ndef make(): return Box(7)\n")
    box = student.code.make()
    assert box != 7
    assert box.get() == 7


def test_a_private_lock_may_lie_in_a_shared_cell(submitted):
    """It comes back as what it is."""
    student = submitted("""
import threading

def f(cell):
    lock = threading.Lock()
    cell.value = lock
    with cell.value:
        return lock is cell.value and lock.locked()
""")
    assert student.code.f(student.stage.cell()) is True


def test_for_ever_is_too_long_to_sleep(submitted):
    """As in Python."""
    student = submitted("import time\n\ndef f(s):\n    time.sleep(s)\n")
    for seconds in (float("inf"), 1e300):
        with pytest.raises(StudentError, match="OverflowError"):
            student.code.f(seconds)
    with pytest.raises(StudentError, match="ValueError"):
        student.code.f(-1)


def test_silence_is_a_time_out_that_says_why(submitted):
    """Waiting where nobody sees it."""
    student = submitted("def f():\n    while True: pass\n", timeout_s=0.5)
    with pytest.raises(SilenceFault, match="no announced step"):
        student.code.f()


def test_the_order_in_which_awaits_end_is_decided(submitted):
    """Three at once: six orders."""
    student = submitted("""
import asyncio

async def all_of(fetch, items):
    found = []
    async def one(item):
        found.append(await fetch(item))
    await asyncio.gather(*map(one, items))
    return found
""")
    seen = set()

    def scenario(stage):
        fetch = stage.async_work(lambda item: item, "fetch")
        seen.add(tuple(stage.await_(stage.code.all_of, fetch, [1, 2, 3])))
        assert fetch.most == 3

    assert student.schedules(scenario, preemptions=0).exhausted
    assert len(seen) == math.factorial(3)


def test_a_cancelled_await_is_seen(submitted):
    """The grader knows that nobody waits for the work any more; timers are in its time."""
    student = submitted("""
import asyncio

async def hurry(fetch):
    try:
        return await asyncio.wait_for(fetch(1), timeout=30)
    except TimeoutError:
        return "late"
""")
    stage = student.stage
    fetch = stage.async_work(lambda item: item, "fetch")
    fetch.may_finish = lambda _: False
    assert stage.await_(stage.code.hurry, fetch) == "late"
    assert len(fetch.cancelled) == 1
    assert stage.now == 30


def test_a_worker_that_does_not_start_is_no_fault_of_the_submission(submitted):
    """Nothing of the submission has run by then."""
    student = submitted(LOST, python="/bin/false")
    with pytest.raises(InfrastructureError, match="no worker"):
        student.schedules(lost)


def test_cancelled_at_every_await(submitted):
    """However many steps it had: what was opened is closed."""
    student = submitted("""
async def download(opens, closes):
    await opens()
    try:
        await opens()
    finally:
        await closes()
""")
    for steps in range(5):

        def scenario(stage, steps=steps):
            opens, closes = stage.async_work(lambda: None, "opens"), stage.async_work(lambda: None, "closes")
            task = stage.coroutine("task", stage.code.download, opens, closes)
            for _ in range(steps):
                stage.step()
            stage.cancel(task)
            stage.run_until_blocked()
            begun = [call for call in opens.calls if call.done]
            assert task.ended
            assert len(closes.calls) == (1 if begun else 0), steps
            task.error = None

        student.schedules(scenario, preemptions=0)


PRIVATE = """
class Counter:
    def __init__(self): self.n = 0
    def add(self): self.n += 1
"""
SCENARIO = """
from conclab.explore import together
from solution import Counter

def scenario():
    counter = Counter()
    together(counter.add, counter.add)
    assert counter.n == 2
"""


def test_a_witness_takes_away(submitted):
    """What the grader can't see, as what it is."""
    with pytest.raises(Fault) as found:
        submitted(PRIVATE).explore(SCENARIO)
    assert found.value.trust is Trust.WITNESS
    assert "self.n += 1" in found.value.columns


def test_a_witness_that_says_nothing_is_no_pass(submitted):
    """It shares a process with the submission, which may end it."""
    with pytest.raises(Fault):
        submitted("import os\nos._exit(0)").explore(SCENARIO)


COUNTED = """
import threading
LOCK = threading.Lock()

def add(cell):
    with LOCK: cell.value += 1
"""


class LateClock:
    """The machine is so busy that each look at the clock is an hour later, and the worker has had nothing."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 3600.0
        return self.now


def test_a_search_that_time_cuts_short_is_no_pass(submitted):
    """It counted as one after 40 schedules. A submission that used no time is not to blame either."""
    student = submitted(COUNTED)
    student.patience._clock = LateClock()
    with pytest.raises(InfrastructureError, match="machine is too busy"):
        student.schedules(lost)
    assert not student.covered


@pytest.mark.parametrize("budget", [1, 5, 60])
def test_a_budget_is_the_number_of_schedules(submitted, budget):
    """Of all policies together."""
    student, ran = submitted(COUNTED), []

    def scenario(stage):
        ran.append(1)
        cell = stage.cell(0)
        for name in ("ann", "bob", "cem"):
            stage.thread(name, stage.code.add, cell)
        stage.run()
        assert cell.value == 3

    covered = student.schedules(scenario, preemptions=None, budget=budget)
    assert (len(ran), covered.schedules, covered.exhausted) == (budget, budget, False)


def test_an_error_that_was_caught_does_not_come_again(submitted):
    """Neither of a call, nor of an await, nor of a thread; what nobody caught does."""
    student = submitted("""
def bad(): raise ValueError
async def abad(): raise KeyError
""")

    def caught(stage):
        with pytest.raises(StudentError, match="ValueError"):
            stage.code.bad()
        with pytest.raises(StudentError, match="KeyError"):
            stage.await_(stage.code.abad)
        ann = stage.thread("ann", stage.code.bad)
        with pytest.raises(StudentError, match="ValueError"):
            stage.run()
        assert ann.error.type == "ValueError"

    assert student.schedules(caught, preemptions=0).exhausted

    def kept(stage):
        stage.thread("ann", stage.code.bad)
        stage.run_keeping_errors()

    with pytest.raises(StudentError):
        student.schedules(kept)


def test_a_private_lock_may_be_handed_back(submitted):
    """As an argument, and to be used from the test."""
    student = submitted("""
import threading

def make(): return threading.Lock()
def use(lock):
    with lock: return lock.locked()
""")
    lock = student.stage.code.make()
    assert student.stage.code.use(lock) is True
    assert lock.acquire() is True
    assert lock.locked() is True
    assert student.stage.code.make() != lock


GATE = """
import threading

def through(cell):
    gate = threading.Lock()
    cell.value = gate
    gate.acquire()
    gate.acquire()

def opens(cell):
    cell.value.release()

def late(cell):
    gate = threading.Lock()
    gate.acquire()
    return gate.acquire(timeout=3)

LOCK = threading.Lock()

def keeps(cell):
    if not LOCK.acquire(timeout=1):
        return
    cell.value = 1
"""


def test_a_gate_is_no_lock_that_was_kept(submitted):
    """Taken twice, with somebody else's giving it back in between; or left when time was over."""
    student = submitted(GATE)
    stage = student.stage
    cell = stage.cell()
    ann = stage.thread("ann", stage.code.through, cell)
    assert stage.run_until_blocked() == (ann,)
    stage.thread("bob", stage.code.opens, cell)
    late = stage.thread("late", stage.code.late, cell)
    stage.finish()
    assert late.result is False


def test_a_private_lock_that_others_want_is_kept_all_the_same(submitted):
    """Though they lost their patience."""

    def scenario(stage):
        cell = stage.cell()
        for name in ("ann", "bob"):
            stage.thread(name, stage.code.keeps, cell)

    with pytest.raises(StuckFault, match="ended and still has the lock of line"):
        submitted(GATE).schedules(scenario)


@pytest.mark.parametrize("over", ["given", "threading.Condition(given)", "threading.Condition()"])
@pytest.mark.parametrize("kind", ["lock", "rlock", "condition"])
def test_a_condition_over_what_there_is(submitted, over, kind):
    """A lock or a condition, handed out or its own; two of them over one lock."""
    student = submitted(f"""
import threading

class Box:
    def __init__(self, given, cell):
        lock = {over}
        self.full, self.empty, self.cell = threading.Condition(lock), threading.Condition(lock), cell
    def put(self, value):
        with self.empty:
            while self.cell.value is not None: self.empty.wait()
            self.cell.value = value
            self.full.notify()
    def get(self):
        with self.full:
            while self.cell.value is None: self.full.wait()
            value, self.cell.value = self.cell.value, None
            self.empty.notify()
            return value
""")

    def scenario(stage):
        box = stage.code.Box(getattr(stage, kind)(), stage.cell())
        gets = [stage.thread(name, box.get) for name in ("ann", "bob")]
        for value in (1, 2):
            stage.thread(f"put {value}", box.put, value)
        stage.run()
        assert {get.result for get in gets} == {1, 2}

    student.schedules(scenario, preemptions=0, budget=12)


def test_an_author_wakes_and_passes_time(submitted):
    """A wait may end for nothing; time may pass while nobody does anything."""
    student = submitted("""
def waits(condition):
    with condition:
        return condition.wait()

def patient(event):
    return event.wait(10)
""")
    stage = student.stage
    condition = stage.condition()
    ann = stage.thread("ann", stage.code.waits, condition)
    assert stage.run_until_blocked() == (ann,)
    condition.wake()
    stage.run()
    assert ann.result is True

    bob = stage.thread("bob", stage.code.patient, stage.event())
    stage.step()
    stage.pass_time(9)
    stage.settle()
    assert (bob.ended, stage.now) == (False, 9)
    stage.pass_time(90)
    stage.run()
    assert (bob.result, stage.now) == (False, 99)


CIRCLES = """
import threading

def reads(cell, lock):
    while not cell.value: pass

def locks(cell, lock):
    while True:
        with lock:
            if cell.value: return

def tries(cell, lock):
    while not lock.acquire(False): pass

def sets(cell):
    import time
    time.sleep(5)
    cell.value = 1

def counts(cell, lock):
    for number in range(450):
        with lock: cell.value = number
"""


@pytest.mark.parametrize("name", ["reads", "locks", "tries"])
def test_going_round_in_circles_is_told(submitted, name):
    """Long before the most steps are done, with the line."""
    stage = submitted(CIRCLES).stage
    cell, lock = stage.cell(), stage.lock()
    if name == "tries":
        stage.code.tries(cell, lock)
    for who in ("ann", "bob"):
        stage.thread(who, getattr(stage.code, name), cell, lock)
    with pytest.raises(StuckFault, match=r"goe?s? round in circles at line \d+") as found:
        stage.run()
    assert found.value.reason is Reason.TIMEOUT
    assert stage.steps < 2_000


@pytest.mark.parametrize("name", ["reads", "locks"])
def test_whoever_polls_is_not_alone(submitted, name):
    """Another one changes what it looks at, even after a sleep: polling is slow, and goes on."""
    stage = submitted(CIRCLES).stage
    cell, lock = stage.cell(), stage.lock()
    for who in ("ann", "bob"):
        stage.thread(who, getattr(stage.code, name), cell, lock)
    stage.thread("sets", stage.code.sets, cell)
    stage.run()
    assert stage.now == 5


def test_a_long_loop_is_no_circle(submitted):
    """It changes something each time."""
    stage = submitted(CIRCLES).stage
    stage.thread("ann", stage.code.counts, stage.cell(), stage.lock())
    stage.run()


DICTS = """
from collections import Counter, OrderedDict, defaultdict

class Mine(Counter): pass

def counted(): return Counter("aab"), [OrderedDict(a=1)], {1: defaultdict(list, b=[2])}
def mine(): return Mine("a")
def coded(): return defaultdict(lambda: 0, a=1)
def stays(cell):
    cell.value = Counter("a")
    return cell.value.most_common()
"""


def test_the_librarys_own_dicts_are_dicts_for_a_test(submitted):
    """Of exact type, as a result; in a shared cell they stay what they are."""
    stage = submitted(DICTS).stage
    found = stage.code.counted()
    assert found == ({"a": 2, "b": 1}, [{"a": 1}], {1: {"b": [2]}})
    assert type(found[0]) is dict
    assert stage.code.mine() != {"a": 1}
    assert stage.code.coded() != {"a": 1}, "a function in it is no data"
    assert stage.code.stays(stage.cell()) == [("a", 1)]


THREADED = """
import asyncio

async def ask(fn): return await asyncio.to_thread(fn)
async def hurry(fn):
    try:
        return await asyncio.wait_for(asyncio.to_thread(fn), 5)
    except TimeoutError:
        return "late"
"""


def test_a_thread_behind_to_thread_is_seen_while_it_works(submitted):
    """A coroutine ends before a call that it has given up; the call's thread is left until it ends."""
    student = submitted(THREADED)

    def scenario(stage):
        fn = stage.work(lambda: 3, "fn")
        assert stage.await_(stage.code.ask, fn) == 3
        stage.run()
        assert stage.left == ()

        slow = stage.work(lambda: 3, "slow")
        slow.may_finish = lambda _: stage.now > 60
        assert stage.await_(stage.code.hurry, slow) == "late"
        assert len(stage.left) == 1
        stage.run_until_blocked()
        assert len(stage.left) == 1, "it still works"
        stage.pass_time(100)
        stage.run()
        assert stage.left == ()

    assert student.schedules(scenario, preemptions=0, budget=10).schedules
