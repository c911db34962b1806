"""A text is as wide as a terminal shows it, and holds nothing that a terminal obeys."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conclab.story.measure import cut, pad, shares, width_of, wrap
from conclab.story.text import code, plain
from stories import ESCAPES

ANY = st.text(st.characters(), max_size=60) | st.text("a b日本e\u0301 ", max_size=60)


@given(ANY)
def test_whatever_is_said_is_printable(text):
    assert plain(text).isprintable()
    assert code(text).isprintable()


def test_what_can_be_printed_is_left_alone():
    assert plain("größer, 日本, 'a' \\n") == "größer, 日本, 'a' \\n"
    assert plain(ESCAPES).startswith("\\x1b[31m\\x1b]0;owned\\x07 \\x9b2J \\u202egnp")


@given(ANY, st.integers(2, 40))
def test_what_is_cut_fits(text, width):
    assert width_of(cut(text, width)) <= width
    assert width_of(pad(text, width)) == width


@given(ANY, st.integers(2, 40))
def test_what_is_wrapped_fits_and_is_all_there(text, width):
    """As long as there is room for it."""
    lines = wrap(text, width, limit=1000)
    assert all(width_of(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert len(wrap(text, width, limit=2)) <= 2
    assert all(width_of(line) <= width for line in wrap(text, width, limit=2))


def test_wide_characters_and_accents_are_counted_as_a_terminal_does():
    assert [width_of(text) for text in ("abc", "日本", "e\u0301", "\uff57", "ü")] == [3, 4, 1, 2, 1]


@given(st.lists(st.integers(1, 90), min_size=1, max_size=8), st.integers(0, 200))
def test_room_is_shared_out(wanted, room):
    """Nobody gets more than they want, and nothing is left while somebody wants more."""
    given_ = shares(wanted, room)
    assert all(0 <= one <= want for one, want in zip(given_, wanted, strict=True))
    assert sum(given_) <= room
    assert sum(given_) == sum(wanted) or room - sum(given_) < len(wanted)
