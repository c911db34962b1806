"""Names of the system calls that a thread can sleep in. Numbers from the kernel's tables for each machine."""

from __future__ import annotations

_X86_64 = """
0 read, 1 write, 2 open, 3 close, 4 stat, 5 fstat, 6 lstat, 7 poll, 9 mmap, 10 mprotect, 11 munmap, 12 brk,
16 ioctl, 17 pread64, 18 pwrite64, 19 readv, 20 writev, 23 select, 24 sched_yield, 26 msync, 28 madvise,
35 nanosleep, 40 sendfile, 42 connect, 43 accept, 44 sendto, 45 recvfrom, 46 sendmsg, 47 recvmsg, 56 clone,
57 fork, 58 vfork, 59 execve, 60 exit, 61 wait4, 65 semop, 69 msgsnd, 70 msgrcv, 72 fcntl, 73 flock,
74 fsync, 75 fdatasync, 76 truncate, 77 ftruncate, 78 getdents, 82 rename, 83 mkdir, 84 rmdir, 87 unlink,
128 rt_sigtimedwait, 130 rt_sigsuspend, 162 sync, 202 futex, 208 io_getevents, 217 getdents64,
220 semtimedop, 230 clock_nanosleep, 232 epoll_wait, 242 mq_timedsend, 243 mq_timedreceive, 247 waitid,
257 openat, 262 newfstatat, 263 unlinkat, 264 renameat, 270 pselect6, 271 ppoll, 275 splice,
277 sync_file_range, 281 epoll_pwait, 285 fallocate, 288 accept4, 295 preadv, 296 pwritev, 299 recvmmsg,
307 sendmmsg, 316 renameat2, 318 getrandom, 326 copy_file_range, 332 statx
"""
_AARCH64 = """
4 io_getevents, 22 epoll_pwait, 25 fcntl, 29 ioctl, 32 flock, 35 unlinkat, 38 renameat, 45 truncate,
46 ftruncate, 47 fallocate, 56 openat, 57 close, 61 getdents64, 63 read, 64 write, 65 readv, 66 writev,
67 pread64, 68 pwrite64, 69 preadv, 70 pwritev, 71 sendfile, 72 pselect6, 73 ppoll, 76 splice,
79 newfstatat, 80 fstat, 81 sync, 82 fsync, 83 fdatasync, 84 sync_file_range, 93 exit, 95 waitid, 98 futex,
101 nanosleep, 115 clock_nanosleep, 124 sched_yield, 133 rt_sigsuspend, 137 rt_sigtimedwait,
182 mq_timedsend, 183 mq_timedreceive, 188 msgrcv, 189 msgsnd, 192 semtimedop, 193 semop, 202 accept,
203 connect, 206 sendto, 207 recvfrom, 211 sendmsg, 212 recvmsg, 214 brk, 215 munmap, 220 clone,
221 execve, 222 mmap, 226 mprotect, 227 msync, 233 madvise, 242 accept4, 243 recvmmsg, 260 wait4,
269 sendmmsg, 276 renameat2, 278 getrandom, 285 copy_file_range, 291 statx
"""
_BOTH = "426 io_uring_enter, 435 clone3, 437 openat2, 441 epoll_pwait2, 449 futex_waitv"  # one list since 5.1


def _table(text: str) -> dict[int, str]:
    pairs = (entry.split() for entry in f"{text}, {_BOTH}".split(","))
    return {int(number): name for number, name in pairs}


_TABLES = {"x86_64": _table(_X86_64), "aarch64": _table(_AARCH64)}


def name_of(number: int, machine: str) -> str:
    """Name a call as its manual page does; a futex is a lock here, and what has no name keeps its number."""
    if number < 0:
        return ""  # sleeps, but not in a system call: a page that is read from disk, a stop signal
    name = _TABLES.get(machine, {}).get(number, f"system call {number}")
    return "lock" if name in {"futex", "futex_waitv"} else name
