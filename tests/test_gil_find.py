"""The GIL's place in memory is found, or None is said; never a wrong address, and nothing stays changed."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import threading

import pytest

from conclab.gil import find

here = pytest.mark.skipif(bool(find.why_not()), reason=find.why_not() or "the GIL can be found")


@pytest.fixture
def busy():
    """Two threads that take turns with the test's own: the last holder changes all the time."""
    over = threading.Event()

    def burn():
        while not over.is_set():
            sum(range(1000))

    threads = [threading.Thread(target=burn) for _ in range(2)]
    for thread in threads:
        thread.start()
    yield
    over.set()
    for thread in threads:
        thread.join()


@pytest.fixture
def interval():
    before = sys.getswitchinterval()
    yield sys.setswitchinterval
    sys.setswitchinterval(before)


@here
def test_what_is_found_is_where_the_interpreter_writes_its_switch_interval(interval):
    """The oracle is the interpreter: a new interval appears at the address."""
    gil = find.find()
    for microseconds in (7777, 123_456):
        interval((microseconds + 0.5) / 1e6)
        assert struct.unpack("<Q", ctypes.string_at(gil.address, 8)) == (microseconds,)


@here
def test_the_same_gil_is_found_again_while_other_threads_compute(busy):
    """A hand-over between two steps of the search must not hide it."""
    first = find.find()
    assert first is not None
    assert [find.find() for _ in range(10)] == [first] * 10


@here
def test_threads_that_search_at_once_find_the_same_and_leave_the_interval_alone(interval):
    """One search must not take another one's number for the interval to restore."""
    interval(0.0123)
    set_to = sys.getswitchinterval()
    found = []
    threads = [threading.Thread(target=lambda: found.append(find.find())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [find.find()] * 4
    assert sys.getswitchinterval() == set_to


@here
@pytest.mark.parametrize("microseconds", [1, 999, 4321, 5000, 50_001, 1_234_567])
def test_the_switch_interval_is_what_it_was_to_the_microsecond(interval, microseconds):
    interval((microseconds + 0.5) / 1e6)
    set_to = sys.getswitchinterval()
    assert find.find() is not None
    assert sys.getswitchinterval() == set_to


@here
def test_the_switch_interval_is_restored_when_the_search_fails(interval, monkeypatch):
    interval(0.0321)
    set_to = sys.getswitchinterval()

    def fail(*_):
        raise MemoryError

    monkeypatch.setattr(find, "_search", fail)
    with pytest.raises(MemoryError):
        find.find()
    assert sys.getswitchinterval() == set_to


@here
def test_two_places_that_look_the_same_are_no_find(monkeypatch):
    """A wrong address would be read as nonsense about who holds the GIL."""
    monkeypatch.setattr(find, "_candidates", lambda _: {4096, 8192})
    assert find.find() is None


@here
def test_memory_that_can_not_be_read_is_no_find(monkeypatch):
    monkeypatch.setattr(find._Read, "__call__", lambda *_: b"")
    assert find.find() is None
    assert find.native_id_offset() is None


@here
def test_the_offset_leads_from_each_thread_state_to_its_thread():
    """Checked in another thread than the one in which the offset was found."""
    offset = find.native_id_offset()
    seen = []

    def look():
        there = ctypes.string_at(find._thread_state() + offset, 8)
        seen.append((int.from_bytes(there, sys.byteorder), threading.get_native_id()))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    ((stored, real),) = seen
    assert stored == real


@here
def test_a_forked_child_finds_its_own():
    """The same address, in memory of its own, and its own thread's id."""
    expected = find.find(), find.native_id_offset()
    child = os.fork()
    if not child:
        os._exit(0 if (find.find(), find.native_id_offset()) == expected else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@here
@pytest.mark.skipif(sys.version_info < (3, 14), reason="concurrent.interpreters came with 3.14")
def test_each_subinterpreter_has_a_gil_of_its_own():
    from concurrent import interpreters

    def search():
        from conclab.gil import find

        return find.find().address, find.native_id_offset()

    both = [interpreters.create() for _ in range(2)]
    try:
        found = [one.call(search) for one in both]
    finally:
        for one in both:
            one.close()
    addresses = {address for address, _ in found}
    assert len(addresses | {find.find().address}) == 3
    assert {offset for _, offset in found} == {find.native_id_offset()}


@pytest.mark.parametrize(
    ("machine", "glibc", "size_bytes"),
    [
        ("x86_64", "glibc 2.36", 208),
        ("aarch64", "glibc 2.36", 224),
        ("x86_64", None, 208),
        ("aarch64", None, 208),
    ],
)
def test_the_parts_follow_the_layout_of_the_machine(monkeypatch, machine, glibc, size_bytes):
    """sizeof(pthread_mutex_t) is 40, and 48 with glibc on aarch64."""
    monkeypatch.setattr(os, "uname", lambda: os.uname_result(("Linux", "", "", "", machine)))
    monkeypatch.setattr(os, "confstr", lambda _: glibc)
    gil = find._laid_out(1 << 20)
    assert gil.cond == gil.address + 32
    assert gil.size_bytes == size_bytes
    assert gil.switch_cond - gil.mutex == gil.address + size_bytes - gil.switch_mutex


@pytest.mark.parametrize(
    ("where", "name", "value"),
    [
        (sys, "platform", "darwin"),
        (sys, "_is_gil_enabled", lambda: False),
        (os, "uname", lambda: os.uname_result(("Linux", "", "", "", "riscv64"))),
    ],
)
def test_where_there_is_none_the_reason_is_in_words(monkeypatch, where, name, value):
    monkeypatch.setattr(where, name, value, raising=False)
    assert "GIL" in find.why_not()
    assert find.find() is None
    assert find.native_id_offset() is None
