"""Run the groups of rows named, or all of them."""

from __future__ import annotations

import os
import sys

# As the command does: one BLAS thread, and threads over tiles where there is work for them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from tests.bench import before, conv, gan, grad, lstm, models, startup, step, streams

GROUPS = {
    "startup": startup.run, "conv": conv.run, "lstm": lstm.run, "models": models.run,
    "gan": gan.run, "grad": grad.run, "streams": streams.run, "step": step.run,
    "before": before.run,
}


def main(names: list[str]) -> int:
    """Measure; status 2 for a name that is no group."""
    unknown = [name for name in names if name not in GROUPS]
    if unknown:
        print(f"no group {', '.join(unknown)}; known: {', '.join(GROUPS)}", file=sys.stderr)
        return 2
    for name in names or GROUPS:
        GROUPS[name]()
    return 0


sys.exit(main(sys.argv[1:]))
