"""Architectures: every reference config counted in full, and what is no config refused."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest

from dlcalc.errors import InputError
from dlcalc.models import configs
from dlcalc.models.configs import config_lines, known_types, type_facts
from dlcalc.models.count import Count, params
from dlcalc.models.notation import read_notation
from tests.shell.running import invoke

# Measured by num_parameters() of transformers 5.24.0 and the flop counter of torch 2.13.0.
REFERENCE = Path(__file__).parents[1] / "data/reference_configs.jsonl"
CASES = [json.loads(line) for line in REFERENCE.read_text().splitlines()]
LLAMA = {
    "model_type": "llama", "hidden_size": 4096, "intermediate_size": 11008, "vocab_size": 32000,
    "num_hidden_layers": 32, "num_attention_heads": 32, "max_position_embeddings": 4096,
}

TIES = [
    ("llava", "LlavaForConditionalGeneration", "llama", True, 304_605_472),
    ("llava", "LlavaForConditionalGeneration", "llama", False, 304_605_472),
    ("mistral3", "Mistral3ForConditionalGeneration", "mistral", True, 408_918_240),
    ("mistral3", "Mistral3ForConditionalGeneration", "mistral", False, 408_921_440),
    ("llama4", "Llama4ForConditionalGeneration", "llama4_text", True, 429_482_848),
    ("llama4", "Llama4ForConditionalGeneration", "llama4_text", False, 429_479_648),
]


def counted(config: dict[str, Any]) -> Count:
    return params(read_notation("\n".join(config_lines(config)[0])))


@pytest.mark.parametrize(("given", "more"), [
    ({"hidden_act": "silu"}, 0), ({"hidden_act": "prelu"}, 32), ({"hidden_act": "xielu"}, 64),
    ({"model_type": "apertus"}, 64 + 32 * 2 * 128 - 32 * 4096 * 11008),
    ({"model_type": "apertus", "hidden_act": "silu"}, 32 * 2 * 128 - 32 * 4096 * 11008),
])
def test_activations_that_have_parameters(given: dict[str, str], more: int) -> None:
    total = counted({**LLAMA, **given}).total("params")
    assert total == counted(LLAMA).total("params") + more


@pytest.mark.parametrize("type", sorted({case["config"]["model_type"] for case in CASES}))
def test_reference(type: str) -> None:
    for case in CASES:
        if case["config"]["model_type"] == type:
            count = None
            with contextlib.suppress(InputError):
                count = counted(case["config"])
            if count is None:
                with pytest.raises(InputError, match="not counted"):
                    counted(case["config"])
                continue
            assert count.params == case["params"], case["config"]["architectures"]
            assert count.active_params == case.get("active_params", count.active_params)
            assert count.macs == case.get("macs", count.macs)


@pytest.mark.parametrize(("config", "count"), [
    # Checkpoints of openai-community/gpt2-medium, meta-llama/Llama-2-7b-hf and
    # mistralai/Mistral-7B-v0.1.
    ({"model_type": "gpt2", "n_embd": 1024, "n_layer": 24, "n_head": 16}, 354_823_168),
    (LLAMA, 6_738_415_616),
    ({**LLAMA, "model_type": "mistral", "intermediate_size": 14336, "num_key_value_heads": 8},
     7_241_732_096),
    # Qwen/Qwen2.5-VL-7B-Instruct, whose config has the fields of its text at the top.
    ({"model_type": "qwen2_5_vl", "architectures": ["Qwen2_5_VLForConditionalGeneration"],
      "hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28,
      "num_attention_heads": 28, "num_key_value_heads": 4, "vocab_size": 152064,
      "vision_config": {"model_type": "qwen2_5_vl", "hidden_size": 1280}}, 8_292_166_656),
    # llava-hf/llava-1.5-7b-hf.
    ({"model_type": "llava", "text_config": {"model_type": "llama", "vocab_size": 32064}},
     7_063_427_072),
    # Whose tie_word_embeddings counts: LLaVA's either, Mistral 3's the outer, Llama 4's the inner.
    *(({"model_type": kind, "tie_word_embeddings": outer, "architectures": [name],
        "text_config": {"model_type": text, "hidden_size": 32, "vocab_size": 100,
                        "num_hidden_layers": 1, "num_attention_heads": 2, "head_dim": 16,
                        "num_key_value_heads": 2, "tie_word_embeddings": not outer}}, count)
      for kind, name, text, outer, count in TIES),
    # As transformers 5.24.0 builds them: a text that is not given has heads of its own, which no
    # MistralConfig has by default; heads that do not divide, sizes as an object.
    ({"model_type": "mistral3"}, 23_340_272_640),
    ({"model_type": "pp_chart2table", "architectures": ["GotOcr2ForConditionalGeneration"]},
     560_528_640),
    ({"model_type": "upernet"}, 66_382_916),
    ({"model_type": "lxmert", "architectures": ["LxmertForPreTraining"],
      "tie_word_embeddings": False}, 251_492_648),
    ({"model_type": "janus_vqgan", "architectures": ["JanusVQVAE"], "double_latent": True},
     73_063_307),
    ({"model_type": "esm", "architectures": ["EsmForMaskedLM"], "vocab_size": 33}, 86_461_618),
    ({"model_type": "esm", "architectures": ["EsmForMaskedLM"], "vocab_size": 33,
      "position_embedding_type": None}, 86_461_618 - 1026 * 768),
    ({"model_type": "apertus1p5_text", "hidden_size": 64, "num_attention_heads": 4,
      "intermediate_size": 32, "num_hidden_layers": 2, "vocab_size": 100,
      "output_vocab_size": 40}, 50_308),
    ({"model_type": "hiera", "num_heads": [5, 2, 4, 8]}, 50_757_506),
    ({"model_type": "segformer", "num_attention_heads": [1, 2, 5, 7]}, 3_311_690),
    ({"model_type": "pvt_v2", "image_size": {"height": 192, "width": 224}}, 3_410_274),
])
def test_checkpoints(config: dict[str, Any], count: int) -> None:
    assert counted(config).params == count


@pytest.mark.parametrize("stray", [
    {"moe": True}, {"bias": True}, {"gated": False}, {"window": 8}, {"qk_norm": "head"},
])
def test_a_field_that_only_the_tables_know_is_none_of_a_config(stray: dict[str, Any]) -> None:
    assert config_lines({**LLAMA, **stray})[0] == config_lines(LLAMA)[0]


def test_a_type_like_llama_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = configs._read_data

    def text(name: str) -> str:
        return plain(name) + "herd llama qk_norm = 'head'\n" * (name == "types.txt")

    monkeypatch.setattr(configs, "_read_data", text)
    more = 32 * 2 * 128
    assert counted({**LLAMA, "model_type": "herd"}).params == counted(LLAMA).params + more


def test_types_that_are_like_each_other_alone_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configs, "_read_data", lambda name: "one two a = 1\ntwo one b = 2\n")
    with pytest.raises(InputError, match=r"types.txt: 'one' is like itself"):
        type_facts("one")


def test_what_is_not_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({**LLAMA, "kv_rank": 8, "eos_token_id": 2}))
    done = invoke("params", str(tmp_path), "-f", "json")
    assert json.loads(done.out)["total"]["active_params"] == 6_738_415_616
    assert done.err == "dlcalc: kv_rank is not read: no count of llama depends on it\n"
    piped = invoke("params", "-", "-f", "json", stdin=json.dumps(LLAMA))
    assert json.loads(piped.out)["total"]["params"] == 6_738_415_616


@pytest.mark.parametrize(("config", "notes"), [
    ({"model_type": "swin", "hidden_size": 768, "num_layers": 4}, ()),
    ({"model_type": "swin", "hidden_size": 96},
     ("hidden_size is not read: no count of swin depends on it",)),
    ({"model_type": "qwen3", "layer_types": ["full_attention"] * 32}, ()),
    ({"model_type": "llama", "moe": True},
     ("moe is not read: no count of llama depends on it",)),
    ({"model_type": "deepseek_v3", "qk_head_dim": 192}, ()),
    ({"model_type": "textnet", "depths": [3, 4, 4, 4]}, ()),
    ({"model_type": "swin", "num_heads": [3, 6, 12, 25]},
     ("768 features do not divide into 25 heads: this is built, and never runs",)),
])
def test_notes(config: dict[str, Any], notes: tuple[str, ...]) -> None:
    assert config_lines(config)[1] == notes


@pytest.mark.parametrize(("kind", "windows"), [
    ("granite_swa", 18), ("granitemoe_swa", 24), ("cohere_compass_text", 0), ("mellum", 0),
])
def test_layers_whose_kinds_are_not_listed_have_those_of_the_class(
    kind: str, windows: int
) -> None:
    kept = [each.cache for each in counted({"model_type": kind}).layers if each.cache]
    assert sum(each.most is not None for each in kept) == windows


@pytest.mark.parametrize(("text", "complaint"), [
    ("[]", "a JSON object with model_type is wanted"),
    ('{"model_type": "gpt3"}', "unknown model_type 'gpt3'; did you mean gptj or gpt2"),
    ('{"model_type": "gpt2", "n_layer": 1.5}', "field 'n_layer' is no whole number, but 1.5"),
    ('{"model_type": "gpt2", "n_embd": 64.0}', "field 'n_embd' is no whole number, but 64.0"),
    ('{"model_type": "gpt2", "n_layer": 2, "num_hidden_layers": 3}',
     "n_layer is 2, and num_hidden_layers, which is the same, 3"),
    ('{"model_type": "gpt2", "architectures": 3}', "field 'architectures' is no list, but 3"),
    ('{"model_type": "bert", "id2label": 3}', "field 'id2label' is no object, but 3"),
    ('{"model_type": "bert", "architectures": {}}', "field 'architectures' is no list, but {}"),
    ('{"model_type": "gpt2", "n_head": 7}', "768 features do not divide into 7"),
    ('{"model_type": "clip", "vision_config": {"hidden_size": 97, "num_attention_heads": 3}}',
     "config.json: 97 features do not divide into 3 heads"),
    ('{"model_type": "donut-swin", "embed_dim": 97}', "97 features do not divide into 3 heads"),
    ('{"model_type": "vit", "image_size": {"height": 224, "width": 224}}',
     """field 'image_size' is no whole number, but {"height": 224, "width": 224}"""),
    ('{"model_type": "hiera", "image_size": {"height": 224}}', "field 'image_size' is no list"),
    ('{"model_type": "pvt", "image_size": [192, 224]}',
     "image_size is one number in pvt, and not [192, 224]"),
    ('{"model_type": "clip_vision_model", "image_size": [192, 224]}',
     "image_size is one number in clip_vision_model, and not [192, 224]"),
    ('{"model_type": "vit", "image_size": [224]}', "no value comes of image_size [224]: "),
    ('{"model_type": "swin", "mlp_ratio": 1e308}', "no value comes of mlp_ratio 1e+308, width 96"),
    ('{"model_type": "qwen4_exp_text", "ple_layer_ids": [1], "ngram_vocab_size_base": 1000000000}',
     "16 primes from 1,000,000,000 on are not looked for"),
    ('{"model_type": "qwen2_vl", "text_config": 5}', "text_config is no object of fields"),
    ('{"model_type": "gpt2", "n_layer": 1000000000}', "1,000,000,000 layers; at most 200,000"),
    ('{"model_type": "llama", "num_labels": 3, "id2label": {"0": "a"}}',
     "num_labels is 3, and id2label has 1 names"),
    ('{"model_type": "llama", "architectures": ["LlamaForSinging"]}',
     "LlamaForSinging has no head that is known here"),
])
def test_bad_configs(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)
    done = invoke("params", str(path))
    assert done.status == 2
    assert complaint in done.complaint


def test_types_that_are_known_and_not_counted() -> None:
    with pytest.raises(InputError, match="model_type 'dinat' is known here, and not counted"):
        type_facts("dinat")
    with pytest.raises(InputError, match="unknown model_type 'lama'; did you mean llama"):
        type_facts("lama")
    assert type_facts(known_types()[0])[0].lines
