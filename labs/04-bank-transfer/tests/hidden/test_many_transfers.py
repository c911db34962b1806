"""Several threads: nothing is lost, nobody waits in a circle, nobody waits without need."""

from conclab.classroom import lab


def account(stage, number, balance):
    return stage.record(
        f"account {number}", fixed={"number": number, "lock": stage.lock(f"lock {number}")}, balance=balance
    )


@lab.case(
    "Ann sends to Bob while Bob sends to Ann",
    points=3,
    task=3,
    explain="Each thread has one lock and waits for the other one's: a deadlock.",
)
@lab.schedules(preemptions=2, budget=150)
def test_opposite_transfers(stage):
    there, back = stage.random.randrange(1, 50), stage.random.randrange(1, 50)
    one, other = account(stage, 1, 100), account(stage, 2, 100)
    stage.thread("ann", stage.code.transfer, one, other, there)
    stage.thread("bob", stage.code.transfer, other, one, back)
    stage.run()
    assert (one.balance, other.balance) == (100 - there + back, 100 + there - back)


@lab.case(
    "The money can be spent once",
    points=2,
    task=2,
    explain="Two threads saw that there was enough, and both took it.",
)
@lab.schedules(preemptions=2, budget=150)
def test_overdraft(stage):
    balance = stage.random.randrange(50, 100)
    amount = stage.random.randrange(balance // 2 + 1, balance)
    source, *targets = (account(stage, number, balance) for number in (2, 1, 3))
    ann = stage.thread("ann", stage.code.transfer, source, targets[0], amount)
    bob = stage.thread("bob", stage.code.transfer, source, targets[1], amount)
    stage.run()
    assert sorted([ann.result, bob.result]) == [False, True], "both were told that it was done"
    assert source.balance == balance - amount
    assert targets[0].balance + targets[1].balance == 2 * balance + amount


@lab.case(
    "From an account to itself",
    points=1,
    task=3,
    explain="The same lock twice: a plain lock can't be taken twice by one thread.",
)
@lab.schedules()
def test_to_itself(stage):
    balance = stage.random.randrange(1, 100)
    one = account(stage, 1, balance)
    assert stage.code.transfer(one, one, balance) is True
    assert stage.code.transfer(one, one, balance + 1) is False
    assert one.balance == balance
    assert one.lock.owner is None


@lab.case(
    "Others need not wait",
    points=2,
    task=3,
    explain="Transfers between other accounts must be possible at the same time: no lock for everything.",
)
@lab.schedules(preemptions=0, budget=10)
def test_others_go_on(stage):
    accounts = [account(stage, number, 100) for number in range(4)]
    ann = stage.thread("ann", stage.code.transfer, accounts[0], accounts[1], 5)
    while not accounts[0].touches and stage.step():
        pass
    assert accounts[0].touches, "nobody looked at the balance"
    ann.on_hold = True  # in the middle, with its locks
    bob = stage.thread("bob", stage.code.transfer, accounts[2], accounts[3], 7)
    stage.run_until_blocked()
    assert bob.ended, "bob waits for ann, who uses other accounts"
    ann.on_hold = False
    stage.run()
    assert [one.balance for one in accounts] == [95, 105, 93, 107]
