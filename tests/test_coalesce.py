from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from conclab.tracing.coalesce import Piece, coalesce, fitting, resolutions_ns, whole


@st.composite
def laid_out(draw):
    """Pieces in order, with and without gaps between them."""
    now, pieces = draw(st.integers(0, 50)), []
    for length, gap, what in draw(
        st.lists(st.tuples(st.integers(1, 40), st.sampled_from([0, 0, 0, 3]), st.sampled_from("abc")))
    ):
        pieces.append(whole(now, now + length, what))
        now += length + gap
    return pieces


def totals(pieces):
    return sum((Counter(piece.shares) for piece in pieces), Counter())


@given(laid_out(), st.integers(0, 100))
def test_the_time_of_each_kind_is_kept_to_the_nanosecond(pieces, resolution_ns):
    """Shares of a mixed piece add up to it, and all pieces to what there was."""
    together = coalesce(pieces, resolution_ns)
    assert totals(together) == totals(pieces)
    assert all(sum(piece.shares.values()) == piece.length_ns for piece in together)


@given(laid_out(), st.integers(0, 100))
def test_pieces_never_overlap_and_never_become_more(pieces, resolution_ns):
    """In order, none empty, and the same times are covered."""
    together = coalesce(pieces, resolution_ns)
    assert len(together) <= len(pieces)
    assert all(early.end_ns <= late.start_ns for early, late in pairwise(together))
    assert covered(together) == covered(pieces)


def covered(pieces):
    """Moments; a gap is never bridged."""
    return {moment for piece in pieces for moment in range(piece.start_ns, piece.end_ns)}


@given(laid_out(), st.integers(0, 100))
def test_what_is_long_enough_is_left_alone(pieces, resolution_ns):
    """Neighbours of one kind count as one; a long piece is never mixed with others."""
    alike = coalesce(pieces, 0)
    assert not any(piece.mixed for piece in alike)
    long = [piece for piece in alike if piece.length_ns >= resolution_ns]
    assert [piece for piece in long if piece not in coalesce(pieces, resolution_ns)] == []


@given(laid_out(), st.integers(1, 100))
def test_what_is_put_together_is_no_longer_than_it_must_be(pieces, resolution_ns):
    """So a change of the shares over time stays visible."""
    for piece in coalesce(pieces, resolution_ns):
        assert not piece.mixed or piece.length_ns < 2 * resolution_ns


@given(laid_out(), st.integers(0, 50), st.integers(0, 100))
def test_the_answer_may_be_coalesced_again(pieces, fine_ns, coarse_ns):
    """Which is how the resolution that fits is found."""
    again = coalesce(coalesce(pieces, fine_ns), fine_ns + coarse_ns)
    assert totals(again) == totals(pieces)
    assert covered(again) == covered(pieces)


def test_a_mixed_piece_says_its_shares():
    """Short ones become one; the long one after them does not."""
    pieces = [whole(0, 7, "holds"), whole(7, 10, "waits"), whole(10, 90, "waits")]
    assert coalesce(pieces, 10) == [whole(0, 7, "holds"), whole(7, 90, "waits")]
    pieces[2] = whole(10, 90, "blocked")
    assert coalesce(pieces, 10) == [Piece(0, 10, {"holds": 7, "waits": 3}), whole(10, 90, "blocked")]


def test_resolutions_are_round_numbers():
    """In nanoseconds: 0, 1 us, 2 us, 5 us, 10 us."""
    steps = resolutions_ns()
    assert [next(steps) for _ in range(6)] == [0, 1_000, 2_000, 5_000, 10_000, 20_000]


@given(laid_out(), st.integers(1, 20))
def test_the_finest_resolution_that_fits_is_taken(pieces, most):
    """What fits as it is stays as it is."""
    pieces = [
        Piece(p.start_ns * 500, p.end_ns * 500, {k: v * 500 for k, v in p.shares.items()}) for p in pieces
    ]
    fitted = fitting(pieces, most)
    assert totals(fitted) == totals(pieces)
    if len(coalesce(pieces, 0)) <= most:
        assert fitted == coalesce(pieces, 0)
    gaps = sum(early.end_ns < late.start_ns for early, late in pairwise(pieces))
    assert len(fitted) <= max(most, gaps + 1)
