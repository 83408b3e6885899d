"""What `dlcalc params` does with its options."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from dlcalc.errors import At, DlcalcError, InputError, ShapeError, did_you_mean
from dlcalc.input.sources import STDIN
from dlcalc.models.count import Count, doubts, part
from dlcalc.models.reading import is_model as names_model
from dlcalc.models.reading import model as read_model
from dlcalc.models.tree import Model
from dlcalc.models.use import Use
from dlcalc.names import DTYPE_ALIASES, DTYPES
from dlcalc.shell import note
from dlcalc.shell.lazy import lazily
from dlcalc.shell.output import Output
from dlcalc.shell.runner import Run, given_model, shape_of
from dlcalc.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcalc.conventions import slips
    from dlcalc.layers.counted import Shape
    from dlcalc.models import working
    from dlcalc.models.changes import Comparison
    from dlcalc.models.files import reading
    from dlcalc.models.files.tensors import Held
    from dlcalc.output.answer import Answer
else:
    reading = lazily("dlcalc.models.files.reading")
    slips = lazily("dlcalc.conventions.slips")
    working = lazily("dlcalc.models.working")

FIELDS = (
    "model", "input", "batch", "tokens", "cached", "causal", "dtype", "optimizer", "recipe", "lora",
    "devices", "shard", "fit",
)
"""What records may hold."""
OF_LAYERS = {
    "tokens": None, "cached": None, "causal": False, "dtype": "", "optimizer": "adam", "batch": 1,
    "recipe": None, "lora": None, "shard": None, "devices": 1, "fit": None,
}
"""What only layers tell of a file, and its value where it is not asked for."""
TOTALS = (
    "params", "active_params", "trainable", "macs", "activations", "weights_bytes",
    "activations_bytes", "training_bytes", "cache_bytes",
)
"""What is told of each."""


class ParamsRun(Run[Any]):
    """Read the model and count it: whole, one layer, beside another, or a weights file."""

    def run(self) -> None:
        """The whole way, by what is asked for; records on standard input, a model a line."""
        if not self.options["model"] and self.out.piped:
            from dlcalc.shell.records import first_line, record_names, run_records

            names = record_names(FIELDS)
            bare = first_line().strip().decode("ascii", "replace")
            if "model" in names or names_model(bare):
                header = b"" if "model" in names else b"model"
                run_records(self.out, self.options, FIELDS, TOTALS, _totals, header)
                return
        self._answered(**self.options)
        for text in self.notes:
            note(text)

    def _answered(
        self, model: Sequence[str], changes: Sequence[str], input: Any = None,
        layer: str | None = None, other: str | None = None, columns: str | None = None,
        counter: str | None = None, attention: str = "module", whose: str | None = None,
        framework: str | None = None, summary: bool = False,
        to_notation: bool = False,
        depth: int | None = None, sort: str | None = None, **asked_use: Any,
    ) -> None:
        use, size = Use(**asked_use).checked(), shape_of(input)
        named = {"--as": counter, "--explain-figure": whose, "--framework": framework}
        views = {"--depth": depth, "--sort": sort, "--to-notation": to_notation}
        changed = {"--layer": layer, "--set": changes, "--compare": other}
        asked = next((name for name, each in named.items() if each), "")
        if len(model) > 1 and all(word == "-" or names_model(word) for word in model) and not any(
                map(reading.is_part, model)):
            _refuse({**named, **views, **changed, "--columns": columns}, "one model, not several")
            _several(self.out, model, size, use, self._used)
            return
        read, use = self._read(model, size, use, (other, depth, sort, summary), bool(
            asked or layer is not None or changes or columns is not None or to_notation
        ))
        if read is None:
            return
        self.notes += read.notes
        if to_notation:
            _refuse({**named, "--layer": layer, "--compare": other, "--depth": depth},
                    "a count; --to-notation prints a model")
            self.out.emit(notation_answer(_changed(read, changes), size))
            return
        self.notes += doubts(read, size)
        if changes or other is not None:
            _refuse({**named, **views, "--summary": summary},
                    "one model, without --set or --compare")
            _side_by_side(self.out, read, size, changes, other, layer, use, columns)
            return
        count = _counted(read, size, use)
        if layer is not None:
            count = part(count, layer)
            if len(count.rows) == 1 and not (columns or asked or depth or sort or summary):
                from dlcalc.commands.params.count_answer import layer_answer

                row = count.rows[0]
                self.out.emit(layer_answer(
                    row, use, count.positions, working=partial(working.layer_steps, row),
                    element=partial(working.layer_step, row, use=use),
                    advice=partial(slips.count_advice, read, count),
                ))
                return
        from dlcalc.commands.params.count_answer import USUAL, arranged, params_answer

        by = _columns({"bytes": "weights_bytes"}.get(sort or "", sort), ())[:1]
        shown = arranged(count, use, depth, by) if depth or sort else count
        answer = params_answer(
            shown, use, _columns(columns, USUAL), summary, partial(_elsewhere, read, count),
            working=partial(working.model_steps, count),
            element=partial(working.expected_step, shown, use=use),
            advice=partial(slips.count_advice, read, shown),
        )
        if framework is not None:
            answer = _framed(answer, read, count, framework, use, columns)
        if counter or whose:
            answer = _by_counters(answer, read, count, counter, use.batch, attention, whose)
        self.out.emit(answer)

    def answer(self, result: Count | Comparison) -> Answer:
        """A count or a comparison that is there already."""
        if isinstance(result, Count):
            from dlcalc.commands.params.count_answer import params_answer

            use = result.use or Use().checked()
            return params_answer(
                result, use, working=partial(working.model_steps, result),
                element=partial(working.expected_step, result, use=use),
            )
        from dlcalc.commands.params.count_answer import comparison_answer

        names = result.before.model, result.after.model
        return comparison_answer(
            result, result.after.use or Use().checked(), names,
            working=partial(working.comparison_steps, result),
        )

    @property
    def _used(self) -> bool:
        """Whether anything is asked for that only layers tell."""
        return any(self.options.get(name, usual) != usual for name, usual in OF_LAYERS.items())

    def _read(
        self, model: Sequence[str], size: tuple[int, ...] | None, use: Use,
        of_files: tuple[Any, ...], wants_layers: bool,
    ) -> tuple[Model | None, Use]:
        """The model and its use; no model where a file has tensors alone, and is answered."""
        paths = file_operands(model, not model and self.out.piped)
        if not paths:
            return given_model(self, model), use
        held = _held(paths, size)
        used = self._used or (size is not None and held.rows is None)
        other, *shown = of_files
        file = other and os.path.exists(other) and reading.is_weights_file(other)
        if not (wants_layers or used or (other and not file)):
            from dlcalc.commands.params import files_answer as drawn

            if other is not None:
                self.out.emit(drawn.comparison_answer(held, reading.read_weights(other)))
                return None, use
            self.out.emit(drawn.held_answer(held, *shown))
            for text in () if self.out.format.whole else drawn.notes(held):
                note(text)
            return None, use
        if not self.options.get("dtype"):
            # The type of most of the weights, as --dtype has it; float32 where it has it not.
            counts: Counter[str] = Counter()
            for tensor in held.tensors:
                name = tensor.dtype.lower()
                counts[DTYPE_ALIASES.get(name, name)] += tensor.params
            [(name, _)] = counts.most_common(1) or [("float32", 0)]
            use = use._replace(dtype=name if name in DTYPES else "float32")
        return reading.layered(held), use


def _held(paths: Sequence[str], size: tuple[int, ...] | None) -> Held:
    """What files of weights hold, or standard input."""
    if paths == ["-"]:
        return reading.read_stream(sys.stdin.buffer, STDIN, size)
    return reading.read_weights(*paths, input=size)


def _refuse(options: Mapping[str, Any], of: str) -> None:
    """InputError for the first of the options that was given, which is `of` something else."""
    for name, each in options.items():
        if each:
            raise InputError(f"{name} is of {of}")


def _changed(read: Model, changes: Sequence[str]) -> Model:
    from dlcalc.commands.params.function import changed_by

    with At("--set"):
        return changed_by(read, changes)


def _counted(read: Model, size: tuple[int, ...] | None, use: Use) -> Count:
    try:
        return use.counted(read, size)
    except ShapeError as error:
        error.message = "; ".join([error.message, *doubts(read, size)])
        raise


def _totals(model: Any, input: Any = None, **given: Any) -> dict[str, Any]:
    """The totals of one record."""
    from dlcalc.commands.params.count_answer import Facts, total_record

    other = [
        name for name, each in given.items()
        if each and name not in FIELDS and each != "module"  # the default of --attention
    ]
    if other:
        raise InputError(f"{other[0]} is asked of one model, and standard input holds records")
    if not isinstance(model, str):
        raise InputError("a record names its model")
    use = Use(**{name: each for name, each in given.items() if name in Use._fields}).checked()
    count = use.counted(read_model(model), shape_of(input))
    totals = total_record(count, Facts(use, count.positions))
    return {name: totals[name] for name in TOTALS if totals.get(name) is not None}


def _several(
    out: Output, words: Sequence[str], size: tuple[int, ...] | None, use: Use, used: bool
) -> None:
    """One row a model; of a file of weights what its tensors tell, where no more is asked for."""
    from dlcalc.commands.params.count_answer import Facts, Totals, models_answer, total_record

    found = []
    for word in words:
        with At(word, once=True):
            paths = file_operands([word], False)
            if paths and not used:
                from dlcalc.commands.params.files_answer import totals

                held = _held(paths, size)
                found.append(Totals(word, held.name, held.input, totals(held)))
                continue
            read = reading.layered(_held(paths, size)) if paths else read_model(word)
            count = use.counted(read, size)
            totals_of = total_record(count, Facts(use, count.positions))
            found.append(Totals(word, count.model, count.input, totals_of))
    out.emit(models_answer(found, use))


def _elsewhere(read: Model, count: Count) -> Any:
    """Where frameworks count otherwise than PyTorch, a line a count."""
    if count.misfit is not None or read.config:
        return ()
    from dlcalc.conventions.models import others

    return others(read, count, None)


def _framed(
    answer: Any, read: Model, count: Count, framework: str, use: Use, columns: str | None,
) -> Any:
    """The answer as a framework counts, names and shapes, and where others count otherwise."""
    from dlcalc.commands.params.count_answer import USUAL, params_answer
    from dlcalc.conventions.models import framed, others

    found = framed(read, count, framework)
    for text in (*found.notes, *others(read, count, framework)):
        note(text)
    plain = params_answer(found.model, use, _columns(columns, USUAL))

    def made() -> dict[str, Any]:
        record = plain.for_programs
        record["layers"] = list(record["layers"])
        for layer in record["layers"]:
            layer |= found.gates.get(layer["name"], {})
            if layer["name"] in found.tensors:
                layer["parameters"] = found.tensors[layer["name"]]
        record["total"][found.held_name] = found.held
        return {**record, "framework": found.record}

    return answer._replace(blocks=plain.blocks, made=made)


def _by_counters(
    answer: Any, read: Model, count: Count, counter: str | None, batch: int, attention: str,
    whose: str | None,
) -> Any:
    """The answer in the figures of counters, or whose figure one is."""
    from dlcalc.commands.params.as_answer import as_answer, read_figure, whose_answer
    from dlcalc.conventions.models import figure, figures

    if whose is not None:
        with At("--explain-figure"):
            read_figure(whose)
        found, remark = whose_answer(whose, count, figures(read, count, batch, attention))
        if remark:
            note(remark)
        return found
    if counter == "all":
        return as_answer(answer, count, figures(read, count, batch, attention), True)
    return as_answer(answer, count, [figure(read, count, str(counter), batch, attention)], False)


def _columns(names: str | None, usual: tuple[str, ...]) -> tuple[str, ...]:
    from dlcalc.commands.params.count_answer import COLUMNS

    if names is None:
        return usual
    if names == "all":
        return tuple(COLUMNS)
    wanted = tuple(name.strip() for name in names.split(","))
    for name in wanted:
        if name.lower() in ("flops", "flop"):
            raise InputError(f"unknown column {name!r}; did you mean macs? 1 mac = 2 FLOPs")
        if name not in COLUMNS:
            raise InputError(f"unknown column {name!r}{did_you_mean(name, COLUMNS)}")
    return wanted


def _side_by_side(
    out: Output, read: Model, size: tuple[int, ...] | None, changes: Sequence[str],
    other: str | None, layer: str | None, use: Use, columns: str | None,
) -> None:
    from dlcalc.commands.params import count_answer as drawn
    from dlcalc.models.changes import compare

    before, changed = use.counted(read, size), _changed(read, changes)
    names = read.name, " ".join(changes)
    after = use.counted(changed, size, tolerant=True)
    if after.misfit is not None:
        # A change is refused that its own layer cannot have, whatever comes to it.
        today = {row.name: row.input for row in before.rows}.get(after.misfit_name)
        if not isinstance(after.misfit, ShapeError) or today == after.misfit_input:
            raise after.misfit.at("--set")
    if other is not None:
        second = read_model(other)
        names = " with ".join(filter(None, names)), second.name
        before, after = after, use.counted(second, size)
    if layer is not None:
        before, after = part(before, layer), part(after, layer)
    result = compare(before, after)
    if out.format.complete:
        for text in drawn.misfits(result):
            note(text)
    out.emit(drawn.comparison_answer(
        result, use, names, _columns(columns, drawn.COMPARED),
        working=partial(working.comparison_steps, result),
        element=partial(working.expected_step, after, use=use),
    ))


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


def notation_answer(model: Model, size: Shape | None = None) -> Answer:
    """The model as it is written in the notation, on an input of that size."""
    from dlcalc.models.translation import notation
    from dlcalc.output.answer import Answer, Text

    name = "" if model.name in ("-", STDIN) else model.name
    text = notation(Model(model.body, size or model.input, name))
    return Answer({"model": model.name, "notation": text}, [Text(text.split("\n"))], "notation")
