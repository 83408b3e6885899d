"""The Python function `kl`."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from typing import Any

from dlcalc.errors import DlcalcError, InputError
from dlcalc.input.arrays import one_array
from dlcalc.input.fields import record_of
from dlcalc.input.sources import read_source
from dlcalc.numbers.gaussians import KL
from dlcalc.numbers.gaussians import kl as divergence

GAUSSIAN = ("mean", "covariance")


def kl(q: Any, p: Any = None) -> KL:
    """KL(q‖p) of two Gaussians, or of a record of both, in nats.

    Each is what `dlcalc.numbers.gaussians.kl` takes, a pair or an object of `mean` and
    `covariance`, or a text as the command reads it; raises as it does, and FileError for
    a text that is neither numbers nor a file.

    >>> kl((1, 1), (0, 1)).kl, kl("1,1", "0,1").kl
    (0.5, 0.5)
    """
    if p is None and isinstance(q, Mapping) and set(q) == {"q", "p"}:
        q, p = q["q"], q["p"]
    return divergence(_given(q, "q"), _given(p, "p"))


def _given(value: Any, name: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return read_gaussian(value)
    except DlcalcError as error:
        raise error.at(name) from None


def read_gaussian(value: str, allow_nonfinite: bool = False) -> Any:
    """The pair or the record behind a file name, `-` or a literal.

    >>> read_gaussian("1,0.5"), read_gaussian('{"mean": [0, 0], "covariance": [1, 2]}')
    ([1, 0.5], {'mean': [0, 0], 'covariance': [1, 2]})
    """
    if re.match(r"\s*(N|Normal|𝒩)\s*\(", value):
        raise InputError(
            f"{value!r}: write MEAN,SIGMA, 0,2 for N(0, 4): the second is the standard deviation"
        )
    source = read_source(value)
    if source.data.removeprefix(BOM_UTF8).lstrip().startswith(b"{"):
        return record_of(source, GAUSSIAN, GAUSSIAN, allow_nonfinite)
    return one_array(source, allow_nonfinite)
