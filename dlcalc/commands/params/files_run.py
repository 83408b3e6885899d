"""What `dlcalc params` does with files of weights and graphs."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dlcalc.errors import DlcalcError, InputError
from dlcalc.input.sources import STDIN
from dlcalc.names import DTYPE_ALIASES, DTYPES
from dlcalc.shell import note
from dlcalc.shell.lazy import lazily

if TYPE_CHECKING:
    from dlcalc.models.files import reading
    from dlcalc.models.files.tensors import Held
    from dlcalc.models.tree import Model
    from dlcalc.output.answer import Answer
    from dlcalc.shell.output import Output
else:
    reading = lazily("dlcalc.models.files.reading")


def file_operands(words: Sequence[str], piped: bool) -> list[str]:
    """The files of weights among the operands; none where a model is meant.

    Several are the parts of one model: shards, or the files of a split one.
    """
    if words and not any(word == "-" or "." in word or os.path.exists(word) for word in words):
        return []  # names of the zoo: what reads files need not be loaded
    if (not words and piped) or list(words) == ["-"]:
        buffer = getattr(sys.stdin, "buffer", None)
        return ["-"] if buffer is not None and reading.by_content(buffer) else []
    if len(words) == 1 and os.path.isdir(words[0]):
        path = weights_of_folder(words[0])
        return [path] if path else []
    if not words or not all(reading.is_weights_file(word) for word in words):
        return []
    if len(words) > 1 and not reading.are_parts(words):
        raise InputError(
            "several files, and no parts of one model; --compare takes a second one"
        ).at(words[0])
    return list(words)


def weights_of_folder(folder: str) -> str | None:
    """The weights in a folder, but where its config.json tells the same count and more."""
    from dlcalc.models.count import params
    from dlcalc.models.reading import model

    path = reading.in_folder(folder)
    if path is None or not os.path.exists(os.path.join(folder, "config.json")):
        return path
    try:
        told = params(model(folder)).params
    except DlcalcError:
        return path
    held = sum(tensor.params for tensor in reading.read_weights(path).tensors)
    return None if told == held else path


def holds_weights(words: Sequence[str]) -> bool:
    """Whether any of the words names a file of weights."""
    return any(map(reading.is_weights_file, words))


def read_operands(paths: Sequence[str], input: tuple[int, ...] | None = None) -> Held:
    """What the files hold, or standard input."""
    if list(paths) == ["-"]:
        return reading.read_stream(sys.stdin.buffer, STDIN, input)
    return reading.read_weights(*paths, input=input)


def is_model(word: str) -> bool:
    """Whether a second operand is a model and no file of weights."""
    return not (os.path.exists(word) and reading.is_weights_file(word))


def notation_answer(model: Model) -> Answer:
    """The model as it is written in the notation."""
    from dlcalc.models.translation import notation
    from dlcalc.output.answer import Answer, Text

    text = notation(model)
    return Answer({"model": model.name, "notation": text}, [Text(text.split("\n"))], "notation")


def answer_files(
    out: Output, held: Held, other: str | None, depth: int | None, sort: str | None, summary: bool,
) -> None:
    """The tensors of the files, or how they differ from those of another."""
    from dlcalc.commands.params import files_answer as drawn

    if other is not None:
        out.emit(drawn.comparison_answer(held, reading.read_weights(other)))
        return
    out.emit(drawn.held_answer(held, depth, sort, summary))
    if not out.format.whole:
        for text in drawn.notes(held):
            note(text)


def main_dtype(held: Held) -> str:
    """The type of most of the weights, as --dtype has it; float32 where it has it not."""
    counts: Counter[str] = Counter()
    for tensor in held.tensors:
        name = tensor.dtype.lower()
        counts[DTYPE_ALIASES.get(name, name)] += tensor.params
    [(name, _)] = counts.most_common(1) or [("float32", 0)]
    return name if name in DTYPES else "float32"
