# fails: test_each_once
# the caller leaves with the first worker that ends: what the other one has is lost

import queue
import threading

STOP = object()


def pipeline(source, work, sink, workers, room):
    todo, done = queue.Queue(room), queue.Queue(room)
    broken, failed = [], []

    def produce():
        try:
            while (item := source()) is not None:
                todo.put(item)
        except Exception as error:
            broken.append(error)
        finally:
            for _ in range(workers):
                todo.put(STOP)

    def labour():
        while (item := todo.get()) is not STOP:
            try:
                message = "result", work(item)
            except Exception as error:
                message = "failure", (item, str(error))
            done.put(message)
        done.put((STOP, None))

    threads = [threading.Thread(target=one) for one in [produce] + [labour] * workers]
    for thread in threads:
        thread.start()
    while True:
        kind, content = done.get()
        if kind is STOP:
            break
        if kind == "result":
            sink(content)
        else:
            failed.append(content)
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return failed
