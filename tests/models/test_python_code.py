"""Models as Python code: counts are those of torch 2.13.0 and keras 3.15.1 for the same text."""

from __future__ import annotations

import pytest

from dlcalc.errors import DlcalcError, LimitError, ShapeError
from dlcalc.models import python_language
from dlcalc.models.count import params
from dlcalc.models.notation import read_notation
from dlcalc.models.python_code import read_code
from dlcalc.models.translation import notation
from dlcalc.models.tree import Model, layers_in
from tests.golden import check
from tests.shell.running import invoke

GOLDEN = "python_code.json"

RESIDUAL = '''
import torch
from torch import nn
from torch.nn import functional as F

def conv3x3(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, kernel_size=3, stride=stride, padding=1, bias=False)

class Squeeze(nn.Module):
    def __init__(self, channels, reduction=4):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(nn.Linear(channels, channels // reduction), nn.ReLU(inplace=True),
                                nn.Linear(channels // reduction, channels), nn.Sigmoid())

    def forward(self, x):
        b, c, _, _ = x.size()
        y = self.fc(self.pool(x).view(b, c)).view(b, c, 1, 1)
        return x * y.expand_as(x)

class Block(nn.Module):
    expansion = 2

    def __init__(self, inputs, planes, stride=1, *, shrink=None):
        super(Block, self).__init__()
        self.conv1, self.bn1 = conv3x3(inputs, planes, stride), nn.BatchNorm2d(planes)
        self.conv2 = conv3x3(planes, planes * self.expansion)
        self.se = Squeeze(planes * self.expansion)
        self.shrink = shrink

    def forward(self, x):
        skip = x if self.shrink is None else self.shrink(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.se(self.conv2(out))
        out += skip
        return F.relu(out)

class Net(nn.Module):
    def __init__(self, block, counts, classes=10):
        super().__init__()
        self.inputs = 8
        self.stem = conv3x3(3, 8)
        for i, count in enumerate(counts):
            setattr(self, f"layer{i + 1}", self._layer(block, 8 * 2 ** i, count, 1 + (i > 0)))
        self.fc = nn.Linear(16 * block.expansion, classes)
        self.unused = nn.Conv2d(4, 5, 3)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight)
        for p in self.stem.parameters():
            p.requires_grad = False

    def _layer(self, block, planes, count, stride):
        wide = planes * block.expansion
        shrink = nn.Sequential(nn.Conv2d(self.inputs, wide, 1, stride), nn.BatchNorm2d(wide))
        layers = [block(self.inputs, planes, stride, shrink=shrink)]
        layers += [block(wide, planes) for _ in range(1, count)]
        self.inputs = wide
        return nn.Sequential(*layers)

    def forward(self, x):
        x = self.layer2(self.layer1(self.stem(x)))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, (1, 1)), 1))

model = Net(Block, [1, 2]).to("cuda" if torch.cuda.is_available() else "cpu")
'''
VIT = '''
import torch.nn as nn
import torch
class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attn = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))
        self.gamma = nn.Parameter(1e-6 * torch.ones(dim))
    def forward(self, x):
        h = self.norm1(x)
        x = x + self.gamma * self.attn(h, h, h, need_weights=False)[0]
        return x + self.mlp(self.norm2(x))
class ViT(nn.Module):
    def __init__(self, size=32, patch=4, dim=64, depth=3, heads=4):
        super().__init__()
        n = (size // patch) ** 2
        self.patch_embed = nn.Conv2d(3, dim, kernel_size=patch, stride=patch)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos_embed = nn.Parameter(torch.randn(1, n + 1, dim) * .02)
        self.blocks = nn.ModuleList([Block(dim, heads) for _ in range(depth)])
        self.head = nn.Linear(dim, 10)
    def forward(self, x):
        x = self.patch_embed(x).flatten(2).transpose(1, 2)
        x = torch.cat((self.cls_token.expand(x.shape[0], -1, -1), x), dim=1) + self.pos_embed
        for block in self.blocks:
            x = block(x)
        return self.head(x[:, 0])
'''
WORDS = '''
import torch, torch.nn as nn
class LM(nn.Module):
    def __init__(self, vocab=100, d=24, context=16):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocab, d), nn.Embedding(context, d)
        self.rnn = nn.LSTM(d, d, 2, bidirectional=True, batch_first=True)
        self.proj = nn.Linear(2 * d, d)
        self.head = nn.Linear(d, vocab, bias=False)
        self.head.weight = self.wte.weight
    def forward(self, idx, targets=None):
        b, t = idx.size()
        x = self.wte(idx) + self.wpe(torch.arange(0, t, device=idx.device))
        out, (h, c) = self.rnn(x)
        x = torch.relu(self.proj(torch.cat((h[-2], h[-1]), dim=1)))
        logits, loss = self.head(x), None
        if targets is not None:
            loss = nn.functional.cross_entropy(logits, targets)
        return logits, loss
'''
DENSE = '''
import torch, torch.nn as nn
from collections import OrderedDict
class Dense(nn.ModuleDict):
    def __init__(self, count, width, growth):
        super().__init__()
        for i in range(count):
            self.add_module("layer%d" % i, nn.Sequential(OrderedDict([
                ("norm", nn.BatchNorm2d(width + i * growth)), ("relu", nn.ReLU()),
                ("conv", nn.Conv2d(width + i * growth, growth, 3, padding=1))])))
    def forward(self, x):
        features = [x]
        for name, layer in self.items():
            features.append(layer(torch.cat(features, 1)))
        return torch.cat(features, 1)
class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(3, 8, 3), Dense(3, 8, 4), nn.ConvTranspose2d(20, 2, 2, 2))
'''
GPT = '''
import math
from dataclasses import dataclass
import torch, torch.nn as nn
from torch.nn import functional as F
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.c_attn = nn.Linear(config.n_embd, 3 * config.n_embd, bias=config.bias)
        self.c_proj = nn.Linear(config.n_embd, config.n_embd)
        self.drop, self.config = nn.Dropout(0.1), config
        self.register_buffer("mask", torch.tril(torch.ones(16, 16)).view(1, 1, 16, 16))
    def forward(self, x):
        B, T, C = x.size()
        heads = self.config.n_head
        q, k, v = self.c_attn(x).split(C, dim=2)
        q, k, v = (each.view(B, T, heads, C // heads).transpose(1, 2) for each in (q, k, v))
        att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
        att = att.masked_fill(self.mask[:, :, :T, :T] == 0, float("-inf"))
        y = self.drop(F.softmax(att, dim=-1)) @ v
        return self.c_proj(y.transpose(1, 2).contiguous().view(B, T, C))
class Grouped(nn.Module):
    def __init__(self, dim, heads, shared, width):
        super().__init__()
        self.h, self.kv, self.w = heads, shared, width
        self.wq, self.wk, self.wv = (nn.Linear(dim, n * width, bias=False)
                                     for n in (heads, shared, shared))
        self.wo = nn.Linear(heads * width, dim, bias=False)
    def forward(self, x):
        b, t, _ = x.shape
        q = self.wq(x).view(b, t, self.h, self.w).transpose(1, 2)
        k = self.wk(x).view(b, t, self.kv, self.w).transpose(1, 2)
        v = self.wv(x).view(b, t, self.kv, self.w).transpose(1, 2)
        k, v = (each.repeat_interleave(self.h // self.kv, dim=1) for each in (k, v))
        o = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.wo(o.transpose(1, 2).reshape(b, t, -1))
@dataclass
class Config:
    vocab: int = 96
    n_head: int = 4
    n_embd: int = 32
    bias: bool = False
class GPT(nn.Module):
    def __init__(self, config=Config()):
        super().__init__()
        self.parts = nn.ModuleDict(dict(
            wte=nn.Embedding(config.vocab, config.n_embd), ln=nn.LayerNorm(config.n_embd)))
        self.h = nn.ModuleList([Attention(config), Grouped(config.n_embd, 4, 2, 6)])
        layer = nn.TransformerEncoderLayer(32, nhead=4, dim_feedforward=48, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, num_layers=2, enable_nested_tensor=False)
    def forward(self, idx):
        x = self.parts.wte(idx)
        for attention in self.h:
            x = x + attention(self.parts.ln(x))
        return self.encoder(x)
'''
STEPWISE = '''
import copy, math, torch
import torch.nn as nn
import torch.nn.functional as F
from functools import partial
ACTS = {name: act for name, act in
        [("relu", nn.ReLU), ("gelu", partial(nn.GELU, approximate="tanh"))]}
class Base(nn.Module):
    @property
    def width(self):
        return self.inner.out_channels
    @staticmethod
    def twice(n):
        return n * 2
    def __init__(self, n, act="relu"):
        super().__init__()
        self.inner = nn.Conv1d(n, self.twice(n), 3, padding="same")
        self.act = ACTS[act]()
    def forward(self, x):
        with torch.no_grad():
            pass
        return self.act(self.inner(x))
class Net(Base):
    def __init__(self, n=4):
        super().__init__(n, act="gelu")
        grow = lambda k: k + 2
        self.out = nn.Conv1d(self.width, grow(6), 1)
        self.blocks = nn.ModuleList(copy.deepcopy(nn.Linear(8, 8)) for _ in range(3))
        self.w = nn.Parameter(torch.randn(8, 5))
        self.scale = nn.Parameter(torch.tensor(1.0))
        self.bias = nn.Parameter(torch.tensor([0.0] * 5))
        self.tail = nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 2))[:2]
        self.requires_grad_(True)
        for i in range(10):
            if i == 1:
                continue
            if i > 2:
                break
            setattr(self, f"norm{i}", nn.LayerNorm(8))
    def forward(self, x, mask=None):
        y = self.out(super().forward(x))
        y = y.transpose(1, 2)
        assert y.dim() == 3
        for i, block in enumerate(self.blocks):
            y = torch.maximum(y, torch.sigmoid(block(y)))
        y = self.norm2(self.norm0(y))
        y = y.permute(1, 0, 2).permute(1, 0, 2)
        y = y @ self.w * self.scale + self.bias
        y, _ = torch.max(y, dim=1)
        y = self.tail(y) if mask is None else y
        return y.squeeze(-1)
'''
IMAGE = '''
import torch, torch.nn as nn
import torch.nn.functional as F
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 6, 1)
        self.pool, self.fc = nn.AdaptiveMaxPool2d(1), nn.Linear(6, 2)
    def forward(self, x):
        x = F.leaky_relu(self.a(F.pad(x, (1, 1, 1, 1))), 0.1)
        y = F.interpolate(F.max_pool2d(x, 2), scale_factor=2, mode="nearest")
        x = self.pool(self.b(torch.add(x, y)[:, :])).squeeze()
        return self.fc(x.view(x.size(0), -1))
'''
KERAS = '''
import keras
from keras import layers
def residual(x, filters, pooling=False):
    skip = x
    x = layers.Conv2D(filters, 3, activation="relu", padding="same")(x)
    if pooling:
        x = layers.MaxPooling2D(2, padding="same")(x)
        skip = layers.Conv2D(filters, 1, strides=2)(skip)
    elif filters != skip.shape[-1]:
        skip = layers.Conv2D(filters, 1)(skip)
    return layers.add([x, skip])
inputs = keras.Input(shape=(32, 32, 3))
x = residual(layers.Rescaling(1.0 / 255)(inputs), 32, pooling=True)
x = residual(x, 64)
x = layers.Concatenate()([x, layers.SeparableConv2D(16, 3)(layers.ZeroPadding2D(1)(x))])
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
'''
STEPS = '''
from tensorflow.keras.models import Sequential
model = Sequential()
model.add(Input((10,)))
model.add(Embedding(100, 8))
model.add(Conv1D(6, 3))
model.add(Bidirectional(LSTM(8, return_sequences=True)))
model.add(LSTM(8))
model.add(Dense(2, activation=tf.nn.softmax))
'''


@pytest.mark.parametrize(("text", "input", "count", "macs"), [
    # Of attention and LSTMs torch's counter says nothing; their macs are by hand, and Keras has
    # no counter. Its count has no statistics here.
    (RESIDUAL, (3, 16, 16), 20_703, 1_596_864), (VIT, (3, 32, 32), 158_154, 11_404_288),
    (WORDS, (16,), 27_768, 372_192), (DENSE, (3, 12, 12), 1_766, 167_200),
    (GPT, (16,), 24_576, 81_920 + 49_152 + 2 * 131_072),
    (STEPWISE, (4, 12), 506, 4_734), (IMAGE, (3, 16, 16), 156, 33_804),
    (KERAS, None, 23_329, None), (STEPS, None, 2_728, None),
])
def test_counts(
    text: str, input: tuple[int, ...] | None, count: int, macs: int | None, regenerate: bool
) -> None:
    model = read_code(text)
    found = params(model, input)
    assert found.params == count
    assert macs in (None, found.macs)
    again = params(read_notation(notation(model)), input)
    assert [row[:6] for row in again.rows] == [row[:6] for row in found.rows]
    check(GOLDEN, f"{count}", said(model), regenerate)


def said(model: Model) -> list[str]:
    """The layers, and what the code says that each of them takes."""
    takes = (
        f"{layer.name or layer.type} takes {model.takes[id(layer)]}"
        for layer in layers_in(model.body) if id(layer) in model.takes
    )
    return [*notation(model).splitlines(), *takes]


