"""Work in two halves, on two cores where there are two and BLAS leaves them free."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dlcalc.numbers.threads import LEAST_PRODUCTS, cores


class Halves:
    """A second thread that takes the second half of large work.

    The halves are the same with one core or more, and so are the numbers that they give.
    """

    def __init__(self, threads: int | None = None) -> None:
        threads = cores() if threads is None else threads
        self._pool = ThreadPoolExecutor(1) if threads > 1 else None

    def each(self, run: Callable[[slice], None], size: int, products: int) -> None:
        """Run on both halves of `size` things, side by side where `products` are many."""
        if products < LEAST_PRODUCTS:
            run(slice(0, size))
            return
        first, second = slice(0, size // 2), slice(size // 2, size)
        if self._pool is None:
            run(first)
            run(second)
            return
        other = self._pool.submit(_quietly, run, second)
        run(first)
        other.result()


def _quietly(run: Callable[[slice], None], part: slice) -> None:
    # What NumPy warns of is set for each thread by itself.
    with np.errstate(all="ignore"):
        run(part)
