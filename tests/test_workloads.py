"""Every workload keeps its promises; a new file in the folder is covered by most of this at once."""

from __future__ import annotations

import ast
import asyncio
import concurrent.futures
import json
import math
import os
import pickle
import subprocess
import sys
import zlib
from copy import deepcopy
from hashlib import sha256
from itertools import islice, pairwise
from multiprocessing import get_context
from pathlib import Path

import pytest

import conclab
from conclab import loopback
from conclab.discovery import load_all, names
from conclab.errors import ConclabError
from conclab.model import Bound, Order, Sighting, Workload
from conclab.workloads import (
    compress_blocks,
    count_primes,
    fetch,
    hash_blocks,
    multiply_big,
    mutate_argument,
    pidigits,
    read_files,
    rebind_argument,
    sleep,
    sort_numbers,
)

ALL = load_all("conclab.workloads", Workload)
COMPUTING = {name: workload for name, workload in ALL.items() if not workload.program}  # the others search
OBSERVED = {name: workload for name, workload in ALL.items() if workload.observe}
SOURCES = Path(conclab.__file__).parent

every_workload = pytest.mark.parametrize("workload", ALL.values(), ids=ALL)
every_name = pytest.mark.parametrize("name", ALL)


@pytest.fixture(scope="module")
def server():
    with loopback.serving() as address:
        yield address


@pytest.fixture
def order(tmp_path, server):
    """Prepare orders of a workload's starting size, or a multiple of it."""

    def make(workload, *, times=1, tasks=3):
        size = workload.size * times if workload.grows else 1 * times
        return Order(size, tasks, scratch=str(tmp_path), server=server)

    return make


def answers(workload, arguments):
    """Collect what must be the same in every variant."""
    return [part(workload, workload.run(argument)) for argument in arguments]


def part(workload, answer):
    return workload.answer(answer) if workload.answer else answer


# What every workload promises


@every_name
def test_says_what_it_is(name):
    """Each file begins with a sentence for students, and each function says its promise."""
    tree = ast.parse((SOURCES / "workloads" / f"{name.replace('-', '_')}.py").read_text())
    public = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"]
    assert len(ast.get_docstring(tree)) > 200
    assert all(ast.get_docstring(node) for node in public)


@pytest.mark.parametrize("source", [*(SOURCES / "workloads").glob("*.py"), SOURCES / "loopback.py"])
def test_imports_the_standard_library_alone(source):
    """Any interpreter runs a workload with nothing installed: no import elsewhere, not even inside."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            tops = {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            tops = {node.module.split(".")[0]}
            assert node.level == 0
        else:
            continue
        assert tops <= {*sys.stdlib_module_names, "conclab"}
        assert not tops & {"threading", "datetime"}


@every_workload
def test_the_same_work_gives_the_same_answers(workload, order):
    """Two batches of one order agree: nothing in them is left to chance."""
    batch = [workload.arguments(order(workload)) for _ in range(2)]
    assert answers(workload, batch[0]) == answers(workload, batch[1])


@pytest.mark.parametrize("workload", COMPUTING.values(), ids=COMPUTING)
def test_other_work_gives_other_answers(workload, order):
    """Twice the size changes the answers, so that work that was skipped can't pass."""
    once, twice = (workload.arguments(order(workload, times=times)) for times in (1, 2))
    assert answers(workload, once) != answers(workload, twice)


@every_workload
def test_prepares_as_many_arguments_as_tasks(workload, order):
    """The order decides, except where each kind of argument gets one task, or a batch is one search."""
    lengths = [len(workload.arguments(order(workload, tasks=tasks))) for tasks in (1, 5)]
    assert lengths == ([lengths[0]] * 2 if workload.observe or workload.program else [1, 5])


@every_workload
def test_a_batch_leaves_the_next_one_untouched(workload, order):
    """Arguments are fresh each time, whatever a worker does to the ones before."""
    pristine = deepcopy(workload.arguments(order(workload)))
    answers(workload, workload.arguments(order(workload)))
    assert workload.arguments(order(workload)) == pristine


