"""dict.pop with a default finds and removes in one step: exactly one thread gets the ticket."""

import threading


def correct():
    tickets, holders = {"seat 1": "ticket"}, []

    def fetch(name):
        if tickets.pop("seat 1", None) is not None:
            holders.append(name)

    threads = [threading.Thread(target=fetch, args=(name,)) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(holders) == 1
