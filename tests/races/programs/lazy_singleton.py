"""The one instance is made at first use; two first users make two.

Both threads see that there is no instance yet, both create one, and each keeps its own.
"""

import threading


class Settings:
    instance = None

    @classmethod
    def shared(cls):
        if cls.instance is None:
            cls.instance = cls()
        return cls.instance


class GuardedSettings(Settings):
    guard = threading.Lock()

    @classmethod
    def shared(cls):
        with cls.guard:
            return super().shared()


def meet(kind):
    kind.instance = None
    found = []
    threads = [threading.Thread(target=lambda: found.append(kind.shared())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] is found[1]


def buggy():
    meet(Settings)


def correct():
    meet(GuardedSettings)
