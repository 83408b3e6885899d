"""What a cell prints for problems of each kind, in full; its numbers are checked in other tests."""

from __future__ import annotations

import json
import shlex

import pytest

from tests.golden import check
from tests.shell.running import invoke

W = '"W": [[0.5, 1, 0], [0, 1, -1], [1, 0, 1], [0.5, 0.5, -0.5]]'
"""Of an LSTM of one unit and two inputs."""
TORCH = (
    '"weight_ih_l0": [[1], [0.5], [0], [-1]], "weight_hh_l0": [[0], [1], [0.5], [0.25]], '
    '"bias_ih_l0": [0, 1, 0, 0.5]'
)
"""The same of one input, under PyTorch's names."""
NEXT = '"i": [0.5], "f": [0.25], "o": [0.5], "g": [-0.5], "di": [0.5], "do": [1], "dg": [-0.5]'
STEPS = '"x": [[1, 2], [-1, 0.5], [0.5, 0]]'
GRU = '"W": [[1, 2], [0.5, 1], [1, 0.25]], "x": [[1], [-1]]'
PAIR = '"W": [[1, 2], [0.5, 1], [1, 0.25]], "x": [[[1], [2]], [[-1], [0.5]]]'
RNN = '"W": [[0.5, 1, 0], [1, 0, -1]], "b": [0.5, 0], "x": [[1], [-1]]'
UNIT = '"W": [[0.5, 1]], "x": [[1], [-1]], "dh": [1]'


def printed(command: str, fields: str, words: str) -> list[str]:
    done = invoke(command, f"{{{fields}}}", *shlex.split(words), "-f", "plain")
    return [*done.out.splitlines(), *done.err.splitlines()]


@pytest.mark.parametrize(
    ("command", "fields", "words"),
    [
        ("lstm", f'{W}, {STEPS}, "b": [0.1, 0.2, 0, -0.1], "dh": [1], "dc": [0.5]', ""),
        ("lstm", f'{W}, {STEPS}, "target": [0.5]', ""),
        ("lstm", f'{W}, "x": [0, 0], "dh": [1], "next": {{{NEXT}, "df": [0]}}', ""),
        ("lstm", f'{W}, "x": [1, 1], "next": {{{NEXT}, "df": [1]}}', ""),
        ("lstm", f'{W}, "x": [[1, 2], [0, 1]], "next": {{{NEXT}, "df": [1], "dc": [2]}}', ""),
        (
            "lstm",
            f'{W}, {STEPS}, "dh": [[1], [0], [2]], "gates": "ogif", '
            f'"next": {{{NEXT}, "df": [1], "dc": [2]}}',
            "--activation f=softplus",
        ),
        (
            "lstm",
            f'{W}, {STEPS}, "next": {{{NEXT}, "df": [1], "dc": [0]}}',
            "--activation i=hard_sigmoid",
        ),
        (
            "lstm",
            f'{TORCH}, "x": [[[1], [2]], [[0.5], [0]]], "dh": [[1], [-1]], "dc": [[1], [0]]',
            "",
        ),
        ("lstm", f'{W}, {STEPS}, "dh": [1]', "--steps 12 --at 11"),
        ("lstm", f'{W}, {STEPS}, "dh": [1]', "--steps 9 --at 0"),
        ("gru", f'{GRU}, "dh": [1]', ""),
        ("gru", f'{GRU}, "dh": [[0], [1]], "reset": "before"', ""),
        ("gru", f'{GRU}, "b": [[1, 2, 3], [0, 0, 1]], "target": [[0.5], [1]], "loss": "mse"', ""),
        ("gru", f'{PAIR}, "target": [[0.5], [0.25]], "loss": "mse"', ""),
        ("gru", f'{PAIR}, "target": [[[0.5], [0.25]], [[1], [0]]]', ""),
        ("gru", f'{PAIR}, "target": [[1], [0]], "loss": "binary_cross_entropy"', ""),
        ("rnn", f'{RNN}, "target": [0, 1], "loss": "cross_entropy"', ""),
        ("rnn", f'{RNN}, "target": [[0, 1], [1, 0]], "loss": "cross_entropy"', ""),
        ("rnn", f'{RNN}, "target": [[0.5, 1], [1, 0]], "loss": "binary_cross_entropy"', ""),
        ("rnn", f'{RNN}, "target": [[0.5, 1], [1, 0]], "loss": "mse"', ""),
        ("rnn", UNIT, ""),
        ("rnn", UNIT, "--steps 8"),
        ("rnn", UNIT, "--steps 9"),
        ("rnn", UNIT, "--steps 9 --at 3"),
        ("rnn", UNIT.replace('"dh"', '"target"'), ""),
    ],
)
def test_workings(command: str, fields: str, words: str, regenerate: bool) -> None:
    found = printed(command, fields, f"{words} --explain")
    working = found[: found.index("")] if "" in found else found
    check("cells.json", f"{command} {fields} {words}", working, regenerate)


