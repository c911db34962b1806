"""Two threads overwrite one field and nobody cares who was last: a race, and no bug."""

import threading


class Presence:
    def __init__(self):
        self.last_seen = None

    def see(self, name):
        self.last_seen = name


def correct():
    presence = Presence()
    threads = [threading.Thread(target=presence.see, args=(name,)) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert presence.last_seen in {"ann", "bob"}
