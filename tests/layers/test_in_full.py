"""What a layer of each type and option counts, in full; its sources stand in the other tests."""

from __future__ import annotations

import json
import shlex
from typing import Any

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
    words = "params", "--input", size, layer, "--columns", "all", "-f", "csv"
    done = "\n".join(invoke(*words, *more).out for more in (["--explain"], []))
    working = invoke("params", "--input", size, layer, "--explain", "-f", "plain")
    check("layers.json", line, [done, working.out], regenerate)


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


@pytest.mark.parametrize("layer", [
    "attention 4 kv_heads=2 window=3", "attention 4 memory=5", "mla 2 4 3 2 5", "indexer 2 4",
    "attend 4 4 block=2", "compressor 4 3", "mamba2 4 6 5 2 3", "causal_conv 4 keeps=yes",
    "position 20", "position 9",
])
def test_workings_behind_a_cache(layer: str, regenerate: bool) -> None:
    words = ["params", "--input", "8x16", layer, "--cached", "9", "--explain", "-f", "plain"]
    done = invoke(*words)
    check("layers.json", f"{layer} --cached 9", [done.out + done.err], regenerate)


def explained(model: str, fields: dict[str, Any]) -> list[str]:
    done = invoke("step", model, json.dumps(fields), "--explain", "-f", "plain")
    return [*done.out.partition("\n\n")[0].splitlines(), *done.err.splitlines()]


@pytest.mark.parametrize(("model", "fields"), [
    ("input 2; sigmoid", {"x": [1, 2], "target": [0.5, 0.25], "loss": "binary_cross_entropy"}),
    ("input 2; identity", {"x": [0, 1], "target": [1, 1], "loss": "binary_cross_entropy"}),
    ("input 2; identity", {"x": [1, -2], "target": [0, 1], "loss": "bce_with_logits",
                           "reduction": "sum"}),
    ("input 2; identity", {"x": [1, 2], "target": [0.5, 0.25], "loss": "cross_entropy"}),
    ("input 2; identity", {"x": [[1, 2], [0, 1]], "target": [1, 0], "loss": "cross_entropy"}),
    ("input 2; identity", {"x": [[1, 2], [0, 1]], "target": [[0, 1], [0.5, 0.5]],
                           "loss": "cross_entropy", "reduction": "sum"}),
    ("input 2; log_softmax", {"x": [1, 2], "target": 1, "loss": "nll"}),
    ("input 2; identity", {"x": [[1, 2], [0, 1]], "target": [1, 1], "loss": "nll"}),
    ("input 2x1x2; identity", {"x": [[[1, 2]], [[0, 4]]], "target": [[0, 1]],
                               "loss": "cross_entropy"}),
    ("input 2x2; identity", {"x": [[1, 2], [0, 4]], "target": [0, 1], "loss": "nll"}),
    ("input 2; identity", {"x": [1, 4], "target": [0, 2], "loss": "mse"}),
    ("input 2; identity", {"x": [1, 4], "target": [2, 2], "loss": "l1", "reduction": "sum"}),
    ("input 3; identity", {"x": [0.5, 4, -3], "target": [0, 0, 0], "loss": "huber"}),
    ("input 2; identity", {"x": [1, 4], "upstream": [0.5, -1]}),
    ("input 2; identity", {"x": [1, 2], "target": [0.5, 0.25], "loss": "nll"}),
    ("input 2; identity", {"x": [1, 2], "target": 0.5, "loss": "cross_entropy"}),
    ("input 2; identity", {"x": [1, 2], "target": -1, "loss": "cross_entropy"}),
    ("input 2; identity", {"x": [1, 2], "target": 2, "loss": "cross_entropy"}),
    ("input 2; identity", {"x": [[1, 2]], "target": [[0, 1]], "loss": "nll"}),
    ("input 2; identity", {"x": [1, 2], "target": [1.5, 0], "loss": "binary_cross_entropy"}),
    ("input 2; identity", {"x": [1, 2], "target": [0, -0.5], "loss": "bce_with_logits"}),
    ("input 2; identity", {"x": [1, 2], "target": [0, 1], "loss": "abc"}),
])
def test_losses(model: str, fields: dict[str, Any], regenerate: bool) -> None:
    check("losses.json", f"{model} {json.dumps(fields)}", explained(model, fields), regenerate)


@pytest.mark.parametrize("optimizer", [
    {"type": "sgd", "lr": 0.5}, {"type": "sgd", "lr": 0.5, "momentum": 0.5, "maximize": True},
    {"type": "sgd", "lr": 0.5, "momentum": 0.5, "dampening": 0.25, "weight_decay": 0.5},
    {"type": "sgd", "lr": 0.5, "momentum": 0.5, "nesterov": True},
    {"type": "sgd", "lr": 0.5, "momentum": 0.5, "state": {"momentum_buffer": 2}},
    {"type": "adagrad", "lr": 0.5, "lr_decay": 0.5, "state": {"sum": 3, "step": 1}},
    {"type": "rmsprop", "lr": 0.5, "centered": True, "momentum": 0.5},
    {"type": "rmsprop", "lr": 0.5, "alpha": 0.5}, {"type": "adam", "lr": 0.5},
    {"type": "adam", "lr": 0.5, "betas": [0.5, 0.25], "amsgrad": True, "weight_decay": 0.5},
    {"type": "adam", "lr": 0.5, "weight_decay": 0.5, "decoupled_weight_decay": True},
    {"type": "adamw", "lr": 0.5}, {"type": "adamax", "lr": 0.5}, {"type": "nadam", "lr": 0.5},
    {"type": "radam", "lr": 0.5}, {"type": "lion", "lr": 0.5},
    {"type": "radam", "lr": 0.5, "state": {"exp_avg": 1, "exp_avg_sq": 2, "step": 9}},
    {"type": "adam", "lr": True}, {"type": "adam", "lr": "a"}, {"type": "adam", "lr": -1},
    {"type": "adam", "lr": 0}, {"type": "adam", "betas": [0, 1]}, {"type": "adam", "betas": 0.5},
    {"type": "adam", "betas": [0.5, True]}, {"type": "rmsprop", "alpha": 1},
    {"type": "rmsprop", "alpha": 0}, {"type": "adam", "betas": [-0.5, 0.5]},
    {"type": "adam", "amsgrad": 1}, {"type": "sgd", "nesterov": True},
    {"type": "sgd", "nesterov": True, "momentum": 0.5, "dampening": 0.5},
    {"type": "adam", "epsilon": 1}, {"type": "sdg"}, {"lr": 1},
])
def test_optimisers(optimizer: dict[str, Any], regenerate: bool) -> None:
    """The update of a weight of 3 whose gradient is 2."""
    given = dict(optimizer)
    state = {name: {"linear1.weight": each if name == "step" else [[each]]}
             for name, each in given.pop("state", {}).items()}
    if "step" in state:
        state["step"] = optimizer["state"]["step"]
    fields = {"x": [1], "upstream": [2], "parameters": {"linear1.weight": [[3]]},
              "optimizer": given | ({"state": state} if state else {})}
    lines = explained("input 1; linear 1 bias=no", fields)
    at = [n for n, line in enumerate(lines) if line.startswith("Update")]
    check("optimisers.json", json.dumps(optimizer), lines[at[0]:] if at else lines, regenerate)
