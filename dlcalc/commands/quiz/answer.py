"""Problems drawn by a seed, with numbers that work out nicely, and their solutions as answers."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from random import Random
from textwrap import wrap
from typing import Any, NamedTuple

from dlcalc.errors import InputError, did_you_mean
from dlcalc.formulas.numerals import plain_value
from dlcalc.output.answer import Answer, Block, Table, Text
from dlcalc.shell.commands import COMMANDS, nearest_command
from dlcalc.shell.inner import answer_within
from dlcalc.shell.output import Output


class Problem(NamedTuple):
    """A problem, and the command line that solves it."""

    text: str
    words: list[str]
    """The command line, without `dlcalc` before it."""
    field: str = ""
    """The part of the record that is wanted, its names divided by dots; else the main one."""


def problem(command: str, seed: int) -> Problem:
    """The problem of a command for a seed: the same seed, the same problem.

    Raises InputError for a command that has no problems.

    >>> problem("size", 7) == problem("size", 7)
    True
    """
    if not isinstance(command, str) or command not in PROBLEMS:
        near = did_you_mean(command, PROBLEMS)
        if isinstance(command, str) and command not in COMMANDS and near.startswith("; known"):
            near = nearest_command(command) or near
        raise InputError(f"no problems of {command!r}{near}")
    return PROBLEMS[command](Random(f"{command} {seed}"))


def _matrix(random: Random, rows: int, columns: int, low: int = -3, high: int = 5) -> list[Any]:
    return [[random.randint(low, high) for _ in range(columns)] for _ in range(rows)]


def _text(matrix: list[list[Any]]) -> str:
    return "; ".join(" ".join(map(str, row)) for row in matrix)


def _size(random: Random) -> Problem:
    kernel, stride, pad = random.choice((3, 5, 7)), random.choice((1, 2, 3)), random.randint(0, 3)
    wanted = random.randint(4, 20)
    input = (wanted - 1) * stride + kernel - 2 * pad + random.choice((0, 0, stride - 1))
    return Problem(
        f"An input {input} wide goes through a convolution with a kernel of {kernel}, stride "
        f"{stride} and padding {pad} on either side. How wide is the output?",
        ["size", "-L", str(input), "-F", str(kernel), "-S", str(stride), "-P", str(pad)],
    )


def _conv(random: Random) -> Problem:
    side, stride, pad = random.choice((3, 4)), random.choice((1, 2)), random.choice((0, 1))
    x, w = _text(_matrix(random, side, side, 0, 9)), _text(_matrix(random, 2, 2))
    return Problem(
        f"Convolve x = [{x}] with w = [{w}], as frameworks do (the kernel is not turned), with "
        f"stride {stride} and padding {pad}.",
        ["conv", "-x", x, "-w", w, "--stride", str(stride), "--pad", str(pad)],
    )


def _pool(random: Random) -> Problem:
    kind = random.choice(("max", "avg"))
    x = _text([[2 * each for each in row] for row in _matrix(random, 4, 4, 0, 9)])
    name = {"max": "largest", "avg": "average"}[kind]
    return Problem(
        f"Pool x = [{x}] by the {name} value of windows of 2 by 2, stride 2.",
        ["pool", "-x", x, "-F", "2", "--kind", kind],
    )


def _params(random: Random) -> Problem:
    channels, side, kernel = random.choice((1, 3)), random.choice((28, 32)), random.choice((3, 5))
    filters, units = random.choice((4, 6, 8)), random.choice((10, 20))
    layers = [f"conv {filters} {kernel}", "relu", "maxpool 2", "flatten", f"linear {units}"]
    return Problem(
        f"A network takes {channels}x{side}x{side} and has a convolution of {filters} filters of "
        f"{kernel} by {kernel}, ReLU, max pooling by 2, and a linear layer of {units} units, all "
        "with biases. How many parameters has it?",
        ["params", "--input", f"{channels}x{side}x{side}", *layers], "total.params",
    )


def _mults(random: Random) -> Problem:
    side, kernel, stride = random.choice((3, 4, 5)), random.choice((3, 4, 5)), 2
    return Problem(
        f"A line of {side} numbers is upsampled by a transposed convolution of {kernel} taps with "
        f"stride {stride} and no padding. How many multiplications has it, where each product "
        "with a zero is skipped?",
        ["mults", "-L", str(side), "-F", str(kernel), "-S", str(stride)], "total.zero_skip",
    )


def _kl(random: Random) -> Problem:
    sigma, mean = random.choice((1, 2)), random.randint(1, 4)
    return Problem(
        f"What is the KL divergence of q = N({mean}, {sigma}²) from p = N(0, {sigma}²), in nats?",
        ["kl", "--q", f"{mean},{sigma}", "--p", f"0,{sigma}"],
    )


def _mlp(random: Random) -> Problem:
    data: dict[str, Any] = {
        "x": [random.randint(1, 3) for _ in range(2)], "target": [random.randint(-2, 3)],
        "weights": [_matrix(random, 2, 2, -1, 2), _matrix(random, 1, 2, -2, 2)],
        "output": "identity", "loss": "squared_error",
    }  # fmt: skip
    return Problem(
        "A network has x = {x}, one hidden layer of ReLU units with W = {weights[0]}, one linear "
        "output with W = {weights[1]}, and no biases; J = ½(y − t)² with t = {target[0]}. What is "
        "the gradient by each weight, w1, w2, … layer by layer and row by row?".format(**data),
        ["mlp", json.dumps(data)], "named",
    )


def _grad(random: Random) -> Problem:
    w, x, b, t = (random.randint(1, 5) for _ in range(4))
    return Problem(
        f"z = w·x + b and L = (z − t)², with w = {w}, x = {x}, b = {b}, t = {t}. What are dL/dw, "
        "dL/dx and dL/db?",
        ["grad", "z = w*x + b; L = (z - t)^2", f"w={w}", f"x={x}", f"b={b}", f"t={t}",
         "--of", "L", "--wrt", "w,x,b"],
        "gradients",
    )  # fmt: skip


def _cell(command: str, gates: str, name: str) -> Callable[[Random], Problem]:
    rows = f", rows {', '.join(gates)}" if len(gates) > 1 else ""

    def draw(random: Random) -> Problem:
        data: dict[str, Any] = {
            "W": _matrix(random, len(gates), 2, -1, 2), "x": [[random.randint(-1, 2)]],
            "h0": [random.choice((0, 0.5))], "dh": [1],
        }  # fmt: skip
        return Problem(
            f"{name} of one unit has the weights {data['W']} over (h; x){rows}, and no biases; "
            f"it starts from h = {data['h0'][0]} and takes x = {data['x'][0][0]}. What "
            "is its h after the step?",
            [command, json.dumps(data)], "steps.0.h",
        )

    return draw


def _vae(random: Random) -> Problem:
    data = {
        "x": [1, random.choice((0, 1))], "noise": [random.choice((-1, 0, 1))],
        "mu": [_matrix(random, 1, 2, -1, 2)[0]], "sigma": [_matrix(random, 1, 2, -1, 1)[0]],
        "decoder": [_matrix(random, 2, 1, -1, 2)], "head": "identity",
    }  # fmt: skip
    return Problem(
        "A variational autoencoder has x = {x}, μ = W_μ x with W_μ = {mu}, σ = exp(W_σ x) with "
        "W_σ = {sigma}, z = μ + σℓ with ℓ = {noise[0]}, and y = sigmoid(W z) with "
        "W = {decoder[0]}. What is L2 = ½(μ² + σ² − ln σ² − 1)?".format(**data),
        ["vae", json.dumps(data)], "L2",
    )


def _diagnose(random: Random) -> Problem:
    target = random.choice((1, 2, 5))
    train = target + random.choice((0, 0, 10))
    test = train + random.choice((1, 12)) + (0 if train > target else 8)
    return Problem(
        f"The training error is {train} %, the test error {test} %, and {target} % would do. Bias, "
        "variance, both or neither?",
        ["diagnose", "--train-error", f"{train}%", "--test-error", f"{test}%",
         "--target", f"{target}%"],
        "diagnosis",
    )  # fmt: skip


def _step(random: Random) -> Problem:
    data: dict[str, Any] = {
        "x": [random.randint(1, 3) for _ in range(2)], "target": [random.randint(0, 4)],
        "parameters": {
            "linear1.weight": _matrix(random, 1, 2, 0, 2) + _matrix(random, 1, 2, -1, 2),
            "linear2.weight": _matrix(random, 1, 2, -2, 2),
        },
        "loss": "mse", "optimizer": {"type": "sgd", "lr": 0.5},
    }  # fmt: skip
    weights = data["parameters"]
    return Problem(
        f"A linear layer W1 = {weights['linear1.weight']}, ReLU, and a linear layer "
        f"W2 = {weights['linear2.weight']}, without biases, take x = {data['x']} to y; the loss is "
        f"(y − t)² with t = {data['target']}. What are the weights after a step of gradient "
        "descent with rate 0.5?",
        ["step", "input 2; linear 2 bias=no; relu; linear 1 bias=no", json.dumps(data)], "updated",
    )


PROBLEMS: dict[str, Callable[[Random], Problem]] = {
    "size": _size, "conv": _conv, "pool": _pool, "params": _params, "mults": _mults,
    "step": _step, "lstm": _cell("lstm", "ifog", "An LSTM"), "gru": _cell("gru", "rzn", "A GRU"),
    "rnn": _cell("rnn", "h", "A recurrent network"), "mlp": _mlp, "vae": _vae, "kl": _kl,
    "grad": _grad, "diagnose": _diagnose,
}  # fmt: skip
"""The commands that have problems."""


WIDTH = 80
"""Columns of the text of a problem."""


class Question(NamedTuple):
    """A problem with its solution."""

    command: str
    """The command that it is about."""
    seed: int
    """The seed that draws it."""
    problem: str
    """What is given and what is wanted."""
    solution: str
    """The command line that solves it."""
    answer: Any
    """The right answer."""

    @property
    def entry(self) -> dict[str, Any]:
        """The question with its answer, as an entry of a sheet for `dlcalc check`."""
        return {"command": self.solution, "answer": self.answer}


def quiz(command: str, seed: int = 0) -> Question:
    """A problem of a command, drawn by a seed, and its answer.

    Raises InputError for a command that has no problems.

    >>> quiz("kl", seed=1).answer
    0.5
    """
    drawn = problem(command, seed)
    return _question(command, seed, drawn, answer_within(drawn.words))


def _question(command: str, seed: int, drawn: Problem, solved: Answer) -> Question:
    record = solved.for_programs
    names = drawn.field.split(".") if drawn.field else list(map(str, solved.main_place))
    answer: Any = record
    for name in names:
        answer = answer[int(name)] if name.isdigit() else answer[name]
    if drawn.field:  # the part alone, in the form of the record
        for name in reversed(names):
            answer = [answer] if name.isdigit() else {name: answer}
    line = shlex.join(["dlcalc", *drawn.words])
    return Question(command, seed, drawn.text, line, plain_value(answer))


def run_quiz(out: Output, command: str | None, seed: int, answer: bool) -> None:
    """Ask a problem; with `answer`, solve it, too. Without a command, list those that have any."""
    if command is None:
        rows = [[name, f"dlcalc quiz {name} --seed 1"] for name in PROBLEMS]
        out.emit(Answer({"commands": list(PROBLEMS)}, [Table(("command", "try"), rows)],
                        main="commands"))  # fmt: skip
        return
    drawn = problem(command, seed)
    asked = {"command": command, "seed": seed, "problem": drawn.text}
    text = [*wrap(drawn.text, WIDTH), ""]
    if not answer:
        text += wrap(f"The answer: dlcalc quiz {command} --seed {seed} --answer", WIDTH)
        out.emit(Answer(asked, [Text(text)], main="problem"))
        return
    solved = answer_within(drawn.words)
    question = _question(command, seed, drawn, solved)
    blocks: list[Block] = [Text([*text, question.solution]), *solved.blocks]
    record = {**asked, "answer": question.answer, "entry": question.entry}
    out._replace(explain=True).emit(
        Answer(record, blocks, main="answer", working=solved.working)
    )
