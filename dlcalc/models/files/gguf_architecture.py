"""The layers that a GGUF file's metadata describes, by the architectures of config.json.

Source of the keys: ggml-org/ggml, docs/gguf.md; package gguf 0.19.0, constants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dlcalc.errors import DlcalcError, InputError
from dlcalc.models.files.tensors import Held, Tensor
from dlcalc.models.tree import Model

FIELDS = {
    "block_count": "num_hidden_layers", "embedding_length": "hidden_size",
    "feed_forward_length": "intermediate_size", "context_length": "max_position_embeddings",
    "attention.head_count": "num_attention_heads",
    "attention.head_count_kv": "num_key_value_heads", "attention.key_length": "head_dim",
    "attention.sliding_window": "sliding_window", "expert_count": "num_local_experts",
    "expert_used_count": "num_experts_per_tok",
    "expert_feed_forward_length": "moe_intermediate_size",
    "expert_shared_feed_forward_length": "shared_expert_intermediate_size",
}
"""Keys behind the name of the architecture, as config.json calls them."""
TYPES = {
    "qwen2moe": "qwen2_moe", "qwen3moe": "qwen3_moe", "gemma3": "gemma3_text", "phi2": "phi",
    "command-r": "cohere", "gptneox": "gpt_neox", "falcon": "falcon", "starcoder": "gpt_bigcode",
}
"""Architectures that config.json calls otherwise."""


def config_of(metadata: Mapping[str, Any], tensors: Sequence[Tensor]) -> dict[str, Any]:
    """What a config.json would say; InputError where the file names no architecture."""
    kind = metadata.get("general.architecture")
    if not isinstance(kind, str):
        raise InputError("a GGUF file without general.architecture tells no layers")
    shapes = {tensor.name: tensor.shape for tensor in tensors}
    config: dict[str, Any] = {
        field: metadata[f"{kind}.{key}"] for key, field in FIELDS.items()
        if f"{kind}.{key}" in metadata
    }
    config["model_type"] = TYPES.get(kind, kind)
    if kind == "llama" and config.get("num_local_experts"):
        config["model_type"] = "mixtral"
    if "num_local_experts" in config:
        config["num_experts"] = config["num_local_experts"]
    words = shapes.get("token_embd.weight")
    if words:
        config["vocab_size"] = words[0]
        config["tie_word_embeddings"] = "output.weight" not in shapes
    for key, name in (("attention_bias", "attn_q.bias"), ("mlp_bias", "ffn_up.bias")):
        if kind == "llama":
            config[key] = f"blk.0.{name}" in shapes
    return config


def model_of(held: Held, name: str) -> Model:
    """The layers in the notation; InputError for an architecture that is not counted."""
    from dlcalc.models.configs import config_lines
    from dlcalc.models.notation import read_notation

    lines, _ = config_lines(config_of(held.metadata, held.tensors))
    return read_notation("\n".join(lines), "", name, numbered=False)


def with_macs(held: Held) -> Held:
    """The file with what its architecture counts, where that has the parameters of the tensors."""
    from dlcalc.models.count import params

    blocks = held.metadata.get(f"{held.metadata.get('general.architecture')}.block_count")
    if isinstance(blocks, int) and blocks > len(held.tensors):
        # A block has a tensor at least: the layers of this one are not worth counting.
        note = f"its metadata tells of {blocks:,} blocks, more than it has tensors"
        return replace(held, notes=[*held.notes, note])
    try:
        count = params(model_of(held, ""))
    except DlcalcError:
        return held
    own = sum(tensor.params for tensor in held.tensors)
    if count.params == own:
        return replace(held, macs=count.macs, input=count.input)
    note = f"the architecture that its metadata gives has {count.params:,} parameters"
    return replace(held, notes=[*held.notes, note])
