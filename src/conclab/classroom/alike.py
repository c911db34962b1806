"""Submissions that are nearly the same: winnowing over the tokens of their syntax trees.

Schleimer, Wilkerson and Aiken, "Winnowing: Local Algorithms for Document Fingerprinting" (2003): every
match of GRAM + WINDOW - 1 tokens is found, whatever stands around it. Names, comments, layout, numbers and
strings count for nothing; so does what most of the class has, and what the starter gave. It shows a person
where to look, and proves nothing.
"""

from __future__ import annotations

import ast
import re
import tokenize
from collections import Counter, defaultdict
from dataclasses import dataclass
from hashlib import blake2b
from io import StringIO
from itertools import combinations
from typing import TYPE_CHECKING

from conclab.classroom.tally import Alike, Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conclab.classroom.intake.submission import Submission

GRAM = 12  # tokens of one fingerprint
WINDOW = 6
SHARE = 0.8  # of the smaller one's fingerprints
FEWEST = 8  # fingerprints: less is too little to be alike
COMMON = 0.5  # of a class: what more have is the exercise, not the student
COMMON_FROM = 6  # submissions; in a smaller class nothing is common
MOST_PAIRS = 200
MOST_PARTS = 6
MOST_LINES = 40
LARGEST = 100_000  # characters
DEEPEST = 60  # brackets or blocks: a tree that is deeper could end the interpreter that parses it
WORDS = re.compile(r"[A-Za-z_]\w*|\d+|[^\s\w]")

Token = tuple[str, int]  # what it is, and its line


@dataclass(frozen=True, slots=True)
class Prints:
    """A submission's fingerprints, each with the places (file, first line, last line)."""

    student: str
    at: Mapping[int, tuple[tuple[str, int, int], ...]]
    sources: Mapping[str, str]


def alike(submissions: Sequence[Submission], starter: Mapping[str, bytes]) -> tuple[Alike, ...]:
    """List pairs that are nearly the same, the most alike first. Each meets each: fine for a class."""
    given = set(prints("", starter).at)
    every = [prints(one.student, one.files) for one in submissions if one.files]
    carriers = Counter(mark for one in every for mark in one.at)
    if len(every) >= COMMON_FROM:
        given |= {mark for mark, count in carriers.items() if count > COMMON * len(every)}
    own = [(one, frozenset(one.at) - given) for one in every]
    found = []
    for (one, mine), (other, theirs) in combinations(own, 2):
        fewer = min(len(mine), len(theirs))
        same = mine & theirs
        if fewer >= FEWEST and len(same) >= SHARE * fewer:
            found.append(Alike(one.student, other.student, len(same) / fewer, _parts(one, other, same)))
    found.sort(key=lambda pair: (-pair.share, pair.one, pair.other))
    return tuple(found[:MOST_PAIRS])


def prints(student: str, files: Mapping[str, bytes]) -> Prints:
    """Take a submission's fingerprints."""
    at: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
    sources = {name: content.decode("utf-8", "replace")[:LARGEST] for name, content in sorted(files.items())}
    for name, source in sources.items():
        for mark, first, last in _winnowed(list(tokens(source))):
            at[mark].append((name, first, last))
    return Prints(student, {mark: tuple(places) for mark, places in at.items()}, sources)


def tokens(source: str) -> Iterator[Token]:
    """The tree's nodes in the order of the source; of what can't be parsed, its words."""
    if not _shallow(source):
        yield from _words(source)
        return
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        yield from _words(source)
        return
    todo: list[tuple[ast.AST, int]] = [(tree, 1)]
    while todo:
        node, line = todo.pop()
        line = getattr(node, "lineno", line)
        if not isinstance(node, ast.expr_context | ast.Module | ast.Load):
            yield _kind(node), line
        children = [child for child in ast.iter_child_nodes(node) if not _docstring(node, child)]
        todo += [(child, line) for child in reversed(children)]