@every_workload
def test_work_and_arguments_travel_to_another_process(workload, order):
    """Function, argument and answer can be pickled; the function goes by its name."""
    argument = workload.arguments(order(workload))[0]
    run, copied = pickle.loads(pickle.dumps((workload.run, argument)))
    assert run is workload.run
    assert copied == argument
    answer = workload.run(copied)
    assert pickle.loads(pickle.dumps(answer)) == answer


@pytest.mark.parametrize("name", [name for name, workload in ALL.items() if workload.run_async])
def test_the_async_twin_gives_the_same_answers(name, order):
    """Also when all of its tasks are under way at once."""
    workload = ALL[name]

    async def together(arguments):
        return await asyncio.gather(*map(workload.run_async, arguments))

    arguments = workload.arguments(order(workload))
    assert asyncio.run(together(arguments)) == [workload.run(argument) for argument in arguments]


def test_what_waits_has_an_async_twin_and_what_computes_has_none():
    """A coroutine that computes would only block its event loop."""
    assert {n for n, w in ALL.items() if w.run_async} == {n for n, w in ALL.items() if w.bound is Bound.IO}


# Who lets go of the GIL

WATCH = """
import json, sys, threading, time
from conclab.discovery import load_all
from conclab.model import Order, Workload

ticks, over = 0, False
def tick():
    global ticks
    while not over:
        ticks += 1
        time.sleep(0.0001)

def lets_go(workload):
    size = workload.size if workload.grows else 1
    batches = [workload.arguments(Order(size, 3, *sys.argv[1:])) for _ in range(20)]
    for argument in batches.pop():  # imports and caches
        workload.run(argument)
    before = ticks
    for batch in batches:
        for argument in batch:
            workload.run(argument)
            if ticks != before:
                return True
    return False

workloads = load_all("conclab.workloads", Workload)
sys.setswitchinterval(1000)  # from now on a thread runs only when another lets go of its own accord
threading.Thread(target=tick).start()
seen = {name: lets_go(workload) for name, workload in workloads.items()}
over = True
print(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def lets_go(server, tmp_path_factory):
    """Watched in another process, as the switch interval is the interpreter's."""
    done = subprocess.run(
        [sys.executable, "-c", WATCH, str(tmp_path_factory.mktemp("scratch")), server],
        env={**os.environ, "PYTHONPATH": str(SOURCES.parent)},
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)


@pytest.mark.skipif(
    not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="there is no GIL to let go of"
)
@every_name
def test_releases_the_gil_exactly_if_it_says_so(name, lets_go):
    """Another thread gets on during the work, without the interpreter's forcing a switch, or it doesn't."""
    assert lets_go[name] == ALL[name].releases_gil


def test_c_code_is_of_both_kinds():
    """The claims that the GIL's lessons rest on."""
    released = {name for name, workload in ALL.items() if workload.releases_gil}
    assert {"hash-blocks", "compress-blocks"} <= released
    assert not {"sort-numbers", "multiply-big", "count-primes", "pidigits"} & released


# Oracles


@pytest.mark.parametrize(
    ("limit", "count"), [(0, 0), (2, 0), (3, 1), (10, 4), (100, 25), (1000, 168), (10_000, 1229)]
)
def test_counts_primes(limit, count):
    """The prime-counting function at known places."""
    assert count_primes.run(limit) == count


PI = "31415926535897932384626433832795028841971693993751058209749445923078164062862089986280348253421170679"


def test_finds_the_digits_of_pi():
    """The first 101 are in every book."""
    assert "".join(map(str, islice(pidigits.digits(), 101))) == PI


def test_finds_far_digits_of_pi():
    """Six nines in a row begin at the 762nd decimal place: the Feynman point."""
    assert list(islice(pidigits.digits(), 760, 770)) == [3, 4, 9, 9, 9, 9, 9, 9, 8, 3]


