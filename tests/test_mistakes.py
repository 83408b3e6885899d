"""The table of mistakes: each is named on random problems, and strange answers are not."""

import json

import numpy as np
import pytest

from tests.mistakes import MISTAKES, named
from tests.shell.running import invoke

PROBLEMS = 4


@pytest.mark.parametrize(("command", "words"), MISTAKES)
def test_a_mistake_is_named(command: str, words: str) -> None:
    missed = named(command, words, PROBLEMS, seed=1)
    assert len(missed) <= 1, missed


NUMBERS = {"kl": "kl", "grad": "dL/dw", "mlp": "loss", "step": "loss", "vae": "L1"}
CELLS = {
    "rnn": '{"W": [[0.5, 1.3]], "b": [0.1], "x": [[1], [-1], [0.4]], "dh": [1]}',
    "gru": '{"W": [[0.5, 1.3], [0.2, -0.4], [1, 0.7]], "x": [[1], [-1]], "dh": [1]}',
    "lstm": '{"W": [[0.5, 1.3], [0.2, -0.4], [1, 0.7], [-0.3, 0.9]], "x": [[1], [-1]], "dh": [1]}',
}


@pytest.mark.parametrize("command", NUMBERS)
def test_a_strange_number_is_no_slip(command: str) -> None:
    system = ["z = w*x; L = (z - 1)^2", "w=0.37", "x=1.9"] if command == "grad" else []
    for value in np.random.default_rng(3).uniform(0.1, 9, 6).round(7):
        done = invoke(command, *system, "--expect", json.dumps({NUMBERS[command]: value}))
        assert done.status == 1, done.err
        assert "gives that" not in done.err
        assert "that is" not in done.err


@pytest.mark.parametrize("command", CELLS)
def test_a_strange_number_of_a_cell_is_no_slip(command: str) -> None:
    """One of a digit or two, too, as many a slip would come near it by chance."""
    for digits in (1, 2, 7):
        for value in (0, *np.random.default_rng(digits).uniform(0.1, 9, 3).round(digits)):
            done = invoke(command, CELLS[command], "--expect", json.dumps({"dh0": [value]}))
            assert (done.status, "gives that" in done.err) == (1, False), done.err


@pytest.mark.parametrize("words", ["∂y/∂z left out", "∂L/∂y left out"])
def test_a_lone_number_has_to_be_what_a_slip_gives_to_its_last_digit(words: str) -> None:
    rng = np.random.default_rng(5)
    for _ in range(5):
        line, wrong = MISTAKES["grad", words](rng)
        digits = f"{wrong['dL/dw']:.4e}"
        last = {"0": "2", "9": "7"}.get(digits[-5], str(int(digits[-5]) + 1))
        for value in (digits, f"{digits[:-5]}{last}{digits[-4:]}"):
            done = invoke(*line, "--expect", json.dumps({"dL/dw": float(value)}))
            assert (words in done.err.partition(";")[2]) == (value == digits), done.err


FILTERS = "[[[1,2],[3,4]],[[5,6],[7,8]]]"


@pytest.mark.parametrize(("line", "answer"), [
    (["grad", "L = sum(t*w)", f"t=[{10**400},2]", "w=[1,2]"], {"L": 5}),
    (["grad", "L = t*w", f"t={10**400}", "w=1"], {"gradients": {"L": {"w": 5}}}),
    (["grad", "L = t*w", "t=1", "w=2"], {"L": 10**400}),
    (["mlp", '{"x": [1, 2], "target": 0, "weights": [[[1, 2], [3, 4]]]}'], {"loss": 10**400}),
    (["vae"], {"loss": 10**400}), (["rnn", CELLS["rnn"]], {"dh0": [10**400]}),
    (["pool", "-x", f"1 {10**400} 2 3", "-F", "2"], [5, 7]),
    (["conv", "-x", f"[[1,2,3],[4,5,6],[7,8,{10**400}]]", "-w", FILTERS],
     [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]),
])
def test_whole_numbers_beyond_floats_are_graded(line: list[str], answer: object) -> None:
    done = invoke(*line, "--expect", json.dumps(answer))
    assert done.status == 1, done.err
    assert "expected" in done.err
    assert "gives that" not in done.err
