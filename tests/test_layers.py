"""Imports point down only. The table is the architecture: a part without a row fails."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import conclab

SOURCES = Path(conclab.__file__).parent
NOUNS = {"model", "search", "record", "errors", "files", "numerals"}
CONTENT = {"workloads", "strategies", "probes", "experiments"}

MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),
    "__main__": {"cli"},
    "errors": set(),
    "search": set(),
    "model": {"search"},
    "files": set(),
    "numerals": set(),
    "here": set(),
    "record": {"model", "search"},
    "discovery": {"errors"},
    "loopback": {"errors"},
    "programs": set(),
    "stress": set(),
    "quest": {"model", "search", "errors", "stress", "explore"},
    "workloads": {"model", "errors", "files", "here", "quest", "workloads"},
    "strategies": {"model", "strategies"},
    "gil": {"model", "errors", "files", "here", "gil"},
    "story": {"story"},
    "explore": {"errors", "files", "discovery", "story", "explore", "__init__"},
    "probes": {"model", "files", "gil"},
    "experiments": {"model", "search"},
    "lane": {"model", "here", "discovery", "gil", "lane"},
    "harness": {"model", "search", "record", "errors", "discovery", "loopback", "gil", "harness", "__init__"},
    "results": {"model", "search", "record", "errors", "files", "results"},
    "report": {"files", "numerals", "pictures", "story", "report"},
    "tracing": {"model", "errors", "files", "numerals", "gil", "tracing"},
    "pictures": {"files", "numerals", "pictures"},
    "sandbox": {"errors", "files", "sandbox", "__init__"},
    "classroom": {
        "errors",
        "files",
        "numerals",
        "discovery",
        "story",
        "explore",
        "report",
        "sandbox",
        "classroom",
        "__init__",
    },
    "cli": NOUNS
    | {
        "discovery",
        "explore",
        "gil",
        "lane",
        "harness",
        "results",
        "tracing",
        "pictures",
        "report",
        "sandbox",
        "classroom",
        "cli",
        "__init__",
    },
}
IN_A_LANE = (
    "model",
    "here",
    "files",
    "errors",
    "discovery",
    "gil",
    "search",
    "programs",
    "stress",
    "story",
    "explore",
    "quest",
    "workloads",
    "strategies",
    "probes",
    "lane",
)
ELSEWHERE = {"pytest_plugin.py"}  # a part of explore that pytest imports, and no lane
PRINTS = "cli"


def part_of(path: Path) -> str:
    return path.relative_to(SOURCES).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def at_module_level(tree: ast.AST) -> set[str]:
    """Imports that happen when the module is imported: in branches too, in functions not."""
    found = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= imports(ast.Module([node], []))
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _type_checking(node):
            found |= at_module_level(node)
    return found


FILES = sorted(SOURCES.rglob("*.py"))
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCES)))


@every_file
def test_every_import_points_down(path):
    """A file imports only the parts that its own part may know."""
    part = part_of(path)
    assert part in MAY_IMPORT, f"{part} has no row in the table: say what it may import"
    for name in imports(ast.parse(path.read_text(encoding="utf-8"))):
        if name == "conclab" or name.startswith("conclab."):
            target = ([*name.split("."), "__init__"])[1]
            assert target in MAY_IMPORT[part], f"{part} may not import {name}"


@pytest.mark.parametrize("part", IN_A_LANE)
def test_what_runs_in_a_lane_needs_the_standard_library_alone(part):
    """At module level: an interpreter in which nothing of ours is installed must be able to import it."""
    for path in FILES:
        if part_of(path) != part or path.name in ELSEWHERE:
            continue
        level = {name.split(".")[0] for name in at_module_level(ast.parse(path.read_text(encoding="utf-8")))}
        strangers = level - set(sys.stdlib_module_names) - {"conclab"}
        assert strangers == set(), f"{path.name} imports {strangers} at module level"


@every_file
def test_only_the_command_line_prints(path):
    """Everything below raises or returns; a lane's stdout is its channel."""
    if part_of(path) == PRINTS:
        return
    called = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert "print" not in called or path.name == "loopback.py"  # its one line is its answer to the parent


@every_file
def test_every_module_says_what_it_is(path):
    """The docstring comes first."""
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{path} has no docstring"


@every_file
def test_no_file_outgrows_its_idea(path):
    """Over 300 lines there is a seam to look for."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def _type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
