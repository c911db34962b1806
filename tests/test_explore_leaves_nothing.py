"""After an exploration the process is as it was, whatever its end; and beside one nobody is disturbed."""

from __future__ import annotations

import _thread
import asyncio
import builtins
import concurrent.futures
import concurrent.futures.thread as pool
import ctypes  # noqa: F401 - opens a library when it is first imported
import functools
import gc
import itertools
import os
import queue
import random
import select
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

import pytest

import conclab.explore
from conclab.errors import BadRequestError
from conclab.explore import Verdict, explore, replay
from conclab.explore.clock import real_sleep

pytestmark = pytest.mark.timeout(60)
PATCHED = (
    _thread, asyncio, asyncio.events, asyncio.BaseEventLoop, builtins, functools, gc, os, pool, queue, random,
    select, selectors, signal, socket, socket.socket, subprocess, subprocess.Popen, sys, threading,
    threading.Thread, time,
)  # fmt: skip
CHANGES = {"_counter", "last_exc", "last_value", "last_type", "last_traceback", "_dangling"}
PROC = Path("/proc/self")
MONITORING = hasattr(sys, "monitoring")


def names_of(owner):
    return {name: id(value) for name, value in vars(owner).items() if name not in CHANGES}


def system_threads():
    count = len(list((PROC / "task").iterdir())) if PROC.exists() else 0
    return count - threading.active_count()


STRANGERS = system_threads()  # pytest-xdist has some that Python knows nothing of


def more_system_threads():
    """The last steps of a thread are the system's own, and nobody can wait for them but like this."""
    for _ in range(500):
        if system_threads() <= STRANGERS:
            break
        real_sleep(0.01)
    return system_threads() - STRANGERS


def here():
    """All that an exploration could leave behind."""
    return {
        "attributes": {f"{owner.__name__}": names_of(owner) for owner in PATCHED},
        "this module": names_of(sys.modules[__name__]),
        "modules": sorted(one for one in sys.modules if one.split(".")[0] not in sys.stdlib_module_names),
        "path": list(sys.path),
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "known threads": sorted(threading._active),
        "operating system's threads": more_system_threads(),
        "descriptors": len(list((PROC / "fd").iterdir())) if PROC.exists() else 0,
        "processors": os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None,
        "queues of executors": len(pool._threads_queues),
        "tools": [sys.monitoring.get_tool(one) for one in range(6)] if MONITORING else None,
        "events": [
            sys.monitoring.get_events(one) for one in range(6) if sys.monitoring.get_tool(one)
        ] if MONITORING else None,
        "tracer": (sys.gettrace(), sys.getprofile()),
        "hooks": (sys.unraisablehook, sys.excepthook, threading.excepthook),
        "collector": (gc.isenabled(), gc.get_threshold()),
        "random numbers": random.getstate(),
        "signals": signal.getsignal(signal.SIGINT),
        "running loop": asyncio._get_running_loop(),
    }  # fmt: skip


@pytest.fixture
def _nothing_left():
    explore(holds, budget=5)  # what is imported late is imported now
    before = here()
    yield
    after = here()
    for what, was in before.items():
        assert after[what] == was, what


def holds():
    lock = threading.Lock()
    total = []

    def work():
        with lock:
            total.append(time.monotonic())

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with concurrent.futures.ThreadPoolExecutor(2) as executor:
        assert list(executor.map(abs, [-1, -2])) == [1, 2]
    asyncio.run(in_asyncio())


async def in_asyncio():
    async with asyncio.timeout(3600):
        await asyncio.gather(asyncio.sleep(1), asyncio.to_thread(queue.SimpleQueue().put, 1))


def fails():
    holds()
    raise AssertionError


def fails_in_a_worker():
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()


def deadlock():
    one, other = threading.Lock(), threading.RLock()

    def work():
        with other, one:
            pass

    thread = threading.Thread(target=work)
    thread.start()
    with one, other:
        thread.join(0)
    thread.join()


def lost_wakeup():
    condition = threading.Condition()

    def wait():
        with condition:
            condition.wait()

    thread = threading.Thread(target=wait)
    thread.start()
    with condition:
        condition.notify()
    thread.join()


def livelock():
    event = threading.Event()
    while not event.is_set():
        time.sleep(0)


def executor_left_open():
    concurrent.futures.ThreadPoolExecutor(2).submit(time.sleep, 1)


def timer_left_running():
    threading.Timer(60, print).start()
    time.sleep(1)


