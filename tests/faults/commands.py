"""Every command with what it takes: the one table that the faults are run against."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from dlcalc.models import zoo_names
from tests.faults.binary import READ


class Command(NamedTuple):
    """How a command is called rightly, and what goes wrong with it alone."""

    good: str
    """Arguments, as a shell has them, with which it works and reads nothing else."""
    takes: str = ""
    """Arguments with {} where a file or - belongs; nothing where no data is taken."""
    data: str = ""
    """What such a file holds, rightly."""
    wrong: tuple[tuple[str, str], ...] = ()
    """Names misspelt, among arguments that are else right, and what is said of them."""
    hostile: tuple[tuple[str, str], ...] = ()
    """Data that is wrong for this command alone, and what is said of it."""
    binary: Mapping[str, str] = MappingProxyType({})
    """What is said of NumPy's hostile files, where they are not refused as no text: nothing
    of one that is no fault here."""
    folder: str = "is a directory"
    """What is said of a folder where a file belongs."""
    kind: str = ""
    """`json` where that is what it takes: hostile JSON is held against it."""


LAYERS = "input 8x4x4\nC1: conv 4 3\nrelu\n"
UPSAMPLING = "input 8x4x4\nU1: conv_transpose 4 3 stride=2\n"
LSTM = '{"W": [[1, 2], [0, 1], [1, 0], [2, 1]], "x": [[1], [-1]], "dh": [1]}'
GRU = '{"W": [[1, 2], [0, 1], [1, 0]], "x": [[1], [-1]], "dh": [1]}'
RNN = '{"W": [[1, 2]], "x": [[1], [-1]], "dh": [1]}'
MLP = '{"x": [1, 2], "target": 0, "weights": [[[1, 2], [3, 4]]]}'
VAE = ('{"x": [0.3, 0.7], "noise": [0.5], "mu": [[1, 2]], "sigma": [[0, 1]], '
       '"decoder": [[[1], [2]]]}')
STEP = ('{"x": [2], "target": [1], "loss": "mse", "parameters": '
        '{"linear1.weight": [[3]], "linear1.bias": [0]}}')
MIXTURE = '{"weights": [1], "means": [0], "covariances": [1]}'
CURVE = "epoch,train_error,test_error\n1,0.3,0.3\n2,0.1,0.2\n3,0,0.3\n"
SHEET = '[{"command": "size -L 32 -F 5", "answer": 28}]'
MODELS = f'{{"models": [{", ".join(["{}"] * len(zoo_names()))}]}}'

WEIGHTS = {
    "pickled.npy": "pickled: holds no plain numbers", "cut.npy": "cut: promises 48 bytes",
    "tebibyte.npy": "tebibyte: promises 1,099", "crc.npz": "not an .npz file, or a damaged one",
    "bomb.npz": "a file of weights has tensors, and no layers to show or change",
}  # fmt: skip
"""What is said of NumPy's files, which are read as weights, where layers are wanted."""
NO_CONFIG = "a folder without a config.json"

