"""A training step of whole networks, forward and backward, relative to PyTorch's eager mode."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from dlcalc.commands.step.answer import step
from dlcalc.models.reading import model
from dlcalc.models.tree import Model
from tests.bench.measure import heading, in_turn, left_out, row

Arrays = Callable[[], list[Any]]


class Row(NamedTuple):
    """A network in dlcalc's notation and in PyTorch's, and the ratio to reach.

    PyTorch has one thread where a step takes less than a millisecond, two above.
    """

    name: str
    notation: str
    modules: Callable[[Any], list[Any]]
    reach: float
    batch: int = 32
    shape: tuple[int, ...] | None = None
    threads: int = 2


def resnet18(nn: Any) -> list[Any]:
    """The modules of ResNet-18, in the order of its parameters."""

    class Block(nn.Module):  # type: ignore[misc]
        def __init__(self, inputs: int, outputs: int, stride: int) -> None:
            super().__init__()
            self.short = nn.Identity() if inputs == outputs else nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )
            self.main = nn.Sequential(
                nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs),
                nn.ReLU(), nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False),
                nn.BatchNorm2d(outputs),
            )

        def forward(self, x: Any) -> Any:
            return (self.main(x) + self.short(x)).relu()

    widths = ((64, 64), (64, 128), (128, 256), (256, 512))
    blocks = [
        block for a, b in widths for block in (Block(a, b, 1 if a == b else 2), Block(b, b, 1))
    ]
    return [
        nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
        nn.MaxPool2d(3, 2, 1), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000),
    ]


ROWS = [
    Row("784–64–10", "input 784; linear 64; relu; linear 10",
        lambda nn: [nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10)], 1, threads=1),
    Row("LeNet", "input 1x28x28; conv 6 5 pad=2; relu; maxpool 2; conv 16 5; relu; maxpool 2; "
        "flatten; linear 120; relu; linear 84; relu; linear 10",
        lambda nn: [nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
                    nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                    nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                    nn.Linear(84, 10)], 1.5),
    Row("ResNet-18, 64×64", "resnet18", resnet18, 1.5, 1, (3, 64, 64)),
]


def run() -> None:
    """Print the table of networks, in milliseconds, float64."""
    if not find_spec("torch"):
        left_out("torch")
        return
    heading("Step, forward and backward", "dlcalc ms", "torch ms", "ratio", "reach")
    for case in ROWS:
        ours, theirs = _sides(case)
        for mine, its in zip(ours(), theirs(), strict=True):
            np.testing.assert_allclose(mine, its, rtol=0, atol=1e-9)
        row(f"{case.name}, batch {case.batch}", *in_turn(ours, theirs), case.reach)


def _sides(case: Row) -> tuple[Arrays, Arrays]:
    """Both give the output and the gradients of x and of the parameters."""
    torch = import_module("torch")
    torch.set_num_threads(case.threads)
    net = torch.nn.Sequential(*case.modules(torch.nn)).double()
    read = model(case.notation)
    notation = Model(read.body, case.shape or read.input)
    random = np.random.default_rng(0)
    x = random.standard_normal((case.batch, *(notation.input or ())))
    target = random.integers(0, 10, case.batch)
    data, wanted = torch.from_numpy(x).requires_grad_(), torch.from_numpy(target)
    values = [each.detach().numpy() for each in net.parameters()]
    drawn = step(notation, x, target, loss="cross_entropy", init="zeros")
    names = [name for name in drawn.gradients if name != "x"]
    parameters = dict(zip(names, values, strict=True))

    def ours() -> list[Any]:
        found = step(notation, x, target, loss="cross_entropy", parameters=parameters)
        return [found.output, found.gradients["x"], *(found.gradients[name] for name in names)]

    def theirs() -> list[Any]:
        net.zero_grad()
        data.grad = None
        output = net(data)
        torch.nn.functional.cross_entropy(output, wanted).backward()
        return [output.detach().numpy(), data.grad.numpy(),
                *(each.grad.numpy() for each in net.parameters())]

    return ours, theirs
