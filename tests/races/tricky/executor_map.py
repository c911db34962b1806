"""map runs its calls on any worker in any order and gives the results in the order of the inputs."""

from concurrent.futures import ThreadPoolExecutor


def square(number):
    return number * number


def correct():
    with ThreadPoolExecutor(max_workers=2) as pool:
        squares = list(pool.map(square, range(4)))
    assert squares == [0, 1, 4, 9]
