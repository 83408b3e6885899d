"""What cases give in full, kept in files of tests/data: `--regenerate` writes them anew.

Counts that others gave stand in the tests; these files say the rest, so that no change of a name,
an option or a line goes unseen.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


def check(file: str, case: str, found: Any, regenerate: bool) -> None:
    """Compare what a case gives with what is kept of it."""
    path = DATA / file
    kept = json.loads(path.read_text()) if path.exists() else {}
    if regenerate:
        kept[case] = found
        path.write_text(json.dumps(kept, indent=0, ensure_ascii=False) + "\n")
    assert json.loads(json.dumps(found)) == kept[case]
