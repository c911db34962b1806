"""Two sound variants and, beside them, everything that can go wrong with a workload."""

from conclab.model import Experiment, Variant


def faulty(name, workload, strategy="serial"):
    return Variant(name, strategy, workload, workers=2)


EXPERIMENT = Experiment(
    question="Does a fault cost more than its own row?",
    topic="test",
    workload="count-primes",
    workers=2,
    variants=(
        Variant("serial", workers=1),
        Variant("asyncio"),
        faulty("raises", "raises"),
        faulty("hangs", "hangs"),
        faulty("dies", "kills-itself"),
        faulty("dies in a pool", "kills-itself", "processes"),
        faulty("hangs in a pool", "hangs", "processes"),
        faulty("chatters", "chatters"),
        faulty("orphans", "leaves-orphans"),
    ),
    lesson="A fault costs its own row, and nothing of it is left running afterwards.",
)
