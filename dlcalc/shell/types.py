"""Text to value, once, at the door: sizes, paddings, arrays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from dlcalc.errors import DlcalcError, InputError, did_you_mean
from dlcalc.numbers.axes import parse_whole, sizes_in

if TYPE_CHECKING:
    ParamType: TypeAlias = click.ParamType[Any, Any]
else:
    # How many types it is generic in differs between the releases of click.
    ParamType = click.ParamType


class SizeType(ParamType):
    """`5`, or `5x3`, also `5,3` or `(5, 3)`: one whole number, or one an axis."""

    name = "size"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """An int, or a tuple of ints."""
        if not isinstance(value, str):
            return value
        try:
            sizes = sizes_in(value)
        except InputError as error:
            self.fail(str(error), param, ctx)
        return sizes[0] if len(sizes) == 1 else sizes


class WholeType(ParamType):
    """One whole number within bounds."""

    name = "N"

    def __init__(self, least: int, most: int | None = None) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """An int."""
        if not isinstance(value, str):
            return value
        try:
            number = parse_whole(value)
        except ValueError:
            number = None
        if number is None or number < self.least or (self.most or number) < number:
            bounds = f"of at least {self.least}" if self.most is None else (
                f"from {self.least} to {self.most}"
            )
            self.fail(f"{value[:40]!r} is no whole number {bounds}", param, ctx)
        return number


class NumberType(ParamType):
    """One finite number."""

    name = "number"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """An int or a float."""
        from dlcalc.numbers.parse import parse_number

        try:
            return parse_number(value) if isinstance(value, str) else value
        except DlcalcError as error:
            self.fail(error.message.partition(";")[0], param, ctx)


class PaddingType(ParamType):
    """`1`, `1x2`, `1:2` (before:after), `1:2x0:1`, `same`, `valid` or `full`."""

    name = "padding"
    names = ("same", "same-lower", "valid", "full")

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """One padding, or a tuple of one an axis: an int, a pair, or a name."""
        if not isinstance(value, str):
            return value
        if value in self.names:
            return value
        try:
            paddings = tuple(self._one(part) for part in value.split("x"))
        except ValueError:
            near = did_you_mean(value, self.names) if value.isalpha() else ""
            self.fail(
                f"{value[:40]!r} is no padding{near or ': write 1, 1x2, 1:2, same, valid or full'}",
                param, ctx,
            )
        return paddings[0] if len(paddings) == 1 and isinstance(paddings[0], int) else paddings

    def _one(self, text: str) -> int | tuple[int, int]:
        before, colon, after = text.partition(":")
        return (parse_whole(before), parse_whole(after)) if colon else parse_whole(before)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """The names that begin so."""
        return _items(name for name in self.names if name.startswith(incomplete))


class ArrayType(ParamType):
    """A file name, `-`, or numbers typed in; read when the command runs, not before."""

    name = "array"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """Files."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]


class ModelType(ParamType):
    """A model of the zoo, a file, `-`, or layers; read when the command runs, not before."""

    name = "model"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """Models that begin so, or files where there are none."""
        from click.shell_completion import CompletionItem

        from dlcalc.models.zoo_files import zoo_names

        names = [name for name in zoo_names() if name.startswith(incomplete)]
        return _items(names) if names else [CompletionItem(incomplete, type="file")]


class NameType(ParamType):
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

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """The names that begin so."""
        return _items(name for name in self.names if name.startswith(incomplete))


class PlaceType(ParamType):
    """`0,1`, `dw:0,1` or `loss`: one element of any field."""

    name = "place"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The name of the field, empty for the main one, and the index."""
        if not isinstance(value, str):
            return value
        name, colon, index = value.rpartition(":")
        try:
            return name.strip(), tuple(parse_whole(part.strip()) for part in index.split(","))
        except ValueError:
            if value[:1].isdigit() or colon or not value.strip():
                self.fail(f"{value[:40]!r} is no place: write 0,1, or dw:0,1", param, ctx)
            return value.strip(), ()


class GateActivationType(ParamType):
    """`f=relu`: a gate of a cell and its activation; which there are, the calculation knows."""

    name = "GATE=NAME"

    def __init__(self, gates: str) -> None:
        self.gates = gates

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The gate and the name of its activation."""
        if not isinstance(value, str):
            return value
        gate, equals, name = value.partition("=")
        if not (gate and equals and name):
            example = f"{self.gates[1]}=relu"
            self.fail(f"{value[:40]!r} is no activation of a gate: write {example}", param, ctx)
        return gate, name

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        """Gates, then activations of the gate that is typed."""
        from dlcalc.names import GATE_ACTIVATIONS

        pairs = (f"{gate}={name}" for gate in self.gates for name in GATE_ACTIVATIONS)
        return _items(pair for pair in pairs if pair.startswith(incomplete))


class ToleranceType(ParamType):
    """A relative tolerance: a number from 0."""

    name = "R"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """A float."""
        from dlcalc.numbers.parse import parse_number

        try:
            number = value if isinstance(value, float) else parse_number(value)
        except DlcalcError as error:
            self.fail(error.message, param, ctx)
        if number < 0:
            self.fail(f"{value} is below 0", param, ctx)
        return float(number)


class RateType(ParamType):
    """A rate or a loss: a number from 0, also as 2%."""

    name = "rate"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """A float; 2% is 0.02."""
        from dlcalc.numbers.parse import parse_rate

        try:
            return parse_rate(value) if isinstance(value, str) else value
        except DlcalcError as error:
            self.fail(error.message, param, ctx)


def _variable_of(param: Any, ctx: Any) -> str | None:
    """The environment variable that a value came from, quoted as a hint; None for any other."""
    source = ctx and param and ctx.get_parameter_source(param.name)
    from_environment = source is click.core.ParameterSource.ENVIRONMENT
    return f"'{param.envvar}'" if from_environment else None


def _items(names: Iterable[str]) -> list[Any]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in names]


SIZE = SizeType()
PADDING = PaddingType()
ARRAY = ArrayType()
PLACE = PlaceType()
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
