"""Models as Python code: counts are those of torch 2.13.0 and keras 3.15.1 for the same text."""

from __future__ import annotations

import pytest

from dlcalc.errors import DlcalcError, ShapeError
from dlcalc.models.count import params
from dlcalc.models.notation import read_notation
from dlcalc.models.python_code import read_code
from dlcalc.models.translation import notation
from tests.shell.running import invoke

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
    text: str, input: tuple[int, ...] | None, count: int, macs: int | None
) -> None:
    model = read_code(text)
    found = params(model, input)
    assert found.params == count
    assert macs in (None, found.macs)
    again = params(read_notation(notation(model)), input)
    assert [row[:6] for row in again.rows] == [row[:6] for row in found.rows]


HEAD = "import torch, torch.nn as nn\nclass Net(nn.Module):\n    def __init__(self):\n"
FORWARD = "\n    def forward(self, x):\n        "


@pytest.mark.parametrize(("made", "forward", "complaint"), [
    ("self.f = nn.Linear(8, 4)", "return self.f(x) @ x", "line 6: a product of two values"),
    ("self.f = nn.Linear(8, 4)", "return self.g(x)", "line 6: Net has no g that is known"),
    ("self.f = nn.Foo(8, 4)", "return self.f(x)", "line 4: layer Foo(…) is not known here"),
    ("self.f = nn.Linear(8, n)", "return self.f(x)", "line 4: n is no number: put it in its place"),
    ("self.f = nn.Linear(8, 4)", "return x if x.sum() > 0 else x", "line 6: a mean over axis None"),
    ("self.f = nn.LSTM(8, 4, proj_size=2)", "return self.f(x)", "proj_size of LSTM cannot be said"),
    ("self.n = 2 ** 10 ** 10", "return x", "line 4: a number beyond any honest size"),
    ("self.n = [0] * 10 ** 9", "return x", "line 4: more than 200,000 steps"),
    ("self.__init__()", "return x", "calls within calls beyond any honest depth"),
    ("s = 'a'\n        for i in range(60): s = f'{s}{s}'", "return x", "more than 200,000"),
    ("s = round(5, -10 ** 9)", "return x", "a number beyond any honest size"),
    ("s = math.prod([2 ** 4000] * 9)", "return x", "a number beyond any honest size"),
    ("s = '%999999999d' % 5", "return x", "a text of a width beyond any honest size"),
    ("s = sum([[0] * 90000] * 90000, [])", "return x", "more than 200,000 steps"),
    ("s = 0.5 in range(10 ** 12)", "return x", "more than 200,000 steps"),
    ("s = (1,)\n        for i in range(60): s = s, s\n        {s: 1}", "return x", "more than 200"),
    ("s = [0] * 90000\n        s = [s[:] for _ in s]", "return x", "more than 200,000 steps"),
    ("self.f = nn.LazyConv2d(8, 3)", "return x", "did you mean Conv2d"),
    ("while True: pass", "return x", "line 4: while True: is not followed here"),
    ("self.f = nn.Linear(8, 4)", "return self.f(x).mean(no=2, way=3, dims=4).chunk()",
     "line 6: a mean over axis None"),
    ("self.f = nn.Linear(8, 4)", "return self.f(x).cumsum(1)", "followed here; 36 parameters in"),
    ("self.n = [i for i in range(400) for j in range(4000)]", "return x", "more than 200,000"),
    ("raise ValueError('no')", "return x", "line 4: raise ValueError('no')"),
    ("self.f = nn.Linear(8)", "return self.f(x)", "units"),
    ("self.f = nn.Linear(8, 4) if", "return x", "is no Python (line 4)"),
    ("self.f = nn.utils.weight_norm(nn.Linear(8, 4))", "return x", "weight_norm(…) of a layer"),
])
def test_what_is_not_followed(made: str, forward: str, complaint: str) -> None:
    with pytest.raises(DlcalcError) as caught:
        read_code(f"{HEAD}        {made}{FORWARD}{forward}\n")
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


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
    made: str, forward: str, input: tuple[int, ...], output: tuple[int, ...]
) -> None:
    code = f"{HEAD}        super().__init__()\n        {made}{FORWARD}{forward}\n"
    assert params(read_code(code), input).output == output


