"""Man pages for a wheel: made of the commands when it is built, kept nowhere."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface as Hook
except ModuleNotFoundError:  # in use, where nothing is built
    Hook = object


class ManPages(Hook):  # type: ignore[misc]
    """Writes the pages into a folder of its own, and has them installed under share/man/man1."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the wheel is put together."""
        sys.path.insert(0, self.root)
        from dlcalc.shell.man import man_pages

        self.folder = tempfile.TemporaryDirectory(prefix="dlcalc-man-")
        for name, text in man_pages():
            path = os.path.join(self.folder.name, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            build_data["shared_data"][path] = f"share/man/man1/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Called when the wheel is there: the folder goes."""
        self.folder.cleanup()
