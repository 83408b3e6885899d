"""The tables of conventions as a page: what each framework and counter does, with versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from dlcalc.conventions.tables import answer, ask, table
from dlcalc.names import COUNTERS, FRAMEWORKS

TITLES = {
    "convolution": "Convolutions", "transposed": "Transposed convolutions", "pooling": "Pools",
    "norms": "Norms", "activations": "Activations", "slopes": "Derivatives at kinks",
    "training": "Training (adamw and lion take decay off the weight in all)",
}
"""The kinds of facts that are one value a framework."""
LETTERS = (
    "C channels, b biases, W weights, G gates of h units, D directions, L steps, N examples, "
    "n elements of the input and o of the output in all, E of one input, M dlcalc's macs of one "
    "example, B biases times positions, P parameters, A products and T elements of attention's "
    "scores, e its features, H heads, K cells of a window, w a softmax's width"
)


class Section(NamedTuple):
    """One table of the page."""

    title: str
    """What it is about."""
    about: str
    """A line above it, or nothing."""
    headers: list[str]
    """Its columns."""
    rows: list[list[str]]
    """Its cells, all text."""


def sections() -> Iterator[Section]:
    """The page, table by table.

    >>> [each.title for each in sections()][:3]
    ['Versions', 'Convolutions', 'Transposed convolutions']
    """
    facts = table("frameworks")
    versions = [[name, facts["versions"][name]] for name in FRAMEWORKS]
    yield Section("Versions", "Seen on CPU, in:", ["framework", "version"], versions)
    for kind, title in TITLES.items():
        yield _by_framework(title, "", {
            fact: [str(ask(name, kind, fact)) for name in FRAMEWORKS] for fact in facts[kind]
        })
    yield _by_framework("Parameters", f"Beside PyTorch's count, where another: {LETTERS}.", {
        f"{layer}: {fact}": [
            _expression(line, name, layer, facts["parameters"]) for name in FRAMEWORKS
        ]
        for fact in ("total", "trained", "held")
        for layer, line in facts["parameters"][fact].items()
    })
    yield _by_framework("Cells", "", {
        **{fact: [str(ask(name, "cells", fact)) for name in FRAMEWORKS]
           for fact, line in facts["cells"].items() if isinstance(line["usual"], str)},
        **{f"parameters of {cell}": [_named(facts["cells"][cell], name) for name in FRAMEWORKS]
           for cell in ("lstm", "gru", "rnn")},
    })
    yield _by_framework("Names and shapes", "O output, I input channels, K the kernel's axes.", {
        layer: [_named(line, name) for name in FRAMEWORKS]
        for layer, line in facts["layouts"].items()
    })
    yield _by_framework("Optimisers", "What differs from PyTorch's defaults and rules.", {
        kind: [
            ", ".join(f"{key} {each}" for key, each in answer(line, name).items()).replace("_", " ")
            or "as PyTorch" for name in FRAMEWORKS
        ]
        for kind, line in facts["optimisers"].items()
    })
    yield from _counters()


def page() -> str:
    """The page in Markdown.

    >>> page().splitlines()[0]
    '# Conventions of frameworks and counters'
    """
    lines = ["# Conventions of frameworks and counters", ""]
    lines.append("What `--framework NAME` and `params --as COUNTER` go by.")
    for section in sections():
        lines += ["", f"## {section.title}", ""]
        if section.about:
            lines += [section.about, ""]
        for row in (section.headers, ["---"] * len(section.headers), *section.rows):
            lines.append(f"| {' | '.join(cell or '–' for cell in row)} |")
    return "\n".join(lines) + "\n"


def _by_framework(title: str, about: str, lines: Mapping[str, list[str]]) -> Section:
    """What most frameworks do, and which do otherwise."""
    rows = []
    for fact, values in lines.items():
        usual = max(dict.fromkeys(values), key=values.count)
        found: dict[str, list[str]] = {}
        for name, each in zip(FRAMEWORKS, values, strict=True):
            if each != usual:
                found.setdefault(each, []).append(name)
        otherwise = "; ".join(f"{', '.join(names)}: {each}" for each, names in found.items())
        rows.append([fact, usual, otherwise])
    return Section(title, about, ["fact", "most", "otherwise"], rows)


def _expression(
    line: Mapping[str, str], framework: str, layer: str, parameters: Mapping[str, Any]
) -> str:
    missing = parameters["missing"].get(layer)
    if missing and answer(missing, framework) == "yes":
        return "no such layer"
    return str(answer(line, framework))


def _named(line: Mapping[str, Any], framework: str) -> str:
    return ", ".join(f"{name} ({shape})" for name, shape in answer(line, framework).items())


def _counters() -> Iterator[Section]:
    rules = table("counters")
    yield Section(
        "Counters", "", ["counter", "version", "unit", "parameters"],
        [[name, rules[name]["version"], rules[name]["unit"],
          rules[name].get("parameters", "each once")] for name in COUNTERS],
    )
    rows = []
    for name in COUNTERS:
        figures = {"": rules[name], **rules[name].get("also", {})}
        for figure, lines in figures.items():
            named = f"{name}, {figure}" if figure else name
            every = {"all layers": lines["every"]} if "every" in lines else {}
            for types, terms in {**every, **lines.get("layers", {})}.items():
                rows += [[named, types, what, text] for what, text in terms.items()]
    yield Section(
        "What counters count beside dlcalc's macs", f"{LETTERS}.",
        ["counter", "layers", "what", "count"], rows,
    )
