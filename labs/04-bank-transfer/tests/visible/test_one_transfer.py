"""One thread: what a transfer does."""

from conclab.classroom import lab


def account(stage, number, balance):
    return stage.record(
        f"account {number}", fixed={"number": number, "lock": stage.lock(f"lock {number}")}, balance=balance
    )


@lab.case("An amount that is there", points=1, task=1)
@lab.schedules()
def test_moves(stage):
    amount = stage.random.randrange(1, 100)
    one, other = account(stage, 1, 100), account(stage, 2, 5)
    assert stage.code.transfer(one, other, amount) is True
    assert (one.balance, other.balance) == (100 - amount, 5 + amount)


@lab.case("An amount that is not there", points=1, task=1)
@lab.schedules()
def test_refuses(stage):
    balance = stage.random.randrange(1, 100)
    one, other = account(stage, 1, balance), account(stage, 2, 5)
    assert stage.code.transfer(one, other, balance + 1) is False
    assert (one.balance, other.balance) == (balance, 5)


@lab.case("Two transfers into one account", points=2, task=2)
@lab.schedules(preemptions=1)
def test_into_one(stage):
    amounts = [stage.random.randrange(1, 100) for _ in range(2)]
    accounts = [account(stage, number, 100) for number in range(3)]
    for name, source, amount in zip(("ann", "bob"), accounts, amounts, strict=False):
        stage.thread(name, stage.code.transfer, source, accounts[2], amount)
    stage.run()
    found = accounts[2].balance
    assert found == 100 + sum(amounts), f"100 + {amounts[0]} + {amounts[1]}, and there is {found}"
