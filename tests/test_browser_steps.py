"""A counterexample in a real browser: stepped through by buttons, keys, slider, rows; judged by axe-core."""

from __future__ import annotations

from importlib.resources import files

import pytest

from chromium import CHROMIUM, QUIET
from conclab.report.steps import write
from stories import deadlock, dining, hostile, long_story, lost_update, stories, untold

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
EVERY = {**stories(), **untold()}
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
    pytest.mark.filterwarnings("ignore"),
]
every_look = pytest.mark.parametrize("look", LOOKS)


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def open_page(browser, tmp_path):
    """Open the page of a document, without a network; what goes wrong in it is listed in `page.troubles`."""
    contexts = []

    def show(document, look="light", **more):
        context = browser.new_context(**LOOKS[look], **more)
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.set_offline(True)
        page = context.new_page()
        page.troubles, page.asked = [], []
        page.on("console", lambda message: page.troubles.append(message.text))
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        if look == "print":
            page.emulate_media(media="print")
        page.goto(write(document, tmp_path / "steps.html").as_uri())
        return page

    yield show
    for context in contexts:
        context.close()


def press(page, name):
    # a button at the end of its way says that it is disabled; it can be pressed all the same
    page.locator(f"[data-go={name}]").click(force=True)


def count(page):
    return page.locator("#count").inner_text()


def panel(page, name):
    return page.get_by_role("group", name=name, exact=True)


