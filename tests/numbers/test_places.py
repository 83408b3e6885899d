"""Names of fields, as the screen and JSON have them, lead to places and back."""

import numpy as np
import pytest

from dlcalc.errors import InputError
from dlcalc.numbers.places import Place, find_place, names_within, position, value_at
from dlcalc.typed import Any

RECORD: dict[str, Any] = {
    "loss": 3,
    "gradients": {"L": {"w": 24, "b.x": [1, 2]}, "v": [[5, 6], [7, 8]]},
    "steps": [{"i": 2, "deep": {"c": 9}}, {"i": 4, "deep": {"c": 8}}],
    "layers": [{"name": "C1", "params": 6}, {"params": 7}, {"name": "C1.a", "params": 8}],
    "one": [{"inside": 5}],
    "arrays": [np.zeros((2, 2)), np.ones(3)],
    "none": [], "text": "abc",
    "d": {"q": 1},
}


@pytest.mark.parametrize(("name", "path", "index"), [
    ("loss", "loss", ()),
    ("dL/dw", "gradients.L.w", ()), ("∂L/∂w", "gradients.L.w", ()),
    ("dL/dv", "gradients.v", ()), ("dv", "gradients.v", ()), ("∂v", "gradients.v", ()),
    ("dL/db.x", "gradients.L.b.x", ()), ("d.q", "d.q", ()),
    ("w", "gradients.L.w", ()), ("L.b.x[1]", "gradients.L.b.x", (1,)),
    ("v[1][0]", "gradients.v", (1, 0)),
    ("steps[1].i", "steps[1].i", ()), ("steps[0]", "steps[0]", ()),
    ("steps[1].deep.c", "steps[1].deep.c", ()),
    ("C1.params", "layers[0].params", ()), ("C1.a.params", "layers[2].params", ()),
    ("layers.C1.params", "layers[0].params", ()), ("layers[1].params", "layers[1].params", ()),
    ("inside", "one[0].inside", ()), ("one[0].inside", "one[0].inside", ()),
    ("arrays[1]", "arrays[1]", ()), ("arrays[0][1][1]", "arrays[0]", (1, 1)),
    ("loss[0]", "loss", (0,)), ("text", "text", ()), ("none[3]", "none", (3,)),
])
def test_a_name_leads_to_its_place(name: str, path: str, index: tuple[int, ...]) -> None:
    place, within = find_place(name, RECORD, Place(("loss",)))
    assert (str(place), within) == (path, index)


def test_names_beside_the_main_field_come_first() -> None:
    record = {"a": {"x": 1, "b": {"x": 2, "main": 3}}, "c": {"x": 4}}
    assert str(find_place("x", record, Place(("a", "b", "main")))[0]) == "a.b.x"
    assert str(find_place("x", record, Place(("a", "b")))[0]) == "a.x"
    assert str(find_place("x", record, Place(("c", "x")))[0]) == "c.x"
    assert str(find_place("main", record, Place(("c", "x")))[0]) == "a.b.main"
    deep = {"a": {"x": 1, "b": {"x": 2, "c": {"d": {"main": 3}}}}}
    assert str(find_place("x", deep, Place(("a", "b", "c", "d", "main")))[0]) == "a.b.x"
    pointed = {"k": {"x": {"y": 1}, "x.y": 2}, "alone": [np.ones(2)]}
    assert value_at(pointed, find_place("k.x.y", pointed, Place(("k",)))[0]) == 2
    assert find_place("alone[0][1]", pointed, Place(("k",))) == (Place(("alone", 0)), (1,))


@pytest.mark.parametrize(("name", "said"), [
    ("i", r"each of steps has 'i': say which, as steps\[0\]\.i"),
    ("deep.c", r"each of steps has 'deep\.c': say which, as steps\[0\]\.deep\.c"),
    ("", "the result has no field ''"),
    ("los", "the result has no field 'los'.*loss"),
    ("steps[2].i", r"the result has no field 'steps\[2\]\.i'"),
    ("arrays[2]", r"the result has no field 'arrays\[2\]'"),
    ("steps[2]", r"has no field 'steps\[2\]'"), ("v[x]", r"has no field 'v\[x\]'"),
    ("v[1", r"has no field 'v\[1'"), ("v[]", r"has no field 'v\[\]'"),
    ("v1", "has no field 'v1'"), ("lossy", "has no field 'lossy'"),
    ("xL/dw", "has no field 'xL/dw'"), ("dL/∂w", "has no field 'dL/∂w'"),
    ("C1.parms", "has no field 'C1.parms'"), ("C1.aparams", "has no field"),
    ("C2", "has no field 'C2'.*C1"),
])
def test_a_name_that_leads_nowhere_is_refused_with_the_nearest(name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        find_place(name, RECORD, Place(("loss",)))


def test_every_name_within_a_record_is_found_and_holds_what_stands_there() -> None:
    names = list(names_within({key: RECORD[key] for key in ("loss", "gradients", "layers")}))
    assert names == [
        "loss", "gradients.L.w", "gradients.L.b.x", "gradients.v", "C1.name", "C1.params",
        "layers[1].params", "C1.a.name", "C1.a.params",
    ]
    found = [value_at(RECORD, find_place(each, RECORD, Place(("loss",)))[0]) for each in names]
    assert found == [3, 24, [1, 2], [[5, 6], [7, 8]], "C1", 6, 7, "C1.a", 8]
    assert list(names_within({"none": [], "text": "ab", "plain": [1]})) == ["none", "text", "plain"]


def test_places_are_in_the_order_of_the_record() -> None:
    assert position(RECORD, Place(("steps", 1, "deep", "c"))) == (2, 1, 1, 0)
    assert position(RECORD, Place(("gradients", "v", 1))) == (1, 1, 1)
    assert value_at(7, Place(("steps", 1))) == 7
    assert value_at(RECORD, Place(("text", 1))) == "abc"
