"""Money goes from one account to another, and several threads send at once."""


def transfer(source, target, amount):
    """Move an amount if the source has that much; say whether it was done.

    An account has a `number` (no two have the same), a `lock`, and a `balance`. All threads use the locks.
    """
    # BEGIN SOLUTION
    if source.number == target.number:
        with source.lock:
            return source.balance >= amount
    first, second = sorted((source, target), key=lambda account: account.number)
    with first.lock, second.lock:
        if source.balance < amount:
            return False
        source.balance -= amount
        target.balance += amount
        return True
    # END SOLUTION
