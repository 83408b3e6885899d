"""The Python function `params`, and what `dlcalc params` does with its options."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from dlcalc.errors import At, InputError, ShapeError
from dlcalc.input.sources import STDIN
from dlcalc.models.count import Count, doubts, part
from dlcalc.models.notation import input_shape, read_change
from dlcalc.models.reading import AnyModel, Size, as_model
from dlcalc.models.reading import is_model as names_model
from dlcalc.models.reading import model as read_model
from dlcalc.models.tree import Model
from dlcalc.models.use import Use
from dlcalc.names import DTYPE_ALIASES, DTYPES
from dlcalc.shell import note
from dlcalc.shell.lazy import lazily
from dlcalc.shell.runner import Run, given_model, shape_of
from dlcalc.typed import TYPE_CHECKING, Any, overload

drawn, counted, files = (lazily(f"dlcalc.commands.params.{name}_answer")
                         for name in ("count", "as", "files"))
conventions = lazily("dlcalc.conventions.models")
if TYPE_CHECKING:
    from dlcalc.conventions import slips
    from dlcalc.conventions.models import Figure
    from dlcalc.layers.counted import Shape
    from dlcalc.models import changes as changing
    from dlcalc.models import working
    from dlcalc.models.changes import Comparison
    from dlcalc.models.files import reading
    from dlcalc.models.files.tensors import Held
    from dlcalc.models.tree import Value
    from dlcalc.output.answer import Answer

    Changes = Mapping[str, Value] | Sequence[str]
else:
    changing = lazily("dlcalc.models.changes")
    reading = lazily("dlcalc.models.files.reading")
    slips = lazily("dlcalc.conventions.slips")
    working = lazily("dlcalc.models.working")


@overload
def params(
    model: AnyModel, input: Size | None = None, *, layer: str | None = None,
    set: Changes | None = None, compare: None = None,
    framework: str | None = None, **use: Any,
) -> Count: ...


@overload
def params(
    model: AnyModel, input: Size | None = None, *, layer: str | None = None,
    set: Changes | None = None, compare: AnyModel, **use: Any,
) -> Comparison: ...


@overload
def params(
    model: AnyModel, input: Size | None = None, *, set: Changes | None = None,
    counter: str, **use: Any,
) -> Figure: ...


def params(
    model: AnyModel, input: Size | None = None, *, layer: str | None = None,
    set: Changes | None = None, compare: AnyModel | None = None,
    framework: str | None = None, counter: str | None = None, **use: Any,
) -> Count | Comparison | Figure | Held:
    """Parameters, shapes, multiply-accumulates, receptive fields and memory of a model.

    `model` is a name of the zoo, a file in the layer notation, a list of layers, or what
    `dlcalc.model` gives; `input` is the shape of one example where the model does not say
    it, or another one; `layer` a layer or block to count alone; `set` changes arguments of
    layers first, by name or as texts such as "C1.kernel=4"; `compare` puts another model beside
    it. What else is asked goes by the command's names: `batch`, `dtype`, `optimizer` or `recipe`
    for the bytes; `tokens`, `cached` and `causal` for the products and the cache; `lora`
    ("8:q,v"); `devices` with `shard`; `fit` (bytes). With `framework` names, shapes and
    parameters are those of that framework; with `counter`, as `--as`, the figure that this
    counter prints, and why. A file of weights gives what it holds: its `params`, `trainable`,
    `buffers` and `tensors`. Raises InputError and FileError for what is no model, and
    ShapeError for the first layer that does not fit.

    >>> params("lenet").params
    61706
    >>> params("lenet", set={"C1.kernel": 4, "S2.stride": 2}, layer="C1").rows[0].params
    102
    >>> params(["conv 6 5"], input=(1, 32, 32), dtype="int8", optimizer="sgd").memory
    Memory(weights=156, activations=4704, gradients=156, optimizer=0)
    >>> params("resnet18", compare="resnet34").after.params
    21797672
    >>> params("lstm 4", "7x3", framework="keras").params
    128
    >>> params("conv 4 3", "3x8x8", counter="torchinfo").items
    (Item(what='biases', number=144),)
    >>> params("gpt2", cached=100, dtype="float16").cache_bytes == 12 * 2 * 768 * 101 * 2
    True
    """
    asked = Use.of(use)
    options = input, layer, set, compare, framework, counter
    plain = not use and all(each is None for each in options)
    read = _model_or_weights(model, plain)
    if not isinstance(read, Model):
        return read
    changed = changed_by(read, {} if set is None else set)
    if counter is not None:
        count = asked.counted(changed, None if input is None else input_shape(input))
        found: Figure = conventions.figure(changed, asked.added(count), counter, asked.batch)
        return found
    counts = []
    for each in (changed,) if compare is None else (changed, as_model(compare)):
        count = asked.counted(each, None if input is None else input_shape(input))
        if framework is not None:
            count = conventions.framed(each, count, framework).model
        counts.append(asked.added(count if layer is None else part(count, layer)))
    return counts[0] if compare is None else changing.compare(*counts)


def _model_or_weights(model: AnyModel, plain: bool) -> Model | Held:
    """The model; for `plain` counts what its files hold, where layers do not tell the same."""
    words = [model] if isinstance(model, str) else model if isinstance(model, list) else []
    if not words or not all(isinstance(each, str) and os.path.exists(each) for each in words):
        return as_model(model)
    if len(words) == 1 and os.path.isdir(words[0]):
        words = [reading.of_folder(words[0])[0] or ""]
    if not all(map(reading.is_weights_file, words)) or (
        len(words) > 1 and not reading.are_parts(words)
    ):
        return as_model(model)
    held = reading.read_weights(*words)
    try:
        layers = reading.layered(held)
        same = not plain or Use().counted(layers, None).params == held.params
    except InputError:
        if not plain:
            raise
        same = False
    return layers if same else held


def changed_by(model: Model, changes: Changes) -> Model:
    """A model with arguments of its layers changed, by name or as `--set` takes them.

    >>> changed_by(as_model("conv 6 5"), "conv1.kernel=4").body[0].text
    'conv 6 4'
    """
    if isinstance(changes, Mapping):
        given = [(*target.rpartition(".")[::2], value) for target, value in changes.items()]
    else:
        texts = [changes] if isinstance(changes, str) else changes
        if not isinstance(texts, Sequence) or not all(isinstance(each, str) for each in texts):
            raise InputError(f"set: {changes!r:.40}: write {{'C1.kernel': 4}} or 'C1.kernel=4'")
        given = [read_change(each) for each in texts]
    for each in given:
        model = changing.change(model, *each)
    return model


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


NAMED = ("counter", "whose", "framework")
"""Options that tell a count in the words or figures of others."""
VIEWS = ("depth", "sort", "to_notation")


class ParamsRun(Run[Any]):
    """Read the model and count it: whole, one layer, beside another, or a weights file."""

    use: Use
    """What the model is asked to be used for."""
    size: Shape | None
    """The shape of an input, where one is given."""

    def run(self) -> None:
        """The whole way, by what is asked for; records on standard input, a model a line."""
        if not self.options["model"] and self.out.piped:
            from dlcalc.shell.records import first_line, record_names, run_records

            first = first_line()
            names = record_names(FIELDS, first)
            if "model" in names or names_model(first.decode("ascii", "replace")):
                header = b"" if "model" in names else b"model"
                run_records(self.out, self.options, FIELDS, TOTALS, _totals, header)
                return
        self.use, self.size = _use_of(self.options), shape_of(self.options.get("input"))
        self._answered()
        for text in self.notes:
            note(text)

    def _answered(self) -> None:
        model, asked = self.options["model"], self.options.get
        if len(model) > 1 and all(word == "-" or names_model(word) for word in model) and not any(
                map(reading.is_part, model)):
            self._refuse((*NAMED, *VIEWS, "layer", "changes", "other", "columns"),
                         "one model, not several")
            self._several(model)
            return
        read = self._read(model)
        if read is None:
            return
        self.notes += read.notes
        if asked("to_notation"):
            self._refuse((*NAMED, "layer", "other", "depth"),
                         "a count; --to-notation prints a model")
            self.out.emit(notation_answer(self._changed(read), self.size))
            return
        self.notes += [*doubts(read, self.size), *self._untaken(read)]
        if asked("changes") or "other" in self.options:
            self._refuse((*NAMED, *VIEWS, "summary"), "one model, without --set or --compare")
            self._side_by_side(read)
            return
        try:
            count = self.use.counted(read, self.size)
        except ShapeError as error:
            error.message = "; ".join([error.message, *doubts(read, self.size)])
            raise
        if "layer" in self.options:
            count = part(count, self.options["layer"])
            if len(count.rows) == 1 and not any(map(asked, (
                    *NAMED, "columns", "depth", "sort", "summary"))):
                from dlcalc.numbers.places import Place

                row = count.rows[0]
                self.out.emit(drawn.layer_answer(
                    row, self.use, count.positions,
                    working=partial(working.layer_steps, row, count.cached),
                    element=lambda field, index: working.expected_step(
                        count, Place(("layers", 0, *field)), index, self.use),
                    advice=partial(slips.count_advice, read, count, use=self.use),
                ))
                return
        self.out.emit(self._counts(read, count))

    def _counts(self, read: Model, count: Count) -> Any:
        """The layers and their totals, or what others say of them."""
        depth, sort = self.options.get("depth"), self.options.get("sort")
        by = drawn.columns_of({"bytes": "weights_bytes"}.get(sort or "", sort), ())[:1]
        shown = drawn.arranged(count, self.use, depth, by) if depth or sort else count
        columns = drawn.columns_of(self.options.get("columns"))
        # Where frameworks count otherwise than PyTorch is told, a line a count.
        elsewhere = () if count.misfit is not None or read.config else (read, count, None)
        answer = drawn.params_answer(
            shown, self.use, columns, self.options["summary"],
            lambda: conventions.others(*elsewhere) if elsewhere else (),
            working=partial(working.model_steps, count),
            element=partial(working.expected_step, shown, use=self.use),
            advice=partial(slips.count_advice, read, shown, use=self.use),
        )
        if "framework" in self.options:
            answer = self._framed(answer, read, count, columns)
        if self.options.get("counter") or self.options.get("whose"):
            answer = self._by_counters(answer, read, count)
        return answer

    def answer(self, result: Any) -> Any:
        """What is there already: a count, a comparison, a counter's figure, what a file holds."""
        if hasattr(result, "tensors"):
            return files.held_answer(result)
        if isinstance(result, Count):
            use = result.use or Use().checked()
            return drawn.params_answer(
                result, use, working=partial(working.model_steps, result),
                element=partial(working.expected_step, result, use=use),
            )
        if not hasattr(result, "before"):
            return counted.as_answer(self.answer(result.own), result.own, [result], False)
        names = result.before.model, result.after.model
        return drawn.comparison_answer(
            result, result.after.use or Use().checked(), names,
            working=partial(working.comparison_steps, result),
        )

    @property
    def _used(self) -> bool:
        """Whether anything is asked for that only layers tell."""
        return any(self.options.get(name, usual) != usual for name, usual in OF_LAYERS.items())

    def _read(self, model: Sequence[str]) -> Model | None:
        """The model; None where a file has tensors alone, and is answered."""
        paths = file_operands(model, not model and self.out.piped)
        if not paths:
            return given_model(self, model)
        held, asked = _weights(paths, self.size), self.options.get
        used = self._used or (self.size is not None and held.rows is None)
        layered = {"layer", "columns"} & self.options.keys() or any(
            map(asked, (*NAMED, "changes", "to_notation")))
        other = asked("other")
        file = other and os.path.exists(other) and reading.is_weights_file(other)
        if not (layered or used or (other and not file)):
            if other is not None:
                self.out.emit(files.comparison_answer(held, reading.read_weights(other)))
                return None
            self.out.emit(files.held_answer(
                held, asked("depth"), asked("sort"), self.options["summary"]))
            for text in files.notes(held) if self.out.format.streams else ():
                note(text)
            return None
        if not asked("dtype"):
            # The type of most of the weights, as --dtype has it; float32 where it has it not.
            counts: Counter[str] = Counter()
            for tensor in held.tensors:
                name = tensor.dtype.lower()
                counts[DTYPE_ALIASES.get(name, name)] += tensor.params
            [(name, _)] = counts.most_common(1) or [("float32", 0)]
            self.use = self.use._replace(dtype=name if name in DTYPES else "float32")
        return reading.layered(held)

    def _untaken(self, read: Model) -> list[str]:
        """The type of weights that a config.json says, where bytes are told and none is asked."""
        asked = any(map(self.options.get, ("dtype", "recipe", "counter", "whose")))
        return [f"{read.name} {read.held}"] if read.held and not asked else []

    def _refuse(self, names: Sequence[str], of: str) -> None:
        """InputError for the first of the options that was given, which is `of` something else."""
        for name in filter(self.options.get, names):
            raise InputError(f"`{name}` is of {of}")

    def _changed(self, read: Model) -> Model:
        with At("--set"):
            return changed_by(read, self.options["changes"])

    def _several(self, words: Sequence[str]) -> None:
        """A row a model; of a file of weights what its tensors tell, where no more is asked for."""
        found = []
        for word in words:
            with At(word, once=True):
                paths = file_operands([word], False)
                if paths and not self._used:
                    held = _weights(paths, self.size)
                    found.append(drawn.Totals(word, held.name, held.input, files.totals(held)))
                    continue
                read = reading.layered(_weights(paths, self.size)) if paths else read_model(word)
                self.notes += self._untaken(read)
                count = self.use.counted(read, self.size)
                totals = drawn.total_record(count, drawn.Facts(self.use, count.positions))
                found.append(drawn.Totals(word, count.model, count.input, totals))
        self.out.emit(drawn.models_answer(found, self.use))

    def _framed(self, answer: Any, read: Model, count: Count, columns: Sequence[str]) -> Any:
        """The answer as a framework counts, names and shapes, and where others count otherwise."""
        framework = self.options["framework"]
        found = conventions.framed(read, count, framework)
        for text in (*found.notes, *conventions.others(read, count, framework)):
            note(text)
        plain = drawn.params_answer(found.model, self.use, columns)

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

    def _by_counters(self, answer: Any, read: Model, count: Count) -> Any:
        """The answer in the figures of counters, or whose figure one is."""
        whose, counter = self.options.get("whose"), self.options.get("counter")
        of = self.use.batch, self.options["attention"]
        if whose is not None:
            figures = conventions.figures(read, count, *of)
            with At("--explain-figure"):
                found, remark = counted.whose_answer(whose, count, figures)
            if remark:
                note(remark)
            return found
        every = counter == "all"
        figures = conventions.figures(read, count, *of) if every else [
            conventions.figure(read, count, counter, *of)]
        return counted.as_answer(answer, count, figures, every)

    def _side_by_side(self, read: Model) -> None:
        use, size = self.use, self.size
        before, changed = use.counted(read, size), self._changed(read)
        names = read.name, " ".join(self.options["changes"])
        after = use.counted(changed, size, tolerant=True)
        if after.misfit is not None:
            # A change is refused that its own layer cannot have, whatever comes to it.
            today = {row.name: row.input for row in before.rows}.get(after.misfit_name)
            if not isinstance(after.misfit, ShapeError) or today == after.misfit_input:
                raise after.misfit.at("--set")
        if "other" in self.options:
            second = read_model(self.options["other"])
            self.notes += self._untaken(second)
            names = " with ".join(filter(None, names)), second.name
            changed, before, after = second, after, use.counted(second, size)
        if "layer" in self.options:
            before, after = (part(each, self.options["layer"]) for each in (before, after))
        result = changing.compare(before, after)
        if self.out.format.complete:
            for text in drawn.misfits(result):
                note(text)
        self.out.emit(drawn.comparison_answer(
            result, use, names, self.options.get("columns"),
            working=partial(working.comparison_steps, result),
            element=partial(working.expected_step, after, use=use),
            advice=lambda place, wanted: "" if place[0] in ("before", "difference")
            else slips.count_advice(changed, after, place, wanted, use=use),
        ))


