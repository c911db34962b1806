"""Hostile programs, each a function: imported for what is expected of it, run apart for what it does.

A program prints `escaped: ...` for all that it should not have been able to do. It is told a descriptor, on
which it says that it is ready and which shows whether it lives; the grader's process id; a folder outside; a
word that nobody else uses.
"""

import contextlib
import ctypes
import os
import signal
import socket
import sys
import threading
import time

PROGRAMS = {}
LIBC = ctypes.CDLL(None, use_errno=True)


def program(*, since="NONE", lowest="NONE", needs=(), ends="exit 0", limits=None):
    """`since` this layer it may not escape, below `lowest` it is not run, `ends` is how it must end."""

    def known(body):
        PROGRAMS[body.__name__] = {
            "since": since,
            "lowest": lowest,
            "needs": list(needs),
            "ends": ends,
            "limits": limits or {},
        }
        body.__globals__[body.__name__] = body
        return body

    return known


def escaped(what):
    print(f"escaped: {what}", flush=True)


def ready():
    os.write(LIFE, b"r")


def leave_the_session():
    with contextlib.suppress(OSError):  # from KERNEL up, it is refused
        os.setsid()


def wait():
    while True:
        time.sleep(60)


@contextlib.contextmanager
def refused(what):
    """The body should raise; if it does not, it has escaped."""
    try:
        yield
    except (OSError, RuntimeError, MemoryError, ValueError):
        return
    escaped(what)


# Processes that want to stay.


@program(needs=["processes"])
def daemon():
    if os.fork() == 0:
        leave_the_session()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            wait()
        os._exit(0)


@program(needs=["processes"])
def twenty_daemons():
    for _ in range(20):
        if os.fork() == 0:
            leave_the_session()
            if os.fork() == 0:
                wait()
            os._exit(0)


@program(needs=["processes"])
def pid_hopper():
    if os.fork() == 0:
        leave_the_session()
        while True:
            if os.fork():
                os._exit(0)


@program(needs=["processes"], ends="killed")
def chain():
    """Each the child of the one before; none is an orphan until the first is killed."""
    for _ in range(20):
        if os.fork():
            wait()
    ready()
    wait()


@program(needs=["processes"], ends="killed")
def stopped():
    """A stopped process ignores all but the kill."""
    if os.fork() == 0:
        os.kill(os.getpid(), signal.SIGSTOP)
    ready()
    os.kill(os.getpid(), signal.SIGSTOP)


@program(ends="killed")
def deaf():
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    ready()
    while True:
        with contextlib.suppress(BaseException):
            wait()


@program(ends="killed")
def closes_everything():
    ready()
    os.closerange(0, 4096)
    wait()


@program(lowest="BASIC", needs=["processes"], ends="killed", limits={"processes": 30})
def fork_bomb():
    """Every process forks for as long as it can."""
    started = 0
    with contextlib.suppress(OSError):
        while started < 2000:
            if os.fork() == 0:
                started = 0
            started += 1
    ready()
    while True:
        with contextlib.suppress(OSError):
            os.fork()


@program(lowest="BASIC", needs=["processes"], ends="killed", limits={"processes": 30})
def fork_bomb_of_sessions():
    """Each process in a group of its own, so that no group can be killed."""
    started = 0
    with contextlib.suppress(OSError):
        while started < 200:
            if os.fork() == 0:
                leave_the_session()
                started = 0
            started += 1
    ready()
    while True:
        with contextlib.suppress(OSError):
            if os.fork() == 0:
                leave_the_session()


@program(needs=["processes"])
def time_bomb():
    """Writes outside, after everybody thinks that it is over."""
    if os.fork() == 0:
        leave_the_session()
        time.sleep(0.3)
        with contextlib.suppress(OSError), open(os.path.join(OUTSIDE, f"bomb-{WORD}"), "w") as file:
            file.write("late")
        wait()


@program(needs=["processes"])
def clears_its_mark():
    """A daemon with an environment of its own: what it was started with tells nothing any more."""
    if os.fork() == 0:
        leave_the_session()
        if os.fork() == 0:
            os.execve("/bin/sleep", ["sleep", "1000"], {})
        os._exit(0)