def test_the_checksum_of_pi_covers_every_digit():
    """It is the number made of the digits, modulo a prime."""
    assert pidigits.run(101) == int(PI) % pidigits.PRIME


def test_hashes_all_blocks_as_one_text():
    """Piecewise hashing is hashing of the whole."""
    assert hash_blocks.run(3) == sha256(hash_blocks.block() * 3).hexdigest()[:16]


def test_compresses_text_that_is_neither_trivial_nor_random():
    """A block shrinks as prose does, and the answer is the checksum of all that was packed."""
    text, size = compress_blocks.text(), compress_blocks.BLOCK_BYTES
    different = [
        text[start : start + size] for start in range(0, size * compress_blocks.DIFFERENT_BLOCKS, size)
    ]
    assert len(set(different)) == compress_blocks.DIFFERENT_BLOCKS
    assert all(len(block) == size and 0.2 < len(zlib.compress(block)) / size < 0.6 for block in different)
    assert compress_blocks.run(11) == zlib.crc32(b"".join(different + different[:3]))


def test_sorts_every_number():
    """The weighted sum is that of the order statistics, found here one by one."""
    numbers = list(sort_numbers.disorder(300))
    rank = {value: sum(other < value for other in numbers) for value in numbers}
    places = {place: value for value, place in rank.items() if place % sort_numbers.SAMPLE == 0}
    assert sort_numbers.run(300) == sum((1 + n) * places[n * sort_numbers.SAMPLE] for n in range(5))


def test_sorting_finds_disorder_and_leaves_it():
    """Neither order nor long runs that the sort could skip, and the next task finds the same."""
    numbers = sort_numbers.disorder(1000)
    before = list(numbers)
    sort_numbers.run(1000)
    ups = sum(a < b for a, b in pairwise(numbers))
    assert list(numbers) == before
    assert 450 < ups < 550


def test_raises_to_the_power():
    """Fermat: the exponent counts modulo the prime less one."""
    bits, prime = 2000, multiply_big.MODULUS
    small = ((1 << bits) - 1) % (prime - 1)
    product = math.prod(pow(3, 1 << bit, prime) for bit in range(small.bit_length()) if small >> bit & 1)
    assert multiply_big.run(bits) == product % prime % multiply_big.PRIME


def test_sleeps_as_long_as_asked(monkeypatch):
    """The size is in milliseconds, the system call takes seconds."""
    slept = []
    monkeypatch.setattr(sleep.time, "sleep", slept.append)
    assert sleep.run(250) == 250
    assert slept == [0.25]


# Fetching


def test_fetches_what_the_server_computes(server):
    """Each task has an answer of its own."""
    urls = fetch.arguments(Order(2, 4, server=server))
    assert [fetch.run(url) for url in urls] == [loopback.checksum(2, number) for number in range(4)]


@pytest.mark.parametrize(
    "run", [fetch.run, lambda url: asyncio.run(fetch.run_async(url))], ids=["sync", "async"]
)
def test_an_answer_other_than_200_is_an_error(run, server):
    """The message names the address and the status."""
    with pytest.raises(ConclabError, match=rf"http://{server}/elsewhere answered with status 404"):
        run(f"http://{server}/elsewhere")


def test_both_forms_send_the_same_bytes():
    """Sync and async differ in how they wait and in nothing else."""
    assert heard(fetch.run) == heard(lambda url: asyncio.run(fetch.run_async(url)))