def daemon_left_running():
    def beat():
        while True:
            time.sleep(1)

    threading.Thread(target=beat, daemon=True).start()


def task_left_running():
    async def main():
        asyncio.get_running_loop().create_task(asyncio.sleep(3600))
        await asyncio.sleep(1)

    asyncio.run(main())


def loop_left_open():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.call_later(1, print)
    loop.run_until_complete(asyncio.sleep(0))


def refused():
    subprocess.run(["true"], check=True)


def exits():
    sys.exit()


def endless():
    while True:
        pass


def switches_off():
    if MONITORING:
        sys.monitoring.free_tool_id(3)
    else:
        sys.settrace(None)


def changes_much():
    gc.enable()
    random.seed(1)
    gc.collect()
    asyncio.set_event_loop_policy(None)
    threading.current_thread().name = "other"


ENDS = {
    holds: "holds",
    executor_left_open: "holds",
    timer_left_running: "holds",
    daemon_left_running: "holds",
    task_left_running: "holds",
    changes_much: "holds",
    loop_left_open: "holds",
    fails: "assertion",
    fails_in_a_worker: "exception",
    deadlock: "deadlock",
    lost_wakeup: "lost-wakeup",
    livelock: "livelock",
    refused: "a subprocess",
    exits: "the scenario was left by SystemExit",
    endless: "main computes without end",
    switches_off: "",
}


@pytest.mark.usefixtures("_nothing_left")
@pytest.mark.parametrize("scenario", ENDS, ids=lambda one: one.__name__)
def test_every_end_leaves_the_process_as_it_was(scenario):
    result = explore(scenario, budget=60)
    found = result.not_controlled or str(result.failure.kind if result.failure else "holds")
    assert ENDS[scenario] in found


FILE = """
import threading
from time import sleep

LOCK = threading.Lock()

def scenario():
    with LOCK:
        sleep(1)
"""


@pytest.mark.usefixtures("_nothing_left")
def test_a_file_that_is_run_afresh_is_in_no_list_of_modules(tmp_path):
    (tmp_path / "afresh.py").write_text(FILE, encoding="utf-8")
    explore(f"{tmp_path / 'afresh.py'}:scenario").assert_holds()


@pytest.mark.usefixtures("_nothing_left")
def test_a_replay_leaves_nothing():
    code = explore(lost_wakeup).finding.replay
    assert replay(lost_wakeup, code).verdict is Verdict.FAILS


def test_no_module_takes_the_name_of_a_function():
    """To import a submodule sets an attribute of the package."""
    package = Path(conclab.explore.__file__).parent
    assert not {file.stem for file in package.glob("*.py")} & set(conclab.explore.__all__)


class Interrupted:
    """Has the conductor interrupted while the scenario runs, as Ctrl-C does."""

    def __init__(self, at):
        self.left = at

    def __call__(self):
        self.left -= 1
        if not self.left:
            _thread.interrupt_main()
        holds()
        while self.left <= 0:  # the signal comes when the main thread next runs
            time.sleep(1)


@pytest.mark.usefixtures("_nothing_left")
@pytest.mark.parametrize("at", [1, 2, 7])
def test_an_interrupt_of_the_conductor_ends_all(at):
    with pytest.raises(KeyboardInterrupt):
        explore(Interrupted(at).__call__, policy="random", budget=50)


@pytest.mark.usefixtures("_nothing_left")
def test_an_exploration_within_another_is_refused():
    def scenario():
        with pytest.raises(BadRequestError, match="one at a time"):
            explore(holds)

    assert explore(scenario, budget=3).failure is None


@pytest.mark.usefixtures("_nothing_left")
def test_fifty_explorations_leave_no_more_than_one(tmp_path):
    (tmp_path / "afresh.py").write_text(FILE + "    with LOCK, LOCK: pass\n", encoding="utf-8")
    for number in range(50):
        result = explore(f"{tmp_path / 'afresh.py'}:scenario", policy="random", budget=2 + number % 2)
        assert result.failure.kind == "deadlock"


def small():
    lock = threading.Lock()
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        future = executor.submit(lock.acquire)
    assert future.result()
    lock.release()
    asyncio.run(asyncio.sleep(1))


def test_four_thousand_schedules_need_no_more_memory_than_one_thousand():
    """Less than a block of the interpreter's for each, which has some hundred bytes."""
    used = {}
    count = itertools.count(1)

    def scenario():
        small()
        number = next(count)
        if number in {1_000, 4_000}:
            used[number] = sys.getallocatedblocks()

    explore(scenario, policy="random", budget=4_010)
    assert used[4_000] - used[1_000] < 3_000


