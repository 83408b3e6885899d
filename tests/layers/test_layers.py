"""Each type of layer: shapes and counts worked out by hand, bad input beside good."""

from __future__ import annotations

import re
from fractions import Fraction
from math import ceil, floor, prod
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcalc.commands.docs.command import topics
from dlcalc.errors import DlcalcError
from dlcalc.layers.counted import Counted
from dlcalc.layers.table import bind, complete, handler, parameters, types, usage
from dlcalc.models.notation import read_notation
from dlcalc.models.working import traced
from tests.shell.running import invoke


def counted(layer: str, shape: tuple[int, ...]) -> Counted:
    """The first layer of a notation, counted."""
    node: Any = read_notation(layer).body[0]
    count = handler(node.type)
    return count(shape, **bind(node.type, node.arguments, dict(node.options), count))


COUNTS = [
    # layer, input, output, weights, biases, macs
    ("conv 6 5", (1, 32, 32), (6, 28, 28), 150, 6, 150 * 28 * 28),
    ("conv 6 5 bias=no", (1, 32, 32), (6, 28, 28), 150, 0, 150 * 28 * 28),
    ("conv 5 4 stride=2", (1, 32, 32), (5, 15, 15), 80, 5, 80 * 15 * 15),
    ("conv 8 3x1 pad=1x0", (4, 9, 7), (8, 9, 7), 96, 8, 96 * 63),
    ("conv 8 3 pad=1:0", (4, 9), (8, 8), 96, 8, 96 * 8),
    ("conv 8 3 groups=2", (4, 9, 9), (8, 7, 7), 8 * 2 * 9, 8, 8 * 2 * 9 * 49),
    ("conv 16 5 connections=3*6,4*9,6*1", (6, 14, 14), (16, 10, 10), 1500, 16, 150000),
    ("conv 2 3", (1, 4, 5, 6), (2, 2, 3, 4), 54, 2, 54 * 24),
    ("dwconv 3 pad=1", (8, 5, 5), (8, 5, 5), 72, 8, 72 * 25),
    ("dwconv 3 multiplier=2", (8, 5, 5), (16, 3, 3), 144, 16, 144 * 9),
    ("conv_transpose 2 4 stride=2 pad=1", (3, 5, 5), (2, 10, 10), 96, 2, 96 * 25),
    ("maxpool 2", (6, 28, 28), (6, 14, 14), 0, 0, 0),
    ("maxpool 3 stride=2 ceil=yes", (6, 6, 6), (6, 3, 3), 0, 0, 0),
    ("avgpool 2 affine=yes", (6, 28, 28), (6, 14, 14), 6, 6, 6 * 196),
    ("adaptivepool 7", (8, 7, 7), (8, 7, 7), 0, 0, 0),
    ("globalpool", (8, 7, 7), (8, 1, 1), 0, 0, 0),
    ("upsample 2 mode=linear", (8, 7, 7), (8, 14, 14), 0, 0, 0),
    ("linear 10", (84,), (10,), 840, 10, 840),
    ("linear 10", (7, 84), (7, 10), 840, 10, 5880),
    ("rbf 10", (84,), (10,), 0, 0, 840),
    ("embedding 100 16", (7,), (7, 16), 1600, 0, 0),
    ("position", (7, 16), (7, 16), 112, 0, 0),
    ("position 512", (7, 16), (7, 16), 8192, 0, 0),
    ("prepend 1", (196, 768), (197, 768), 768, 0, 0),
    ("batchnorm", (8, 7, 7), (8, 7, 7), 8, 8, 0),
    ("batchnorm over=features", (7, 16), (7, 16), 16, 16, 0),
    ("batchnorm over=channels", (7, 16), (7, 16), 7, 7, 0),
    ("batchnorm over=features", (8, 7, 7), (8, 7, 7), 8, 8, 0),
    ("batchnorm over=features", (8,), (8,), 8, 8, 0),
    ("instancenorm", (8, 7, 7), (8, 7, 7), 0, 0, 0),
    ("layernorm", (7, 16), (7, 16), 16, 16, 0),
    ("layernorm over=channels", (8, 7, 7), (8, 7, 7), 8, 8, 0),
    ("layernorm over=all", (8, 7, 7), (8, 7, 7), 392, 392, 0),
    ("rmsnorm", (7, 16), (7, 16), 16, 0, 0),
    ("groupnorm 4", (8, 7, 7), (8, 7, 7), 8, 8, 0),
    ("lrn", (8, 7, 7), (8, 7, 7), 0, 0, 0),
    ("weight 3x0", (8,), (8,), 0, 0, 0),
    ("weight 3x2 bias=yes", (8,), (8,), 0, 6, 0),
    ("prelu 8", (8, 7, 7), (8, 7, 7), 8, 0, 0),
    ("leaky_relu 0.2", (8,), (8,), 0, 0, 0),
    ("elu 0.5", (8,), (8,), 0, 0, 0),
    ("softmax", (10,), (10,), 0, 0, 0),
    ("dropout", (8,), (8,), 0, 0, 0),
    ("flatten", (16, 5, 5), (400,), 0, 0, 0),
    ("reshape 16x5x5", (400,), (16, 5, 5), 0, 0, 0),
    ("sequence", (8, 7, 5), (35, 8), 0, 0, 0),
    ("transpose", (8, 35), (35, 8), 0, 0, 0),
    ("crop 3x2", (8, 7, 7), (8, 3, 2), 0, 0, 0),
    ("select -1", (7, 16), (16,), 0, 0, 0),
    # Four gates of 3·(2+3) weights and two bias vectors, at every one of seven steps.
    ("lstm 3", (7, 2), (7, 3), 60, 24, 420),
    ("lstm 3 bias=single", (7, 2), (7, 3), 60, 12, 420),
    ("lstm 3 layers=2 bidirectional=yes", (7, 2), (7, 6), 120 + 216, 96, 7 * 336),
    ("gru 3 output=last", (7, 2), (3,), 45, 18, 315),
    ("rnn 3 bias=no", (7, 2), (7, 3), 15, 0, 105),
    # Four projections of 8·8, and 2·7²·8 products of data.
    ("attention 2", (7, 8), (7, 8), 256, 32, 7 * 256 + 2 * 49 * 8),
    ("attention 4 kv_heads=2 bias=no", (7, 8), (7, 8), 192, 0, 7 * 192 + 2 * 49 * 8),
    ("attention 2 head_width=8", (7, 8), (7, 8), 512, 56, 7 * 512 + 2 * 49 * 16),
    # Scales of 4 for queries and keys, a gate of 8 features, 2 sinks, biases on Q, K and V.
    ("attention 2 bias=qkv qk_norm=head norm_bias=yes gate=width sinks=yes", (7, 8), (7, 8),
     256 + 8 + 64 + 2, 24 + 8, 7 * 320 + 2 * 49 * 8),
    ("attention 2 kv_heads=1 qk_norm=heads norm_bias=yes bias=no", (7, 8), (7, 8), 192 + 12, 12,
     7 * 192 + 2 * 49 * 8),
    ("attention 2 qk_norm=width keys=shared bias=no", (7, 8), (7, 8), 128 + 8, 0,
     7 * 128 + 2 * 49 * 8),
    ("attention 2 gate=head out_norm=yes bias=vo", (7, 8), (7, 8), 256 + 16 + 8, 16,
     7 * 272 + 2 * 49 * 8),
    ("attention 3 kv_heads=2 uneven=yes head_width=2 bias=no", (7, 8), (7, 8), 48 + 64 + 48, 0,
     7 * 160 + 2 * 49 * 6),
    ("attention 2 keys=shared bias=no window=3", (7, 8), (7, 8), 128, 0, 7 * 128 + 2 * 49 * 8),
    # Four tiles of 16 positions; 9 keys for 36 queries; 9 queries, pooled once projected or not.
    ("grid_attention 2 tile=4", (4, 6, 6), (4, 6, 6), 64, 16, 4 * (16 * 64 + 16 * 16 * 8)),
    ("grid_attention 2 tile=2x3", (4, 5, 5), (4, 5, 5), 64, 16, 6 * (6 * 64 + 6 * 6 * 8)),
    ("grid_attention 2 tile=2", (4, 5), (4, 5), 64, 16, 3 * (2 * 64 + 2 * 2 * 8)),
    ("grid_attention 2 tile=9", (4, 2, 3), (4, 2, 3), 64, 16, 2 * (4 * 64 + 4 * 4 * 8)),
    ("grid_attention 2 memory=3", (4, 6, 6), (4, 6, 6), 64, 16, 36 * 32 + 3 * 32 + 36 * 3 * 8),
    ("grid_attention 2 stride=2 memory=3", (4, 6, 6), (4, 3, 3), 64, 16,
     9 * 32 + 3 * 32 + 9 * 3 * 8),
    ("grid_attention 2 pool=3 tile=3", (4, 6, 6), (4, 2, 2), 64, 16,
     4 * (9 * 16 + 16 + 9 * 32 + 9 * 8)),
    ("grid_attention 2 spaced=2", (4, 6, 6), (4, 6, 6), 64, 16, 36 * 32 + 9 * 32 + 36 * 9 * 8),
    ("grid_attention 2 pool=2 output=8 head_width=4", (4, 6, 6), (8, 3, 3), 160, 32,
     36 * 96 + 9 * 64 + 9 * 36 * 16),
    ("grid_attention 2 stride=2 bias=no head_width=3 value_width=4 output=6", (4, 5, 5), (6, 3, 3),
     128, 0, 9 * 24 + 25 * 56 + 9 * 48 + 9 * 25 * 14),
    ("attention 2 memory=5 memory_width=6 bias=no", (7, 8), (7, 8), 128 + 96, 0,
     7 * 128 + 5 * 96 + 2 * 35 * 8),
    ("mla 2 4 3 1 5 q_rank=6", (7, 8), (7, 8), 8 * 6 + 6 * 8 + 8 * 5 + 4 * 16 + 80 + 10, 0,
     7 * 280 + 49 * 2 * 9),
    ("mla 2 4 0 1 5 norm=no gate=head bias=yes", (7, 8), (7, 8), 16 + 40 + 40 + 80 + 16, 5 + 8,
     7 * 192 + 49 * 2 * 6),
    ("mla 2 4 3 0 5 bias=q gate=width", (7, 8), (7, 8), 48 + 32 + 64 + 80 + 80 + 4, 6,
     7 * 304 + 49 * 2 * 8),
    ("mla 2 4 3 1 5 q_rank=6 bias=yes norm=no", (7, 8), (7, 8), 48 + 48 + 40 + 64 + 80, 6 + 5 + 8,
     7 * 280 + 49 * 2 * 9),
    ("indexer 2 4 source=6", (7, 8), (7, 8), 48 + 32 + 16 + 4, 4, 7 * 96 + 49 * (8 + 2)),
    ("experts 4 2 3 router_bias=yes", (7, 8), (7, 8), 4 * 72 + 32, 4, 7 * (2 * 72 + 32)),
    ("experts 4 4 3 router=no output=5", (7, 8), (7, 5), 4 * 63, 0, 7 * 4 * 63),
    ("experts 4 0 3", (7, 8), (7, 8), 4 * 72 + 32, 0, 7 * 32),
    ("experts 4 1 3 every=yes", (7, 8), (7, 8), 4 * 72 + 32, 0, 7 * (4 * 72 + 32)),
    ("experts 4 6 3 idle=2 router_bias=yes bias=yes", (7, 8), (7, 8), 4 * 72 + 48, 4 * 14 + 6,
     7 * (6 * 72 + 48)),
    ("experts 4 2 3 idle=1 idle_gates=yes", (7, 8), (7, 8), 4 * 72 + 48 + 40, 0,
     7 * (2 * 72 + 40)),
    ("experts 4 2 3 gated=no bias=yes", (7, 8), (7, 8), 4 * 48 + 32, 44, 7 * (2 * 48 + 32)),
    ("indexer 2 4 block=3", (7, 8), (7, 8), 64 + 32 + 8, 0, 7 * 96 + (3 * 1 + 2 * 2) * 8),
    ("attend 2 4 1 keys=values window=3 block=2", (7, 8), (7, 8), 0, 0, 2 * 7 * (7 + 3) * 8),
    ("compressor 4 3", (7, 8), (7, 8), 64 + 12 + 4, 0, 7 * 64),
    ("compressor 4 3 overlap=yes heads=2", (7, 8), (7, 8), 128 + 24 + 4, 0, 7 * (128 + 2 * 4 * 2)),
    ("hyper_connection 2", (7, 8), (7, 8), 8 * 16 + 8 + 3, 0, 7 * (8 * 16 + 4 * 8)),
    ("hyper_connection 2 mixes=apart", (7, 8), (7, 8), 4 * 16 + 4 + 2, 0, 7 * 4 * 16),
    ("hyper_connection 2 mixes=given", (7, 8), (7, 8), 0, 0, 7 * 4 * 8),
    ("hyper_connection 2 mixes=last", (7, 8), (7, 8), 2 * 16 + 2 + 1, 0, 7 * 2 * 16),
    ("relative_scores 2 3 5", (7, 8), (7, 8), 48 + 15, 0, 7 * (48 + 2 * 15)),
    ("depth_attention 3 queries=2", (7, 8), (7, 8), 16, 0, 2 * 7 * 3 * 16),
    ("causal_conv 3 bias=no keeps=yes", (7, 8), (7, 8), 24, 0, 9 * 24),
    ("causal_conv 3 bias=no dynamic=yes", (7, 8), (7, 8), 24, 0, 0),
    ("causal_conv 3", (7, 8), (7, 8), 24, 8, 7 * 24),
    ("short_conv 3", (7, 8), (7, 8), 4 * 64 + 24, 0, 7 * 256 + 9 * 24),
    ("mamba 6 2 3 1", (7, 8), (7, 8), 96 + 30 + 6 + 48 + 18 + 12 + 6, 6 + 6,
     7 * 180 + 9 * 18 + 7 * 12),
    ("mamba2 2 3 4 1 3", (7, 8), (7, 8), 8 * 22 + 48 + 42 + 4 + 6, 2 + 14,
     7 * 224 + 9 * 42 + 256 * (2 * 256 * 4 + 6 * (256 + 8)) + 4 * 24),
    ("gated_deltanet 1 2 2 3 4", (7, 8), (7, 8), 8 * 20 + 48 + 40 + 2 + 3, 2,
     7 * 208 + 10 * 40 + 64 * (2 * 64 * 4 + 6 * (64 + 6))),
    ("kda 2 3 4", (7, 8), (7, 8), 8 * 20 + 2 * 42 + 48 + 72 + 2 + 3, 6,
     7 * 292 + 10 * 72 + 64 * 18 * (64 + 3)),
    ("lightning 2 3", (7, 8), (7, 8), 5 * 48 + 6, 0, 7 * (240 + 36) + 12 * 49),
    ("rg_lru 6 2 3", (7, 8), (7, 8), 144 + 36 + 18 + 6, 18 + 12 + 8, 7 * 180 + 9 * 18),
    ("rwkv 6", (7, 8), (7, 8), 192 + 12 + 24, 0, 7 * 192),
    ("channel_mix 12", (7, 8), (7, 8), 256 + 16, 0, 7 * 256),
    ("mlstm 2 4 6", (7, 8), (7, 8), 240 + 6, 4, 7 * (240 + 24 + 4)),
    ("mlstm 2 4 6 chunk=3", (7, 8), (7, 8), 240 + 6, 4, 7 * (240 + 24 + 4) + 6 * 3 * 10),
    ("attention 2 memory=5 causal=no mask=yes bias=no", (7, 8), (7, 8), 256 + 16, 0,
     7 * 128 + 5 * 128 + 2 * 35 * 8 + 5 * 16),
    ("attention 2 bias=no prompt=3", (7, 8), (7, 8), 256, 0, 10 * 256 + 2 * 10 * 10 * 8),
    ("attention 2 bias=no twice=yes", (7, 8), (7, 8), 256, 0, 7 * 256 + 4 * 49 * 8),
    ("attend 2 4", (7, 8), (7, 8), 0, 0, 2 * 49 * 8),
    ("experts 4 2 3 every=yes", (7, 8), (7, 8), 4 * 72 + 32, 0, 7 * (4 * 72 + 32)),
    ("experts 4 2 3 idle=1 idle_gates=yes", (7, 8), (7, 8), 4 * 72 + 40 + 48, 0, 7 * 184),
    ("weight 4x3", (7, 8), (7, 8), 12, 0, 0),
    ("weight 8 bias=yes", (7, 8), (7, 8), 0, 8, 0),
]