def heard(run):
    """Tell what a server that takes one connection hears, with its port blotted out."""
    script = """
import socket
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
client, _ = server.accept()
request = client.recv(65536)
client.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\nConnection: close\\r\\n\\r\\n7")
client.close()
print(ascii(request))
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        port = process.stdout.readline().strip()
        assert run(f"http://127.0.0.1:{port}/wait/1/2") == 7
        return process.stdout.read().replace(port, "PORT")


@pytest.mark.parametrize(("module", "missing"), [(fetch, "server"), (read_files, "scratch folder")])
def test_an_order_that_lacks_something_is_refused(module, missing):
    """It says what is missing, and nothing is written anywhere."""
    with pytest.raises(ConclabError, match=missing):
        module.arguments(Order(1, 1))


# Reading files


def test_files_have_the_size_and_their_own_contents(tmp_path):
    """Each task reads another file."""
    paths = read_files.arguments(Order(3, 4, scratch=str(tmp_path)))
    contents = [Path(path).read_bytes() for path in paths]
    assert {len(content) for content in contents} == {3 * 1024}
    assert [read_files.run(path) for path in paths] == list(map(zlib.crc32, contents))
    assert len(set(contents)) == 4
    assert sorted(map(str, tmp_path.iterdir())) == sorted(paths)


def test_files_are_written_once_and_mended_if_cut_short(tmp_path):
    """A file of the right size is taken as it is; any other is replaced."""
    kept, cut = map(Path, read_files.arguments(Order(1, 2, scratch=str(tmp_path))))
    whole = cut.read_bytes()
    kept.write_bytes(bytes(1024))
    cut.write_bytes(b"half")
    read_files.arguments(Order(1, 2, scratch=str(tmp_path)))
    assert kept.read_bytes() == bytes(1024)
    assert cut.read_bytes() == whole


# What the caller sees of an argument that a worker had

KINDS = set(mutate_argument.VALUES)
IMMUTABLE = set(rebind_argument.VALUES)
HOLDER = "tuple holding a list"

# In the caller's interpreter: which objects are shared, and which are seen to change.
AT_HOME = {
    "mutate-argument": (KINDS, KINDS),
    "mutate-copy": ({HOLDER}, {HOLDER, "nested list"}),
    "mutate-deepcopy": (set(), set()),
    "rebind-argument": (IMMUTABLE, {HOLDER}),
    "rebind-copy": (IMMUTABLE, {HOLDER}),
    "rebind-deepcopy": (IMMUTABLE - {HOLDER, "frozenset"}, set()),
}


def sightings(workload, arguments, run_all):
    """Observe each case once."""
    seen = workload.observe(arguments, list(run_all(workload.run, arguments)))
    assert len({sighting.case for sighting in seen}) == len(seen)
    return seen


def table(seen):
    return {s.case for s in seen if s.shared}, {s.case for s in seen if s.changed}


def test_the_table_names_every_workload_that_is_observed():
    """A new one needs a row."""
    assert AT_HOME.keys() == OBSERVED.keys()


@pytest.mark.parametrize("name", OBSERVED)
def test_in_the_same_thread(name):
    """Shared and changed exactly as the language says."""
    workload = OBSERVED[name]
    assert table(sightings(workload, workload.arguments(Order(50, 1)), map)) == AT_HOME[name]


@pytest.mark.parametrize("name", OBSERVED)
def test_in_another_thread(name):
    """A thread is no border."""
    workload = OBSERVED[name]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        assert table(sightings(workload, workload.arguments(Order(50, 1)), pool.map)) == AT_HOME[name]


@pytest.fixture(scope="module")
def processes():
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize("name", OBSERVED)
def test_in_another_process_nothing_is_shared(name, processes):
    """The caller sees no change of any kind, and the answers are the same all the same."""
    workload = OBSERVED[name]
    arguments = workload.arguments(Order(50, 1))
    assert table(sightings(workload, arguments, processes.map)) == (set(), set())
    there = [part(workload, answer) for answer in processes.map(workload.run, arguments)]
    assert there == answers(workload, arguments)


@pytest.mark.parametrize("elsewhere", [(1, 0), (0, 1)], ids=["process", "interpreter"])
def test_equal_identities_count_only_at_home(elsewhere):
    """A forked process has objects at the caller's addresses that are yet its own."""
    workload = OBSERVED["mutate-argument"]
    arguments = workload.arguments(Order(50, 1))
    pid, interpreter = os.getpid() + elsewhere[0], mutate_argument.interpreter_id() + elsewhere[1]
    there = [mutate_argument.Answer(pid, interpreter, id(argument.value), "") for argument in arguments]
    assert table(workload.observe(arguments, there)) == (set(), set())


