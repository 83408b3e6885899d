"""What real frameworks and counters gave, one row a case."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from tests.shell.running import ROOT


@cache
def reference() -> dict[str, list[dict[str, Any]]]:
    """The rows, counters and frameworks apart."""
    read: dict[str, Any] = json.loads((ROOT / "tests/data/conventions.json").read_text("utf-8"))
    return read
