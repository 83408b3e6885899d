"""Models from a config.json of Hugging Face: GPT-2, BERT, and LLaMA or Mistral.

The fields are put into the layer notation, in which the models of the zoo are written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dlcalc.errors import DlcalcError, InputError, did_you_mean
from dlcalc.input.json_text import parse_json
from dlcalc.input.sources import Source, decode, located
from dlcalc.models.notation import read_notation
from dlcalc.models.tree import Model

Config = Mapping[str, Any]


def read_config(source: Source, name: str = "") -> Model:
    """The model that a config.json describes; InputError where its type is not known.

    >>> text = b'{"model_type": "gpt2"}'
    >>> read_config(Source(text, "")).input
    (1024,)
    """
    try:
        config = parse_json(decode(source))
        if not isinstance(config, dict) or "model_type" not in config:
            raise InputError("a JSON object with model_type is wanted, as config.json has")
        kind = str(config["model_type"])
        if kind not in _TYPES:
            raise InputError(f"unknown model_type {kind!r}{did_you_mean(kind, _TYPES)}")
        return read_notation(_TYPES[kind](config), source.place, name or kind, numbered=False)
    except DlcalcError as error:
        raise located(error, source) from None


def _whole(config: Config, key: str, default: int | None) -> int:
    value = config.get(key)
    value = default if value is None else value
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InputError(f"field {key!r} is missing or no whole number of at least 1")
    return value


def _head(config: Config, vocabulary: int, tied: bool, bias: str = "bias=no") -> str:
    tie = " tie=embed" if config.get("tie_word_embeddings", tied) else ""
    return f"head: linear {vocabulary} {bias}{tie}"


def _gpt2(config: Config) -> str:
    width = _whole(config, "n_embd", 768)
    words = _whole(config, "vocab_size", 50257)
    positions = _whole(config, "n_positions", 1024)
    inner = _whole(config, "n_inner", 4 * width)
    return f"""
input {positions}
embed: embedding {words} {width}
position {positions}
h: repeat {_whole(config, "n_layer", 12)}:
  sum: branch:; branch: ln_1: layernorm; attn: attention {_whole(config, "n_head", 12)}
  sum: branch:; branch: ln_2: layernorm; up: linear {inner}; gelu; down: linear {width}
ln_f: layernorm
{_head(config, words, True)}
"""


def _llama(config: Config) -> str:
    width = _whole(config, "hidden_size", None)
    words = _whole(config, "vocab_size", None)
    heads = _whole(config, "num_attention_heads", None)
    shared = _whole(config, "num_key_value_heads", heads)
    each = _whole(config, "head_dim", width // heads)
    bias = "bias=yes" if config.get("attention_bias") else "bias=no"
    inner = f"linear {_whole(config, 'intermediate_size', None)} bias=no"
    return f"""
input {_whole(config, "max_position_embeddings", 2048)}
embed: embedding {words} {width}
layers: repeat {_whole(config, "num_hidden_layers", None)}:
  sum:
    branch:
    branch: rmsnorm; attn: attention {heads} kv_heads={shared} head_width={each} {bias}
  sum:
    branch:
    branch:
      rmsnorm
      scale:
        branch: gate: {inner}; silu
        branch: up: {inner}
      down: linear {width} bias=no
norm: rmsnorm
{_head(config, words, False)}
"""


def _bert(config: Config) -> str:
    width = _whole(config, "hidden_size", 768)
    positions = _whole(config, "max_position_embeddings", 512)
    inner = _whole(config, "intermediate_size", 3072)
    heads = _whole(config, "num_attention_heads", 12)
    return f"""
input {positions}
embeddings: sum:
  branch: word: embedding {_whole(config, "vocab_size", 30522)} {width}
  branch: position: embedding {positions} {width}
  branch: token_type: embedding {_whole(config, "type_vocab_size", 2)} {width}
layernorm
encoder: repeat {_whole(config, "num_hidden_layers", 12)}:
  sum: branch:; branch: attn: attention {heads}
  ln_1: layernorm
  sum: branch:; branch: up: linear {inner}; gelu; down: linear {width}
  ln_2: layernorm
select 0
pooler: linear {width}; tanh
"""


_TYPES: dict[str, Callable[[Config], str]] = {
    "gpt2": _gpt2, "bert": _bert, "llama": _llama, "mistral": _llama,
}
