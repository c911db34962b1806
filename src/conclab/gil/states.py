"""The nouns of GIL observation: a thread's states, from when to when, and how well they are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class State(StrEnum):
    """What a thread does with the GIL. What is not known is UNKNOWN, never the likeliest guess."""

    HOLDS = "holds"
    WAITS = "waits"  # wants the GIL and sleeps until it is free
    RELEASED = "released"  # on a CPU without the GIL: C code that let go of it, or no GIL at all
    NO_CPU = "no-cpu"  # could run, doesn't hold the GIL, and the kernel gives it no CPU
    BLOCKED = "blocked"  # sleeps in the kernel: a lock, a socket, a file, a timer
    UNKNOWN = "unknown"


class Layer(StrEnum):
    """How an observation was made, best first."""

    EXACT = "exact"  # the interpreter's own condition variables: every take, drop and wait
    SAMPLED = "sampled"  # another process reads holder and thread states some hundred times a second
    DERIVED = "derived"  # thread CPU time against wall time: on a CPU or not, no more
    NONE = "none"  # a build without a GIL: who ran at the same time


@dataclass(frozen=True, slots=True)
class Stretch:
    """One thread in one state, on CLOCK_MONOTONIC."""

    start_ns: int
    end_ns: int
    state: State
    gil: int = 0  # id of the interpreter whose GIL is held or waited for; 0 is the main one
    detail: str = ""  # where it is blocked, if that is known: the system call's name


@dataclass(frozen=True, slots=True)
class Observation:
    """One process as an observer saw it: per thread, stretches in order of time that don't overlap."""

    pid: int
    layer: Layer
    start_ns: int
    end_ns: int
    threads: Mapping[int, Sequence[Stretch]]  # by the operating system's thread id
    names: Mapping[int, str] = field(default_factory=dict)  # the same ids to threading's names
    because: str = ""  # why no better layer, in words
    cut: str = ""  # what is missing, in words: the record was full, the process was killed
    rate_hz: float | None = None  # samples a second that were reached; None where nothing is sampled
