"""Receptive fields against published ones and against walking the taps one by one."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcalc.errors import ShapeError
from dlcalc.models.count import params
from dlcalc.models.notation import read_notation
from dlcalc.models.reading import model
from dlcalc.models.receptive_fields import AxisField, join, seen
from dlcalc.numbers.sizes import make_axes


def sizes_at(name: str, layer: str) -> tuple[int, int]:
    rows = {row.name: row for row in params(model(name)).rows}
    field = rows[layer].field
    assert field is not None
    return field[0].size, field[0].jump


@pytest.mark.parametrize(("name", "layer", "size", "jump"), [
    # Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks",
    # Distill 2019: VGG-16 and AlexNet version 2.
    ("vgg16", "maxpool5", 212, 32), ("alexnet-2012", "maxpool3", 195, 32),
    # 7; 11 behind the pooling; then 3x3 windows: 3 at 4 columns' distance, 1 at 4 and 3 at
    # 8, 1 at 8 and 5 at 16, 1 at 16 and 2 at 32: 11 + 24 + 56 + 176 + 160.
    ("resnet50", "layer4.2.sum1", 427, 32),
    ("lenet", "C5", 32, 4),
])
def test_published_fields(name: str, layer: str, size: int, jump: int) -> None:
    assert sizes_at(name, layer) == (size, jump)


def test_a_field_is_clipped_to_the_image() -> None:
    rows = {row.name: row for row in params(model("resnet50")).rows}
    assert seen(rows["layer4.2.sum1"].field) == (224, 224)
    assert seen(rows["conv1"].field) == (7, 7)


def test_a_field_has_as_many_outputs_as_the_layer() -> None:
    row = params(read_notation("adaptivepool 40"), (3, 32, 32)).rows[0]
    assert row.field is not None
    assert [axis.outputs for axis in row.field] == [40, 40]


def test_what_stands_behind_attention_sees_everything() -> None:
    rows = {row.name: row for row in params(model("vit-b16")).rows}
    assert seen(rows["patches"].field) == (16, 16)
    assert seen(rows["encoder.0.ln_1"].field) == (16, 16)
    assert seen(rows["encoder.0.attn"].field) == (224, 224)


def test_a_sequence_laid_end_to_end_is_not_followed_along_it() -> None:
    rows = params(read_notation("input 8x16; concat axis=1: branch:; branch: relu")).rows
    assert rows[-1].output == (8, 32)
    assert rows[-1].field is None


LAYER = st.tuples(
    st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 3), st.booleans()
)


@settings(max_examples=60, deadline=None)
@given(st.lists(LAYER, min_size=1, max_size=5), st.integers(4, 24))
def test_fields_are_those_found_by_walking_the_taps(
    layers: list[tuple[int, int, int, int, bool]], length: int
) -> None:
    lines, columns = [], [{column} for column in range(length)]
    for kernel, stride, pad, dilation, transposed in layers:
        kind = "conv_transpose" if transposed else "conv"
        line = f"{kind} 1 {kernel} stride={stride} pad={pad} dilation={dilation}"
        moved = walk_taps(columns, kernel, stride, pad, dilation, transposed)
        if moved is None or len(moved) > 200:
            continue
        lines.append(line)
        columns = moved
    if not lines:
        return
    field = params(read_notation("\n".join(lines)), (1, length)).rows[-1].field
    assert field is not None
    axis = field[1]
    for output, reached in enumerate(columns):
        first, last = span_of(axis, output)
        assert all(first <= column <= last for column in reached)
    # Holes between taps or windows may lie where the image ends: only then is a field too wide.
    if all(not holes(*layer) for layer in layers):
        check(axis, columns)


def span_of(axis: AxisField, output: int) -> tuple[int, int]:
    """First and last column that an output sees, padding and all."""
    turns, phase = divmod(output, axis.period)
    return axis.first[phase] + turns * axis.jump, axis.last[phase] + turns * axis.jump


def check(axis: AxisField, columns: list[set[int]]) -> None:
    """A field is what its outputs see: each of them, the widest, and all together."""
    assert axis.outputs == len(columns)
    assert axis.clipped == max(max(each) - min(each) + 1 if each else 0 for each in columns)
    spans = [span_of(axis, output) for output in range(len(columns))]
    if len(columns) >= axis.period:
        assert axis.size == max(last - first + 1 for first, last in spans)
    for (first, last), reached in zip(spans, columns, strict=True):
        if reached and axis.jump:
            assert (min(reached), max(reached)) == (
                max(first, axis.within[0]), min(last, axis.within[1])
            )
    if any(columns):
        assert axis.reach == (min(set().union(*columns)), max(set().union(*columns)))


BRANCH = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=2)
"""Columns that a window takes in before and behind an output's own."""


@settings(max_examples=60, deadline=None)
@given(BRANCH, BRANCH, st.integers(1, 3), st.integers(6, 16))
def test_fields_of_branches_are_those_of_both(
    left: list[tuple[int, int]], right: list[tuple[int, int]], up: int, length: int
) -> None:
    """Branches that keep their length, behind a layer that makes several outputs of one."""
    lines, both = [f"conv_transpose 1 {up} stride={up}", "sum:"], []
    start = walk_taps([{column} for column in range(length)], up, up, 0, 1, True)
    for branch in (left, right):
        lines.append("  branch:")
        columns = start
        for before, behind in branch:
            assert columns is not None
            lines.append(f"    conv 1 {before + behind + 1} pad={before}:{behind}")
            padded = [set(), set(), *columns, set(), set()]
            columns = [
                set().union(*padded[2 + at - before : 3 + at + behind])
                for at in range(len(columns))
            ]
        both.append(columns or [])
    field = params(read_notation("\n".join(lines)), (1, length)).rows[-1].field
    assert field is not None
    check(field[1], [a | b for a, b in zip(*both, strict=True)])


