"""Models as trees of layers: read, counted, changed and compared; and the zoo, models by name.

Each model of the zoo is a file with its source and published figures: a `.txt` is in the layer
notation; a `.json` has the fields of a config.json under `config`. Called, it lists them:

>>> import dlcalc
>>> [each.name for each in dlcalc.models() if each.name.startswith("lenet")]
['lenet', 'lenet-1998']
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from types import ModuleType

from dlcalc.typed import NamedTuple

_FOLDER = os.path.join(os.path.dirname(__file__), "zoo")


def zoo_names() -> list[str]:
    """Names of the models of the zoo, without reading any.

    >>> "lenet" in zoo_names(), "deepseek-v3" in zoo_names()
    (True, True)
    """
    return sorted(os.path.splitext(each)[0] for each in os.listdir(_FOLDER))


def zoo_path(name: str) -> str | None:
    """The file of a model of the zoo, None where there is no such model."""
    if os.path.basename(name) != name:
        return None
    paths = (os.path.join(_FOLDER, name + ending) for ending in (".txt", ".json"))
    return next(filter(os.path.exists, paths), None)


def zoo_name(word: str) -> str | None:
    """The one model of the zoo whose name has the letters and digits of a word.

    >>> zoo_name("ResNet-50"), zoo_name("gpt-2"), zoo_name("llama")
    ('resnet50', 'gpt2', None)
    """
    found = [name for name in zoo_names() if _letters(name) == _letters(word)]
    return found[0] if len(found) == 1 else None


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


class Entry(NamedTuple):
    """A model of the zoo as the head of its file describes it."""

    name: str
    """The name by which it is asked for."""
    title: str
    """What it is."""
    input: str | None
    """The size of its input."""
    published: Mapping[str, str]
    """Published figures as they are published: `params`, `macs`."""
    source: str
    """Where the model and the figures are published."""


def models() -> list[Entry]:
    """All models of the zoo, by name.

    >>> [each.published for each in models() if each.name == "lenet"]
    [{'params': '61706'}]
    """
    return [entry(name) for name in zoo_names()]


def entry(name: str) -> Entry:
    """A model of the zoo; the head of its file alone is read."""
    from dlcalc.input.json_text import parse_json

    path = str(zoo_path(name))
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if path.endswith(".json"):
        head = parse_json(text)
        published, config = head["published"], head["config"]
        positions = config.get("max_position_embeddings", config.get("n_positions"))
        size = positions and str(positions)
    else:
        lines = (line.partition(" ") for line in text.splitlines())
        head = {key: rest.strip() for key, _, rest in lines if not key.endswith(":") and rest}
        published = dict(word.split("=", 1) for word in head["published"].split())
        size = head["input"].split()[0]
    return Entry(name, head["name"], size, published, head["source"])


class _Room(ModuleType):
    """This package, which is also the function `dlcalc.models()`: they bear one name."""

    def __call__(self) -> list[Entry]:
        return models()


sys.modules[__name__].__class__ = _Room
