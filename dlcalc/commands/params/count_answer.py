"""A counted model, or two side by side, as an answer: rows of a table, and objects of JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import prod

from dlcalc.errors import InputError, did_you_mean
from dlcalc.models.count import spans, tally
from dlcalc.models.tree import Layer
from dlcalc.output.answer import Answer, Made, Table
from dlcalc.typed import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from dlcalc.models.changes import Comparison, Pair
    from dlcalc.models.count import Count, Row
    from dlcalc.models.receptive_fields import AxisField, Field
    from dlcalc.models.use import Memory, Use

T = TypeVar("T")
FIELDS: dict[str, Callable[[AxisField], Any]] = {
    "field": lambda axis: axis.clipped,
    "jump": lambda axis: axis.jump // axis.period if axis.jump % axis.period == 0
    else axis.jump / axis.period,
    "start": lambda axis: axis.first[0], "unclipped": lambda axis: axis.size,
}
"""What a receptive field tells of an axis."""
NAMED = {"field": "size"}
"""What the record calls otherwise than the columns."""
USUAL = ("name", "type", "output", "params", "macs", "field")
"""The columns that are shown where none are asked for."""


def field_record(field: Field | None) -> dict[str, Any] | None:
    """A receptive field axis by axis: clipped size, jump, start, and the size unclipped."""
    if field is None:
        return None
    return {NAMED.get(key, key): [get(axis) for axis in field] for key, get in FIELDS.items()}


def of_columns(expected: Any) -> Any:
    """An answer that names things as the columns do: field, jump, start; weights bytes."""
    if not isinstance(expected, Mapping):
        return expected
    found: dict[str, Any] = {}
    for title, each in expected.items():
        name = title.replace(" ", "_")
        layer, _, column = name.rpartition(".")
        if getattr(each, "unit", 1) > 1 and not name.endswith("_bytes"):
            name += "_bytes"  # weights 241.0 KiB, as the line below the table says
        if column == "receptive_field" and not isinstance(each, Mapping):
            each = {"size": each}
        inner = NAMED.get(column, column)
        if column not in FIELDS or layer.endswith("receptive_field"):
            found[name] = each if name == "receptive_field" else of_columns(each)
        elif layer:
            found[f"{layer}.receptive_field.{inner}"] = each
        else:
            found.setdefault("receptive_field", {})[inner] = each
    return found


class Facts:
    """What a row tells beside itself: its receptive field, which many share, and its bytes."""

    def __init__(self, use: Use, positions: int = 0) -> None:
        self.use = use
        self.bytes: dict[tuple[Any, ...], Memory] = {}
        self.seen: Field | None = None
        self.told: dict[str, Any] | None = None
        self.cache = use.cache(positions)
        """The bytes of the cache of a layer."""

    def field(self, row: Row) -> dict[str, Any] | None:
        """The field of a row; layers one behind the other often see the same."""
        if row.field is not self.seen:
            self.seen, self.told = row.field, field_record(row.field)
        return self.told

    def held(self, counted: Count | Row) -> Memory:
        """The memory of a model or a layer, for the type, batch and optimiser asked for."""
        key = (
            getattr(counted, "type", None), counted.weights, counted.biases, counted.trainable,
            counted.activations,
        )
        if key not in self.bytes:
            self.bytes[key] = self.use.held(counted)
        return self.bytes[key]


def bytes_record(memory: Memory) -> dict[str, int]:
    """Bytes of a model or a layer for programs."""
    return {
        "weights_bytes": memory.weights, "activations_bytes": memory.activations,
        "training_bytes": memory.training,
    }


def layer_record(row: Row, facts: Facts) -> dict[str, Any]:
    """One layer for programs."""
    record = {
        "name": row.name, "type": row.type, "input": row.input, "output": row.output,
        "params": row.params, "weights": row.weights, "biases": row.biases,
        "trainable": row.trainable, "macs": row.macs, "activations": row.activations,
        **bytes_record(facts.held(row)), "receptive_field": facts.field(row),
    }
    if row.cache is not None:
        record["cache_bytes"] = facts.cache(row)
    if row.tied:
        record["tied"] = row.tied
    return record


BYTES = ("weights_bytes", "activations_bytes", "training_bytes")
SUMMED = ("params", "weights", "biases", "trainable", "macs", "activations")
"""Columns that have a total, which a count has under the same name."""
Cell = Callable[["Row", Facts], Any]


COLUMNS: dict[str, Cell] = {
    **{name: lambda row, _, name=name: getattr(row, name)  # type: ignore[misc]
       for name in ("name", "type", "layer", "input", "output", *SUMMED)},
    "layer": lambda row, _: row.node.text if hasattr(row.node, "text") else row.type,
    **{name: lambda row, facts, name=name: bytes_record(facts.held(row))[name]  # type: ignore[misc]
       for name in BYTES},
    **{name: lambda row, facts, name=name: (  # type: ignore[misc]
        (facts.field(row) or {}).get(NAMED.get(name, name))) for name in FIELDS},
    "cache_bytes": lambda row, facts: None if row.cache is None else facts.cache(row),
    "tied": lambda row, _: row.tied or None,
}
"""Every column that can be asked for."""


def columns_of(names: str | None, usual: Sequence[str] = USUAL) -> Sequence[str]:
    """The columns that are asked for by their names, or the usual ones."""
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


def cells(
    rows: Sequence[Row], columns: Sequence[str], facts: Facts, behind: Sequence[Any] = ()
) -> Made:
    """The cells of rows in the columns asked for, made as they are written."""
    makers = [COLUMNS[name] for name in columns]
    return Made(rows, lambda row: [make(row, facts) for make in makers], behind)


def total_of(count: Count, column: str, facts: Facts) -> int | None:
    """The total of a column, where it has one; none of a model of which a layer misfits."""
    if count.misfit is not None or column not in SUMMED + BYTES:
        return None
    held = bytes_record(facts.held(count))
    return held[column] if column in held else int(getattr(count, column))


def arranged(count: Count, use: Use, depth: int | None, order: Sequence[str]) -> Count:
    """The count with its layers folded to so many levels, and the largest of a column first."""
    rows = _folded(count.rows, depth) if depth else list(count.rows)
    if order:
        facts = Facts(use, count.positions)
        keys = {id(row): COLUMNS[order[0]](row, facts) for row in rows}
        named = any(isinstance(key, str) for key in keys.values())

        def rank(row: Row) -> Any:
            key = keys[id(row)]
            if named:
                return str(key)
            return (-1,) if key is None else tuple(key) if isinstance(key, tuple | list) else (key,)

        rows.sort(key=rank, reverse=not named)
    return count._replace(rows=tuple(rows))


def _folded(rows: Sequence[Row], depth: int) -> list[Row]:
    """Layers whose names begin alike as one, with their sums and what the last one gives."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(".".join(row.name.split(".")[:depth]), []).append(row)
    return [
        group[0] if len(group) == 1 and group[0].name == name else group[-1]._replace(
            name=name, type="block", input=group[0].input, tied="", node=group[0].node,
            cache=Caches.of(group), **{
                key: sum(getattr(row, key) for row in group)
                for key in ("weights", "biases", "trainable", "macs", "activations", "skipped")
            },
        )
        for name, group in groups.items()
    ]


