"""Sizes and solutions as an answer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from dlcalc.commands.size.size import Size, size
from dlcalc.errors import InputError
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.places import Index, Place
from dlcalc.output.answer import Answer, Table
from dlcalc.shell.lazy import lazily
from dlcalc.shell.runner import Run
from dlcalc.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcalc.numbers.solve import Solutions

size_steps = lazily("dlcalc.layers.size_steps")


FIELDS = (
    "input", "kernel", "stride", "pad", "dilation", "output_padding", "transposed", "ceil",
    "framework",
)
"""What records may hold."""


class SizeRun(Run["Size | Solutions"]):
    """Compute the output, or solve for what is unknown; records are answered one by one."""

    def run(self) -> None:
        """The whole way, or that of records on standard input."""
        known = {"input", "kernel"} & self.options.keys()
        if {"solve", "output"} & self.options.keys() or len(known) == 2 or not self.out.piped:
            super().run()
            return
        from dlcalc.shell.records import run_records

        run_records(self.out, self.options, FIELDS, ("output", "remainder"), _record)

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
        if unknown in given:
            raise InputError(f"{unknown.replace('_', ' ')} is what is asked for; omit it")
        return {"solve": unknown}

    def answer(self, result: Size | Solutions) -> Answer:
        """The size, or every solution."""
        if isinstance(result, Size):
            self.notes += [*result.notes, *_doubts(result)]
            return self._sizes(result)
        if result.count != len(result.solutions):
            there_are = "endlessly many" if result.count is None else f"{result.count:,}"
            self.notes.append(
                f"{there_are} solutions; programs get the first {len(result.solutions):,} "
                "one by one"
            )
        name = result.solve
        rows = [[_as_list(each.value), _as_list(each.remainder)] for each in result.solutions]
        record: dict[str, Any] = {
            "solve": name,
            "solutions": [{name: value, "remainder": rest} for value, rest in rows],
        }
        table = Table([name, "remainder"], rows)
        if result.count != len(rows):
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
            working=working, whole=True,
            element=partial(_element_step, working), advice=partial(_advice, result),
        )


def _record(**given: Any) -> dict[str, Any]:
    found = size(**given)
    return {"output": found.output, "remainder": found.remainder}


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
