"""Observed passes with a known truth, as run.json holds them: for the tests of table, picture and page.

Every builder returns what run.json keeps of one variant; `gil_run` makes a whole run of them. Seconds are
summed from the stretches, so that figures and drawing can't disagree.
"""

from __future__ import annotations

import random

from test_report import run, variant

HELD = {
    "holds": "held_s",
    "waits": "waiting_s",
    "released": "released_s",
    "no-cpu": "no_cpu_s",
    "blocked": "blocked_s",
    "unknown": "unknown_s",
}
SLICE_US = 5_000  # sys.getswitchinterval()


def thread(name, states, tasks=(), /, **more):
    """One thread, its figures summed up; what the layer can't tell is given as null in `more`."""
    spent = dict.fromkeys(HELD.values(), 0.0)
    for start, end, state, *shares in states:
        for one, share in (shares[0] if shares else {state: 1.0}).items():
            spent[HELD[one]] += share * (end - start) / 1e6
    waits = [(end - start) / 1e6 for start, end, state, *_ in states if state == "waits"]
    return {
        "name": name,
        "process": "",
        "gil": 0,
        "works": True,
        **spent,
        "on_cpu_s": None,
        "longest_wait_s": max(waits, default=0.0),
        "states": [list(one) for one in states],
        "tasks": [list(one) for one in tasks],
        **more,
    }


def observed(window_us, sentence, *threads, **more):
    """One pass that the exact layer saw."""
    return {
        "layer": "exact",
        "because": None,
        "cut": None,
        "rate_hz": None,
        "window_s": window_us / 1e6,
        "gils": 1,
        "handovers_per_s": 0.0,
        "longest_wait": None,
        "sentence": sentence,
        "threads": [{"lived_s": window_us / 1e6} | one for one in threads],
        **more,
    }


def wait(who, seconds, holder, function=None):
    return {"thread": who, "process": "", "seconds": seconds, "holder": holder, "function": function}


def serial(tasks=4, each_us=20_000):
    end = tasks * each_us
    return observed(
        end,
        "one thread held the GIL 100% of the time, and nobody waited for it",
        thread(
            "MainThread",
            [[0, end, "holds"]],
            [[task, task * each_us, (task + 1) * each_us] for task in range(tasks)],
        ),
    )