# What is used up.


@program(since="BASIC", lowest="BASIC")
def thread_bomb():
    threading.stack_size(64 * 1024)
    stop = threading.Event()
    with refused("2000 threads"):
        for _ in range(2000):
            threading.Thread(target=stop.wait, daemon=True).start()
    os._exit(0)


@program(since="BASIC", lowest="BASIC", limits={"memory_bytes": 256 << 20})
def memory():
    kept = []
    with refused("1 GiB"):
        kept.extend(bytearray(16 << 20) for _ in range(64))


@program(since="BASIC", lowest="BASIC")
def big_file():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with refused("a file of 32 MiB"), open("big", "wb") as file:
        for _ in range(32):
            file.write(bytes(1 << 20))
            file.flush()


@program(since="BASIC", lowest="BASIC", ends="excess", limits={"folder_bytes": 8 << 20})
def many_big_files():
    for number in range(64):
        with open(f"big-{number}", "wb") as file:
            file.write(bytes(1 << 20))
    wait()


@program(since="BASIC", lowest="BASIC", ends="excess", limits={"folder_files": 200})
def many_files():
    for number in range(1000):
        os.close(os.open(f"file-{number}", os.O_CREAT))
    wait()


@program(since="BASIC", lowest="BASIC", ends="excess", limits={"folder_files": 200})
def deep_folders():
    """Deeper than any path can be long."""
    for _ in range(300):
        os.mkdir("a-rather-long-name")
        os.chdir("a-rather-long-name")
    wait()


@program(since="BASIC", lowest="BASIC")
def open_files():
    kept = []
    with refused("3000 descriptors"):
        kept.extend(os.open("/dev/null", os.O_RDONLY) for _ in range(3000))
    os._exit(0)


@program(since="BASIC", lowest="BASIC", ends="signal", limits={"cpu_s": 1})
def busy():
    while True:
        pass


@program(ends="flood")
def flood():
    for _ in range(8 << 20 >> 16):
        os.write(1, b"o" * (1 << 16))
        os.write(2, b"e" * (1 << 16))


@program(ends="flood")
def flood_of_a_daemon():
    """Whoever floods the output holds it open, too."""
    for _ in range(4 << 20 >> 16):
        os.write(1, b"\xff\x1b\x00" * (1 << 15))


# What is left in the folder.


@program(ends="any")
def odd_permissions():
    os.makedirs("a/b/c")
    for path in ("a/b/c/file", "a/file", "setuid"):
        os.close(os.open(path, os.O_CREAT, 0o000))
    os.mkdir("nothing", 0)
    with contextlib.suppress(OSError):  # from KERNEL up, permissions are not for changing
        os.chmod("setuid", 0o6755)
        for path in ("a/b/c", "a/b", "a", "."):
            os.chmod(path, 0)


@program()
def odd_names():
    for name in (b"\xff\xfe", b"-rf", b" ", b"\n", b"lifted-1", b"..."):
        os.mkdir(name)
        os.mkdir(name + b"/lifted-1")
        os.close(os.open(name + b"/lifted-2", os.O_CREAT))


@program()
def links():
    """What they lead to must be there afterwards."""
    os.symlink(OUTSIDE, "folder")
    os.symlink(os.path.join(OUTSIDE, "kept"), "file")
    os.symlink(".", "round")
    os.symlink("/dev/zero", "endless")
    os.mkdir("sub")
    os.symlink(OUTSIDE, "sub/folder")
    os.mkfifo("pipe")


@program()
def moves_its_folder():
    """And puts a link in its place, for whoever tidies up to follow."""
    here = os.getcwd()
    with contextlib.suppress(OSError):
        os.rename(here, f"{here}-moved")
        os.symlink(OUTSIDE, here)


@program(ends="signal")
def core_dump():
    os.abort()


# Ends that say nothing.


@program(ends="exit 7")
def exits():
    os._exit(7)


