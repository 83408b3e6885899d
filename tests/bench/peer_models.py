"""Count one model by one of dlcalc's peers: `python -m tests.bench.peer_models PEER MODEL`.

The models as PyTorch modules on the meta device, so that no weight takes memory. Prints the
parameters that PyTorch has and the multiply-accumulates that the peer counts.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

torch: Any = import_module("torch")
nn: Any = torch.nn
Module = Any


def vgg16() -> Module:
    """Simonyan and Zisserman 2014, configuration D."""
    layers: list[Module] = []
    channels = 3
    for width, depth in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(depth):
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
            channels = width
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(
        *layers, nn.Flatten(), nn.Linear(25088, 4096), nn.ReLU(), nn.Linear(4096, 4096),
        nn.ReLU(), nn.Linear(4096, 1000),
    )


class Bottleneck(nn.Module):  # type: ignore[misc]
    """He et al. 2015, with the stride in the 3×3 convolution as torchvision has it."""

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        wide = 4 * width
        self.body = nn.Sequential(
            *_normed(channels, width, 1), nn.ReLU(), *_normed(width, width, 3, stride),
            nn.ReLU(), *_normed(width, wide, 1),
        )
        same = stride == 1 and channels == wide
        self.skip = nn.Sequential(*([] if same else _normed(channels, wide, 1, stride)))

    def forward(self, x: Any) -> Any:
        return torch.relu(self.body(x) + self.skip(x))


def _normed(channels: int, width: int, kernel: int, stride: int = 1) -> list[Module]:
    convolution = nn.Conv2d(channels, width, kernel, stride, kernel // 2, bias=False)
    return [convolution, nn.BatchNorm2d(width)]


def resnet50() -> Module:
    """He et al. 2015, fifty layers."""
    layers = [*_normed(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    channels = 64
    for width, depth, first in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for place in range(depth):
            layers.append(Bottleneck(channels, width, 1 if place else first))
            channels = 4 * width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 1000))


class Block(nn.Module):  # type: ignore[misc]
    """A block of GPT-2: attention and a perceptron, each behind its normalisation."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, x: Any) -> Any:
        batch, steps, width = x.shape
        parts = self.qkv(self.norm1(x)).view(batch, steps, 3, self.heads, -1)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        scores = torch.softmax(q @ k.transpose(-1, -2), -1)
        x = x + self.out((scores @ v).transpose(1, 2).reshape(batch, steps, width))
        return x + self.mlp(self.norm2(x))


class Gpt(nn.Module):  # type: ignore[misc]
    """Radford et al. 2019, Brown et al. 2020; the head shares the weight of the tokens."""

    def __init__(self, width: int, heads: int, depth: int, context: int) -> None:
        super().__init__()
        self.tokens, self.places = nn.Embedding(50257, width), nn.Embedding(context, width)
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(depth)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 50257, bias=False)
        self.head.weight = self.tokens.weight

    def forward(self, x: Any) -> Any:
        places = torch.arange(x.shape[1], device=x.device)
        return self.head(self.norm(self.blocks(self.tokens(x) + self.places(places))))


def _image() -> Any:
    return torch.zeros(1, 3, 224, 224)


def _text(steps: int) -> Any:
    return torch.zeros(1, steps, dtype=torch.long)


MODELS: dict[str, tuple[Callable[[], Module], Callable[[], Any]]] = {
    "vgg16": (vgg16, _image),
    "resnet50": (resnet50, _image),
    "gpt2": (partial(Gpt, 768, 12, 12, 1024), partial(_text, 1024)),
    "gpt3": (partial(Gpt, 12288, 96, 96, 2048), partial(_text, 2048)),
}


def count(peer: str, model: Module, x: Any) -> float:
    """The multiply-accumulates that a peer counts."""
    library: Any = import_module("fvcore.nn" if peer == "fvcore" else peer)
    if peer == "torchinfo":
        summary = library.summary(model, input_data=[x], device="meta", verbose=0)
        return float(summary.total_mult_adds)
    if peer == "thop":
        return float(library.profile(model, (x,), verbose=False)[0])
    if peer == "fvcore":
        counted = library.FlopCountAnalysis(model, x).unsupported_ops_warnings(False)
        return float(counted.total())
    if peer == "ptflops":
        return float(library.get_model_complexity_info(
            model, tuple(x.shape[1:]), input_constructor=lambda _: {_argument(model): x},
            as_strings=False, print_per_layer_stat=False, backend="pytorch",
        )[0])
    return float(library.calculate_flops(
        model, args=[x], print_results=False, print_detailed=False, output_as_string=False
    )[1])


def _argument(model: Module) -> str:
    return "input" if isinstance(model, nn.Sequential) else "x"


def main(peer: str, name: str) -> None:
    """Count and print."""
    make, example = MODELS[name]
    with torch.device("meta"):
        model, x = make().eval(), example()
    params = sum(each.numel() for each in model.parameters())
    with contextlib.redirect_stdout(io.StringIO()):
        macs = count(peer, model, x)
    print(params, int(macs))


if __name__ == "__main__":
    main(*sys.argv[1:])
