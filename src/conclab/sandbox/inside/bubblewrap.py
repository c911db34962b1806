"""Starts the program's interpreter anew inside namespaces, with bubblewrap: what is not bound is not there.

No /proc is mounted: programs don't need it, and in a container the mount is often refused. Root makes no user
namespace: there it would still be root outside, and exempt from the limit on processes; it becomes somebody
else inside instead (`identity`).
"""

from __future__ import annotations

import os
import sys

from conclab.sandbox.inside import places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conclab.sandbox.inside.order import Order

BOTH = ("ipc", "pid", "net", "uts", "cgroup-try")
SHARED_BYTES = 64 << 20


def execute(order: Order, status: int) -> None:
    """Become bubblewrap. Raises OSError."""
    read, write = os.pipe()
    os.set_inheritable(read, True)
    os.set_inheritable(status, True)
    os.write(write, order.packed())
    os.close(write)
    inside = [sys.executable, "-I", "-S", order.boot, order.sources, str(read), str(status)]
    os.execv(order.bubblewrap, [*command(order), "--", *inside])  # noqa: S606 - no shell wanted


def command(order: Order) -> list[str]:
    """Bubblewrap's command line, as far as it concerns what the program sees."""
    line = [order.bubblewrap, *(f"--unshare-{name}" for name in BOTH), "--die-with-parent", "--new-session"]
    line += ["--cap-drop", "ALL"]
    if order.uid:
        for capability in ("SETUID", "SETGID", "DAC_READ_SEARCH"):
            line += ["--cap-add", f"CAP_{capability}"]
    else:
        line += ["--unshare-user"]
    line += ["--dev", "/dev"]
    if "processes" in order.needs:
        line += ["--perms", "1777", "--size", str(SHARED_BYTES), "--tmpfs", places.SHARED_MEMORY]
    package = os.path.join(order.sources, "conclab")
    own = [os.path.join(package, "__init__.py"), os.path.join(package, "sandbox")]
    for path in (*places.readable(order), *own):
        line += ["--ro-bind", path, path]
    return [*line, "--bind", order.folder, order.folder, "--chdir", order.folder]