class Caches(NamedTuple):
    """The caches of several layers, which hold what each of them holds."""

    parts: tuple[Any, ...]

    @classmethod
    def of(cls, group: Sequence[Row]) -> Any:
        """Those of some layers, where any of them has one."""
        found = tuple(row.cache for row in group if row.cache is not None)
        return cls(found) if found else None

    def bytes(self, positions: int, size: int) -> int:
        """Bytes of all of them."""
        return sum(each.bytes(positions, size) for each in self.parts)

    def reserved(self, positions: int, size: int) -> int:
        """Bytes that are reserved for all of them."""
        return sum(each.reserved(positions, size) for each in self.parts)


def fold(items: Iterable[tuple[T, T, int]], key: Callable[[T], Any]) -> list[tuple[T, T, int]]:
    """Items of the same key as one: the first of them, the last, and how many there are."""
    first: dict[Any, int] = {}
    folded: list[tuple[T, T, int]] = []
    for item, last, times in items:
        at = first.setdefault(key(item), len(folded))
        if at == len(folded):
            folded.append((item, last, times))
        else:
            folded[at] = (folded[at][0], last, folded[at][2] + times)
    return folded


def turns_alike(row: Row | None) -> Any:
    """What turns of a repeat have in common that count the same; their fields may grow.

    Adapters of one node are told apart by what their names have beside indices.
    """
    if row is None:
        return None
    words = [part for part in row.name.split(".") if not part.isdigit()]
    return id(row.node), row.input, row.params, *words


