"""Coarse tiles of work on all cores, where there is enough of it and BLAS leaves them free."""

from __future__ import annotations

import os
from _thread import start_new_thread
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from ctypes import CDLL
from functools import cache, partial
from importlib import import_module
from math import inf, prod
from queue import SimpleQueue
from threading import Lock, local
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from dlcalc.numbers.exact import Array

T = TypeVar("T")

LEAST_PRODUCTS = 16_000_000
"""Products from which more cores than one are worth waking."""
LEAST_SHARED = 10_000_000
"""Products below which threads that are there already are not worth a job."""
LEAST_BESIDE_BLAS = 300_000_000
"""Products below which BLAS's threads, which stay awake, are quicker than threads here."""


BLAS_STARTS_THREADS = "1" not in (
    os.environ.get("OPENBLAS_NUM_THREADS"), os.environ.get("OMP_NUM_THREADS")
)
"""Whether BLAS may take all cores for a single product, as it was told when it was loaded."""


class _Blas:
    """The threads of OpenBLAS, which may be told how many a product is to take."""

    def __init__(self) -> None:
        self._told: tuple[Callable[[], int], Callable[[int], None]] | None = None
        self._lock = Lock()
        self._asked: list[int] = []
        self._before = 1
        module = import_module("numpy.linalg._umath_linalg").__file__
        for name in ("scipy_openblas_{}_num_threads64_", "openblas_{}_num_threads"):
            with suppress(OSError, AttributeError):
                linked = CDLL(module)
                self._told = linked[name.format("get")], linked[name.format("set")]

    @property
    def listens(self) -> bool:
        """Whether it does as it is told."""
        return self._told is not None

    @property
    def starts_threads(self) -> bool:
        """Whether a product takes all cores, and nothing can be done about it."""
        return BLAS_STARTS_THREADS and self._told is None

    def take(self, threads: int) -> None:
        """Until as many `leave`, a product takes so many; the fewest that any asked for."""
        if self._told is not None:
            with self._lock:
                get, put = self._told
                if not self._asked:
                    self._before = get()
                self._asked.append(threads)
                put(min(self._asked))

    def leave(self, threads: int) -> None:
        """The last to leave has a product take what it took before."""
        if self._told is not None:
            with self._lock:
                self._asked.remove(threads)
                self._told[1](min(self._asked, default=self._before))


@cache
def blas() -> _Blas:
    """The one BLAS of the process."""
    return _Blas()


def cores() -> int:
    """Threads to share tiles among: one a processor, where BLAS can be told to start none itself.

    Threads here and threads in every matrix product get in each other's way, and are
    several times slower than either alone.
    """
    if blas().starts_threads:
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Here(local):
    """What a thread works within."""

    aside: Aside | None = None


_HERE = _Here()


def least_products() -> float:
    """Products from which work is shared among cores: fewer where their threads are there."""
    around = _HERE.aside
    if around is None:
        return LEAST_BESIDE_BLAS if blas().listens else LEAST_PRODUCTS
    return LEAST_SHARED if around.helpers else inf


