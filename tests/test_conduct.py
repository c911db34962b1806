"""The conductor interleaves, stops when it knows enough or time is up, and survives its variants."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conclab.errors import BadRequestError, LaneDiedError, LaneSilentError, WorkFailedError
from conclab.harness.conduct import Conductor
from conclab.harness.judge import judge
from conclab.model import Prediction, Variant, Verdict
from fakes import FakeClock, FakeLane, experiment_of, fake_lanes, recording_of

SERIAL = Variant("serial", workers=1)
THREADS = Variant("threads")
PROCESSES = Variant("processes")


def conduct(tmp_path, experiment, times_s, *, budget_s=10.0, seed=1, **lane):
    """Measure with fakes; returns the recording and the lanes that were started."""
    clock = FakeClock()
    recording = recording_of(experiment, budget_s=budget_s, seed=seed)
    lanes, started = fake_lanes(tmp_path, lambda: FakeLane(times_s, clock, **lane))
    with lanes:
        for _ in Conductor(recording, lanes, cores=2, clock=clock).measure():
            pass
    return recording, started


def test_what_is_known_precisely_is_not_measured_further(tmp_path):
    """Without noise the first look ends it, with the exact answer."""
    times = {"serial": 0.4, "threads": 0.2}
    recording, _ = conduct(tmp_path, experiment_of(SERIAL, THREADS), times, budget_s=100)

    assert recording.stopped == "precise enough"
    assert len(recording.blocks) == 9
    assert judge(recording)[1].speedup.estimate == pytest.approx(2.0)
    assert judge(recording)[1].verdict is Verdict.FASTER


@pytest.mark.parametrize(("budget_s", "at_least_s"), [(4, 2), (100, 5)])
def test_no_run_is_so_short_that_it_sees_one_state_of_the_machine_only(tmp_path, budget_s, at_least_s):
    """However narrow the interval: half the budget, or five seconds."""
    times = {"serial": 0.04, "threads": 0.02}
    recording, _ = conduct(tmp_path, experiment_of(SERIAL, THREADS), times, budget_s=budget_s)

    measured_s = sum(trial.time_s for block in recording.blocks for trial in block.trials.values())
    assert recording.stopped == "precise enough"
    assert at_least_s - 0.3 <= measured_s <= 1.6 * at_least_s


def test_noise_is_answered_with_more_blocks(tmp_path):
    """The number of blocks follows the noise, at the fixed looks only."""
    times = {"serial": 0.4, "threads": 0.4}
    recording, _ = conduct(tmp_path, experiment_of(SERIAL, THREADS), times, noise=0.05, budget_s=100)

    assert recording.stopped == "precise enough"
    assert len(recording.blocks) in {13, 19, 28, 42, 63, 94}
    assert judge(recording)[1].verdict is Verdict.SAME


def test_a_spent_budget_ends_it_without_an_answer(tmp_path):
    """Too little time for the noise: inconclusive is a permitted answer."""
    times = {"serial": 0.04, "threads": 0.04}
    recording, _ = conduct(tmp_path, experiment_of(SERIAL, THREADS), times, noise=0.3, budget_s=2)

    assert recording.stopped == "budget spent"
    assert judge(recording)[1].verdict is Verdict.INCONCLUSIVE


def test_the_budget_is_kept(tmp_path):
    """No block is begun that would not end in time, going by the longest so far."""
    clock = FakeClock()
    recording = recording_of(experiment_of(SERIAL, THREADS), budget_s=3.0)
    times = {"serial": 0.3, "threads": lambda count: 0.3 if count % 2 else 0.2}
    lanes, _ = fake_lanes(tmp_path, lambda: FakeLane(times, clock))
    with lanes:
        list(Conductor(recording, lanes, cores=2, clock=clock).measure())

    assert len(recording.blocks) >= 2
    assert clock.now <= 3.0


def test_every_block_holds_every_variant_in_a_shuffled_order(tmp_path):
    """No variant always follows the same other."""
    experiment = experiment_of(SERIAL, THREADS, Variant("asyncio"))
    times = {"serial": 0.04, "threads": 0.04, "asyncio": 0.04}
    recording, _ = conduct(tmp_path, experiment, times, noise=0.2)

    orders = {block.order for block in recording.blocks}
    assert all(set(order) == {"serial", "threads", "asyncio"} for order in orders)
    assert len(orders) == 6


def test_the_seed_decides_the_order(tmp_path):
    """The same seed, the same blocks; another seed, others."""
    times = {"serial": 0.04, "threads": 0.04}
    runs = []
    for number, seed in enumerate((1, 1, 2)):
        folder = tmp_path / str(number)
        folder.mkdir()
        recording, _ = conduct(folder, experiment_of(SERIAL, THREADS), times, noise=0.1, seed=seed)
        runs.append([block.order for block in recording.blocks][:9])

    assert runs[0] == runs[1] != runs[2]


def test_warm_up_is_not_recorded(tmp_path):
    """The slow first trials of a variant are nobody's result."""
    slow_at_first = {"serial": 0.04, "threads": lambda count: 4.0 if count <= 2 else 0.04}
    recording, _ = conduct(tmp_path, experiment_of(SERIAL, THREADS), slow_at_first, budget_s=60)

    assert max(trial.time_s for trial in recording.trials("threads")) == pytest.approx(0.04)


