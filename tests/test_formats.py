"""Each format keeps its published description, shows students nothing hidden, and no string does anything."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classes import NASTY, SECRET, hostile, ordinary, sheet
from conclab.classroom import documents, output
from conclab.classroom.formats.csv import safe
from conclab.classroom.page import whole_class
from conclab.classroom.tally import Graded
from conclab.classroom.text import block, inert, line, slugs
from conclab.discovery import load
from conclab.errors import BadRequestError, UnknownNameError
from conftest import PACKAGE
from graders import LAB

FORMATS = output.known()
FOR_STUDENTS = ("exercism", "github", "gradescope", "html", "junit")
every_format = pytest.mark.parametrize("name", FORMATS)
every_nasty = pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
SEEN_BY_NOBODY = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def text_of(name, graded) -> str:
    return "\n".join(output.texts(name, graded).values())


# -- all of them ---------------------------------------------------------------------------------------------


@every_format
def test_a_format_is_one_file_that_says_what_it_is_for(name):
    assert load(output.PACKAGE, name, output.Format).title
    assert output.texts(name, Graded(LAB, (), "3.11.7")) is not None


def test_the_formats():
    assert FORMATS == ["csv", "exercism", "github", "gradescope", "html", "json", "junit", "table"]
    with pytest.raises(UnknownNameError, match="csv"):
        output.texts("cvs", ordinary())


@every_format
def test_the_same_class_gives_the_same_bytes(name):
    """No time, no random number, no order of a set."""
    assert output.texts(name, ordinary()) == output.texts(name, ordinary())


@pytest.mark.parametrize("name", FOR_STUDENTS)
def test_what_students_read_holds_nothing_of_a_hidden_test(name):
    """Its author's sentence, and neither inputs nor what the student's code said."""
    text = text_of(name, ordinary())
    assert SECRET not in text
    assert "Two threads read the same value before either wrote." in text
    assert "Never shown." not in text
    assert text.count("x1:0110") == 0


@pytest.mark.parametrize("name", [name for name in FOR_STUDENTS if name != "gradescope"])
def test_a_case_that_no_student_sees_is_not_named(name):
    """Gradescope alone has a word for it, and hides it itself."""
    assert "a secret" not in text_of(name, ordinary())


@every_format
@every_nasty
def test_no_string_survives_that_could_do_anything(name, text):
    """Controls, marks of direction, half characters: written out or gone, everywhere; files stay small."""
    for path, content in output.texts(name, hostile(text)).items():
        assert SEEN_BY_NOBODY.search(content.replace("\r\n", "\n")) is None
        content.encode("utf-8")
        assert len(content) < 300_000
        assert re.fullmatch(r"[a-z0-9]+/[A-Za-z0-9-]+(/results\.json|\.html)|[a-z]+\.[a-z]+", path)


@pytest.mark.parametrize("text", [*NASTY.values(), "café — ✓ 学生"])
def test_making_a_string_harmless_twice_changes_nothing(text):
    for make in (line, block):
        assert make(make(text)) == make(text)
    assert "\n" not in line(text)


def test_ordinary_letters_of_any_language_stay():
    assert line("Ada Čapek 学生 ✓") == "Ada Čapek 学生 ✓"
    assert block("a\r\n\tb\n") == "a\n    b"


@given(st.lists(st.text(max_size=20), unique=True, max_size=8))
def test_every_student_has_a_file_of_their_own(names):
    made = slugs(names)
    assert len({slug.casefold() for slug in made.values()}) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9-]+", slug) and slug[0] != "-" for slug in made.values())


def test_a_format_of_several_files_can_not_be_printed():
    assert output.one_text("csv", ordinary()).startswith("student,")
    with pytest.raises(BadRequestError, match="--format html"):
        output.one_text("html", ordinary())


def test_files_are_written_whole(tmp_path):
    paths = output.write(FORMATS, ordinary(), tmp_path)
    assert sorted(path.relative_to(tmp_path).parts[0] for path in paths)[:2] == ["exercism", "exercism"]
    assert not list(tmp_path.rglob(".*"))


# -- CSV -----------------------------------------------------------------------------------------------------


def rows(graded):
    return list(csv.reader(io.StringIO(output.texts("csv", graded)["grades.csv"], newline=""), strict=True))


def test_csv_has_a_row_a_student_with_the_rosters_columns():
    heading, ada, bob, *rest = rows(ordinary())
    assert heading[:5] == ["student", "id", "section", "points", "undecided"]
    assert (ada[0], ada[1], ada[3], bob[3]) == ("Ada Lovelace", "1815", "10", "5")
    assert len(rest) == 4
    assert {len(row) for row in rows(ordinary())} == {len(heading)}
    assert dict(zip(heading, bob, strict=True))["test_no_lost_update"] == "failed (schedule)"


@every_nasty
def test_csv_holds_no_formula(text):
    for row in rows(hostile(text)):
        for cell in row:
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "|", "%", "\uff1d"))


@given(st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=2), min_size=1, max_size=4))
def test_csv_comes_back_as_it_was(cells):
    """But for the apostrophe before a formula, and what is written out."""
    graded = Graded(
        LAB,
        tuple(sheet(f"s{n}", "+", "+", "+", extra={"a": a, "b": b}) for n, (a, b) in enumerate(cells)),
        "3",
    )
    found = [row[1:3] for row in rows(graded)[1:]]
    assert found == [[safe(line(a)), safe(line(b))] for a, b in cells]


# -- JSON ----------------------------------------------------------------------------------------------------

SCHEMA = json.loads((PACKAGE / "classroom" / "grades.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "graded", [ordinary(), ordinary(10), Graded(LAB, (), "3.11.7"), *map(hostile, NASTY.values())]
)
def test_json_keeps_its_schema_and_comes_back_as_it_was(graded, tmp_path):
    text = output.texts("json", graded)["grades.json"]
    jsonschema.validate(json.loads(text), SCHEMA)
    (tmp_path / "grades.json").write_text(text, encoding="utf-8")
    back = documents.read(tmp_path / "grades.json")
    assert back.sheets == inert(graded).sheets
    assert output.texts("json", back)["grades.json"] == text


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": "conclab.run/1"}', '{"schema": "conclab.grades/1"}', "[" * 5000]
)
def test_what_is_no_grades_json_is_refused_in_one_line(tmp_path, text):
    (tmp_path / "grades.json").write_text(text)
    with pytest.raises(BadRequestError, match=r"grades.json is no conclab.grades/1"):
        documents.read(tmp_path / "grades.json")


# -- JUnit ---------------------------------------------------------------------------------------------------


def check_junit(text) -> ET.Element:
    """As the Jenkins XSD has it (github.com/jenkinsci/xunit-plugin, junit-10.xsd), as far as we use it."""
    root = ET.fromstring(text)
    assert root.tag == "testsuites"
    for suite in root:
        assert suite.tag == "testsuite"
        assert {"name", "tests", "failures", "errors", "skipped"} <= set(suite.attrib)
        cases = suite.findall("testcase")
        assert [child.tag for child in suite] == ["properties", *["testcase"] * len(cases)]
        assert int(suite.get("tests")) == len(cases)
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("errors")) == len(suite.findall("testcase/error"))
        for case in cases:
            assert set(case.attrib) == {"name", "classname"}
            assert all(set(child.attrib) == {"message", "type"} and not len(child) for child in case)
    return root


@pytest.mark.parametrize("graded", [ordinary(), *map(hostile, NASTY.values())])
def test_junit_keeps_its_description(graded):
    root = check_junit(output.texts("junit", graded)["junit.xml"])
    assert [suite.get("name") for suite in root] == [one.student for one in inert(graded).sheets]


@given(st.text(max_size=30), st.text(max_size=60))
def test_junit_comes_back_as_it_was(name, detail):
    graded = hostile("x")
    one = graded.sheets[0]
    from dataclasses import replace

    results = (replace(one.results[0], detail=detail, columns=""), *one.results[1:])
    root = check_junit(
        output.texts("junit", replace(graded, sheets=(replace(one, student=name, results=results),)))[
            "junit.xml"
        ]
    )
    assert root[0].get("name") == line(name, 80)
    told = [part for part in ("wrong result, line 3", block(detail)) if part]
    assert root.find("testsuite/testcase/failure").text == "\n".join(told)


# -- Gradescope ----------------------------------------------------------------------------------------------

SEES = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
READS = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
GRADESCOPE = {  # gradescope-autograders.readthedocs.io/en/latest/specs
    "type": "object",
    "additionalProperties": False,
    "required": ["score", "tests"],
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": READS,
        "test_output_format": READS,
        "test_name_format": READS,
        "visibility": SEES,
        "stdout_visibility": SEES,
        "extra_data": {"type": "object"},
        "leaderboard": {"type": "array"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "score": {"type": "number"},
                    "max_score": {"type": "number"},
                    "status": {"enum": ["passed", "failed"]},
                    "name": {"type": "string"},
                    "name_format": READS,
                    "number": {"type": "string"},
                    "output": {"type": "string"},
                    "output_format": READS,
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "visibility": SEES,
                    "extra_data": {"type": "object"},
                },
            },
        },
    },
}


@pytest.mark.parametrize("graded", [ordinary(), *map(hostile, NASTY.values())])
def test_gradescope_keeps_its_specification(graded):
    made = output.texts("gradescope", graded)
    assert len(made) == len(graded.sheets)
    for text in made.values():
        said = json.loads(text)
        jsonschema.validate(said, GRADESCOPE)
        assert said["score"] == sum(test["score"] for test in said["tests"])
        assert {said["output_format"], said["test_output_format"], said["test_name_format"]} == {"text"}


# -- exercism ------------------------------------------------------------------------------------------------

EXERCISM = {  # exercism.org/docs/building/tooling/test-runners/interface, version 3
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "status", "tests"],
    "properties": {
        "version": {"const": 3},
        "status": {"enum": ["pass", "fail", "error"]},
        "message": {"type": ["string", "null"], "maxLength": 65_535},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "status"],
                "properties": {
                    "name": {"type": "string"},
                    "status": {"enum": ["pass", "fail", "error"]},
                    "message": {"type": ["string", "null"], "maxLength": 65_535},
                    "output": {"type": ["string", "null"], "maxLength": 500},
                    "test_code": {"type": "string"},
                    "task_id": {"type": "integer"},
                },
                "if": {"properties": {"status": {"const": "pass"}}},
                "else": {"required": ["message"], "properties": {"message": {"minLength": 1}}},
            },
        },
    },
    "if": {"properties": {"status": {"const": "error"}}},
    "then": {"required": ["message"], "properties": {"message": {"type": "string", "minLength": 1}}},
}


@pytest.mark.parametrize("graded", [ordinary(), *map(hostile, NASTY.values())])
def test_exercism_keeps_its_interface(graded):
    for text in output.texts("exercism", graded).values():
        said = json.loads(text)
        jsonschema.validate(said, EXERCISM)
        assert len(text.encode()) <= 500_000
        if said["tests"]:
            passed = all(test["status"] == "pass" for test in said["tests"])
            assert said["status"] == ("pass" if passed else "fail")
        else:
            assert said["status"] == "error"


# -- GitHub --------------------------------------------------------------------------------------------------


def as_the_runner_reads(text):
    """The commands that a runner obeys (github.com/actions/runner, ActionCommand.cs)."""
    commands, stopped = [], ""
    for each in re.split("\r\n|\r|\n", text):
        found = re.match(r"\s*::([^:\s]+)(?: ([^:]*))?::(.*)", each)
        if stopped:
            stopped = "" if found and found[1] == stopped else stopped
        elif found and found[1] == "stop-commands":
            stopped = found[3]
        elif found:
            commands.append((found[1], found[2] or "", found[3]))
        elif "##[" in each:
            commands.append(("legacy", "", each))
    assert not stopped
    return commands


def test_github_has_annotations_and_the_points_that_classroom_reads():
    one = Graded(LAB, ordinary().sheets[4:5], "3.11.7")
    commands = as_the_runner_reads(output.texts("github", one)["github.txt"])
    assert commands[0] == (
        "error",
        "file=solution.py,line=7,endLine=7,title=two increments give 2",
        "no answer in time, line 7%0A1, expected 2",
    )
    assert commands[1][1] == "file=solution.py,title=no lost update"
    assert commands[2:] == [
        ("notice", "title=Autograding complete", "Points 0/10"),
        ("notice", "title=Autograding report", '{"totalPoints": 0, "maxPoints": 10}'),
    ]


@every_nasty
def test_github_obeys_no_student(text):
    made = output.texts("github", hostile(text))["github.txt"]
    said = made[: made.index("\n::" + made.split("\n")[0].removeprefix("::stop-commands::"))].split("\n")[1:]
    assert all(each.startswith("| ") for each in said)  # a second fence, should the first not be known
    commands = as_the_runner_reads(made)
    assert [name for name, _, _ in commands] == ["error", "error", "notice", "notice", "notice", "notice"]
    assert [said for name, where, said in commands if "report" in where] == [
        '{"totalPoints": 0, "maxPoints": 10}',
        '{"totalPoints": 10, "maxPoints": 10}',
    ]
    assert all("owned" not in where for _, where, _ in commands)


# -- the terminal --------------------------------------------------------------------------------------------


@every_nasty
def test_the_table_has_no_markup_and_no_control(text):
    made = output.texts("table", hostile(text))["grades.txt"]
    assert all(sign.isprintable() or sign == "\n" for sign in made)
    assert "😄" not in made
    if text == NASTY["rich"]:
        assert "[bold red]x[/]" in made


def test_the_table_says_all_that_a_teacher_asks_first():
    made = output.texts("table", ordinary())["grades.txt"]
    for told in (
        "Ada Lovelace",
        "10/10",
        "as in no_lock",
        "5 +5?/10",
        "A person has to look at: Cleo",
        "Isolation: kernel",
    ):
        assert told in made


# -- pages ---------------------------------------------------------------------------------------------------


class Seen(HTMLParser):
    """Which elements and attributes a page really has."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.said = [], set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.said.append(data)


def seen(page) -> Seen:
    parser = Seen()
    parser.feed(page)
    parser.close()
    return parser


def pages(graded):
    return [*output.texts("html", graded).values(), whole_class.render(graded)]


@every_nasty
def test_pages_hold_no_element_of_a_students(text):
    """The same elements and attributes as with a plain word in each place."""
    plain = [seen(page) for page in pages(hostile("plain"))]
    for page, usual in zip(pages(hostile(text)), plain, strict=True):
        found = seen(page)
        assert found.tags == usual.tags
        assert found.attributes == usual.attributes
        assert SEEN_BY_NOBODY.search(page) is None


def test_a_page_of_feedback_has_no_script_and_asks_for_nothing():
    for page in output.texts("html", ordinary()).values():
        found = seen(page)
        assert "script" not in found.tags
        assert not {"src", "href"} & found.attributes
        assert "default-src 'none'" in page
