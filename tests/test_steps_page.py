"""The page of a counterexample is one inert file that tells the whole story, with and without JavaScript."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

import jsonschema
import pytest

from conclab.report.moments import moments
from conclab.report.steps import render, write
from conclab.story.rows import rows
from stories import HOSTILE, deadlock, hostile, long_story, lost_update, shortened, stories, untold
from teller import Teller
from test_report import Page

EVERY = {**stories(), **untold()}
SCHEMA = json.loads(files("conclab.explore").joinpath("explore.schema.json").read_text(encoding="utf-8"))
every_document = pytest.mark.parametrize("document", EVERY.values(), ids=EVERY)
every_story = pytest.mark.parametrize("document", stories().values(), ids=stories())


def page(document):
    return Page(render(document))


def view(document):
    """What the page's script is given."""
    script = next(one for one in page(document).all("script") if one["attrs"].get("id") == "view")
    return json.loads(script["text"])


def standing(document, step, thread):
    return moments(document, rows(document))[step - 1].threads[thread]


# --- the document


@every_document
def test_the_documents_keep_to_the_schema(document):
    jsonschema.Draft202012Validator(SCHEMA).validate(document)


def objects(schema):
    if isinstance(schema, dict):
        yield schema
        for one in schema.values():
            yield from objects(one)
    elif isinstance(schema, list):
        for one in schema:
            yield from objects(one)