HEAD = "import torch, torch.nn as nn, torch.nn.functional as F\nclass Net(nn.Module):\n"
HEAD += "    def __init__(self):\n"
FORWARD = "\n    def forward(self, x):\n        "
LINEAR, ROW = "self.f = nn.Linear(8, 4)", "self.f = nn.Linear(8, 8)"
CONV, STEP = "self.f = nn.Conv2d(3, 4, 3)", "self.f = nn.Conv1d(8, 6, 3)"
QKV = "self.q, self.o = nn.Linear(8, 24), nn.Linear(8, 8)"
P = "self.p = nn.Parameter(torch.ones(8))"
FOUR = "self.q, self.k, self.v, self.o = (nn.Linear(8, 8) for _ in range(4))"
ATTENDED = (
    "b, t, c = x.shape\nfor i in range({}):\n    q, k, v = {}\n"
    "    q, k, v = (e.view(b, t, 2, 4).transpose(1, 2) for e in (q, k, v))\n"
    "    x = ((q @ k.transpose(2, 3)).softmax(-1) @ v).transpose(1, 2).reshape(b, t, c)\n"
    "    x = self.o(x)\nreturn x"
)
APART = "self.q(x), self.k(x), self.v(x)"


def code_of(made: str, forward: str) -> str:
    """A network that makes these layers, and takes a value through them so."""
    body = made.replace("\n", "\n        ")
    way = forward.replace("\n", "\n        ")
    return f"{HEAD}        super().__init__()\n        {body}{FORWARD}{way}\n"


@pytest.mark.parametrize(("made", "forward"), [
    (LINEAR, "return self.f(x) @ x"),
    (LINEAR, "return self.g(x)"),
    ("self.f = nn.Foo(8, 4)", "return self.f(x)"),
    ("self.f = nn.Linear(8, n)", "return self.f(x)"),
    (LINEAR, "return x if x.sum() > 0 else x"),
    ("self.f = nn.LSTM(8, 4, proj_size=2)", "return self.f(x)"),
    ("self.f = nn.Upsample(size=(16, 16))", "return self.f(x)"),  # a size is no scale
    ("self.n = 2 ** 10 ** 10", "return x"),
    ("self.n = [0] * 10 ** 9", "return x"),
    ("self.__init__()", "return x"),
    ("s = 'a'\nfor i in range(60): s = f'{s}{s}'", "return x"),
    ("s = round(5, -10 ** 9)", "return x"),
    ("s = math.prod([2 ** 4000] * 9)", "return x"),
    ("s = '%999999999d' % 5", "return x"),
    ("s = sum([[0] * 90000] * 90000, [])", "return x"),
    ("s = 0.5 in range(10 ** 12)", "return x"),
    ("s = (1,)\nfor i in range(60): s = s, s\n{s: 1}", "return x"),
    ("s = [0] * 90000\ns = [s[:] for _ in s]", "return x"),
    ("self.f = nn.LazyConv2d(8, 3)", "return x"),
    ("while True: pass", "return x"),
    (LINEAR, "return self.f(x).mean(no=2, way=3, dims=4).chunk()"),
    (LINEAR, "return self.f(x).cumsum(1)"),
    ("self.n = [i for i in range(400) for j in range(4000)]", "return x"),
    ("raise ValueError('no')", "return x"),
    ("self.f = nn.Linear(8)", "return self.f(x)"),
    ("self.f = nn.Linear(8, 4) if", "return x"),
    ("self.f = nn.utils.weight_norm(nn.Linear(8, 4))", "return x"),
    (ROW, "x = torch.cat([x, self.f(x)], dim=-1)\nreturn x"),
    (ROW, "return torch.stack([x, self.f(x)]).sum(0)"),
    ("self.f = nn.GRU(8, 4, batch_first=True)",
     "out, h = self.f(x)\nb, t, c = out.shape\nreturn out.reshape(b, t, c)"),
    ("self.p = nn.Parameter(torch.tensor([[1.0, 2.0]]))", "return x + self.p"),
    (LINEAR, "return self.f(x.T)"),
    (LINEAR, "return x.device.index(0) or self.f"),
    (LINEAR, "if x.device: x = self.f(x)\nreturn x"),
    (LINEAR, "if isinstance(x.device, str): x = self.f(x)\nreturn x"),
    (LINEAR, "for each in x: x = self.f(x)\nreturn x"),
    (LINEAR, "return self.f(nowhere(x))"),
    (LINEAR, "return self.f(x)[0]"),
    (LINEAR, "return self.f(x)[:, :, 0]"),
    (CONV, "return self.f(x)[:, 0]"),
    (CONV, "return self.f(x).transpose(1, 2)"),
    (CONV, "return self.f(x).transpose(1, 3)"),
    (CONV, "return self.f(x).permute(0, 2, 1, 3)"),
    (CONV, "return self.f(x).flatten(1, 2)"),
    (CONV, "return self.f(x).mean((1, 2))"),
    (CONV, "return self.f(x).mean(1)"),
    (CONV, "return torch.cat([x, self.f(x)], 0)"),
    (CONV, "return torch.cat([self.f(x), self.f(x)], -1).unflatten(2, (2, 3))"),
    (CONV, "return F.interpolate(self.f(x), size=(9, 9))"),
    (CONV, "return F.relu(F.pad(x, (1, 1, 1, 1)))"),
    (CONV, "return self.f(F.pad(x, (1, int(x.device))))"),
    (CONV, "return self.f(x).view(x.size(0), 2, x.size(1), -1)"),
    (QKV, "q, k, v = self.q(x).split([8, 8, 8], dim=2)\nreturn self.o(q)"),
    (QKV, "q, k, v = self.q(x).split(8, dim=2)\nreturn self.o(q)"),
    (QKV, "q, k, v = self.q(x).chunk(3, -1)\nreturn self.o((q @ k.transpose(1, 2)) @ v)"),
    (QKV, "q, k, v = self.q(x).chunk(3, -1)\nreturn self.o(q.cumsum(1))"),
    (QKV,
     "q, k, v = (self.q(e).view(1, 5, 2, -1) for e in (x, self.o(x), x))\n"
     "return self.o((q @ k.transpose(1, 2)) @ v)"),
    (QKV, "return self.q(x).chunk(5, -1)"),
    ("self.a, self.f = nn.MultiheadAttention(8, 2), nn.Linear(8, 8)",
     "return self.a(x, self.f(x), x)[0]"),
    ("def g(a): return a\nself.f = nn.Linear(8, g(1, 2))", "return self.f(x)"),
    ("def g(a): return a\nself.f = nn.Linear(8, g(1, b=2))", "return self.f(x)"),
    ("def g(a, *, b): return a\nself.f = nn.Linear(8, g(1))", "return self.f(x)"),
    ("self.f = nn.Linear(8, sys.argv[1])", "return self.f(x)"),
    ("self.f = nn.Sequential(nn.Linear(8, 4), other)", "return self.f(x)"),
    ("self.f = nn.ModuleList([nn.Linear(8, 4)])", "return self.f(x)"),
    ("self.f = [nn.Linear(8, 4) for each in 'some text that is longer than sixty "
     "characters, which is cut' if each in missing_from_here]\n"
     "await nothing",
     "return x"),
    ("self.f = (yield 'some text that is longer than sixty characters, which is cut off')",
     "return x"),
    ("s = 'a' * 50000\nfor i in range(9): s.upper()", "return x"),
    ("s = [0] * 50000\nfor i in range(9): s.count(1)", "return x"),
    ("s = {i: i for i in range(50000)}\nd = {0: s, 1: s}\nfor i in range(9): dict(d)", "return x"),
    ("self.f = nn.Linear(8, round(5.5, 4097))", "return x"),
    ("n = 2 ** 2048 * 2 ** 2048", "return x"),
    ("self.f = nn.Linear(8, '%*d' % (5, 4))", "return x"),
    ("x = 5\nx.bit_length()", "return x"),
    ("self.f = 'abc'.encode()", "return x"),
    (LINEAR, "return self.f.out_channels"),
    (LINEAR, "return None"),
    (LINEAR, "return self.f(None)"),
    (CONV, "return self.f(F.pad(x, (1, x.size(2) - int(x.device))))"),
    (CONV, "return F.max_pool2d(self.f(x), 2, int(x.device))"),
    (CONV, "return self.f(F.pad(x, (1, x.size(2) - 1)))"),
    (ROW, "return torch.cat([x, self.f(x)], 0)"),
    (CONV, "y = self.f(x)\nif x.shape < y.shape: y = nowhere(y)\nreturn y"),
    ("self.f = nn.Linear(8, foo()(3))", "return self.f(x)"),
    ("self.n = f'{foo()}'\nself.f = nn.Linear(8, len(self.n))", "return self.f(x)"),
    (QKV, "q, k, v = self.q(x).view(1, 5, 3, 0, 4).unbind(2)\nreturn self.o(q)"),
    (QKV, "q, k, v = self.q(x).view(1, 5, 3, -1, -1).unbind(2)\nreturn self.o(q)"),
    (QKV, "q, k, v = self.q(x).view(1, 5, 3, 5, -1).unbind(2)\nreturn self.o(q)"),
    (QKV, "q, k = self.q(x).view(1, 5, 2, 3, 4).unbind(2)\nreturn self.o((q @ k) @ q)"),
    ("self.f = nn.Sequential(nn.Linear(8, 4))", "return self.f[1](x)"),
    ("n = 5\nn += None\nself.f = nn.Linear(8, n)", "return self.f(x)"),
    ("for a, b in [(1, 2, 3)]: pass", "return x"),
    ("def g(): return g()\nself.f = nn.Linear(8, g())", "return self.f(x)"),
    (LINEAR, "if self.f: x = self.f(x)\nif x.mean() > 1: return x\nreturn x"),
    (LINEAR, "return self.f(x, x.nope.size(1))[0, 1, 2]"),
    (ROW, "y = self.f(x)\nreturn (x + y) * (x - y)"),
    (LINEAR, "return nowhere(1)(self.f(x))"), (LINEAR, "return torch.prod(self.f(x))"),
    (LINEAR, "return []"), (CONV, "return self.f(x).flatten(1, 2, 3, 4, 5)"),
    ("self.n = 3", "f = nn.Linear(8, 8)\nreturn f(f(x))"),
    ("self.n = nn.Linear(8, 4).weight.numel()\nself.f = nn.Linear(8, self.n)", "return self.f(x)"),
    (QKV, "q, k, v = self.q(x).chunk(3, -1)\nreturn self.o((q @ k.transpose(1, 2)) @ v @ q)"),
    (f"{QKV}\nself.k = nn.Linear(8, 8)",
     "q, k, v = self.k(x), self.k(F.relu(x)), self.k(x)\n"
     "q, k, v = (e.view(1, 5, 2, 4).transpose(1, 2) for e in (q, k, v))\n"
     "return self.o(((q @ k.transpose(2, 3)) @ v).transpose(1, 2).reshape(1, 5, 8))"),
    ("self.f = nn.Sequential(nn.ZeroPad2d(1), nn.Conv2d(3, 4, 3, padding=1))", "return self.f(x)"),
    ("self.a = nn.MultiheadAttention(8, 2, kdim=4)", "return self.a(x, x, x)[0]"),
    ("self.f = nn.Sequential(nn.Linear(8, 4))\nself.f.extend(nowhere)", "return self.f(x)"),
    (LINEAR, "for i, (a, b) in enumerate(x): pass\nreturn x"),
    (LINEAR, "del x\nreturn self.f(y)"), (LINEAR, "return self.f(x).reshape(x.size(0), -1, -1)"),
    (CONV, "return self.f(x).permute(0, 3, 2, 1)"), (CONV, "return self.f(x).mean(0)"),
    (STEP, "return self.f(x).mean((1, 2))"), (STEP, "return self.f(x)[:, :, -1]"),
    (LINEAR, "return self.f(x).chunk(2, 1)[0]"), (LINEAR, "return self.f(x).split(0, 1)"),
    (LINEAR, "return F.pad(self.f(x), (1, 1))"), (LINEAR, "return torch.einsum('ab->ba', x)"),
    ("self.f = [nn.Linear(8, 8) for _ in range(2)]", "for f in self.f: x = f(x)\nreturn x"),
    ("self.f, self.g = nn.Linear(8, 8), {'a': nn.Linear(8, 8)}", "return self.f(x)"),
    ("self.f, self.g = nn.Linear(8, 5), nn.Linear(8, 5)\nself.g.bias = self.f.bias",
     "return self.f(x) + self.g(x)"),
    # A projection that is another's as well, or goes elsewhere, would be counted twice.
    *((FOUR, ATTENDED.format(1, each)) for each in (
        "self.q(x), self.k(x), self.k(x)", "self.q(x), *[self.k(x)] * 2",
        "self.q(x), self.k(x), self.v(F.relu(x))",
    )),
    (QKV, "y = self.q(x)\n" + ATTENDED.format(1, "y.chunk(3, -1)").replace(
        "return x", "return torch.cat([x, y], -1)")),
    (FOUR, "y = self.o(x)\n" + ATTENDED.format(1, APART).replace("return x", "return x + y")),
    (f"{FOUR}\nself.p = nn.Linear(8, 8)",
     ATTENDED.format(2, APART).replace("self.o(x)", "(self.p if i else self.o)(x)")),
    ("self.f = nn.Conv2d(3, 4, [[3], [3]])", "return self.f(x)"),
])
def test_what_is_not_followed(made: str, forward: str, regenerate: bool) -> None:
    with pytest.raises(DlcalcError) as caught:
        read_code(code_of(made, forward))
    check(GOLDEN, f"{made} | {forward}", str(caught.value), regenerate)


