"""Code that the engine can't control is named, never passed: what it is, where, and what to do."""

from __future__ import annotations

import _thread
import asyncio
import ctypes
import datetime as dt
import multiprocessing
import os
import queue
import select
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from conclab.explore import Verdict, explore, together

pytestmark = pytest.mark.timeout(20)  # each is found within two seconds on a quiet core
MONITORING = hasattr(sys, "monitoring")
BEFORE = "made before the exploration began: make it inside the scenario"
FAKE = "put a fake in its place"


class Shared:
    def __init__(self):
        self.lock = threading.Lock()
        self.number = 0

    @property
    def guard(self):
        return self.lock


LOCK = threading.Lock()
RLOCK = threading.RLock()
CONDITION = threading.Condition()
EVENT = threading.Event()
SEMAPHORE = threading.Semaphore()
BARRIER = threading.Barrier(1)
QUEUE = queue.Queue()
SIMPLE_QUEUE = queue.SimpleQueue()
EXECUTOR = ThreadPoolExecutor(1)
SHARED = Shared()
HELD = _thread.allocate_lock()


def lock_of(_key):
    return LOCK


def lock_by_with():
    with LOCK:
        SHARED.number += 1


def lock_by_acquire():
    LOCK.acquire()
    SHARED.number += 1
    LOCK.release()


def rlock():
    with RLOCK:
        SHARED.number += 1


def lock_of_an_object():
    with SHARED.lock:
        SHARED.number += 1


def lock_by_a_function():
    with lock_of(1):
        SHARED.number += 1


def lock_by_a_function_and_acquire():
    lock_of(1).acquire()
    LOCK.release()


def lock_by_a_property():
    with SHARED.guard:
        SHARED.number += 1


def condition():
    with CONDITION:
        CONDITION.notify()


def event():
    EVENT.set()


def semaphore():
    with SEMAPHORE:
        SHARED.number += 1


def barrier():
    BARRIER.wait()


def put_into_queue():
    QUEUE.put(1)


def simple_queue():
    SIMPLE_QUEUE.put(1)


def executor():
    EXECUTOR.submit(print)


def closure():
    lock = threading.Lock()

    def lock_in_a_closure():
        with lock:
            SHARED.number += 1

    return lock_in_a_closure


MADE_BEFORE = {
    lock_by_with: "LOCK (line {}) is a lock",
    lock_by_acquire: "LOCK (line {}) is a lock",
    rlock: "RLOCK (line {}) is a lock",
    lock_of_an_object: "SHARED.lock (line {}) is a lock",
    lock_by_a_function: "what lock_of() returns (line",
    lock_by_a_function_and_acquire: "what lock_of() returns (line",
    lock_by_a_property: "what guard() returns (line",
    closure(): "lock (line {}) is a lock",
    condition: "CONDITION (line {}) is a condition",
    event: "EVENT (line {}) is an event",
    semaphore: "SEMAPHORE (line {}) is a semaphore",
    barrier: "BARRIER (line {}) is a barrier",
    put_into_queue: "QUEUE (line {}) is a queue",
    simple_queue: "SIMPLE_QUEUE (line {}) is a queue",
    executor: "EXECUTOR (line {}) is an executor",
}


def select_():
    select.select([0], [], [])


def input_():
    input()


def subprocess_():
    subprocess.run(["true"], check=True)


def fork():
    os.fork()


def system():
    os.system("true")


def process():
    multiprocessing.Process(target=print).start()


def exit_():
    os._exit(0)


def pause():
    signal.pause()


def socket_():
    with socket.socket() as one:
        one.connect(("127.0.0.1", 9))


def socket_swallowed():
    with socket.socket() as one:
        try:
            one.connect(("127.0.0.1", 9))
        except BaseException:  # noqa: BLE001
            SHARED.number = 0


async def open_connection():
    await asyncio.open_connection("127.0.0.1", 9)


async def start_server():
    await asyncio.start_server(print, "127.0.0.1", 0)


async def subprocess_in_asyncio():
    await asyncio.create_subprocess_exec("true")


