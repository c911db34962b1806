"""A lock is taken by one thread and given back by another: a plain Lock has no owner, and none is lost."""

import threading


def correct():
    busy, steps = threading.Lock(), []
    busy.acquire()

    def finish():
        steps.append("finished")
        busy.release()

    helper = threading.Thread(target=finish)
    helper.start()
    with busy:
        steps.append("went on")
    helper.join()
    assert steps == ["finished", "went on"]
    assert not busy.locked()