@pytest.mark.parametrize(("layer", "shape", "output", "weights", "biases", "macs"), COUNTS)
def test_counts(
    layer: str, shape: tuple[int, ...], output: tuple[int, ...], weights: int, biases: int,
    macs: int,
) -> None:
    found = counted(layer, shape)
    assert (found.output, found.weights, found.biases, found.macs) == (
        output, weights, biases, macs
    )


REFUSED = [
    # layer, input, what the error says; and the nearest layer that is right
    ("linear 10", (16, 5, 5), "input is 16x5x5; flatten it first", "globalpool"),
    ("linear 10", (), "input is a single number; it takes a vector", "reshape 1"),
    ("rbf 10", (16, 5, 5), "input is 16x5x5; flatten it first", "flatten"),
    ("conv 6 5", (400,), "input is 400; a convolution wants CxL, CxHxW or CxDxHxW", "linear 6"),
    ("conv 6 7", (1, 5, 5), "input is 1x5x5; a kernel of 7 does not fit", "conv 6 5"),
    ("conv 6", (1, 5, 5), "kernel is missing; it is written conv FILTERS KERNEL", "conv 6 1"),
    ("conv 6 5 5 5 5 5 no 1 1", (1, 5, 5), "9 arguments; it is written conv", "conv 6 5"),
    ("globalpool 3", (1, 5, 5), "1 argument; it is written globalpool", "globalpool"),
    ("conv 6 5 strde=2", (1, 5, 5), "unknown option 'strde'; did you mean stride", "conv 6 5"),
    ("conv 3 16 3", (3, 9, 9), "channels follow from the layer above, and stride is an option: "
     "stride=3", "conv 16 3"),
    ("linear 3072 10", (3072,), "the size of the input follows from the layer above", "linear 10"),
    ("dense 10", (8,), "unknown layer type 'dense'; did you mean linear?", "linear 10"),
    ("batch_norm", (8, 3, 3), "did you mean batchnorm?", "batchnorm"),
    ("GlobalAvgPool2d", (8, 3, 3), "did you mean globalpool?", "globalpool"),
    ("batchnorm over=all", (7, 16), "over is channels or features, not all",
     "batchnorm over=features"),
    ("conv 6 5 kernel=3", (1, 5, 5), "kernel is given twice", "conv 6 kernel=3"),
    ("conv 6 5 bias", (1, 5, 5), "bias is an option: write bias=VALUE", "conv 6 5 bias=no"),
    ("conv 0 5", (1, 5, 5), "filters 0 is below 1", "conv 1 5"),
    ("conv six 5", (1, 5, 5), "filters 'six' is not a whole number", "conv 6 5"),
    ("conv 6 5 bias=2", (1, 5, 5), "bias is yes or no, not 2", "conv 6 5 bias=yes"),
    ("conv 6 5 pad=1x1x1", (1, 5, 5), "pad has 3 values for 2 axes", "conv 6 5 pad=1x1"),
    ("conv 6 3 groups=2", (3, 5, 5), "3 channels do not divide into 2 groups", "conv 6 3 groups=3"),
    ("conv 5 3 groups=3", (3, 5, 5), "5 filters do not divide into 3 groups", "conv 6 3 groups=3"),
    ("conv 2 3 connections=4*2", (3, 5, 5), "the input has 3 channels",
     "conv 2 3 connections=3*2"),
    ("conv 2 3 connections=1*1", (3, 5, 5), "given for 1 of 2 filters",
     "conv 2 3 connections=1*2"),
    *((f"conv 2 3 connections={text}", (3, 5, 5), "write CHANNELS*FILTERS",
       "conv 2 3 connections=1*1,3*1")
      for text in ("some", "1*", "*2", "1*2,", "1*-2", "1*2*3", "1" * 38 + "*2")),
    ("crop 9", (3, 5, 5), "9x9 cannot be cut out of it", "crop 5"),
    ("upsample 2 mode=cubic", (3, 5, 5), "mode is nearest or linear, not cubic", "upsample 2"),
    ("reshape 0.5", (20,), "size 0.5 is not a whole number", "reshape 5x4"),
    ("reshape 7x3", (20,), "input is 20, 20 elements; 7x3 has 21", "reshape 5x4"),
    ("embedding 9 0", (3,), "width 0 is below 1", "embedding 9 1"),
    ("embedding 9 4", (3, 5), "an embedding wants a row of token numbers", "linear 4"),
    ("position 5", (7, 4), "5 positions are too few for 7 steps", "position 7"),
    ("attention 0", (7, 8), "heads 0 is below 1", "attention 1"),
    ("attention 3", (7, 8), "8 features do not divide into 3 heads", "attention 2"),
    ("attention 4 kv_heads=3", (7, 8), "4 heads do not divide among 3", "attention 4 kv_heads=2"),
    ("attention 2 bias=3", (7, 8), "bias is yes, no or letters of qkvo, not 3",
     "attention 2 bias=v"),
    ("attention 2 bias=vx", (7, 8), "bias is yes, no or letters of qkvo, not vx",
     "attention 2 bias=ov"),
    ("attention 2 gate=heads", (7, 8), "gate is head or width, not heads", "attention 2 gate=head"),
    ("attention 2", (8,), "wants a sequence TxD; reshape it first", "linear 2"),
    ("maxpool 2", (1, 2, 3, 4, 5), "input is 1x2x3x4x5; ", "flatten"),
    ("grid_attention 2 tile=0", (4, 6, 6), "tile 0 is below 1", "grid_attention 2 tile=1"),
    ("experts 4 5 3", (7, 8), "top_k is 5, of 4 experts", "experts 4 5 3 idle=1"),
    ("attend 3 4", (7, 8), "input is 7x8; 3 heads of 4 are 12", "attend 2 4"),
    ("mamba 6 2 3 1 heads=4", (7, 8), "6 features do not divide into 4", "mamba 6 2 3 1 heads=3"),
    ("mamba2 2 3 4 1 3 bias=up", (7, 8), "bias is in or out or inout, not up",
     "mamba2 2 3 4 1 3 bias=inout"),
    ("attention 2", (8, 7, 7), "wants a sequence TxD; use sequence before it", "sequence"),
    ("lstm 3", (8,), "lstm wants a sequence TxD", "linear 3"),
    ("lstm 3 output=first", (7, 8), "output is sequence or last, not first", "lstm 3 output=last"),
    ("select 7", (7, 8), "step 7 is not among its 7", "select 6"),
    ("select x", (7, 8), "step 'x' is not a whole number", "select 0"),
    ("layernorm", (8, 7, 7), "say over=channels or over=all", "layernorm over=all"),
    ("groupnorm 3", (8, 7, 7), "8 channels do not divide into 3 groups", "groupnorm 4"),
    ("adaptivepool 2 kind=min", (8, 7, 7), "kind is avg or max, not min",
     "adaptivepool 2 kind=max"),
    ("lrn alpha=x", (8, 7, 7), "alpha 'x' is not a number", "lrn alpha=1"),
    ("lrn beta=yes", (8, 7, 7), "beta True is not a number", "lrn beta=1.5"),
    ("prelu 3", (8, 7, 7), "slopes 3 is neither 1 nor the 8 channels", "prelu 8"),
    ("dropout 1.5", (8,), "rate 1.5 is not between 0 and 1", "dropout 0.5"),
    ("elu steep", (8,), "alpha 'steep' is not a number", "elu 0.5"),
    ("leaky_relu steep", (8,), "slope 'steep' is not a number", "leaky_relu 0.1"),
    ("mla 2 6 3 2 5 bias=-1", (16, 64), "bias is yes, no or letters of qko, not -1",
     "mla 2 6 3 2 5 bias=qo"),
    ("experts 4 0 8 idle_gates=2", (16, 64), "idle_gates is yes or no, not 2", "experts 4 0 8"),
    ("covn 6 5", (1, 5, 5), "unknown layer type 'covn'; did you mean conv", "conv 6 5"),
]