FORGET = '"W": [[0, 1], [0, 1], [0, 1], [0, 1]], "c0": [1]'
WIDE = f'"W": {[[0] * 5 + [1]] * 20}'
"""Five units that see the input alone, and see the same."""


@pytest.mark.parametrize(
    ("command", "fields", "words"),
    [
        ("lstm", f'{FORGET}, "x": [2]', "--steps 2"),
        ("lstm", f'{FORGET}, "x": [2]', "--activation f=relu"),
        ("lstm", f'{FORGET}, "x": [2]', "--activation f=relu --steps 5"),
        ("lstm", f'{FORGET}, "x": [0.5]', "--activation f=relu --steps 3"),
        ("lstm", f'{FORGET}, "x": [0.5]', "--activation f=hard_sigmoid --steps 3"),
        ("lstm", f'{FORGET}, "x": [1]', "--activation f=identity --steps 3"),
        ("lstm", f'{FORGET}, "x": [[1], [-1], [1]], "dc": [2]', "--activation f=relu"),
        ("lstm", f'{FORGET}, "x": [[2], [1], [-1]], "dh": [2]', "--activation f=relu"),
        ("lstm", f'{FORGET}, "x": [[-1], [0.5]]', "--activation f=relu"),
        (
            "lstm",
            f'{FORGET}, "x": [[-0.5], [-0.5]]'.replace("[1]", "[3]"),
            "--activation f=identity",
        ),
        ("lstm", f'{FORGET}, "x": [[-3], [-2]]', "--activation f=identity"),
        ("lstm", f'{FORGET}, "x": [[-1], [-1]]', "--activation f=identity"),
        ("lstm", f'{FORGET}, "x": [[-1.5], [-1.25]]', "--activation f=identity"),
        ("lstm", f'{FORGET}, "x": [[1.25], [1.5]]', "--activation f=relu"),
        ("lstm", f'{FORGET}, "x": [[0.25], [-0.5]]', "--activation f=identity"),
        ("lstm", f'{FORGET}, "x": [[-3], [2]]', "--activation f=identity"),
        ("lstm", f'{FORGET}, "x": [[-1], [2]]', "--activation f=tanh"),
        ("lstm", f'{FORGET[:-11]}, "x": [[[1], [-1]], [[-1], [1]]]', "--activation f=relu"),
        ("lstm", f'{FORGET[:-11]}, "x": [[[1], [-1]], [[2], [1]]]', "--activation f=relu"),
        ("lstm", f'{WIDE}, "x": [[1], [-1], [2]], "dh": [1, 1, 1, 1, 1]', "--activation f=relu"),
        ("gru", f'{GRU}, "dh": [1]', "--steps 3"),
        ("gru", GRU, "--steps 5"),
        ("gru", GRU, "--steps 1"),
        ("rnn", '"W": [[1, 1]], "x": [0]', "--activation relu --steps 4"),
        ("rnn", '"W": [[1, 1]], "x": [1], "dh": [3]', "--activation identity --steps 4"),
        ("rnn", '"W": [[1.5, 1]], "x": [1]', "--activation identity --steps 4"),
        ("rnn", '"W": [[1.5, 1]], "x": [1]', "--activation identity --steps 40"),
        ("rnn", '"W": [[0.5, 1]], "x": [1]', "--activation identity --steps 4"),
        ("rnn", '"W": [[0.5, 1]], "x": [1]', "--activation identity --steps 40"),
        ("rnn", '"W": [[1.01, 1]], "x": [1]', "--activation identity --steps 4"),
        ("rnn", '"W": [[0.99, 1]], "x": [1]', "--activation identity --steps 4"),
        (
            "rnn",
            '"W": [[0, 1, -1], [1, 0, 1]], "x": [[1], [-2]], "dh": [1, 0]',
            "--activation relu --steps 2",
        ),
        ("rnn", '"W": [[0.5, 1]], "x": [[1], [NaN]]', "--steps 2 --allow-nonfinite"),
        ("lstm", f'{FORGET}, "x": [[1], [NaN], [1]]', "--steps 3 --allow-nonfinite"),
    ],
)
def test_verdicts(command: str, fields: str, words: str, regenerate: bool) -> None:
    """The rows of a run, and what is said of it."""
    done = invoke(command, f"{{{fields}}}", *shlex.split(words), "-f", "json")
    record = json.loads(done.out)
    rows = [
        [f"{name} {value:.6g}" for name, value in row.items() if isinstance(value, float)]
        for name in ("run", "run_with_sigmoid")
        for row in record.get(name, ())
    ]
    found = [record.get("verdict", ""), *map(" ".join, rows), *done.err.splitlines()]
    check("cells.json", f"{command} {fields} {words}", found, regenerate)
