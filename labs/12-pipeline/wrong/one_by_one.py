# fails: test_slow_work
# a lock around the work: threads, but one item at a time

import queue
import threading

STOP = object()


def pipeline(source, work, sink, workers, room):
    todo, done = queue.Queue(room), queue.Queue(room)
    one_at_a_time = threading.Lock()
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
                with one_at_a_time:
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