def folded_cell(column: str, first: Any, last: Any, times: int) -> Any:
    """One cell for some turns of a repeat: a range of names, or of fields that grow."""
    if column == "name":
        return span(first, last, times)
    if column in FIELDS and first != last:
        return "…".join(
            "x".join(map(str, each)) if each is not None else "?" for each in (first, last)
        )
    return first


def span(first: str, last: str, times: int) -> str:
    """Two names that differ in indices, as a range: h.0.attn and h.95.attn are h.0–95.attn.

    Where the `times` are not all turns between the two, only the ends are named.

    >>> span("h.0.attn", "h.3.attn", 4), span("h.0.attn", "h.3.attn", 3)
    ('h.0–3.attn', 'h.0.attn … h.3.attn')
    """
    parts = list(zip(first.split("."), last.split("."), strict=True))
    between = prod(int(b) - int(a) + 1 for a, b in parts if a != b)
    if between != times:
        return f"{first} … {last}"
    return ".".join(a if a == b else f"{a}–{b}" for a, b in parts)


MACS = (
    "macs: one product of an input with a weight, or of two inputs in attention, for one "
    "example;",
    "biases, normalisation, activations and pooling are none; padded zeros count; "
    "1 mac = 2 FLOPs",
)
TIMES = "times: layers that count the same, each what its line says"


def params_answer(
    count: Count, use: Use, columns: Sequence[str] = USUAL, summary: bool = False,
    remarks: Callable[[], Iterable[str]] = lambda: (), **explained: Any,
) -> Answer:
    """All layers and their totals, or the totals alone; `remarks` are lines for people below."""
    facts = Facts(use, count.positions)
    if summary:
        record = count_record(count, facts)
        del record["layers"]
        only = Totals(count.model, count.model, count.input, record["total"])
        return Answer(
            record, [_totals_table([only], _footnotes(count, facts))],
            main=("total", "params"), whole=True, adapt=of_columns, **explained,
        )
    table = Table(
        columns, cells(count.rows, columns, facts),
        drawn=lambda: _layer_table(count, columns, facts, remarks()),
    )
    return Answer(
        {}, [table], main=("total", "params"), whole=True, made=lambda: count_record(count, facts),
        adapt=of_columns, **explained,
    )


class Totals(NamedTuple):
    """What is told of one of several models."""

    name: str
    """As it was asked for."""
    title: str
    input: tuple[int, ...] | None
    total: dict[str, Any]


def models_answer(models: Sequence[Totals], use: Use) -> Answer:
    """One row a model: its totals."""
    records = [
        dict(zip(OF_MODEL, each, strict=True)) for each in models
    ]
    notes = ["", f"training memory for {use.training}", *MACS]
    return Answer(
        {"models": records}, [_totals_table(models, notes)], main="models", whole=True,
        adapt=of_rows,
    )


OF_MODEL = ("model", "title", "input", "total")
"""What the record of one of several models holds; the columns beside are of its total."""


def of_rows(expected: Any) -> Any:
    """An answer that names the totals of models as the columns do, or is their parameters alone.

    >>> of_rows([61706]), of_rows({"lenet": {"params": 61706}})
    ([{'total': {'params': 61706}}], {'lenet': {'total': {'params': 61706}}})
    """
    if isinstance(expected, list):
        return [_of_row(each if isinstance(each, Mapping) else {"params": each})
                for each in expected]  # fmt: skip
    if not isinstance(expected, Mapping):
        return expected
    return {
        name: _of_row(each) if isinstance(each, Mapping) and name != "models" else of_rows(each)
        for name, each in expected.items()
    }