class Beside:
    """An ordinary thread of the process, which goes on with its own work."""

    def __init__(self):
        self.wrong = []
        self.rounds = 0
        self.stops = threading.Event()
        self.thread = threading.Thread(target=self.run, name="beside")

    def run(self):
        began = time.monotonic()
        while not self.stops.is_set():
            self.rounds += 1
            try:
                self.work(began)
            except BaseException:  # noqa: BLE001
                self.wrong.append(traceback.format_exc())
                return

    def work(self, began):
        lock, event, local = threading.Lock(), threading.Event(), threading.local()
        assert type(lock) is _thread.LockType
        assert "conclab" not in f"{type(event)}{type(local)}{type(queue.SimpleQueue())}"
        assert abs(time.time() - 1_700_000_000) > 10_000_000
        assert began <= time.monotonic() < began + 3600
        thread = threading.Thread(target=event.set, name="ordinary")
        thread.start()
        assert event.wait(30)
        assert threading.main_thread() in threading.enumerate()
        assert not any(one.name == "MainThread" for one in threading.enumerate() if one is not MAIN)
        thread.join()
        assert asyncio.run(asyncio.sleep(0, "done")) == "done"
        with concurrent.futures.ThreadPoolExecutor(1) as executor:
            assert executor.submit(pow, 2, 3).result(30) == 8
        time.sleep(0.001)


MAIN = threading.main_thread()


def test_an_ordinary_thread_beside_an_exploration_is_not_disturbed():
    beside = Beside()
    beside.thread.start()
    try:
        while beside.rounds < 20 and not beside.wrong:
            explore(holds, policy="random", budget=100).assert_survives()
    finally:
        beside.stops.set()
        beside.thread.join()
    assert beside.wrong == []


MODULE = """
import threading
from queue import SimpleQueue
from time import sleep

LOCK = threading.Lock()
RLOCK = threading.RLock()
CONDITION = threading.Condition()
EVENT = threading.Event()
QUEUE = SimpleQueue()
class Local(threading.local):
    def __init__(self):
        self.names = []
LOCAL = Local()
"""


def test_a_module_that_was_imported_under_test_works_afterwards(tmp_path, monkeypatch):
    """Its locks are the scheduler's; to ordinary threads they do what real ones do."""
    (tmp_path / "late.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    explore(lambda: __import__("late"), policy="random", budget=3)
    late = sys.modules.pop("late")
    done = []

    def work(number):
        with late.RLOCK, late.RLOCK, late.LOCK:
            late.sleep(0.001)
            late.LOCAL.names.append(number)
            done.append(late.LOCAL.names == [number] and late.LOCK.locked())
        late.QUEUE.put(number)
        with late.CONDITION:
            late.CONDITION.notify()
        late.EVENT.set()

    threads = [threading.Thread(target=work, args=[number]) for number in range(3)]
    with late.CONDITION:
        for thread in threads:
            thread.start()
        assert late.CONDITION.wait(30)
    assert late.EVENT.wait(30)
    assert sorted(late.QUEUE.get(timeout=30) for _ in threads) == [0, 1, 2]
    for thread in threads:
        thread.join()
    assert done == [True] * 3
    assert not late.LOCK.acquire(timeout=0.01) if late.LOCK.acquire() else None
    late.LOCK.release()
    assert late.EVENT.wait(0)
    with pytest.raises(RuntimeError):
        late.RLOCK.release()


def test_explorations_in_workers_of_pytest_leave_nothing(tmp_path):
    """Two of them at once, by pytest-xdist."""
    (tmp_path / "test_here.py").write_text(
        "import threading, pytest\n"
        "from conclab.explore import explore\n"
        "@pytest.mark.parametrize('number', range(4))\n"
        "def test_one(number):\n"
        "    before = threading.Lock, len(threading.enumerate())\n"
        "    explore(lambda: threading.Thread(target=int).start()).assert_holds()\n"
        "    assert (threading.Lock, len(threading.enumerate())) == before\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", str(tmp_path)]
    sources = str(Path(conclab.__file__).parent.parent)
    env = os.environ | {"PYTHONPATH": sources}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env, check=False)
    assert "4 passed" in done.stdout, done.stdout


def test_the_real_sleep_is_back():
    assert time.sleep is real_sleep
