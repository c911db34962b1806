"""The page of a run in a real browser: in light, dark, narrow and print, by keyboard, and judged by axe-core.

Runs where playwright and a Chromium are installed; axe-core comes with axe-playwright-python.
"""

from __future__ import annotations

from importlib.resources import files

import pytest

from chromium import CHROMIUM, QUIET
from conclab.report.page import write
from gil_runs import gil_run, overlapping, processes, runs, serial, turns, usual
from search_runs import search_run

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright to drive a browser")

WIDE, NARROW, PAPER = (
    {"width": 1280, "height": 900},
    {"width": 420, "height": 800},
    {"width": 700, "height": 1000},
)
LOOKS = {
    "light": {"color_scheme": "light", "viewport": WIDE},
    "dark": {"color_scheme": "dark", "viewport": WIDE},
    "narrow": {"color_scheme": "dark", "viewport": NARROW},
    "print": {"color_scheme": "dark", "viewport": PAPER},
}
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
    pytest.mark.filterwarnings("ignore"),
]
PAGES = runs() | {"search": search_run()}
every_look = pytest.mark.parametrize("look", LOOKS)


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def open_page(browser, tmp_path):
    """Open the page of a run, without a network; whatever goes wrong in it is listed in `page.troubles`."""
    contexts = []

    def show(document, look, **more):
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
        page.goto(write(document, tmp_path).as_uri())
        return page

    yield show
    for context in contexts:
        context.close()


@every_look
@pytest.mark.parametrize("document", PAGES.values(), ids=PAGES)
def test_the_page_opens_without_a_complaint(open_page, tmp_path, document, look):
    """No error, no request but for itself, nothing wider than the window."""
    page = open_page(document, look)
    assert page.troubles == []
    assert page.asked == [(tmp_path / "report.html").as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(
    ("name", "look"),
    [
        *((name, look) for name in ("usual", "search") for look in LOOKS),
        ("mixed", "light"),
        ("order", "dark"),
    ],
)
def test_axe_finds_no_barrier(open_page, name, look):
    """Contrast, names, roles, headings, tables: as far as a program can judge them."""
    package = pytest.importorskip("axe_playwright_python", reason="needs axe-playwright-python for axe-core")
    page = open_page(PAGES[name], look, bypass_csp=True)
    page.evaluate(files(package).joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []
    assert len(found["passes"]) > 20


def test_a_lane_can_be_read_by_keyboard(open_page):
    """Its stretches one after the other, said and shown."""
    page = open_page(gil_run(threads=turns()), "light")
    lane = page.locator("svg.stretches").first
    lane.focus()
    page.keyboard.press("Home")
    first = lane.get_attribute("aria-valuetext")
    seen = {first}
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        seen.add(lane.get_attribute("aria-valuetext"))
    assert len(seen) == 4
    assert any(text.startswith("holds the GIL: 0 to ") for text in seen)
    assert any(text.startswith("waits for the GIL: ") for text in seen)
    assert page.locator("#tip").inner_text().startswith("threads, worker-1, ")
    page.keyboard.press("Escape")
    assert page.locator("#tip").is_hidden()


def test_pointing_at_a_stretch_says_what_it_is(open_page):
    page = open_page(gil_run(serial=serial(), processes=processes()), "dark")
    page.locator("svg.stretches").nth(1).locator(".hit").last.hover()
    assert "processes, worker-1, task 2: 21 to 42 ms" in page.locator("#tip").inner_text()


def test_print_is_dark_on_white_and_nothing_is_cut(open_page):
    """Whatever the screen's colours are."""
    page = open_page(runs()["many workers"], "print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    tables = "[...document.querySelectorAll('.wide')]"
    assert page.evaluate(f"{tables}.filter((each) => each.scrollWidth > each.clientWidth + 1).length") == 0
    for section in ("timeline", "gil"):
        assert page.locator(f"section[aria-labelledby={section}]").is_visible()
    assert page.locator("nav").is_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF")


@every_look
def test_figures_keep_out_of_each_others_way(open_page, look):
    """Also in the widest table: processes, and time of which nothing is known."""
    document = gil_run(processes=processes())
    for one in document["trace"]["gil"]["processes"]["threads"]:
        one["states"].append([20_000, 42_000, "unknown"])
        for figure in (
            "held_s",
            "waiting_s",
            "released_s",
            "no_cpu_s",
            "blocked_s",
            "unknown_s",
            "longest_wait_s",
        ):
            one[figure] = 0.00845
    page = open_page(document, look)
    cells = "[...document.querySelectorAll('.figures td, .figures th')]"
    assert page.evaluate(f"{cells}.filter((each) => each.scrollWidth > each.clientWidth + 1).length") == 0


def test_without_javascript_everything_is_there(open_page):
    """Drawing and tables; only the controls are gone."""
    page = open_page(usual(), "light", java_script_enabled=False)
    assert page.locator("svg.stretches").count() == 6
    assert page.locator("svg.stretches title").count() > 0
    assert page.get_by_text("holds the GIL").first.is_visible()


def test_a_heavy_page_is_there_in_an_instant(open_page):
    """Five variants of twelve lanes with six hundred stretches: no browser minds so few elements."""
    states = [[place * 100, place * 100 + 100, "holds" if place % 2 else "waits"] for place in range(600)]
    heavy = overlapping()
    lanes = [{**heavy["threads"][0], "name": f"worker-{number}", "states": states} for number in range(16)]
    names = ["serial", "threads", "processes", "asyncio", "interpreters"]
    page = open_page(
        gil_run(**{name: {**heavy, "window_s": 0.06, "threads": lanes} for name in names}), "light"
    )
    assert page.evaluate("document.querySelectorAll('*').length") < 6_000
    assert page.troubles == []
