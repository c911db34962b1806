"""A free seat is seen, then the coroutine awaits the payment: the seat is sold a second time meanwhile.

ann sees a seat and awaits; bob's second step comes before her payment, and he sees the same seat.
"""

import asyncio


class Train:
    def __init__(self, seats):
        self.seats = seats
        self.sold = []

    async def pay(self):
        await asyncio.sleep(0)

    async def book(self, name):
        if self.seats > 0:
            await self.pay()
            self.seats -= 1
            self.sold.append(name)


class ReservingTrain(Train):
    async def book(self, name):
        if self.seats > 0:
            self.seats -= 1
            await self.pay()
            self.sold.append(name)


async def hesitate(booking):
    await asyncio.sleep(0)
    await booking


async def station(train):
    await asyncio.gather(train.book("ann"), hesitate(train.book("bob")))
    assert len(train.sold) == 1


def buggy():
    asyncio.run(station(Train(1)))


def correct():
    asyncio.run(station(ReservingTrain(1)))
