"""An asyncio lock is held across an await, which is what it is for; the late one waits its turn."""

import asyncio


class Account:
    def __init__(self):
        self.lock = asyncio.Lock()
        self.balance = 0

    async def earn(self, amount):
        async with self.lock:
            balance = self.balance
            await asyncio.sleep(0)
            self.balance = balance + amount


async def main():
    account = Account()
    await asyncio.gather(account.earn(1), account.earn(2), account.earn(3))
    assert account.balance == 6
    assert not account.lock.locked()


def correct():
    asyncio.run(main())
