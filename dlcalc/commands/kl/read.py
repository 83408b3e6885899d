"""A Gaussian as it is typed: MEAN,SIGMA, or an object of mean and covariance."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import Any

from dlcalc.input.arrays import one_array
from dlcalc.input.fields import record_of
from dlcalc.input.sources import read_source

FIELDS = ("mean", "covariance")


def read_gaussian(value: str, allow_nonfinite: bool = False) -> Any:
    """The pair or the record behind a file name, `-` or a literal.

    >>> read_gaussian("1,0.5"), read_gaussian('{"mean": [0, 0], "covariance": [1, 2]}')
    ([1, 0.5], {'mean': [0, 0], 'covariance': [1, 2]})
    """
    source = read_source(value)
    if source.data.removeprefix(BOM_UTF8).lstrip().startswith(b"{"):
        return record_of(source, FIELDS, FIELDS, allow_nonfinite)
    return one_array(source, allow_nonfinite)
