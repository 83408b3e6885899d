"""Jobs beside the caller: each is done once, on whichever core, and none is lost."""

from collections.abc import Callable
from functools import partial
from threading import Event, get_ident
from time import sleep

import numpy as np
import pytest

from dlcalc.numbers import threads as pool
from dlcalc.numbers.threads import Aside, each, side_by_side


@pytest.fixture(params=[1, 3])
def cores(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """One core, and several, with every job large enough for them."""
    count: int = request.param
    monkeypatch.setattr(pool, "LEAST_PRODUCTS", 0)
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
    monkeypatch.setattr(pool, "LEAST_PRODUCTS", 0)
    monkeypatch.setattr(pool, "cores", lambda: 2)
    begun, free, threads = Event(), Event(), []

    def block() -> None:
        begun.set()
        assert free.wait(10)

    with Aside(products=1) as aside:
        aside.later(block)
        assert begun.wait(10)
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
    monkeypatch.setattr(pool, "LEAST_PRODUCTS", 0)
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

    monkeypatch.setattr(pool, "LEAST_PRODUCTS", 0)
    monkeypatch.setattr(pool, "cores", lambda: 3)
    monkeypatch.setattr(pool, "start_new_thread", refuse)
    taken: list[int] = []
    each(taken.extend, range(5), products=1)
    assert taken == list(range(5))


def test_a_block_that_fails_begins_no_more_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "LEAST_PRODUCTS", 0)
    monkeypatch.setattr(pool, "cores", lambda: 2)
    begun, free, done = Event(), Event(), []

    def block() -> None:
        begun.set()
        assert free.wait(10)

    def interrupted() -> None:
        with Aside(products=1) as aside:
            aside.later(block)
            assert begun.wait(10)
            aside.later(lambda: done.append(1))
            free.set()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(done) <= 1


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
