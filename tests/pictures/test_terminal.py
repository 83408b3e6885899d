"""Pictures in characters: golden charts, and data that hardly can be drawn."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcalc.output.training import loss_chart
from dlcalc.pictures.plane import Layer
from dlcalc.pictures.terminal import Page

NAN = math.nan
BRAILLE = """\
2┤●⠒⠤⣀                          ⣀⣀⡠⠤⠔⠒⠊◆
 │    ⠉⠒⠤⢄⡀            ⢀⣀⡠⠤◆⠒⠒⠉⠉
 │        ⠈⠑⠢⢄◆⣀⣀⠤⠤⠒⠒⠊⠉⠁
1┤        ⢀⡠⠔⠊⠉⠉⠉⠒⠒⠤⠤⢄⣀⡀
 │    ⣀⠤⠒⠊⠁            ⠈⠉⠑⠒●⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒●
0┤◆⠤⠒⠉
 └┬───────────┬────────────┬───────────┬
  1           2            3           4
                                   epoch
● generator   ◆ discriminator"""
PLAIN = """\
2+ooo                              xxxxx
 |   oooo                   xxxxxxx
 |       ooo       xxxxxxxxx
1+          ooxoooo
 |       xxx       ooooooooooooooooooooo
 |   xxxx
0+xxx
 `+-----------+------------+-----------+
  1           2            3           4
                                   epoch
o generator   x discriminator"""
GAPS = """\
4┤●
 │
 │                      ●    ●
2┤                      ⠉⠉⠉⠉⠉⠉
 │
0┤           ●
 └┬────┬─────┬────┬─────┬────┬
  0    1     2    3     4    5
● loss"""
CIRCLE = """\
 5┤
  │
  │        ⢀⡠⠔⠒⠒⠂⠒⠒⠢⢄⡀
  │      ⢀●⠁         ●⠢⡀
  │     ⢠⠃             ⠘⡄
 0┤     ⢨               ⡅
  │     ⠘⡄             ⢠⠃
  │      ⠈⠢●         ⢀●⠁
  │        ⠈⠑⠢⠤⠤⠄⠤⠤⠔⠊⠁
  │
-5┤
  └───┬────┬────┬────┬────┬───
     -4   -2    0    2    4
● r"""

LOSSES = {"generator": [2, 1, 0.5, 0.5], "discriminator": [0, 1, 1.5, 2]}


def test_two_lines_in_braille() -> None:
    page = Page(40, 10, x_label="epoch")
    assert page.line_chart(LOSSES, [1, 2, 3, 4]) == BRAILLE


def test_two_lines_in_ascii() -> None:
    page = Page(40, 11, x_label="epoch", ascii=True)
    assert page.line_chart(LOSSES, [1, 2, 3, 4]) == PLAIN


def test_a_gap_is_not_bridged_and_a_point_by_itself_is_marked() -> None:
    page = Page(30, 9)
    assert page.line_chart({"loss": [4, NAN, 0, NAN, 2, 2]}, range(6)) == GAPS


def test_many_points_keep_marks_apart() -> None:
    chart = Page().line_chart({"a": [0.0] * 1000, "b": [1.0] * 1000}, range(1000))
    assert 10 <= chart.count("●") <= 20
    assert 10 <= chart.count("◆") <= 20


def test_a_point_lands_in_its_cell() -> None:
    page = Page(43, 12, ascii=True)  # 40 by 9 characters within the axes
    marked = {"middle": [(0.0, 0.0)], "ends": [(-1.0, -2.0), (1.0, 2.0)]}
    lines = page.scatter({}, marked).splitlines()[:9]
    marks = {
        (mark, row, column - 3)
        for row, line in enumerate(lines)
        for column, mark in enumerate(line)
        if mark in "ox"
    }
    assert marks == {("x", 0, 39), ("o", 4, 20), ("x", 8, 0)}


def test_contours_in_characters() -> None:
    values = [[math.hypot(x, y) for x in range(-5, 6)] for y in range(-5, 6)]
    side = range(-5, 6)
    circle = Page(30, 14).contours([Layer("r", values, [3.0])], side, side)
    assert circle == CIRCLE


@given(
    st.lists(st.tuples(st.floats(), st.floats(), st.floats()), max_size=12),
    st.booleans(),
    st.booleans(),
    st.sampled_from([40, 80]),
)
def test_any_data_fits_the_page(
    data: list[tuple[float, float, float]], log: bool, ascii: bool, width: int
) -> None:
    x, a, b = ([row[column] for row in data] for column in range(3))
    page = Page(width, 15, "across", ascii=ascii)
    chart = page.line_chart({"a": a, "b": b}, x, log_y=log)
    cloud = page.scatter({"cloud": [row[:2] for row in data]}, {"mode": [(0, 0)]})
    for picture in (chart, cloud):
        assert max(map(len, picture.splitlines())) <= width
        assert len(picture.splitlines()) <= 15
        assert not ascii or picture.isascii()


@pytest.mark.parametrize("name", ["\x1b[2J", "tab\tbell\a"])
def test_names_cannot_steer_the_terminal(name: str) -> None:
    assert Page(x_label=name).line_chart({name: [1]}, [1]).replace("\n", "").isprintable()


def test_losses_far_apart_stand_at_equal_ratios() -> None:
    """From a thousandth of the largest on, and none of them 0."""
    page = Page(40, 12, ascii=True)
    labels = [line.partition("+")[0].strip() for line in (
        loss_chart([1e4, 100.0, 1.0, 0.01], page).splitlines()) if "+" in line]
    assert labels[:4] == ["10000", "100", "1", "0.01"]
    assert "  0+" in loss_chart([100.0, 1.0, 0.11], page)
    assert "  0+" in loss_chart([100.0, 1.0, 0.0], page)
