"""Text to value, once, at the door: sizes, paddings, arrays; and what shells complete of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click

from dlcalc.errors import DlcalcError, InputError, did_you_mean
from dlcalc.numbers.axes import PADDING_NAMES, paddings_in, parse_whole, sizes_in
from dlcalc.shell.lazy import lazily
from dlcalc.typed import TYPE_CHECKING, Any, TypeAlias

models, parse = lazily("dlcalc.models"), lazily("dlcalc.numbers.parse")
if TYPE_CHECKING:
    ParamType: TypeAlias = click.ParamType[Any, Any]
else:
    # How many types it is generic in differs between the releases of click.
    ParamType = click.ParamType

Completer = Callable[[click.Context, str], Iterable["str | tuple[str, str]"]]
"""What a shell may complete, from the line before a word and the word so far; with its help."""


class TextType(ParamType):
    """What is typed as a text and read once; what is no text any more is a value already."""

    def __init__(
        self, name: str, read: Callable[[str], Any] = str,
        complete: Completer = lambda ctx, incomplete: (), files: bool = False,
    ) -> None:
        self.name = name
        self.read = read
        """The value of a text; InputError where there is none."""
        self.complete = complete
        self.files = files
        """Whether it may be the name of a file."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value of a text."""
        if not isinstance(value, str):
            return value
        try:
            return self.read(value)
        except DlcalcError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """The choices that begin so, or files where there are none."""
        from click.shell_completion import CompletionItem

        found = []
        for each in self.complete(ctx, incomplete):
            name, told = (each, None) if isinstance(each, str) else each
            if name.lower().startswith(incomplete.lower()):
                found.append(CompletionItem(name, help=told))
        if not found and self.files:
            return [CompletionItem(incomplete, type="file")]
        return found


class WholeType(TextType):
    """One whole number within bounds."""

    def __init__(self, least: int, most: int | None = None) -> None:
        super().__init__("N", self._parse_whole)
        self.least, self.most = least, most

    def _parse_whole(self, text: str) -> int:
        try:
            number = parse_whole(text)
        except ValueError:
            number = None
        if number is None or number < self.least or (self.most or number) < number:
            bounds = f"of at least {self.least}" if self.most is None else (
                f"from {self.least} to {self.most}"
            )
            raise InputError(f"{text[:40]!r} is no whole number {bounds}")
        return number


