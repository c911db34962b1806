"""The classroom's pages in a real browser: every look, by keyboard, judged by axe-core, hostile names inert.

Runs where playwright and a Chromium are installed; axe-core comes with axe-playwright-python.
"""

from __future__ import annotations

from importlib.resources import files

import pytest

from chromium import CHROMIUM, QUIET
from classes import NASTY, hostile, ordinary
from conclab.classroom import output
from conclab.classroom.page.whole_class import write
from conclab.classroom.tally import Graded
from graders import LAB

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright to drive a browser")

LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "narrow": {"color_scheme": "dark", "viewport": {"width": 420, "height": 800}},
    "print": {"color_scheme": "dark", "viewport": {"width": 700, "height": 1000}},
}
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
    pytest.mark.filterwarnings("ignore"),
]
CLASSES = {"ordinary": ordinary(), "thirty": ordinary(24), "nobody": Graded(LAB, (), "3.11.7")}
every_look = pytest.mark.parametrize("look", LOOKS)


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def open_page(browser):
    """Open a page without a network; whatever goes wrong in it is listed in `page.troubles`."""
    contexts = []

    def show(path, look="light", **more):
        context = browser.new_context(**LOOKS[look], **more)
        contexts.append(context)
        context.set_offline(True)
        page = context.new_page()
        page.troubles, page.asked = [], []
        page.on("console", lambda message: page.troubles.append(message.text))
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        if look == "print":
            page.emulate_media(media="print")
        page.goto(path.as_uri())
        return page

    yield show
    for context in contexts:
        context.close()


def feedback(graded, folder):
    return output.write(["html"], graded, folder)[1]


def barriers(page):
    package = pytest.importorskip("axe_playwright_python", reason="needs axe-playwright-python for axe-core")
    page.evaluate(files(package).joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")
    assert len(found["passes"]) > 15
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]


@every_look
@pytest.mark.parametrize("graded", CLASSES.values(), ids=CLASSES)
def test_the_report_opens_without_a_complaint(open_page, tmp_path, graded, look):
    """No error, no request but for itself, nothing wider than the window."""
    path = write(graded, tmp_path)
    page = open_page(path, look)
    assert page.troubles == []
    assert page.asked == [path.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@every_look
def test_axe_finds_no_barrier(open_page, tmp_path, look):
    """In the report and in a student's page: contrast, names, roles, headings, tables."""
    page = open_page(write(ordinary(6), tmp_path), look, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert barriers(page) == []
    assert barriers(open_page(feedback(ordinary(), tmp_path), look, bypass_csp=True)) == []


def test_every_link_leads_somewhere_by_keyboard(open_page, tmp_path):
    page = open_page(write(ordinary(), tmp_path))
    broken = (
        "[...document.querySelectorAll('a')].filter((a) => !document.getElementById(a.hash.slice(1)))"
        ".map((a) => a.outerHTML)"
    )
    assert page.evaluate(broken) == []
    page.locator(".matrix a", has_text="Bob").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector(':target h3').textContent").startswith("Bob")
    assert page.locator(":target").is_visible()


def test_a_student_is_found_by_typing(open_page, tmp_path):
    """What is shown is said to a screen reader too."""
    page = open_page(write(ordinary(), tmp_path))
    rows = page.locator(".matrix tr.student:visible")
    assert rows.count() == 6
    page.get_by_label("Find a student").fill("ad")
    assert rows.count() == 1
    assert page.locator("#said").inner_text() == "1 of 6 students are shown"
    page.get_by_label("Find a student").fill("")
    page.get_by_label("only those for a person").check()
    assert rows.all_inner_texts()[0].startswith("Cleo")
    assert rows.count() == 1


def test_without_javascript_everything_is_there(open_page, tmp_path):
    page = open_page(write(ordinary(), tmp_path), java_script_enabled=False)
    assert page.locator(".matrix tr.student").count() == 6
    assert page.locator(".controls").is_hidden()
    page.locator(".pair summary").click()
    assert page.locator(".pair pre").first.is_visible()


def test_print_is_dark_on_white_and_nothing_is_cut(open_page, tmp_path):
    page = open_page(write(ordinary(24), tmp_path), "print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    tables = "[...document.querySelectorAll('.wide')]"
    assert page.evaluate(f"{tables}.filter((each) => each.scrollWidth > each.clientWidth + 1).length") == 0
    assert page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("name", ["script", "attribute", "cdata", "direction", "long", "terminal", "jinja"])
def test_a_hostile_name_is_only_a_name(open_page, tmp_path, name):
    """No script of it runs, nothing is asked for, the page keeps its width; also without the policy."""
    graded = hostile(NASTY[name])
    for path in (write(graded, tmp_path), feedback(graded, tmp_path)):
        page = open_page(path, bypass_csp=True)
        page.locator("h1").hover()
        assert "owned" not in page.title().replace(NASTY["script"], "")
        assert page.evaluate("document.title") != "owned"
        assert len(page.asked) == 1
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_three_hundred_students_are_there_in_an_instant(open_page, tmp_path):
    """No browser minds so few elements."""
    page = open_page(write(ordinary(300), tmp_path))
    assert page.evaluate("document.querySelectorAll('*').length") < 20_000
    assert page.troubles == []
