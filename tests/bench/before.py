"""Beside the build of an earlier commit: both installed alike, each in its own environment."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.bench.measure import heading, in_turn, row
from tests.bench.process import ROOT, peak, process, start

COMMIT = "3d9992f"
"""The build that others are held against."""
LARGE = {
    "repeated": "input 64\nrepeat 50000:\n  linear 64\n  relu\n",
    "repeated, fields grow": "input 64x16x16\nrepeat 50000:\n  conv 64 3 pad=1\n  relu\n",
    "written out": "input 64\n" + "linear 64\nrelu\n" * 50_000,
}
SETTING = """
import dlcalc, timeit
import numpy as np
draw = np.random.default_rng(0)
x4, w2 = np.arange(16.0).reshape(4, 4), np.arange(4.0).reshape(2, 2)
cell = {"W": draw.normal(size=(512, 192)) / 14, "x": draw.normal(size=(50, 64)),
        "dh": np.ones(128)}
network = {"x": draw.normal(size=(32, 784)), "target": draw.integers(0, 10, 32).tolist(),
           "weights": [draw.normal(size=(64, 784)) / 28, draw.normal(size=(10, 64)) / 8]}
coder = {"x": [0.3, 0.7], "noise": [0.5], "mu": [[1, 2]], "sigma": [[0, 1]],
         "decoder": [[[1], [2]]]}
"""


class Call(NamedTuple):
    """A call of the library, and the ratio to reach."""

    name: str
    text: str
    reach: float


CALLS = [
    Call("size(32, 5)", "dlcalc.size(32, 5)", 0.3),
    Call("size((32, 32), 5, stride=2)", "dlcalc.size((32, 32), 5, stride=2)", 0.3),
    Call("mults, 4 with 5", "dlcalc.mults(4, 5, stride=2, pad=2, output_padding=1)", 1 / 3),
    Call("params('resnet50')", "dlcalc.params('resnet50')", 1 / 3),
    Call("conv, 4×4 with 2×2", "dlcalc.conv(x4, w2)", 1),
    Call("kl", "dlcalc.kl((1, 1), (0, 1))", 1),
    Call("lstm, 50 steps 64→128", "dlcalc.lstm(**cell)", 1),
    Call("mlp 784–64–10, batch 32", "dlcalc.mlp(**network)", 1),
    Call("vae, two inputs", "dlcalc.vae(**coder)", 1),
]


class Row(NamedTuple):
    """A whole process, and the ratios of time and of memory to reach."""

    name: str
    arguments: list[str]
    reach: float
    memory: float = 1.0


STARTS = [
    Row("size", ["size", "-L", "32", "-F", "5", "-f", "plain"], 1),
    Row("mults, json", ["mults", "-L", "4", "-F", "5", "-S", "2", "-f", "json"], 1),
    Row("params lenet, csv", ["params", "lenet", "-f", "csv"], 1),
    Row("params lenet", ["params", "lenet"], 1),
    Row("conv 4×4 with 2×2", ["conv", "-x", "1 2; 3 4", "-w", "1 1", "-f", "plain"], 1),
    Row("lstm --explain", ["lstm", "--explain"], 1),
    Row("mlp --explain", ["mlp", "--explain"], 1),
    Row("vae --explain", ["vae", "--explain"], 1),
]


def run() -> None:
    """Print milliseconds of both builds, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        new, old = (_installed(Path(folder), name, source) for name, source in (
            ("new", ROOT), ("old", _checked_out(Path(folder))),
        ))
        heading(f"Whole processes, beside {COMMIT}", "ms", "before", "ratio", "reach")
        for each in STARTS:
            _process_row(each, new, old)
        for each in _large(Path(folder)):
            _process_row(each, new, old)
            memory = [peak([str(build / "dlcalc"), *each.arguments]) for build in (new, old)]
            row(f"{each.name}, MiB", memory[0] / 1e3, memory[1] / 1e3, each.memory)
        heading(f"One call of the library, beside {COMMIT}", "ms", "before", "ratio", "reach")
        for call in CALLS:
            row(call.name, *_calls(call, new, old), call.reach)


def _checked_out(folder: Path) -> Path:
    """The tree of the commit."""
    tree = folder / "tree"
    tree.mkdir()
    archive = subprocess.run(
        ["git", "archive", COMMIT], cwd=ROOT, check=True, capture_output=True
    ).stdout
    subprocess.run(["tar", "-x"], cwd=tree, check=True, input=archive)
    return tree


def _installed(folder: Path, name: str, source: Path) -> Path:
    """The folder of programs of an environment in which a build is installed."""
    subprocess.run([sys.executable, "-m", "venv", folder / name], check=True)
    programs = folder / name / "bin"
    subprocess.run([programs / "pip", "install", "-q", str(source)], check=True)
    return programs


def _process_row(each: Row, new: Path, old: Path) -> None:
    sides = [[str(build / "dlcalc"), *each.arguments] for build in (new, old)]
    failed = [done.failed for done in map(start, sides) if done.failed]
    if failed:
        print(f"{each.name:44}not measured: {failed[0][:60]}")
        return
    row(each.name, *in_turn(*(process(side) for side in sides)), each.reach)


def _large(folder: Path) -> Iterator[Row]:
    for number, (name, text) in enumerate(LARGE.items()):
        path = folder / f"large{number}.txt"
        path.write_text(text)
        for form in ("csv", "json", "table"):
            title = f"100,000 layers, {name}, {form}"
            yield Row(title, ["params", str(path), "-f", form], 0.2, 1 / 3)
    path = folder / "large0.txt"
    change = ["params", str(path), "--set", "repeat1.linear1.units=32", "-f", "csv"]
    yield Row("100,000 layers, --set, csv", change, 0.1)
    yield Row("100,000 layers, reduce", ["reduce", str(path), "--layer", "repeat1.linear1"], 0.1)


def _calls(call: Call, new: Path, old: Path) -> tuple[float, float]:
    """Seconds of one call in each build, the least of runs in turn."""
    program = (
        f"{SETTING}\nrun = lambda: {call.text}\nrun()\n"
        "timer = timeit.Timer(run)\ncount, _ = timer.autorange()\n"
        "print(min(timer.repeat(3, count)) / count)"
    )
    taken: list[list[float]] = [[], []]
    for _ in range(5):
        for build, times in zip((new, old), taken, strict=True):
            done = start([str(build / "python"), "-I", "-c", program])
            if done.failed:
                raise AssertionError(f"{call.name}: {done.failed}")
            times.append(float(done.out))
    return min(taken[0]), min(taken[1])