def _of_row(expected: Mapping[str, Any]) -> Mapping[str, Any]:
    totals = {name: each for name, each in expected.items() if name not in OF_MODEL}
    if not totals or "total" in expected:
        return expected
    own = {name: each for name, each in expected.items() if name in OF_MODEL}
    return {**own, "total": totals}


def _totals_table(models: Sequence[Totals], footnotes: Sequence[str]) -> Table:
    """The totals of models, a row each; to people, bytes as such; of one model, upright."""
    records = [_flat(each.total) for each in models]
    names = list(dict.fromkeys(key for record in records for key in record))
    rows = [
        [each.name, each.input, *map(record.get, names)]
        for each, record in zip(models, records, strict=True)
    ]
    headers = ["model", "input", *names]

    def drawn() -> Table:
        if len(rows) == 1:
            lines = [
                [key.replace("_", " "), _for_people(key, value)]
                for key, value in zip(headers, rows[0], strict=True) if "." not in key
            ]
            return Table(["", "value"], lines, footnotes=footnotes)
        shown = [key for key in headers if key in SHOWN]
        return Table(shown, [
            [_for_people(key, row[headers.index(key)]) for key in shown] for row in rows
        ], footnotes=footnotes)

    return Table(headers, rows, drawn=drawn)


def _flat(total: Mapping[str, Any]) -> dict[str, Any]:
    """Totals with those within them under their paths: per_device.weights_bytes."""
    flat: dict[str, Any] = {}
    for key, value in total.items():
        flat |= {f"{key}.{name}": each for name, each in value.items()} if (
            isinstance(value, dict)) else {key: value}
    return flat


SHOWN = (
    "model", "input", "params", "active_params", "macs", "weights_bytes", "training_bytes",
    "cache_bytes",
)
"""What people see of several models, of what programs get."""


def _for_people(key: str, value: Any) -> Any:
    return size_text(value) if "_bytes" in key and value is not None else value


def count_record(count: Count, facts: Facts) -> dict[str, Any]:
    """A model for programs; no totals where a layer of it does not fit."""
    record: dict[str, Any] = {
        "model": count.model, "input": count.input,
        "layers": Made(count.rows, lambda row: layer_record(row, facts)),
        "total": total_record(count, facts),
    }
    if count.misfit is not None:
        record["misfit"] = {
            "layer": count.misfit_name, "input": count.misfit_input, "reason": str(count.misfit),
        }
    return record


def total_record(count: Count, facts: Facts) -> dict[str, Any]:
    """The totals of a model; none where a layer of it does not fit."""
    use = facts.use
    whole = use.added(count) if count.misfit is None else count
    totals: dict[str, Any] = {
        "params": count.params, "active_params": count.active_params, "weights": count.weights,
        "biases": count.biases, "trainable": count.trainable, "buffers": count.total("buffers"),
        "macs": count.macs, "activations": count.activations,
        **bytes_record(facts.held(count)), "training_macs": 3 * count.macs,
    }
    if use.causal:
        totals["macs_unskipped"] = count.macs + count.skipped
    if len(count.input) < 3:
        totals["training_flops_6nd"] = 6 * count.active_params * count.input[0]
    if count.misfit is not None:
        return dict.fromkeys(totals)
    if whole.cache_bytes is not None:
        totals["cache_bytes"] = whole.cache_bytes
        totals["cache_bytes_reserved"] = whole.cache_bytes_reserved
    if whole.share is not None:
        totals["per_device"] = {
            **{f"{key}_bytes": value for key, value in whole.share._asdict().items()},
            "training_bytes": whole.share.training,
        }
    if whole.fit is not None:
        totals["fit"] = whole.fit._asdict()
    return totals


