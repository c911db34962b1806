"""What holds here, in words for a teacher: what was found, and the one thing to do for the next layer."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from conclab.sandbox.model import Isolation, Layer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conclab.sandbox.probing import Probe

NAMES = {
    Layer.NONE: "none",
    Layer.BASIC: "basic",
    Layer.KERNEL: "kernel",
    Layer.NAMESPACES: "namespaces",
}
HOLDS = {
    Layer.NONE: "a program that hangs is ended, with all that it started; nothing else is kept from it",
    Layer.BASIC: "memory, files, processes and CPU time are limited; it can still read your files",
    Layer.KERNEL: "a program reads Python and its own folder, and reaches no file, process or network beyond",
    Layer.NAMESPACES: "a program sees its own folder, processes and network, and no others",
}
RECOGNISED = (
    (
        ("setting up uid map: Permission denied", "Failed RTM_NEWADDR"),
        "AppArmor forbids user namespaces: docs/sandbox.md has a profile that allows them for bubblewrap",
    ),
    (
        ("No permissions to create new namespace", "Creating new namespace failed"),
        "a container or the machine forbids namespaces: docs/sandbox.md says how to allow them",
    ),
    (
        ("Can't mount proc", "Failed to make / slave", "pivot_root"),
        "a container that may not mount: nothing to do inside it; run conclab outside",
    ),
    (("Unknown option",), "this bubblewrap is too old: 0.7 or later"),
    (("system call 444: Function not implemented",), "this kernel has no Landlock: Linux 5.13 or later"),
    (
        ("system call 444: Operation not supported",),
        "Landlock is switched off: start the kernel with lsm=landlock,... (see /sys/kernel/security/lsm)",
    ),
    (
        ("system call 444: Operation not permitted",),
        "this container forbids Landlock: a newer runtime allows it",
    ),
    (("no table of system calls",), "seccomp is done for x86_64 and aarch64 only"),
    (("prctl 22:",), "this kernel or container has no seccomp filters"),
)


def parts(layer: Layer) -> tuple[str, ...]:
    """Name what a layer is made of, with versions."""
    found = ["limits"] * (layer >= Layer.BASIC)
    if layer >= Layer.KERNEL:
        from conclab.sandbox.inside import landlock  # noqa: PLC0415 - Linux only

        found += [f"landlock {landlock.version()}", "seccomp"]
    if layer >= Layer.NAMESPACES:
        found.append(_bubblewrap())
    return tuple(found)


def lacks(probe: Probe) -> str:
    """Say why a layer doesn't hold here, and the way to it."""
    name = NAMES[probe.layer]
    if sys.platform != "linux" and probe.layer >= Layer.KERNEL:
        return f"{name}: Linux only"
    if probe.escaped:
        return f"{name}: it was set up and does not hold, for a program can {probe.escaped[0].words}"
    known = next((way for texts, way in RECOGNISED if any(text in probe.problem for text in texts)), "")
    return f"{name}: {known or probe.problem}"


def in_words(isolation: Isolation) -> Iterator[str]:
    """Say which layer holds here, what that means, and what to do for the next one."""
    made_of = f" ({', '.join(isolation.parts)})" if isolation.parts else ""
    yield f"{NAMES[isolation.layer]}{made_of}: {HOLDS[isolation.layer]}"
    yield from isolation.missing


def _bubblewrap() -> str:
    found = shutil.which("bwrap")
    if found is None:
        return "bubblewrap"
    return subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout.strip()
