"""Changes and comparisons of models."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcalc.errors import InputError
from dlcalc.models.changes import change, compare
from dlcalc.models.count import Count, Row, params
from dlcalc.models.notation import read_change, read_notation
from dlcalc.models.reading import model
from dlcalc.models.tree import Model
from dlcalc.output.answer import Made


def changed(start: Model, *changes: str) -> Model:
    for each in changes:
        start = change(start, *read_change(each))
    return start


def by_name(count: Count) -> dict[str, int]:
    return {row.name: row.params for row in count.rows}


def test_a_smaller_first_layer_of_lenet() -> None:
    smaller = changed(model("lenet"), "C1.kernel=4", "C1.filters=5", "C1.stride=2")
    result = compare(params(model("lenet")), params(smaller, tolerant=True))
    first = result.pairs[0]
    assert first.before is not None
    assert first.after is not None
    assert (first.before.params, first.after.params) == (156, 85)
    assert (first.before.output, first.after.output) == ((6, 28, 28), (5, 15, 15))
    assert (result.after.misfit_name, result.after.misfit_input) == ("C5", (16, 1, 1))
    assert [pair.name for pair in result.pairs if pair.after][-1] == "S4"


def test_one_turn_of_a_repeat_or_all_of_them() -> None:
    start = read_notation("r: repeat 3: conv 4 1; relu")
    every = by_name(params(changed(start, "r.conv1.bias=no"), (4, 2, 2)))
    assert [every[f"r.{at}.conv1"] for at in range(3)] == [16, 16, 16]
    for turn in range(3):
        one = by_name(params(changed(start, f"r.{turn}.conv1.bias=no"), (4, 2, 2)))
        assert [one[f"r.{at}.conv1"] for at in range(3)] == [
            16 if at == turn else 20 for at in range(3)
        ]
    for turns in (1, 5):
        assert len(by_name(params(changed(start, f"r.repeat={turns}"), (4, 2, 2)))) == 2 * turns
    later = read_notation("r: repeat 3 from=4: conv 4 1; relu")
    one = by_name(params(changed(later, "r.5.conv1.bias=no"), (4, 2, 2)))
    assert [one[f"r.{at}.conv1"] for at in (4, 5, 6)] == [20, 16, 20]
    for turn in (3, 7):
        with pytest.raises(InputError, match=f"no layer r.{turn}.conv1"):
            changed(later, f"r.{turn}.conv1.bias=no")


@pytest.mark.parametrize(("given", "message"), [
    ("C9.kernel=3", "no layer C9; known: C1, tanh1"),
    ("C1.kernle=3", "unknown option 'kernle'; did you mean kernel?"),
])
def test_unknown_names_and_keys(given: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        changed(model("lenet"), given)
    assert message in str(caught.value)


@pytest.mark.parametrize(("given", "message"), [
    ("r.3.conv1.kernel=3", "no layer r.3.conv1"), ("r.kernel=3", "r.repeat=COUNT can be set"),
    ("r.repeat=0", "r.repeat is a whole number of at least 1, not 0"),
])
def test_what_a_repeat_does_not_have(given: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        changed(read_notation("r: repeat 3: conv 4 1; relu"), given)


def test_layers_in_branches_are_found() -> None:
    smaller = changed(model("resnet18"), "layer2.0.conv1.kernel=1", "layer2.0.conv1.pad=0")
    assert by_name(params(smaller))["layer2.0.conv1"] == 64 * 128
    named = changed(model("bert-base"), "embeddings.word.vocabulary=1000")
    assert by_name(params(named))["embeddings.word"] == 768_000


def test_two_models_side_by_side() -> None:
    first = params(read_notation("A: linear 4; relu; B: linear 2"), (8,))
    second = params(read_notation("N: linear 6; A: linear 4; B: linear 3; M: relu"), (8,))
    result = compare(first, second)
    assert [pair.name for pair in result.pairs] == ["N", "A", "relu1", "B", "M"]
    assert [(pair.before is None, pair.after is None) for pair in result.pairs] == [
        (True, False), (False, False), (False, True), (False, False), (True, False),
    ]
    assert all(not pair.differs for pair in compare(first, first).pairs)


def test_layers_in_another_order_are_all_shown() -> None:
    first = params(read_notation("A: linear 4; B: linear 4"), (4,))
    second = params(read_notation("B: linear 4; A: linear 4; C: relu"), (4,))
    pairs = compare(first, second).pairs
    assert [pair.name for pair in pairs] == ["A", "B", "A", "C"]


@given(st.permutations("ABCDEF"), st.permutations("BCDEFG"))
def test_a_comparison_keeps_the_order_of_both(first: list[str], second: list[str]) -> None:
    one, other = (
        params(read_notation("; ".join(f"{name}: relu" for name in names)), (4,))
        for names in (first, second)
    )
    pairs = compare(one, other).pairs
    assert [pair.name for pair in pairs if pair.before] == first
    assert [pair.name for pair in pairs if pair.after] == second
    both = [first.index(pair.name) for pair in pairs if pair.before and pair.after]
    common = [name for name in first if name in second]
    assert len(both) == max(
        size for size in range(len(common) + 1) for some in combinations(common, size)
        if [second.index(name) for name in some] == sorted(second.index(name) for name in some)
    )


def test_turns_alike_are_compared_once() -> None:
    """A repeat of 5,000 before and after a change of all its turns, and of one of them."""
    text = "input 8; b: repeat 5000: linear 8; relu"
    before = params(read_notation(text))
    after = params(change(read_notation(text), "b.linear1", "bias", False))
    result = compare(before, after)
    assert [times for *_, times in result.spans()] == [1, 1, 1, 1, 4998, 4998]
    assert len(result.pairs) == 10_000
    assert result.pairs[9_998].name == "b.4999.linear1"
    assert (result.pairs[0].differs, result.pairs[1].differs) == (True, False)
    one = params(change(read_notation(text), "b.7.linear1", "bias", False))
    assert one.params == before.params - 8
    assert [pair.name for pair in compare(before, one).pairs if pair.differs] == ["b.7.linear1"]


@pytest.mark.parametrize("text", [
    "a: repeat 3: linear 4; b: repeat 4: relu; c: repeat 2: linear 4; gelu",
    "embed: linear 4; a: repeat 3 shared: b: repeat 2: linear 4; b2: relu; linear 4 tie=embed",
    "a: repeat 3: linear 4; b: linear 4 tie=linear1; relu",
])
def test_text_of_turns_made_once_is_that_of_every_row(text: str) -> None:
    """Turns within turns, shared and tied, and two such models side by side."""
    read = read_notation(text)
    count, wide = params(read, (4,)), params(read, (3, 4))

    def line(row: Row | None) -> str:
        return "" if row is None else f"{row.name} {row.type} {row.params} {row.tied}\n"

    assert "".join(count.layers.texts(line)) == "".join(map(line, count.layers))
    rows = Made(compare(count, wide).pairs, lambda pair: line(pair.before) + line(pair.after))
    assert "".join(rows.texts(str)) == "".join(rows)


def test_turns_alike_in_one_of_two_models_alone() -> None:
    """Where fields grow each turn is a row of its own, though its name is that of a turn alike."""
    small, grown = (
        params(read_notation(f"a: repeat 2: conv 1 {kernel} pad={kernel // 2}"), (1, 9, 9))
        for kernel in (1, 3)
    )
    assert [(pair.name, pair.differs) for pair in compare(small, grown).pairs] == [
        ("a.0.conv1", True), ("a.1.conv1", True),
    ]
