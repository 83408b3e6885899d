"""`dlcalc grad` as its users type it."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dlcalc
from dlcalc.shell.runner import read_example
from tests.shell.running import invoke, run, shell

NEURON = "# one neuron\nz = w*x + b\ny = sigmoid(z)\nL = -(t*ln(y) + (1-t)*ln(1-y))\n"
GIVEN = ["w=0.5", "x=2", "b=0", "t=1"]


def record(*words: str, stdin: str = "") -> dict[str, Any]:
    done = invoke("grad", *words, "-f", "json", stdin=stdin)
    assert done.status == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


@pytest.fixture
def net(tmp_path: Path) -> str:
    path = tmp_path / "net.txt"
    path.write_text(NEURON)
    return str(path)


def test_a_file_and_values(net: str) -> None:
    found = record(net, *GIVEN)
    assert list(found["values"]) == ["w", "x", "b", "t", "z", "y", "L"]
    assert found["gradients"]["L"]["w"] == pytest.approx((found["values"]["y"] - 1) * 2)
    assert set(found["gradients"]["L"]) == {"w", "x", "b", "t"}
    assert found["equations"][0] == "z = w*x + b"
    assert found == record("-", *GIVEN, stdin=NEURON) == record(NEURON, *GIVEN)


def test_equations_of_numbers_alone_are_values() -> None:
    assert record("L = 3^2 + 1; w = 0.5") == {
        "values": {"L": 10, "w": 0.5}, "gradients": {}, "equations": ["L = 3^2 + 1", "w = 0.5"],
    }
    assert record("L = 3^2 + 1; w = 0.5", "--of", "w")["gradients"] == {"w": {"L": 0, "w": 1}}


def test_whole_numbers_are_whole_in_every_format() -> None:
    words = ("L = (w*x - t)^2", "w=3", "x=2", "t=5")
    assert record(*words)["gradients"] == {"L": {"w": 4, "x": 6, "t": -2}}
    assert invoke("grad", *words, "-f", "csv").out.endswith("with respect to,dL\nw,4\nx,6\nt,-2\n")
    assert invoke("grad", *words, "-f", "plain").out == "w 4\nx 6\nt -2\n"
    assert record("L = 2^100*w", "w=3")["values"]["L"] == 3 * 2**100


def test_arrays_come_typed_in_from_files_and_from_other_commands(tmp_path: Path) -> None:
    np.save(tmp_path / "W.npy", np.array([[1, 2], [3, 4]]))
    (tmp_path / "x.txt").write_text("1\n-1\n")
    words = ("L = sum(W @ x)", f"W={tmp_path / 'W.npy'}", f"x={tmp_path / 'x.txt'}")
    assert record(*words)["gradients"]["L"] == {"W": [[1, -1], [1, -1]], "x": [[4], [6]]}
    done = shell("dlcalc conv -x '1 2 4' -w '1 1' | dlcalc grad 'L = sum(x^2)' x=- -f json")
    assert json.loads(done.out)["gradients"]["L"]["x"] == [6, 12]
    assert record("L = sum(x)", "x=[5]")["values"]["x"] == [5]
    assert record("L = sum(x)", "x=5")["values"]["x"] == 5


def test_a_result_is_read_back_with_other_values(net: str) -> None:
    first = invoke("grad", net, *GIVEN, "--check", "--explain", "-f", "json").out
    again = record("-", "w=1", stdin=first)
    assert again == record(net, "w=1", *GIVEN[1:])
    arrays = invoke("grad", "y = W @ x; L = y @ y", "W=1 2; 3 4", "x=1 1", "-f", "json").out
    assert record(stdin=arrays) == json.loads(arrays)


def test_of_and_wrt_take_names_and_lists(net: str) -> None:
    found = record(net, *GIVEN, "--of", "y,L", "--wrt", "z", "--wrt", "w,b")
    assert {name: list(each) for name, each in found["gradients"].items()} == {
        "y": ["z", "w", "b"], "L": ["z", "w", "b"],
    }  # fmt: skip


def test_the_worked_example_is_the_small_vae() -> None:
    done = invoke("grad", "--check", "-f", "json")
    found, theirs = json.loads(done.out), json.loads(invoke("vae", "-f", "json").out)
    for term, gradients in found["gradients"].items():
        for name, value in gradients.items():
            assert value == pytest.approx(theirs["named"][f"d{term}/d{name}"], abs=1e-12)
    assert all(each["passed"] for each in found["check"])
    assert "the worked example: a variational autoencoder" in done.complaint
    del found["check"]
    assert record(json.dumps(read_example("grad")["values"])) == found


def test_the_working_in_text_latex_and_json(net: str) -> None:
    text = invoke("grad", net, *GIVEN, "--explain").out
    assert "y = sigmoid(z) = sigmoid(1) = 0.731059\n" in text
    assert "dL/dw = ∂L/∂y·∂y/∂z·∂z/∂w = −1.36788·0.196612·2 = −0.537883\n" in text
    latex = invoke("grad", net, *GIVEN, "--explain", "-f", "latex").out
    assert r"\frac{\mathrm{d} L}{\mathrm{d} w} &= \frac{\partial L}{\partial y}" in latex
    names = [each["name"] for each in record(net, *GIVEN, "--explain")["working"]]
    assert {"∂y/∂z", "dL/dw"} <= set(names)


def test_a_check_that_fails_at_a_kink_says_so() -> None:
    done = invoke("grad", "y = 2*x; L = relu(y) + x", "x=0", "--check", "-f", "json")
    found = json.loads(done.out)
    assert done.status == 1
    assert found["gradients"]["L"]["x"] == 1
    assert found["kinks"][0].startswith("line 1: relu(y) is at its kink, where it has no derivat")
    assert done.complaint.startswith("gradient of dL/dx: off by 0.5 from central differences")
    assert "at a kink" in done.complaint


@pytest.mark.parametrize(
    ("expected", "complaint"),
    [
        ('{"gradients": {"L": {"w": -0.537883, "x": -0.134471}}, "values": {"y": 0.731059}}', ""),
        ('{"gradients": {"L": {"w": 0.54}}}',
         "gradients.L.w: expected 0.54, is -0.537883 = ∂L/∂y·∂y/∂z·∂z/∂w = −1.36788·0.196612·2"),
        ('{"gradients": {"L": {"w": 9}}, "values": {"L": 9, "z": 2}}',
         "values.z: expected 2, is 1 = w·x + b = 0.5·2 + 0"),
        ("0.4", "values.L: expected 0.4, is 0.313262 = −(t·ln(y) + (1 − t)·ln(1 − y)) = "),
    ],
)  # fmt: skip
def test_the_first_value_that_differs_is_named(net: str, expected: str, complaint: str) -> None:
    done = invoke("grad", net, *GIVEN, "--expect", expected, "--tolerance", "1e-5")
    assert done.status == bool(complaint), done.err
    assert done.err.removeprefix("dlcalc: ").startswith(complaint)


def test_a_bare_expected_value_is_the_derivative_that_was_asked_for() -> None:
    words = ("grad", "L = sum(x^2)", "x=1 2", "--wrt", "x")
    assert invoke(*words, "--expect", "2 4").status == 0
    wrong = invoke(*words, "--expect", "2 5")
    assert wrong.complaint.startswith("element (1): expected 5, is 4 = 2·x = 2·2; 1 of 2 elements")
    assert invoke(*words[:-2], "--expect", "5").status == 0
    alone = invoke(*words, "--expect", '{"dL/dx": 2}')
    assert "gradients.L.x: expected a single number, has the shape 2" in alone.complaint


def test_results_are_saved_and_read_by_the_next(tmp_path: Path) -> None:
    words = ("grad", "L = sum(x^2)", "x=1 2", "--wrt", "x", "--save")
    for ending in ("npy", "npz", "json", "csv", "txt"):
        assert invoke(*words, str(tmp_path / f"g.{ending}")).status == 0
    assert np.load(tmp_path / "g.npy").tolist() == [2, 4]
    assert np.load(tmp_path / "g.npz")["gradients.L.x"].tolist() == [2, 4]
    assert record("L = sum(x)", f"x={tmp_path / 'g.npy'}")["values"]["L"] == 6
    refused = invoke("grad", "L = w^2", "w=1", "--save", str(tmp_path / "one.npy"))
    assert refused.status == 0
    assert np.load(tmp_path / "one.npy") == 1


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["nett.txt", "w=1"], "nett.txt: no such file, and no equation, NAME = EXPRESSION, either"),
        (["L = w*x", "w=1"], "no value for x: give x=…"),
        (["L = w*x", "w=1", "w=2", "x=1"], "w is given twice"),
        (["L = w*x", "w=1", "x"], "'x' gives no value: write NAME=VALUE, such as w=0.5"),
        (["L = w*x", "w=", "x=1"], "'w=' gives no value"),
        (["z = w*x", "L = z^2"], "L: z^2: no such file, and no numbers either; equations go into"),
        (["L = w", "w=nan"], "w: nan is not a finite number; --allow-nonfinite lets it in"),
        (["L = w", "w=1 2; 3"], "w: line 1: row 2 has 1 number, the rows above have 2"),
        (["L = w", "v=1"], "no equation has v in it; known: w"),
        (["L = lr*w", "w=1", "lrr=1"], "no equation has lrr in it; did you mean lr?"),
        (["L = w", "w=1", "--of", "M"], "--of: no equation has M in it; known: w, L"),
        (['{"equations": 3}'], "equations: a text or a list of texts is wanted"),
        (['{"equation": "L = w"}'], "unknown field 'equation'; did you mean equations?"),
        (['{"values": {}}'], "field 'equations' is missing"),
        (['{"equations": "L=w", "values": 3}'], "values: is no object of values by name"),
        (['{"equations": "L=w", "values": {"w": "a"}}'], "values: w: 'a' is text, not a number"),
        (['{"equations": "L=w", "of": 3}'], "of and wrt: names are wanted"),
        (["L = w", "w=1", "--expect", '{"gradients": {"L": {"v": 1}}}', "-f", "csv"],
         "--expect: the result has no field 'v'; known: w"),
    ],
)  # fmt: skip
def test_bad_input_ends_in_one_line(words: list[str], complaint: str) -> None:
    done = invoke("grad", *words)
    assert done.status == 2
    assert done.complaint.startswith(complaint)


def test_errors_name_the_file_and_its_line(net: str, tmp_path: Path) -> None:
    done = invoke("grad", net, "w=1e3", *GIVEN[1:])
    assert done.complaint == f"{net}: line 4: ln(1-y): 1-y = 0; ln is defined above 0"
    assert invoke("grad", net).complaint.startswith(f"{net}: no value for w, x, b, t: give w=… x=")
    (tmp_path / "bad.txt").write_text("a = 1\nb = 2 a\n")
    assert invoke("grad", str(tmp_path / "bad.txt")).complaint.startswith(
        f"{tmp_path / 'bad.txt'}: line 2, column 7: found 'a' after '2'"
    )
    (tmp_path / "latin.txt").write_bytes(b"a = 1\n\xb5 = 2\n")
    assert "line 2: byte 0xb5 is not UTF-8 text" in invoke("grad", str(tmp_path / "latin.txt")).err


def test_nothing_of_numpy_is_loaded_for_numbers_alone() -> None:
    done = run("grad", "L = w^2", "w=3", "-f", "plain", env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert done.status == 0
    assert "dlcalc.derive.tape" in done.err
    assert "numpy" not in done.err


def test_the_python_function_is_the_same() -> None:
    result = dlcalc.grad(NEURON.splitlines(), {"w": 0.5, "x": 2, "b": 0, "t": 1}, wrt="w")
    assert result.gradients == record(NEURON, *GIVEN, "--wrt", "w")["gradients"]
    assert (result.of, result.wrt, result.scalar) == (("L",), ("w",), True)


def test_equations_typed_in_leave_standard_input_alone() -> None:
    loop = "printf '1\\n2\\n3\\n' | while read -r x; do dlcalc grad 'y = x^2' x=$x -f plain; done"
    assert shell(f"{loop} | grep -c '^x '").out == "3\n"
    ours, theirs = os.pipe()  # open, and nothing comes: a look at it would last for ever
    with os.fdopen(ours, "rb") as silent, os.fdopen(theirs, "wb"):
        assert run("grad", "y = x^2", "x=3", "-f", "csv", stdin=silent).status == 0


def test_values_stand_first_where_equations_are_piped_in() -> None:
    found = json.loads(shell("echo 'y = w*x' | dlcalc grad w=2 x=3 -f json").out)
    assert found["gradients"] == {"y": {"w": 3, "x": 2}}


def test_a_derivative_along_a_direction_has_its_working_and_check() -> None:
    words = ["L = sum(W @ x)*b", "W=1 2; 3 4", "x=1 -1", "b=2", "--along", "W=1 0; 0 1",
             "--along", "b=3"]
    found = record(*words, "--check", "--explain")
    assert found["along"] == {"L": -6}
    assert found["check"][-1]["gradient"] == "dL along the direction"
    assert found["check"][-1]["passed"]
    assert found["working"][-1]["formula"] == "sum(dL/dW ⊙ v_W) + dL/db·v_b"
    assert record(json.dumps(found))["gradients"] == found["gradients"]
    assert invoke("grad", *words, "--expect", '{"along": {"L": -5}}').status == 1
    for wrong, complaint in (
        ("b=1 2", "--along: b: has the shape 2; b has that of a number"),
        ("c=1", "--along: no equation has c in it"),
    ):
        assert invoke("grad", *words[:4], "--along", wrong).complaint.startswith(complaint)


def test_values_come_by_name_from_one_file(tmp_path: Path) -> None:
    stored, text = tmp_path / "v.npz", tmp_path / "v.json"
    np.savez(stored, W=np.ones((1, 2)), x=np.array([1, 2]), b=np.array(0.5), more=np.ones(3))
    text.write_text('{"W": [[1, 1]], "x": [1, 2], "b": 0.5}')
    equations = "L = sum(W @ x)*b"
    found = record(equations, str(stored))
    assert found["values"]["L"] == record(equations, str(text))["values"]["L"] == 1.5
    assert record(equations, str(text), "b=2")["values"]["L"] == 6
    assert record(str(stored), stdin=equations) == found
    np.savez(stored, q=1)
    refused = invoke("grad", equations, str(stored))
    assert refused.complaint == f"{stored}: holds q; the equations want W, x, b"


def test_a_number_that_is_another_quantity_is_told_so() -> None:
    done = invoke("grad", "y = sqrt(x^2+1)", "x=2", "--expect", "0.894")
    assert done.complaint.endswith('; dy/dx gives that, which {"dy/dx": …} compares')
    slip = invoke("grad", "z = w*x; L = z^2", "w=3", "x=2", "--wrt", "w", "--expect", "12")
    assert slip.complaint.endswith("; ∂z/∂w left out gives that")


def test_kinks_tell_who_takes_what_and_frameworks_take_it() -> None:
    equation = "y = clip(x, 0, 1) + max(x, 1)"
    [first, second] = record(equation, "x=1")["kinks"]
    assert first.endswith("; 1 is taken; flax, equinox, flax-nnx 1/2; mlx 0")
    assert second.endswith("among the equal arguments; keras 1; mlx 0")
    mlx = dlcalc.grad(equation, {"x": 1}, framework="mlx")
    assert mlx.gradients == {"y": {"x": 0.0}}
    assert mlx(x=1.0).gradients == {"y": {"x": 0.0}}
    assert mlx.gradients == record(equation, "x=1", "--framework", "mlx")["gradients"]
    ties = ("L = sum(maxpool(x, 2)) + y", "x=2 2; 1 2", "y=1", "--framework", "mlx", "--explain")
    assert record(*ties)["gradients"]["L"]["x"] == [[1 / 3, 1 / 3], [0, 1 / 3]]
    endless = ("L = norm(0*x)", "x=1 2", "--framework", "mlx", "--allow-nonfinite", "--explain")
    assert record(*endless)["gradients"]["L"]["x"] == ["NaN", "NaN"]
    with pytest.raises(dlcalc.InputError, match="did you mean pytorch"):
        dlcalc.grad("y = x", {"x": 1}, framework="torch")


def test_an_equation_may_begin_as_a_zip_does() -> None:
    assert invoke("grad", "PK = x^2", "x=3", "-f", "json").status == 0


@pytest.mark.parametrize("dtype", [float, int, object])
def test_a_result_is_its_own_whatever_becomes_of_the_arrays_it_was_made_of(dtype: type) -> None:
    x: Any = np.array([1, 2], dtype)
    first = dlcalc.grad("y = sum(x²)", {"x": x})
    x += 1
    second = first(x=x)
    x += 1
    assert [each.values["x"].tolist() for each in (first, second)] == [[1, 2], [2, 3]]
    assert "sum(x²) = sum([1, 2]²) = 5" in first.explain()


def test_called_again_with_an_array_for_a_number_it_keeps_the_framework() -> None:
    first = dlcalc.grad("y = sum(abs(x))", {"x": 0}, framework="flax")
    assert first(x=[0, -1]).gradients["y"]["x"].tolist() == [1, -1]


@pytest.mark.parametrize(("equation", "value"), [
    ("y = x/0", "Infinity"), ("y = sum([x, 2]/0)", "Infinity"), ("y = x^2*exp(1000*x)", "Infinity"),
    ("y = ln(-x)", "NaN"),
])
def test_what_is_not_finite_is_told_where_it_may_be(equation: str, value: str) -> None:
    words = ("grad", equation, "x=1", "-f", "json")
    assert invoke(*words).status == 2
    record = json.loads(invoke(*words, "--allow-nonfinite").out)
    assert record["values"]["y"] == value
