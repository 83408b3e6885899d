"""A training step as an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from dlcalc.commands.step.step import FIELDS, NetworkStep, check_step, data_fields
from dlcalc.errors import DlcalcError, InputError
from dlcalc.input.fields import check_fields, checked_field
from dlcalc.input.json_text import parse_json
from dlcalc.input.sources import decode, located, read_source
from dlcalc.layers.table import types
from dlcalc.models.reading import model as read_model
from dlcalc.models.tree import BLOCKS, Model
from dlcalc.numbers.compare import unravel
from dlcalc.output.answer import Answer, Block, Table, Text
from dlcalc.output.training import check_records, check_table
from dlcalc.shell.lazy import lazily
from dlcalc.shell.output import Output
from dlcalc.shell.runner import Run, require_checkable, shape_of

if TYPE_CHECKING:
    from dlcalc.commands.step import working
    from dlcalc.pictures.images import Maps
else:
    working = lazily("dlcalc.commands.step.working")

RESULT = ("layers", "output", "losses", "gradients", "updated", "state", "last", "check")
"""Fields of a result, which may stand in DATA."""
MOST_ROWS = 60
"""Elements of parameters that people get a row each for."""


class StepRun(Run[NetworkStep]):
    """Read the network and its data, and take the steps."""

    command = "step"
    fields = FIELDS

    def __init__(self, out: Output, plot: str | None = None, **options: Any) -> None:
        self.shows_maps = plot == "-"
        super().__init__(out, plot=None if self.shows_maps else plot, **options)

    def picture(self, result: NetworkStep) -> str:
        """The maps of every layer, as SVG."""
        from dlcalc.pictures.images import maps_svg

        return maps_svg(_maps(result))

    def read(self) -> dict[str, Any]:
        """The model, and the fields of DATA with those of --with in their place."""
        words, more = self.options.pop("words", ()), self.options.pop("more", None)
        size = shape_of(self.options.pop("input", None))
        if not words and not self.out.piped:
            example = self.example()
            return {"model": read_model(example["model"]), **data_fields(example["data"])}
        *layers, data = words if len(words) > 1 and _is_data(words[-1]) else (*words, "")
        if not data and not self.out.piped and more is None:
            raise InputError("no data: give a JSON file, - or a literal behind the model")
        if not layers:
            raise InputError("no model: give its name, a file, or its layers")
        record = self._record(data or "-") if data or self.out.piped else {}
        fields = {} if more is None else self._record(more, "--with")
        model = read_model(*layers)
        if size is not None:
            model = Model(model.body, size, model.name, model.source, model.published)
        given = data_fields({**record, **fields})
        if "x" not in given:
            raise InputError("field 'x' is missing: give it in DATA or by --with")
        return {"model": model, **given}

    def _record(self, value: str, name: str = "") -> dict[str, Any]:
        allow_nonfinite, source = self.out.allow_nonfinite, read_source(value, name, "JSON")
        try:
            record = parse_json(decode(source), allow_nonfinite)
            if not isinstance(record, dict):
                raise InputError(f"a JSON object with fields is wanted: {', '.join(FIELDS)}")
            check_fields([field for field in record if field not in RESULT], FIELDS)
            return {
                field: each if field in RESULT else checked_field(field, each, allow_nonfinite)
                for field, each in record.items()
            }
        except DlcalcError as error:
            raise located(error, source) from None

    def checked(self, result: NetworkStep) -> Sequence[Any]:
        """Each gradient against differences."""
        require_checkable(sum(each.size for each in result.gradients.values()))
        return check_step(result)

    def answer(self, result: NetworkStep, checks: Sequence[Any] | None) -> Answer:
        """Every value, each of which can be asked to explain itself."""
        if "framework" not in self.options:
            from dlcalc.conventions.equations import kinks_of
            from dlcalc.conventions.training import differing

            told = differing({row.type for row, _ in result.ran.rows})
            self.notes += [f"{told}; --framework computes as they do"] if told else []
            self.notes += kinks_of(
                (row.type, node.arguments[0].value)
                for row, node in result.ran.rows if node.arguments
            )
        made = step_answer(
            result, checks, self.out.format.complete, working=partial(working.step_steps, result),
            at=partial(working.steps_at, result),
            element=lambda place, index: working.element(result, str(place), index),
            advice=lambda place, wanted: working.advice(result, str(place), wanted),
            adapt=partial(_adapted, result),
            order=working.derivation(result) if self.out.expect is not None else (),
        )
        if not self.shows_maps:
            return made
        from dlcalc.pictures.images import maps_text
        from dlcalc.shell.output import terminal_page

        page = terminal_page()
        lines = maps_text(_maps(result), page.width, page.ascii)
        return made._replace(blocks=[Text(lines), *made.blocks])


def _maps(result: NetworkStep) -> list[Maps]:
    """The input and every layer's output of the first example, vectors as one row."""
    from dlcalc.pictures.images import Maps

    arrays = [("x", result.problem.x[0])]
    arrays += [(row.name, node.value[0]) for row, node in result.ran.rows]
    return [
        Maps(name, array.reshape((-1, *array.shape[-2:]) if array.ndim > 1 else (1, 1, -1)))
        for name, array in arrays if array.size
    ]


def _is_data(word: str) -> bool:
    """Whether the last word is DATA: what is no layer and no block of the notation."""
    if word.lstrip()[:1] in ("{", "["):
        return True
    first = word.replace(":", " : ").split() or [""]
    named = first[2:] if first[1:2] == [":"] and first[0] not in BLOCKS else first
    return not named or named[0] not in (*types(), *BLOCKS)