class NameType(TextType):
    """One of a few names, with `did you mean` for all others."""

    def __init__(self, name: str, names: Iterable[str]) -> None:
        super().__init__(name, complete=lambda ctx, incomplete: self.names)
        self.names = tuple(names)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """The names themselves."""
        return f"[{'|'.join(self.names)}]"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The name as it is known, whatever its letters."""
        if value not in self.names and isinstance(value, str):
            from dlcalc.input.sources import read_table

            small = value.lower()
            meant = read_table(__file__, "meant.txt").get(self.name, {})
            value = small if small in self.names else meant.get(small, value)
        if value not in self.names:
            known = did_you_mean(str(value), self.names)
            message = f"unknown {self.name} {str(value)[:40]!r}{known}"
            source = ctx and param and ctx.get_parameter_source(param.name)
            from_environment = source is click.core.ParameterSource.ENVIRONMENT
            variable = f"'{param.envvar}'" if from_environment else None
            raise click.BadParameter(message, ctx, param, variable)
        return value


def _size(text: str) -> Any:
    sizes = sizes_in(text)
    return sizes[0] if len(sizes) == 1 else sizes


def _padding(text: str) -> Any:
    if text in PADDING_NAMES:
        return text
    paddings = paddings_in(text)
    return paddings[0] if len(paddings) == 1 and isinstance(paddings[0], int) else paddings


def _number(text: str) -> Any:
    try:
        number = parse.parse_number(text)
        parse.as_float(number, parse.shorten(text))
        return number
    except DlcalcError as error:
        raise InputError(error.message.partition(";")[0]) from None


def _tolerance(text: str) -> float:
    number = _number(text)
    if number < 0:
        raise InputError(f"{text} is below 0")
    return float(number)


def _place(text: str) -> tuple[str, tuple[int, ...]]:
    """The name of the field, empty for the main one, and the index."""
    name, colon, index = text.rpartition(":")
    try:
        return name.strip(), tuple(parse_whole(part.strip()) for part in index.split(","))
    except ValueError:
        if text[:1].isdigit() or colon or not text.strip():
            raise InputError(f"{text[:40]!r} is no place: write 0,1, or dw:0,1") from None
        return text.strip(), ()


def _fields(ctx: click.Context, begun: str) -> list[str]:
    """The fields of what a line gives that begin so, each up to the next part of its name."""
    from dlcalc.numbers.places import names_within
    from dlcalc.shell.inner import answer_at_hand

    answer = answer_at_hand(ctx)
    names = names_within(answer.for_programs) if answer is not None else ()
    begin = (name for name in names if name.startswith(begun))
    return list(dict.fromkeys(name[: name.find(".", len(begun)) + 1] or name for name in begin))


def _answer_fields(ctx: click.Context, incomplete: str) -> list[str]:
    """Within an object, the fields of what the line before it gives."""
    before, quote, begun = incomplete.rpartition('"')
    if not before.startswith("{") or before.rstrip()[-1:] not in ("{", ","):
        return []
    return [
        before + quote + name + ("" if name.endswith(".") else '": ')
        for name in _fields(ctx, begun)
    ]


def _tables(ctx: click.Context, incomplete: str) -> Iterable[str]:
    """The tables of what a line gives."""
    from dlcalc.shell.inner import answer_at_hand

    answer = answer_at_hand(ctx)
    return () if answer is None else answer.tables


def _models(ctx: click.Context, incomplete: str) -> list[str]:
    """Models of the zoo; of layers typed in, which have their input on the line, types too."""
    from dlcalc.layers.table import types

    typed = incomplete and ctx.params.get("input") is not None
    return [*models.zoo_names(), *(types() if typed else [])]


def _layers(ctx: click.Context, incomplete: str) -> list[str]:
    """Layers of the model that stands before the word, those of a repeat without its turns."""
    from dlcalc.models.changes import layer_names

    found = _typed_model(ctx)
    return [] if found is None else list(layer_names(found))


def _changes(ctx: click.Context, incomplete: str) -> list[str]:
    """Layers of the model; behind the point, the arguments of that layer."""
    from dlcalc.layers.table import handler, parameters
    from dlcalc.models.changes import edit, layer_names

    found = _typed_model(ctx)
    if found is None or "=" in incomplete:
        return []
    names, nodes = layer_names(found), []

    def seen(node: Any) -> list[Any]:
        nodes.append(node)
        return [node]

    begun = [name for name in names if incomplete.startswith(f"{name}.")]
    for name in begun:
        edit(found, name, seen)
    kinds = [node.type for node in nodes if hasattr(node, "type")]
    keys = [f"{name}.{key}=" for name in begun for kind in kinds
            for key in parameters(handler(kind))[0]]
    return [*(f"{name}." for name in names if f"{name}." != incomplete), *dict.fromkeys(keys)]


def _typed_model(ctx: click.Context) -> Any:
    """The model that stands on the line so far; None where there is none yet."""
    from dlcalc.models.reading import model

    # An option that still lacks its value leaves the arguments where click found them.
    words = ctx.params.get("model") or ctx.args
    try:
        return model(*words) if words else None
    except DlcalcError:
        return None


SIZE = TextType("size", _size)
"""`5`, or `5x3`, also `5,3` or `(5, 3)`: an int, or a tuple of one an axis."""
PADDING = TextType("padding", _padding, lambda ctx, incomplete: PADDING_NAMES)
"""`1`, `1x2`, `1:2` (before:after), `1:2x0:1`, `same`, `valid`, `full` or `causal`."""
NUMBER = TextType("number", _number)
"""One finite number."""
RATE = TextType("rate", parse.parse_rate)
"""A rate or a loss: a number from 0, also as 2%."""
TOLERANCE = TextType("R", _tolerance)
"""A relative tolerance: a number from 0."""
ARRAY = TextType("array", files=True)
"""A file name, `-`, or numbers typed in; read when the command runs, not before."""
DISTRIBUTION = TextType("array", files=True)
"""As ARRAY, but a record hands its text on as it is: an array or an object."""
MODEL = TextType("model", complete=_models, files=True)
"""A model of the zoo, a file, `-`, or layers; read when the command runs, not before."""
LAYER = TextType("layer", complete=_layers)
CHANGE = TextType("layer.key=value", complete=_changes)
"""`C1.kernel=4`: a layer of the model that stands before it, and one of its arguments."""
PLACE = TextType("place", _place, _fields)
"""`0,1`, `dw:0,1` or `loss`: one element of any field."""
TABLE = TextType("text", complete=_tables)
"""The name of one of an answer's tables."""
ANSWER = TextType("array", complete=_answer_fields, files=True)
"""An expected answer: a file, `-`, an array, or an object of fields."""
FOLDER = click.Path(file_okay=False)
WRITTEN = click.Path(readable=False)
"""The name of a file that an option writes: no entry of an answer sheet may have one."""


def gate_activation(gates: str) -> TextType:
    """`f=relu`: a gate of a cell and its activation; which there are, the calculation knows."""

    def read(text: str) -> tuple[str, str]:
        gate, equals, name = text.partition("=")
        if not (gate and equals and name):
            example = f"{gates[1]}=relu"
            raise InputError(f"{text[:40]!r} is no activation of a gate: write {example}")
        return gate, name

    def complete(ctx: click.Context, incomplete: str) -> Iterable[str]:
        from dlcalc.names import GATE_ACTIVATIONS

        return (f"{gate}={name}" for gate in gates for name in GATE_ACTIVATIONS)

    return TextType("GATE=NAME", read, complete)


def as_typed(kind: click.ParamType[Any], text: str) -> Any:
    """The value of a text as an option of that type takes it; InputError where it is none."""
    try:
        return kind.convert(text, None, None)
    except click.BadParameter as error:
        raise InputError(error.message) from None


def is_given(parameter: str) -> bool:
    """Whether the running command was given a parameter, on its line or by a variable."""
    source = click.get_current_context().get_parameter_source(parameter)
    return source is not click.core.ParameterSource.DEFAULT