def own_event_loop():
    loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
    try:
        loop.call_soon(loop.stop)
        loop.run_forever()
    finally:
        loop.close()


def no_tracer():
    sys.settrace(None)


def no_monitoring():
    for tool in range(6):
        if sys.monitoring.get_tool(tool) == "conclab explore":
            sys.monitoring.free_tool_id(tool)


NAMED = {
    select_: ("a wait for file descriptors (select.select) at line", FAKE),
    input_: ("input from a person at line", FAKE),
    subprocess_: ("a subprocess at line", FAKE),
    fork: ("another process (os.fork) at line", FAKE),
    system: ("another process (os.system) at line", FAKE),
    process: ("a process (multiprocessing) at line", FAKE),
    exit_: ("the end of the whole process (os._exit) at line", "nothing could be checked after it"),
    pause: ("a wait for a signal (signal.pause) at line", FAKE),
    socket_: ("a real socket (connect) at line", FAKE),
    socket_swallowed: ("a real socket (connect) at line", FAKE),
    open_connection: ("a real connection in asyncio (create_connection)", FAKE),
    start_server: ("a real server in asyncio (create_server)", FAKE),
    subprocess_in_asyncio: ("a subprocess in asyncio", FAKE),
    own_event_loop: ("a real event loop at line", "asyncio.run and asyncio.new_event_loop make one"),
    **({no_monitoring: ("switched off sys.monitoring", "")} if MONITORING else {no_tracer: ("settrace", "")}),
}


def lock_that_nobody_sees_taken():
    all(map(_thread.LockType.acquire, [HELD] * 2))


def read_from_a_pipe():
    os.read(PIPE[0], 1)


def sleep_in_c():
    ctypes.CDLL(None).usleep(2_500_000)


def endless():
    number = 0
    while True:
        number += 1


def endless_and_stubborn():
    number = 0
    while True:
        try:
            number += 1
        except BaseException:  # noqa: BLE001
            number -= 1


WAITING = {
    lock_that_nobody_sees_taken: "(all(map(_thread.LockType.acquire, [HELD] * 2))) for something outside",
    read_from_a_pipe: "(os.read(PIPE[0], 1)) for something outside the engine's control",
    sleep_in_c: "(ctypes.CDLL(None).usleep(2_500_000)) for something outside the engine's control",
    endless: "main computes without end at line",
    endless_and_stubborn: "main computes without end at line",
}
PIPE = ()


def random_numbers():
    for _ in range(os.urandom(1)[0]):
        SHARED.number += 1


def real_time():
    for _ in range(dt.datetime.now(tz=dt.UTC).microsecond % 100):
        SHARED.number += 1


def addresses():
    class Thing:
        pass

    things = [Thing() for _ in range(60)]
    for _ in range(list(set(things)).index(things[0])):
        SHARED.number += 1


def what_ran_before():
    SHARED.number += 1
    for _ in range(SHARED.number):
        SHARED.number += 0


def another_one_off_the_default():
    """The order that nobody decides is the same each time; only others are not."""
    order = []
    together(lambda: order.append(1), lambda: order.append(2))
    if order == [2, 1]:
        for _ in range(os.urandom(1)[0] % 32):
            SHARED.number += 1
        together(lambda: order.append(3), lambda: order.append(4))


def leaves_by_exit():
    sys.exit(0)


def leaves_by_interrupt():
    raise KeyboardInterrupt


def leaves_by_generator_exit():
    raise GeneratorExit


async def leaves_a_task_by_exit():
    await asyncio.create_task(asyncio.to_thread(print))
    sys.exit(1)


LEFT = {
    leaves_by_exit: "SystemExit",
    leaves_by_interrupt: "KeyboardInterrupt",
    leaves_by_generator_exit: "GeneratorExit",
    leaves_a_task_by_exit: "SystemExit",
}


