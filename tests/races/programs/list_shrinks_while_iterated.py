"""One thread walks over a list while another removes an item: the walk skips one without a word.

play has played song 1; skip removes song 1, song 2 moves to its place; play goes on with song 3.
"""

import threading


class Playlist:
    def __init__(self):
        self.songs = [1, 2, 3]
        self.played = []

    def play(self):
        for song in self.songs:
            self.played.append(song)

    def skip(self, song):
        self.songs.remove(song)


class SteadyPlaylist(Playlist):
    def play(self):
        for song in self.songs.copy():
            self.played.append(song)


def party(playlist):
    player = threading.Thread(target=playlist.play)
    guest = threading.Thread(target=playlist.skip, args=(1,))
    player.start()
    guest.start()
    player.join()
    guest.join()
    assert playlist.played[-2:] == [2, 3]


def buggy():
    party(Playlist())


def correct():
    party(SteadyPlaylist())
