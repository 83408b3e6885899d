"""Jobs beside the caller: each is done once, on whichever core, and none is lost."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from threading import Event, get_ident
from time import monotonic, sleep

import numpy as np
import pytest

from dlcalc.numbers import threads as pool
from dlcalc.numbers.threads import Aside, each, side_by_side
from tests.shell.running import TIMEOUT, python


@pytest.fixture(params=[1, 3])
def cores(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """One core, and several, with every job large enough for them."""
    count: int = request.param
    for least in ("LEAST_PRODUCTS", "LEAST_BESIDE_BLAS"):
        monkeypatch.setattr(pool, least, 0)
    monkeypatch.setattr(pool, "cores", lambda: count)
    return count


def test_each_job_is_done_once_whether_it_is_waited_for_or_not(cores: int) -> None:
    done: list[int] = []

    def job(number: int) -> Callable[[], None]:
        return lambda: done.append(number)

    with Aside(products=1) as aside:
        waits = [aside.later(job(number)) for number in range(20)]
        waits[3]()
        assert 3 in done
        waits[3]()
    assert sorted(done) == list(range(20))


def test_who_waits_does_what_no_other_core_has_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    for least in ("LEAST_PRODUCTS", "LEAST_BESIDE_BLAS"):
        monkeypatch.setattr(pool, least, 0)
    monkeypatch.setattr(pool, "cores", lambda: 2)
    begun, free, threads = Event(), Event(), []

    def block() -> None:
        begun.set()
        assert free.wait(TIMEOUT)

    with Aside(products=1) as aside:
        aside.later(block)
        assert begun.wait(TIMEOUT)
        wait = aside.later(lambda: threads.append(get_ident()))
        wait()
        free.set()
    assert threads == [get_ident()]


def test_a_job_that_fails_fails_the_block(cores: int) -> None:
    def fail() -> None:
        raise ValueError("no such step")

    with pytest.raises(ValueError, match="no such step"), Aside(products=1) as aside:
        aside.later(fail)


def test_after_a_failure_no_other_job_goes_on(cores: int) -> None:
    done: list[int] = []

    def fail() -> None:
        raise ValueError("no such step")

    def all_jobs() -> None:
        with Aside(products=1) as aside:
            for _ in range(50):
                aside.later(lambda: done.append(1))
            aside.later(fail)

    with pytest.raises(ValueError, match="no such step"):
        all_jobs()
    seen = len(done)
    sleep(0.05)
    assert len(done) == seen


def test_blocks_within_one_share_its_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    for least in ("LEAST_PRODUCTS", "LEAST_BESIDE_BLAS"):
        monkeypatch.setattr(pool, least, 0)
    monkeypatch.setattr(pool, "LEAST_SHARED", 0)
    monkeypatch.setattr(pool, "cores", lambda: 2)
    threads: set[int] = set()
    done: list[int] = []

    def job(number: int) -> None:
        threads.add(get_ident())
        each(done.extend, range(number, number + 2), products=1)  # a job shares nothing itself

    with Aside(products=1) as aside:
        for number in range(0, 20, 2):
            aside.later(partial(job, number))
            each(lambda parts: threads.update(get_ident() for _ in parts), range(3), products=1)
            with Aside(products=1) as inner:
                inner.later(lambda: threads.add(get_ident()))
    assert sorted(done) == list(range(20))
    assert len(threads) <= 2


def test_where_no_thread_is_to_be_had_the_caller_does_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    for least in ("LEAST_PRODUCTS", "LEAST_BESIDE_BLAS"):
        monkeypatch.setattr(pool, least, 0)
    monkeypatch.setattr(pool, "cores", lambda: 3)
    monkeypatch.setattr(pool, "start_new_thread", refuse)
    taken: list[int] = []
    each(taken.extend, range(5), products=1)
    assert taken == list(range(5))


def test_a_block_that_fails_begins_no_more_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    for least in ("LEAST_PRODUCTS", "LEAST_BESIDE_BLAS"):
        monkeypatch.setattr(pool, least, 0)
    monkeypatch.setattr(pool, "cores", lambda: 2)
    begun, free, done, cancel = Event(), Event(), [], pool._Job.cancel

    def block() -> None:
        begun.set()
        assert free.wait(TIMEOUT)

    def cancel_and_free(job: pool._Job) -> None:
        cancel(job)
        free.set()

    def interrupted() -> None:
        with Aside(products=1) as aside:
            aside.later(block)
            assert begun.wait(TIMEOUT)
            aside.later(lambda: done.append(1))
            raise KeyboardInterrupt

    monkeypatch.setattr(pool._Job, "cancel", cancel_and_free)
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert done == []


def test_jobs_overflow_in_silence_on_every_core(cores: int) -> None:
    large = np.array([1e308])
    with np.errstate(all="ignore"), Aside(products=1) as aside:
        for _ in range(5):
            aside.later(lambda: np.multiply(large, 2 * large, out=np.empty(1)))


def test_arrays_side_by_side_share_no_element() -> None:
    parts = list(side_by_side(np.dtype(np.float32), (2, 3), (), (4,)))
    for value, part in enumerate(parts):
        part[...] = value
    assert [part.tolist() for part in parts] == [[[0.0] * 3] * 2, 1.0, [2.0] * 4]


@pytest.fixture
def four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four cores, on which work is shared from 100 products, or 10 within other work."""
    monkeypatch.setattr(pool, "LEAST_PRODUCTS", 100)
    monkeypatch.setattr(pool, "LEAST_BESIDE_BLAS", 100)
    monkeypatch.setattr(pool, "LEAST_SHARED", 10)
    monkeypatch.setattr(pool, "cores", lambda: 4)
    one = _Told()
    monkeypatch.setattr(pool, "blas", lambda: one)