@pytest.mark.parametrize(("made", "forward", "input", "count", "output"), [
    # Counts and shapes by torch 2.13.0.
    ("def g(a, b=2, *c, d, e=5, **k): return a + b + sum(c) + d + e + len(k)\n"
     "self.f = nn.Linear(8, g(1, 2, 3, 4, d=5, i=1))",
     "return self.f(x)",
     (8,), 189, (21,)),
    ("for i, (a, b) in enumerate(zip([8, 6], [6, 2])): setattr(self, f'f{i}', "
     "nn.Linear(a, b))",
     "for i in range(2): x = getattr(self, f'f{i}')(x)\nreturn x",
     (8,), 68, (2,)),
    ("import math as m, torch.nn\ns = [1, 2]\ns[0] = 8\nself.m = nn.ModuleDict()\n"
     "self.m['a'] = torch.nn.Linear(s[0], int(m.sqrt(16)))",
     "return self.m['a'](x)",
     (8,), 36, (4,)),
    ("n = 0 or 8\nsizes = {**{'a': n}, 'b': n and 4}\n"
     "self.f = nn.Linear(*[sizes['a'], sizes['b']], **{'bias': 3 not in (1, 2) and not n})",
     "m = x.device or nowhere(x)\nif self.training and nowhere(x): pass\nreturn self.f(x)",
     (8,), 32, (4,)),
    ("self.f = nn.Linear(8, min(4, 5000) * 1 ** 4096)\nfor m in (self.f, 3):\n"
     "    if isinstance(m, (nn.Linear, str)): self.g = m\n"
     "    if isinstance(m, int) and isinstance(self, nn.Module): self.n = m",
     "if hasattr(self, 'n') and not hasattr(self, 'm'): x = self.g(input=x)\nreturn x",
     (8,), 36, (4,)),
    ("self.f = nn.Sequential(nn.Linear(8, 4), nn.ReLU()).eval()\n"
     "for p in self.parameters(): p.requires_grad = False",
     "return self.f(x)",
     (8,), 36, (4,)),
    ("self.f = nn.Linear(8, 8)\nfor p in self.f.parameters(): p.requires_grad = False",
     "for _ in range(2): x = self.f(x)\nreturn x",
     (8,), 72, (8,)),
    ("self.e, self.f = nn.Embedding(9, 4), nn.Linear(4, 9, bias=False)\n"
     "self.e.weight = self.f.weight",
     "return self.f(self.e(x))",
     (5,), 36, (5, 9)),
    ("self.p = nn.Parameter(torch.ones((4, 8)))", "return x + self.p", (4, 8), 32, (4, 8)),
    ("self.p = nn.Parameter(torch.zeros(1, 2, 8))",
     "return torch.cat((self.p.expand(x.size(0), -1, -1), x), 1)",
     (4, 8), 16, (6, 8)),
    ("self.p = nn.Parameter(torch.zeros(1, 6, 8))", "return x + self.p[:, :4]", (4, 8), 48, (4, 8)),
    (CONV,
     "x = self.f(x)\nif x.dim() != 4: x = nowhere(x)\nb, c, h, w = x.shape\n"
     "return x.view(b, c, h * w)",
     (3, 8, 8), 112, (4, 36)),
    (CONV, "x = self.f(x)\nreturn x.view(x.size(0), x.size(1), -1)", (3, 8, 8), 112, (4, 36)),
    (CONV, "x = self.f(x)\nreturn torch.flatten(x, 1, 3)", (3, 8, 8), 112, (144,)),
    (CONV,
     "x = self.f(x).flatten(start_dim=3)\nreturn x.flatten(start_dim=1, end_dim=-1)",
     (3, 8, 8), 112, (144,)),
    (CONV, "x = self.f(x)\ny = F.relu(x)\nreturn x.reshape(y.size())", (3, 8, 8), 112, (4, 6, 6)),
    (CONV,
     "x = self.f(x).mean((2, 3))\nb, c = x.shape\n"
     "return torch.reshape(x, shape=(b, c // 2, 2))",
     (3, 8, 8), 112, (2, 2)),
    (CONV, "return self.f(x).mean(dim=(-1, -2), keepdim=True)", (3, 8, 8), 112, (4, 1, 1)),
    (CONV, "return self.f(x).sum([2, 3])", (3, 8, 8), 112, (4,)),
    (CONV,
     "x = self.f(x).permute(0, 2, 3, 1)\nreturn x.permute(0, 3, 1, 2).amax((-2, -1))",
     (3, 8, 8), 112, (4,)),
    (CONV,
     "x = torch.cat([self.f(x), F.relu(self.f(x))], 1)\n"
     "return F.layer_norm(x.permute(0, 2, 3, 1), (x.size(1),)).permute(0, 3, 1, 2)",
     (3, 8, 8), 112, (8, 6, 6)),
    (CONV,
     "return F.adaptive_avg_pool2d(self.f(x), 1).squeeze(-1).squeeze(-1)",
     (3, 8, 8), 112, (4,)),
    (CONV, "x = self.f(x)\nreturn torch.max(x, F.relu(x))", (3, 8, 8), 112, (4, 6, 6)),
    (CONV,
     "return F.max_pool2d(self.f(x), kernel_size=3, stride=2, padding=1)",
     (3, 8, 8), 112, (4, 3, 3)),
    (STEP, "return self.f(x).mean(-1)", (8, 9), 150, (6,)),
    (STEP, "return self.f(x).mean(2, keepdim=True)", (8, 9), 150, (6, 1)),
    (STEP, "return self.f(x).transpose(-1, -2).mean(-2)", (8, 9), 150, (6,)),
    (STEP, "return self.f(x).transpose(1, -1)[:, -1]", (8, 9), 150, (6,)),
    (STEP, "return self.f(x).transpose(2, -2)[:, 0, :]", (8, 9), 150, (6,)),
    (STEP, "return self.f(x).swapaxes(1, 2).permute(0, 2, 1)", (8, 9), 150, (6, 7)),
    (STEP, "x = self.f(x)\nreturn x.view(x.size(0), x.size(1), -1)", (8, 9), 150, (6, 7)),
    (STEP,
     "x = torch.cat([self.f(x), self.f(x)], dim=1)\nb, c, t = x.shape\n"
     "return F.layer_norm(x.permute(0, 2, 1), (c,))",
     (8, 9), 150, (7, 12)),
    ("self.f, self.g = nn.Linear(8, 8), nn.LayerNorm(8)",
     "x = self.g(x)\nx = torch.cat([x, self.f(x)], dim=2)\nreturn x",
     (4, 8), 88, (4, 16)),
    ("self.f = nn.Unflatten(-1, (2, 4))",
     "return self.f(x).transpose(0, 1).transpose(1, 0)",
     (8,), 0, (2, 4)),
    ("self.f = nn.Sequential(nn.ZeroPad2d(2), nn.Conv2d(3, 4, 3), nn.Flatten(), "
     "nn.Unflatten(1, (4, 10, 10)))",
     "return self.f(x)",
     (3, 8, 8), 112, (4, 10, 10)),
    (STEP, "return self.f(F.pad(x, (2, 0)))", (8, 9), 150, (6, 9)),
    (CONV, "return self.f(F.pad(x, [1, 0, 2, 1], mode='constant'))", (3, 8, 8), 112, (4, 9, 7)),
    ("self.f = nn.LSTM(8, 4, 2, batch_first=True)",
     "out, (h, c) = self.f(x)\nreturn torch.cat((h[-1], h[-1]), 1)",
     (9, 8), 384, (8,)),
    ("self.f = nn.GRU(8, 4, bidirectional=True, batch_first=True)",
     "out, h = self.f(x)\nreturn out[:, -1, :]",
     (9, 8), 336, (8,)),
    ("self.f = nn.RNN(8, 4, batch_first=True)",
     "out, h = self.f(x)\nreturn h.squeeze(0)",
     (9, 8), 56, (4,)),
    (QKV,
     "b, t, c = x.shape\nq, k, v = self.q(x).chunk(3, dim=-1)\n"
     "q, k, v = (e.view(b, t, -1, 4).transpose(1, 2) for e in (q, k, v))\n"
     "x = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, t, c)\n"
     "return self.o(x).mean(1)",
     (5, 8), 288, (8,)),
    (QKV,
     "b, t, c = x.shape\nq, k, v = self.q(x).view(b, t, 3, 2, -1).permute(2, 0, 3, 1, 4)\n"
     "x = F.softmax(torch.matmul(q, k.transpose(-2, -1)) / 2, dim=-1) @ v\n"
     "return self.o(x.transpose(1, 2).reshape(b, t, c))[:, 1]",
     (5, 8), 288, (8,)),
    ("self.a = nn.ModuleList(nn.Linear(8, n, bias=False) for n in (12, 12, 8))\n"
     "self.o = nn.Linear(8, 6)",
     "b, t, c = x.shape\n"
     "q, k, v = (f(x).view(b, t, 2, -1).transpose(1, 2) for f in self.a)\n"
     "x = (q @ k.transpose(2, 3)).softmax(-1) @ v\n"
     "return self.o(x.transpose(1, 2).flatten(2))",
     (5, 8), 310, (5, 6)),
    ("self.f = nn.Linear(8, 8)\nself.g = nn.utils.spectral_norm(nn.Linear(8, 4))",
     "return torch.jit.script(self.g)(torch.clamp(self.f(x), min=0))",
     (8,), 108, (4,)),
    (P, "return x + self.p.data", (8,), 8, (8,)),
    (P, "return self.p.add(x)", (8,), 8, (8,)),
    (P, "return x * self.p.add(2).mul(3).exp()", (8,), 8, (8,)),
    (P, "return self.p * (x + self.p)", (8,), 8, (8,)),
    (LINEAR, "return self.f(x + torch.ones(8) * 2)", (8,), 36, (4,)),
    (P, "return torch.cat((self.p.expand(x.size(0), 1, -1), x), 1)", (4, 8), 8, (5, 8)),
    ("self.p = nn.Parameter(torch.zeros(2, 8))",
     "return torch.cat((self.p.unsqueeze(0).expand(x.size(0), -1, -1), x), 1)",
     (4, 8), 16, (6, 8)),
    ("self.f = nn.Linear(3, 4)",
     "return self.f(x.flatten(2).transpose(1, 2))",
     (3, 4, 5), 16, (20, 4)),
    ("self.e, self.f = nn.Embedding(9, 4), nn.Linear(4, 3)",
     "x = self.e(x)\nreturn self.f(x.view(-1, 4))", (5,), 51, (5, 3)),
    (STEP, "return self.f(x).permute([0, 2, 1])", (8, 9), 150, (7, 6)),
    ("self.f, self.g = nn.Conv2d(3, 4, 3), nn.Linear(4, 5)",
     "x = self.f(x).permute(0, 2, 3, 1)\nreturn self.g(x).permute(0, 3, 1, 2)",
      (3, 8, 8), 137, (5, 6, 6)),
    ("self.f = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))",
     "return self.f[-1:][0](self.f[1](self.f[0](x)))", (8,), 46, (2,)),
    ("self.f = nn.LSTM(8, 4, batch_first=True)",
     "out, _ = self.f(x)\nreturn out.reshape(-1, 9, 4)",
     (9, 8), 224, (9, 4)),
    (CONV,
     "x = torch.flatten(self.f(x), 1)\nreturn x.view(x.size(0), x.size(1))",
     (3, 8, 8), 112, (144,)),
    ("self.f = nn.Sequential(nn.Linear(copy.deepcopy(8), 4))\n"
     "self.g = copy.deepcopy((self.f, [3]))[0]",
     "return self.g(x)", (8,), 72, (4,)),
    ("self.f = nn.GRU(8, 4, bidirectional=True, batch_first=True)",
     "out, h = self.f(x)\nreturn out.reshape(-1, 9, 8)", (9, 8), 336, (9, 8)),
    (CONV, "return torch.mean(self.f(x), dim=(2, 3), keepdim=False)", (3, 8, 8), 112, (4,)),
    (STEP, "return self.f(x).max(2)[0]", (8, 9), 150, (6,)),
    ("self.f = nn.Conv2d(3, 4, 8)", "return self.f(x).squeeze()", (3, 8, 8), 772, (4,)),
    ("self.f = nn.Conv2d(3, 4, 8)", "return self.f(x).squeeze(3).squeeze(2)", (3, 8, 8), 772, (4,)),
    ("self.w = nn.Parameter(torch.randn(8, 5))", "return torch.matmul(x, self.w)", (8,), 40, (5,)),
    (QKV, "b, t, c = x.shape\nq, k, v = self.q(x).chunk(3, -1)\n"
     "q, k, v = (e.view((b, t, 2, 4)).transpose(1, 2) for e in (q, k, v))\n"
     "x = (q @ k.transpose(-2, -1)).softmax(dim=-1) @ v\n"
     "return self.o(x.transpose(1, 2).reshape((b, t, c)))", (5, 8), 288, (5, 8)),
    (QKV, "b, t, c = x.shape\nq, k, v = self.q(x).split(8, -1)\n"
     "q, k, v = (e.reshape(b, t, 4, 2).transpose(1, 2) for e in (q, k, v))\n"
     "x = F.scaled_dot_product_attention(q, k, v)\n"
     "return self.o(x.transpose(1, 2).reshape(b, t, c))", (5, 8), 288, (5, 8)),
    (FOUR, ATTENDED.format(1, APART), (5, 8), 288, (5, 8)),
    (FOUR, ATTENDED.format(3, APART), (5, 8), 288, (5, 8)),
    (QKV, ATTENDED.format(3, "self.q(x).chunk(3, -1)"), (5, 8), 288, (5, 8)),
    ("rates = [r.item() for r in torch.linspace(0, 0.1, 3)]\n"
     "self.f = nn.Sequential(*(nn.Linear(8, 8) for _ in rates))", "return self.f(x)",
     (8,), 216, (8,)),
    ("self.f = nn.Conv2d(3, 4, 3)",
     "return F.max_pool2d(F.relu(self.f(x)), (2, 2), stride=2)",
     (3, 8, 8), 112, (4, 3, 3)),
    ("self.f = nn.Conv2d(3, 4, 3)",
     "return F.avg_pool2d(self.f(x), 3, 1, 1)",
     (3, 8, 8), 112, (4, 6, 6)),
    ("self.f = nn.ConvTranspose1d(8, 6, 4, 2, 1)", "return self.f(x)", (8, 9), 198, (6, 18)),
    ("self.f = nn.Upsample(scale_factor=2, mode='bilinear')",
     "return F.interpolate(self.f(x), scale_factor=3.0)",
     (3, 2, 2), 0, (3, 12, 12)),
    ("self.f = nn.Sequential()\nself.f.append(nn.Linear(8, 4))\n"
     "self.f.extend([nn.ReLU(), nn.Linear(4, 3)])",
     "return self.f(x)",
     (8,), 51, (3,)),
    ("self.f = nn.ModuleList()\nfor n in (8, 4): self.f.append(nn.Linear(n, n // 2))",
     "for f in self.f: x = f(x)\nreturn x",
     (8,), 46, (2,)),
    ("self.f = nn.ModuleDict({'a': nn.Linear(8, 4), 'b': nn.Linear(4, 2)})",
     "for name, f in self.f.items(): x = f(x)\nreturn x",
     (8,), 46, (2,)),
    ("self.f = nn.ModuleDict({'a': nn.Linear(8, 4), 'b': nn.Linear(4, 2)})",
     "for name in self.f: x = self.f[name](x)\nreturn x",
     (8,), 46, (2,)),
    ("self.f = nn.ModuleDict({'a': nn.Linear(8, 4), 'b': nn.Linear(4, 2)})",
     "for f in self.f.values(): x = f(x)\nreturn x",
     (8,), 46, (2,)),
    ("self.add_module('f', nn.Linear(8, 4))\n"
     "self.register_parameter('p', nn.Parameter(torch.ones(4)))\n"
     "self.register_buffer('m', torch.ones(4))",
     "return self.f(x) * self.p + self.m",
     (8,), 40, (4,)),
    ("self.f = nn.Linear(8, 8)\nself.g = self.f", "return self.g(self.f(x))", (8,), 72, (8,)),
    ("self.f = nn.Linear(8, 8, bias=False)\nself.g = nn.Linear(8, 8)\n"
     "self.g.weight = self.f.weight",
     "return self.g(self.f(x))",
     (8,), 72, (8,)),
    ("self.f = nn.LSTM(8, 4, 2, batch_first=True, bidirectional=True)\nself.g = nn.Linear(8, 2)",
     "_, (h, _) = self.f(x)\nreturn self.g(torch.cat([h[-2], h[-1]], dim=-1))",
     (9, 8), 914, (2,)),
    ("self.f = nn.GRU(8, 4, batch_first=True)",
     "_, h = self.f(x)\nreturn h[-1]",
     (9, 8), 168, (4,)),
    ("self.f = nn.GRU(8, 4, batch_first=True)", "_, h = self.f(x)\nreturn h[0]", (9, 8), 168, (4,)),
    ("self.a = nn.MultiheadAttention(8, 2, batch_first=True)",
     "y, w = self.a(x, x, x)\nreturn y",
     (5, 8), 288, (5, 8)),
    ("self.f = nn.Linear(8, 4)\nself.n = {'a': 1, 'b': 2}.get('b', 3) + {'c': 4}.pop('c')\n"
     "self.g = nn.Linear(4, self.n)",
     "return self.g(self.f(x))",
     (8,), 66, (6,)),
    ("n = [i for i in range(10) if i % 2 if i > 3]\nself.f = nn.Linear(8, n[-1] + len(n))",
     "return self.f(x)",
     (8,), 108, (12,)),
    ("n = 8\nn -= 2\nn *= 2\nn //= 3\nself.f = nn.Linear(8, n)",
     "return self.f(x)",
     (8,), 36, (4,)),
    ("a, *b = [8, 4, 2], 3\nself.f = nn.Linear(*a[:2])", "return self.f(x)", (8,), 36, (4,)),
    ("self.f = nn.Linear(8, 4 if 1 < 2 < 3 else 5)\nself.g = nn.Linear(4, 5 if 1 < 2 < 2 else 6)",
     "return self.g(self.f(x))",
     (8,), 66, (6,)),
    ("def g(*n, **k): return sum(n) + k.get('a', 0)\nself.f = nn.Linear(8, g(1, 2, a=1))\n"
     "self.g = nn.Linear(4, g()) if g() else nn.Identity()",
     "return self.g(self.f(x))",
     (8,), 36, (4,)),
    ("self.f = nn.Linear(8, max(2, 4, 3))\n"
     "self.g = nn.Linear(4, min([9, 5]) + abs(-1) + divmod(7, 4)[0])",
     "return self.g(self.f(x))",
     (8,), 71, (7,)),
    ("n = sorted([4, 8, 2], reverse=True)\n"
     "self.f = nn.ModuleList(nn.Linear(a, b) for a, b in zip(n, n[1:]))",
     "for i, f in enumerate(self.f, 1): x = f(x)\nreturn x",
     (8,), 46, (2,)),
    ("self.f = nn.Linear(8, 4)\n"
     "self.e, self.g = nn.Embedding(9, 8), nn.Linear(8, 9, bias=False)\n"
     "self.g.weight = self.e.weight",
     "return self.f(x)", (8,), 108, (1, 8)),
    ("self.f = nn.Linear(8, 4)\n"
     "self.e, self.g = nn.Embedding(9, 8), nn.Linear(8, 9, bias=False)\n"
     "self.g.weight = self.e.weight",
     "return self.g(x)", (8,), 108, (4,)),
    ("self.f = nn.Linear(8, 8)\n"
     "self.g = nn.Linear(self.f.in_features, self.f.out_features // 2)",
     "return self.g(self.f(x))", (8,), 108, (4,)),
    ("self.f = nn.Conv2d(3, 4, 3)\n"
     "self.g = nn.Conv2d(self.f.out_channels, 2, self.f.kernel_size)",
     "return self.g(self.f(x))", (3, 8, 8), 186, (2, 4, 4)),
    ("self.p = nn.Parameter(torch.zeros((1, 8)))\n"
     "self.f = nn.Linear(self.p.shape[-1], self.p.shape[0] + 3)",
     "return self.f(x + self.p)", (8,), 44, (4,)),
    ("self.p = nn.Parameter(torch.empty(2, 4))\nself.f = nn.Linear(self.p.numel(), 4)",
     "return self.f(x)", (8,), 44, (1,)),
    ("self.f = nn.Linear(8, round(math.sqrt(16)))\n"
     "self.g = nn.Linear(4, math.ceil(2.5) + math.floor(2.5) + int(math.log2(8)))",
     "return self.g(self.f(x))", (8,), 76, (8,)),
    ("self.f = nn.Sequential(*[nn.Linear(8, 8) for _ in range(2)], nn.Linear(8, 2))",
     "return self.f(x)", (8,), 162, (2,)),
    ("layers = []\nfor n in (8, 6):\n    layers += [nn.Linear(n, n - 2), nn.ReLU()]\n"
     "layers.pop()\nself.f = nn.Sequential(*layers)",
     "return self.f(x)", (8,), 82, (4,)),
    ("self.f = nn.Sequential()\n"
     "for i in range(2): self.f.add_module(f'l{i}', nn.Linear(8, 8))",
     "return self.f(x)", (8,), 144, (8,)),
    ("self.f = nn.ModuleList([nn.Linear(8, 8), nn.Linear(8, 4)])",
     "for i in range(len(self.f)): x = F.relu(self.f[i](x))\nreturn x", (8,), 108, (4,)),
    ("self.f = nn.ModuleList([nn.Linear(8, 8), nn.Linear(8, 4)])",
     "for f in self.f[1:]: x = f(x)\nreturn x", (8,), 108, (8,)),
    ("self.f = nn.Sequential(nn.Linear(8, 8), nn.ReLU())",
     "for f in self.f.children(): x = f(x)\nreturn x", (8,), 72, (8,)),
    ("class G(nn.Module):\n    def forward(self, x): return x * torch.sigmoid(x)\n"
     "self.f, self.g = nn.Linear(8, 4), G()",
     "return self.g(self.f(x))", (8,), 36, (4,)),
    ("class G(nn.Module):\n    def __init__(self, n, m=4):\n        super().__init__()\n"
     "        self.f = nn.Linear(n, m)\n    def forward(self, x, twice=False):\n"
     "        x = self.f(x)\n        return self.f(x) if twice else x\n"
     "self.g, self.h = G(8, m=8), G(8)",
     "return self.h(self.g(x, twice=True))", (8,), 108, (4,)),
    ("class G(nn.Linear):\n    pass\nself.f = nn.Linear(8, 4)", "return self.f(x)", (8,), 36, (4,)),
    ("def block(a, b): return nn.Sequential(nn.Conv2d(a, b, 3, padding=1), "
     "nn.BatchNorm2d(b), nn.ReLU())\nself.a, self.b = block(3, 4), block(4, 4)",
     "x = self.a(x)\nreturn x + self.b(x)", (3, 8, 8), 276, (4, 8, 8)),
    ("self.f, self.g = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 1, 1)",
     "x = self.f(x)\nreturn x * torch.sigmoid(self.g(x))", (3, 8, 8), 117, (4, 8, 8)),
    ("self.f = nn.Conv2d(3, 4, 3, padding=1)",
     "x = self.f(x)\nreturn x.div(x.mean((2, 3), keepdim=True))", (3, 8, 8), 112, (4, 8, 8)),
    ("self.f = nn.Conv2d(3, 4, 3, stride=2, padding=1)",
     "return torch.cat((self.f(x), F.avg_pool2d(x, 2)), dim=-3)", (3, 8, 8), 112, (7, 4, 4)),
    ("self.f = nn.Conv2d(3, 4, (3, 1), padding=(1, 0), bias=False)",
     "return torch.cat([self.f(x), self.f(x)], dim=3)", (3, 8, 8), 36, (4, 8, 16)),
    ("self.f = nn.Conv1d(8, 6, 3, padding=1)",
     "return torch.cat([self.f(x), x], 1)", (8, 9), 150, (14, 9)),
    ("self.f = nn.Conv1d(8, 8, 3, padding=1)",
     "return torch.cat([self.f(x), x], 2)", (8, 9), 200, (8, 18)),
    ("self.e = nn.Embedding(9, 8)\nself.f = nn.Linear(16, 4)",
     "x = self.e(x)\nreturn self.f(torch.cat([x, F.relu(x)], dim=-1))", (5,), 140, (5, 4)),
    ("self.e = nn.Embedding(9, 8)\nself.c = nn.Conv1d(8, 6, 3)",
     "return F.relu(self.c(self.e(x).transpose(1, 2))).max(dim=2)[0]", (5,), 222, (6,)),
    ("self.e = nn.Embedding(9, 8)\nself.c = nn.Conv1d(8, 6, 3)\nself.f = nn.Linear(6, 2)",
     "x = self.c(self.e(x).permute(0, 2, 1))\n"
     "return self.f(F.max_pool1d(x, x.size(2)).squeeze(2))", (5,), 236, (2,)),
    ("self.e, self.r, self.f = nn.Embedding(9, 8), nn.GRU(8, 6, batch_first=True), "
     "nn.Linear(6, 2)",
     "out, h = self.r(self.e(x))\nreturn self.f(out.mean(dim=1))", (5,), 374, (2,)),
    ("self.e, self.p = nn.Embedding(9, 8), nn.Embedding(5, 8)",
     "n = x.shape[1]\n"
     "return self.e(x) + self.p(torch.arange(n, device=x.device)).unsqueeze(0)", (5,), 112, (5, 8)),
    ("self.l = nn.LayerNorm(8, elementwise_affine=False)\nself.f = nn.Linear(8, 4)",
     "return F.dropout(F.gelu(self.f(self.l(x))), p=0.1)", (5, 8), 36, (5, 4)),
    ("self.g, self.b = nn.Parameter(torch.ones(8)), nn.Parameter(torch.zeros(8))",
     "return F.layer_norm(x, (8,), self.g, self.b)", (5, 8), 16, (5, 8)),
    ("self.f = nn.Conv2d(3, 4, 3)\nself.n = nn.GroupNorm(2, 4)",
     "return F.adaptive_max_pool2d(F.silu(self.n(self.f(x))), (2, 3))", (3, 8, 8), 120, (4, 2, 3)),
    ("self.a = nn.MultiheadAttention(8, 2, batch_first=True, bias=False)",
     "return x + self.a(query=x, key=x, value=x, need_weights=False)[0]", (5, 8), 256, (5, 8)),
    ("self.a, self.n = nn.MultiheadAttention(8, 2, batch_first=True), nn.LayerNorm(8)",
     "h, _ = self.a(x, x, x)\nreturn self.n(x + F.dropout(h, 0.1, self.training))",
     (5, 8), 304, (5, 8)),
    (QKV,
     "b, t, c = x.size()\n"
     "q, k, v = self.q(x).reshape(b, t, 3, 4, 2).permute(2, 0, 3, 1, 4)\n"
     "x = F.scaled_dot_product_attention(q, k, v)\n"
     "return self.o(x.transpose(1, 2).contiguous().view(b, t, c))", (5, 8), 288, (5, 8)),
    ("self.k, self.o = nn.Linear(8, 8, bias=False), nn.Linear(8, 8)\n"
     "self.q, self.v = nn.Linear(8, 8), nn.Linear(8, 8, bias=False)",
     "b, t, c = x.shape\n"
     "q, k, v = (f(x).view(b, t, 2, 4).transpose(1, 2) for f in (self.q, self.k, self.v))\n"
     "w = torch.softmax(torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(4), dim=-1)\n"
     "return self.o(torch.matmul(w, v).transpose(1, 2).reshape(b, t, -1))", (5, 8), 272, (5, 8)),
    (LINEAR,
     "try:\n    x = self.f(x)\nfinally:\n    pass\nwith torch.no_grad(): y = x\nreturn y",
     (8,), 36, (4,)),
    (LINEAR,
     "for i in range(5):\n    if i == 2: break\n    if i < 1: continue\n    x = self.f(x)\n"
     "else: x = None\nreturn x", (8,), 36, (4,)),
    ("self.f = nn.Linear(8, 4)\nself.g = lambda t, n=2: t * n",
     "return self.g(self.f(x))", (8,), 36, (4,)),
    ("self.n = dict(a=8, **{'b': 4})\nself.f = nn.Linear(self.n['a'], self.n.get('b', 1))",
     "assert x.dim() == 2, 'rank'\nreturn self.f(x)", (8,), 36, (4,)),
    ("a = b = 4\na, b = b * 2, a\nself.f = nn.Linear(a, b)",
     "x: torch.Tensor = self.f(x)\nreturn x", (8,), 36, (4,)),
    ("self.f = nn.ReflectionPad2d(2)\nself.g = nn.Conv2d(3, 4, 5)",
     "return self.g(self.f(x))", (3, 8, 8), 304, (4, 8, 8)),
    ("self.f = nn.ConstantPad2d((0, 1, 2, 3), 0.0)\nself.g = nn.MaxPool2d(2)",
     "return self.g(F.relu(self.f(x)) if False else self.f(x))", (3, 8, 8), 0, (3, 6, 4)),
    ("self.f = nn.Upsample(scale_factor=(2, 3))", "return self.f(x)", (3, 4, 4), 0, (3, 8, 12)),
    ("self.f = nn.PixelShuffle(2) if False else nn.Identity()\nself.g = nn.Linear(8, 4)",
     "return self.g(self.f(x))", (8,), 36, (4,)),
    ("self.f = nn.Conv2d(3, 3, 3, padding=1)",
     "a = self.f(x)\nb = self.f(F.relu(x))\nreturn torch.cat([b, a], 1)", (3, 8, 8), 84, (6, 8, 8)),
    ("self.f = nn.Conv2d(3, 3, 3, padding=1)",
     "a = self.f(x)\nb = self.f(F.relu(x))\nc = self.f(torch.tanh(x))\n"
     "return torch.cat([c, b, a], 1)", (3, 8, 8), 84, (9, 8, 8)),
    ("self.f = nn.Sequential(nn.Conv2d(3, 3, 1), nn.ReLU(), nn.Conv2d(3, 3, 1))",
     "a = self.f(x)\nreturn self.f(torch.tanh(x)) + a", (3, 8, 8), 24, (3, 8, 8)),
    ("self.f = nn.Conv2d(3, 6, 3, groups=3)",
     "x = self.f(x)\nreturn x.view(x.size(0), x.size(1), -1)", (3, 8, 8), 60, (6, 36)),
    ("self.f, self.g = nn.Linear(8, 6), nn.Linear(8, 2)",
     "x = torch.cat((self.f(x), self.g(x)), 1)\nreturn x.view(x.size(0), 2, 4)", (8,), 72, (2, 4)),
    ("self.f = nn.Conv2d(3, 4, 3, padding=1)",
     "x = torch.cat((self.f(x), x), 1)\nreturn x.mean([2, 3]).view(-1, x.shape[1])",
     (3, 8, 8), 112, (7,)),
    ("self.f = nn.Conv2d(3, 4, 3, padding=1)\nself.g = nn.ConvTranspose2d(4, 5, 2, stride=2)",
     "x = self.g(F.max_pool2d(self.f(x), 2))\n"
     "return x.reshape(x.shape[0], x.shape[1], -1).transpose(1, 2)", (3, 8, 8), 197, (64, 5)),
    ("self.e = nn.Embedding(9, 6)",
     "x = self.e(x)\nb, t, c = x.shape\nreturn x.reshape(b, t * 6)", (5,), 54, (30,)),
    (LINEAR, "return F.softmax(self.f(x), dim=1) * 2 - 1", (8,), 36, (4,)),
    (LINEAR, "return torch.clamp(torch.abs(self.f(x)), 0, 1).pow(2).sqrt()", (8,), 36, (4,)),
    (LINEAR, "x = 2 * self.f(x)\nx *= 3\nx = x / 4\nreturn -x", (8,), 36, (4,)),
    (ROW, "return torch.minimum(x, torch.sub(self.f(x), x))", (8,), 72, (8,)),
    (ROW, "return torch.mul(x, self.f(x)).add(x)", (8,), 72, (8,)),
    (CONV, "return self.f(F.pad(x, [2, 2, 0, 0], 'constant', 0))", (3, 8, 8), 112, (4, 6, 10)),
    (STEP, "return self.f(F.pad(x, (2, 0))).transpose(1, 2)[:, -1]", (8, 9), 150, (6,)),
    ("self.f = nn.Sequential(nn.ConstantPad2d(1, 0.), nn.AvgPool2d(2))",
     "return self.f(x)", (3, 6, 6), 0, (3, 4, 4)),
    ("self.f = nn.Sequential(nn.ZeroPad2d((1, 0, 1, 0)), nn.Conv2d(3, 4, 2))",
     "return self.f(x)", (3, 8, 8), 52, (4, 8, 8)),
    (LINEAR,
     "x = x.clone().detach().float().to('cpu')\nreturn self.f(x).contiguous()", (8,), 36, (4,)),
    ("self.a = nn.Sequential()\nself.a.b = nn.Linear(8, 4)", "return self.a.b(x)", (8,), 36, (4,)),
    ("self.f = nn.ModuleList([nn.ModuleList([nn.Linear(8, 8), nn.Linear(8, 8)]) for _ "
     "in range(2)])",
     "for a, b in self.f: x = b(F.relu(a(x))) + x\nreturn x", (8,), 288, (8,)),
    ("self.f = nn.ModuleDict()\n"
     "for k, n in {'a': 8, 'b': 4}.items(): self.f[k] = nn.Linear(n, 4)",
     "return self.f['b'](self.f['a'](x))", (8,), 56, (4,)),
    ("self.f = nn.ModuleDict({'a': nn.Linear(8, 4)})",
     "return [self.f[k] for k in self.f.keys()][0](x)", (8,), 36, (4,)),
    ("self.f = nn.ParameterList([nn.Parameter(torch.ones(8)) for _ in range(2)]) if "
     "False else nn.Linear(8, 8)",
     "return self.f(x)", (8,), 72, (8,)),
    ("act = {'relu': nn.ReLU, 'tanh': nn.Tanh}['tanh']\n"
     "self.f = nn.Sequential(nn.Linear(8, 4), act())",
     "return self.f(x)", (8,), 36, (4,)),
    ("act = getattr(nn, 'ReLU')\nself.f = nn.Sequential(nn.Linear(8, 4), act(inplace=True))",
     "return self.f(x)", (8,), 36, (4,)),
    ("norm = nn.BatchNorm1d if True else nn.LayerNorm\n"
     "self.f = nn.Sequential(nn.Linear(8, 4), norm(4))",
     "return self.f(x) if self.training else self.f(x)", (8,), 44, (4,)),
    ("self.f = nn.LSTM(input_size=8, hidden_size=4, num_layers=2, bidirectional=True, "
     "batch_first=True)",
     "out, (h, c) = self.f(x)\nreturn out[:, -1]", (9, 8), 896, (8,)),
    ("self.f = nn.LSTM(8, 4, batch_first=True)",
     "out, hidden = self.f(x)\nh, c = hidden\nreturn h.squeeze(0)", (9, 8), 224, (4,)),
    ("self.f = nn.LSTM(8, 4, batch_first=True)", "return self.f(x)[0][:, 0]", (9, 8), 224, (4,)),
    ("self.f = nn.LSTM(8, 4, batch_first=True)\nself.g = nn.Linear(4, 2)",
     "x, _ = self.f(x)\nreturn self.g(F.relu(x[:, -1, :]))", (9, 8), 234, (2,)),
    ("self.f = nn.RNN(8, 4, nonlinearity='relu', batch_first=True)",
     "_, h = self.f(x)\nreturn h[-1, :, :]", (9, 8), 56, (4,)),
    ("self.e = nn.Embedding(9, 8, padding_idx=0)\n"
     "layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)\n"
     "self.t = nn.TransformerEncoder(layer, 2)",
     "return self.t(self.e(x)).mean(1)", (5,), 1272, (8,)),
    ("self.f = nn.Conv3d(2, 3, (1, 2, 3), stride=(1, 2, 1))",
     "return F.relu(self.f(x))", (2, 4, 4, 4), 39, (3, 4, 2, 2)),
    ("self.f = nn.Conv3d(2, 3, 2)",
     "return F.adaptive_avg_pool3d(self.f(x), 1).flatten(1)", (2, 4, 4, 4), 51, (3,)),
    ("self.f = nn.Conv2d(3, 4, 3)\nself.n = nn.InstanceNorm2d(4, affine=True)",
     "return F.leaky_relu(self.n(self.f(x)), 0.2)", (3, 8, 8), 120, (4, 6, 6)),
    ("self.f, self.p = nn.Linear(8, 4), nn.PReLU(4)", "return self.p(self.f(x))", (8,), 40, (4,)),
    ("self.f = nn.Linear(8, 4)\nself.s = nn.Parameter(torch.tensor(2.0))\n"
     "self.t = nn.Parameter(torch.tensor([1.0, 2.0, 3.0, 4.0]))",
     "return self.f(x) * self.s + self.t", (8,), 41, (4,)),
    (LINEAR, "for f in [self.f, None]: return f(x)\nreturn x", (8,), 36, (4,)),
    (LINEAR, "sizes = list(x.shape)\nreturn self.f(x)", (8,), 36, (4,)),
    (LINEAR, "for a in (1, 2):\n    for b in (3, 4):\n        if b == 4: break\n"
     "        x = self.f(x) if a == 1 else x\nreturn x", (8,), 36, (4,)),
    ("class A(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
     "        self.f = nn.Linear(8, 8)\n    def forward(self, x): return self.f(x)\n"
     "class B(A): pass\n"
     "parts = [A(), B(), nn.ReLU(), nn.Sequential(), nn.Parameter(torch.ones(8)), 3, 'a', None]\n"
     "kinds = [A, B, nn.ReLU, nn.Sequential, nn.Module, (int, str), list]\n"
     "self.n = [sum(isinstance(p, k) for p in parts) for k in kinds]\n"
     "for i, n in enumerate(self.n): setattr(self, f'f{i}', nn.Linear(8, n + 1))",
     "return self.f4(x)", (8,), 9 * (3 + 2 + 2 + 2 + 5 + 3 + 1), (1,)),
    ("self.f = nn.Linear(8, 4)\nself.n, self.m = hasattr(self, 'f'), hasattr(self, 'g')",
     "if self.n and not self.m and hasattr(torch, 'relu'): x = self.f(x)\nreturn x",
     (8,), 36, (4,)),
    ("self.f = nn.Sequential().append(nn.Linear(8, 4)).append(nn.ReLU())",
     "return self.f(x)", (8,), 36, (4,)),
    (LINEAR, "return self.f(x[:, 0])", (5, 8), 36, (4,)),
    (LINEAR, "return self.f(x[:, -1, :])", (5, 8), 36, (4,)),
    (LINEAR, "return self.f(x[...])", (5, 8), 36, (5, 4)),
    (LINEAR, "x = self.f(x.data)\nreturn x.type_as(x)", (5, 8), 36, (5, 4)),
    ("self.f = nn.Linear(8, 4)\nself.f.eval()\nself.train()",
     "return self.f.forward(x)", (8,), 36, (4,)),
    ("self.f = nn.Sequential(nn.Linear(8, 4), nn.Flatten())", "return self.f(x)", (8,), 36, (4,)),
    ("self.f = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d((1, 1)), "
     "nn.Flatten(), nn.Linear(4, 2))",
     "return self.f(x)", (3, 8, 8), 122, (2,)),
    ("self.f = nn.Conv2d(3, 4, 3, padding='same', dilation=2)",
     "return self.f(x)", (3, 8, 8), 112, (4, 8, 8)),
    ("self.f = nn.Conv2d(3, 4, 3, padding_mode='reflect', padding=1)",
     "return self.f(x)", (3, 8, 8), 112, (4, 8, 8)),
    ("self.f = nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1, "
     "groups=1, bias=False)",
     "return self.f(x)", (3, 4, 4), 108, (4, 8, 8)),
    ("self.f = nn.MaxPool2d(3, 2, 1, ceil_mode=True)", "return self.f(x)", (3, 8, 8), 0, (3, 5, 5)),
    ("self.f = nn.AvgPool2d(3, 2, 1, True, False)", "return self.f(x)", (3, 8, 8), 0, (3, 5, 5)),
    ("self.f = nn.BatchNorm2d(3, affine=False)",
     "return F.relu6(self.f(x))", (3, 8, 8), 0, (3, 8, 8)),
    ("self.f = nn.GroupNorm(num_groups=3, num_channels=6, affine=True)",
     "return self.f(x)", (6, 8, 8), 12, (6, 8, 8)),
    ("self.f = nn.LayerNorm([3, 8, 8])", "return self.f(x)", (3, 8, 8), 384, (3, 8, 8)),
    ("self.f = nn.LayerNorm(8, bias=False)", "return self.f(x)", (5, 8), 8, (5, 8)),
    ("self.f = nn.GRU(8, 4, num_layers=2, bias=False, batch_first=True)",
     "return self.f(x)[0]", (9, 8), 240, (9, 4)),
    ("self.f = nn.RNN(8, 4, 2, 'relu', True, True)", "return self.f(x)[0]", (9, 8), 96, (9, 4)),
    ("self.f = nn.Embedding(num_embeddings=9, embedding_dim=4)",
     "return self.f(x)", (5,), 36, (5, 4)),
    ("self.f = nn.Linear(in_features=8, out_features=4, bias=False, "
     "dtype=torch.float16) if False else nn.Linear(8, 4, False)",
     "return self.f(x)", (8,), 32, (4,)),
    ("self.f = nn.Upsample(None, 2, 'bilinear', align_corners=True)",
     "return self.f(x)", (3, 4, 4), 0, (3, 8, 8)),
    ("self.f = nn.PReLU(num_parameters=3, init=0.1)", "return self.f(x)", (3, 4, 4), 3, (3, 4, 4)),
    ("self.f = nn.Sequential(nn.Softmax2d(), nn.LogSoftmax(dim=1), nn.ELU(0.5), "
     "nn.SELU(), nn.Mish(), nn.Hardswish(), nn.Softplus(), nn.Dropout2d(0.2))",
     "return self.f(x)", (3, 4, 4), 0, (3, 4, 4)),
    ("self.f = nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2.0)",
     "return self.f(x)", (3, 4, 4), 0, (3, 4, 4)),
    ("self.f = nn.RMSNorm(8)", "return self.f(x)", (5, 8), 8, (5, 8)),
    (STEP, "return self.f(x).permute(-3, -1, -2)", (8, 9), 150, (7, 6)),
    ("self.f = nn.Conv2d(3, 4, 3)\nself.g = nn.Linear(4, 5)",
     "return self.g(self.f(x).permute(-4, -2, -1, -3))", (3, 8, 8), 137, (5, 6, 6)),
])
def test_what_is_followed(
    made: str, forward: str, input: tuple[int, ...], count: int, output: tuple[int, ...],
    regenerate: bool,
) -> None:
    model = read_code(code_of(made, forward))
    found = params(model, input)
    assert (found.params, found.output[-len(output):]) == (count, output)
    check(GOLDEN, f"{made} | {forward}", said(model), regenerate)