@program(ends="exit 3")
def exits_from_a_thread_and_at_the_end():
    import atexit

    atexit.register(os._exit, 3)
    threading.Thread(target=sys.exit, args=(9,)).start()


@program(ends="signal")
def crashes():
    ctypes.string_at(0)


@program(ends="signal")
def kills_itself():
    os.kill(os.getpid(), signal.SIGKILL)


# What is outside.


@program(since="KERNEL")
def hardlink():
    with refused("a hard link to a file outside"):
        os.link(os.path.join(OUTSIDE, "kept"), "mine")


@program(since="KERNEL")
def reads():
    for path in (
        os.path.join(OUTSIDE, "kept"),
        "/etc/passwd",
        f"/proc/{GRADER}/cmdline",
        "/proc/self/root/etc/passwd",
    ):
        with refused(f"read {path}"), open(path, "rb") as file:
            file.read()
    for folder in (OUTSIDE, "/tmp", "/root", "/home", "/proc", "/dev/shm"):
        with refused(f"list {folder}"):
            os.listdir(folder)
    os.symlink(os.path.join(OUTSIDE, "kept"), "link")
    with refused("read through a link"), open("link", "rb") as file:
        file.read()


@program(since="KERNEL")
def writes():
    for folder in (OUTSIDE, "/tmp", "/var/tmp", "/dev/shm", os.path.dirname(os.__file__), "/proc/self"):
        with refused(f"write to {folder}"):
            path = os.path.join(folder, f"escaped-{WORD}")
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
            os.unlink(path)
    with refused("append"):
        os.close(os.open(os.path.join(OUTSIDE, "kept"), os.O_WRONLY | os.O_APPEND))
    with refused("truncate"):
        os.truncate(os.path.join(OUTSIDE, "public"), 0)
    for change in (lambda path: os.chmod(path, 0o777), lambda path: os.utime(path, (0, 0))):
        with refused("change what belongs to a file"):
            change(os.path.join(OUTSIDE, "public"))


@program(since="KERNEL", needs=["processes"], lowest="KERNEL")
def signals():
    """With processes allowed, it may signal its own, and nobody else."""
    for pid in {os.getppid(), int(GRADER)}:
        with refused(f"signal {pid}"):
            os.kill(pid, 0)
    child = os.fork()
    if child == 0:
        wait()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


@program(since="KERNEL", lowest="KERNEL", needs=["processes"], ends="any")
def kills_all_it_can():
    with contextlib.suppress(OSError):
        os.kill(-1, signal.SIGKILL)


@program(since="KERNEL")
def looks_into_its_keeper():
    keeper = os.getppid()
    for name, flags in (
        ("mem", os.O_RDWR),
        ("environ", os.O_RDONLY),
        ("fd/0", os.O_RDONLY),
        ("maps", os.O_RDONLY),
    ):
        with refused(name):
            os.close(os.open(f"/proc/{keeper}/{name}", flags))
    if LIBC.ptrace(0x4206, keeper, 0, 0) == 0:
        escaped("ptrace")


@program(since="KERNEL", lowest="KERNEL")
def looks_into_the_grader():
    for name, flags in (("mem", os.O_RDWR), ("environ", os.O_RDONLY), ("fd/0", os.O_RDONLY)):
        with refused(name):
            os.close(os.open(f"/proc/{GRADER}/{name}", flags))
    process = LIBC.syscall(434, int(GRADER), 0)  # pidfd_open, pidfd_getfd
    if process >= 0 and LIBC.syscall(438, process, 0, 0) >= 0:
        escaped("a descriptor")


@program(since="KERNEL")
def sockets():
    for family in (
        socket.AF_INET,
        socket.AF_INET6,
        socket.AF_UNIX,
        socket.AF_NETLINK,
        socket.AF_PACKET,
        socket.AF_VSOCK,
    ):
        with refused(f"a socket of family {family}"):
            socket.socket(family).close()


@program(since="KERNEL")
def datagrams():
    with refused("a datagram"), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", 9))


