"""Removes a folder that a hostile program has filled. Its processes are dead by then: nobody races with this.

Links are removed, never followed. Folders are emptied upwards, so one that is nested deeper than any path
can be long costs neither recursion nor descriptors. Permissions are given back before a folder is opened.
"""

from __future__ import annotations

import os
import stat

OURS = 0o700


def held(folder: str) -> int:
    """Open a folder before its program begins, which may put a link in its place. Raises OSError."""
    try:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except PermissionError:
        if not stat.S_ISDIR(os.lstat(folder).st_mode):
            raise
        os.chmod(folder, OURS)
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)


def remove(folder: str, top: int | None = None) -> None:
    """Remove a folder, which may be held open, and all in it. Raises OSError if something stays."""
    try:
        opened = held(folder) if top is None else top
    except FileNotFoundError:
        return
    try:
        os.fchmod(opened, OURS)
        _empty(opened)
        _rid(folder, opened)
    finally:
        os.close(opened)


def _rid(folder: str, top: int) -> None:
    """Remove the empty folder itself. Below KERNEL a program can move it, and put a link in its place."""
    try:
        here = os.lstat(folder)
        if stat.S_ISLNK(here.st_mode):
            os.unlink(folder)
        elif os.path.samestat(here, os.fstat(top)):
            os.rmdir(folder)
            return
    except FileNotFoundError:
        pass
    try:
        os.rmdir(os.readlink(f"/proc/self/fd/{top}"))
    except OSError:  # empty, and nobody knows where
        return


def _empty(top: int) -> None:
    """Until nothing is left: remove files, and lift what a folder holds up to the top."""
    lifted = 0
    while names := os.listdir(top):
        for name in names:
            if not _is_folder(name, top):
                os.unlink(name, dir_fd=top)
                continue
            lifted = _lift(name, top, lifted)
            os.rmdir(name, dir_fd=top)


def _lift(name: str, top: int, lifted: int) -> int:
    inner = _opened(name, top)
    try:
        for each in os.listdir(inner):
            if _is_folder(each, inner):
                os.chmod(each, OURS, dir_fd=inner)  # who moves a folder must be able to write it
                lifted = _free(top, lifted)
                os.rename(each, f"lifted-{lifted}", src_dir_fd=inner, dst_dir_fd=top)
            else:
                os.unlink(each, dir_fd=inner)
    finally:
        os.close(inner)
    return lifted


def _free(top: int, lifted: int) -> int:
    """Return a number that no file of the program's own has taken."""
    while True:
        lifted += 1
        try:
            os.lstat(f"lifted-{lifted}", dir_fd=top)
        except FileNotFoundError:
            return lifted


def _opened(name: str, parent: int) -> int:
    os.chmod(name, OURS, dir_fd=parent)
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)


def _is_folder(name: str, parent: int) -> bool:
    return stat.S_ISDIR(os.lstat(name, dir_fd=parent).st_mode)
