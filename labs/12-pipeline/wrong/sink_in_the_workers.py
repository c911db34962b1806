# fails: test_sink_alone
# each worker calls sink by itself

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
                result = work(item)
            except Exception as error:
                done.put(("failure", (item, str(error))))
            else:
                sink(result)
        done.put((STOP, None))

    threads = [threading.Thread(target=one) for one in [produce] + [labour] * workers]
    for thread in threads:
        thread.start()
    busy = workers
    while busy:
        kind, content = done.get()
        if kind is STOP:
            busy -= 1
        else:
            failed.append(content)
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return failed
