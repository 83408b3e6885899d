"""Output sizes of a stream of records: whole processes, relative to plain Python and to awk."""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path

from tests.bench.measure import heading, in_turn, left_out, row
from tests.bench.process import command, process, python, start

RECORDS, DISTINCT = 1_000_000, 50_000
PLAIN = """
import csv, sys
rows, out = csv.reader(sys.stdin), csv.writer(sys.stdout, lineterminator="\\n")
out.writerow([*next(rows), "output", "remainder"])
for row in rows:
    input, kernel, stride, pad = map(int, row)
    room = input + 2 * pad - kernel
    out.writerow([*row, room // stride + 1, room % stride])
"""
AWK = """
BEGIN { FS = OFS = "," }
NR == 1 { print $0, "output", "remainder"; next }
{ room = $1 + 2 * $4 - $2; print $0, int(room / $3) + 1, room % $3 }
"""
LEAST_TIMES = 8
"""Times as many records a second as plain Python's csv module, where sizes recur."""


def run() -> None:
    """Print the table of streams, in milliseconds."""
    peers = {"Python's csv": (python(PLAIN), 1 / LEAST_TIMES)}
    if shutil.which("awk"):
        peers["awk"] = (["awk", AWK], 1.0)
    else:
        left_out("awk")
    heading("Streams of output sizes", "dlcalc ms", "peer ms", "ratio", "reach")
    for title, count, recurring in (
        (f"{RECORDS:,} records, sizes recur", RECORDS, True),
        (f"{DISTINCT:,} records, no two alike", DISTINCT, False),
    ):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "records.csv"
            path.write_text(_records(count, recurring))
            for name, (arguments, reach) in peers.items():
                ours = [*command(), "size"]
                if start(ours, stdin=str(path)).out != start(arguments, stdin=str(path)).out:
                    raise AssertionError(f"dlcalc and {name} differ on {title}")
                sides = (process(each, stdin=str(path)) for each in (ours, arguments))
                row(f"{title}, {name}", *in_turn(*sides), reach if recurring else None)


def _records(count: int, recurring: bool) -> str:
    draw = random.Random(0)
    lines = ["input,kernel,stride,pad"]
    for place in range(count):
        size = draw.randint(8, 256) if recurring else 8 + place
        lines.append(
            f"{size},{draw.choice((1, 3, 5, 7))},{draw.choice((1, 2))},{draw.randint(0, 3)}"
        )
    return "\n".join(lines) + "\n"
