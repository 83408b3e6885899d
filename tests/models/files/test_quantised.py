"""Layouts of quantised weights, beside those of tests/data/files: as their formats lay them out.

Each is one linear layer of 96 inputs and 64 outputs, or what is said beside it.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.models.test_weights import safetensors
from tests.shell.running import invoke

BITS = {"F32": 32, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "I64": 64, "U8": 8, "I8": 8,
        "F8_E4M3": 8, "F8_E8M0": 8}
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
    "awq": ({"qweight": ("I32", [96, 8]), "qzeros": ("I32", [3, 8]), **GPTQ}, {}, 0),
    "awq-without-zeros": ({"qweight": ("I32", [96, 8]), **GPTQ}, {}, 0),
    "awq-gemv": ({"qweight": ("I32", [64, 12]), "qzeros": ("I32", [64, 1]),
                  "scales": ("F16", [64, 8])}, told(quant_method="awq", bits=4), 0),
    "marlin": ({"qweight": ("I32", [6, 128]), **GPTQ}, told(quant_method="gptq", bits=4), 0),
    "compressed-int8": ({"weight_packed": ("I32", [64, 24]), "weight_scale": ("BF16", [64, 1]),
                         "weight_shape": ("I64", [2], [64, 96]),
                         "weight_zero_point": ("I32", [16, 1]), "weight_g_idx": ORDER}, {}, 0),
    "compressed-int8-plain": ({"weight": ("I8", [64, 96]), "weight_scale": ("BF16", [64, 1]),
                               "weight_zero_point": ("I8", [64, 1])}, {}, 0),
    "compressed-nvfp4": ({"weight_packed": ("U8", [64, 48]), "weight_scale": ("F8_E4M3", [64, 6]),
                          "weight_global_scale": ("F32", [1]),
                          "input_global_scale": ("F32", [1])}, {}, 0),
    "compressed-mxfp4": ({"weight_packed": ("U8", [64, 48]), "weight_scale": ("U8", [64, 3])},
                         {}, 0),
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
    "torchao-tiles": ({"_weight_qdata": ("I32", [8, 3, 8, 4]),
                       "_weight_scale_and_zero": ("BF16", [3, 64, 2]), "": TORCHAO}, {}, 0),
    "quanto": ({"weight._data": ("I8", [64, 96]), "weight._scale": ("F32", [64, 1])}, {}, 0),
}


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
    shapes = ([64, 96], [96, 64], [4, 64, 96], [2 * LINEAR // 2])
    assert weights[0].get("logical_shape", weights[0]["output"]) in shapes


def test_bits_that_nothing_tells(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(written(gptq(4)))
    assert invoke("params", str(path)).complaint == (
        f"{path}: m.qweight: is packed; the config.json that says how many bits is not beside it"
    )