@pytest.mark.parametrize(("layer", "shape", "message", "right"), REFUSED)
def test_a_bad_layer_is_refused_and_its_neighbour_is_not(
    layer: str, shape: tuple[int, ...], message: str, right: str
) -> None:
    with pytest.raises(DlcalcError) as caught:
        counted(layer, shape)
    assert message in str(caught.value)
    assert counted(right, shape).output


def test_every_type_has_its_function_and_its_usage() -> None:
    assert len(set(types())) == len(types())
    for type in types():
        names, needed = parameters(handler(type))
        assert needed <= len(names)
        assert usage(type).startswith(type)


PLAIN = set(types()) - {layer.split()[0] for layer, *_ in COUNTS}
"""Types that have no row above: they may hold and multiply nothing."""


@pytest.mark.parametrize(("layer", "shape"), [
    *((layer, shape) for layer, shape, *_ in COUNTS), *((each, (8,)) for each in sorted(PLAIN)),
])
def test_every_count_has_a_working_that_gives_it(layer: str, shape: tuple[int, ...]) -> None:
    node: Any = read_notation(layer).body[0]
    found = traced(node.type, shape, complete(node.type, node.arguments, dict(node.options)))
    plain = counted(layer, shape)
    assert found.counted.output == plain.output
    if node.type not in ("upsample", "adaptivepool"):
        assert plain.output[1:] == tuple(each.output for each in plain.windows) or not plain.windows
    for what in ("weights", "biases", "macs"):
        number = getattr(found.counted, what)
        assert number == getattr(plain, what)
        if number:
            assert node.type not in PLAIN, f"{layer} holds {what}: it wants a row in COUNTS"
            step = found.step(what, number)
            assert step.formula is not None, f"{layer}: {what} = {number} has no formula"
            [shown] = step.numbers or [found.values[step.formula]]
            assert evaluated(shown) == number
            assert all(each in step.note for each in {s.args[0] for s in number.symbols})


