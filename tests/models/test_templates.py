"""The language of architecture files: expressions over the fields of a config, and lines."""

from __future__ import annotations

from typing import Any

import pytest

from dlcalc.errors import DlcalcError
from dlcalc.input.expressions import Expression, Fields, names
from dlcalc.models.templates import Architecture, Expander

FIELDS = {
    "a": 7, "b": 2, "c": None, "w": "wide", "t": True, "n": 0, "list": [3, 1, 3], "inner": {"x": 5},
    "by": {"05": "five", "1": "one"}, "deep": [[1, 2], [3]],
}


@pytest.mark.parametrize(("text", "value"), [
    ("a + b * 3", 13), ("(a + b) * 3", 27), ("a - b - 1", 4), ("a // b", 3), ("a % b", 1),
    ("a / b", 3.5), ("-a + 1", -6), ("a < 7", False), ("a <= 7", True), ("a > 7", False),
    ("a >= 7", True), ("a == 7", True), ("a != 7", False), ("3 in list", True),
    ("2 in list", False),
    ("2 not in list", True), ("3 not in list", False), ("t and n", 0), ("t and b", 2),
    ("n or b", 2), ("b or n", 2), ("t and b and a", 7), ("n or c or a", 7), ("not n", True),
    ("not t", False), ("a if t else b", 7), ("a if n else b", 2), ("c | a", 7), ("a | b", 7),
    ("n | a", 0), ("c | c", None), ("list[0]", 3), ("list[a - 6]", 1), ("inner.x", 5),
    ("inner.y | 4", 4), ("c[1]", None), ("by[5]", "five"), ("by[1]", "one"), ("by[2]", None),
    ("w == 'wide'", True), ("nowhere", None), ("null", None), ("yes", True), ("no", False),
    ("[a, b]", [7, 2]),
    ("round_up(a, 4)", 8), ("round_up(8, 4)", 8), ("ceil_div(a, b)", 4), ("ceil_div(8, 4)", 2),
    # As MobileNet has it: the nearest multiple, but no more than a tenth below.
    ("make_divisible(30, 8)", 32), ("make_divisible(27, 8)", 32), ("make_divisible(28, 8)", 32),
    ("make_divisible(26, 8)", 24), ("make_divisible(3, 8)", 8), ("make_divisible(3, 8, 16)", 16),
    ("make_divisible(36, 8, 16)", 40), ("make_divisible(35.9, 8)", 40),
    ("primes(10, 3)", [11, 13, 17]), ("primes(0, 4)", [2, 3, 5, 7]), ("primes(25, 1)", [29]),
    ("primes(5, 0)", []), ("min(a, b)", 2), ("max(a, b)", 7), ("len(list)", 3), ("sum(list)", 7),
    ("floor(-2.1)", -3), ("ratio(1, 4)", 0.25),
    ("int(2.9)", 2), ("round(2.6)", 3), ("str(a)", "7"), ("range(3)", [0, 1, 2]), ("pow(b, 3)", 8),
    ("range(1, a, 3)", [1, 4]), ("is_list(list)", True), ("is_list(a)", False),
    ("is_whole(a)", True), ("is_whole(t)", False), ("is_whole(c)", False),
    ("starts(w, 'wi')", True), ("starts(w, 'de')", False), ("ends(w, 'de')", True),
    ("ends(w, 'wi')", False), ("lengths(deep)", [2, 1]), ("places(list, 3)", [0, 2]),
    ("[each * b for each in list if each > 1]", [6, 6]),
    ("[at * n for at, n in enumerate(list)]", [0, 1, 6]),
    ("[[n for n in each if n < a] for each in deep]", [[1, 2], [3]]),
    ("[n + m for n, m in zip(list, list)]", [6, 2, 6]),
    ("broadcast([list, [1], [1, 1, 3]])", [3, 1, 3]),
])
def test_values_of_expressions(text: str, value: Any) -> None:
    assert Expression(text)(Fields(FIELDS)) == value


