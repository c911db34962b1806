"""A permit is taken by one thread and given by another: a signal that counts, and no leak."""

import threading


def correct():
    baked, loaves, eaten = threading.Semaphore(0), [], []

    def bake():
        for loaf in ("rye", "oat"):
            loaves.append(loaf)
            baked.release()

    def eat():
        for _ in range(2):
            baked.acquire()
            eaten.append(loaves.pop())

    threads = [threading.Thread(target=eat), threading.Thread(target=bake)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(eaten) == ["oat", "rye"]
