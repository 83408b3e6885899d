"""The Python function `mults`, and its counts as an answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from dlcalc.commands.mults import counting
from dlcalc.commands.mults.counting import TILE, Multiplications, Phase, Stage
from dlcalc.errors import AnswerDiffersError, InputError
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.sizes import Padding
from dlcalc.output.answer import Answer, Block, Table, Values
from dlcalc.shell.lazy import lazily
from dlcalc.shell.runner import Run
from dlcalc.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcalc.commands.mults import algorithms, working
    from dlcalc.commands.mults.algorithms import Bilinear, Check
    from dlcalc.numbers.axes import PerAxis
else:
    working = lazily("dlcalc.commands.mults.working")
    algorithms = lazily("dlcalc.commands.mults.algorithms")


def mults(
    input: PerAxis | str, kernel: PerAxis | None = None, stride: PerAxis = 1, pad: Padding = 0,
    output_padding: PerAxis = 0, dilation: PerAxis = 1, output: PerAxis | None = None,
    grid_pad: Padding | None = None, channels: Sequence[int] = (1, 1),
    groups: int = 1, dims: int | None = None, tile: int = TILE, conv: bool = False,
) -> Multiplications:
    """Multiplications of a transposed convolution (upsampling) stage, by method.

    With `conv`, of an ordinary convolution: direct, Winograd F(m, r) nested, Fourier. Sizes in
    columns, one value or one an axis; `channels` is (input, output); `dims` spreads single
    values over that many axes. A name or a notation alone is a model: all its stages. Time
    grows with the kernel, never with the input. Raises InputError, ShapeError or LimitError
    for values that cannot be.
    After Radford et al. 2015 (DCGAN), Winograd 1980 ("Arithmetic Complexity of
    Computations"), Lavin and Gray 2016 ("Fast Algorithms for Convolutional Neural
    Networks") and Mathieu et al. 2013 ("Fast Training of Convolutional Networks through FFTs").

    >>> mults(4, 5, stride=2, pad=2, output_padding=1, dims=2).total["zero_skip"]
    289
    >>> mults(10**12, 5, stride=2, pad=2, output_padding=1).total["zero_skip"]
    4999999999997
    >>> mults(28, 3, pad=1, dims=2, conv=True).total
    {'direct': 7056, 'zero_skip': 6724, 'winograd': 900, 'winograd_tile4': 1764, 'fft': 1534}
    """
    if kernel is None:
        if not isinstance(input, str):
            raise InputError("no kernel size: a stage by its sizes wants input and kernel")
        from dlcalc.models.count import params
        from dlcalc.models.reading import model

        return counting.count_model(params(model(input)), tile, conv)
    axes = counting.make_lines(
        input, kernel, stride, pad, output_padding, dilation, output, grid_pad, dims, conv,
    )
    return counting.add_up([counting.count_stage(axes, channels, groups, tile=tile)])


PHASE = ("inputs", "taps", "outputs", "copies", "products", "winograd", "rank")
"""What is told of a phase."""
VERIFIED = ("stage", "method", "counted", "executed", "outputs")
PROOF = "Verified by running: one channel pair on exact rationals"
MOST_PHASES = 40
"""Rows of phases that people see; the formats for programs have them all."""
FIELDS = (
    "input", "kernel", "stride", "pad", "output_padding", "dilation", "output", "grid_pad",
    "channels", "groups", "dims",
)
"""What records may hold."""
CONVENTION = (
    "Only products of data and weight count: constants inside transforms do not, "
    "the filter is transformed beforehand, biases are left out."
)


class MultsRun(Run[Multiplications]):
    """Count, and fail where an algorithm that was run disagrees."""

    shows_matrices = False

    def run(self) -> None:
        """The whole way, or that of records on standard input."""
        whole = {"input", "kernel"} <= self.options.keys()
        if not self.options["model"] and not whole and self.out.piped:
            from dlcalc.shell.records import record_names, run_records

            if names := record_names(FIELDS):
                for name in {"conv", "tile"}.intersection(names):
                    raise InputError(f"{name} is of all records: give it as --{name}")
                given = {
                    name: each for name, each in self.options.items()
                    if name not in ("model", "matrices")
                }
                methods = counting.method_names(given.get("conv", False), given.get("tile", TILE))
                run_records(self.out, given, FIELDS, ("output", *methods), _totals)
                return
        super().run()

    def read(self) -> dict[str, Any]:
        """One stage by its sizes, or the words of a model, which may stand on stdin."""
        words: Sequence[str] = self.options.pop("model")
        self.shows_matrices = self.options.pop("matrices")
        given = self.options.keys() - {"tile", "conv"}
        if not words and not {"input", "kernel"} & given and not self.out.piped:
            example, stride = {**self.example()}, self.options.get("stride")
            # What settles the output is not said twice, and a stride of 1 has no room for padding.
            settled = {"output", "grid_pad", "conv"} & self.options.keys()
            if settled or 1 in (stride if isinstance(stride, tuple) else (stride,)):
                del example["output_padding"]
            if "grid_pad" in given:
                del example["pad"]
            return example
        if not given:
            return {"words": words or ("-",)}
        if words:
            raise InputError(f"{words[0]} has sizes of its own: give it, or --input and --kernel")
        for name in ("input", "kernel"):
            if name not in given:
                raise InputError(f"no {name} size: a stage by its sizes wants --input and --kernel")
        return {}

    def calculate(self, words: Sequence[str] = (), **given: Any) -> Multiplications:
        """The counts of the stage, or of every stage of the model."""
        if not words:
            return super().calculate(**given)
        from dlcalc.models.count import params
        from dlcalc.models.reading import model

        found = model(*words)
        if found.input is None:
            raise InputError("the size of the input is not known: begin with a line as input 8x4x4")
        conv = self.options.get("conv", False)
        result = counting.count_model(params(found), self.options.get("tile", TILE), conv)
        if result.stages[0].plain and not conv:
            self.notes.append("there is no transposed convolution: these are the ordinary ones")
        return result

    def checked(self, result: Multiplications) -> Sequence[Sequence[Check]]:
        """Every algorithm run, stage by stage."""
        algorithms.check_cost(result.stages)
        return [algorithms.verify(stage) for stage in result.stages]

    def answer(self, result: Multiplications) -> Answer:
        """The counts, with the matrices and the runs of the algorithms.

        Programs get one table of all stages, people a narrow one of each.
        """
        record: dict[str, Any] = {
            "stages": [_stage_record(stage) for stage in result.stages],
            "total": dict(result.total),
            "multiplications": result.total[result.headline],
        }
        counts = [_counts(result)] if self.out.format.complete else stage_tables(result)
        blocks: list[Block] = [*counts, phases_table(result)]
        if self.shows_matrices:
            blocks += _matrix_blocks(result, record)
        if self.checks is not None:
            blocks.append(_verified_table(result, record, self.checks))
        return Answer(
            record, blocks, main="multiplications", whole=True,
            working=partial(working.mults_steps, result),
            element=lambda field, index: working.field_step(result, field),
            advice=lambda field, expected: working.advice(result, expected) if (
                field[0] != "stages" or "methods" in field) else "",
        )

    def refuse(self, checks: Sequence[Sequence[Check]]) -> None:
        """AnswerDiffersError where an algorithm takes another number of products."""
        for check in (each for run in checks for each in run):
            if not check.holds:
                raise AnswerDiffersError(
                    f"{check.method}: {check.counted} counted, {check.executed} executed, "
                    f"outputs {'agree' if check.outputs_agree else 'differ'}"
                )


def _matrix_blocks(result: Multiplications, record: dict[str, Any]) -> list[Block]:
    """The matrices of each algorithm once; in the record they are with every stage."""
    once: dict[tuple[str, str], Bilinear] = {}
    for entry, stage in zip(record["stages"], result.stages, strict=True):
        named = algorithms.matrices(stage)
        entry["matrices"] = [_matrices_record(*each) for each in named.items()]
        once |= named
    return [
        Values([[str(v) for v in row] for row in matrix], f"{method}, {name}: {letter}")
        for (method, name), a in once.items()
        for letter, matrix in (("Aᵀ", a.output), ("G", a.weight), ("Bᵀ", a.data))
    ]


def _verified_table(
    result: Multiplications, record: dict[str, Any], checks: Sequence[Sequence[Check]]
) -> Table:
    """The runs of the algorithms, which are put into the record, too."""
    rows = []
    for entry, stage, run in zip(record["stages"], result.stages, checks, strict=True):
        entry["verified"] = [check._asdict() for check in run]
        rows += [
            [stage.name, *check[:3], "equal" if check.outputs_agree else "differ"] for check in run
        ]
    return Table(VERIFIED, rows, PROOF)


def _totals(**given: Any) -> dict[str, Any]:
    """What is told of a record: its output, and its count by every method."""
    result = mults(**given)
    [stage] = result.stages
    output = stage.output if len(stage.output) > 1 else stage.output[0]
    return {"output": output, **result.total}


def _stage_record(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "input": [axis.input for axis in stage.axes],
        "output": list(stage.output),
        "kernel": [axis.kernel for axis in stage.axes],
        "channels": list(stage.channels),
        "groups": stage.groups,
        "methods": {method: count._asdict() for method, count in stage.methods.items()},
        "rank": list(stage.rank),
        "phases": [
            {"axis": axis, **{name: getattr(phase, name) for name in PHASE}}
            for axis, line in enumerate(stage.phases)
            for phase in line
        ],
    }


def _counts_by_method(stage: Stage) -> dict[str, list[int]]:
    """The counts by method of a line on each axis, or on any where they are alike, of a pair,
    of all."""
    counts = stage.methods.values()
    parts = {f"axis{i}": [count.per_axis[i] for count in counts] for i in range(len(stage.axes))}
    if len(set(stage.axes)) == 1:
        parts = {"line": parts["axis0"]}
    if len(stage.axes) > 1:
        parts["pair"] = [count.per_pair for count in counts]
    if stage.pairs > 1:
        parts["stage"] = [count.total for count in counts]
    return parts


def _counts(result: Multiplications) -> Table:
    """A row for a line of a stage, for its channel pair and for all of it; a method a column."""
    rows: list[list[Any]] = [
        [stage.name, list(stage.output), ":".join(map(str, stage.channels)), part, *counts]
        for stage in result.stages for part, counts in _counts_by_method(stage).items()
    ]
    if len(result.stages) > 1:
        rows.append(["total", None, None, "all", *result.total.values()])
    return Table(["stage", "output", "channels", "for", *result.total], rows, "Multiplications")


def stage_tables(result: Multiplications) -> list[Table]:
    """The counts of each stage, then the sum over all; the convention under the last."""
    tables = []
    for stage in result.stages:
        parts = _counts_by_method(stage)
        rows = [list(row) for row in zip(stage.methods, *parts.values(), strict=True)]
        headers = [part.replace("axis", "axis ") for part in parts]
        sizes = f"{by_x([axis.input for axis in stage.axes])}→{by_x(stage.output)}"
        name = sizes if stage.name == sizes else f"{stage.name}: {sizes}"
        groups = f" in {stage.groups} groups" if stage.groups > 1 else ""
        title = (
            f"{name}, kernel {by_x([axis.kernel for axis in stage.axes])}, "
            f"{stage.channels[0]}→{stage.channels[1]} channels{groups}"
        )
        nested = stage.methods["winograd"].per_pair
        rank = f"the fewest products of a channel pair: {stage.rank}"
        if len(stage.axes) > 1 and stage.rank.lower < nested:  # no minimum in 2-D
            rank += f"; {nested} is nested Winograd, an upper bound"
        tables.append(Table(["method", *headers], rows, title, [rank]))
    if len(tables) > 1:
        rows = [[method, count] for method, count in result.total.items()]
        tables.append(Table(["method", "total"], rows, f"All {len(tables)} stages"))
    notes = [
        "direct, the headline, is the definition, zeros of the padding among its products; fft "
        "transforms all that the kernel moves over, to a power of two."
        if result.stages[0].plain else "zero_skip, the headline, skips every product with a zero.",
        CONVENTION,
        "line: along one axis; pair: one input with one output channel; stage: all pairs.",
    ]
    return [*tables[:-1], tables[-1]._replace(footnotes=[*tables[-1].footnotes, *notes])]


def phases_table(result: Multiplications) -> Table:
    """The phases of every stage, those of one shape in one row."""
    rows: list[list[Any]] = []
    drawn: list[list[Any]] = []
    for stage in result.stages:
        name = f"{stage.name} " if len(result.stages) > 1 else ""
        for line in dict.fromkeys(stage.phases):
            axes = ",".join(str(i) for i, other in enumerate(stage.phases) if other == line)
            where = "" if len(set(stage.phases)) == 1 else f"axis {axes} "
            for cells, alike in _alike(line).items():
                rows.append([stage.name, axes, alike, *cells])
                drawn.append([f"{name}{where}×{alike}", *cells])
    shapes = ["inputs", "taps", "outputs", "products", "winograd", "rank"]
    title = "Phases: independent short filters"
    left_out = len(drawn) - MOST_PHASES
    notes = [
        *[f"{left_out} more rows left out; csv and json have every phase"] * (left_out > 0),
        "rank: the fewest products; one number where it is proved exactly.",
    ]
    return Table(
        ["stage", "axis", "phases", *shapes], rows, title,
        drawn=lambda: Table(["phases", *shapes], drawn[:MOST_PHASES], title, notes),
    )


def _alike(line: Sequence[Phase]) -> dict[tuple[Any, ...], int]:
    shapes: dict[tuple[Any, ...], int] = {}
    for p in line:
        lower, upper = p.rank
        rank = str(lower) if lower == upper else f"{lower}..{upper}"
        shape = (p.inputs, p.taps, p.outputs, p.products, p.winograd, rank)
        shapes[shape] = shapes.get(shape, 0) + p.copies
    return shapes


def _matrices_record(named: tuple[str, str], algorithm: Any) -> dict[str, Any]:
    return {
        "method": named[0], "name": named[1], "products": algorithm.products,
        **{
            key: [[int(v) if v.denominator == 1 else str(v) for v in row]
                  for row in getattr(algorithm, key)]
            for key in ("output", "weight", "data")
        },
    }