@pytest.mark.parametrize(("text", "complaint"), [
    ("a + nowhere", "field 'nowhere' is missing; a + nowhere needs it"),
    ("a + c * d", "field 'c' is missing; a + c * d needs it"),
    ("a // n", "no value comes of a 7, n 0: a // n"),
    ("list[b + 1]", "no value comes of list [3, 1, 3], b 2: list[b + 1]"),
    ("w - a", 'no value comes of w "wide", a 7: w - a'),
    ("int(w)", 'no value comes of w "wide": int(w)'),
    ("[n + nowhere for n in list]",
     "field 'nowhere' is missing; [n + nowhere for n in list] needs it"),
    ("[n for n, m in zip(list, [b])]",
     "no value comes of list [3, 1, 3], b 2: [n for n, m in zip(list, [b])]"),
    ("a +", "'a +' is no expression"), ("a ** b", "'a ** b' is no expression"),
    ("other(a)", "'other(a)' is no expression"), ("a = b", "'a = b' is no expression"),
    ("primes(100000001, 1)", "1 primes from 100,000,001 on are not looked for"),
    ("primes(2, 1001)", "1,001 primes from 2 on are not looked for"),
])
def test_expressions_without_a_value(text: str, complaint: str) -> None:
    with pytest.raises(DlcalcError) as caught:
        Expression(text)(Fields(FIELDS))
    assert str(caught.value) == complaint


def test_a_definition_may_name_what_it_replaces() -> None:
    fields = Fields(
        {"x": Expression("x * 2")}, {"y": 3}, {"x": 5, "y": Expression("x + 1")},
        {"z": Expression("x + y"), "u": Expression("z if y > 2 else v")},
    )
    assert [fields.get(name) for name in ("z", "x", "y", "z", "u")] == [13, 10, 3, 13, 13]
    assert fields.get("v") is None
    assert fields.read == {"x", "y", "z", "u"}
    assert fields.named() == {"x", "y", "z", "v"}
    assert names("min(a.b, 'c d') | e if yes else f") == ["a.b", "e", "f"]


def lines_of(text: str, config: dict[str, Any], **others: str) -> tuple[list[str], list[str]]:
    """The lines of an architecture with a config put into it, and what it notes."""
    architecture = Architecture(text, "own.txt", lambda name: others[name.removesuffix(".txt")])
    fields = Fields(config, architecture.definitions)
    expander = Expander(architecture, fields, lambda name, facts: [
        f"{name}: {key}={value(fields)}" for key, value in facts.items()
    ])
    return expander.lines(architecture.lines), expander.notes


