"""Coarse tiles of work on all cores, where there is enough of it and BLAS leaves them free."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from threading import Thread
from typing import TypeVar

import numpy as np

T = TypeVar("T")

LEAST_PRODUCTS = 4_000_000
"""Products below which starting threads costs more than it saves."""
THREADED_BLAS_ROOM = 4
"""How much larger the tiles are where BLAS starts threads for every product."""


def cores() -> int:
    """Threads to share tiles among: one a processor, where BLAS was told to start none itself.

    Threads here and threads in every matrix product get in each other's way, and are
    several times slower than either alone.
    """
    if _blas_starts_threads():
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _blas_starts_threads() -> bool:
    return "1" not in (os.environ.get("OPENBLAS_NUM_THREADS"), os.environ.get("OMP_NUM_THREADS"))


def share(total: int, room: int, products: int) -> int:
    """How many of `total` things one part takes: at most `room`, and as many parts a core.

    Where BLAS starts threads of its own, some times `room`: they are dear to start.

    >>> share(10, 100, products=1000)
    100
    """
    if products < LEAST_PRODUCTS:
        return max(1, room)
    if _blas_starts_threads():
        room *= THREADED_BLAS_ROOM
    rounds = -(-total // (max(1, room) * cores()))
    return max(1, -(-total // (rounds * cores())))


def each(run: Callable[[Iterator[T]], None], parts: Iterable[T], products: int) -> None:
    """Let `run` take parts until none is left; on all cores where there is work enough.

    `run` gets an iterator, that all threads share, so that it can keep its buffers from
    part to part. The parts write to places of their own: their order does not matter.
    """
    shared = iter(list(parts))
    if products < LEAST_PRODUCTS or cores() == 1:
        run(shared)
        return
    failures: list[BaseException] = []

    def quietly() -> None:
        try:
            with np.errstate(all="ignore"):
                run(shared)
        except BaseException as error:
            failures.append(error)
        finally:
            for _ in shared:  # a failure or an interrupt leaves no part for the other threads
                pass

    helpers = [Thread(target=quietly, daemon=True) for _ in range(cores() - 1)]
    for helper in helpers:
        helper.start()
    quietly()
    for helper in helpers:
        helper.join()
    if failures:
        raise failures[0]