def _layer_table(
    count: Count, columns: Sequence[str], facts: Facts, remarks: Iterable[str],
) -> Table:
    """Equal turns of a repeat as one row, and the totals in a last line."""
    total: list[Any] = [total_of(count, name, facts) for name in columns]
    if total and total[0] is None:
        total[0] = "total"
    footnotes = _footnotes(count, facts)
    # The index of a turn is among the parts of its layers' names.
    if not any(part.isdigit() for row, _ in tally(count.rows) for part in row.name.split(".")):
        rows: Sequence[Any] = cells(count.rows, columns, facts, [total])
        return Table(columns, rows, footnotes=[*footnotes, *remarks])
    folded = fold(spans(count.rows), turns_alike)
    body = cells([first for first, _, _ in folded], columns, facts).tolist()
    for row, (first, last, times) in zip(body, folded, strict=True):
        if last is not first:
            ends = zip(columns, row, cells([last], columns, facts)[0], strict=True)
            row[:] = [folded_cell(*each, times) for each in ends]
    return times_table(folded, columns, [*body, total], footnotes, remarks)


def times_table(
    folded: Sequence[tuple[Any, Any, int]], headers: Sequence[str], rows: Sequence[list[Any]],
    footnotes: Iterable[str], remarks: Iterable[str] = (), title: str = "",
) -> Table:
    """A table of folded rows and, last, totals; with the turns that each row stands for behind
    it, where one stands for several."""
    times = [each if each > 1 else None for _, _, each in folded]
    if any(times):
        rows = [[*row, each] for row, each in zip(rows, [*times, None], strict=True)]
        headers, footnotes = [*headers, "times"], [*footnotes, TIMES]
    return Table(headers, rows, title, [*footnotes, *remarks])


def _footnotes(count: Count, facts: Facts) -> list[str]:
    lines = [""]
    if count.trainable != count.params:
        lines.append(
            f"{count.trainable:,} parameters trainable, {count.params - count.trainable:,} not"
        )
    tied = [row for row, _ in tally(count.rows) if row.tied]
    lines += [
        f"{row.name} has the {'weights' if 'tie' in row.node.options else 'parameters'} of "
        f"{row.tied}, counted once" + (", and a bias of its own" if row.biases else "")
        for row in tied[:3] if isinstance(row.node, Layer)
    ]
    memory = facts.held(count)
    lines.append(
        f"weights {size_text(memory.weights)}, activations {size_text(memory.activations)}, "
        f"training {size_text(memory.training)} ({facts.use.training})"
    )
    if not count.misfit:
        lines += _uses(count, total_record(count, facts), facts.use)
    return [*lines, *MACS]


def _uses(count: Count, totals: Mapping[str, Any], use: Use) -> Iterator[str]:
    """What was asked of the model beside its layers, a line each."""
    asked = use.cached is not None or use.tokens is not None or use.causal or use.fit is not None
    if not asked and "per_device" not in totals:
        return
    from dlcalc.input.expressions import sentences

    yield from sentences(__file__, "uses.txt", "use", {
        **totals, **use._asdict(), "asked": asked, "positions": count.positions,
        "training": use.training, "rows": len(count.rows),
        "cache": size_text(totals.get("cache_bytes") or 0),
        "reserved": size_text(totals.get("cache_bytes_reserved") or 0),
        "share": ", ".join(
            f"{key.removesuffix('_bytes')} {size_text(value)}"
            for key, value in totals.get("per_device", {}).items() if value
        ),
        **{f"fit_{key}": value for key, value in totals.get("fit", {}).items()},
        "room": size_text(totals.get("fit", {}).get("bytes", 0)),
    })


