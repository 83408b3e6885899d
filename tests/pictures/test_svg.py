"""SVG pictures parsed back: what was drawn lies where its axes say."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcalc.pictures.plane import Layer
from dlcalc.pictures.svg import Sheet

NAN = math.nan
SHEET = Sheet("Losses", "epoch", "loss")


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def elements(svg: str, name: str) -> list[ElementTree.Element]:
    return list(parsed(svg).iter(f"{{http://www.w3.org/2000/svg}}{name}"))


def words(svg: str) -> list[str]:
    return [each.text or "" for each in elements(svg, "text")]


def lines(svg: str) -> list[list[tuple[float, float]]]:
    """The points of each line, in the order drawn; those of the legend come last."""
    parts = [each.attrib["points"].split() for each in elements(svg, "polyline")]
    pairs = [[point.split(",") for point in line] for line in parts]
    return [[(float(x), float(y)) for x, y in line] for line in pairs]


def tick_pixel(svg: str, label: str, coordinate: str, anchor: str) -> float:
    (found,) = [
        each
        for each in elements(svg, "text")
        if each.text == label and each.attrib["text-anchor"] == anchor
    ]
    return float(found.attrib[coordinate])


def test_points_lie_at_their_ticks() -> None:
    svg = SHEET.line_chart({"generator": [2.0, 1.0, 0.0], "other": [0.0, 1.0, 2.0]}, [1, 2, 3])
    line = lines(svg)[0]
    across = [tick_pixel(svg, label, "x", "middle") for label in ("1", "2", "3")]
    up = [tick_pixel(svg, label, "y", "end") - 4.5 for label in ("2.0", "1.0", "0.0")]
    assert line == list(zip(across, up, strict=True))
    assert [float(each.attrib["cx"]) for each in elements(svg, "circle")[:3]] == across


def test_a_logarithmic_axis_has_equal_steps_for_equal_ratios() -> None:
    svg = SHEET.line_chart({"loss": [0.1, 1, 10, 0, 100]}, range(5), log_y=True)
    heights = [y for _, y in lines(svg)[0]]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.02)
    assert len(lines(svg)[0]) == 3, "0 has no place, and breaks the line"


def test_title_labels_and_legend_are_there_and_escaped() -> None:
    sheet = Sheet(title="p < q &", x_label="<x>", y_label='"y"')
    drawn = sheet.line_chart({"</svg>": [1, 2]}, [1, 2])
    assert {"p < q &", "<x>", '"y"', "</svg>"} <= set(words(drawn))
    upright = [each for each in elements(drawn, "text") if each.text == '"y"']
    assert upright[0].attrib["transform"].startswith("rotate(-90 ")


def test_seven_series_differ_by_colour_and_without() -> None:
    svg = SHEET.line_chart({name: [1.0, 2.0] for name in "abcdefg"}, [1, 2])
    drawn = elements(svg, "polyline")
    assert len({each.attrib["stroke"] for each in drawn}) == 7
    assert len({each.attrib.get("stroke-dasharray") for each in drawn}) == 7


def test_a_long_legend_takes_more_lines() -> None:
    names = {f"a rather long name {number}": [1.0, 2.0] for number in range(9)}
    places = {
        each.attrib["y"]
        for each in elements(SHEET.line_chart(names, [1, 2]), "text")
        if "long" in (each.text or "")
    }
    assert len(places) == 3


def test_scattered_points_lie_at_their_ticks() -> None:
    svg = SHEET.scatter({"samples": [(0.0, 0.0), (NAN, 1.0)]}, {"modes": [(2, 2), (-2, -2)]})
    (dot,) = [each for each in elements(svg, "path") if "scale(1.5)" in str(each.attrib)]
    x, y = tick_pixel(svg, "0", "x", "middle"), tick_pixel(svg, "0", "y", "end") - 4.5
    assert dot.attrib["transform"] == f"translate({x:g} {y:g}) scale(1.5)"


def test_contours_of_two_layers() -> None:
    side = [-2 + 0.2 * step for step in range(21)]
    bowl = [[math.hypot(x, y) for x in side] for y in side]
    layers = [Layer("p", bowl, [1.0], "blue"), Layer("q", bowl, [0.5], "red")]
    svg = Sheet(width=560, height=560).contours(layers, side, side)
    outer, inner = lines(svg)[:2]
    zero, one = (tick_pixel(svg, label, "x", "middle") for label in ("0", "1"))
    assert abs(max(x for x, _ in outer) - one) < 1
    assert abs(max(x for x, _ in inner) - (zero + one) / 2) < 1
    assert [each.attrib["stroke"] for each in elements(svg, "polyline")[:2]] == ["blue", "red"]


@given(
    st.lists(st.tuples(st.floats(), st.floats()), max_size=5), st.booleans(),
    st.sampled_from(["loss", "p & q", "<x>"]),
)
def test_any_data_gives_well_formed_svg(
    data: list[tuple[float, float]], log: bool, name: str
) -> None:
    x, y = [a for a, _ in data], [b for _, b in data]
    sheet = Sheet(title=name)
    for svg in (sheet.line_chart({name: y}, x, log_y=log), sheet.scatter({name: data}, {})):
        parsed(svg)
        assert "nan" not in svg.replace(name, "")
        for line in lines(svg):
            assert all(0 <= px <= 720 and 0 <= py <= 560 for px, py in line)
