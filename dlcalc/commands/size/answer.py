"""The output size of a window, or whatever gives a wanted output size, and as an answer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from dlcalc.errors import InputError
from dlcalc.numbers.axes import PerAxis, by_x, check_flags
from dlcalc.numbers.places import Index, Place
from dlcalc.numbers.results import Result
from dlcalc.numbers.sizes import Axis, Padding, check_all_fit, make_axes, windows_along
from dlcalc.output.answer import Answer, Table
from dlcalc.shell.lazy import lazily
from dlcalc.shell.runner import Run
from dlcalc.typed import TYPE_CHECKING, Any, NamedTuple, overload

if TYPE_CHECKING:
    from dlcalc.numbers.solve import Solutions

size_steps = lazily("dlcalc.layers.size_steps")


class _Size(NamedTuple):
    output: int | tuple[int, ...]
    """Columns of the output."""
    remainder: int | tuple[int, ...]
    """Columns of the padded input that no window reaches."""
    axes: tuple[Axis, ...]
    """The axes that it was computed from."""
    notes: tuple[str, ...] = ()
    """What the framework asked for does otherwise here."""


class Size(Result, _Size):
    """An output size; whole numbers, or tuples of them where there are several axes."""

    __slots__ = ()


@overload
def size(
    input: PerAxis, kernel: PerAxis, stride: PerAxis = ..., pad: Padding = ...,
    dilation: PerAxis = ..., *, transposed: bool = ..., output_padding: PerAxis = ...,
    ceil: bool = ..., framework: str | None = ...,
) -> Size: ...


@overload
def size(
    input: PerAxis | None = ..., kernel: PerAxis | None = ..., stride: PerAxis = ...,
    pad: Padding = ..., dilation: PerAxis = ..., *, transposed: bool = ...,
    output_padding: PerAxis = ..., ceil: bool = ..., output: PerAxis, solve: str,
) -> Solutions: ...


def size(
    input: PerAxis | None = None, kernel: PerAxis | None = None, stride: PerAxis = 1,
    pad: Padding = 0, dilation: PerAxis = 1, *, transposed: bool = False,
    output_padding: PerAxis | None = None, ceil: bool = False, output: PerAxis | None = None,
    solve: str | None = None, framework: str | None = None,
) -> Size | Solutions:
    """Output size of a convolution or pooling, or of a transposed convolution.

    O = ⌊(L + 2P − D(F − 1) − 1)/S⌋ + 1 and, transposed,
    O = (L − 1)S − 2P + D(F − 1) + output_padding + 1 (Dumoulin and Visin 2016,
    "A guide to convolution arithmetic for deep learning", sections 2 and 4).
    Sizes are in columns, one value or one an axis. With `solve`, the name of one of the
    parameters, and the `output` wanted, every whole value of it that gives that output.
    `framework` computes as that one does, and refuses what it refuses. Raises ShapeError
    where the kernel does not fit or nothing gives the output, and InputError for values
    out of range.

    >>> size(32, 5).output
    28
    >>> size((4, 4), 2, stride=2, pad=1).output
    (3, 3)
    >>> size(8, 3, stride=2, pad="same", framework="keras").axes[0].pad
    (0, 1)
    >>> size(32, 5, stride=2, output=16, solve="pad").solutions[0].value
    2
    """
    extra = 0 if output_padding is None else output_padding
    if solve is not None:
        if framework is not None:
            raise InputError("a framework is for a size, not for what is solved for")
        from dlcalc.numbers.solve import solve_size

        return solve_size(
            solve, output, input=input, kernel=kernel, stride=stride, pad=pad, dilation=dilation,
            transposed=transposed, output_padding=extra, ceil=ceil,
        )
    if output is not None:
        raise InputError("an output is what to solve for: name the unknown with solve")
    if input is None or kernel is None:
        raise InputError(f"the {'input' if input is None else 'kernel'} size is missing")
    notes: tuple[str, ...] = ()
    if framework is not None:
        from dlcalc.conventions.windows import window

        check_flags(transposed=transposed, ceil=ceil)
        kind = "transposed" if transposed else "pooling" if ceil else "convolution"
        found = window(framework, kind, input, kernel, stride, pad, dilation, output_padding, ceil)
        stride, pad, dilation, extra, ceil, notes = found
    axes = make_axes(input, kernel, stride, pad, dilation, transposed, extra, ceil,
                     long=framework is not None)
    outputs, remainders = windows_along(axes)
    if min(outputs) < 1:
        check_all_fit(axes)
    if len(axes) == 1:
        return tuple.__new__(Size, (outputs[0], remainders[0], axes, notes))
    return tuple.__new__(Size, (outputs, remainders, axes, notes))


FIELDS = (
    "input", "kernel", "stride", "pad", "dilation", "output_padding", "transposed", "ceil",
    "framework",
)
"""What records may hold."""


class SizeRun(Run["Size | Solutions"]):
    """Compute the output, or solve for what is unknown; records are answered one by one."""

    def run(self) -> None:
        """The whole way, or that of records on standard input."""
        given = self.options
        solve = given.get("solve")
        wanted = {"input", "kernel", "output"} - {solve or "output"}
        if given.keys() >= wanted or ("output" in given and not solve) or not self.out.piped:
            super().run()
            return
        from dlcalc.shell.records import run_records

        if solve is None:
            run_records(self.out, given, FIELDS, ("output", "remainder"), _record)
            return
        _check_asked(solve, given)
        fields = [name for name in (*FIELDS, "output") if name != solve]
        run_records(self.out, given, fields, ("first", "last"), _solved)

    def read(self) -> dict[str, Any]:
        """The sizes of the example where none are given; the unknown."""
        given = self.options
        example = {}
        if not {"input", "kernel", "output", "solve"} & given.keys():
            example = self.example()
        unknown = given.get("solve") or _unknown(given)
        if unknown is None:
            if not example and "kernel" not in given:
                raise InputError("the kernel size is missing: -F 5, or --solve kernel with -O")
            return example
        _check_asked(unknown, given)
        return {"solve": unknown}

    def answer(self, result: Size | Solutions) -> Answer:
        """The size, or every solution."""
        if isinstance(result, Size):
            self.notes += [*result.notes, *_doubts(result)]
            return self._sizes(result)
        name = result.solve
        rows = [[_as_list(each.value), _as_list(each.remainder)] for each in result.solutions]
        record: dict[str, Any] = {
            "solve": name,
            "solutions": [{name: value, "remainder": rest} for value, rest in rows],
        }
        table = Table([name, "remainder"], rows)
        if result.count != len(rows):
            there_are = "endlessly many" if result.count is None else f"{result.count:,}"
            self.notes.append(
                f"{there_are} solutions; programs get the first {len(rows):,} one by one"
            )
            record["ranges"] = [list(each) for each in result.ranges]
            table = table._replace(bare=size_steps.ranges_text(result))
        return Answer(
            record, [table], main="solutions", whole=True,
            adapt=lambda expected: _as_solutions(expected, name, len(result.ranges)),
            working=partial(size_steps.solution_steps, result),
            advice=partial(size_steps.solution_advice, result),
        )

    def _sizes(self, result: Size) -> Answer:
        """The output alone for people; the remainder, and the padding if asked, for programs."""
        record: dict[str, Any] = {
            "output": _as_list(result.output), "remainder": _as_list(result.remainder),
        }
        if "framework" in self.options:
            pads = [list(axis.pad) for axis in result.axes]
            record["pad"] = pads if len(pads) > 1 else pads[0]
        outputs = by_x([axis.output for axis in result.axes])
        working = partial(size_steps.size_steps, result.axes)
        return Answer(
            record, [Table(list(record), [list(record.values())], bare=outputs)],
            working=working, whole=True, adapt=partial(_alike, len(result.axes)),
            element=partial(_element_step, working), advice=partial(_advice, result),
        )


def _alike(axes: int, expected: Any) -> Any:
    """What a size written for several axes alike, as 28x28, is for the one that was asked about."""
    several = axes == 1 and isinstance(expected, list) and len(expected) in (2, 3)
    return expected[0] if several and expected[1:] == expected[:-1] else expected


def _record(**given: Any) -> dict[str, Any]:
    found = size(**given)
    return {"output": found.output, "remainder": found.remainder}


def _solved(**given: Any) -> dict[str, Any]:
    """The ends of the values that give an output, which have no gap between them."""
    found: Solutions = size(**given)
    ends = [tuple(each) for each in zip(*found.ranges, strict=True)]
    first, last = (each if len(each) > 1 else each[0] for each in ends)
    return {"first": first, "last": None if found.count is None else last}


def _check_asked(unknown: str, given: dict[str, Any]) -> None:
    if unknown in given:
        raise InputError(f"{unknown.replace('_', ' ')} is what is asked for; omit it")


def _unknown(given: dict[str, Any]) -> str | None:
    """The one size that an output was given in place of."""
    if "output" not in given:
        return None
    missing = [name for name in ("input", "kernel") if name not in given]
    if len(missing) != 1:
        raise InputError(
            "-O is the output to solve for: name the unknown with --solve "
            "(--expect checks an answer)"
        )
    return missing[0]


def _doubts(result: Size) -> Iterator[str]:
    """What an input with channels in front, which count as space here, was likely meant to be."""
    sizes = [axis.input for axis in result.axes]
    for channels, others in ((sizes[0], sizes[1:]), (sizes[-1], sizes[:-1])):
        if len(others) == 2 and channels <= 4 and min(others) >= 16:
            yield (
                f"-L {by_x(sizes)} has three axes of space; "
                f"channels are not written: -L {by_x(others)}"
            )
            return


def _advice(result: Size, place: Place, expected: Any) -> str:
    from dlcalc.numbers.compare import slip_of

    if place == ("output",):
        return slip_of(expected, size_steps.size_slips(result.axes))
    if place == ("pad",):
        turned = [list(axis.pad[::-1]) for axis in result.axes]
        other = turned if len(turned) > 1 else turned[0]
        return slip_of(expected, [("the odd column on the other side", other)])
    return ""


def _element_step(working: Any, place: Place, index: Index) -> Any:
    steps = [step for step in working() if step.formula is not None]
    asked = [step for step in steps if (step.name == "remainder") == (place == ("remainder",))]
    at = index[0] if index else 0
    return asked[at] if at < len(asked) else None  # a transposed convolution leaves nothing


def _as_solutions(expected: Any, name: str, axes: int) -> Any:
    """Bare values, one a solution, in the form of the record."""
    if isinstance(expected, dict) or not isinstance(expected, list):
        return expected
    single = axes > 1 and not isinstance(expected[0], list)
    return {"solutions": [{name: each} for each in ([expected] if single else expected)]}


def _as_list(value: int | tuple[int, ...]) -> int | list[int]:
    return value if isinstance(value, int) else list(value)
