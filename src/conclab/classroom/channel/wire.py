"""Frames and values on the wire: length, then JSON in ASCII. Both sides read this file.

A value is rebuilt by its exact type. Whatever is no plain data, a subclass of int too, crosses as a handle:
nothing that a submission defined is ever called by the grader. No pickle.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST_FRAME = 1 << 20
DEEPEST = 32  # values in values
DEEPEST_JSON = 4 * DEEPEST + 8  # a dict in a dict is four brackets
LONGEST_INT = 63  # bits; others cross as hexadecimal text, which costs no quadratic time
HEADER = 4
STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"')
BRACKETS = re.compile(rb"[\[\]{}]")
TAG, VALUE = "$", "v"
ODD_FLOATS = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}


class WireError(ValueError):
    """What can't be sent, or what came and is none of ours."""


def frame(message: dict[str, Any]) -> bytes:
    """Bytes to send. Raises WireError if it is too large."""
    data = ENCODER.encode(message).encode("ascii")
    if len(data) > LARGEST_FRAME:
        raise WireError(f"{len(data):,} bytes in one message, {LARGEST_FRAME:,} are allowed")
    return len(data).to_bytes(HEADER, "big") + data


def length(header: bytes) -> int:
    """What a header says. Raises WireError before anything of that size is read."""
    size = int.from_bytes(header[:HEADER], "big")
    if size > LARGEST_FRAME:
        raise WireError(f"a message of {size:,} bytes, {LARGEST_FRAME:,} are allowed")
    return size


def parse(data: bytes) -> dict[str, Any]:
    """A frame's message. Brackets are counted before the parser sees them. Raises WireError."""
    _check_depth(data)
    try:
        message = DECODER.decode(data.decode("ascii"))
    except WireError:
        raise
    except (ValueError, RecursionError) as error:
        raise WireError(f"not a message: {type(error).__name__}") from None
    if type(message) is not dict:
        raise WireError("not a message: no object")
    return message


def _check_depth(data: bytes) -> None:
    if data.count(b"[") + data.count(b"{") <= DEEPEST_JSON:
        return
    depth = 0
    for bracket in BRACKETS.findall(STRINGS.sub(b"", data)):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEEPEST_JSON:
            raise WireError(f"more than {DEEPEST} values in one another")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise WireError("a key comes twice")
    return found


def _refuse(text: str) -> Any:
    raise WireError(f"{text} is no JSON")


def _int(text: str) -> int:
    if len(text) > LONGEST_INT // 3:
        raise WireError("a number that should have come in hexadecimal")
    return int(text)


# Made once: json.loads and json.dumps make a new one for each message.
ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse, parse_int=_int)


def encode(  # noqa: PLR0911 - a table of types, in the order of their frequency
    value: Any, refer: Callable[[Any], dict[str, Any]], depth: int = 0
) -> Any:
    """As JSON. `refer` makes a tagged object of what is no plain data. Raises WireError if it is too deep."""
    if depth > DEEPEST:
        raise WireError(f"more than {DEEPEST} values in one another")
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        return value if value.bit_length() <= LONGEST_INT else {TAG: "i", VALUE: format(value, "x")}
    if kind is float:
        return value if value - value == 0 else {TAG: "f", VALUE: repr(value)}
    if kind is bytes:
        return {TAG: "b", VALUE: b64encode(value).decode("ascii")}
    if kind is list:
        return [encode(one, refer, depth + 1) for one in value]
    if kind in SEQUENCES:
        return {TAG: SEQUENCES[kind], VALUE: [encode(one, refer, depth + 1) for one in value]}
    if kind is dict:
        pairs = [[encode(key, refer, depth + 1), encode(one, refer, depth + 1)] for key, one in value.items()]
        return {TAG: "d", VALUE: pairs}
    return refer(value)


SEQUENCES: dict[type, str] = {tuple: "t", set: "s", frozenset: "z"}


def decode(data: Any, resolve: Callable[[dict[str, Any]], Any], depth: int = 0) -> Any:
    """A value again. `resolve` finds what a tagged object stands for. Raises WireError."""
    if depth > DEEPEST:
        raise WireError(f"more than {DEEPEST} values in one another")
    kind = type(data)
    if data is None or kind in {bool, int, float, str}:
        return data
    if kind is list:
        return [decode(one, resolve, depth + 1) for one in data]
    assert kind is dict, "JSON has no other types"
    tag, value = data.get(TAG), data.get(VALUE)
    if tag in {"i", "f", "b"}:
        return _decode_text(tag, value)
    if tag in {"t", "s", "z", "d"}:
        if type(value) is not list:
            raise WireError("a collection without a list")
        return _collect(tag, value, resolve, depth)
    return resolve(data)


def _decode_text(tag: str, text: Any) -> Any:
    if type(text) is not str:
        raise WireError("a text is missing")
    try:
        if tag == "f":
            return ODD_FLOATS[text]
        return int(text, 16) if tag == "i" else b64decode(text, validate=True)
    except (KeyError, ValueError, Base64Error):
        raise WireError("not a number, or not base64") from None


def _collect(tag: str, value: list[Any], resolve: Callable[[dict[str, Any]], Any], depth: int) -> Any:
    try:
        if tag == "d":
            pairs = [(decode(key, resolve, depth + 1), decode(one, resolve, depth + 1)) for key, one in value]
            return _whole(dict(pairs), len(pairs))
        items = [decode(one, resolve, depth + 1) for one in value]
        if tag == "t":
            return tuple(items)
        return _whole(set(items) if tag == "s" else frozenset(items), len(items))
    except WireError:
        raise
    except (TypeError, ValueError):
        raise WireError("a collection of what can't be in it") from None


def _whole(collection: Any, count: int) -> Any:
    if len(collection) != count:
        raise WireError("a key or a member comes twice")
    return collection
