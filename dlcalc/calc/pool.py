"""Coarse tiles of work on all cores, where there is enough of it and BLAS leaves them free."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from math import prod
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from dlcalc.calc.numbers import Array

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


class Aside:
    """Jobs for the other cores while the caller goes on with what cannot be shared.

    Leaving the block ends all of them.

    >>> sums = []
    >>> with Aside(products=1000) as aside:
    ...     wait = aside.later(lambda: sums.append(1 + 1))
    >>> sums
    [2]
    """

    def __init__(self, products: int) -> None:
        self._jobs: list[_Job] = []
        self._executor: ThreadPoolExecutor | None = None
        if products >= LEAST_PRODUCTS and cores() > 1:
            from concurrent.futures import ThreadPoolExecutor

            self._executor = ThreadPoolExecutor(cores() - 1)

    def later(self, run: Callable[[], None]) -> Callable[[], None]:
        """Let another core begin the job; what is returned waits until it is done."""
        job = _Job(run, self._executor)
        self._jobs.append(job)
        return job

    def __enter__(self) -> Aside:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        if failure is None:
            for job in reversed(self._jobs):  # the other cores begin with the first
                job()
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)


class _Job:
    """What is to be done once, by another core or, where none has begun it, by who waits."""

    def __init__(self, run: Callable[[], None], executor: ThreadPoolExecutor | None) -> None:
        self._run = run
        self._future = executor.submit(self._quietly) if executor else None
        self._over = False

    def _quietly(self) -> None:
        with np.errstate(all="ignore"):
            self._run()

    def __call__(self) -> None:
        if self._over:
            return
        self._over = True
        if self._future is None or self._future.cancel():
            self._run()
        else:
            self._future.result()


def side_by_side(dtype: np.dtype[Any], *shapes: tuple[int, ...]) -> Iterator[Array]:
    """Empty arrays in one block of memory.

    The system hands out a block of several MiB in large pages, three times as quickly as
    arrays of one MiB each.

    >>> [each.shape for each in side_by_side(np.dtype(float), (2, 3), (4,))]
    [(2, 3), (4,)]
    """
    memory = np.empty(sum(map(prod, shapes)), dtype)
    start = 0
    for shape in shapes:
        yield memory[start : start + prod(shape)].reshape(shape)
        start += prod(shape)
