"""Puts the labs' student editions into a wheel. Hidden tests and solutions stay in the source."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class LabsHook(BuildHookInterface[Any]):
    """The same edition as `conclab lab start` and `conclab class pack` write."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make them in a folder of their own, for as long as the wheel is built."""
        if version == "editable":
            return  # there the labs are found in the checkout
        sys.path.insert(0, str(Path(self.root, "src")))
        try:
            from conclab.classroom import edition, labs  # noqa: PLC0415 - of the source that is built
        finally:
            del sys.path[0]
        self._home = tempfile.TemporaryDirectory(prefix="conclab-labs-")  # kept until the wheel is written
        for folder in labs.labs(Path(self.root, "labs")):
            written = edition.write(labs.read(folder), Path(self._home.name, folder.name))
            for file in sorted(path for path in written.rglob("*") if path.is_file()):
                name = file.relative_to(self._home.name).as_posix()
                build_data["force_include"][str(file)] = f"conclab/labs/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Take them away."""
        if version != "editable":
            self._home.cleanup()