@every_look
@pytest.mark.parametrize("document", EVERY.values(), ids=EVERY)
def test_the_page_opens_without_a_complaint(open_page, tmp_path, document, look):
    """No error, no request but for itself, nothing wider than the window, at the last step too."""
    page = open_page(document, look)
    if document["story"] and look != "print":
        press(page, "last")
    assert page.troubles == []
    assert page.asked == [(tmp_path / "steps.html").as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@every_look
@pytest.mark.parametrize(
    "name", ["lost update", "dining", "check-await-act", "hostile", "shortened", "unclear"]
)
def test_axe_finds_no_barrier(open_page, name, look):
    """Contrast, names, roles, headings, tables, at the first step and at the last."""
    package = pytest.importorskip("axe_playwright_python", reason="needs axe-playwright-python for axe-core")
    page = open_page(EVERY[name], look, bypass_csp=True)
    page.evaluate(files(package).joinpath("axe.min.js").read_text(encoding="utf-8"))
    for go in ("first", "last") if EVERY[name]["story"] and look != "print" else ("as it is",):
        if go != "as it is":
            press(page, go)
        found = page.evaluate("axe.run()")
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []
        assert len(found["passes"]) > 12


def test_buttons_step_forward_and_back(open_page):
    page = open_page(lost_update())
    assert count(page) == "step 1 of 8"
    for _ in range(4):
        press(page, "forward")
    assert count(page) == "step 5 of 8"
    press(page, "back")
    assert count(page) == "step 4 of 8"
    press(page, "last")
    assert count(page) == "step 8 of 8"
    press(page, "forward")
    assert count(page) == "step 8 of 8"
    press(page, "first")
    assert count(page) == "step 1 of 8"
    press(page, "back")
    assert count(page) == "step 1 of 8"


def test_keys_step_too(open_page):
    page = open_page(lost_update())
    page.locator("#by-step").scroll_into_view_if_needed()
    for key, place in [("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("End", 8), ("Home", 1)]:
        page.keyboard.press(key)
        assert count(page) == f"step {place} of 8"


def test_keys_keep_their_meaning_where_the_steps_are_out_of_sight(open_page):
    """Home is the top of the page, and space turns it over."""
    page = open_page(long_story())
    page.locator("#data").scroll_into_view_if_needed()
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    assert count(page) == "step 1 of 300"
    assert page.get_by_role("button", name="Play").count() == 1


def test_the_slider_steps(open_page):
    page = open_page(lost_update())
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert count(page) == "step 2 of 8"
    slider.fill("5")
    assert count(page) == "step 5 of 8"
    assert slider.get_attribute("aria-valuetext") == "step 5 of 8, worker-2, line 9: reads self.n = 0"


def test_the_score_can_be_pointed_at(open_page):
    """Its cells lie where the slider's steps lie."""
    page = open_page(lost_update())
    box = page.locator(".track").bounding_box()
    for step in (1, 4, 6, 8):
        page.mouse.click(box["x"] + box["width"] * (step - 0.5) / 8, box["y"] + box["height"] / 2)
        assert count(page) == f"step {step} of 8"


def test_values_change_with_the_steps(open_page):
    """Read and written look different, and what was there before is told."""
    page = open_page(lost_update())
    row = page.locator("#values tbody tr")
    seen = []
    for _ in range(8):
        seen.append((*row.locator("td").all_inner_texts(), row.get_attribute("class")))
        press(page, "forward")
    assert seen[:3] == [("", "", "")] * 3
    assert seen[3:] == [
        ("0", "read", "read"),
        ("0", "read", "read"),
        ("1", "written, was 0", "write"),
        ("1", "written, the same as before", "write"),
        ("1", "read", "read"),
    ]
    page.keyboard.press("Home")
    assert row.locator("td").all_inner_texts() == ["", ""]


def test_every_thread_shows_its_line_and_its_state(open_page):
    page = open_page(lost_update())
    press(page, "switch")
    assert page.locator("#switched").inner_text() == "switch 1 of 1: worker-1 is stopped here, worker-2 runs"
    assert panel(page, "worker-2").locator(".state").inner_text() == "running"
    assert panel(page, "worker-1").locator(".state").inner_text() == "ready"
    for name, line in [("main", "18"), ("worker-1", "9"), ("worker-2", "9")]:
        spot = panel(page, name).locator(".here")
        assert spot.get_attribute("data-line") == line
        window = panel(page, name).locator(".window").bounding_box()
        box = spot.bounding_box()
        assert window["y"] - 1 <= box["y"]
        assert box["y"] + box["height"] <= window["y"] + window["height"] + 1
    press(page, "forward")
    assert "self.n is 1 now, not 0" in panel(page, "worker-1").inner_text()


def test_locks_say_who_holds_and_who_wants(open_page):
    page = open_page(deadlock())
    press(page, "last")
    cells = [row.locator("td").all_inner_texts() for row in page.locator("#locks tbody tr").all()]
    assert cells == [["there", "back"], ["back", "there"]]
    assert panel(page, "there").locator(".state").inner_text() == "waits for lock_b, held by back"


def test_rows_and_steps_go_together(open_page):
    """A row chosen, by pointer or key, is the step shown; a step shown is the row marked."""
    page = open_page(lost_update())
    page.locator("tr[data-row]").nth(3).locator("td.own").click()
    assert count(page) == "step 5 of 8"
    press(page, "forward")
    assert page.locator("tr[aria-current=step]").get_attribute("data-row") == "3"
    press(page, "forward")
    assert page.locator("tr[aria-current=step]").get_attribute("data-row") == "4"
    page.get_by_role("button", name="Go to step 8").focus()
    page.keyboard.press("Enter")
    assert count(page) == "step 8 of 8"
    assert page.locator("tr[aria-current=step]").count() == 1
    assert page.locator(".listing .here").get_attribute("data-line") == "19"


def test_the_steps_are_still_in_sight_beside_the_table(open_page):
    page = open_page(dining())
    page.locator("tr[data-row]").last.scroll_into_view_if_needed()
    page.locator("tr[data-row]").last.locator("td.own").click()
    bar = page.locator(".bar").bounding_box()
    assert -1 <= bar["y"] < 10
    assert "waits for forks[4], held by philosopher-5" in page.locator("#said").inner_text()


def test_what_has_the_focus_is_not_under_the_bar(open_page):
    page = open_page(long_story(), reduced_motion="reduce")
    page.locator("tr[data-row]").nth(60).scroll_into_view_if_needed()
    page.locator("tr[data-row] button").nth(40).focus()
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        bar, own = page.locator(".bar").bounding_box(), page.locator(":focus").bounding_box()
        assert own["y"] >= bar["y"] + bar["height"] - 1


def test_it_plays_and_pauses(open_page):
    """The clock is ours."""
    page = open_page(lost_update())
    page.clock.install()
    page.reload()
    press(page, "play")
    assert page.get_by_role("button", name="Pause").count() == 1
    page.clock.run_for(1250)
    assert count(page) == "step 2 of 8"
    press(page, "play")
    page.clock.run_for(5000)
    assert count(page) == "step 2 of 8"
    page.locator("#speed").select_option("350")
    page.locator("h2").first.click()
    page.keyboard.press(" ")
    page.clock.run_for(60_000)
    assert count(page) == "step 8 of 8"
    assert page.get_by_role("button", name="Play").count() == 1
    press(page, "play")
    page.clock.run_for(10)
    assert count(page) == "step 1 of 8"


def test_a_screen_reader_hears_the_step(open_page):
    """But not every step of a film."""
    page = open_page(lost_update())
    told = page.get_by_role("status")
    press(page, "switch")
    heard = (
        "Step 5. switch 1 of 1: worker-1 is stopped here, worker-2 runs. worker-2, line 9: reads self.n = 0"
    )
    assert told.inner_text() == heard
    page.clock.install()
    press(page, "play")
    page.clock.run_for(1300)
    assert count(page) == "step 6 of 8"
    assert told.inner_text() == heard
    press(page, "play")
    assert told.inner_text() == "Step 6. worker-2, line 9: writes self.n = 1"


def test_the_command_can_be_copied(open_page):
    page = open_page(lost_update(), permissions=["clipboard-read", "clipboard-write"])
    page.locator("#copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "conclab explore counter.py:scenario --replay r1-3f9c2a-1.2.2"


def test_the_document_can_be_saved(open_page, tmp_path):
    page = open_page(hostile())
    with page.expect_download() as download:
        page.locator("#save").click()
    assert download.value.suggested_filename == "explore.json"
    download.value.save_as(tmp_path / "saved.json")
    page_says = page.evaluate("JSON.parse(document.getElementById('document').textContent).target")
    assert page_says == hostile()["target"]


def test_without_javascript_the_whole_interleaving_is_there(open_page):
    """Only what could not work is gone."""
    page = open_page(lost_update(), java_script_enabled=False)
    assert page.locator("tr[data-row]").count() == 6
    assert page.get_by_text("it had read 0 before worker-2 wrote 1").is_visible()
    assert page.locator("#stage").is_hidden()
    assert page.locator("button:visible").count() == 0


@pytest.mark.parametrize("name", stories())
def test_print_shows_the_table_dark_on_white(open_page, name):
    """And nothing is cut: paper does not scroll."""
    page = open_page(EVERY[name], "print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("#stage").is_hidden()
    assert page.locator(".bar").is_hidden()
    assert page.locator("table.story").is_visible()
    regions = "[...document.querySelectorAll('.wide')]"
    assert page.evaluate(f"{regions}.filter((each) => each.scrollWidth > each.clientWidth + 1).length") == 0
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_nothing_moves_by_itself_for_those_who_asked_for_that(open_page):
    page = open_page(lost_update(), reduced_motion="reduce")
    moving = """[...document.querySelectorAll("*")].filter((each) => {
      const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(each);
      return animationName !== "none" || transitionDuration !== "0s" || scrollBehavior === "smooth";
    }).length"""
    assert page.evaluate(moving) == 0


def test_on_a_phone_a_row_names_its_thread(open_page):
    """There are no columns to tell it by."""
    page = open_page(deadlock(), "narrow")
    own = page.locator("tr[data-row]").nth(2).locator("td.own")
    assert own.evaluate("(each) => getComputedStyle(each, '::before').content") == '"there"'
    assert own.bounding_box()["width"] > 200


def test_a_long_story_is_there_in_an_instant(open_page):
    """Three hundred steps: no browser minds so few elements."""
    page = open_page(long_story())
    assert page.evaluate("document.querySelectorAll('*').length") < 7_000
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    assert page.troubles == []
