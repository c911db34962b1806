"""A global counter without a lock: two visits are counted as one.

visit(1) reads visits; visit(2) reads the same number and writes it plus one; visit(1) writes the same.
"""

import threading

visits = 0
guard = threading.Lock()


def visit(log, page):
    global visits  # noqa: PLW0603 (the global is the subject)
    log.append(page)
    visits += 1


def visit_guarded(log, page):
    with guard:
        visit(log, page)


def serve(handler):
    before, log = visits, []
    threads = [threading.Thread(target=handler, args=(log, page)) for page in ("home", "news")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert visits - before == len(log) == 2


def buggy():
    serve(visit)


def correct():
    serve(visit_guarded)
