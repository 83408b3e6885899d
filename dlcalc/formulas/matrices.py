"""Steps whose value is a matrix, written out where it is small."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcalc.formulas.expressions import Step

MOST_SHOWN = 256
"""Entries of a matrix that is still written out."""


def array_step(name: Any, value: Any, formula: Any) -> Step:
    """A step with its matrix, or with no more than its shape and largest entry."""
    array = np.asarray(value)
    if array.size <= MOST_SHOWN:
        return Step(name, array.tolist(), formula)
    shape = "x".join(map(str, array.shape))
    note = f"{shape}, largest entry {np.abs(array).max():.6g}"
    return Step(name, None, formula, note=note)