@pytest.mark.skipif(
    not hasattr(concurrent.futures, "InterpreterPoolExecutor"),
    reason="the pool of interpreters came with 3.14",
)
@pytest.mark.parametrize("name", OBSERVED)
def test_in_another_interpreter_nothing_is_shared(name):
    """An interpreter is a border, though the process is the same."""
    workload = OBSERVED[name]
    arguments = workload.arguments(Order(50, 1))
    with concurrent.futures.InterpreterPoolExecutor(1) as pool:
        there = list(pool.map(workload.run, arguments))
    assert {answer.pid for answer in there} == {os.getpid()}
    assert table(workload.observe(arguments, there)) == (set(), set())


def test_what_the_student_reads():
    """Both ends of each value, before and after."""
    workload = OBSERVED["mutate-argument"]
    seen = sightings(workload, workload.arguments(Order(50, 1)), map)
    assert [(s.before, s.after) for s in seen] == [
        ("[0, 1, ..., 48, 49]", "[0, 1, ..., 49, 'changed here']"),
        ("{0: 0, 1: 1, ..., 48: 48, 49: 49}", "{0: 0, 1: 1, ..., 49: 49, 'changed here': True}"),
        ("{0, 1, ..., 48, 49}", "{0, 1, ..., 48, 49, 'changed here'}"),
        (
            "Box(label='new', items=[0, 1, ..., 48, 49])",
            "Box(label='changed here', items=[0, 1, ..., 48, 49])",
        ),
        ("[[0, 1, ..., 48, 49]]", "[[0, 1, ..., 49, 'changed here']]"),
        ("([0, 1, ..., 48, 49],)", "([0, 1, ..., 49, 'changed here'],)"),
    ]


def test_what_the_worker_saw_of_rebound_names():
    """The worker's own name stands for something else in the end, in every case."""
    workload = OBSERVED["rebind-argument"]
    arguments = workload.arguments(Order(50, 1))
    assert [(a.before, workload.run(a).text) for a in arguments] == [
        ("1000000007", "1000000008"),
        ("2.5", "3.5"),
        ("'0123...890123456789'", "'0123...changed here'"),
        ("(0, 1, ..., 48, 49)", "(0, 1, ..., 49, 'changed here')"),
        ("b'0123...890123456789'", "b'0123...changed here'"),
        ("frozenset({0, 1, ..., 48, 49})", "frozenset({0, 1, ..., 48, 49, 'changed here'})"),
        ("([0, 1, ..., 48, 49],)", "([0, 1, ..., 49, 'changed here'],)"),
    ]


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "[]"), (1, "[0]"), (4, "[0, 1, 2, 3]"), (5, "[0, 1, ..., 3, 4]"), (6, "[0, 1, ..., 4, 5]")],
)
def test_small_values_are_shown_whole(size, text):
    """Up to four elements nothing is left out; from five on it is both ends."""
    assert mutate_argument.glance(list(range(size))) == text


def test_a_sighting_is_of_one_argument_and_its_answer():
    """Answers that belong to other arguments are not mistaken for them."""
    workload = OBSERVED["mutate-argument"]
    arguments, others = (workload.arguments(Order(50, 1)) for _ in range(2))
    seen = workload.observe(arguments, [workload.run(other) for other in others])
    assert table(seen) == (set(), set())
    assert seen[0] == Sighting(
        "list", "[0, 1, ..., 48, 49]", "[0, 1, ..., 48, 49]", shared=False, changed=False
    )


def test_a_new_file_is_found():
    """The table of this suite is the folder's."""
    assert list(ALL) == names("conclab.workloads")
