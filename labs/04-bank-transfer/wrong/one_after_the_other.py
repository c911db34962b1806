# fails: test_overdraft
# never two locks at once: the balance changes between the look and the taking


def transfer(source, target, amount):
    with source.lock:
        enough = source.balance >= amount
    if not enough or source.number == target.number:
        return enough
    with source.lock:
        source.balance -= amount
    with target.lock:
        target.balance += amount
    return True
