"""Compare-and-set on the top of a stack: the top is the same node again, but what lies below has changed.

pop reads top x and below it y; juggle pops x, keeps y and puts x back; pop sets the top to y, which is taken.
"""

import threading


class Node:
    def __init__(self, name, below=None):
        self.name = name
        self.below = below


class Stack:
    def __init__(self, top):
        self.top = top
        self.changes = 0
        self.cell = threading.Lock()  # makes one compare-and-set atomic, as the hardware would

    def mark(self):
        return self.top

    def swap(self, mark, node):
        with self.cell:
            if self.mark() != mark:
                return False
            self.top = node
            self.changes += 1
            return True

    def push(self, node):
        swapped = False
        while not swapped:
            mark = self.mark()
            node.below = self.top
            swapped = self.swap(mark, node)

    def pop(self):
        while True:
            mark = self.mark()
            node = self.top
            if self.swap(mark, node.below):
                return node


class StampedStack(Stack):
    def mark(self):
        return self.changes


def play(kind):
    stack, popped, kept = kind(Node("x", Node("y", Node("z")))), [], []

    def juggle():
        node = stack.pop()
        kept.append(stack.pop().name)
        stack.push(node)

    threads = [
        threading.Thread(target=lambda: popped.append(stack.pop().name)),
        threading.Thread(target=juggle),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = [stack.top.name] if stack.top.below is None else [stack.top.name, stack.top.below.name]
    assert sorted(popped + kept + left) == ["x", "y", "z"]


def buggy():
    play(Stack)


def correct():
    play(StampedStack)
