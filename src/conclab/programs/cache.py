"""Two threads ask one cache for the same page. The bug: it looks and stores in two steps."""

from collections.abc import Callable
from threading import Barrier, Thread

PAGES = 10_000


class Cache:
    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.loaded: list[str] = []

    def get(self, name: str) -> str:
        if name not in self.pages:
            self.pages[name] = self.load(name)
        return self.pages[name]

    def load(self, name: str) -> str:
        self.loaded.append(name)
        return f"text of {name}"


def run_two(work: Callable[[], object]) -> None:
    threads = [Thread(target=work, name=name) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def scenario() -> None:
    cache = Cache()
    run_two(lambda: cache.get("home"))
    assert cache.loaded == ["home"], f"one page, loaded {len(cache.loaded)} times"


def tuned() -> None:
    """The same for a stress test: both set off together, and ask for one new page after the other."""
    cache, barrier = Cache(), Barrier(2)
    names = [f"page {number}" for number in range(PAGES)]

    def work() -> None:
        barrier.wait()
        for name in names:
            cache.get(name)

    run_two(work)
    assert len(cache.loaded) == PAGES, f"{PAGES} pages, loaded {len(cache.loaded)} times"
