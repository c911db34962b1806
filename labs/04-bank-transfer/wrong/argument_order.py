# fails: test_opposite_transfers
# the source's lock, then the target's: each thread waits for the other one


def transfer(source, target, amount):
    if source.number == target.number:
        with source.lock:
            return source.balance >= amount
    with source.lock, target.lock:
        if source.balance < amount:
            return False
        source.balance -= amount
        target.balance += amount
        return True
