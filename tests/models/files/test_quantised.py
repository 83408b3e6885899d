"""Layouts of quantised weights, beside those of tests/data/files: as their formats lay them out.

Each is one linear layer of 96 inputs and 64 outputs, or what is said beside it.
"""

import json
import struct
from math import prod
from pathlib import Path
from typing import Any

import pytest

from dlcalc.errors import DlcalcError
from dlcalc.models.files.arrays import TYPES
from dlcalc.models.files.reading import read_weights
from dlcalc.models.files.tensors import Tensor, decide
from tests.models.test_weights import safetensors
from tests.shell.running import invoke

BITS = {"F32": 32, "F16": 16, "BF16": 16, "I16": 16, "I32": 32, "U32": 32, "I64": 64, "U8": 8,
        "I8": 8, "F8_E4M3": 8, "F8_E8M0": 8}
STATE = json.dumps({"shape": [64, 96], "quant_type": "nf4"}).encode()
LINEAR = 96 * 64
TORCHAO = {"m.weight": json.dumps({"_type": "Int4Tensor", "_data": {"shape": [64, 96]}})}
"""What torchao writes into the header, instead of an array."""
GPTQ = {"scales": ("F16", [3, 64])}
MLX = {"scales": ("F16", [64, 3]), "biases": ("F16", [64, 3])}


def told(**section: Any) -> dict[str, Any]:
    return {"quantization_config": section}


