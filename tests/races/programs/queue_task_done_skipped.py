"""A failed order is noted, but task_done is skipped: whoever joins the queue waits for ever.

cook gets the order before learn has written the recipe; KeyError leaves out task_done.
"""

import queue
import threading


class Kitchen:
    def __init__(self):
        self.orders = queue.Queue()
        self.recipes = {}
        self.answers = []

    def learn(self):
        self.recipes["soup"] = "hot soup"

    def cook(self):
        while (order := self.orders.get()) is not None:
            self.serve(order)

    def serve(self, order):
        try:
            self.answers.append(self.recipes[order])
            self.orders.task_done()
        except KeyError:
            self.answers.append(f"no {order}")


class TidyKitchen(Kitchen):
    def serve(self, order):
        try:
            self.answers.append(self.recipes[order])
        except KeyError:
            self.answers.append(f"no {order}")
        finally:
            self.orders.task_done()


def evening(kitchen):
    threads = [threading.Thread(target=kitchen.learn), threading.Thread(target=kitchen.cook)]
    for thread in threads:
        thread.start()
    kitchen.orders.put("soup")
    kitchen.orders.join()
    kitchen.orders.put(None)
    for thread in threads:
        thread.join()
    assert kitchen.answers in (["hot soup"], ["no soup"])


def buggy():
    evening(Kitchen())


def correct():
    evening(TidyKitchen())
