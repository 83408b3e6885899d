"""The zoo: models by name, each a notation file with its source and published figures."""

from __future__ import annotations

import os

_ENDING = ".txt"


def zoo_names() -> list[str]:
    """Names of the models of the zoo, without reading any.

    >>> "lenet" in zoo_names()
    True
    """
    return sorted(
        each.removesuffix(_ENDING) for each in os.listdir(_folder()) if each.endswith(_ENDING)
    )


def zoo_path(name: str) -> str:
    """The file of a model of the zoo, which may not exist."""
    return os.path.join(_folder(), name + _ENDING)


def _folder() -> str:
    return os.path.join(os.path.dirname(__file__), "zoo")
