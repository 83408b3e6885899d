"""Text to value, once, at the door: sizes, paddings, arrays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from dlcalc.errors import DlcalcError, InputError, did_you_mean
from dlcalc.numbers.axes import PADDING_NAMES, paddings_in, parse_whole, sizes_in

if TYPE_CHECKING:
    ParamType: TypeAlias = click.ParamType[Any, Any]
else:
    # How many types it is generic in differs between the releases of click.
    ParamType = click.ParamType


class TextType(ParamType):
    """What is typed as a text and read once; what is no text any more is a value already."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value of a text."""
        if not isinstance(value, str):
            return value
        try:
            return self.read(value)
        except DlcalcError as error:
            self.fail(str(error), param, ctx)

    def read(self, text: str) -> Any:
        """The value; InputError where there is none."""
        return text

    def choices(self) -> Iterable[str]:
        """What a shell completes."""
        return ()

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """The choices that begin so."""
        return beginning(self.choices(), incomplete)


class SizeType(TextType):
    """`5`, or `5x3`, also `5,3` or `(5, 3)`: an int, or a tuple of one an axis."""

    name = "size"

    def read(self, text: str) -> Any:
        """An int, or a tuple of ints."""
        sizes = sizes_in(text)
        return sizes[0] if len(sizes) == 1 else sizes


class WholeType(TextType):
    """One whole number within bounds."""

    name = "N"

    def __init__(self, least: int, most: int | None = None) -> None:
        self.least, self.most = least, most

    def read(self, text: str) -> int:
        """An int."""
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


class NumberType(TextType):
    """One finite number."""

    name = "number"

    def read(self, text: str) -> Any:
        """An int or a float."""
        from dlcalc.numbers.parse import parse_number

        try:
            return parse_number(text)
        except DlcalcError as error:
            raise InputError(error.message.partition(";")[0]) from None


class PaddingType(TextType):
    """`1`, `1x2`, `1:2` (before:after), `1:2x0:1`, `same`, `valid` or `full`."""

    name = "padding"
    names = PADDING_NAMES

    def read(self, text: str) -> Any:
        """One padding, or a tuple of one an axis: an int, a pair, or a name."""
        if text in self.names:
            return text
        paddings = paddings_in(text)
        return paddings[0] if len(paddings) == 1 and isinstance(paddings[0], int) else paddings

    def choices(self) -> Iterable[str]:
        """The names."""
        return self.names


class ArrayType(TextType):
    """A file name, `-`, or numbers typed in; read when the command runs, not before."""

    name = "array"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """The choices that begin so, or files where there are none."""
        from click.shell_completion import CompletionItem

        found = super().shell_complete(ctx, param, incomplete)
        return found or [CompletionItem(incomplete, type="file")]


class ModelType(ArrayType):
    """A model of the zoo, a file, `-`, or layers; read when the command runs, not before."""

    name = "model"

    def choices(self) -> Iterable[str]:
        """The models of the zoo."""
        from dlcalc.models.zoo_files import zoo_names

        return zoo_names()


class NameType(TextType):
    """One of a few names, with `did you mean` for all others."""

    def __init__(self, name: str, names: Iterable[str]) -> None:
        self.name = name
        self.names = tuple(names)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """The names themselves."""
        return f"[{'|'.join(self.names)}]"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The name as it is."""
        if value not in self.names:
            known = did_you_mean(str(value), self.names)
            message = f"unknown {self.name} {str(value)[:40]!r}{known}"
            raise click.BadParameter(message, ctx, param, _variable_of(param, ctx))
        return value

    def choices(self) -> Iterable[str]:
        """The names."""
        return self.names


class PlaceType(TextType):
    """`0,1`, `dw:0,1` or `loss`: one element of any field."""

    name = "place"

    def read(self, text: str) -> tuple[str, tuple[int, ...]]:
        """The name of the field, empty for the main one, and the index."""
        name, colon, index = text.rpartition(":")
        try:
            return name.strip(), tuple(parse_whole(part.strip()) for part in index.split(","))
        except ValueError:
            if text[:1].isdigit() or colon or not text.strip():
                raise InputError(f"{text[:40]!r} is no place: write 0,1, or dw:0,1") from None
            return text.strip(), ()


    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """The fields that begin so of what the line before it gives, up to their next part."""
        return beginning(_fields_of(ctx, incomplete), incomplete)


class AnswerType(ArrayType):
    """An expected answer: a file, `-`, an array, or an object of fields."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """Within an object, the fields of what the line before it gives; else files."""
        before, quote, begun = incomplete.rpartition('"')
        if not before.startswith("{") or before.rstrip()[-1:] not in ("{", ","):
            return super().shell_complete(ctx, param, incomplete)
        names = _fields_of(ctx, begun)
        ends = ["" if name.endswith(".") else '": ' for name in names]
        return beginning(
            [before + quote + name + end for name, end in zip(names, ends, strict=True)], incomplete
        )


def _fields_of(ctx: click.Context, begun: str) -> list[str]:
    """The fields of what a line gives that begin so, each up to the next part of its name."""
    from dlcalc.numbers.places import names_within
    from dlcalc.shell.inner import answer_at_hand

    answer = answer_at_hand(ctx)
    names = names_within(answer.for_programs) if answer is not None else ()
    found: dict[str, None] = {}
    for name in names:
        if name.startswith(begun):
            found[name[: name.find(".", len(begun)) + 1] or name] = None
    return list(found)


class GateActivationType(TextType):
    """`f=relu`: a gate of a cell and its activation; which there are, the calculation knows."""

    name = "GATE=NAME"

    def __init__(self, gates: str) -> None:
        self.gates = gates

    def read(self, text: str) -> tuple[str, str]:
        """The gate and the name of its activation."""
        gate, equals, name = text.partition("=")
        if not (gate and equals and name):
            example = f"{self.gates[1]}=relu"
            raise InputError(f"{text[:40]!r} is no activation of a gate: write {example}")
        return gate, name

    def choices(self) -> Iterable[str]:
        """Gates, then activations of the gate that is typed."""
        from dlcalc.names import GATE_ACTIVATIONS

        return (f"{gate}={name}" for gate in self.gates for name in GATE_ACTIVATIONS)


class ToleranceType(TextType):
    """A relative tolerance: a number from 0."""

    name = "R"

    def read(self, text: str) -> float:
        """A float."""
        from dlcalc.numbers.parse import parse_number

        number = parse_number(text)
        if number < 0:
            raise InputError(f"{text} is below 0")
        return float(number)


class RateType(TextType):
    """A rate or a loss: a number from 0, also as 2%."""

    name = "rate"

    def read(self, text: str) -> float:
        """A float; 2% is 0.02."""
        from dlcalc.numbers.parse import parse_rate

        return parse_rate(text)


def _variable_of(param: Any, ctx: Any) -> str | None:
    """The environment variable that a value came from, quoted as a hint; None for any other."""
    source = ctx and param and ctx.get_parameter_source(param.name)
    from_environment = source is click.core.ParameterSource.ENVIRONMENT
    return f"'{param.envvar}'" if from_environment else None


def beginning(names: Iterable[str], incomplete: str) -> list[Any]:
    """The names that begin so, for a shell to choose from."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


SIZE = SizeType()
PADDING = PaddingType()
ARRAY = ArrayType()
PLACE = PlaceType()
ANSWER = AnswerType()
MODEL = ModelType()
NUMBER = NumberType()
RATE = RateType()


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