def turns(workers=2, slices=16, seed=3):
    """CPU-bound threads of one interpreter: while one holds the GIL, all others wait."""
    rng, now, stretches = random.Random(seed), 0, {worker: [] for worker in range(workers)}
    for slice_ in range(slices):
        end = now + round(SLICE_US * rng.uniform(0.99, 1.12))
        for worker, states in stretches.items():
            states.append([now, end, "holds" if slice_ % workers == worker else "waits"])
        now = end
    threads = [
        thread(f"worker-{worker + 1}", states, [[worker, 0, now // 2], [worker + workers, now // 2, now]])
        for worker, states in stretches.items()
    ]
    share = round(100 / workers)
    return observed(
        now,
        f"{workers} threads took turns: each held the GIL {share}% of the time and waited {100 - share}%",
        *threads,
        handovers_per_s=round((slices - 1) / (now / 1e6), 1),
        longest_wait=wait("worker-1", threads[0]["longest_wait_s"], "worker-2", "count_primes"),
    )


def processes(workers=2, each_us=21_000):
    threads = [
        thread(
            "MainThread",
            [[0, 300, "blocked"], [300, 2 * each_us, "holds"]],
            [[worker, 300, each_us], [worker + workers, each_us, 2 * each_us]],
            process=f"worker-{worker + 1}",
            gil=worker,
        )
        for worker in range(workers)
    ]
    return observed(
        2 * each_us,
        f"{workers} processes each held a GIL of their own 99% of the time",
        thread("MainThread", [[0, 2 * each_us, "blocked"]], works=False),
        *threads,
        gils=workers,
    )


def overlapping(tasks=6, each_us=30_000):
    """An event loop whose tasks wait: all are under way at once."""
    starts = [400 * task for task in range(tasks)]
    end = starts[-1] + each_us
    states = [[0, 400 * tasks, "holds"], [400 * tasks, each_us, "blocked"], [each_us, end, "holds"]]
    return observed(
        end,
        "one thread ran all tasks; it was blocked 85% of the time",
        thread("MainThread", states, [[task, start, start + each_us] for task, start in enumerate(starts)]),
    )


def sleeping(workers=8, each_us=25_000):
    threads = [
        thread(
            f"worker-{worker + 1}",
            [
                [0, 200 * worker, "waits"],
                [200 * worker, 200 * (worker + 1), "holds"],
                [200 * (worker + 1), each_us, "blocked"],
                [each_us, each_us + 100, "holds"],
            ],
            [[worker, 200 * worker, each_us + 100]],
        )
        for worker in range(workers)
    ]
    return observed(
        each_us + 100,
        f"{workers} threads were blocked 96% of the time and held the GIL 1%",
        *threads,
        handovers_per_s=637.0,
    )


def hashing(workers=2, window_us=60_000):
    """C code that lets go of the GIL: both run at once."""
    threads = []
    for worker in range(workers):
        states = [[0, 150, "waits" if worker else "holds"]]
        for start in range(150, window_us, 15_000):
            end = min(start + 14_600, window_us)
            states.append([start, end, "released"])
            if end < window_us:
                states.append([end, min(end + 400, window_us), "no-cpu" if worker else "holds"])
        tasks = [[worker, 0, window_us // 2], [worker + workers, window_us // 2, window_us]]
        threads.append(thread(f"worker-{worker + 1}", states, tasks))
    return observed(window_us, "2 threads ran without the GIL 97% of the time", *threads)


def convoy(rounds=10):
    """One thread computes, another wants the GIL for a moment after each wait and gets it 5 ms later."""
    cpu, io, now = [], [], 0
    for _ in range(rounds):
        cpu += [[now, now + SLICE_US, "holds"], [now + SLICE_US, now + SLICE_US + 60, "waits"]]
        io += [[now, now + 300, "blocked"], [now + 300, now + SLICE_US, "waits"]]
        io += [[now + SLICE_US, now + SLICE_US + 60, "holds"]]
        now += SLICE_US + 60
    return observed(
        now,
        "worker-2 waited for the GIL 93% of the time and held it 1%",
        thread("worker-1", cpu, [[0, 0, now]]),
        thread("worker-2", io, [[1, 0, now]]),
        handovers_per_s=395.3,
        longest_wait=wait("worker-2", 0.0047, "worker-1"),
    )


def free_threaded(workers=2, each_us=22_000):
    threads = [
        thread(
            f"worker-{worker + 1}",
            [[0, 100 * worker, "blocked"], [100 * worker, 2 * each_us, "released"]],
            [[worker, 100 * worker, each_us], [worker + workers, each_us, 2 * each_us]],
            held_s=None,
            waiting_s=None,
            longest_wait_s=None,
        )
        for worker in range(workers)
    ]
    return observed(
        2 * each_us,
        "2 threads ran at the same time: this build has no GIL",
        *threads,
        layer="none",
        gils=0,
        handovers_per_s=None,
    )


def derived(workers=2, window_us=80_000):
    nothing = dict.fromkeys(HELD.values()) | {"longest_wait_s": None, "on_cpu_s": window_us / 2e6}
    threads = [
        thread(f"worker-{worker + 1}", [], [[worker, 0, window_us]], **nothing) for worker in range(workers)
    ]
    return observed(
        window_us,
        "2 threads were on a CPU 50% of the time each",
        *threads,
        layer="derived",
        because="no C compiler was found, and this system doesn't let one process read another",
        handovers_per_s=None,
    )


def mixed(window_us=90_000):
    """Two threads that let go of the GIL thousands of times a second."""
    shares = [
        {"holds": 0.55, "released": 0.3, "waits": 0.15},
        {"holds": 0.4, "released": 0.2, "waits": 0.4},
    ]
    threads = [
        thread(
            f"worker-{worker + 1}",
            [
                [start, start + 3_000, "mixed", shares[(worker + start // 3_000) % 2]]
                if start < 60_000
                else [start, start + 3_000, "holds" if (start // 3_000) % 2 == worker else "waits"]
                for start in range(0, window_us, 3_000)
            ],
            [[worker, 0, window_us]],
            longest_wait_s=0.003,
        )
        for worker in range(2)
    ]
    return observed(
        window_us,
        "2 threads took turns",
        *threads,
        layer="sampled",
        rate_hz=480.0,
        because="no C compiler was found",
        cut="the first 2 ms",
        handovers_per_s=4_120.0,
    )


def gil_run(**passes):
    """A run of the named passes in this order; underlines in the names stand for hyphens."""
    named = {name.replace("_", "-"): one for name, one in passes.items()}
    variants = [
        variant(name, baseline=None if place == 0 else next(iter(named)))
        | {"workers": max(1, sum(one["works"] for one in seen["threads"]))}
        for place, (name, seen) in enumerate(named.items())
    ]
    trace = {"file": "trace.json.gz", "overhead": dict.fromkeys(named, 1.02), "gil": named}
    return run(*variants, trace=trace)


def usual():
    """What gil-cpu shows: serial, threads that take turns, processes, asyncio."""
    return gil_run(serial=serial(), threads=turns(), processes=processes(), asyncio=serial())


def runs():
    """Runs with every kind of observed pass, by name."""
    waiting = gil_run(serial=serial(1, 200_000), threads=sleeping(), asyncio=overlapping())
    unseen = usual()
    del unseen["trace"]["gil"]["processes"]
    unseen["cautions"] = ["processes is not in the GIL summary: the lane gave no answer"]
    ordered = usual()
    ordered["trace"]["order"] = {
        "serial": {"started": [0, 1, 2, 3], "ended": [0, 1, 2, 3]},
        "threads": {"started": [0, 1, 2, 3], "ended": [1, 0, 3, 2]},
    }
    free = gil_run(serial=free_threaded(1), threads=free_threaded())
    free["interpreters"][0] |= {"name": "cpython-3.13t", "gil": "disabled"}
    return {
        "usual": usual(),
        "waiting": waiting,
        "hashing": gil_run(serial=serial(), threads=hashing()),
        "convoy": gil_run(threads=convoy()),
        "free-threaded": free,
        "derived": gil_run(serial=derived(1), threads=derived()),
        "mixed": gil_run(serial=serial(), threads=mixed()),
        "many workers": gil_run(serial=serial(), threads=turns(32, 64), processes=processes(32)),
        "one unseen": unseen,
        "order": ordered,
    }