def size_text(size: int) -> str:
    """Bytes for people.

    >>> size_text(246824), size_text(800)
    ('241.0 KiB', '800 B')
    """
    units = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
    power = min(max(0, size.bit_length() - 1) // 10, len(units) - 1)
    if not power:
        return f"{size} B"
    tenths = size * 10 >> 10 * power
    return f"{tenths // 10:,}.{tenths % 10} {units[power]}"


def layer_answer(row: Row, use: Use, positions: int, **explained: Any) -> Answer:
    """One layer, its facts one a line."""
    facts = Facts(use, positions)
    columns = [
        name for name in COLUMNS
        if (name != "tied" or row.tied) and (name != "cache_bytes" or row.cache is not None)
    ]
    found = cells([row], columns, facts)
    table = Table(columns, found, drawn=lambda: Table(
        ["", "value"],
        [[f"{'receptive ' if key == 'field' else ''}{key}".replace("_", " "), value]
         for key, value in zip(columns, found[0], strict=True)],
        footnotes=["", f"memory for {use.training}", *MACS],
    ))
    return Answer(
        layer_record(row, facts), [table], main="params", whole=True, adapt=of_columns, **explained
    )


COMPARED = ("name", "output", "params", "macs")
"""The columns that are shown of two models where none are asked for."""
COUNTED = SUMMED + BYTES
"""Columns of which the difference is shown."""


def comparison_answer(
    result: Comparison, use: Use, names: tuple[str, str], asked: str | None = None,
    **explained: Any,
) -> Answer:
    """The second model as it would stand alone, with the first and the difference beside it."""
    columns, facts = columns_of(asked, COMPARED), Facts(use, result.after.positions)
    headers: list[str] = []
    for column in columns:
        both = [f"{column}_before", column] if column != "name" else ["name"]
        headers += [*both, f"{column}_difference"] if column in COUNTED else both
    rows = Made(result.pairs, lambda pair: [
        cell for column in columns for cell in _pair_cells(pair, column, facts)
    ])
    table = Table(headers, rows, drawn=lambda: _drawn_pairs(result, facts, names, columns))

    def made() -> dict[str, Any]:
        after, before = count_record(result.after, facts), count_record(result.before, facts)
        changes = {
            key: _difference(before["total"].get(key), each)
            for key, each in after["total"].items() if not isinstance(each, dict)
        }
        return {**after, "before": before, "difference": changes}

    return Answer({}, [table], ("total", "params"), whole=True, made=made, **explained)


def _pair_cells(pair: Pair, column: str, facts: Facts) -> list[Any]:
    if column == "name":
        return [pair.name]
    before, after = (
        None if row is None else COLUMNS[column](row, facts) for row in (pair.before, pair.after)
    )
    return [before, after, _difference(before, after)] if column in COUNTED else [before, after]


def _difference(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else after - before


def _drawn_pairs(
    result: Comparison, facts: Facts, names: tuple[str, str], columns: Sequence[str]
) -> Table:
    """Equal turns of a repeat as one row, and the totals in a last line."""
    folded = fold(result.spans(), lambda pair: (turns_alike(pair.before), turns_alike(pair.after)))
    rows = [
        [cell for column in columns for cell in (
            [span(first.name, last.name, times)] if column == "name"
            else _drawn_cells(column, *_pair_cells(first, column, facts)[:2]))]
        for first, last, times in folded
    ]
    total: list[Any] = []
    for column in columns:
        ends = (total_of(count, column, facts) for count in (result.before, result.after))
        total += [None] if column == "name" else _drawn_cells(column, *ends)
    total[0] = total[0] or "total"
    headers = [
        header for column in columns
        for header in ([column, "change"] if column in COUNTED else [column])
    ]
    both = [total_record(count, facts) for count in (result.before, result.after)]
    memory = ", ".join(
        f"{key.removesuffix('_bytes')} "
        + _arrow(*("" if each[key] is None else size_text(each[key]) for each in both))
        for key in BYTES
    )
    title = " → ".join(name or "layers" for name in names)
    notes = ["", *misfits(result), memory, *MACS]
    return times_table(folded, headers, [*rows, total], notes, title=title)


def _drawn_cells(column: str, before: Any, after: Any) -> list[str]:
    """Before and after in one cell, and the change in another where it can be counted."""
    from dlcalc.output.tables import cell_text

    shown = _arrow(*("" if each is None else cell_text(each, None) for each in (before, after)))
    if column not in COUNTED:
        return [shown]
    change = _difference(before, after)
    return [shown, f"{change:+,}".replace("-", "−") if change else ""]


def _arrow(before: str, after: str) -> str:
    return before if before == after else f"{before or '–'} → {after or '–'}"


def misfits(result: Comparison) -> Iterator[str]:
    """What no longer fits, with the size at which it breaks."""
    for count in (result.before, result.after):
        if count.misfit is not None:
            size = "x".join(map(str, count.misfit_input))
            why = count.misfit.message.removeprefix(f"input is {size}; ")
            yield f"{count.misfit_name} no longer fits: it breaks at {size}, where {why}"
