"""Values cross the wire whole or not at all; whatever else comes is refused before it can do anything."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conclab.classroom.channel import wire

plain = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(st.characters()), st.binary()
)  # fmt: skip
keys = st.one_of(st.integers(), st.text(), st.tuples(st.integers()), st.binary())
values = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
        st.sets(keys, max_size=4),
        st.frozensets(keys, max_size=4),
    ),
    max_leaves=12,
)


def refuse(value):
    raise wire.WireError(f"no plain data: {value!r}")


def crossed(value):
    message = wire.frame({"ok": wire.encode(value, refuse)})
    size = wire.length(message)
    assert size == len(message) - wire.HEADER
    return wire.decode(wire.parse(message[wire.HEADER :])["ok"], refuse)


def same_types(one, other):
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return all(map(same_types, one, other))
    if isinstance(one, dict):
        return all(same_types(one[key], other[key]) for key in one)
    return True


@given(values)
def test_a_value_comes_back_as_it_was(value):
    """Equal, and of the same exact types all the way down."""
    found = crossed(value)
    assert found == value
    assert same_types(found, value)


@pytest.mark.parametrize(
    "value", ["\ud800", "\x00\x1b", 1 << 5000, -(1 << 64), float("inf"), -0.0, "x" * 1000]
)
def test_odd_values_too(value):
    """Half characters, huge integers, infinities."""
    assert repr(crossed(value)) == repr(value)


def test_not_a_number_is_one():
    """It is equal to nothing, so it is compared apart."""
    assert math.isnan(crossed(float("nan")))


@pytest.mark.parametrize(
    "value", [type("Int", (int,), {})(3), type("List", (list,), {})(), object(), len, True.__class__]
)
def test_what_is_no_plain_data_is_handed_to_somebody_else(value):
    """Subclasses as well: their methods could say anything."""
    seen = []
    wire.encode([value], lambda one: seen.append(one) or {})
    assert seen == [value]


def test_a_bool_is_no_int():
    """Exact types."""
    assert crossed([True, 1, 0, False]) == [True, 1, 0, False]
    assert [type(one) for one in crossed([True, 1])] == [bool, int]


def test_depth_is_bounded_where_it_is_made():
    """A list in itself is no endless loop."""
    own: list = []
    own.append(own)
    with pytest.raises(wire.WireError, match="in one another"):
        wire.encode(own, refuse)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PASSED",
        b"[1]",
        b'"text"',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 2}}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1' + b"0" * 5000 + b"}",
        b'{"a": "\xff"}',
        '{"a": "é"}'.encode(),
        b'{"a": ' + b"[" * 200 + b"]" * 200 + b"}",
        b'{"a": ' + b"[" * 100_000,
        b'{"a": ' * 100_000,
    ],
)  # fmt: skip
def test_nonsense_is_refused(data):
    """Before the parser sees it where that could hurt."""
    with pytest.raises(wire.WireError):
        wire.parse(data)


def test_brackets_in_strings_are_no_depth():
    """Only those that nest."""
    assert wire.parse(json.dumps({"a": '[[["\\' * 500}).encode()) == {"a": '[[["\\' * 500}


@pytest.mark.parametrize(
    "data",
    [
        {"$": "i", "v": "zz"},
        {"$": "i", "v": 3},
        {"$": "f", "v": "1e5"},
        {"$": "b", "v": "?"},
        {"$": "t", "v": 3},
        {"$": "t"},
        {"$": "s", "v": [[]]},
        {"$": "s", "v": [1, 1]},
        {"$": "d", "v": [[1, 2], [1, 3]]},
        {"$": "d", "v": [[{"$": "d", "v": []}, 1]]},
        {"$": "d", "v": [[1, 2, 3]]},
        {"$": "d", "v": [3]},
        {"$": "pickle", "v": ""},
        {"v": 1},
        {},
    ],
)
def test_a_value_that_is_none_is_refused(data):
    """Whatever the tag says."""
    with pytest.raises(wire.WireError):
        wire.decode(data, refuse)


def test_a_frame_has_a_size():
    """Both ways: nothing is read that is too large, and nothing is sent."""
    with pytest.raises(wire.WireError, match="allowed"):
        wire.frame({"a": "x" * wire.LARGEST_FRAME})
    with pytest.raises(wire.WireError, match="allowed"):
        wire.length((wire.LARGEST_FRAME + 1).to_bytes(4, "big"))