@program(since="NAMESPACES", lowest="NAMESPACES", needs=["network"])
def reaches_its_own_network_only():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
    with refused("the network"), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("192.0.2.1", 9))  # TEST-NET-1, RFC 5737: only a route is looked for


@program(since="KERNEL", lowest="KERNEL")
def leaves_memory_behind():
    with refused("shared memory"):
        os.close(os.open(f"/dev/shm/{WORD}", os.O_CREAT | os.O_WRONLY))
    if LIBC.shmget(0x5EED, 4096, 0o1600) >= 0:
        escaped("System V memory")
    if LIBC.semget(0x5EED, 1, 0o1600) >= 0:
        escaped("System V semaphores")
    if LIBC.msgget(0x5EED, 0o1600) >= 0:
        escaped("System V queue")


@program(needs=["processes"], lowest="KERNEL")
def leaves_shared_memory_behind_with_processes():
    with open(f"/dev/shm/{WORD}", "wb") as file:
        file.write(b"left")


@program(since="KERNEL", lowest="KERNEL")
def refused_calls():
    """Those without a wrapper by their numbers, on one machine: on the other they are in the same filter."""
    names = [
        "unshare",
        "chroot",
        "inotify_init",
        "personality",
        "setpriority",
        "sched_setscheduler",
        "fork",
        "vfork",
    ]
    arguments = {
        "unshare": (0x10000000,),
        "chroot": (b".",),
        "personality": (0x0040000,),
        "setpriority": (0, int(GRADER), 5),
    }
    for name in names:
        if getattr(LIBC, name)(*arguments.get(name, (0, 0, 0))) >= 0:
            escaped(name)
    if os.uname().machine == "x86_64":
        for number in (425, 298, 321, 323, 250, 248, 310, 438, 435, 304, 303, 272, 0x40000000 + 39, 500):
            if LIBC.syscall(number, 0, 0, 0, 0, 0) >= 0:
                escaped(f"system call {number}")


@program(since="BASIC", lowest="BASIC")
def gains_nothing_by_setuid():
    if LIBC.prctl(39, 0, 0, 0, 0) != 1:  # PR_GET_NO_NEW_PRIVS
        escaped("new privileges")


@program(since="BASIC", lowest="BASIC")
def environment():
    known = {"HOME", "TMPDIR", "CONCLAB_SANDBOX", "MALLOC_ARENA_MAX", "PATH", "LANG", "PWD", "LC_CTYPE"}
    for name in set(os.environ) - known:
        escaped(name)
    for number in set(range(3, 1024)) - {LIFE}:
        with contextlib.suppress(OSError):
            os.fstat(number)
            escaped(f"descriptor {number}")
    if os.read(0, 1):
        escaped("input")


# What must go on working.


@program()
def threads_and_tasks():
    import asyncio
    import queue
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(abs, range(100))) == 4950
    queue.Queue().put(1)
    assert asyncio.run(asyncio.wait_for(asyncio.to_thread(sum, [1, 2]), 20)) == 3
    with open("file", "w+") as file:
        file.write("x")
    os.rename("file", "other")
    os.kill(os.getpid(), 0)
    import random
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        assert folder.startswith(os.environ["TMPDIR"])
    assert random.SystemRandom().random() < 1


@program(needs=["processes"])
def pools():
    import multiprocessing
    import subprocess

    for method in ("fork", "spawn"):
        context = multiprocessing.get_context(method)
        with context.Pool(2) as pool:
            assert pool.map(abs, [-1, -2]) == [1, 2]
        assert context.Value("i", 3).value == 3
    assert (
        subprocess.run([sys.executable, "-I", "-S", "-c", "print(1)"], capture_output=True, check=True).stdout
        == b"1\n"
    )


@program(needs=["network"])
def loopback():
    import asyncio

    async def both():
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        assert await reader.read() == b""
        writer.close()
        server.close()

    asyncio.run(both())


if __name__ == "__main__":
    LIFE, GRADER, OUTSIDE, WORD = int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5]
    globals()[sys.argv[1]]()