def holes(kernel: int, stride: int, pad: int, dilation: int, transposed: bool) -> bool:
    """Whether a layer passes columns over."""
    return dilation > 1 or (stride > kernel and not transposed)


def walk_taps(
    columns: list[set[int]], kernel: int, stride: int, pad: int, dilation: int, transposed: bool
) -> list[set[int]] | None:
    """What each output of a layer sees, from what its inputs see, tap by tap."""
    try:
        (axis,) = make_axes(len(columns), kernel, stride, pad, dilation, transposed)
    except ShapeError:
        return None
    if axis.output < 1:
        return None
    outputs: list[set[int]] = [set() for _ in range(axis.output)]
    for output in range(axis.output):
        for tap in range(kernel):
            at = output + pad - tap * dilation if transposed else (
                output * stride - pad + tap * dilation
            )
            source, off = divmod(at, stride) if transposed else (at, 0)
            if not off and 0 <= source < len(columns):
                outputs[output] |= columns[source]
    return outputs


def drawn(chance: random.Random, step: int, outputs: int) -> AxisField:
    """What outputs see that repeats after one to three of them, of which some may see nothing."""
    period = chance.randint(1, 3)
    first = tuple(sorted(chance.randint(-4, 4) for _ in range(period)))
    last = tuple(at + chance.choice((-1, 0, 1, 2, 5)) for at in first)
    low = chance.randint(0, 3)
    return AxisField(
        (low, low + chance.randint(0, 12)), outputs, first, last, step * period, 1
    )


@pytest.mark.parametrize("seed", range(150))
def test_what_outputs_see_one_by_one(seed: int) -> None:
    chance = random.Random(seed)
    axis = drawn(chance, chance.choice((0, 1, 1, 2, 3)), chance.randint(1, 9))
    low, high = axis.within
    spans = [span_of(axis, output) for output in range(axis.outputs)]
    seen_by = [max(0, min(last, high) - max(first, low) + 1) if first <= last else 0
               for first, last in spans]
    assert axis.clipped == max(seen_by)
    every = list(zip(axis.first, axis.last, strict=True))
    assert axis.size == max(last - first + 1 for first, last in every)
    begin = chance.randrange(axis.outputs)
    some = range(begin, chance.randint(begin, axis.outputs - 1) + 1, chance.randint(1, 2))
    for outputs in (some, range(axis.outputs)) if axis.period == 1 else (range(axis.outputs),):
        met = [spans[output] for output in outputs if spans[output][0] <= spans[output][1]]
        together = (min(a for a, _ in met), max(b for _, b in met)) if met else (0, -1)
        assert axis.over(outputs) == together
    assert axis.reach == (max(low, together[0]), min(high, together[1]))
    assert axis.whole == (axis.outputs == 1 and axis.reach == axis.within)


@pytest.mark.parametrize("seed", range(150))
def test_what_branches_see_together(seed: int) -> None:
    """An output of the sum sees from the first to the last column of what either branch does."""
    chance = random.Random(seed)
    outputs, step = 6, chance.choice((0, 1, 2))
    a, b = (drawn(chance, step, outputs) for _ in range(2))
    if seed % 5 == 0:
        b = b._replace(jump=b.jump + 1)
    if seed % 7 == 0:
        b = b._replace(lies=2)
    found = join([(a,), (b._replace(even=bool(seed % 3)),)], chance.choice((None, 0)))
    if found is None:
        assert a.jump * b.period != b.jump * a.period or a.lies != b.lies
        return
    [axis] = found
    assert (axis.outputs, axis.lies, axis.even) == (outputs, a.lies, bool(seed % 3))
    assert axis.within == (min(a.within[0], b.within[0]), max(a.within[1], b.within[1]))
    for output in range(outputs):
        (a1, a2), (b1, b2) = span_of(a, output), span_of(b, output)
        assert span_of(axis, output) == (min(a1, b1), max(a2, b2))


def test_what_sees_all_of_a_branch_sees_what_the_branch_does() -> None:
    """A mean over 9 columns beside windows of 3, that take in the same columns or fewer."""
    mean = AxisField((0, 8), 1, (0,), (8,), 0, 1)
    window = AxisField((0, 8), 9, (-1,), (1,), 1, 1)
    for pair in ((mean, window), (window, mean)):
        assert join([(each,) for each in pair]) == (mean,)
    other = window._replace(lies=2, even=False)
    moving = mean._replace(jump=3)
    for pair in ((moving, other), (other, moving)):
        assert join([(each,) for each in pair]) == (mean._replace(lies=2, even=False),)
    for short in (mean._replace(last=(7,)), mean._replace(first=(1,)), mean._replace(outputs=2)):
        assert join([(short,), (window,)]) is None


def test_values_laid_end_to_end_are_followed_on_the_other_axes() -> None:
    a = AxisField((0, 8), 9, (0,), (2,), 1, 2)
    assert join([(a,), (a,)], 1) == (a,)
    assert join([(a,), (a,)], 2) is None
    assert join([(a,), None]) is None
    assert join([None, (a,)]) is None
    assert join([(a,)]) == (a,)


def test_patterns_that_are_too_long_to_be_followed() -> None:
    for stride, followed in ((1024, True), (1025, False)):
        row = params(read_notation(f"conv_transpose 1 1 stride={stride}"), (1, 2)).rows[0]
        assert (row.field is not None) == followed

    def repeated(period: int) -> AxisField:
        return AxisField((0, 9), 10, (0,) * period, (0,) * period, period, 1)

    whole = join([(repeated(32),), (repeated(1024),)])
    assert whole is not None
    assert whole[0].period == 1024
    assert join([(repeated(32),), (repeated(33),)]) is None
