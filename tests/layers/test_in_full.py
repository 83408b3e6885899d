"""What a layer of each type and option counts, in full; its sources stand in the other tests."""

from __future__ import annotations

import shlex

import pytest

from tests.golden import check
from tests.shell.running import invoke

SPEAKS = ("", "--tokens 3 --cached 9", "--cached 9", "--cached 9 --causal", "--causal")


@pytest.mark.parametrize("line", [
    "3x9x9 conv 6 3 stride=2 pad=1 bias=no", "4x9x9 conv 6 3x2 groups=2 dilation=2x1 pad=1:2x0:1",
    "3x9 conv 6 3 pad=same", "3x5x6x7 conv 2 3x2x1", "4x8x8 dwconv 3 multiplier=2 pad=same",
    "4x5x5 conv_transpose 6 3 stride=2 pad=1 output_padding=1 groups=2", "3x9x9 maxpool 3 stride=2",
    "3x9x9 avgpool 2 ceil=yes pad=1 exclude_pad=yes", "3x9x9 globalpool", "3x9x9 adaptivepool 4",
    "3x7 adaptivepool 3 kind=max", "3x4x5 upsample 2x3", "3x4x5 upsample 2 mode=linear",
    "8 linear 5", "6x8 linear 5 bias=no", "8 rbf 5", "6 embedding 11 4", "6x8 position 9",
    "6x8 prepend 2", "3x4x4 weight 3x1x1", "8 identity", "3x4x4 prelu slopes=3", "3x4x4 flatten",
    "3x4x4 reshape 6x8", "3x4x5 sequence", "4x6 transpose", "3x8x8 crop 4", "3x8x9 crop 4x3",
    "6x8 select -1", "3x4x4 batchnorm", "3x4x4 batchnorm affine=no", "16x8x8 grid_attention 2 4",
    "4x5x5 instancenorm affine=yes",
    "4x5x5 groupnorm 2", "6x8 layernorm bias=no", "3x4x4 layernorm over=channels", "6x8 rmsnorm",
    "4x5x5 lrn size=3", "4x5x5 dropout 0.2", "6x8 softmax", "6x8 lstm 4 layers=2", "6x8 rnn 4",
    "6x8 gru 4 bidirectional=yes output=last", "6x8 lstm 4 bias=single",
])
def test_layers(line: str, regenerate: bool) -> None:
    size, _, layer = line.partition(" ")
    done = invoke("params", "--input", size, layer, "--columns", "all", "-f", "csv", "--explain")
    working = invoke("params", "--input", size, layer, "--explain", "-f", "plain")
    check("layers.json", line, [done.out + done.err, working.out], regenerate)


@pytest.mark.parametrize("line", [
    "8x16 attention 4", "8x16 attention 4 kv_heads=2 head_width=3 value_width=5 output=7 bias=qo",
    "8x16 attention 4 window=3", "8x16 attention 4 qk_norm=head", "8x16 attention 4 memory=5",
    "8x16 attention 4 keeps=no", "8x16 attention 4 prompt=2 kv_heads=2", "8x16 mla 2 4 3 2 5",
    "8x16 attention 4 memory=5 prompt=2", "8x16 attention 4 out_norm=yes norm_bias=yes",
    "8x16 mla 2 4 3 2 5 q_rank=6 window=3 norm=no bias=yes", "8x16 experts 4 2 8",
    "8x16 indexer 2 4 3", "8x16 causal_conv 4", "8x16 short_conv 3", "8x16 mamba 24 4 3 2",
    "8x16 mamba 24 4 3 2 bias=yes norms=yes conv_bias=no heads=2", "8x16 mamba2 4 6 5 2 3",
    "8x16 mamba2 4 6 5 2 3 chunk=4 bias=yes norm=no", "8x16 gated_deltanet 2 4 4 6 3",
    "8x16 gated_deltanet 2 4 4 6 3 gate=no chunk=4", "8x16 kda 2 4 3",
    "8x16 kda 2 4 3 rank=3 chunk=4",
    "8x16 lightning 2 8", "8x16 rg_lru 16 4 3", "8x16 rwkv 12", "8x16 channel_mix 32",
    "8x16 mlstm 2 4 6", "8x16 mlstm 2 4 6 bias=yes chunk=4", "8x16 relative_scores 4 3 9",
    "8x16 attention 4 keys=shared qk_norm=heads kv_heads=2",
    "8x16 attention 4 keys=values mask=yes",
    "8x16 attention 4 gate=head sinks=yes twice=yes", "8x16 mla 2 4 3 2 5 gate=width bias=o",
    "8x16 experts 4 2 8 every=yes bias=yes", "8x16 experts 4 5 8 idle=1 idle_gates=yes",
    "8x16 experts 4 1 8 idle=2 router_bias=yes gated=no", "8x16 causal_conv 4 keeps=yes",
    "8x16 causal_conv 4 keeps=yes dynamic=yes", "8x16 short_conv 3 bias=yes",
    "8x16 mamba2 4 6 5 2 3 bias=in", "8x16 mamba2 4 6 5 2 3 bias=out", "8x16 kda 2 4 3 rank=0",
    "8x16 rg_lru 16 3 4", "8x16 mlstm 2 4 6 counter=yes", "8x16 lightning 2 8 chunk=3",
    "8x16 indexer 2 4 block=3 places=1", "8x16 attend 4 4 kv_heads=2 window=3 block=2",
    "8x16 attend 4 4", "8x16 depth_attention 2", "8x16 compressor 4 8", "8x16 hyper_connection 2",
])
def test_layers_of_sequences(line: str, regenerate: bool) -> None:
    size, _, layer = line.partition(" ")
    steps = [f"params --input {size} '{layer}' --columns all -f csv {words}" for words in SPEAKS]
    found = [invoke(*shlex.split(each)) for each in steps]
    check("layers.json", line, [each.out + each.err for each in found], regenerate)