def evaluated(formula: Any) -> Any:
    """What a formula in numbers gives."""
    if isinstance(formula, int):
        return formula
    parts = [Fraction(evaluated(each)) for each in formula.args]
    rules: dict[str, Any] = {
        "add": sum, "mul": prod, "sub": lambda p: p[0] - p[1], "neg": lambda p: -p[0],
        "div": lambda p: p[0] / p[1], "pow": lambda p: p[0] ** p[1],
        "floor": lambda p: floor(p[0]), "ceil": lambda p: ceil(p[0]),
    }
    return rules[formula.kind](parts)


def test_docs_and_help_show_how_types_are_written() -> None:
    text = topics()["notation"]
    [listed] = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    assert listed.splitlines() == [usage(type) for type in types()]
    told = invoke("params", "--help").out
    for type in types():
        assert f" {type} " in told.replace("\n", " ")


def test_a_transposed_convolution_is_counted_on_its_input() -> None:
    """Counted on the output side it would be the product of the strides too high."""
    found = counted("conv_transpose 8 2 stride=2", (4, 6, 6))
    assert found.macs == 4 * 8 * 2 * 2 * 36
    assert found.macs * 4 == found.weights * 12 * 12


def test_attention_counts_its_products_of_data() -> None:
    projections = counted("attention 1", (1, 8)).weights
    assert [counted("attention 2", (steps, 8)).macs for steps in (1, 10)] == [
        projections + 2 * 8, 10 * projections + 2 * 100 * 8,
    ]


def test_a_recurrent_layer_counts_the_length_of_its_sequence() -> None:
    assert counted("lstm 5", (100, 3)).macs == 100 * counted("lstm 5", (1, 3)).macs
    assert counted("lstm 5", (100, 3)).weights == counted("lstm 5", (1, 3)).weights


VALUES = st.sampled_from([
    "1", "2", "0", "-1", "3x3", "2x1", "1:2", "1:2x0:1", "yes", "no", "same", "full", "0.5",
    "3*1", "1e3", "word", "100000000000000000000",
])
SHAPES = st.sampled_from([(4,), (4, 6), (4, 6, 6), (4, 3, 4, 5)])


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(types())), st.lists(VALUES, max_size=4), SHAPES)
def test_any_value_is_counted_or_refused(
    type: str, values: list[str], shape: tuple[int, ...]
) -> None:
    try:
        found = counted(" ".join([type, *values]), shape)
    except DlcalcError:
        return
    assert min(found.output) >= 1
    assert min(found.weights, found.biases, found.macs) >= 0
