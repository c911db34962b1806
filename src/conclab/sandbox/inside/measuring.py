"""How full a program's folder is. Looked at while the program runs: nothing here trusts what it sees."""

from __future__ import annotations

import os

BLOCK = 512  # of st_blocks, whatever the file system's own are: stat(2)


def excess(folder: str, *, most_bytes: int, most_files: int) -> str:
    """Say which limit the folder goes over; empty if none. A folder that can't be looked into goes over."""
    size = files = 0
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    files += 1
                    size += entry.stat(follow_symlinks=False).st_blocks * BLOCK
                    if size > most_bytes:
                        return f"it wrote more than {most_bytes >> 20} MiB to its folder"
                    if files > most_files:
                        return f"it made more than {most_files} files"
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except (FileNotFoundError, NotADirectoryError):
            continue  # gone meanwhile
        except OSError as error:  # no permission, or nested deeper than a path can be long
            return f"it made a folder that can't be looked into ({error.strerror})"
    return ""
