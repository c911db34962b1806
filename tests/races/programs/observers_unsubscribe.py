"""The subject walks over its observers by index while one of them leaves.

publish takes the length 2; leave removes an observer; publish asks for index 1 and raises IndexError.
"""

import threading


class Newsletter:
    def __init__(self):
        self.readers = []

    def subscribe(self, reader):
        self.readers.append(reader)

    def leave(self, reader):
        self.readers.remove(reader)

    def publish(self, issue):
        for index in range(len(self.readers)):
            self.readers[index](issue)


class SteadyNewsletter(Newsletter):
    def publish(self, issue):
        for reader in tuple(self.readers):
            reader(issue)


def month(newsletter):
    first, second = [], []
    newsletter.subscribe(first.append)
    newsletter.subscribe(second.append)
    publisher = threading.Thread(target=newsletter.publish, args=("may",))
    leaver = threading.Thread(target=newsletter.leave, args=(first.append,))
    publisher.start()
    leaver.start()
    publisher.join()
    leaver.join()
    assert second == ["may"]


def buggy():
    month(Newsletter())


def correct():
    month(SteadyNewsletter())