def test_channels_that_the_code_does_not_give() -> None:
    model = read_code("nn.Sequential(nn.Flatten(), nn.Linear(400, 10))")
    assert params(model, (16, 5, 5)).params == 4_010
    with pytest.raises(ShapeError, match="linear1: input is 256, and its code gives it 400"):
        params(model, (16, 4, 4))
    assert params(read_code("nn.Sequential(nn.Linear(784, 10))")).input == (784,)


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
    ("2, 3, padding='valid'", 21), ("2, 3, padding='valid', output_padding=0", 20),
    ("3, 2, padding='same'", 14), ("3, 2, padding='same', output_padding=0", 13),
    ("4, 2, padding='same', output_padding=1", 13),
])
def test_transposed_convolutions_of_keras(arguments: str, length: int) -> None:
    model = read_code(f"keras.Sequential([Input((7, 7, 2)), Conv2DTranspose(3, {arguments})])")
    assert params(model).output == (3, length, length)


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
    ("self.f = nn.Linear(8, 4)", "print(f'{x.shape}', self.nope)\n        return self.f(x)",
     (8,), 36),
    ("self.p = nn.Parameter(torch.ones(8))\n        print(self.p.numel())\n"
     "        self.n = sum(p.numel() for p in self.parameters())", "return x + self.p", (8,), 8),
    ("self.f = nn.Linear(8, 4)", "return nn.functional.dropout(self.f(x), .5, self.training)",
     (8,), 36),
    ("self.f = nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(3, 4, 3))",
     "x = self.f(x)\n        h, w = x.shape[2:]\n        return x.view(-1, h * w * 4)",
     (3, 8, 8), 112),
    ("self.f = nn.Conv2d(3, 4, 2, 2)\n        self.g = nn.Upsample(scale_factor=2)",
     "y = self.g(self.f(x))\n        d = x.size(2) - y.size(2)\n"
     "        return torch.cat([x, nn.functional.pad(y, [d // 2, d - d // 2])], 1)", (3, 8, 8), 52),
    ("try: self.f = nn.Conv2d(3, 4, 3, padding=1)\n        except OSError: pass",
     "y = self.f(x)\n        return torch.cat([self.f(x), self.f(x)], 1)", (3, 8, 8), 112),
    ("self.f = nn.Linear(8, int(np.prod((2, 2))))\n        self.post_init()", "return self.f(x)",
     (8,), 36),
    ("self.f = nn.Conv2d(3, 4, 3, padding=1)", "y = self.f(x)\n"
     "        if y.shape[2:] != self.f(x).shape[2:] or (n := 1) > 1: y = nowhere(y)\n"
     "        return y + self.f(x) if y.shape == x.shape else y", (3, 8, 8), 112),
    ("self.f = nn.Conv2d(3, 4, 3)", "found = [self.f(x)]\n"
     "        for i in range(len(found)): x = found[i].view(-1, found[i].shape[1:].numel())\n"
     "        return x", (3, 8, 8), 112),
    ("self.q, self.o = nn.Linear(8, 24), nn.Linear(8, 8)", "b, n, c = x.shape\n"
     "        q, k, v = self.q(x).view(b, n, 3, 2, c // 2).unbind(2)\n"
     "        return self.o((q @ k.transpose(-2, -1)) @ v)", (4, 8), 288),
    ("self.f = nn.Unflatten(dim=1, unflattened_size=(2, 2, 2))", "return self.f(x)", (8,), 0),
    ("self.weight = nn.Parameter(torch.ones(8))\n        self.q = nn.Linear(8, 24)\n"
     "        self.o = nn.Linear(8, 8)",
     "x = nn.functional.layer_norm(x, self.weight.shape, self.weight, None, 1e-5)\n"
     "        b, n, c = x.shape\n        q, k, v = self.q(x).view(b, n, 3, 2, c // 2).permute("
     "2, 0, 3, 1, 4)\n        x = (q @ k.transpose(-2, -1)).softmax(-1) @ v\n"
     "        return self.o(x.transpose(1, 2).reshape(b, n, c))[:, [-1], :]", (4, 8), 296),
    ("import dataclasses\n        @dataclasses.dataclass\n        class C:\n"
     "            n: list = dataclasses.field(default_factory=lambda: [8, 4])\n"
     "        self.f = nn.Linear(*C().n)", "return self.f(x)", (8,), 36),
])
def test_what_changes_no_layer(
    made: str, forward: str, input: tuple[int, ...], count: int
) -> None:
    code = f"{HEAD}        super().__init__()\n        {made}{FORWARD}{forward}\n"
    assert params(read_code(code), input).params == count


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


def test_the_input_given_stands_in_the_notation() -> None:
    code = b"nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())"
    written = invoke("params", "-", "--input", "3x9x9", "--to-notation", stdin=code).out
    assert written.splitlines() == ["input 3x9x9", "conv 8 3", "relu"]
    assert invoke("params", "-", "--expect", "224", stdin=written.encode()).status == 0
