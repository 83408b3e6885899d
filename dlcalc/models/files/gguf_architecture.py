"""The layers that a GGUF file's metadata describes, by the architectures of config.json."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dlcalc.errors import DlcalcError, InputError, words_of
from dlcalc.input.sources import read_file
from dlcalc.models.configs import config_lines, known_types
from dlcalc.models.count import params
from dlcalc.models.files.tensors import Held, Tensor
from dlcalc.models.notation import read_notation
from dlcalc.models.templates import facts
from dlcalc.models.tree import Model


def _table(kind: str) -> dict[str, list[str]]:
    """The lines of one kind of gguf.txt: a name, and what it is in config.json."""
    text = read_file(os.path.join(os.path.dirname(__file__), "gguf.txt")).decode()
    return {
        name: fields.split() for line in text.splitlines() if line.startswith(f"{kind} ")
        for _, name, fields in [line.split(" ", 2)]
    }


class _Metadata:
    """What a file says of its architecture, by the names behind that of the architecture."""

    def __init__(self, metadata: Mapping[str, Any], tensors: Sequence[Tensor]) -> None:
        self.kind = metadata.get("general.architecture")
        if not isinstance(self.kind, str):
            raise InputError("a GGUF file without general.architecture tells no layers")
        self.values = {
            key.removeprefix(f"{self.kind}."): value for key, value in metadata.items()
        }
        self.shapes = {tensor.name: tensor.shape for tensor in tensors}
        self.blocks = {re.sub(r"^blk\.\d+\.", "", name) for name in self.shapes}

    @property
    def like(self) -> list[str]:
        """The type of config.json that the architecture is like, and facts in place of its own."""
        return _table("type").get(str(self.kind), [str(self.kind)])

    def number(self, *keys: str) -> int:
        """The first of some keys that is a whole number, or 0."""
        found = [self.values[key] for key in keys if isinstance(self.values.get(key), int)]
        return int(found[0]) if found else 0

    def config(self) -> dict[str, Any]:
        """What a config.json would say."""
        if self.depth > len(self.shapes):
            # A block has a tensor at least: the layers of this one are not worth counting.
            raise InputError(f"{self.depth:,} blocks, which is more than it has tensors")
        config: dict[str, Any] = {
            name: self.values[key] for key, names in _table("field").items() if key in self.values
            for name in names
        }
        for tensor, names in _table("present").items():
            here = any(re.fullmatch(tensor, each) for each in self.blocks)
            config.update(dict.fromkeys(names, here))
        for tensor, [name] in _table("rows").items():
            if tensor in self.shapes:
                config[name] = next(iter(self.shapes[tensor]), 0)
        config["tie_word_embeddings"] = "output.weight" not in self.shapes
        config["model_type"] = self.model_type()
        config["num_hidden_layers"] = self.depth
        if "bert" in str(self.kind):
            config["architectures"] = ["EncoderModel"]  # neither pooler nor head
            config.setdefault("type_vocab_size", 0)
        config["block_auto_adjust_ff_dim"] = False
        for name in ("q_lora_rank", "sliding_window", "head_dim"):
            config.setdefault(name, None)
        config.setdefault("num_key_value_heads", config.get("num_attention_heads"))
        if self.kind == "llama4":
            config["intermediate_size"] = self.number("expert_feed_forward_length")
        return config | self.attention() | self.recurrent() | self.kinds_of_layers()

    def model_type(self) -> str:
        """The type that config.json has for the architecture."""
        if self.like == ["llama"] and self.number("expert_count"):
            return "mixtral"
        if self.kind == "deepseek2" and self.number("attention.q_lora_rank") == 0:
            return "deepseek_v2"
        if self.kind == "granitehybrid" and not self.number("expert_count"):
            return "bamba"
        if self.like[0] not in known_types():
            raise InputError(f"the layers of {self.kind!r} are not known here")
        return self.like[0]

    @property
    def depth(self) -> int:
        """Layers of the model itself, without those that predict further tokens."""
        return self.number("block_count") - self.number("nextn_predict_layers")

    def attention(self) -> dict[str, Any]:
        """Heads, and the widths of the parts of latent attention."""
        found: dict[str, Any] = {}
        shared = self.values.get("attention.head_count_kv")
        if isinstance(shared, list):
            found["num_key_value_heads"] = max(shared, default=0)
        if self.kind in ("falcon", "starcoder"):
            found["multi_query"] = shared == 1
        if self.number("attention.kv_lora_rank"):
            rotary = self.number("rope.dimension_count")
            width = self.number("attention.key_length_mla", "attention.key_length")
            value = self.number("attention.value_length_mla", "attention.value_length")
            found |= {
                "num_key_value_heads": self.number("attention.head_count"), "head_dim": None,
                "qk_rope_head_dim": rotary, "qk_nope_head_dim": width - rotary,
                "v_head_dim": value or None,
            }
        return found

    def recurrent(self) -> dict[str, Any]:
        """Heads and widths of state-space layers, whose inner width is that of all heads."""
        inner, heads = self.number("ssm.inner_size"), self.number("ssm.time_step_rank")
        if not inner:
            return {}
        found: dict[str, Any] = {"mamba_expand": inner // (self.number("embedding_length") or 1)}
        if self.kind == "mamba":
            found["intermediate_size"] = inner
        elif self.number("ssm.group_count") and heads:
            names = ["mamba_d_head", "mamba_head_dim", "linear_value_head_dim"]
            if self.kind == "mamba2":
                names.append("head_dim")
            found |= dict.fromkeys(names, inner // heads)
        return found

    def kinds_of_layers(self) -> dict[str, Any]:
        """Layers that differ from each other, by lists over them."""
        windows = self.values.get("attention.sliding_window_pattern")
        if isinstance(windows, list):
            kinds = {True: "sliding_attention", False: "full_attention"}
            return {"layer_types": [kinds[bool(each)] for each in windows]}
        shared = self.values.get("attention.head_count_kv")
        if not isinstance(shared, list):
            return {}
        attends = [at for at, heads in enumerate(shared) if heads]
        experts = [
            at for at in range(len(shared)) if f"blk.{at}.ffn_gate_inp.weight" in self.shapes
        ]
        other = "conv" if "shortconv.l_cache" in self.values else "mamba"
        return {
            "layer_types": ["full_attention" if heads else other for heads in shared],
            "attn_layer_indices": attends,
            **_rhythm("attn_layer", attends, len(shared)),
            **_rhythm("expert_layer", experts, len(shared)),
        }


def _rhythm(name: str, places: Sequence[int], count: int) -> dict[str, int]:
    """Every how many layers one of a kind stands, and which is the first."""
    first = places[0] if places else count
    second = places[1] if len(places) > 1 else first + count
    return {f"{name}_offset": first, f"{name}_period": second - first}


def model_of(held: Held, name: str) -> Model:
    """The layers in the notation; InputError for an architecture that is not counted."""
    metadata = _Metadata(held.metadata, held.tensors)
    lines, _ = config_lines(metadata.config(), facts(" ".join(metadata.like[1:])))
    return read_notation("\n".join(lines), "", name, numbered=False)


def counted(held: Held) -> Held:
    """The file with the count of its architecture, where that has the parameters of the tensors."""
    try:
        count = params(model_of(held, ""))
    except DlcalcError as error:
        note = f"its architecture is not counted: {words_of(error, 200)}"
        return replace(held, notes=[*held.notes, note])
    depth = _Metadata(held.metadata, held.tensors).depth
    own = [
        each for each in held.tensors
        # The first T5 files of Google have a bias across that no layer reads.
        if _block(each.name) < depth and "cross_attn_rel_b" not in each.name
    ]
    # What balances the load of experts is a parameter to some classes and a buffer to others.
    balance = sum(each.numbers for each in own if re.search(r"\bexp_probs_b\b", each.name))
    held_params = sum(each.params for each in own)
    if count.params in (held_params, held_params + balance):
        return replace(held, count=count, input=count.input)
    note = f"the architecture that its metadata gives has {count.params:,} parameters"
    return replace(held, notes=[*held.notes, note])


def _block(name: str) -> int:
    """The number of the layer that a tensor belongs to; -1 for one of the whole model."""
    found = re.match(r"blk\.(\d{1,6})\.", name)
    return int(found[1]) if found else -1
