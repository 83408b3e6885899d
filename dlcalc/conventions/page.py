"""The tables of conventions as a page: what each framework and counter does, with versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dlcalc.conventions.tables import answer, table
from dlcalc.names import COUNTERS, FRAMEWORKS

Section = tuple[str, str, Sequence[str], Sequence[Sequence[str]]]
"""One table: what it is about, a line above it or nothing, its columns, and its cells."""


def _sections() -> Iterator[Section]:
    facts = table("frameworks")
    versions = [[name, facts["versions"][name]] for name in FRAMEWORKS]
    yield "Versions", "Seen on CPU, in:", ["framework", "version"], versions
    for kind, title in facts["titles"].items():
        yield _by_framework(title, "", facts[kind])
    parameters, cells = facts["parameters"], facts["cells"]
    lacking = {
        layer: {name: "no such layer" for name in FRAMEWORKS if answer(line, name) == "yes"}
        for layer, line in parameters["missing"].items()
    }
    letters = table("counters")["page"]["letters"]
    yield _by_framework("Parameters", f"Beside PyTorch's count, where another: {letters}.", {
        f"{layer}: {fact}": {**line, **lacking.get(layer, {})}
        for fact in ("total", "trained", "held") for layer, line in parameters[fact].items()
    })
    yield _by_framework("Cells", "", {
        **{fact: line for fact, line in cells.items() if isinstance(line["usual"], str)},
        **{f"parameters of {cell}": cells[cell] for cell in ("lstm", "gru", "rnn")},
    })
    yield _by_framework(
        "Names and shapes", "O output, I input channels, K the kernel's axes.", facts["layouts"]
    )
    about = "What differs from PyTorch's defaults and rules."
    yield _by_framework("Optimisers", about, facts["optimisers"], lambda options: (
        "no such optimizer" if "missing" in options else
        ", ".join(f"{key} {each}" for key, each in options.items()).replace("_", " ")
        or "as PyTorch"
    ))
    yield from _counters()


def page() -> str:
    """The page in Markdown.

    >>> page().splitlines()[0]
    '# Conventions of frameworks and counters'
    """
    lines = ["# Conventions of frameworks and counters", ""]
    lines.append("What `--framework NAME` and `params --as COUNTER` go by.")
    for title, about, headers, rows in _sections():
        lines += ["", f"## {title}", "", *([about, ""] if about else [])]
        for row in (headers, ["---"] * len(headers), *rows):
            lines.append(f"| {' | '.join(cell or '–' for cell in row)} |")
    return "\n".join(lines) + "\n"


def _fact_text(value: Any) -> str:
    """What a framework does, or the names of its parameters with their shapes."""
    if not isinstance(value, Mapping):
        return _code(str(value))
    return ", ".join(f"{name} ({shape})" for name, shape in value.items())


def _code(text: str) -> str:
    """A formula as code, so that no sign in it means emphasis."""
    return f"`{text}`" if "*" in text else text


def _by_framework(
    title: str, about: str, lines: Mapping[str, Any], shown: Callable[[Any], str] = _fact_text
) -> Section:
    """What most frameworks do, and which do otherwise."""
    rows = []
    for fact, line in lines.items():
        values = [shown(answer(line, name)) for name in FRAMEWORKS]
        usual = max(dict.fromkeys(values), key=values.count)
        found: dict[str, list[str]] = {}
        for name, each in zip(FRAMEWORKS, values, strict=True):
            if each != usual:
                found.setdefault(each, []).append(name)
        otherwise = "; ".join(f"{', '.join(names)}: {each}" for each, names in found.items())
        rows.append([fact, usual, otherwise])
    return title, about, ["fact", "most", "otherwise"], rows


def _counters() -> Iterator[Section]:
    rules = table("counters")
    yield "Counters", "", ["counter", "version", "unit", "parameters"], [
        [name, rules[name]["version"], rules[name]["unit"],
         rules[name].get("parameters", "each once")] for name in COUNTERS
    ]
    rows = []
    for name in COUNTERS:
        figures = {"": rules[name], **rules[name].get("also", {})}
        for figure, lines in figures.items():
            named = f"{name}, {figure}" if figure else name
            every = {"all layers": lines["every"]} if "every" in lines else {}
            for types, terms in {**every, **lines.get("layers", {})}.items():
                rows += [[named, types, what, _code(text)] for what, text in terms.items()]
    headers = ["counter", "layers", "what", "count"]
    about = f"{rules['page']['letters']}."
    yield "What counters count beside dlcalc's macs", about, headers, rows
