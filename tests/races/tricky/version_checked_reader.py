"""The reader takes no lock: it reads again if the version was odd or has changed meanwhile."""

import threading
import time


class Point:
    def __init__(self):
        self.version = 0
        self.x = self.y = 1

    def move(self, to):
        self.version += 1
        self.x = to
        self.y = to
        self.version += 1

    def read(self):
        while True:
            version = self.version
            x, y = self.x, self.y
            if version % 2 == 0 and version == self.version:
                return x, y
            time.sleep(0)


def correct():
    point, seen = Point(), []
    writer = threading.Thread(target=point.move, args=(2,))
    reader = threading.Thread(target=lambda: seen.append(point.read()))
    writer.start()
    reader.start()
    writer.join()
    reader.join()
    assert seen in ([(1, 1)], [(2, 2)])
