"""Packed weights: how many weights the words and bytes of a quantised file stand for.

Sources: the formats' own documents, and the libraries that write them (bitsandbytes 0.50.2,
compressed-tensors 0.20.1, mlx 0.32.4, hqq 0.2.8, aqlm 1.1.7, optimum-quanto 0.2.7, torchao 0.18.0;
GPTQ, AWQ, NVFP4 and MXFP4 as their layouts are laid down).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

from dlcalc.errors import DlcalcError, InputError
from dlcalc.models.files.tensors import PARAMETER, QUANTISED, Tensor

Shape = tuple[int, ...]
BYTE_SCALES = ("float8_e4m3fn", "uint8", "float8_e8m0fnu")
"""Types of the scales of 4-bit floats; scales of 8-bit weights are floats of 16 bits and more."""
MLX_BITS = (2, 3, 4, 5, 6, 8)
MLX_GROUPS = (64, 32, 128)
"""Weights that share a scale, the usual number first."""


class Packing:
    """The tensors of a file by name, the config.json beside it, and what its header says."""

    def __init__(
        self, tensors: Mapping[str, Tensor], config: Mapping[str, Any],
        metadata: Mapping[str, Any],
    ) -> None:
        self.tensors = tensors
        self.config = config
        self.metadata = metadata

    def packed(self) -> Iterator[Tensor]:
        """The packed weights, each with the number and the shape of what it stands for."""
        for tensor in self.tensors.values():
            if tensor.role not in ("", PARAMETER):
                continue
            shape = self.shape(tensor)
            if shape is None:
                continue
            numbers = prod(shape)
            if numbers > 8 * tensor.bytes:  # one bit each is the least that any layout has
                raise InputError(
                    f"stands for {numbers:,} weights in {tensor.bytes:,} bytes"
                    if numbers < 10**18 else "stands for more weights than it has bits"
                ).at(tensor.name)
            yield tensor.but(role=QUANTISED, stands_for=numbers, logical=shape)

    def shape(self, tensor: Tensor) -> Shape | None:
        """The shape of the weight that a tensor stands for; None where it is a plain one."""
        stem, _, leaf = tensor.name.rpartition(".")
        if leaf == "qweight":
            return self.in_words(tensor, stem)
        if leaf == "weight_packed":
            return self.compressed(tensor, stem)
        if leaf in ("W_q", "codes"):
            return self.hqq(tensor, stem) if leaf == "W_q" else self.aqlm(tensor, stem)
        if tensor.name.endswith(".weight._data._data"):
            return self.quanto(tensor, tensor.name.removesuffix(".weight._data._data"))
        if leaf.endswith("_qdata"):
            return self.torchao(tensor)
        if tensor.name.endswith("_blocks"):
            return self.in_blocks(tensor)
        if leaf == "weight" and tensor.shape:
            return self.bitsandbytes(tensor) or self.in_bytes(tensor, stem) or self.mlx(
                tensor, stem
            )
        return None

    def beside(self, stem: str, name: str, axes: int = 0) -> Tensor | None:
        """A tensor of the same module, where it has so many axes, or one at least."""
        found = self.tensors.get(f"{stem}.{name}" if stem else name)
        if found is None or not found.shape or axes not in (0, len(found.shape)):
            return None
        return found

    def bits(self, stem: str) -> int | None:
        """Bits a weight, as the config.json says: of the module, where it has its own."""
        for key in ("quantization", "quantization_config"):
            section = self.config.get(key)
            for place in (section.get(stem), section) if isinstance(section, dict) else ():
                if isinstance(place, dict):
                    found = place.get("bits", place.get("w_bit"))
                    if type(found) is int and 1 <= found <= 16:
                        return found
        return None

    def in_words(self, tensor: Tensor, stem: str) -> Shape | None:
        """GPTQ packs along the inputs, AWQ along the outputs, where the columns are fewer."""
        scales = self.beside(stem, "scales", 2)
        if scales is None or len(tensor.shape) != 2:
            return None
        rows, columns = tensor.shape
        out = scales.shape[1]
        order, zeros = self.beside(stem, "g_idx", 1), self.beside(stem, "qzeros", 2)
        bits = self.bits(stem)
        if bits is None and zeros is not None and out:
            bits = zeros.shape[1] * 32 // out
        if columns == out and order is not None:
            return out, order.shape[0]
        if columns != out and scales.shape[0] == rows:  # AWQ for one vector: outputs by inputs
            return rows, columns * 32 // (bits or 4)
        if columns < out:
            return out, rows
        if not bits:
            raise _unknown(tensor)
        # What is rearranged for a kernel (Marlin) has as many words.
        return out, tensor.numbers * 32 // bits // (out or 1)

    def compressed(self, tensor: Tensor, stem: str) -> Shape | None:
        """compressed-tensors: its shape stands beside it; bytes hold two 4-bit floats each."""
        shape = self.beside(stem, "weight_shape", 1)
        if shape is not None and shape.data and shape.dtype in ("int64", "int32"):
            return _sizes_in(shape)
        return _two_a_byte(tensor) if tensor.dtype == "uint8" and tensor.shape else None

    def hqq(self, tensor: Tensor, stem: str) -> Shape | None:
        """HQQ: its shape stands beside it; words of 3 bits have places that hold no weight."""
        shape, scale = self.beside(stem, "shape", 1), self.beside(stem, "scale", 2)
        if shape is not None and shape.data and shape.dtype == "int64":
            return _sizes_in(shape)
        if scale is None or len(tensor.shape) != 2:
            return None
        if scale.shape[1] == 1:  # groups are rows
            return scale.shape[0], tensor.shape[1]
        raise InputError("is packed, and the shape beside it is not read").at(tensor.name)

    def aqlm(self, tensor: Tensor, stem: str) -> Shape | None:
        """AQLM: a code, or several that are added, for a stretch of a codebook."""
        books = self.beside(stem, "codebooks", 4)
        if books is None or len(tensor.shape) != 3:
            return None
        return tensor.shape[0] * books.shape[2], tensor.shape[1] * books.shape[3]

    def quanto(self, tensor: Tensor, stem: str) -> Shape | None:
        """Quanto: rows laid over each other in a byte; as many as have a scale."""
        scale, bias = self.beside(stem, "weight._scale", 2), self.beside(stem, "bias", 1)
        if scale is None or len(tensor.shape) != 2 or scale.shape[1] != 1:
            return None
        rows, columns = scale.shape[0], tensor.shape[1]
        if bias is not None and bias.shape[0] and rows % bias.shape[0] == 0:
            rows, columns = bias.shape[0], rows // bias.shape[0] * columns
        return rows, columns

    def torchao(self, tensor: Tensor) -> Shape | None:
        """torchao: what the file's header says of the tensor that was taken apart."""
        stem, _, leaf = tensor.name.rpartition(".")
        own = leaf.removesuffix("_qdata").strip("_")
        try:
            told = json.loads(self.metadata[f"{stem}.{own}" if stem else own])
            if not told["_type"].startswith("Int4"):
                return None
            shape = told["_data"]["shape"]
        except (KeyError, TypeError, ValueError, RecursionError, AttributeError):
            return None
        return tuple(shape) if _are_sizes(shape) else None

    def in_blocks(self, tensor: Tensor) -> Shape | None:
        """MXFP4 of gpt-oss: 16 bytes are a block of 32; the model holds (experts, in, out)."""
        name = f"{tensor.name.removesuffix('_blocks')}_scales"
        if tensor.dtype != "uint8" or len(tensor.shape) < 3 or name not in self.tensors:
            return None
        *experts, out, groups, width = tensor.shape
        inner = 2 * groups * width
        return (*experts, inner, out) if experts else (out, inner)

    def bitsandbytes(self, tensor: Tensor) -> Shape | None:
        """4 bit: the shape is in the JSON text of its state; bytes may bear any type's name."""
        for kind in ("nf4", "fp4"):
            state = self.tensors.get(f"{tensor.name}.quant_state.bitsandbytes__{kind}")
            if state is not None and state.data:
                return _state_shape(state)
        return (2 * tensor.bytes,) if f"{tensor.name}.absmax" in self.tensors else None

    def in_bytes(self, tensor: Tensor, stem: str) -> Shape | None:
        """Two 4-bit floats a byte (NVFP4, MXFP4), or four weights of -1, 0, 1 (BitNet)."""
        scale = self.tensors.get(f"{stem}.weight_scale")
        if tensor.dtype != "uint8" or scale is None:
            return None
        if scale.dtype in BYTE_SCALES:
            return _two_a_byte(tensor)
        section = self.config.get("quantization_config")
        if isinstance(section, dict) and section.get("quant_method") == "bitnet":
            return (4 * tensor.shape[0], *tensor.shape[1:])
        return None

    def mlx(self, tensor: Tensor, stem: str) -> Shape | None:
        """MLX: 32-bit words along the inputs."""
        scales = self.beside(stem, "scales")
        if tensor.dtype != "uint32" or scales is None:
            return None
        bits = self.bits(stem) or _bits_of_mlx(tensor, scales)
        return (*tensor.shape[:-1], tensor.shape[-1] * 32 // bits)


def _sizes_in(shape: Tensor) -> Shape:
    """The whole numbers that the data of a tensor is."""
    width = 8 if shape.dtype == "int64" else 4
    sizes = tuple(
        int.from_bytes(shape.data[at : at + width], "little", signed=True)
        for at in range(0, len(shape.data), width)
    )
    if any(size < 0 for size in sizes):
        raise InputError("holds a negative size").at(shape.name)
    return sizes


def _are_sizes(shape: Any) -> bool:
    return isinstance(shape, list) and all(type(n) is int and 0 <= n < 1 << 63 for n in shape)


def _two_a_byte(tensor: Tensor) -> Shape:
    return (*tensor.shape[:-1], 2 * tensor.shape[-1])


def _unknown(tensor: Tensor) -> DlcalcError:
    return InputError(
        "is packed; the config.json that says how many bits is not beside it"
    ).at(tensor.name)


def _bits_of_mlx(tensor: Tensor, scales: Tensor) -> int:
    """Bits by the size of its groups, which is 64 where no config.json says otherwise."""
    words = 32 * tensor.shape[-1]
    if scales.dtype == "uint8":  # 4-bit and 8-bit floats, in groups of 32 or of 16
        return 8 if words == 8 * 32 * scales.shape[-1] else 4
    for group in MLX_GROUPS:
        bits, left = divmod(words, (scales.shape[-1] * group) or 1)
        if not left and bits in MLX_BITS:
            return bits
    raise _unknown(tensor)


def _state_shape(state: Tensor) -> Shape:
    """The shape in the JSON text that bitsandbytes keeps as bytes."""
    try:
        shape = json.loads(state.data.decode())["shape"]
        whole = _are_sizes(shape)
    except (ValueError, KeyError, TypeError, RecursionError):
        whole = False
    if not whole:
        raise InputError("does not hold the shape of its weight").at(state.name)
    return tuple(shape)