TABLE = {
    "size": Command(
        "-L 32 -F 5", "-L 32 -F 5 --expect {}", "28",
        wrong=(("-L 4 -F 2 -P sane", "did you mean same?"),
               ("-L 4 -F 2 -O 2 --solve padd", "did you mean pad?")),
        binary=READ,
        hostile=(("28,5 1,0", "divides numbers by commas and by spaces"),),
    ),
    "conv": Command(
        "-x '1 2; 3 4' -w '1 1'", "-x {} -w '1 1'", "1 2\n3 4\n",
        wrong=(("-x '1 2' -w 1 --pad-mode zero", "did you mean zeros?"),),
        binary=READ,
        hostile=(("1 2\n3\n", "line 2: row 2 has 1 number, the rows above have 2"),),
    ),
    "pool": Command(
        "-x '1 2; 3 4' -F 2", "-x {} -F 2", "1 2\n3 4\n",
        wrong=(("-x '1 2' -F 2 --kind maxx", "did you mean max?"),),
        binary=READ,
        hostile=(("1 2\n3\n", "line 2: row 2 has 1 number, the rows above have 2"),),
    ),
    "params": Command(
        "lenet", "{}", LAYERS,
        wrong=(("lenett", "did you mean lenet"), ("lenet --layer C9", "no layer C9; known: C1"),
               ("lenet --set C1.kernle=3", "did you mean kernel?"),
               ("lenet --optimizer adma", "did you mean adam"),
               ("lenet --compare alexnett", "did you mean alexnet")),
        # What a weights file holds is told from its headers alone.
        binary={**READ, "bomb.npz": "", "pickled.npy": "pickled: holds no plain numbers",
                "cut.npy": "cut: promises 48 bytes", "tebibyte.npy": "tebibyte: promises 1,099"},
        folder=NO_CONFIG,
        hostile=(("input 8x4x4\nconf 4 3\n", "input:2: conf 4 3: unknown layer type 'conf'; did"),
                 ("input 8x4x4\nrepeat 1000:\n  repeat 1000: relu\n", "1,000,000 layers"),
                 ("input 8x4x4\nconv 4 33\n", "does not fit")),
    ),
    "reduce": Command(
        "lenet --layer C1", "{} --layer C1", LAYERS,
        wrong=(("lenett --layer C1", "did you mean lenet"), ("lenet --layer C9", "no layer C9")),
        hostile=(("input 8x4x4\nC1: conf 4 3\n", "input:2: C1: conf 4 3: unknown"),),
        binary=WEIGHTS, folder=NO_CONFIG,
    ),
    "models": Command("", "--expect {}", MODELS, binary=READ),
    "mults": Command(
        "-L 4 -F 5", "{}", UPSAMPLING,
        wrong=(("dcgann", "did you mean dcgan"),), binary=WEIGHTS, folder=NO_CONFIG,
        hostile=(("input 8x4x4\nconv_transpos 4 3 stride=2\n", "did you mean conv_transpose"),),
    ),
    "step": Command(
        f"'input 1; linear 1' '{STEP}'", "'input 1; linear 1' {}", STEP, kind="json",
        wrong=((f"'input 1; linaer 1' '{STEP}'", "did you mean linear"),
               (f"'input 1; linear 1' '{STEP}' --init zero", "did you mean zeros?")),
        hostile=(
            ('{"x": [1]}', "a target is wanted"), ('{"target": [1]}', "'x' is missing"),
            ('{"x": [1, 2], "target": 1, "loss": "mse"}', "the model takes 1"),
            ('{"x": [1], "target": [1], "loss": "mse"}', "lacks linear1.weight 1x1"),
            ('{"x": [1], "upstream": [1], "parameters": {"linear1.wieght": [[1]]}}',
             "lacks linear1.weight"),
        ),
    ),
    "lstm": Command(
        f"'{LSTM}'", "{}", LSTM,
        wrong=((f"'{LSTM}' --activation f=rleu", "did you mean relu"),
               (f"'{LSTM}' --activation q=relu", "unknown gate 'q'")),
        hostile=(('{"W": [[1, 2], [0, 1], [1, 0], [2, 1]], "x": [[1]], "dhh": [1]}',
                  "did you mean dh?"),
                 ('{"x": [[1]]}', "W"),
                 ('{"W": [[1, 2], [0, 1], [1, 0]], "x": [[1]]}', "3")),
        kind="json",
    ),
    "gru": Command(
        f"'{GRU}'", "{}", GRU,
        wrong=((f"'{GRU}' --reset befor", "did you mean before"),),
        hostile=(('{"W": [[1, 2], [0, 1]], "x": [[1]]}', "3H rows"),), kind="json",
    ),
    "rnn": Command(
        f"'{RNN}'", "{}", RNN,
        wrong=((f"'{RNN}' --activation rleu", "did you mean relu"),),
        hostile=(('{"W": [[1, 2]], "x": [[1]], "dhh": [1]}', "did you mean dh?"),), kind="json",
    ),
    "mlp": Command(
        f"'{MLP}'", "{}", MLP,
        wrong=(("--init zeroes", "did you mean zeros?"),),
        hostile=((MLP.replace('"target"', '"targt"'), "did you mean target?"),
                 (MLP.replace('"target": 0', '"target": 5'), "target"),
                 (MLP.replace("[1, 2],", "[1, 2, 3],", 1), "3")),
        kind="json",
    ),
    "vae": Command(
        f"'{VAE}'", "{}", VAE,
        hostile=((VAE.replace('"noise"', '"nose"'), "did you mean noise?"),
                 (VAE.replace("[0.5]", "[0.5, 1]"), "noise")),
        kind="json",
    ),
    "kl": Command(
        "--q 1,1 --p 0,1", "--q {} --p 0,1", '{"mean": [1], "covariance": [1]}',
        binary=READ,
        hostile=(('{"mean": [1], "covarance": [1]}', "did you mean covariance or log_variance?"),
                 ('{"mean": [1], "covariance": [-1]}', "-1")),
        kind="json",
    ),
    "posterior": Command(
        f"'{MIXTURE}' --starts 0", "{} --starts 0", MIXTURE,
        hostile=((MIXTURE.replace("means", "meens"), "did you mean means?"),
                 (MIXTURE.replace("[0]", "[0, 1]"), "means")),
        kind="json",
    ),
    "gan": Command(
        "--epochs 1 --generator 'linear 2' --discriminator 'linear 1'",
        wrong=(("--epochs 1 --loss minmax", "did you mean minimax?"),
               ("--epochs 1 --optimizer adma", "did you mean adam?"),
               ("--epochs 1_0", "is no whole number of at least 1"),
               ("--epochs 1e30", "are more than 1,000,000"),
               ("--data no-such-folder --epochs 1", "no-such-folder")),
    ),
    "diagnose": Command(
        "--train-error 2% --test-error 20%", "--curve {}", CURVE,
        wrong=(("--train-error 2 percent --test-error 20%", ""),),
        hostile=((CURVE.replace("test_error", "tset_error"), "test_error"),
                 (CURVE.replace("0.2", "two"), "two")),
    ),
    "grad": Command(
        "'y = x^2' x=3", "{} x=3", "y = x^2\n",
        wrong=(("'y = x^2' x=3 --of z", "z"), ("'y = sgmoid(x)' x=3", "did you mean sigmoid")),
        hostile=(("y = x^\n", "line 1"), ("y = " + "(" * 100_000 + "\n", "line 1"),
                 ("y = z\nz = y\n", "y")),
    ),
    "check": Command(
        f"'{SHEET}'", "{}", SHEET,
        wrong=(("no-such-sheet.toml", "no such file"), ("", "usage: dlcalc check SHEET")),
        hostile=((SHEET.replace("answer", "answr"), "did you mean answer?"),
                 (SHEET.replace("size", "sise"), "no such command sise; did you mean size")),
    ),
    "quiz": Command(
        "kl --seed 1 --answer",
        wrong=(("klx", "no problems of 'klx'; did you mean kl"), ("kl --seed -1", "-1")),
    ),
    "examples": Command(
        "E2", "E2 --expect {}", "28", wrong=(("E99", "unknown example 'E99'; did you mean E9"),),
        binary=READ,
    ),
    "docs": Command("arrays", wrong=(("array", "did you mean arrays?"),)),
    "man": Command("man1", wrong=(("", "usage: dlcalc man DIR"),)),
    "completion": Command(
        "bash", wrong=(("bsh", "did you mean bash"), ("", "missing argument: bash or zsh or fish")),
    ),
}
"""The commands by name; a test asks that none is left out."""

Hostile = dict[str, tuple[str | bytes, str]]
HOSTILE: Hostile = {
    "NUL": ("1 \0 2", "a NUL byte"),
    "not UTF-8": (b"1 \xff 2", "is not UTF-8 text"),
    "empty": (" \n\t\n", ""),
}
"""Data that is hostile to every command that takes any."""

HOSTILE_JSON: Hostile = {
    "doubled keys": ('{"x": [1], "x": [1]}', "field 'x' stands twice"),
    "NaN": ('{"x": [NaN]}', "NaN is not a finite number"),
    "1e999": ('{"x": [1e999]}', "1e999 is beyond the largest float64"),
    "nested": ('{"x": ' + "[" * 200_000 + "]" * 200_000 + "}", "nested too deeply"),
    "digits": ('{"x": [' + "7" * 5000 + "]}", "a number of 5,000 characters"),
    "a surrogate": ('{"x": "\\ud800"}', "a lone surrogate"),
    "cut": ('{"x": [1', "not JSON"),
}
"""And to every one that takes JSON."""
