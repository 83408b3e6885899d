"""The table of mistakes: each is named on random problems, and strange answers are not."""

import json

import numpy as np
import pytest

from tests.mistakes import MISTAKES, named
from tests.shell.running import invoke

PROBLEMS = 6


@pytest.mark.parametrize(("command", "words"), MISTAKES)
def test_a_mistake_is_named(command: str, words: str) -> None:
    missed = named(command, words, PROBLEMS, seed=1)
    assert len(missed) <= 1, missed


NUMBERS = {"kl": "kl", "grad": "dL/dw", "mlp": "loss", "step": "loss", "vae": "L1"}


@pytest.mark.parametrize("command", NUMBERS)
def test_a_strange_number_is_no_slip(command: str) -> None:
    system = ["z = w*x; L = (z - 1)^2", "w=0.37", "x=1.9"] if command == "grad" else []
    for value in np.random.default_rng(3).uniform(0.1, 9, 6).round(7):
        done = invoke(command, *system, "--expect", json.dumps({NUMBERS[command]: value}))
        assert done.status == 1, done.err
        assert "gives that" not in done.err
        assert "that is" not in done.err