class _Told(pool._Blas):
    """A BLAS on four threads, that does as it is told."""

    def __init__(self, threads: list[int] | None = None) -> None:
        super().__init__()
        threads = [4] if threads is None else threads
        self._told = (lambda: threads[-1]), threads.append


class _Deaf(pool._Blas):
    """A BLAS that starts threads whatever it is told."""

    starts_threads, listens = True, False


@pytest.mark.parametrize(("total", "room", "products", "part"), [
    (10, 100, 99, 100), (10, 0, 99, 1),  # one part of all the room, too little to be shared
    (10, 100, 100, 3), (3, 100, 100, 1), (40, 5, 100, 5), (44, 5, 100, 4), (40, 0, 100, 1),
    (41, 11, 100, 11),
])
def test_parts_are_as_many_for_each_core(
    four_cores: None, total: int, room: int, products: int, part: int
) -> None:
    assert pool.share(total, room, products) == part


def test_cores_are_those_of_the_process_unless_blas_takes_them(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "blas", lambda: _Told())
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 2, 5}, raising=False)
    assert pool.cores() == 3
    monkeypatch.delattr("os.sched_getaffinity")
    monkeypatch.setattr("os.cpu_count", lambda: 7)
    assert pool.cores() == 7
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert pool.cores() == 1
    monkeypatch.setattr(pool, "blas", lambda: _Deaf())
    assert pool.cores() == 1


def test_work_is_shared_later_where_blas_has_threads_for_it(
    four_cores: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "LEAST_BESIDE_BLAS", 1000)
    assert pool.least_products() == 1000
    monkeypatch.setattr(pool, "blas", lambda: _Deaf())
    assert pool.least_products() == 100


