"""A model by name, from a notation or config file, from standard input, or typed in."""

from __future__ import annotations

import os
from collections.abc import Sequence

from dlcalc.errors import At, InputError, did_you_mean
from dlcalc.input.sources import STDIN, Source, decode, nearest_file, read_file, read_stdin
from dlcalc.layers.table import find, is_alias, meant
from dlcalc.models import zoo_name, zoo_names, zoo_path
from dlcalc.models.notation import read_notation
from dlcalc.models.tree import Model, layers_in

AnyModel = Model | str | Sequence[str]
Size = int | str | Sequence[int]


zoo: dict[str, Model] = {}
"""The models of the zoo that have been read."""


def model(*words: str) -> Model:
    """A model of the zoo, one in a notation file or on stdin (`-`), or layers typed in.

    A file that ends in .json is read as a config.json of Hugging Face, a folder by the one in
    it; its text may be typed in. Layers may be written as PyTorch or Keras write them. A name
    of the zoo or of a layer goes before a file; `./lenet` is the file; `ResNet-50` is resnet50
    where no file is.
    Raises InputError for a name that is neither and for what is wrong in the notation,
    FileError where a file cannot be read.

    >>> model("lenet").input, model("conv 6 5", "relu").body[1].type
    ((1, 32, 32), 'relu')
    """
    if wrong := [each for each in words if not isinstance(each, str)]:
        said = f"{str(wrong[0])[:40]} is no model"
        raise InputError(f"{said}: a name, a text of layers or a list of them is wanted")
    word = words[0] if len(words) == 1 else ""
    if word == "-":
        return _from(Source(read_stdin(), STDIN), "-")
    if word not in zoo and word and (path := zoo_path(word)):
        zoo[word] = _from(Source(read_file(path), os.path.basename(path)), word)
    if word in zoo:
        return zoo[word]
    if word and not _is_typed(word) and os.path.exists(word):
        from dlcalc.models.files.reading import is_weights_file, layered, read_weights

        path = _model_file(word) if os.path.isdir(word) else word
        if is_weights_file(path):
            return layered(read_weights(path))
        return _from(Source(read_file(path), path), os.path.basename(os.path.abspath(word)))
    if word and (name := zoo_name(word)):
        return model(name)
    if word and find(word) is None and not any(mark in word for mark in " ;:\n("):
        near = did_you_mean(word, zoo_names()) or nearest_file(word)
        near = meant(word) if is_alias(word) else near
        raise InputError(
            f"no model, file or layer {word!r}{near or '; dlcalc models lists the models'}"
        )
    _check_alone(words)
    _check_quoted(words)
    return _typed(words)


def _check_alone(words: Sequence[str]) -> None:
    """Refuse the name of a model among other words."""
    for each in words if len(words) > 1 else ():
        if find(each) is None and (each == "-" or zoo_path(os.path.basename(each))):
            other = next((word for word in words if word != each), each)
            near = did_you_mean(other, zoo_names())
            if not is_model(other) and "did you mean" in near:
                raise InputError(f"no model, file or layer {other!r}{near}")
            raise InputError(
                f"{each} is a model, and {other!r} stands beside it; `layer` takes a layer of it"
            )


read = model  # where a parameter has the function's name


def as_model(model: AnyModel) -> Model:
    """The model itself, read where it is not read yet."""
    if isinstance(model, Model):
        return model
    if isinstance(model, str) or not isinstance(model, Sequence):
        return read(model)
    return read(*model)


def is_model(word: str) -> bool:
    """Whether a word by itself names a model: of the zoo, or in a file or folder.

    >>> is_model("lenet"), is_model("relu")
    (True, False)
    """
    if not word or zoo_path(word):
        return bool(word)
    return not _is_typed(word) and (os.path.exists(word) or zoo_name(word) is not None)


def _is_typed(word: str) -> bool:
    """Whether a word is well-formed as a layer, which goes before a file of that name."""
    return find(word.split()[0] if word.split() else "") is not None


def is_foreign(text: str) -> bool:
    """Whether a text is Python that makes layers: an import, a class, or a call of a class.

    >>> is_foreign("import torch\\nnet = nn.Conv2d(3, 64, 3)"), is_foreign("conv 64 3")
    (True, False)
    """
    lines = (line.lstrip() for line in text.split("\n"))
    first = next((line for line in lines if line[:1] not in ("", "#", "%", "!", "`")), "")
    if first.startswith(("import ", "from ", "class ", "def ", "@", '"""', "'''")):
        return True
    target, equals, callee = text.partition("(")[0].rpartition("=")
    *rooms, name = callee.strip().split(".")
    names = [*([target.strip()] if equals else []), *rooms, name.rstrip()]
    return "(" in text and name[:1].isupper() and all(each.isidentifier() for each in names)


def _typed(words: Sequence[str]) -> Model:
    """The layers that are typed in, as they are or as a framework writes them; or a config."""
    if len(words) == 1 and words[0].lstrip().startswith("{"):
        return _from(Source(words[0].encode(), ""), "config")
    if not any(map(is_foreign, words)):
        return read_notation("\n".join(words))
    from dlcalc.models.python_code import read_code
    from dlcalc.models.translation import notation

    coded = [read_code(each) if is_foreign(each) else None for each in words]
    if coded[0] and len(words) == 1:
        return coded[0]
    lines = [notation(code) if code else each for code, each in zip(coded, words, strict=True)]
    model = read_notation("\n".join(lines))
    if all(coded):
        takes = [code.takes.get(id(layer)) for code in coded if code
                 for layer in layers_in(code.body)]
        layers = zip(layers_in(model.body), takes, strict=True)
        model.takes = {id(layer): each for layer, each in layers if each is not None}
    return model


def _check_quoted(words: Sequence[str]) -> None:
    """Refuse `conv 64 3` typed as three words, and say how it is typed."""
    groups: list[list[str]] = []
    for word in words:
        if groups and (word[:1].isdigit() or "=" in word.split(" ")[0]):
            groups[-1].append(word)
        else:
            groups.append([word])
    if any(len(group) > 1 for group in groups) and all(find(g[0].split()[0]) for g in groups):
        quoted = " ".join(f"'{' '.join(each)}'" if " " in " ".join(each) else each[0]
                          for each in groups)
        raise InputError(f"quote each layer: {quoted}")


def _model_file(folder: str) -> str:
    """The file in a folder that says what its model is."""
    path = os.path.join(folder, "config.json")
    if os.path.exists(path):
        return path
    raise InputError("a folder without a config.json; name a file in it").at(folder)


def _from(source: Source, name: str) -> Model:
    with At(source.place, once=True):
        text = decode(source)
        if text.lstrip()[:1] in ("{", "["):
            from dlcalc.models.configs import read_config

            return read_config(source, name)
        if is_foreign(text) or source.place.endswith(".py"):
            from dlcalc.models.python_code import read_code

            return read_code(text, name)
    return read_notation(text, source.place, name)