def gptq(bits: int, groups: int = 3, **more: Any) -> dict[str, Any]:
    return {"qweight": ("I32", [96 * bits // 32, 64]), "scales": ("F16", [groups, 64]), **more}


def zeros(bits: int, groups: int = 3) -> tuple[str, list[int]]:
    return "I32", [groups, 64 * bits // 32]


ORDER = ("I32", [96])
LAYOUTS: dict[str, tuple[dict[str, Any], dict[str, Any], int]] = {
    **{f"gptq-{bits}bit-ordered": (gptq(bits, qzeros=zeros(bits), g_idx=ORDER), {}, 0)
       for bits in (2, 3, 4, 8)},
    **{f"gptq-{bits}bit-without-order": (gptq(bits, qzeros=zeros(bits)), {}, 0)
       for bits in (2, 3, 4, 8)},
    "gptq-symmetric": (gptq(4), told(quant_method="gptq", bits=4, sym=True), 0),
    "gptq-one-group": (gptq(8, 1, qzeros=zeros(8, 1), bias=("F16", [64])), {}, 64),
    "gptq-1bit": (gptq(1), told(bits=1), 0), "gptq-order-alone": (gptq(4, g_idx=ORDER), {}, 0),
    "awq": ({"qweight": ("I32", [96, 8]), "qzeros": ("I32", [3, 8]), **GPTQ}, {}, 0),
    "awq-without-zeros": ({"qweight": ("I32", [96, 8]), **GPTQ}, {}, 0),
    "awq-gemv": ({"qweight": ("I32", [64, 12]), "qzeros": ("I32", [64, 1]),
                  "scales": ("F16", [64, 8])}, told(quant_method="awq", bits=4), 0),
    "awq-gemv-without-zeros": ({"qweight": ("I32", [64, 12]), "scales": ("F16", [64, 8])}, {}, 0),
    "marlin": ({"qweight": ("I32", [6, 128]), **GPTQ}, told(quant_method="gptq", bits=4), 0),
    "awq-gemv-fast": ({"qweight": ("I16", [16, 96]), "qzeros": ("F16", [8, 64]),
                       "scales": ("F16", [8, 64])}, told(quant_method="awq", bits=4), 0),
    # As FP-Quant 0.3.2, ModelOpt 0.47.0, ExLlamaV2 0.3.2 and ExLlamaV3 1.6.5 lay them out.
    "fp-quant": ({"qweight": ("U8", [64, 48]), "scales": ("U8", [64, 3]),
                  "weight_global_scale": ("F32", [1]), "act_global_scale": ("F32", [1]),
                  "forward_hadamard_matrix": ("BF16", [32, 32])}, {}, 0),
    "modelopt-int4": ({"weight": ("U8", [32, 96]), "weight_scale": ("F32", [64, 3]),
                       "pre_quant_scale": ("BF16", [96])}, {}, 0),
    "exl2": ({"q_weight": ("I32", [15, 64]), "q_invperm": ("I32", [96]), "q_scale": ("I32", [3, 8]),
              "q_scale_max": ("F16", [3]), "q_groups": ("I16", [6])}, {}, 0),
    "exl3": ({"trellis": ("I16", [6, 4, 48]), "suh": ("F16", [96]), "svh": ("F16", [64]),
              "mcg": ("I32", []), "bias": ("F16", [64])}, {}, 64),
    "compressed-int8": ({"weight_packed": ("I32", [64, 24]), "weight_scale": ("BF16", [64, 1]),
                         "weight_shape": ("I64", [2], [64, 96]),
                         "weight_zero_point": ("I32", [16, 1]), "weight_g_idx": ORDER}, {}, 0),
    "compressed-shape-in-32-bits": ({"weight_packed": ("I32", [64, 12]),
                                     "weight_scale": ("BF16", [64, 3]),
                                     "weight_shape": ("I32", [2], struct.pack("<2i", 64, 96))},
                                    {}, 0),
    "compressed-int8-plain": ({"weight": ("I8", [64, 96]), "weight_scale": ("BF16", [64, 1]),
                               "weight_zero_point": ("I8", [64, 1])}, {}, 0),
    "compressed-nvfp4": ({"weight_packed": ("U8", [64, 48]), "weight_scale": ("F8_E4M3", [64, 6]),
                          "weight_global_scale": ("F32", [1]),
                          "input_global_scale": ("F32", [1])}, {}, 0),
    "compressed-mxfp4": ({"weight_packed": ("U8", [64, 48]), "weight_scale": ("U8", [64, 3])},
                         {}, 0),
    "compressed-mxfp6": ({"weight_packed": ("U8", [64, 72]), "weight_scale": ("U8", [64, 3])},
                         {}, 0),
    # As bitsandbytes 0.50.2 packs the weights of experts, which are no layers.
    "nf4-experts": ({"up_proj": ("U8", [LINEAR // 2, 1]), "up_proj.absmax": ("U8", [96]),
                     "up_proj.quant_map": ("F32", [16]), "up_proj.nested_absmax": ("F32", [1]),
                     "up_proj.nested_quant_map": ("F32", [256]),
                     "up_proj.quant_state.bitsandbytes__nf4": ("U8", [len(STATE)], STATE)}, {}, 0),
    "nf4-single": ({"weight": ("U8", [LINEAR // 2, 1]), "weight.absmax": ("F32", [96]),
                    "weight.quant_map": ("F32", [16]),
                    "weight.quant_state.bitsandbytes__nf4": ("U8", [len(STATE)], STATE)}, {}, 0),
    "fp4-without-state": ({"weight": ("U8", [LINEAR // 2, 1]), "weight.absmax": ("F32", [96])},
                          {}, 0),
    "nf4-in-bfloat16": ({"weight": ("BF16", [LINEAR // 4, 1]), "weight.absmax": ("F32", [96]),
                         "weight.quant_state.bitsandbytes__nf4": ("U8", [len(STATE)], STATE)},
                        {}, 0),
    **{f"mlx-{bits}bit": ({"weight": ("U32", [64, 96 * bits // 32]), **MLX},
                          {"quantization": {"bits": bits, "group_size": 32}}, 0)
       for bits in (2, 3, 4, 6, 8)},
    # Without a config.json: groups of 64 where that gives a number of bits, else of 32 or of 128.
    **{f"mlx-{bits}bit-without-config": (
        {"weight": ("U32", [96, 2 * bits]), "scales": ("F16", [96, 1]), "biases": ("F16", [96, 1])},
        {}, 0) for bits in (2, 3, 4, 5, 6, 8)},
    "mlx-groups-of-32": ({"weight": ("U32", [64, 9]), **MLX}, {}, 0),
    "mlx-groups-of-128": ({"weight": ("U32", [48, 24]), "scales": ("F16", [48, 1])}, {}, 0),
    "mlx-experts": ({"weight": ("U32", [2, 48, 8]), "scales": ("F16", [2, 48, 1])}, {}, 0),
    "mlx-mxfp8-experts": ({"weight": ("U32", [2, 32, 24]), "scales": ("U8", [2, 32, 3])}, {}, 0),
    "nvfp4-experts": ({"weight": ("U8", [2, 32, 48]), "weight_scale": ("F8_E4M3", [2, 32, 6])},
                      {}, 0),
    "mlx-of-its-own": ({"weight": ("U32", [64, 24]), **MLX},
                       {"quantization": {"bits": 4, "m": {"bits": 8, "group_size": 32}}}, 0),
    "mlx-mxfp4": ({"weight": ("U32", [64, 12]), "scales": ("U8", [64, 3])}, {}, 0),
    "mlx-nvfp4": ({"weight": ("U32", [64, 12]), "scales": ("U8", [64, 6])}, {}, 0),
    "mlx-mxfp8": ({"weight": ("U32", [64, 24]), "scales": ("U8", [64, 3])}, {}, 0),
    "fp8-block": ({"weight": ("F8_E4M3", [64, 96]), "weight_scale_inv": ("F32", [1, 1])}, {}, 0),
    "fp8-channel": ({"weight": ("F8_E4M3", [64, 96]), "weight_scale": ("F32", [64, 1])}, {}, 0),
    "fp8-of-deepseek": ({"weight": ("F8_E4M3", [64, 96]), "scale": ("F8_E8M0", [1, 1])}, {}, 0),
    "fp8-experts": ({"gate_up_proj": ("F8_E4M3", [4, 64, 96]),
                     "gate_up_proj_scale_inv": ("F32", [4, 1, 1])}, {}, 3 * LINEAR),
    "mxfp4-matrix": ({"proj_blocks": ("U8", [64, 3, 16]), "proj_scales": ("U8", [64, 3]),
                      "proj_bias": ("BF16", [64])}, {}, 64),
    # As compressed-tensors 0.9.4 writes two of four, and what a mask leaves.
    "marlin-24": ({"weight_packed": ("I32", [6, 128]), "scale_packed": ("F16", [1, 64]),
                   "meta": ("I16", [3, 128])}, {}, 0),
    "sparse-24": ({"compressed": ("BF16", [64, 48]), "bitmask": ("U8", [64, 12]),
                   "shape": ("I64", [2, 1], [64, 96]), "bias": ("BF16", [64])}, {}, 64),
    "sparse-24-fp8": ({"compressed": ("F8_E4M3", [64, 48]), "bitmask": ("U8", [64, 12]),
                       "weight_scale": ("F32", [64, 1])}, {}, 0),
    "sparse-bitmask": ({"weight.compressed": ("F32", [1500]), "weight.bitmask": ("U8", [64, 12]),
                        "weight.shape": ("I64", [2], [64, 96]),
                        "weight.row_offsets": ("I64", [64])}, {}, 0),
    "bitnet": ({"weight": ("U8", [16, 96]), "weight_scale": ("BF16", [1])},
               told(quant_method="bitnet"), 0),
    "int8-with-scb": ({"weight": ("I8", [64, 96]), "SCB": ("F32", [64]),
                       "weight_format": ("U8", [])}, {}, 0),
    # As hqq 0.2.8, aqlm 1.1.7, optimum-quanto 0.2.7 and torchao 0.18.0 write them. Ten weights of
    # 3 bits fill a word, and the last words are not full.
    **{f"hqq-{bits}bit": ({"W_q": (kind, [rows, 32]), "shape": ("I64", [2], [64, 96]),
                           "scale": ("F32", [192, 1]), "zero": ("F32", [192, 1]),
                           "nbits": ("I32", []), "quant_scale": ("U8", []),
                           "packing": ("U8", [7]), "bias": ("F32", [64])}, {}, 64)
       for bits, kind, rows in ((3, "I32", 20), (4, "U8", 96))},
    "hqq-1bit": ({"W_q": ("U8", [24, 32]), "shape": ("I64", [2], [64, 96]),
                  "scale": ("F32", [192, 1])}, {}, 0),
    "hqq-groups-in-columns": ({"W_q": ("U8", [16, 192]), "shape": ("I64", [2], [64, 96]),
                               "scale": ("F32", [1, 192]), "zero": ("F32", [1, 192])}, {}, 0),
    "hqq-rows": ({"W_q": ("U8", [64, 96]), "scale": ("F32", [64, 1]), "zero": ("F32", [64, 1])},
                 {}, 0),
    "aqlm": ({"codes": ("I8", [64, 12, 2]), "codebooks": ("F16", [2, 256, 1, 8]),
              "scales": ("F16", [64, 1, 1, 1]), "bias": ("F16", [64])}, {}, 64),
    "quanto-4bit": ({"weight._data._data": ("U8", [32, 96]), "weight._scale": ("F32", [64, 1]),
                     "weight._shift": ("F32", [64, 1]), "input_scale": ("F32", [])}, {}, 0),
    "quanto-2bit-in-groups": ({"weight._data._data": ("U8", [48, 32]),
                               "weight._scale": ("F32", [192, 1]), "bias": ("F32", [64]),
                               "weight._shift": ("F32", [192, 1])}, {}, 64),
    "torchao-4bit": ({"_weight_qdata": ("I8", [64, 48]), "_weight_scale": ("BF16", [3, 64]),
                      "_weight_zero_point": ("BF16", [3, 64]), "": TORCHAO}, {}, 0),
    "torchao-mxfp4": ({"_weight_qdata": ("U8", [64, 48]), "_weight_scale": ("F8_E8M0", [64, 3])},
                      {}, 0),
    "torchao-tiles": ({"_weight_qdata": ("I32", [8, 3, 8, 4]),
                       "_weight_scale_and_zero": ("BF16", [3, 64, 2]), "": TORCHAO}, {}, 0),
    "quanto": ({"weight._data": ("I8", [64, 96]), "weight._scale": ("F32", [64, 1])}, {}, 0),
}


SHAPES = {
    "fp4-without-state": [LINEAR], "mlx-groups-of-128": [48, 128], "mlx-experts": [2, 48, 64],
    "mlx-mxfp8-experts": [2, 32, 96], "nvfp4-experts": [2, 32, 96], "fp8-experts": [4, 64, 96],
}
"""Shapes of weights that are not 64 rows of 96."""


def written(tensors: dict[str, Any]) -> bytes:
    header: dict[str, Any] = {}
    data = b""
    for name, entry in tensors.items():
        if not name:
            header["__metadata__"] = entry
            continue
        kind, shape, *kept = entry
        numbers = 1
        for size in shape:
            numbers *= size
        own = bytes(numbers * BITS[kind] // 8)
        if kept:
            [given] = kept
            own = given if isinstance(given, bytes) else b"".join(
                each.to_bytes(8, "little") for each in given
            )
        header[f"m.{name}"] = {
            "dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(own)],
        }
        data += own
    return safetensors(header, 0) + data


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(name: str, tmp_path: Path) -> None:
    tensors, config, more = LAYOUTS[name]
    (tmp_path / "config.json").write_text(json.dumps(config))
    path = tmp_path / "model.safetensors"
    path.write_bytes(written(tensors))
    record = json.loads(invoke("params", str(path), "-f", "json").out)
    assert record["total"]["params"] == LINEAR + more
    assert record["total"]["buffers"] == 0
    weights = [each for each in record["layers"] if each["params"] >= LINEAR]
    assert len(weights) == 1
    shape = [96, 64] if name.endswith("bit-without-config") else SHAPES.get(name, [64, 96])
    assert weights[0].get("logical_shape", weights[0]["output"]) == shape


@pytest.mark.parametrize(("words", "fits"), [
    (4, "2 bits in groups of 64; 4 bits in groups of 32"),
    (6, "3 bits in groups of 64; 6 bits in groups of 32"),
    (8, "4 bits in groups of 64; 8 bits in groups of 32 and 2 bits in groups of 128"),
    (16, "8 bits in groups of 64; 4 bits in groups of 128"), (10, ""), (3, ""), (20, ""),
])
def test_bits_that_may_be_others_are_told(words: int, fits: str, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(written({
        f"{at}.{name}": (kind, [96, size]) for at in range(2) for name, kind, size in
        (("weight", "U32", words), ("scales", "F16", 1), ("biases", "F16", 1))
    }))
    told = f"packed weights are taken as {fits} fit as well, and no config.json" if fits else ""
    assert told in invoke("params", str(path), "-f", "csv").err
    assert bool(read_weights(str(path)).notes) == bool(fits)
    (tmp_path / "config.json").write_text('{"quantization": {"bits": 2, "group_size": 64}}')
    assert not read_weights(str(path)).notes


UNTOLD = "is packed; the config.json that says how many bits is not beside it"

NO_SHAPE = "does not hold the shape of its weight"


def nf4(shape: Any = None, text: bytes = b"") -> dict[str, Any]:
    state = text or json.dumps({"shape": shape}).encode()
    return {"weight": ("U8", [LINEAR // 2, 1]), "weight.absmax": ("F32", [96]),
            "weight.quant_state.bitsandbytes__nf4": ("U8", [len(state)], state)}


def hqq(*shape: int) -> dict[str, Any]:
    sizes = b"".join(each.to_bytes(8, "little", signed=True) for each in shape)
    return {"W_q": ("U8", [24, 32]), "shape": ("I64", [2], sizes), "scale": ("F32", [192, 1])}


@pytest.mark.parametrize(("tensors", "config", "complaint"), [
    (gptq(4), {}, f"qweight: {UNTOLD}"), (gptq(4), told(bits=17), f"qweight: {UNTOLD}"),
    (gptq(4), told(bits=True), f"qweight: {UNTOLD}"),
    ({"weight": ("U32", [96, 14]), "scales": ("F16", [96, 1])}, {}, f"weight: {UNTOLD}"),
    ({"weight": ("U32", [96, 14]), "scales": ("F16", [96, 0])}, {}, f"weight: {UNTOLD}"),
    (hqq(64, 97), {}, "W_q: stands for 6,208 weights in 768 bytes"),
    (hqq(1 << 62, 97), {}, "W_q: stands for more weights than it has bits"),
    (hqq(64, -96), {}, "shape: holds a negative size"),
    ({"W_q": ("U8", [24, 32]), "scale": ("F32", [192, 2])}, {},
     "W_q: is packed, and the shape beside it is not read"),
    *((nf4(shape), {}, f"weight.quant_state.bitsandbytes__nf4: {NO_SHAPE}")
      for shape in ([True, 96], [-1, 96], [1 << 63], [64.0, 96], "6", None)),
    *((nf4(text=text), {}, f"weight.quant_state.bitsandbytes__nf4: {NO_SHAPE}")
      for text in (b"{", b"\xff", b"[]", b'{"size": [64, 96]}', b"[" * 4000)),
])
def test_what_does_not_tell_its_shape(
    tensors: dict[str, Any], config: dict[str, Any], complaint: str, tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    path = tmp_path / "model.safetensors"
    path.write_bytes(written(tensors))
    assert invoke("params", str(path)).complaint == f"{path}: m.{complaint}"


@pytest.mark.parametrize("tensors", [hqq(0, 96), nf4([0, 96])])
def test_a_packed_weight_of_no_rows(tensors: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(written(tensors))
    assert read_weights(str(path)).sum_of("params", "quantised") == 0


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_with_a_part_missing_or_of_another_kind(name: str) -> None:
    """Whatever stands beside a weight, it is counted or refused; a plain one as it is stored."""
    tensors, config, _ = LAYOUTS[name]
    for part in tensors:
        if not part:
            continue
        kind, shape, *_ = tensors[part]
        for other in (None, (kind, []), (kind, [3]), (kind, [2, 0]), (kind, [3, 1, 2, 1]),
                      (kind, [*shape, 1]), ("F16", shape)):
            held = {key: each for key, each in tensors.items() if key != part}
            held |= {} if other is None else {part: other}
            found = [
                Tensor(f"m.{key}", TYPES[entry[0]], tuple(entry[1]), prod(entry[1]) * 8)
                for key, entry in held.items() if key
            ]
            try:
                decided = decide(found, config, held.get(""))
            except DlcalcError:
                continue
            assert all(
                each.params == (prod(each.logical) if each.logical else each.numbers)
                for each in decided if each.role in ("parameter", "quantised")
            )