def test_blas_takes_one_core_where_work_is_shared_and_all_where_it_is_smaller(
    four_cores: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = [2]
    one = _Told(threads)
    monkeypatch.setattr(pool, "blas", lambda: one)
    monkeypatch.setattr(pool, "LEAST_BESIDE_BLAS", 1000)
    with Aside(products=99):
        assert threads == [2]
    with Aside(products=100):
        assert threads == [2, 4]
        with Aside(products=1000), Aside(products=1000):
            assert threads == [2, 4, 1]
        assert threads == [2, 4, 1, 4]
        one.take(1)  # as if another thread shared work, too
    assert threads == [2, 4, 1, 4, 1, 1]
    one.leave(1)
    assert threads == [2, 4, 1, 4, 1, 1, 2]
    with pytest.raises(ValueError, match="no such step"), Aside(products=1000):
        raise ValueError("no such step")
    assert threads[-2:] == [1, 2]


NUMBER_OF_THREADS = """
import numpy as np
from dlcalc.numbers import threads
told = threads.blas()._told
found = [told and told[0]()]
threads.cores = lambda: 2
for products in (10**8, 10**9):
    with threads.Aside(products):
        np.ones((300, 300)) @ np.ones((300, 300))
        found.append(told and told[0]())
    found.append(told and told[0]())
print(found)
"""


@pytest.mark.parametrize("before", ["1", "2"])
def test_openblas_does_as_it_is_told(before: str) -> None:
    names = "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"
    found = python(NUMBER_OF_THREADS, env=dict.fromkeys(names, before)).out.strip()
    another, one_core = "[None, None, None, None, None]", "[1, 1, 1, 1, 1]"
    assert found in (f"[{before}, 2, {before}, 1, {before}]", another, one_core)


def test_work_within_other_work_is_shared_sooner_and_within_a_job_never(four_cores: None) -> None:
    found: list[float] = []
    assert pool.least_products() == 100
    with Aside(products=99) as small:
        assert (small.helpers, pool.least_products()) == (0, 100)
    with Aside(products=100) as aside:
        assert (aside.helpers, pool.least_products()) == (3, 10)
        with Aside(products=9) as few, Aside(products=10) as inner:
            assert (few.helpers, inner.helpers) == (0, 3)
        begun = Event()

        def job() -> None:
            found.append(pool.least_products())
            begun.set()

        aside.later(job)
        assert begun.wait(TIMEOUT)  # by a helper: the caller does not wait for the job itself
        assert pool.least_products() == 10
    assert found == [float("inf")]
    assert pool.least_products() == 100


def test_jobs_are_waited_for_where_another_core_has_begun_them(four_cores: None) -> None:
    begun, free, done = Event(), Event(), []

    def slow() -> None:
        begun.set()
        assert free.wait(TIMEOUT)
        done.append(get_ident())

    with Aside(products=100) as aside:
        wait = aside.later(slow)
        assert begun.wait(TIMEOUT)
        aside.later(free.set)
        wait()
        assert len(done) == 1
        assert done[0] != get_ident()


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_a_product_of_two_halves_is_the_product(
    four_cores: None, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = np.arange(rows * 3.0).reshape(rows, 3)
    b = np.arange(12, dtype=np.float32).reshape(3, 4)
    taken: list[tuple[slice, ...]] = []

    def run(some: Callable[[Iterator[slice]], None], parts: Iterable[slice], products: int) -> None:
        taken.append(tuple(parts))
        assert products == rows * 12
        each(some, taken[0], products)

    monkeypatch.setattr(pool, "each", run)
    with Aside(products=100):
        found = pool.product(a, b)
    assert found.dtype == np.float64
    assert found.tolist() == (a @ b).tolist()
    assert taken == [(slice(0, rows // 2), slice(rows // 2, None))]
    taken.clear()
    assert pool.product(a[:, :1], b[:1, :1]).tolist() == [[0.0]] * rows
    assert taken == []


def test_after_a_failure_each_leaves_no_part(four_cores: None) -> None:
    begun: list[int] = []

    def run(parts: Iterator[int]) -> None:
        for part in parts:
            begun.append(part)
            raise ValueError("no such part")

    with pytest.raises(ValueError, match="no such part"):
        each(run, range(1000), products=99)
    assert begun == [0]


def test_helpers_end_with_their_block(
    four_cores: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []
    help_ = Aside._help

    def helped(aside: Aside) -> None:
        help_(aside)
        ended.append(get_ident())

    monkeypatch.setattr(Aside, "_help", helped)
    with Aside(products=100):
        with Aside(products=100):
            pass
        assert ended == []
    end = monotonic() + TIMEOUT
    while len(ended) < 3 and monotonic() < end:
        sleep(0.01)
    assert len(set(ended)) == 3
