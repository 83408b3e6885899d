"""The model that a command was given: named, typed in, or on standard input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlcalc.errors import InputError
from dlcalc.models.notation import input_shape
from dlcalc.models.reading import model as read_model
from dlcalc.models.tree import Model
from dlcalc.shell.runner import Run


def given_model(run: Run[Any], words: Sequence[str]) -> Model:
    """The model that was named or typed in, else what is on stdin, else the example's."""
    if words:
        return read_model(*words)
    return read_model("-" if run.out.piped else run.example()["model"])


def shape_of(size: Any) -> tuple[int, ...] | None:
    """The shape of an input given as `--input`."""
    if size is None:
        return None
    try:
        return input_shape(size)
    except InputError as error:
        raise error.at("--input") from None
