# fails: test_into_one
# only the source is protected: two threads add to the target at once


def transfer(source, target, amount):
    with source.lock:
        if source.balance < amount:
            return False
        source.balance -= amount
        target.balance += amount
        return True