def step_answer(
    result: NetworkStep, checks: Any = None, complete: bool = False, **explained: Any
) -> Answer:
    """Loss and output, the layers, and every parameter with its gradient and new value."""
    record: dict[str, Any] = {
        "layers": [
            {"name": each.name, "output": each.output, "gradient": each.gradient}
            for each in result.layers
        ],
        "output": result.output,
    }
    if result.loss is not None:
        record["loss"] = result.loss
    if result.losses:
        record["losses"] = result.losses
    record["gradients"] = result.gradients
    if result.updated:
        record["updated"] = result.updated
    if result.state is not None:
        record["state"] = result.state
    if result.last is not None:
        last: dict[str, Any] = {"output": result.last.output}
        if result.last.loss is not None:
            last["loss"] = result.last.loss
        record["last"] = {**last, "gradients": result.last.gradients}
    blocks: list[Block] = [_parameters(result, complete)]
    if not complete:
        blocks = [*_losses(result), _layers(result), *blocks]
    if checks is not None:
        record["check"] = check_records(checks)
        blocks.append(check_table(checks))
    return Answer(record, blocks, **explained)


def _losses(result: NetworkStep) -> Iterator[Table]:
    if result.losses:
        rows = list(enumerate(result.losses, 1))
        shown = rows if len(rows) <= 20 else [*rows[:10], *rows[-10:]]
        yield Table(("step", "loss"), shown)
    elif result.loss is not None:
        yield Table(("loss",), [(result.loss,)])


def _layers(result: NetworkStep) -> Table:
    rows = [
        (row.name, row.type, _short(each.output), _short(each.gradient))
        for (row, _), each in zip(result.ran.rows, result.layers, strict=True)
    ]
    return Table(("layer", "type", "output", "gradient"), rows, title="Layers")


def _short(array: Any) -> str:
    from dlcalc.formulas.text import formula_text

    if array.size <= 4:
        return ", ".join(formula_text(each, 4) for each in array.ravel().tolist())
    shape = "x".join(map(str, array.shape))
    return f"{shape}, up to {formula_text(float(abs(array).max()), 4)}"


def _parameters(result: NetworkStep, complete: bool) -> Table:
    values = {name: node.value for name, node in result.ran.store.parameters.items()}
    updated = result.state is not None
    headers = ("parameter", "value", "gradient") + (("updated",) if updated else ())
    total = sum(each.size for each in values.values())
    if total > MOST_ROWS and not complete:
        rows: list[tuple[Any, ...]] = [
            (name, "x".join(map(str, array.shape)), _largest(result.gradients.get(name)))
            for name, array in values.items()
        ]
        return Table(
            ("parameter", "shape", "largest gradient"), rows, title="Parameters",
            footnotes=(f"csv and json have all {total:,} elements; --at NAME:INDEX shows one",),
        )
    rows = []
    for name, array in values.items():
        gradient = result.gradients.get(name)
        columns = [array, gradient] + ([result.updated[name]] if updated else [])
        for place, value in enumerate(array.ravel().tolist()):
            index = ",".join(map(str, unravel(place, array.shape)))
            rest = [None if each is None else each.ravel()[place].item() for each in columns[1:]]
            rows.append((f"{name}({index})", value, *rest))
    return Table(headers, rows, title="Parameters")


def _largest(gradient: Any) -> Any:
    return "frozen" if gradient is None else float(abs(gradient).max())


def _by_name(layers: Any) -> dict[str, Any]:
    if isinstance(layers, Mapping):
        return {
            name: each if isinstance(each, Mapping) else {"output": each}
            for name, each in layers.items()
        }
    named = [each for each in layers if isinstance(each, Mapping) and "name" in each]
    return {each["name"]: each for each in named}


_NAME = re.compile(r"(?P<slope>[∂d]L/[∂d])?(?P<name>.+?)(?P<index>\([\d,]+\))?(?P<new>[⁺+])?")


def _adapted(result: NetworkStep, expected: Any) -> Any:
    """Names as the screen shows them: a layer's output, a parameter's gradient, its new value,
    and one element of any of them."""
    if not isinstance(expected, Mapping):
        return expected
    adapted: dict[str, Any] = {}
    layers: dict[str, Any] = {}
    outputs = {each.name: each for each in result.layers}
    for name, value in expected.items():
        found = _NAME.fullmatch(name)
        bare = found["name"] if found else name
        slope, index = found and found["slope"], found and found["index"]
        if name == "layers":
            layers |= _by_name(value)
        elif name in ("gradients", "updated") and isinstance(value, Mapping):
            adapted[name] = {**adapted.get(name, {}), **value}
        elif found and found["new"] and bare in result.updated:
            _put(adapted, "updated", bare, index, value, result.updated[bare])
        elif bare in result.gradients and (slope or bare != "x"):
            _put(adapted, "gradients", bare, index, value, result.gradients[bare])
        elif bare in outputs and (slope or bare != "output"):
            kind = "gradient" if slope else "output"
            _put(layers, bare, kind, index, value, getattr(outputs[bare], kind))
        else:
            adapted[name] = value
    if layers:
        adapted["layers"] = [layers.get(name, {}) for name in outputs]
    return adapted


def _put(
    into: dict[str, Any], field: str, name: str, index: str | None, value: Any, right: Any
) -> None:
    """An answer, or one element of it with the others as they are, under its field and name."""
    held = dict(into.get(field, {}))
    if index is None:
        held[name] = value
    else:
        held.setdefault(name, right.tolist())
        row, (*before, last) = held[name], map(int, index[1:-1].split(","))
        try:
            for place in before:
                row = row[place]
            row[last] = value
        except (IndexError, TypeError):
            raise InputError(f"{name} has no element {index}") from None
    into[field] = held
