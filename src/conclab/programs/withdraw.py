"""Two customers, one account, one thread. The bug: what was looked at may change while a task awaits."""

import asyncio
import random
from collections.abc import Awaitable, Callable


async def answer() -> None:
    await asyncio.sleep(0)  # the bank's answer is here at the next turn of the event loop


class Account:
    def __init__(self, balance: int, ask_bank: Callable[[], Awaitable[None]] = answer) -> None:
        self.balance = balance
        self.ask_bank = ask_bank

    async def withdraw(self, amount: int) -> None:
        if self.balance >= amount:
            await self.ask_bank()
            self.balance -= amount


async def come_later(account: Account) -> None:
    await asyncio.sleep(0)
    await account.withdraw(100)


async def two_customers(account: Account) -> None:
    ann = asyncio.create_task(account.withdraw(100), name="ann")
    bob = asyncio.create_task(come_later(account), name="bob")
    await ann
    await bob
    assert account.balance >= 0, f"the account is at {account.balance}"


def scenario() -> None:
    asyncio.run(two_customers(Account(100)))


async def answer_sometime() -> None:
    for _ in range(random.randrange(3)):
        await asyncio.sleep(0)


def tuned() -> None:
    """The same for a stress test: the bank's answer takes none, one or two turns, by chance."""
    asyncio.run(two_customers(Account(100, answer_sometime)))