WHOLE = {
    "functional without a Model": (
        "from keras.layers import *\nx = Input((8,))\ny = Dense(4)(x)\n",
        None,
    ),
    "a layer of a list": (
        "x = keras.Input(shape=(6, 8))\ny = Dense(4, activation='relu')([x])\n"
        "model = keras.Model(x, [y])",
        None,
    ),
    "outputs by name": (
        "x = Input(8)\nmodel = keras.Model(inputs=x, outputs={'a': Dense(4)(x)})",
        None,
    ),
    "zeros of Keras": (
        "model = keras.Sequential([Input((9, 9, 2)), ZeroPadding2D(((1, 2), (3, "
        "0))), Conv2D(3, 3), ZeroPadding2D((1, 0)), Conv2D(3, 3), "
        "ZeroPadding2D(2), Conv2D(4, 3)])",
        None,
    ),
    "zeros before": (
        "model = keras.Sequential([Input((9, 2)), ZeroPadding1D(2), Conv1D(3, "
        "3), ZeroPadding1D((1, 0)), Conv1D(3, 3)])",
        None,
    ),
    "concat of images": (
        "x = Input((9, 9, 2))\n"
        "y = Concatenate(axis=-1)([x, Conv2D(3, 3, padding='same')(x)])\n"
        "y = tf.concat([y, x], axis=3)\ny = tf.reduce_mean(y, axis=[1, 2])\n"
        "b, c = y.shape\nmodel = keras.Model(x, Dense(c)(y))",
        None,
    ),
    "concat of rows": (
        "x = Input((6, 4))\ny = concatenate([x, LSTM(3, return_sequences=True)(x)])\n"
        "y = Conv1D(4, 3, padding='causal')(y)\ny = Concatenate(axis=1)([y, x])\n"
        "model = keras.Model(x, Dense(y.shape[-1])(y))",
        None,
    ),
    "no numbers": (
        "x = Input(shape=(None, 3))\nmodel = keras.Model(x, Dense(4)(x))",
        None,
    ),
    "no shape": (
        "x = Input()\nmodel = keras.Model(x, Dense(4)(x))",
        None,
    ),
    "two inputs": (
        "x, y = Input(3), Input(4)\nmodel = keras.Model([x, y], Dense(4)(x))",
        None,
    ),
    # By Keras 3.15.1: 102,360, 251 and 735 that train; each Sequential has an input of its own.
    "an encoder and a decoder": (
        "a = keras.Sequential([Input((28, 28, 1)), Flatten(), Dense(64), Dense(8)])\n"
        "b = keras.Sequential([Input((8,)), Dense(64), PReLU(), Dense(784)])\n"
        "model = keras.Sequential([a, b])",
        None,
    ),
    "a base within": (
        "a = keras.Sequential([Input((16, 16, 3)), Conv2D(8, 3), GlobalMaxPooling2D()])\n"
        "x = Input((16, 16, 3))\nmodel = keras.Model(x, Dense(3)(a(x, training=False)))",
        None,
    ),
    "slopes and shifts": (
        "model = keras.Sequential([Input((6, 6, 4)), BatchNormalization(center=False, "
        "scale=False), LayerNormalization(center=False), PReLU(shared_axes=(1, 2, 3)), Flatten(), "
        "Dense(5), PReLU(), LayerNormalization(center=False, scale=False)])",
        None,
    ),
    "slopes of channels": (
        "model = keras.Sequential([Input((6, 6, 4)), PReLU(shared_axes=[1, 2])])", None,
    ),
    "slopes of places": ("model = keras.Sequential([Input((6, 6, 4)), PReLU()])", None),
    "a scale alone": (
        "model = keras.Sequential([Input((6,)), BatchNormalization(scale=False)])", None,
    ),
    "a second model": (
        "x = Input(3)\na = keras.Model(x, Dense(4)(x))\ny = Input(4)\n"
        "b = keras.Model(y, Dense(3)(y))\nmodel = keras.Model(x, b(a(x)))",
        None,
    ),
    "ways": (
        "model = keras.Sequential([Input((5, 3)), Bidirectional(GRU(4), merge_mode='sum')])",
        None,
    ),
    "weights by hand": (
        "class Own(keras.layers.Layer):\n    def __init__(self, n):\n"
        "        super().__init__()\n        self.w = self.add_weight(shape=(8, n))\n"
        "        self.b = self.add_weight((n,))\n    def call(self, x):\n"
        "        return tf.matmul(x, self.w) + self.b\n"
        "model = keras.Sequential([Input((8,)), Own(4), TimeDistributed(Dense(3))])",
        None,
    ),
    "a subclass": (
        "class Net(keras.Model):\n    def __init__(self):\n"
        "        super().__init__(name='net')\n"
        "        self.a = Dense(4, activation='relu', name='first')\n"
        "        self.b = [Dense(4, use_bias=False) for _ in range(2)]\n"
        "    def call(self, x, training=None):\n        x = self.a(x)\n"
        "        for each in self.b:\n            x = each(x)\n        return x\n",
        (8,),
    ),
    "a dense layer of an image": (
        "model = Sequential([Input((4, 4, 3)), Dense(5), "
        "GlobalMaxPooling2D(keepdims=True), Reshape((5,))])",
        None,
    ),
    "printed": (
        "Net(\n  (features): Sequential(\n"
        "    (0): Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))\n"
        "    (1): ReLU(inplace=True)\n    (2-4): 3 x Block(\n"
        "      (conv): Conv2d(8, 8, kernel_size=(3, 3), padding=(1, 1), bias=False)\n"
        "      (bn): BatchNorm2d(8, eps=1e-05, momentum=0.1, affine=True, "
        "track_running_stats=True)\n"
        "    )\n  )\n"
        "  (down-sample): MaxPool2d(kernel_size=2, stride=2, padding=0, "
        "dilation=1, ceil_mode=False)\n"
        "  (flat): Flatten(start_dim=1, end_dim=-1)\n"
        "  (fc): Linear(in_features=32, out_features=10, bias=True)\n)",
        (3, 4, 4),
    ),
    "printed attention": (
        "Encoder(\n  (0): MultiheadAttention(\n"
        "    (out_proj): NonDynamicallyQuantizableLinear(in_features=32, "
        "out_features=32, bias=False)\n"
        "  )\n)",
        (5, 32),
    ),
    "layers one by one": (
        "conv = nn.Conv2d(3, 8, 3)\nrelu = nn.ReLU()\n",
        (3, 8, 8),
    ),
    "the last of two": (
        "nn.Linear(8, 3)\na = nn.Sequential(nn.Linear(8, 4))\n"
        "b = nn.Sequential(nn.Linear(8, 5))\n",
        (8,),
    ),
    "wrapped": (
        "import torch\nfrom torch.nn import *\n"
        "model = torch.compile(nn.DataParallel(Sequential(Linear(8, 4), "
        "torch.nn.ReLU())).cuda())",
        (8,),
    ),
    "inherited forward": (
        "class A(nn.Sequential):\n    @staticmethod\n    def two(): return 2\n"
        "    @classmethod\n    def of(cls, *n): return cls(nn.Linear(*n), nn.Tanh())\n"
        "    @property\n    def n(self): return self.two() * 4\n    def forward(self, x):\n"
        "        return super().forward(x).view(-1, self.n // 2)\nclass B(A):\n    pass\n"
        "model = B.of(8, 4)",
        (8,),
    ),
    "from relative": (
        "from . import blocks\nfrom .blocks import Block\n"
        "model = nn.Sequential(Block(8), nn.Linear(8, 4))",
        (8,),
    ),
    "nothing": (
        "import torch\nprint('x')\n",
        None,
    ),
    "loss": (
        "class L(nn.Module):\n    pass\nloss = nn.CrossEntropyLoss()\n",
        None,
    ),
    "no forward": (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.a = nn.Linear(8, 4)\n",
        None,
    ),
    "a changed layer": (
        "class Own(nn.Linear):\n    pass\nmodel = nn.Sequential(Own(8, 4))",
        None,
    ),
    "a long condition": (
        "if a_name_that_is_rather_long and "
        "another_name_that_is_even_longer_than_that > 5: pass",
        None,
    ),
    "a missing end": (
        "class Net(nn.Module):\n    def __init__(self, n, m):\n        super().__init__()\n"
        "        self.f = nn.Linear(n, m)\n    def forward(self, x): return self.f(x)\n",
        None,
    ),
    "two makers": (
        "class Net(nn.Module):\n    def __init__(self, n):\n        super().__init__()\n"
        "        self.f = nn.Linear(n, 3)\n    def forward(self, x): return self.f(x)\n"
        "def one(): return Net(1)\ndef more(n): return Net(n)\n",
        (1,),
    ),
    "an unknown layer is added": (
        "model = Sequential()\nmodel.add(Input((8,)))\nmodel.add(Dense(4))\n"
        "model.add(Foo(3))\nmodel.add(Dense(2))",
        None,
    ),
    "an unknown layer is appended": (
        "model = nn.Sequential(nn.Linear(8, 4))\nfor n in (2, 3):\n"
        "    model.append(nn.Foo(n))",
        None,
    ),
    "an unknown layer is appended within": (
        "model = nn.Sequential(nn.Linear(8, 4))\n"
        "model.add_module('a', nn.Sequential(nn.Linear(4, 3)))\nmodel.a.append(nn.Foo(3))",
        None,
    ),
    "names from elsewhere": (
        "from torch.nn import Linear as L, Conv2d\nimport torch.nn as layers\nimport os.path\n"
        "model = layers.Sequential(L(8, 4), layers.Tanh())",
        (8,),
    ),
    "a mean over the steps": (
        "x = Input((6, 4))\ny = tf.reduce_mean(x, axis=1)\nmodel = keras.Model(x, Dense(2)(y))",
        None,
    ),
    "a mean over an image in a class": (
        "class Net(keras.Model):\n    def __init__(self):\n        super().__init__()\n"
        "        self.a, self.b = Conv2D(4, 3), Dense(2)\n"
        "    def call(self, x):\n"
        "        return self.b(tf.reduce_mean(self.a(x), axis=[1, 2]))\n",
        (3, 8, 8),
    ),
    "a mean over an image from its end": (
        "x = Input((6, 5, 4))\ny = tf.reduce_mean(x, axis=(-2, -3))\n"
        "model = keras.Model(x, Dense(2)(y))",
        None,
    ),
    "the most of an image, which is not followed": (
        "x = Input((6, 5, 4))\ny = tf.reduce_max(x, axis=[1, 2], keepdims=True)\n"
        "model = keras.Model(x, Conv2D(2, 1)(y))",
        None,
    ),
    "axes laid in another order": (
        "model = Sequential([Input((6, 4)), Permute((2, 1)), Dense(3)])",
        None,
    ),
    "steps of a row": (
        "x = Input((15,))\ny = Reshape((5, 3))(x)\ny = concatenate([y, LSTM(4, "
        "return_sequences=True)(y)])\nmodel = keras.Model(x, Dense(y.shape[-1])(y))",
        None,
    ),
    "an image of a row": (
        "model = Sequential([Input((24,)), Reshape((2, 3, 4)), Conv2D(2, 1)])",
        None,
    ),
    "an unknown layer takes a place": (
        "model = nn.Sequential(nn.Linear(8, 4))\nmodel[0] = nn.Foo(3)",
        None,
    ),
    "an unknown layer takes the head's place": (
        "model = nn.Sequential(nn.Linear(8, 4))\nmodel.head = nn.Foo(3)",
        None,
    ),
    "an unknown layer around": (
        "model = nn.Sequential(nn.Linear(8, 4))\nmodel = nn.Foo(model)",
        None,
    ),
    "an unknown layer on the way": (
        "x = Input((8,))\ny = Dense(4)(x)\nz = Foo(3)(y)\n"
        "model = keras.Model(x, Dense(2)(y))",
        None,
    ),
    "an unknown function on the way": (
        "x = Input((8,))\ny = Dense(4)(x)\ny += foo(y)\nmodel = keras.Model(x, y)",
        None,
    ),
    "what surrounds a model": (
        "model = nn.Sequential(nn.Linear(8, 4))\n"
        "optimizer = torch.optim.Adam(model.parameters(), lr=Rate(1))\n"
        "history = Trainer(model)\nx = torch.randn(8)\nx = Foo(x)\nprint(model(x))\n"
        "history.add(Foo(model))",
        (8,),
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_whole_texts(name: str, regenerate: bool) -> None:
    text, input = WHOLE[name]
    try:
        model = read_code(text)
        counted = params(model, input)
        found = [f"{counted.params} {counted.output}", *said(model)]
    except DlcalcError as error:
        found = [str(error)]
    check(GOLDEN, name, found, regenerate)


@pytest.mark.parametrize(("made", "forward", "input", "output"), [
    ("self.f = nn.Conv2d(3, 4, 3)", "return nn.functional.avg_pool2d(self.f(x), x.size()[2:])",
     (3, 8, 8), (4, 1, 1)),
    ("self.__setattr__('f_%d' % 1, nn.Unflatten(1, (2, 2, 2)))",
     "return self.__getattr__('f_1')(x).permute(0, 2, 3, 1).permute(0, 3, 1, 2)", (8,), (2, 2, 2)),
    ("self.f = nn.Sequential(nn.ZeroPad2d((1, 2, 3, 4)), nn.Conv2d(1, 2, 3))",
     "return self.f(x)", (1, 8, 8), (2, 13, 9)),
    ("self.f = nn.ModuleDict({'a': nn.Conv1d(4, 6, 3)})",
     "return self.f['a'](x).transpose(1, 2).mean(dim=1)", (4, 9), (6,)),
])
def test_shapes(
    made: str, forward: str, input: tuple[int, ...], output: tuple[int, ...], regenerate: bool
) -> None:
    model = read_code(code_of(made, forward))
    assert params(model, input).output == output
    check(GOLDEN, f"{made} | {forward}", said(model), regenerate)


def test_what_a_framework_takes_where_nothing_is_said() -> None:
    layers = "MaxPooling2D(), SpatialDropout2D(.2), AvgPool2D(strides=1), UpSampling2D()"
    assert params(read_code(f"Sequential([Input((8, 8, 3)), {layers}])")).output == (3, 6, 6)
    torch = read_code("nn.Sequential(nn.Conv2d(3, 8, 3, bias=None), nn.BatchNorm2d(8))")
    assert params(torch, (3, 8, 8)).params == 8 * 3 * 9 + 16


def test_channels_that_the_code_does_not_give() -> None:
    model = read_code("nn.Sequential(nn.Flatten(), nn.Linear(400, 10))")
    assert params(model, (16, 5, 5)).params == 4_010
    with pytest.raises(ShapeError, match="linear1: input is 256, and its code gives it 400"):
        params(model, (16, 4, 4))
    assert params(read_code("nn.Sequential(nn.Linear(784, 10))")).input == (784,)
    with pytest.raises(ShapeError, match="input is 3x8x8, and its code gives it 8 channels"):
        params(read_code("nn.Sequential(nn.Conv2d(8, 4, 3))"), (3, 8, 8))


def test_attention_as_it_is_printed() -> None:
    text = """Encoder(
  (layers): ModuleList(
    (0-2): 3 x Layer(
      (self_attn): MultiheadAttention(
        (out_proj): NonDynamicallyQuantizableLinear(in_features=32, out_features=32, bias=True)
      )
      (norm1): LayerNorm((32,), eps=1e-05, elementwise_affine=True, bias=True)
    )
  )
)"""
    found = params(read_code(text), (10, 32))
    assert found.params == 3 * (4 * 32 * 33 + 64)
    assert found.macs == 3 * (4 * 10 * 32 * 32 + 2 * 100 * 32)


@pytest.mark.parametrize(("arguments", "length"), [
    # keras 3.15.1, of 7 columns: columns that are given, even none, are no columns not given.
    ("3, 2, padding='valid'", 15), ("2, 3, padding='valid'", 21),
    ("2, 3, padding='valid', output_padding=0", 20),
    ("3, 2, padding='same'", 14), ("3, 2, padding='same', output_padding=0", 13),
    ("4, 2, padding='same', output_padding=1", 13),
    ("(4, 2), 3, padding='same', output_padding=0", (18, 18)), ("(3, 2), (2, 4)", (15, 28)),
    ("3, (2, 4)", (15, 28)), ("(2, 3), 3", (21, 21)),
])
def test_transposed_convolutions_of_keras(arguments: str, length: int | tuple[int, int]) -> None:
    model = read_code(f"keras.Sequential([Input((7, 7, 2)), Conv2DTranspose(3, {arguments})])")
    lengths = length if isinstance(length, tuple) else (length, length)
    assert params(model).output == (3, *lengths)


@pytest.mark.parametrize(("layers", "count", "output"), [
    # keras 3.15.1, of what it trains: norms of a sequence have its features, which lie last.
    ("Input((9, 2)), Conv1D(5, 3), BatchNormalization()", 45, (7, 5)),
    ("Input((6, 4)), GroupNormalization(2), Dense(3)", 23, (6, 3)),
    ("Input((6, 4)), GlobalMaxPooling1D(keepdims=True), Dense(3)", 15, (1, 3)),
    ("Input((6, 4)), LayerNormalization(axis=[1, 2]), RMSNormalization()", 52, (6, 4)),
    ("Input((8, 6, 4)), BatchNormalization(3), LayerNormalization((1, 2, -1))", 392, (4, 8, 6)),
    ("Input((5, 5, 3)), GroupNormalization(-1), Conv2D(4, 2, padding='SAME')", 58, (4, 5, 5)),
    ("Input((8, 8, 6)), AdaptiveAveragePooling2D(2), Reshape((-1, 6)), Dense(2)", 14, (4, 2)),
    ("Input((6,)), SpectralNormalization(Dense(3)), GaussianDropout(.1), UnitNormalization()", 21,
     (3,)),
])
def test_layers_of_keras(layers: str, count: int, output: tuple[int, ...]) -> None:
    found = params(read_code(f"model = Sequential([{layers}])"))
    assert (found.params, found.output) == (count, output)


@pytest.mark.parametrize(("attention", "count", "width"), [
    # keras 3.15.1
    ("MultiHeadAttention(2, 3, output_shape=7)", 211, 7),
    ("MultiHeadAttention(2, 3, None, 0, False, [7])", 186, 7),
    ("MultiHeadAttention(2, 3, use_gate=True, use_bias=False)", 240, 8),
    ("GroupQueryAttention(4, 6, 2, use_gate=True, use_bias=False)", 704, 8),
    ("MultiHeadAttention(2, 3, use_gate=True)", 0, "use_gate with biases"),
    ("MultiHeadAttention(2, 3, output_shape=(2, 5))", 0, "an output of several axes"),
])
def test_attention_of_keras(attention: str, count: int, width: int | str) -> None:
    text = f"x = Input((6, 8))\nmodel = Model(x, {attention}(x, x))"
    if isinstance(width, str):
        with pytest.raises(DlcalcError, match=width):
            read_code(text)
        return
    found = params(read_code(text))
    assert (found.params, found.output) == (count, (6, width))


@pytest.mark.parametrize(("layers", "complaint"), [
    ("BatchNormalization(axis=1)", "axis 1 of BatchNormalization cannot be said"),
    ("LayerNormalization(axis=[1, 2])", r"axis \(1, 2\) of LayerNormalization cannot be said"),
    ("Conv2D(4, 3, data_format='channels_first')", "Conv2D with its channels first is not"),
    ("RandomCrop(4, 3)", "layer RandomCrop.* is not known here"),
])
def test_layers_of_keras_that_are_not_followed(layers: str, complaint: str) -> None:
    with pytest.raises(DlcalcError, match=complaint):
        read_code(f"model = Sequential([Input((8, 6, 4)), {layers}])")


@pytest.mark.parametrize(("made", "called", "count"), [
    # keras 3.15.1: one layer, or two, called twice.
    ("a = Dense(6)", "a(a(x))", 42), ("a, b = Dense(6), Dense(6)", "Add()([a(b(x)), b(a(x))])", 84),
    ("a = Conv1D(6, 3, padding='same')", "a(a(x))", 114),
])
def test_layers_of_keras_without_names_are_called_twice(
    made: str, called: str, count: int
) -> None:
    model = read_code(f"x = Input((8, 6))\n{made}\nmodel = Model(x, {called})")
    assert params(model).params == count


@pytest.mark.parametrize("outputs", ["[Dense(4)(x), Dense(3)(x)]", "{'a': x, 'b': Dense(3)(x)}"])
def test_a_model_of_keras_with_several_outputs_is_refused(outputs: str) -> None:
    with pytest.raises(DlcalcError, match="several outputs; the notation has one"):
        read_code(f"x = Input((6,))\nmodel = Model(x, {outputs})")


def test_one_layer_three_times_and_a_file(tmp_path: object) -> None:
    code = f"n = 8\n{HEAD}        self.a = nn.Linear(n, 8){FORWARD}"
    code += "for _ in range(3): x = self.a(x).relu()\n        return x\n"
    path = f"{tmp_path}/net.py"
    with open(path, "w") as file:
        file.write("!pip install torch\n```python\n    " + code.replace("\n", "\r\n    ") + "\n```")
    done = invoke("params", path, "-f", "json", "--expect", "72")
    assert done.status == 0, done.complaint
    done = invoke("params", path, "--to-notation")
    assert done.out.count("share=a") == 2


@pytest.mark.parametrize(("made", "forward", "input", "count"), [
    # As people write them, with what changes no layer.
    ("self.f = nn.Linear(8, 4)", "print(f'{x.shape}', self.nope)\nreturn self.f(x)",
     (8,), 36),
    ("self.p = nn.Parameter(torch.ones(8))\nprint(self.p.numel())\n"
     "self.n = sum(p.numel() for p in self.parameters())", "return x + self.p", (8,), 8),
    ("self.f = nn.Linear(8, 4)", "return nn.functional.dropout(self.f(x), .5, self.training)",
     (8,), 36),
    ("self.f = nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(3, 4, 3))",
     "x = self.f(x)\nh, w = x.shape[2:]\nreturn x.view(-1, h * w * 4)",
     (3, 8, 8), 112),
    ("self.f = nn.Conv2d(3, 4, 2, 2)\nself.g = nn.Upsample(scale_factor=2)",
     "y = self.g(self.f(x))\nd = x.size(2) - y.size(2)\n"
     "return torch.cat([x, nn.functional.pad(y, [d // 2, d - d // 2])], 1)", (3, 8, 8), 52),
    ("try: self.f = nn.Conv2d(3, 4, 3, padding=1)\nexcept OSError: pass",
     "y = self.f(x)\nreturn torch.cat([self.f(x), self.f(x)], 1)", (3, 8, 8), 112),
    ("self.f = nn.Linear(8, int(np.prod((2, 2))))\nself.post_init()", "return self.f(x)",
     (8,), 36),
    ("self.f = nn.Conv2d(3, 4, 3, padding=1)", "y = self.f(x)\n"
     "if y.shape[2:] != self.f(x).shape[2:] or (n := 1) > 1: y = nowhere(y)\n"
     "return y + self.f(x) if y.shape == x.shape else y", (3, 8, 8), 112),
    ("self.f = nn.Conv2d(3, 4, 3)", "found = [self.f(x)]\n"
     "for i in range(len(found)): x = found[i].view(-1, found[i].shape[1:].numel())\n"
     "return x", (3, 8, 8), 112),
    ("self.q, self.o = nn.Linear(8, 24), nn.Linear(8, 8)", "b, n, c = x.shape\n"
     "q, k, v = self.q(x).view(b, n, 3, 2, c // 2).unbind(2)\n"
     "return self.o((q @ k.transpose(-2, -1)) @ v)", (4, 8), 288),
    ("self.f = nn.Unflatten(dim=1, unflattened_size=(2, 2, 2))", "return self.f(x)", (8,), 0),
    ("self.weight = nn.Parameter(torch.ones(8))\nself.q = nn.Linear(8, 24)\n"
     "self.o = nn.Linear(8, 8)",
     "x = nn.functional.layer_norm(x, self.weight.shape, self.weight, None, 1e-5)\n"
     "b, n, c = x.shape\nq, k, v = self.q(x).view(b, n, 3, 2, c // 2).permute("
     "2, 0, 3, 1, 4)\nx = (q @ k.transpose(-2, -1)).softmax(-1) @ v\n"
     "return self.o(x.transpose(1, 2).reshape(b, n, c))[:, [-1], :]", (4, 8), 296),
    # What a layer is given later: no bias, another stride, and a bias that is the model's, too.
    ("self.f = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.Flatten(), nn.Linear(128, 10))\n"
     "self.f[0].stride, self.f[2].bias = (4, 4), None", "return self.f(x)", (3, 16, 16), 1504),
    ("self.f = nn.Linear(8, 5, bias=False)\nself.b = nn.Parameter(torch.zeros(5))\n"
     "self.f.bias = self.b", "return self.f(x)", (8,), 45),
    # Heads put in by their place from behind, and initial numbers, one tensor at a time.
    ("self.f = nn.Sequential(nn.Linear(8, 4), nn.Linear(4, 9))\nself.f[-1] = nn.Linear(4, 2)\n"
     "for f in self.f: nn.init.constant_(f.bias, -1)", "return self.f(x)", (8,), 46),
    ("import dataclasses\n@dataclasses.dataclass\nclass C:\n"
     "    n: list = dataclasses.field(default_factory=lambda: [8, 4])\n"
     "self.f = nn.Linear(*C().n)", "return self.f(x)", (8,), 36),
    # Layers that are not run, each with the least that it takes.
    ("self.a, self.b = nn.Conv2d(4, 5, 3, dilation=2), nn.Conv1d(4, 5, 3)\n"
     "self.c, self.d = nn.LSTM(4, 5), nn.Embedding(9, 4)\n"
     "self.e, self.g = nn.GroupNorm(2, 4), nn.Linear(3, 4)\n"
     "self.h, self.i = nn.MultiheadAttention(4, 2), nn.Conv2d(4, 5, (3, 1), "
     "dilation=(2, 3))\n"
     "self.p = nn.Parameter(torch.ones(3, 2))",
     "return x",
     (8,), 681),
])
def test_what_changes_no_layer(
    made: str, forward: str, input: tuple[int, ...], count: int, regenerate: bool
) -> None:
    model = read_code(code_of(made, forward))
    assert params(model, input).params == count
    check(GOLDEN, f"{made} | {forward}", said(model), regenerate)


def test_which_model_is_meant() -> None:
    loss = "class MyLoss(nn.Module):\n    def forward(self, a, b): return a - b\n"
    net = HEAD.replace("self", "self, n") + "        self.f = nn.Linear(8, n)"
    net += f"{FORWARD}return self.f(x)\n"
    one = f"{net}{loss}def small():\n    return Net(4)\n"
    assert params(read_code(one)).params == 36
    assert params(read_code(f"{net}if True:\n    for n in (2, 3): net = Net(n)\n")).params == 27
    made = "    @classmethod\n    def of(cls, n): return cls(n)\nnet = Net.of(2)\n"
    assert params(read_code(net + made)).params == 18
    with pytest.raises(DlcalcError, match="line 7: layer Foo"):
        read_code(f"{net.replace('n)', 'n=4)', 1)}net = Foo(Net)\n")
    main = "def main():\n    net = Net(5)\n    loss = MyLoss()\n    for x in files: net(x)\n"
    assert params(read_code(f"{one}{main}if __name__ == '__main__':\n    main()\n")).params == 45
    with pytest.raises(DlcalcError, match="line 3: what is given the layer fc is not known here"):
        read_code("import torch.nn as nn\nnet = resnet18()\nnet.fc = nn.Linear(8, 4)")
    with pytest.raises(DlcalcError, match="line 2: a value is no layer"):
        read_code("import torch.nn as nn\nnet = nn.Sequential(resnet18(), nn.Linear(8, 4))")
    with pytest.raises(DlcalcError, match=r"Net\(\): line 5: layer Foo"):
        read_code("t = Compose([])\n" + HEAD + f"        self.f = nn.Foo(8, 4){FORWARD}return x\n")
    with pytest.raises(DlcalcError, match=r"end the code with one of small\(\), big\(\)"):
        read_code(f"{one}def big():\n    return Net(9)\n")
    with pytest.raises(DlcalcError, match=r"end the code with a line that makes it: Net\(n=…\)"):
        read_code(net)
    with pytest.raises(DlcalcError, match="line 5: takes y beside its input"):
        read_code(f"{HEAD}        pass{FORWARD.replace('x', 'x, y')}return x\n")
    with pytest.raises(DlcalcError, match="is not followed: Return"):
        read_code("nn.Linear(8, 4)\nreturn 5")


def test_the_input_given_stands_in_the_notation() -> None:
    code = b"nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())"
    written = invoke("params", "-", "--input", "3x9x9", "--to-notation", stdin=code).out
    assert written.splitlines() == ["input 3x9x9", "conv 8 3", "relu"]
    assert invoke("params", "-", "--expect", "224", stdin=written.encode()).status == 0


@pytest.mark.parametrize(("text", "steps"), [
    # A step is a statement or an expression, an element of what is worked on or made.
    ("", 6), ("x = 1", 8), ("s = 'abcdef'\nt = s + s", 24), ("s = [1, 2, 3]\nt = s + [4]", 22),
    ("for i in range(5): pass", 27), ("s = {'a': [1, 2]}\nt = {**s, 'b': 3}", 24),
    ("s = 'ab' * 5\nt = 3 * [0, 1]", 39), ("s = [0, 1, 2, 3]\nt = s[1:]\nt = s[0]", 27),
    ("def g(a, b=2): return a\ng(1)", 14), ("s = f'{1}a{2}'\nt = s.upper()", 25),
    ("t = sum([1, 2]) + len((3, 4, 5))", 42), ("t = [i for i in (1, 2, 3) if i > 1]", 36),
    ("s = {(1, (2, 3)): 4}\nt = [1, 1, 2].count(1)", 33), ("t = list(zip([1, 2], (3, 4)))", 44),
    ("t = max(1, 2) if 1 < 2 < 3 else 0", 23),
    ("m = nn.Sequential(nn.Tanh(), nn.Tanh())\nfor e in m: pass\nx = m(torch.ones(3))", 32),
])
def test_steps_that_are_followed(
    text: str, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = f"{text}\nnn.ReLU()"
    monkeypatch.setattr(python_language, "MOST_STEPS", steps)
    read_code(code)
    monkeypatch.setattr(python_language, "MOST_STEPS", steps - 1)
    with pytest.raises(LimitError, match=f"more than {steps - 1} steps to follow"):
        read_code(code)


@pytest.mark.parametrize(("most", "beyond", "complaint"), [
    ("def g(n): return n and g(n - 1)\nnn.Linear(8, 4 + g(59))",
     "def g(n): return n and g(n - 1)\nnn.Linear(8, 4 + g(60))", "calls within calls beyond"),
    ("nn.Linear(8, 4 + 0 * 2 ** 2048)", "nn.Linear(8, 4 + 0 * 2 ** 2049)", "beyond any honest"),
    ("nn.Linear(8, 4)" + " " * 999_985, "nn.Linear(8, 4)" + " " * 999_986,
     "code of more than 1,000,000 characters"),
    ("nn.Linear(8, int('%2d' % 4))", "nn.Linear(8, int('%100d' % 4))", "a width beyond any honest"),
    ("nn.Linear(8, 4)\nn = 1 + 1", "nn.Linear(8, 4)\nn = 1" + " + 1" * 1500,
     "expressions within expressions beyond any honest depth"),
    ("nn.Linear(8, round(4.2, 0))", "nn.Linear(8, round(4.2, 4097))", "beyond any honest size"),
])
def test_bounds_of_what_is_followed(most: str, beyond: str, complaint: str) -> None:
    assert params(read_code(most)).params == 36
    with pytest.raises(LimitError, match=complaint):
        read_code(beyond)


@pytest.mark.parametrize(("made", "trained"), [
    (ROW, 72), (f"{ROW}\nself.f.requires_grad_(False)", 0),
    (f"{ROW}\nself.requires_grad_(False)\nself.f.requires_grad_(True)", 72),
    (f"{ROW}\nfor p in self.f.parameters(): p.requires_grad = False", 0),
    (f"{ROW}\nfor p in self.parameters(): p.requires_grad = True", 72),
    (f"{ROW}\nself.p = nn.Parameter(torch.ones(8), requires_grad=False)", 72),
    (f"{ROW}\nself.p = nn.Parameter(torch.ones(8), False)", 72),
    (f"{ROW}\nself.p = nn.Parameter(torch.ones(8))\nself.f.requires_grad_(False)", 8),
    ("self.f = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))\n"
     "self.f[0].requires_grad_(False)", 72),
    (f"{ROW}\nself.f.trainable = False", 0),
])
def test_what_is_trained(made: str, trained: int) -> None:
    for way in ("return self.f(x)", "return x"):  # what is not run is held all the same
        assert params(read_code(code_of(made, way)), (8,)).trainable == trained
    if "self.p =" in made:
        added = read_code(code_of(made, "return self.f(x) + self.p"))
        assert params(added, (8,)).trainable == trained


@pytest.mark.parametrize(("text", "kept"), [
    # Of several models the last one made, however it is held; of classes the one none other uses.
    ("x = Input((8,))\nm = keras.Model(x, Dense(4)(x))\nd = Dense(3)", 36),
    ("a = nn.Sequential(nn.Linear(8, 4))\nb = {'c': nn.Sequential(nn.Linear(8, 5))}", 36),
    ("def make(n=3):\n    return nn.Sequential(nn.Linear(8, n))\nnet = make(n=4)\nmake()", 27),
    ("class Config:\n    n = 4\nc = Config()\nnet = nn.Sequential(nn.Linear(8, c.n))", 36),
    ("layers = [nn.Linear(8, 4), nn.ReLU()]\nnet = nn.Sequential(*layers)\n"
     "loss = nn.MSELoss()", 36),
    ("a = nn.Linear(8, 4)\nb = nn.ReLU()\nc = nn.Linear(4, 3)", 51),
    ("net = nn.Sequential(nn.Linear(8, 4))\nempty = nn.Sequential()", 36),
])
def test_the_model_of_a_text(text: str, kept: int) -> None:
    assert params(read_code(text), (8,)).params == kept


@pytest.mark.parametrize(("text", "complaint"), [
    ("nn.Linear(8, nn.ReLU())", "an argument of Linear is no number that is known here"),
    ("nn.Linear(8, {1: 2})", "an argument of Linear is no number that is known here"),
    ("nn.Conv2d(3, 4, (3, nn.ReLU()))", "an argument of Conv2d is no number that is known here"),
    ("nn.Linear(8, 4, bias=nn.ReLU())", "an argument of Linear is no number that is known here"),
    ("Dense(4, activation=layers.LeakyReLU(0.2))",
     "line 1: the activation of Dense is not followed: make it a layer behind it"),
])
def test_arguments_that_are_no_numbers(text: str, complaint: str) -> None:
    with pytest.raises(DlcalcError) as caught:
        read_code(f"keras.Sequential([{text}])")
    assert str(caught.value).partition(";")[0] == complaint


def test_an_activation_by_its_function_in_its_place() -> None:
    model = read_code("keras.Sequential([keras.Input((8,)), Dense(4), Activation(tf.nn.relu)])")
    assert [layer.text for layer in layers_in(model.body)] == ["linear 4", "relu"]