def _kind(node: ast.AST) -> str:
    """Its type; of a constant what it is one of; of an attribute its name, often the library's."""
    if isinstance(node, ast.Constant):
        return f"Constant {type(node.value).__name__}"
    return f".{node.attr}" if isinstance(node, ast.Attribute) else type(node).__name__


def _docstring(node: ast.AST, child: ast.AST) -> bool:
    return (
        isinstance(child, ast.Expr)
        and isinstance(child.value, ast.Constant)
        and isinstance(child.value.value, str)
        and isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    )


def _shallow(source: str) -> bool:
    """Whether it is safe to parse: brackets, blocks and rows of operators stay within what people write."""
    depth, blocks, signs = 0, 0, 0
    try:
        for token in tokenize.generate_tokens(StringIO(source).readline):
            depth += (token.string in {"(", "[", "{"}) - (token.string in {")", "]", "}"})
            blocks += (token.type == tokenize.INDENT) - (token.type == tokenize.DEDENT)
            signs = 0 if token.type == tokenize.NEWLINE else signs + 1
            if max(depth, blocks) > DEEPEST or signs > DEEPEST * DEEPEST:
                return False
    except (tokenize.TokenError, SyntaxError, ValueError, MemoryError):
        return False
    return True


def _words(source: str) -> Iterator[Token]:
    for number, line in enumerate(source.split("\n"), 1):
        for word in WORDS.findall(line.partition("#")[0]):
            yield ("name" if word[0].isalpha() or word[0] == "_" else "0" if word.isdigit() else word), number


def _winnowed(found: list[Token]) -> Iterator[tuple[int, int, int]]:
    """Of every window of hashes the smallest, the rightmost of equals: once each, with its lines."""
    hashes = [_hash(found[at : at + GRAM]) for at in range(len(found) - GRAM + 1)]
    chosen = -1
    for start in range(max(len(hashes) - WINDOW + 1, min(len(hashes), 1))):
        window = range(start, min(start + WINDOW, len(hashes)))
        best = min(window, key=lambda at: (hashes[at], -at))
        if best != chosen:
            chosen = best
            lines = [line for _, line in found[best : best + GRAM]]
            yield hashes[best], min(lines), max(lines)


def _hash(gram: Sequence[Token]) -> int:
    text = "\0".join(kind for kind, _ in gram)
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def _parts(one: Prints, other: Prints, same: frozenset[int]) -> tuple[Part, ...]:
    """Runs of lines whose fingerprints the other has too, each with the lines there that it matches."""
    spans = sorted((*place, *other.at[mark][0][1:]) for mark in same for place in one.at[mark][:1])
    runs: list[list[int | str]] = []
    for file, first, last, there_first, there_last in spans:
        run = runs[-1] if runs else None
        if (
            run
            and run[0] == file
            and first <= int(run[2]) + 1
            and there_first <= int(run[4]) + 1
            and there_last >= int(run[3]) - 1
        ):
            run[2] = max(int(run[2]), last)
            run[3], run[4] = min(int(run[3]), there_first), max(int(run[4]), there_last)
        else:
            runs.append([file, first, last, there_first, there_last])
    runs.sort(key=lambda run: int(run[1]) - int(run[2]))
    return tuple(_part(one, other, run) for run in runs[:MOST_PARTS])


def _part(one: Prints, other: Prints, run: Sequence[int | str]) -> Part:
    file = str(run[0])
    here, there = (int(run[1]), int(run[2])), (int(run[3]), int(run[4]))
    return Part(
        file, here, there, _lines(one.sources.get(file, ""), here), _lines(other.sources.get(file, ""), there)
    )


def _lines(source: str, span: tuple[int, int]) -> str:
    lines = source.split("\n")[span[0] - 1 : span[1]]
    return "\n".join(lines[:MOST_LINES]) + ("\n…" if len(lines) > MOST_LINES else "")
