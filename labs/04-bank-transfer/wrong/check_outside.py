# fails: test_overdraft
# looks before it takes the locks


def transfer(source, target, amount):
    if source.balance < amount:
        return False
    if source.number == target.number:
        return True
    first, second = sorted((source, target), key=lambda account: account.number)
    with first.lock, second.lock:
        source.balance -= amount
        target.balance += amount
    return True
