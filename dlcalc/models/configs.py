"""Models from a config.json of Hugging Face, by the architectures in `architectures/`.

Five files hold what no config.json shows: `types.txt` the architecture and the facts of
each model type (one with `-` behind its name is not counted, and refused), `defaults.txt`
the fields of its class where the config leaves them out, `unread.txt` the fields that
change no count, `heads.txt` what the names of classes say, `old_layers.txt` what layers were
called. A type that is like another is one line. A definition `derived.NAME` is what the class
itself makes of NAME, as a saved config has it: no note says it is not read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Container, Mapping
from types import MappingProxyType

from dlcalc.errors import At, InputError, did_you_mean
from dlcalc.input.expressions import Expression, Fields, facts
from dlcalc.input.json_text import parse_json
from dlcalc.input.sources import Source, decode, text_beside
from dlcalc.models.notation import read_notation
from dlcalc.models.templates import Architecture, Expander
from dlcalc.models.tree import Model
from dlcalc.names import DTYPE_ALIASES, DTYPES
from dlcalc.typed import Any

Config = Mapping[str, Any]

def read_config(source: Source, name: str = "") -> Model:
    """The model that a config.json describes; InputError where its type is not known.

    >>> text = b'{"model_type": "gpt2"}'
    >>> read_config(Source(text, "")).input
    (1024,)
    """
    with At(source.place, once=True):
        given = parse_json(decode(source))
        head = given if isinstance(given, dict) and "model_type" not in given else {}
        written = head.get("notation")
        if isinstance(written, str):  # of `models NAME` or `--to-notation`, as JSON
            return read_notation(written, source.place, name, numbered=False)
        config = head.get("config", given)  # of the zoo, with a head of its own
        if not isinstance(config, dict) or "model_type" not in config:
            raise InputError("a JSON object with model_type is wanted, as config.json has")
        lines, notes = config_lines(config)
        model = read_notation(
            "\n".join(lines), source.place, name or str(config["model_type"]), numbered=False
        )
    model.notes, model.config, model.held = notes, True, _held(config)
    if head:
        model.name, model.source, model.published = head["name"], head["source"], head["published"]
    return model


def _held(config: Config) -> str:
    """What a config says of the type of its weights, by which no bytes go unasked."""
    said = str(config.get("dtype") or config.get("torch_dtype")).removeprefix("torch.")
    near, so = DTYPE_ALIASES.get(said, said), "that"
    quantised = config.get("quantization_config", config.get("quantization"))
    if isinstance(quantised, dict) and quantised:
        fields = Fields(quantised)
        said = f"quantised ({fields.get('quant_method') or 'packed'!s:.40})"
        lines = (line for line in _read_data("held.txt").splitlines() if line[0] != "#")
        rows = (line.split(" ", 1) for line in lines)
        near = next((kind for kind, when in rows if Expression(when)(fields)), "")
        so = "all matrices so"
    elif near not in DTYPES or near == "float32":
        return ""
    counts = f": --dtype {near} counts {so}" if near else ""
    return f"says {said} weights; bytes are of float32{counts}"


def config_lines(
    config: Config, given: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[list[str], tuple[str, ...]]:
    """A config.json in the layer notation, and what of it nothing reads.

    `given` are facts in place of those of its type.

    >>> config_lines({"model_type": "gpt2", "n_layer": 2})[0][0]
    'input 1024'
    """
    notes: list[str] = []
    lines = _layer_lines(config, given, notes)
    return lines, tuple(notes)


def _layer_lines(
    config: Config, given: Mapping[str, Any], notes: list[str], place: str = "", usual: str = "",
    preset: Mapping[str, Any] | None = None,
) -> list[str]:
    """The layers of a config and of those in it, each by the architecture of its type.

    `given` are facts that the one around it sets.
    """
    kind = str(config.get("model_type") or usual)
    architecture, own = type_facts(kind)
    defaults, aliases, nested = class_defaults(kind)
    hold = "presets_hold" in own
    config = _in_new_words(_without_aliases(config, aliases), nested)
    defaults = _with_nested(config, defaults, nested, hold) | dict(preset or {})
    # A field that its class does not know is none, though a definition has its name; only
    # whether a model is causal may be said of any, as GGUF files do.
    known = {*defaults, *own, "causal"}
    stray = sorted(config.keys() & architecture.definitions.keys() - known)
    config = {name: value for name, value in config.items() if name not in stray}
    _check_numbers(config, defaults)
    fixed = {"class_name": [*(config.get("architectures") or ()), ""][0], "model_type": kind}
    fixed["head"] = _head(str(fixed["class_name"]))
    if "labels" not in own:
        fixed["labels"] = _labels(config, defaults.get("num_labels", 2))
    other_names = {other: Expression(name) for other, name in aliases.items()}
    fields = Fields(given, fixed, own, config, defaults, other_names, architecture.definitions)
    # Old configs have the fields of the language model beside those of the whole.
    flat = "flat" in own and fields.get("flat")

    def include(name: str, more: dict[str, Expression]) -> list[str]:
        inner = fields.get(name)
        if not isinstance(inner, dict | None):
            raise InputError(f"{name} is no object of fields")
        bound = {key: value(fields) for key, value in more.items()}
        # What the outer class presets holds where it makes the inner config, or always.
        start = f"{name}."
        below = {} if inner and not hold else {
            key.removeprefix(start): value for key, value in defaults.items()
            if key.startswith(start)
        }
        if inner is None and flat:
            inner = {k: v for k, v in config.items() if k not in (*nested, "model_type")}
        elif inner and inner.get("model_type") == kind:
            inner = {**inner, "model_type": nested[name]}  # as old configs have it
        around = f"{place}{name}."
        return _layer_lines(inner or {}, bound, notes, around, nested.get(name, ""), below)

    expander = Expander(architecture, fields, include)
    lines = expander.lines(architecture.lines)
    notes += expander.notes
    if place:
        lines = [line for line in lines if not line.startswith("input ")]
    if not flat:
        notes += [
            f"{place}{name} is not read: no count of {kind} depends on it"
            for name in (*stray, *_unread(config, defaults, fields, nested, architecture))
        ]
    return lines


def _with_nested(
    config: Config, defaults: dict[str, Any], nested: Mapping[str, str], hold: bool
) -> dict[str, Any]:
    """Defaults of a class with those of the configs in it, which it presets or leaves to them."""
    for name, usual in nested.items():
        inner = config.get(name)
        told = inner.get("model_type") if isinstance(inner, dict) else None
        if isinstance(inner, dict) and inner and not hold:
            defaults = {k: v for k, v in defaults.items() if not k.startswith(f"{name}.")}
        own = class_defaults(usual if told == config.get("model_type") else told or usual)[0]
        defaults = {f"{name}.{key}": value for key, value in own.items()} | defaults
    return defaults


def _unread(
    config: Config, defaults: Config, fields: Fields, nested: Container[str],
    architecture: Architecture,
) -> list[str]:
    """Fields that no count of the type depends on, whatever the others say."""
    outer = {each.partition(".")[0] for each in fields.read}
    left = [
        name for name, value in config.items()
        if name not in fields.read and name not in outer and name not in nested
        and value is not None and not _is_idle(name) and defaults.get(name) != value
        and fields.get(f"derived.{name}") != value
    ]
    named = fields.named() | architecture.names if left else set()
    return [name for name in left if name not in named]


def known_types() -> list[str]:
    """The model types of the table.

    >>> "llama" in known_types()
    True
    """
    return [each.split()[0] for each in _read_data("types.txt").splitlines() if each[:1].isalnum()]


def type_facts(kind: str) -> tuple[Architecture, dict[str, Expression]]:
    """The architecture of a model type, and the facts that its config does not show.

    >>> type_facts("llama")[0].file
    'decoder.txt'
    """
    text, like = _read_data("types.txt"), kind
    found: dict[str, Expression] = {}
    for _ in range(text.count("\n")):
        line = _line(text, like)
        if line is None:
            raise InputError(f"unknown model_type {kind!r}{did_you_mean(kind, known_types())}")
        like, _, rest = line.partition(" ")
        if like == "-":
            raise InputError(f"model_type {kind!r} is known here, and not counted")
        found = facts(rest) | found
        if os.path.exists(os.path.join(os.path.dirname(__file__), "architectures", f"{like}.txt")):
            return Architecture(_read_data(f"{like}.txt"), f"{like}.txt", _read_data), found
    raise InputError(f"types.txt: {kind!r} is like itself")


def class_defaults(kind: str) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
    """Fields of a class that a config may leave out, other names for them, nested types.

    >>> class_defaults("gpt2")[0]["n_embd"], class_defaults("gpt2")[1]["hidden_size"]
    (768, 'n_embd')
    """
    defaults: dict[str, Any] = {}
    aliases: dict[str, str] = {}
    nested: dict[str, str] = {}
    for word in (_line(_read_data("defaults.txt"), kind) or "").split():
        mark = min("=<:", key=lambda each: (word.find(each) < 0, word.find(each)))
        name, _, value = word.partition(mark)
        if mark == "=":
            try:
                defaults[name] = json.loads(value)
            except ValueError:  # a word, which needs no quotes
                defaults[name] = value
        elif mark == "<":
            aliases[value] = name
        else:
            nested[name] = value
    return {aliases.get(name, name): value for name, value in defaults.items()}, aliases, nested


def _read_data(name: str) -> str:
    return text_beside(__file__, "architectures", name)


def _line(text: str, kind: str) -> str | None:
    """What stands behind a type in a table."""
    start = f"\n{text}".find(f"\n{kind} ")
    if start < 0 or not kind:
        return None
    return text[start + len(kind) + 1 :].partition("\n")[0]


def _without_aliases(config: Config, aliases: Mapping[str, str]) -> dict[str, Any]:
    """The config with each field under the name that its class knows it by."""
    plain = {key: value for key, value in config.items() if key not in aliases}
    for other, name in aliases.items():
        if config.get(other) is not None:
            if config.get(name, config[other]) != config[other]:
                raise InputError(
                    f"{name} is {config[name]}, and {other}, which is the same, {config[other]}"
                )
            plain[name] = config[other]
    return plain


def _in_new_words(config: dict[str, Any], nested: Mapping[str, str]) -> dict[str, Any]:
    """The config with its types of layers and the configs in it as they are written today."""
    for name in ("layer_types", "layers_block_type"):
        if isinstance(config.get(name), list):
            old = _read_data("old_layers.txt")
            config[name] = [_line(old, str(each)) or each for each in config[name]]
    return config | {name: config[f"{name}_dict"] for name in nested if config.get(f"{name}_dict")}


HELD = {"architectures": list, "id2label": dict | list}
"""What the fields are that hold names."""


def _check_numbers(config: Config, defaults: Mapping[str, Any]) -> None:
    """Refuse what is no whole number where the class of the config has one, and no list."""
    for name, value in config.items():
        kind = HELD.get(name, object)
        if not isinstance(value, kind | None):
            word = "list" if kind is list else "object"
            raise InputError(f"field {name!r} is no {word}, but {json.dumps(value)}")
        if type(defaults.get(name)) is int and isinstance(value, str | float | bool | dict):
            raise InputError(f"field {name!r} is no whole number, but {json.dumps(value)}")
        if type(defaults.get(name)) is list and isinstance(value, str | dict):
            raise InputError(f"field {name!r} is no list, but {json.dumps(value)}")


def _head(name: str) -> str | None:
    """The head that a class of this name puts on, by the longest end; null for no class."""
    table = [line.split() for line in _read_data("heads.txt").splitlines()[1:]]
    ends = [(len(end), head) for head, *known in table for end in known if name.endswith(end)]
    if name and not ends:
        raise InputError(f"architectures: {name} has no head that is known here; it is not counted")
    return max(ends)[1] if name else None


def _labels(config: Config, usual: int) -> int:
    number, names = config.get("num_labels"), config.get("id2label")
    if names is None:
        return usual if number is None else number
    if number is not None and number != len(names):
        raise InputError(f"num_labels is {number}, and id2label has {len(names)} names")
    return len(names)


def _is_idle(name: str) -> bool:
    """Whether a field changes no count in any architecture."""
    if not _idle:
        lines = [line.partition("#")[0] for line in _read_data("unread.txt").splitlines()]
        _idle.extend(word.split("*") for word in " ".join(lines).split())
    return any(
        name.startswith(word[0]) and name.endswith(word[-1]) and all(part in name for part in word)
        for word in _idle if len(word) > 1 or word[0] == name
    )


_idle: list[list[str]] = []
"""Names that an asterisk may stand in, taken apart there."""
