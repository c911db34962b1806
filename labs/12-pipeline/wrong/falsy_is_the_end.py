# fails: test_any_item
# an item of 0 or an empty text is taken for the end

import queue
import threading

STOP = object()


def pipeline(source, work, sink, workers, room):
    todo, done = queue.Queue(room), queue.Queue(room)
    broken, failed = [], []

    def produce():
        try:
            while item := source():
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
    busy = workers
    while busy:
        kind, content = done.get()
        if kind is STOP:
            busy -= 1
        elif kind == "result":
            sink(content)
        else:
            failed.append(content)
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return failed
