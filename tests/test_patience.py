"""A worker has its time, however busy the machine is: only what it had of it counts."""

from __future__ import annotations

import pytest

from conclab.classroom.channel.patience import BUDGET, GUARD, LOOKS, Patience, Spent, spent
from conclab.classroom.faults import InfrastructureError, SilenceFault
from conclab.classroom.model import Mark
from conclab.classroom.testing.judging import judge

SILENCE_S = 10.0
LOOK_S = SILENCE_S / LOOKS
PID = 1


class Machine:
    """A clock, and one worker that has so much of each look's time."""

    def __init__(self, cpu: float = 0.0, delayed: float | None = 0.0, *, ready: bool = False):
        self.now, self.cpu, self.delayed, self.ready = 100.0, cpu, delayed, ready
        self.spent = Spent(0.0, None if delayed is None else 0.0, ready)

    def passes(self, seconds: float = LOOK_S) -> None:
        self.now += seconds
        delayed = None if self.delayed is None else self.spent.delayed_s + seconds * self.delayed
        self.spent = Spent(self.spent.cpu_s + seconds * self.cpu, delayed, self.ready)

    def patience(self) -> Patience:
        return Patience(SILENCE_S, clock=lambda: self.now, look=lambda _: self.spent)


def looks_until_silent(machine: Machine, most: int = 10_000) -> int:
    silence = machine.patience().quiet(SILENCE_S, "ann")
    for number in range(1, most):
        machine.passes()
        try:
            silence.passed(PID)
        except SilenceFault:
            return number
    raise AssertionError("it was never called silent")


def test_one_that_never_gets_a_cpu_is_never_silent():
    """A person looks, after thirty times the limit."""
    with pytest.raises(InfrastructureError, match="too busy") as found:
        looks_until_silent(Machine(cpu=0.0, delayed=1.0))
    assert judge("case", found.value, seconds=0).mark is Mark.BROKEN


@pytest.mark.parametrize(
    "machine",
    [
        Machine(cpu=1.0),  # it runs
        Machine(cpu=0.0),  # it waits for what never comes
        Machine(cpu=4.0),  # several processes of it run
        Machine(cpu=0.0, delayed=None),
        Machine(cpu=1.0, delayed=None, ready=True),
    ],
    ids=["runs", "waits", "processes", "waits unknown", "runs unknown"],
)
def test_one_that_has_all_the_time_is_silent_after_that(machine):
    """The first look is in its favour."""
    assert looks_until_silent(machine) == LOOKS + 1


@pytest.mark.parametrize("delayed", [0.75, None])
def test_a_quarter_of_a_cpu_gives_four_times_as_long(delayed):
    """Whether or not the kernel says how long somebody waits for a CPU."""
    assert looks_until_silent(Machine(cpu=0.25, delayed=delayed, ready=True)) == 4 * LOOKS + 1


def test_a_case_ends_by_the_cpu_time_that_was_used():
    """With whatever workers; the machine may take its time."""
    machine = Machine(cpu=0.5, delayed=0.5)
    patience = machine.patience()
    patience.used_s = 20.0
    machine.passes(2 * (BUDGET * SILENCE_S - 20.0) - 1)
    patience.check(PID, "ann")
    machine.passes(3)
    with pytest.raises(SilenceFault, match="61 s of CPU time, 60 s are allowed"):
        patience.check(PID, "ann")


def test_a_case_without_end_is_for_a_person():
    """It used no time, and is not over."""
    machine = Machine(cpu=0.01, delayed=0.9)
    patience = machine.patience()
    machine.passes(GUARD * SILENCE_S - 1)
    patience.check(PID, "ann")
    machine.passes(2)
    with pytest.raises(InfrastructureError, match="asks for too much"):
        patience.check(PID, "ann")


def test_nobody_is_there():
    """A process that has just ended has had nothing."""
    assert spent(2**22 + 1) == Spent(0.0, 0.0, ready=False)