@pytest.mark.parametrize(
    "error",
    [
        WorkFailedError("ValueError: no"),
        LaneDiedError("its process was killed by SIGKILL"),
        LaneSilentError("no answer within 1 s"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("at", [1, 8], ids=["at once", "in the middle"])
def test_a_failing_variant_costs_itself_alone(tmp_path, error, at):
    """The others go on to their answer; the row says why; its finished blocks are kept."""
    times = {"serial": 0.04, "threads": 0.02, "processes": 0.02}
    recording, started = conduct(
        tmp_path,
        experiment_of(SERIAL, THREADS, PROCESSES),
        times,
        fail={"threads": lambda count: error if count == at else None},
    )

    assert recording.errors == {"threads": str(error)}
    assert judge(recording)[2].verdict is Verdict.FASTER
    assert len([trial for trial in recording.trials("threads") if trial]) == max(0, at - 3)
    lost_lane = not isinstance(error, WorkFailedError)
    assert len(started) == (2 if lost_lane else 1)


def test_without_its_baseline_a_run_ends(tmp_path):
    """There is nothing left to compare, but what was finished is kept."""
    recording, _ = conduct(
        tmp_path,
        experiment_of(SERIAL, THREADS),
        {"serial": 0.04, "threads": 0.02},
        noise=0.2,
        fail={"serial": lambda count: WorkFailedError("gone") if count == 10 else None},
    )

    assert recording.stopped == "nothing left to compare"
    assert judge(recording)[1].speedup is not None


def test_time_lost_to_a_failure_is_not_taken_from_the_others(tmp_path):
    """A variant that hangs for longer than the budget leaves the others their blocks."""
    clock = FakeClock()

    def hang(count):
        clock.now += 50
        return LaneSilentError("no answer within 50 s")

    recording = recording_of(experiment_of(SERIAL, THREADS, PROCESSES), budget_s=5)
    times = {"serial": 0.04, "threads": 0.04, "processes": 0.02}
    lanes, _ = fake_lanes(tmp_path, lambda: FakeLane(times, clock, fail={"threads": hang}))
    with lanes:
        list(Conductor(recording, lanes, cores=2, clock=clock).measure())

    assert judge(recording)[2].verdict is Verdict.FASTER


def test_a_fast_wrong_answer_is_not_a_result(tmp_path):
    """A variant that computes something else is an error, not a footnote."""
    recording, _ = conduct(
        tmp_path,
        experiment_of(SERIAL, THREADS),
        {"serial": 0.04, "threads": 0.001},
        checksums={"threads": "wrong"},
    )

    assert "another answer" in recording.errors["threads"]


def test_a_twin_must_give_the_answer_of_its_twin(tmp_path):
    """Their coroutines differ, and the function that both stand for is one."""
    twin = Variant("asyncio", workload="ticks-to-thread")
    recording, _ = conduct(
        tmp_path,
        replace(experiment_of(SERIAL, twin), workload="ticks-awaiting"),
        {"serial": 0.04, "asyncio": 0.001},
        checksums={"asyncio": "wrong"},
    )

    assert "another answer" in recording.errors["asyncio"]


def test_what_cannot_run_is_left_out_before_the_first_trial(tmp_path):
    """Unavailable is not an error: the reason is kept, and nothing is asked of it."""
    experiment = experiment_of(SERIAL, THREADS, Variant("interpreters"))
    recording, started = conduct(tmp_path, experiment, {"serial": 0.04, "threads": 0.04})

    assert recording.left_out == {"interpreters": "needs Python 3.14 or newer; this is cpython-3.13"}
    assert not any(name == "interpreters" for _, name in started[0].log)


def test_a_missing_package_is_named_with_the_extra_that_brings_it(tmp_path):
    """The sentence can be pasted."""
    from fakes import FACTS

    experiment = experiment_of(SERIAL, THREADS, Variant("uvloop"))
    recording, _ = conduct(
        tmp_path, experiment, {"serial": 0.04, "threads": 0.04}, facts=FACTS | {"modules": {}}
    )

    assert "pip install 'conclab[uvloop]'" in recording.left_out["uvloop"]


def test_with_nothing_to_compare_the_request_was_wrong(tmp_path):
    """A run of one variant is refused with the reason that left the others out."""
    with pytest.raises(BadRequestError, match=r"nothing to compare here \(interpreters: needs Python 3.14"):
        conduct(tmp_path, experiment_of(SERIAL, Variant("interpreters")), {"serial": 0.04})


def test_a_strategy_with_a_package_of_its_own_gets_a_lane_of_its_own(tmp_path):
    """An import that switches the GIL on, say, must not touch the others."""
    experiment = experiment_of(SERIAL, THREADS, Variant("uvloop"))
    _, started = conduct(tmp_path, experiment, {"serial": 0.04, "threads": 0.04, "uvloop": 0.04})

    places = [{name for do, name in lane.log if do == "trial"} for lane in started]
    assert {"uvloop"} in places
    assert not any({"uvloop", "serial"} <= place for place in places)


def test_the_ceiling_is_measured_in_the_same_blocks_when_a_claim_needs_cores(tmp_path):
    """Two more trials per block, and no row of their own."""
    claim = Variant("processes", predict=lambda _: Prediction(1.3, 2.2, "cores", parallel=True))
    names = {"serial": 0.04, "processes": 0.02, "ceiling: one process": 0.02, "ceiling: all processes": 0.01}
    recording, _ = conduct(tmp_path, experiment_of(SERIAL, claim), names)

    assert recording.ceiling_workers == 2
    assert set(recording.blocks[0].order) == set(names)
    assert [finding.variant for finding in judge(recording)] == ["serial", "processes"]


def test_lanes_are_closed_at_the_end_and_killed_on_an_error(tmp_path):
    """Whatever happens, no process is left behind."""
    _, started = conduct(tmp_path, experiment_of(SERIAL, THREADS), {"serial": 0.04, "threads": 0.02})
    assert all(lane.closed for lane in started)

    (tmp_path / "again").mkdir()
    clock = FakeClock()
    lanes, started = fake_lanes(tmp_path / "again", lambda: FakeLane({}, clock))
    with pytest.raises(KeyboardInterrupt):
        with lanes:
            lanes.facts("3.13")
            raise KeyboardInterrupt
    assert all(lane.killed for lane in started)