@pytest.mark.parametrize(("text", "config", "lines"), [
    ("let w = hidden | 4\n# none\nup: linear {w} bias={bias}\nlinear {2 * w}\n", {},
     ["up: linear 4 ", "linear 8"]),
    ("linear {w} bias={bias} x={y}", {"w": 3, "bias": False, "y": [1, 2]},
     ["linear 3 bias=no x=1x2"]),
    ("if a\n  relu\n  if b\n    tanh\nelif b\n  elu\nelse\n  gelu", {"a": 1}, ["relu"]),
    ("if a\n  relu\n  if b\n    tanh\nelif b\n  elu\nelse\n  gelu", {"a": 1, "b": 1},
     ["relu", "tanh"]),
    ("if a\n  relu\nelif b\n  elu\nelif c\n  x\nelse\n  gelu", {"b": 1, "c": 1}, ["elu"]),
    ("if a\n  relu\nelif b\n  elu\nelse\n  gelu\nmish", {}, ["gelu", "mish"]),
    ("sum:\n  branch:\n  branch:\n    linear {a}", {"a": 2},
     ["sum:", "  branch:", "  branch:", "    linear 2"]),
    # Turns that come out alike are one block, whatever they ask for.
    ("b: repeat n:\n  linear {w}", {"n": 3, "w": 2}, ["b: repeat 3 from=0:", "  linear 2"]),
    ("b: repeat n:\n  if i < 2\n    relu\n  linear {w}", {"n": 5, "w": 2},
     ["b: repeat 2 from=0:", "  relu", "  linear 2", "b: repeat 3 from=2:", "  linear 2"]),
    ("repeat 4 as j:\n  if j % 2\n    relu\n  else\n    tanh", {}, [
        "repeat 1 from=0:", "  tanh", "repeat 1 from=1:", "  relu", "repeat 1 from=2:", "  tanh",
        "repeat 1 from=3:", "  relu"]),
    ("repeat 3:\n  if i == 1\n    relu", {}, ["repeat 1 from=1:", "  relu"]),
    ("repeat 2 shared:\n  relu", {}, ["repeat 2 from=0 shared:", "  relu"]),
    ("repeat n:\n  relu\ntanh", {"n": 0}, ["tanh"]),
    ("repeat 2:\n  repeat i + 1 as j:\n    linear {i + j + 1}", {}, [
        "repeat 1 from=0:", "  repeat 1 from=0:", "    linear 1", "repeat 1 from=1:",
        "  repeat 1 from=0:", "    linear 2", "  repeat 1 from=1:", "    linear 3"]),
    ("part p:\n  linear {w}\n  if deep\n    relu\nuse p\nuse p w = 5; deep = yes\nlinear {w}",
     {"w": 3}, ["linear 3", "linear 5", "relu", "linear 3"]),
    ("part p:\n  linear {w}\nrepeat 3:\n  use p w = 4 if i else w", {"w": 3},
     ["repeat 1 from=0:", "  linear 3", "repeat 2 from=1:", "  linear 4"]),
    ("let v = i * 2\nrepeat 2:\n  linear {v}\nlinear {w}", {"w": 9},
     ["repeat 1 from=0:", "  linear 0", "repeat 1 from=1:", "  linear 2", "linear 9"]),
    ("sum:\n  model tower head = w; deep = 2", {"w": 3},
     ["sum:", "  tower: head=3", "  tower: deep=2"]),
    ("like base\nlet w = 5\npart p:\n  tanh", {}, ["linear 5", "tanh"]),
    ("like base\nlet w = 5\nmish", {}, ["mish"]),
])
def test_lines_of_an_architecture(text: str, config: dict[str, Any], lines: list[str]) -> None:
    base = "let w = 2\npart p:\n  relu\nlinear {w}\nuse p\n"
    assert lines_of(text, config, base=base) == (lines, [])


def test_notes_are_told_once() -> None:
    text = "repeat 3:\n  note {h} heads are odd\n  if i\n    note another\n  relu"
    assert lines_of(text, {"h": 3}) == (
        ["repeat 3 from=0:", "  relu"], ["3 heads are odd", "another"]
    )


@pytest.mark.parametrize(("text", "config", "complaint"), [
    ("relu\nlinear {w}", {}, "own.txt:2: w is missing"),
    ("linear {w + 1}", {}, "field 'w' is missing; w + 1 needs it"),
    ("linear {w // 0}", {"w": 3}, "own.txt:1: no value comes of w 3: w // 0"),
    ("relu\nif w > 2\n  refuse {w} is too wide", {"w": 3}, "3 is too wide"),
    ("repeat n:\n  relu", {"n": -1}, "own.txt:1: n is -1, and no whole number of layers"),
    ("repeat n:\n  relu", {"n": True}, "own.txt:1: n is True, and no whole number of layers"),
    ("repeat n:\n  relu", {"n": 1.5}, "own.txt:1: n is 1.5, and no whole number of layers"),
    ("repeat n:\n  relu", {"n": 200_001},
     "own.txt:1: 200,001 layers; at most 200,000 are counted"),
    ("part p:\n  relu\n  linear {w}\nrepeat 2:\n  use p", {}, "own.txt:3: w is missing"),
    ("\n".join(" " * at + "sum:" for at in range(102)), {},
     "own.txt:101: blocks are nested more than 100 deep"),
    ("repeat 3:\n  linear {4 // (2 - i)}", {}, "own.txt:2: no value comes of i 2: 4 // (2 - i)"),
])
def test_an_architecture_that_comes_to_nothing(
    text: str, config: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(DlcalcError) as caught:
        lines_of(text, config)
    assert str(caught.value) == complaint


def test_names_that_an_architecture_mentions() -> None:
    text = "let a = x\npart p:\n  linear {b}\n  if c\n    linear {d}\nuse p e = f\n"
    architecture = Architecture(f"{text}repeat g:\n  relu", "own.txt")
    assert architecture.names == {"b", "c", "d", "f", "g"}
    assert [line.place for line in architecture.part("p")] == ["own.txt:3", "own.txt:4"]
