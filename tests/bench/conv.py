"""Convolutions of PyTorch's kind and size, relative to torch.nn.functional and SciPy."""

from __future__ import annotations

import os
import sys
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from dlcalc.numbers.convolution.conv import conv
from tests.bench.measure import TURN, Side, heading, in_turn, left_out, row, seconds
from tests.bench.process import start


class Row(NamedTuple):
    """A case in PyTorch's layout, and the ratios to reach in float32 and float64."""

    name: str
    x: tuple[int, ...]
    w: tuple[int, ...]
    options: dict[str, Any]
    reach: tuple[float | None, float | None]


UP2 = {"transposed": True, "stride": 2}
DCGAN = {**UP2, "pad": 2, "output_padding": 1}
ROWS = [
    Row("4×4 with 2×2", (1, 1, 4, 4), (1, 1, 2, 2), {}, (2.5, 2.5)),
    Row("LeNet C1, 1→6, 5×5", (1, 1, 32, 32), (6, 1, 5, 5), {}, (1, 1.5)),
    Row("64×56×56→64, 3×3", (1, 64, 56, 56), (64, 64, 3, 3), {"pad": 1}, (None, 1)),
    Row("256×14×14→256, 3×3", (1, 256, 14, 14), (256, 256, 3, 3), {"pad": 1}, (None, 1)),
    Row("3×224×224→64, 7×7 stride 2", (1, 3, 224, 224), (64, 3, 7, 7),
        {"stride": 2, "pad": 3}, (None, 1)),
    Row("one channel 1024², 5×5", (1, 1, 1024, 1024), (1, 1, 5, 5), {}, (1, 1)),
    Row("one channel 4096², 5×5", (1, 1, 4096, 4096), (1, 1, 5, 5), {}, (1, 1)),
    Row("one channel 1024², 31×31", (1, 1, 1024, 1024), (1, 1, 31, 31), {}, (1, 1)),
    Row("depthwise 64×112×112, 3×3", (1, 64, 112, 112), (64, 1, 3, 3),
        {"pad": 1, "groups": 64}, (None, None)),
    Row("transposed 1024×4×4→512×8×8, 5×5", (1, 1024, 4, 4), (1024, 512, 5, 5), DCGAN, (1, 1)),
    Row("the same, batch 16", (16, 1024, 4, 4), (1024, 512, 5, 5), DCGAN, (1, 1)),
    Row("transposed 512×8×8→256×16×16, 4×4", (1, 512, 8, 8), (512, 256, 4, 4),
        {**UP2, "pad": 1}, (1, 1)),
]


OF_CHANNELS = ROWS[2:5]
"""Those of float32 that are held against NumPy's own product of their shape."""


def run() -> None:
    """Print all tables of convolutions, in milliseconds."""
    _beside_torch() if find_spec("torch") else left_out("torch")
    _beside_product()
    _beside_scipy() if find_spec("scipy") else left_out("scipy")


def _beside_product() -> None:
    """The product of weights and unrolled windows, in a process whose BLAS has all cores.

    Turns take a second: for a tenth of one, threads here wake up late behind those of BLAS.
    """
    heading("Convolution, and the product that it is", "dlcalc ms", "NumPy ms", "ratio", "reach")
    threads = {"OPENBLAS_NUM_THREADS": str(os.cpu_count())}
    done = start([sys.executable, "-c", "from tests.bench.conv import products; products()"],
                 threads)
    print(done.failed or done.out, end="", flush=True)


def products() -> None:
    """Print a row for each convolution of many channels in float32."""
    for case in OF_CHANNELS:
        x, w = _random(case.x, np.float32), _random(case.w, np.float32)
        ours = _ours(x, w, case.options)
        weights = w.reshape(len(w), -1)
        columns = _random((weights.shape[1], np.asarray(ours()).size // len(w)), np.float32)
        taken: tuple[list[float], list[float]] = ([], [])
        sides: tuple[Side, Side] = ours, partial(np.matmul, weights, columns)
        for _ in range(4):
            for side, times in zip(sides, taken, strict=True):
                times += (seconds(side) for _ in range(int(5 * TURN / seconds(side))))
        row(f"{case.name}, float32", median(taken[0]), median(taken[1]), 1.3)


def _beside_torch() -> None:
    heading("Convolution", "dlcalc ms", "torch ms", "ratio", "reach")
    for case in ROWS:
        for dtype, reach in zip((np.float32, np.float64), case.reach, strict=True):
            x, w = _random(case.x, dtype), _random(case.w, dtype)
            ours, theirs = _ours(x, w, case.options), _torch(x, w, case.options)
            _agree(ours(), theirs(), case.name)
            row(f"{case.name}, {dtype.__name__}", *in_turn(ours, theirs), reach)


def _beside_scipy() -> None:
    signal = import_module("scipy.signal")
    heading("Convolution of one channel", "dlcalc ms", "SciPy ms", "ratio")
    for case in (each for each in ROWS if each.name.startswith("one channel 1024")):
        x, w = _random(case.x[2:], np.float64), _random(case.w[2:], np.float64)
        ours, theirs = _ours(x, w, {}), partial(signal.correlate, x, w, "valid")
        _agree(ours(), theirs(), case.name)
        row(f"{case.name}, float64", *in_turn(ours, theirs), None)


def _random(shape: tuple[int, ...], dtype: type) -> np.ndarray[Any, Any]:
    return np.random.default_rng(0).standard_normal(shape).astype(dtype)


def _ours(x: np.ndarray[Any, Any], w: np.ndarray[Any, Any], options: dict[str, Any]) -> Side:
    return lambda: conv(x, w, **options).output


def _torch(x: np.ndarray[Any, Any], w: np.ndarray[Any, Any], options: dict[str, Any]) -> Side:
    torch = import_module("torch")
    functional = import_module("torch.nn.functional")
    named = {"pad": "padding", "stride": "stride", "groups": "groups",
             "output_padding": "output_padding"}
    taken = {named[key]: value for key, value in options.items() if key in named}
    function = functional.conv_transpose2d if "transposed" in options else functional.conv2d
    data, weight = torch.from_numpy(x), torch.from_numpy(w)
    return lambda: function(data, weight, **taken).numpy()


def _agree(ours: Any, theirs: Any, name: str) -> None:
    tolerance = 200 * np.finfo(theirs.dtype).eps * np.abs(theirs).max()
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance, err_msg=name)