def test_the_schema_is_valid_and_closed():
    """A name that it does not know is a mistake of ours."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert all("additionalProperties" in one for one in objects(SCHEMA) if one.get("type") == "object")


@pytest.mark.parametrize("name", ["schema", "verdict", "coverage", "failure", "story"])
def test_the_schema_misses_what_is_missing(name):
    told = lost_update()
    del told[name]
    with pytest.raises(jsonschema.ValidationError, match="required"):
        jsonschema.validate(told, SCHEMA)


# --- the page


@every_document
def test_every_document_has_a_page_that_needs_nothing_else(document):
    """No address in it, and elements that are closed in order."""
    text = render(document)
    found = Page(text)
    assert not re.search(r"@import|url\(|https?:|//cdn|\bimport\(|fetch\(|XMLHttpRequest", text)
    assert found.attributes("src") == []
    assert all(address.startswith("#") for address in found.attributes("href"))
    assert not found.all("link")
    assert "default-src 'none'" in found.all("meta")[1]["attrs"]["content"]


@every_document
def test_every_page_can_be_found_ones_way_in(document):
    """Language, one h1, landmarks, captions, scopes, ids that are there once."""
    found = page(document)
    assert found.all("html")[0]["attrs"]["lang"] == "en"
    assert len(found.all("h1")) == 1
    assert all(len(found.all(landmark)) == 1 for landmark in ("header", "main"))
    assert len(found.all("caption")) == len(found.all("table"))
    assert all(one["attrs"]["scope"] in {"row", "col"} for one in found.all("th"))
    ids = found.attributes("id")
    assert len(ids) == len(set(ids))
    assert set(found.attributes("aria-labelledby")) <= set(ids)
    assert {address[1:] for address in found.attributes("href")} <= set(ids)


@every_document
def test_nothing_is_unknown_to_the_template(document):
    assert not re.search(r"\bNone\b|\bnan\b|Undefined|Sort\.", page(document).words())


@every_document
def test_the_page_is_the_same_every_time(document):
    assert render(document) == render(json.loads(json.dumps(document)))


@pytest.mark.parametrize("name", [name for name in stories() if name != "hostile"])
def test_nothing_that_the_document_says_is_left_out(name):
    """Summary, mechanism, details, source, and every step in the table, which needs no script."""
    document = stories()[name]
    found = page(document)
    said = found.words()
    failure = document["failure"]
    for text in (document["target"], failure["summary"], failure["mechanism"], *failure["details"]):
        assert " ".join(text.split()) in said
    assert f"conclab explore {document['target']} --replay {failure['replay']}" in said
    assert document["coverage"]["sentence"] in said
    told = [row for row in found.rows("Time goes down") if row[0] and row[0][0].isdigit()]
    assert len(told) == len(rows(document))
    for cells, row in zip(told, rows(document), strict=True):
        told_row = " ".join(cells)
        assert " ".join(row.source.split()) in told_row
        assert all(one.text in told_row for one in row.effects)
    for source in document["story"]["files"].values():
        for line in source.split("\n"):
            assert " ".join(line.split()) in said


def test_a_row_stands_in_the_column_of_its_thread():
    found = page(lost_update()).rows("Time goes down")
    assert found[0] == ["step", "line", "worker-1", "worker-2"]
    told = {row[0]: row for row in found}
    assert told["4"][2:] == ["self.n += 1 … reads self.n = 0 has not written yet", ""]
    assert told["5\u20136"][2:] == ["", "self.n += 1 reads self.n = 0 writes self.n = 1"]
    assert ["switch 1 of 1: worker-1 is stopped here, worker-2 runs"] in found


def test_several_files_are_told_apart():
    tell = Teller("self.n += 1", "main", "one", "two", file="one.py")
    tell.files["two.py"] = "other.n += 2"
    tell.step(1, 1, "", reads=[("n", "0")])
    tell.step(2, 1, "", file="two.py", reads=[("n", "0")], switch=True)
    found = page(tell.tell("assertion", "it failed"))
    assert [row[1] for row in found.rows("Time goes down") if row[0].isdigit()] == ["one.py:1", "two.py:1"]
    assert found.attributes("data-file") == ["one.py", "two.py"]


def test_a_shortened_story_says_where():
    said = page(shortened()).words()
    assert said.count("40 of 400 steps are shown, the middle is left out.") == 2
    assert said.count("steps are left out here") == 1


@pytest.mark.parametrize("name", ["holds", "any number", "unclear"])
def test_without_a_failure_the_page_says_what_was_covered_and_nothing_else(name):
    document = untold()[name]
    found = page(document)
    assert found.all("script") == []
    assert "script-src" not in found.all("meta")[1]["attrs"]["content"]
    assert found.all("h2") == []
    assert document["coverage"]["sentence"] in found.words()
    assert (document["not_controlled"] or "") in found.words()


def test_a_failure_without_a_story_can_be_replayed():
    found = page(untold()["no story"])
    assert found.all("h2") == []
    assert "--replay r1-3f9c2a-1.2.2" in found.words()
    assert "counter.py:19 in scenario: assert counter.n == 2" in found.words()


# --- hostile text


def test_hostile_text_stays_text():
    """The page has no element that it has not without it, and the data come out as they went in."""
    document = hostile()
    found = page(document)
    plain = {one["tag"] for name in ("lost update", "deadlock") for one in page(stories()[name]).elements}
    assert {one["tag"] for one in found.elements} <= plain | {"ul", "li"}
    assert found.all("img") == []
    assert found.comments == []
    assert len(found.all("script")) == 3
    assert not {name for one in found.elements for name in one["attrs"] if name.startswith("on")}
    assert "{{ 7 * 7 }}" in found.words()
    own = next(one for one in found.all("script") if one["attrs"].get("id") == "document")
    assert json.loads(own["text"]) == document
    for name in ("document", "view"):
        raw = render(document).split(f'id="{name}">')[1].split("</script>")[0]
        assert not set("<>&'") & set(raw)


def test_invisible_characters_are_shown():
    """A mark of direction in a source makes it read as what it is not."""
    text = render(hostile())
    shown = "\n".join(re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL).split("\n"))
    assert not [char for char in shown if not char.isprintable() and char != "\n"]
    assert "\\u202egnp" in shown
    assert "\\u202egnp" in json.dumps(view(hostile())).replace("\\\\", "\\")


def test_only_the_page_s_own_script_may_run():
    """The policy names it by its hash."""
    found = page(lost_update())
    own = found.all("script")[-1]
    assert [one["attrs"].get("type") for one in found.all("script")] == ["application/json"] * 2 + [None]
    digest = b64encode(sha256(own["text"].encode()).digest()).decode()
    policy = found.all("meta")[1]["attrs"]["content"]
    assert f"script-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy.split("script-src")[1]


def test_the_page_is_written_whole(tmp_path):
    path = write(hostile(), tmp_path / "steps.html")
    assert path == tmp_path / "steps.html"
    assert path.read_text(encoding="utf-8") == render(hostile())
    assert list(tmp_path.iterdir()) == [path]


# --- step by step


@every_story
def test_there_is_a_moment_for_every_step(document):
    """With every thread, every value and every lock in it, and one thread that did it."""
    given = view(document)
    assert len(given["steps"]) == document["story"]["kept"]
    for place, step in enumerate(given["steps"]):
        first, last = given["rows"][step["row"]]
        assert first <= place <= last
        assert len(step["threads"]) == len(document["story"]["threads"])
        runs = [one for one in step["threads"] if one["state"] == "running"]
        assert len(runs) <= 1
        assert step["threads"][step["thread"]]["state"] in {"running", "waiting"}


@every_story
def test_every_line_that_a_thread_stands_on_can_be_shown(document):
    given = view(document)
    for step in given["steps"]:
        for thread in step["threads"]:
            numbers = [number for number, _ in given["files"].get(thread["file"], [])]
            assert thread["line"] is None or thread["line"] in numbers


def test_of_a_long_file_a_part_is_shown():
    given = view(long_story(20))
    assert len(given["files"]["long.py"]) < 40


@pytest.mark.parametrize(
    ("step", "thread", "state", "words"),
    [
        (1, 0, "running", "running"),
        (1, 1, "ready", "ready"),
        (1, 2, "absent", "not started"),
        (3, 0, "waiting", "waits for there"),
        (5, 1, "ready", "ready"),
        (6, 2, "waiting", "waits for lock_a, held by there"),
        (7, 1, "waiting", "waits for lock_b, held by back"),
    ],
)
def test_every_thread_has_a_state(step, thread, state, words):
    one = standing(deadlock(), step, thread)
    assert (one.state, one.words) == (state, words)


def test_a_thread_that_came_to_its_end_has_ended():
    assert standing(lost_update(), 7, 2).words == "has ended"


def test_the_thread_of_a_running_task_runs_the_event_loop():
    assert standing(stories()["check-await-act"], 6, 0).words == "runs the event loop"


def test_a_task_that_nobody_follows_is_suspended_until_its_last_step():
    document = stories()["check-await-act"]
    for step in document["story"]["steps"]:
        step["at"] = {key: place for key, place in step["at"].items() if key in {"0", str(step["thread"])}}
    assert [standing(document, step, 2).words for step in (5, 7, 11)] == [
        "running",
        "suspended",
        "no more steps",
    ]


def test_who_waits_in_the_end_is_told_in_a_row_without_a_step():
    document = deadlock()
    step = document["story"]["steps"].pop()
    document["story"] |= {"kept": 6, "of": 6}
    document["story"]["steps"][-1] |= {"waiting": step["waiting"], "at": step["at"]}
    found = page(document)
    told = found.rows("Time goes down")
    assert told[-2:] == [["in the end"], ["end", "8", "with lock_b: waits for lock_b, held by back", ""]]
    assert len(found.attributes("data-row")) == len(rows(document))


def test_what_a_thread_believes_is_held_against_what_is():
    """As soon as another one has written, and until it reads or writes again itself."""
    told = [standing(lost_update(), step, 1).outdated for step in range(1, 9)]
    assert told == [(), (), (), (), (), ("self.n is 1 now, not 0",), (), ()]


def test_over_left_out_steps_nothing_is_held_against_anything():
    """The thread may have read it again."""
    document = shortened()
    outdated = {place: one.outdated for place in (19, 20, 21) for one in [standing(document, place, 1)]}
    assert outdated[20]
    assert outdated[21] == ()
    assert moments(document, rows(document))[20].arrival == "steps are left out before this one"
    document["story"]["cut"] = None
    assert standing(document, 20, 1).outdated == ()


def test_values_say_what_the_step_did_to_them():
    told = [moment.values[0] for moment in moments(lost_update(), rows(lost_update()))[3:7]]
    assert [(one.text, one.mark, one.before) for one in told] == [
        ("0", "read", ""),
        ("0", "read", ""),
        ("1", "write", "0"),
        ("1", "write", "1"),
    ]


def test_locks_say_who_has_them_and_who_wants_them():
    last = moments(deadlock(), rows(deadlock()))[-1]
    assert [(one.holder, one.wanted) for one in last.locks] == [("there", "back"), ("back", "there")]


def test_what_is_only_waited_for_is_told_too():
    """An event, say; the end of a thread is told by the thread."""
    tell = Teller("ready.wait()", "main", "one")
    tell.step(0, 1, "starts one", starts=[1])
    tell.step(1, 1, "waits for ready", blocked=True, wants="ready")
    tell.step(0, 1, "waits for one", blocked=True, wants="one")
    told = tell.tell("deadlock", "nobody is left")
    assert [(one.holder, one.wanted) for one in moments(told, rows(told))[-1].locks] == [("", "one")]


def test_hostile_names_do_not_mix_up_threads():
    document = lost_update()
    document["story"]["threads"][1]["name"] = document["story"]["threads"][2]["name"] = HOSTILE
    names = [one.said.split(",")[0] for one in moments(document, rows(document))[3:5]]
    assert names[0] != names[1]