def share(total: int, room: int, products: int) -> int:
    """How many of `total` things one part takes: at most `room`, and as many parts a core.

    >>> share(10, 100, products=1000)
    100
    """
    if products < least_products():
        return max(1, room)
    rounds = -(-total // (max(1, room) * cores()))
    return max(1, -(-total // (rounds * cores())))


def each(run: Callable[[Iterator[T]], None], parts: Iterable[T], products: int) -> None:
    """Let `run` take parts until none is left; on all cores where there is work enough.

    `run` gets an iterator, that all threads share, so that it can keep its buffers from
    part to part. The parts write to places of their own: their order does not matter.
    """
    def take(shared: Iterator[T]) -> None:
        try:
            run(shared)
        finally:
            for _ in shared:  # a failure or an interrupt leaves no part for the other threads
                pass

    with Aside(products) as aside:
        shared = iter(list(parts))
        for _ in range(aside.helpers):
            aside.later(partial(take, shared))
        take(shared)


class Aside:
    """Jobs for the other cores while the caller goes on with what cannot be shared.

    Leaving the block ends all of them. Within another one, its threads take the jobs; a job
    has no helpers of its own. Within it, products take one core each where there are
    helpers, and all cores where there is work for these, but not for helpers.

    >>> sums = []
    >>> with Aside(products=1000) as aside:
    ...     wait = aside.later(lambda: sums.append(1 + 1))
    >>> sums
    [2]
    """

    def __init__(self, products: int) -> None:
        self.helpers = 0
        """Threads beside the caller's."""
        self._jobs: list[_Job] = []
        self._around = _HERE.aside
        self._of_blas = 0
        """Cores that a product takes within; 0 where that is left as it is."""
        enough = products >= least_products()
        self._queue: SimpleQueue[_Job | None]
        if self._around is not None:
            self._queue = self._around._queue
            self.helpers = self._around.helpers if enough else 0
            return
        self._queue = SimpleQueue()
        for _ in range(cores() - 1 if enough else 0):
            try:
                # Thread.start would wait until the core has woken up; the caller goes on.
                start_new_thread(self._help, ())
            except RuntimeError:  # the system has no more threads: the caller does their work
                break
            self.helpers += 1
        if products >= LEAST_PRODUCTS:
            self._of_blas = 1 if self.helpers else cores()

    def _help(self) -> None:
        _HERE.aside = _ALONE
        while (job := self._queue.get()) is not None:
            job.do()

    def later(self, run: Callable[[], None]) -> Callable[[], None]:
        """Let another core begin the job; what is returned waits until it is done."""
        job = _Job(run)
        self._jobs.append(job)
        self._queue.put(job)
        return job.wait

    def __enter__(self) -> Aside:
        if self.helpers:
            _HERE.aside = self
        if self._of_blas:
            blas().take(self._of_blas)
        return self

    def __exit__(self, failure: type[BaseException] | None, *context: object) -> None:
        try:
            for job in reversed(self._jobs) if failure is None else ():
                job.wait()  # the last first: the other cores begin with the first
        finally:
            _HERE.aside = self._around
            if self._of_blas:
                blas().leave(self._of_blas)
            for job in reversed(self._jobs):  # none begins while one that has is waited for
                job.cancel()
            for _ in range(self.helpers if self._around is None else 0):
                self._queue.put(None)


_ALONE = Aside(products=-1)
"""What a job works within: it has no helpers."""


class _Job:
    """What is to be done once, by another core or, where none has begun it, by who waits."""

    def __init__(self, run: Callable[[], None]) -> None:
        self._run = run
        self._taken, self._running = Lock(), Lock()
        self._running.acquire()
        self._failure: BaseException | None = None

    def do(self) -> None:
        """Do it, unless another does or has done."""
        if not self._taken.acquire(blocking=False):
            return
        try:
            with np.errstate(all="ignore"):
                self._run()
        except BaseException as failure:
            self._failure = failure
        finally:
            self._running.release()

    def wait(self) -> None:
        """Until it is done; raises what it failed with."""
        self.do()
        with self._running:
            if self._failure is not None:
                raise self._failure

    def cancel(self) -> None:
        """Let nobody begin it any more; wait where somebody has."""
        if not self._taken.acquire(blocking=False):
            self._running.acquire()


def product(a: Array, b: Array) -> Array:
    """The matrix product; a large one in two halves, on two cores, where threads are there."""
    products = a.size * b.shape[1]
    if products < least_products():
        return a @ b
    out = np.empty((len(a), b.shape[1]), np.result_type(a, b))

    def some(parts: Iterator[slice]) -> None:
        for rows in parts:
            np.matmul(a[rows], b, out=out[rows])

    half = len(a) // 2
    each(some, (slice(0, half), slice(half, None)), products)
    return out


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
