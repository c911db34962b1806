# fails: test_two_threads
# no lock: both find that nothing is there


class Lazy:
    def __init__(self, slot, connect, set_up):
        self.slot = slot
        self.connect = connect
        self.set_up = set_up

    def get(self):
        if self.slot.value is None:
            connection = self.connect()
            self.set_up(connection)
            self.slot.value = connection
        return self.slot.value
