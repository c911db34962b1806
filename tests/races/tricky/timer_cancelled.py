"""A watchdog that is cancelled when the work is done: it never barks, and its thread ends."""

import threading


def correct():
    done, alarms = [], []
    watchdog = threading.Timer(3600, alarms.append, args=("late",))
    worker = threading.Thread(target=done.append, args=("work",))
    watchdog.start()
    worker.start()
    worker.join()
    watchdog.cancel()
    watchdog.join()
    assert (done, alarms) == (["work"], [])