def _use_of(given: Mapping[str, Any]) -> Use:
    return Use(**{name: each for name, each in given.items() if name in Use._fields}).checked()


def _weights(paths: Sequence[str], size: tuple[int, ...] | None) -> Held:
    """What files of weights hold, or standard input."""
    if paths == ["-"]:
        return reading.read_stream(sys.stdin.buffer, STDIN, size)
    return reading.read_weights(*paths, input=size)


def _totals(model: Any, input: Any = None, **given: Any) -> dict[str, Any]:
    """The totals of one record."""
    other = [
        name for name, each in given.items()
        if each and name not in FIELDS and each != "module"  # the default of --attention
    ]
    if other:
        raise InputError(f"{other[0]} is asked of one model, and standard input holds records")
    if not isinstance(model, str):
        raise InputError("a record names its model")
    use = _use_of(given)
    count = use.counted(read_model(model), shape_of(input))
    totals = drawn.total_record(count, drawn.Facts(use, count.positions))
    return {name: totals[name] for name in TOTALS if totals.get(name) is not None}


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
        path, remark = reading.of_folder(words[0])
        if remark:
            note(remark)
        return [path] if path else []
    if not words or not all(reading.is_weights_file(word) for word in words):
        return []
    if len(words) > 1 and not reading.are_parts(words):
        raise InputError(
            "several files, and no parts of one model; --compare takes a second one"
        ).at(words[0])
    return list(words)


def notation_answer(model: Model, size: Shape | None = None) -> Answer:
    """The model as it is written in the notation, on an input of that size."""
    from dlcalc.models.translation import notation
    from dlcalc.output.answer import Answer, Text

    name = "" if model.name in ("-", STDIN) else model.name
    text = notation(Model(model.body, size or model.input, name))
    return Answer({"model": model.name, "notation": text}, [Text(text.split("\n"))], "notation")
