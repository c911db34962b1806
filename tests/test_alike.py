"""Submissions that are nearly the same are shown, and where; what only solves the same exercise is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conclab.classroom.alike import GRAM, WINDOW, alike, prints, tokens
from conclab.classroom.intake.submission import Submission

STARTER = """\
class Counter:
    def __init__(self, cell):
        self.cell = cell

    def add(self, n):
        raise NotImplementedError
"""
ONE = '''\
import threading

class Counter:
    """Counts."""
    def __init__(self, cell):
        self.cell = cell
        self.lock = threading.Lock()

    def add(self, amount):
        with self.lock:
            value = self.cell.read()
            if amount < 0 and value + amount < 0:
                raise ValueError("too little")
            for step in range(amount):
                value = value + 1
            self.cell.write(value)

    def take(self, amount):
        with self.lock:
            there = self.cell.read()
            if there < amount:
                return False
            self.cell.write(there - amount)
            return True
'''
RENAMED = (
    ONE.replace("amount", "n")
    .replace("value", "v")
    .replace("there", "x")
    .replace('"""Counts."""', "")
    .replace("too little", "no!")
    .replace("        with", "        # mine\n        with")
)
OTHER = """\
from threading import RLock as L

_locks = {}

class Counter:
    def __init__(self, cell):
        self.cell, _locks[id(cell)] = cell, L()

    def add(self, amount):
        lock = _locks[id(self.cell)]
        lock.acquire()
        try:
            self.cell.write(amount + self.cell.read())
        finally:
            lock.release()

    def take(self, amount):
        lock = _locks[id(self.cell)]
        lock.acquire()
        try:
            left = self.cell.read() - amount
            return False if left < 0 else self.cell.write(left) or True
        finally:
            lock.release()
"""


def found(*sources, starter=STARTER):
    submissions = [Submission(f"s{n}", {"solution.py": text.encode()}) for n, text in enumerate(sources)]
    return alike(submissions, {"solution.py": starter.encode()})


def test_two_of_the_same_exercise_are_not_alike():
    assert found(ONE, OTHER) == ()


def test_what_the_starter_gives_counts_for_nothing():
    body = "        self.cell.write(self.cell.read() + n)\n"
    assert found(STARTER + body, STARTER + body, starter=STARTER + body) == ()


def test_other_names_comments_and_layout_hide_nothing():
    """The share, and the lines on both sides."""
    (pair,) = found(ONE, OTHER, RENAMED)
    assert (pair.one, pair.other) == ("s0", "s2")
    assert pair.share == 1
    part = pair.parts[0]
    assert part.file == "solution.py"
    assert "for step in range(amount):" in "\n".join(part.here_text for part in pair.parts)
    assert "for step in range(n):" in "\n".join(part.there_text for part in pair.parts)
    assert part.here_text.splitlines()[0] in ONE


def test_a_part_that_was_taken_over_is_found_in_other_surroundings():
    """Within the bound: any GRAM + WINDOW - 1 tokens in common share a fingerprint."""
    assert len(list(tokens(ONE))) > 5 * (GRAM + WINDOW)
    moved = OTHER + "\n\n" + "\n".join(RENAMED.splitlines()[8:])
    shared = set(prints("", {"a": RENAMED.encode()}).at) & set(prints("", {"a": moved.encode()}).at)
    assert len(shared) > 3


def test_what_most_of_the_class_has_is_the_exercise():
    assert found(*[ONE] * 9) == ()
    assert len(found(ONE, RENAMED)) == 1


def test_nobody_is_alike_who_handed_nothing_in():
    assert alike([Submission("a"), Submission("b")], {}) == ()


@pytest.mark.parametrize(
    "source",
    [
        "(" * 20_000,
        "-" * 50_000 + "1",
        "1" + "+1" * 40_000,
        "x = [\n" + "1 +\n" * 30_000 + "1]",
        "\n".join(" " * n + "if x:" for n in range(150)),
        "def f(:\n" * 5,
        "\0\0",
        "f'{" * 300,
        "x" + ".a" * 50_000,
        "é" * 100_000,
        "a" + " and a" * 5_000,
        "lambda: " * 20_000,
        "not " * 20_000 + "x",
        "try:\n    pass\n" + "except A:\n    pass\n" * 3_000,
        "if x: pass\n" + "elif x: pass\n" * 9_000,
    ],
    ids=lambda source: source[:12],
)
def test_a_source_that_means_to_break_the_parser_does_not(source):
    """It has fingerprints or none; the process lives."""
    assert prints("x", {"solution.py": source.encode()}).student == "x"


@given(st.text(max_size=300))
def test_any_text_is_like_itself(text):
    assert list(tokens(text)) == list(tokens(text))
    one, same = (prints(name, {"solution.py": text.encode("utf-8", "replace")}) for name in "ab")
    assert one.at == same.at
