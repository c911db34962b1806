"""Who does not get the lock puts the entry aside instead of waiting; nothing is lost."""

import threading


class Log:
    def __init__(self):
        self.lock = threading.Lock()
        self.lines = []
        self.aside = []

    def write(self, line):
        if not self.lock.acquire(blocking=False):
            self.aside.append(line)
            return
        try:
            self.lines.append(line)
        finally:
            self.lock.release()


def correct():
    log = Log()
    threads = [threading.Thread(target=log.write, args=(line,)) for line in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(log.lines + log.aside) == [1, 2, 3]
    assert not log.lock.locked()
