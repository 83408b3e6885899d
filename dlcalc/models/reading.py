"""A model by name, from a notation or config file, from standard input, or typed in."""

from __future__ import annotations

import os

from dlcalc.errors import DlcalcError, InputError, did_you_mean
from dlcalc.input.sources import STDIN, Source, decode, located, read_file, read_stdin
from dlcalc.layers.table import find
from dlcalc.models.notation import read_notation
from dlcalc.models.tree import Model
from dlcalc.models.zoo_files import zoo_names, zoo_path


def model(*words: str) -> Model:
    """A model of the zoo, one in a notation file or on stdin (`-`), or layers typed in.

    A file that ends in .json is read as a config.json of Hugging Face.
    A name of the zoo goes before a file; `./lenet` is the file. Raises InputError for a
    name that is neither and for what is wrong in the notation, FileError where a file
    cannot be read.

    >>> model("lenet").input, model("conv 6 5", "relu").body[1].type
    ((1, 32, 32), 'relu')
    """
    word = words[0] if len(words) == 1 else ""
    if word == "-":
        return _from(Source(read_stdin(), STDIN), "-")
    if word and os.path.basename(word) == word and os.path.exists(zoo_path(word)):
        return _from(Source(read_file(zoo_path(word)), f"{word}.txt"), word)
    if word and os.path.exists(word):
        if word.endswith(".json"):
            from dlcalc.models.configs import read_config

            return read_config(Source(read_file(word), word), os.path.basename(word))
        return _from(Source(read_file(word), word), os.path.basename(word))
    if word and find(word) is None and not any(mark in word for mark in " ;:\n"):
        known = [*zoo_names(), *_files_beside(word)]
        near = did_you_mean(word, known)
        raise InputError(
            f"no model, file or layer {word!r}{near or '; dlcalc models lists the models'}"
        )
    for each in words if len(words) > 1 else ():
        if find(each) is None and (each == "-" or os.path.exists(zoo_path(os.path.basename(each)))):
            raise InputError(
                f"{each} is a model, and there is more beside it; --compare takes a second one"
            )
    return read_notation("\n".join(words))


def _files_beside(path: str) -> list[str]:
    """The files in the folder that a path leads to, as they would be typed."""
    folder = os.path.dirname(path)
    try:
        return [os.path.join(folder, name) for name in os.listdir(folder or ".")]
    except OSError:
        return []


def _from(source: Source, name: str) -> Model:
    try:
        text = decode(source)
    except DlcalcError as error:
        raise located(error, source) from None
    return read_notation(text, source.place, name)
