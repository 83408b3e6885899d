"""Published figures of a model, and whether a count agrees with them."""

from __future__ import annotations

UNCONFIRMED = "unconfirmed"
"""What stands in place of a figure that no source confirms."""
UNITS = {"K": 3, "M": 6, "G": 9, "B": 9, "T": 12}
"""Powers of ten by the letter that stands for them."""


def agrees(count: int, figure: str) -> bool:
    """Whether a count is the published figure, as far as its digits go.

    A rounded figure may have been rounded either way or cut off: 60M is anything from 60
    to below 61 million, or from 59.5 on.

    >>> agrees(3_663_761_408, "3.664G"), agrees(61_706, "61707")
    (True, False)
    """
    power = UNITS.get(figure[-1:], 0)
    digits = figure[:-1] if power else figure
    whole, _, decimals = digits.partition(".")
    step = int(10 ** (power - len(decimals)))
    value = int(whole + decimals) * step
    return value == count if not power else value - step // 2 <= count < value + step
