"""What each layer promises: which attacks fail from which layer on, and how they are called in words."""

from __future__ import annotations

from dataclasses import dataclass

from conclab.sandbox.model import Layer


@dataclass(frozen=True, slots=True)
class Promise:
    """One attack, by its name in `hostile`."""

    attack: str
    since: Layer
    words: str  # after "it can"
    unless: str = ""  # the need that permits it, on purpose
    again: Layer | None = None  # from which it is refused even so


PROMISES = (
    Promise("daemon", Layer.NONE, "leave a process behind"),
    Promise("flood", Layer.NONE, "flood the grader's memory with output, or stand still at it"),
    Promise("environment", Layer.BASIC, "read the grader's environment"),
    Promise("memory", Layer.BASIC, "use up the memory"),
    Promise("big file", Layer.BASIC, "write a file of any size"),
    Promise("disk", Layer.BASIC, "fill the disk"),
    Promise("bomb", Layer.BASIC, "start processes without end"),
    Promise("read", Layer.KERNEL, "read files outside its folder"),
    Promise("write", Layer.KERNEL, "write files outside its folder"),
    Promise("truncate", Layer.KERNEL, "empty files that it may read"),
    Promise("mode", Layer.KERNEL, "change permissions of files outside its folder"),
    Promise("watch", Layer.KERNEL, "watch which files are used"),
    Promise("tcp", Layer.KERNEL, "connect to the network", unless="network", again=Layer.NAMESPACES),
    Promise("abstract", Layer.KERNEL, "connect to other programs' abstract sockets"),
    Promise("socket", Layer.KERNEL, "connect to other programs' sockets"),
    Promise("signal", Layer.KERNEL, "signal other processes"),
    Promise("limits", Layer.KERNEL, "limit other processes"),
    Promise("environ", Layer.KERNEL, "read other processes' environment"),
    Promise("mem", Layer.KERNEL, "open other processes' memory"),
    Promise("ptrace", Layer.KERNEL, "trace other processes"),
    Promise("vm", Layer.KERNEL, "read other processes' memory"),
    Promise("descriptor", Layer.KERNEL, "take other processes' descriptors"),
    Promise("namespace", Layer.KERNEL, "open a user namespace"),
    Promise("fork", Layer.KERNEL, "start processes", unless="processes"),
    Promise("execute", Layer.KERNEL, "execute other programs", unless="processes"),
    Promise("hidden memory", Layer.KERNEL, "keep files in memory beyond its limits"),
    Promise("segment", Layer.KERNEL, "leave System V memory behind"),
    Promise("shared memory", Layer.KERNEL, "leave shared memory behind", unless="processes"),
    Promise("see", Layer.NAMESPACES, "see which files exist outside its folder"),
)


def promised(layer: Layer, needs: frozenset[str]) -> tuple[Promise, ...]:
    """List what a layer promises of a program with these needs."""
    return tuple(
        each
        for each in PROMISES
        if each.since <= layer
        and (each.unless not in needs or (each.again is not None and each.again <= layer))
    )