def refused(scenario):
    """What is said of it; never that it holds, nor that it survived."""
    result = explore(scenario, budget=30)
    assert result.verdict is Verdict.UNCLEAR, result.text()
    assert result.not_controlled is not None
    assert result.failure is None
    with pytest.raises(AssertionError, match="Not controlled"):
        result.assert_holds()
    with pytest.raises(AssertionError, match="Not controlled"):
        result.assert_survives()
    return result.not_controlled


def names(table):
    return pytest.mark.parametrize("scenario", table, ids=lambda one: one.__name__)


@names(MADE_BEFORE)
def test_what_was_made_before_is_named_with_its_line(scenario):
    sentence = refused(scenario)
    assert MADE_BEFORE[scenario].format(scenario.__code__.co_firstlineno + 1) in sentence
    assert BEFORE in sentence


@names(NAMED)
def test_what_no_scheduler_can_decide_is_named_at_the_call(scenario):
    what, way_out = NAMED[scenario]
    sentence = refused(scenario)
    assert what in sentence
    assert way_out in sentence


@names(WAITING)
def test_who_comes_to_no_more_operations_is_named_with_the_line(scenario, monkeypatch):
    """One that waits in C is left behind, which is said; it ends when what it waits for comes."""
    ends = os.pipe()
    monkeypatch.setitem(globals(), "PIPE", ends)
    before = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 0  # noqa: PTH112, PTH208
    sentence = refused(scenario)
    os.close(ends[1])
    if HELD.locked():
        HELD.release()
    assert WAITING[scenario] in sentence
    assert ("the thread is left behind" in sentence) == ("waits" in sentence)
    while before and len(os.listdir("/proc/self/task")) > before:  # noqa: PTH208
        time.sleep(0.01)
    os.close(ends[0])


@names([random_numbers, real_time, addresses, what_ran_before])
def test_what_is_another_program_each_time_is_told_by_its_steps(scenario):
    assert "the same schedule took" in refused(scenario)


def test_a_schedule_that_is_not_followed_is_told_with_what_may_be_the_reason():
    result = explore(another_one_off_the_default, policy="exhaustive", budget=500)
    line = another_one_off_the_default.__code__.co_firstlineno + 5
    assert result.verdict is Verdict.UNCLEAR
    assert "went another way than one with the same beginning" in result.not_controlled
    assert f"os.urandom() at line {line}" in result.not_controlled


@names(LEFT)
def test_a_scenario_that_is_left_has_not_passed(scenario):
    assert f"the scenario was left by {LEFT[scenario]}" in refused(scenario)


def contended():
    """Taken by name where no reader of the source sees it, by two threads at once."""

    def work():
        with {"only": LOCK}["only"]:
            SHARED.number += 1
            SHARED.number -= 1

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_real_lock_that_nobody_could_see_is_noticed_when_somebody_waits_for_it():
    """And released when the others are sent home: no thread is left."""
    sentence = refused(contended)
    assert "waits at line" in sentence
    assert "a lock that was made before the exploration began" in sentence
    assert "left behind" not in sentence
    assert not LOCK.locked()


def stubborn_worker(ends):
    def work():
        while True:
            try:
                time.sleep(1)
            except BaseException:  # noqa: BLE001
                continue

    threading.Thread(target=work, daemon=True).start()
    if ends:
        raise AssertionError


def test_a_worker_that_swallows_everything_is_ended_all_the_same():
    """Daemons need not end; this one is not asked for its opinion."""
    assert explore(lambda: stubborn_worker(ends=False)).verdict is Verdict.HOLDS
    assert explore(lambda: stubborn_worker(ends=True)).verdict is Verdict.FAILS


def test_ordinary_programs_are_left_alone():
    """What looks alike: exits of threads, locks of the scenario's own, files, pure computing."""

    def scenario():
        lock = threading.Lock()
        worker = threading.Thread(target=lambda: sys.exit(3))
        with lock:
            worker.start()
        worker.join()
        with open(__file__, encoding="utf-8") as file:  # noqa: PTH123
            assert sum(map(len, file)) > 0
        EVENT.__class__()

    explore(scenario).assert_holds()
