"""The working of equations, computed again from the lines that it prints."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dlcalc
from dlcalc.derive.derivation import value_of
from dlcalc.derive.rules import RULES, Graph
from dlcalc.derive.working import (
    derivation,
    grad_element,
    grad_steps,
    jacobian_steps,
    quantity_of,
)
from dlcalc.errors import InputError, ShapeError
from dlcalc.formulas.expressions import Expr
from dlcalc.formulas.text import formula_text
from dlcalc.numbers.places import Place
from dlcalc.shell.runner import read_example
from tests.derive.test_gradients import (
    ARRAYS,
    NUMBER,
    REFERENCE,
    SCALARS,
    arrays,
    require_agreement,
    used,
)

NEURON = "z = w*x + b\ny = σ(z)\nL = -(t*ln(y) + (1-t)*ln(1-y))"
GIVEN = {"w": 0.5, "x": 2, "b": 0, "t": 1}


def lines(result: Any) -> dict[str, str]:
    """Formula and numbers of each step, by its name."""
    return {
        formula_text(step.name): " = ".join(
            formula_text(each) for each in (step.formula, *step.numbers) if each is not None
        )
        for step in grad_steps(result)
    }


def disagreements(result: Any) -> list[str]:
    """The lines that, typed back with the values of their names, give another number."""
    steps = [step for step in grad_steps(result) if isinstance(step.formula, Expr)]
    known: dict[str, Any] = dict(result.values)
    for step in grad_steps(result):
        known[formula_text(step.name)] = step.value
    for of, gradients in result.gradients.items():
        known |= {f"d{of}/d{name}": value for name, value in gradients.items()}
    wrong = []
    for step in steps:
        for formula in (step.formula, *step.numbers):
            text = formula_text(formula, None)
            if "…" in text:
                continue
            names = {name: value for name, value in known.items() if name in text}
            found = typed(text, names)
            wanted = np.asarray(step.value, float)
            if not np.allclose(np.asarray(found, float), wanted, rtol=1e-9, atol=1e-11):
                wrong.append(f"{formula_text(step.name)} = {text}: {found}, not {step.value}")
    return wrong


def typed(text: str, names: dict[str, Any]) -> Any:
    """The value of a formula; of the names those that it holds."""
    try:
        return dlcalc.grad(f"typed = {text}", names, of=[]).values["typed"]
    except InputError as error:
        unused = re.search(r"no equation has (\S+) in it", str(error))
        if not unused:
            raise
    return typed(text, {name: value for name, value in names.items() if name != unused[1]})


def test_the_chain_along_a_path_with_its_numbers() -> None:
    found = lines(dlcalc.grad(NEURON, GIVEN))
    assert found["z"] == "w·x + b = 0.5·2 + 0"
    assert found["∂y/∂z"] == "y·(1 − y) = 0.731059·(1 − 0.731059)"
    assert found["∂L/∂y"].startswith("−t/y + (1 − t)/(1 − y) = ")
    assert found["dL/dw"] == "∂L/∂y·∂y/∂z·∂z/∂w = −1.36788·0.196612·2"
    assert "∂L/∂x" not in found


def test_the_worked_example_gives_its_values() -> None:
    result = dlcalc.grad(**read_example("grad")["values"])
    assert disagreements(result) == []
    found = lines(result)
    assert found["∂L2/∂σ"].startswith("σ − 1/σ = ")
    assert found["dL1/dz1"].startswith("∂L1/∂y1·∂y1/∂z1 + ∂L1/∂y2·∂y2/∂z1 = ")
    assert found["dL1/dw4"].startswith("dL1/dz1·∂z1/∂σ·∂σ/∂s2·∂s2/∂q2·∂q2/∂w4 = ")


@settings(max_examples=60)
@given(SCALARS, SCALARS, SCALARS, NUMBER, NUMBER, NUMBER)
def test_every_line_of_any_equations_gives_its_value(
    p: str, q: str, r: str, a: float, b: float, c: float
) -> None:
    equations = f"p = sin({p}); q = ({q}) - p; L = ({r}) + p*q/2; M = q*(p + L)"
    result = dlcalc.grad(equations, used(equations, a=a, b=b + 0.01, c=c + 0.02))
    assert disagreements(result) == []


@pytest.mark.parametrize(
    ("equation", "by", "formula"),
    [
        ("L = (w*x - t)^2", "w", "2·(w·x − t)·x"),
        ("L = x/y", "y", "−x/y²"),
        ("L = ½*x²", "x", "x"),
        ("L = -ln(x)", "x", "−1/x"),
        ("L = 3*x", "x", "3"),
        ("L = x", "x", "1"),
        ("L = ln(x²)", "x", "2/x"),
        ("L = x*y*z", "y", "x·z"),
        ("L = exp(-x)", "x", "−L"),
        ("L = 1/(1 + exp(-x))", "x", "exp(−x)/(1 + exp(−x))²"),
        ("L = x^y", "y", "L·ln(x)"),
        ("L = relu(x*y)", "x", "relu'(x·y)·y"),
        ("L = max(x, y)", "x", "x == L"),
        ("L = tanh(x)", "x", "1 − L²"),
        ("L = z*z + min(w, z)/2", "z", "z + z + (z == min(w, z))/2"),
        ("L = norm(x)*y", "x", "(y·x)/norm(x)"),
        ("L = sqrt(x)", "x", "1/(2·L)"),
    ],
)
def test_local_derivatives_read_as_in_a_textbook(equation: str, by: str, formula: str) -> None:
    values = used(equation, w=2.0, x=3.0, y=1.5, z=4.0, t=1.0)
    steps = {formula_text(step.name): step for step in grad_steps(dlcalc.grad(equation, values))}
    step = steps[f"∂L/∂{by}"]
    assert formula_text(step.value if step.formula is None else step.formula) == formula


def test_arrays_are_worked_out_equation_by_equation() -> None:
    equations = "h = relu(W @ x + b); r = h - t; L = sum(r^2)/2"
    values = {"W": [[1, 2], [3, 4]], "x": [1, -2], "b": [4, 6], "t": [1, 2]}
    result = dlcalc.grad(equations, values)
    found = lines(result)
    assert found["h"] == "relu(W @ x + b) = relu([[1, 2], [3, 4]] @ [1, −2] + [4, 6])"
    assert found["dL/dr"] == "r"
    assert found["dL/dW"].startswith("(dL/dh ⊙ relu'(W @ x + b)) @ xᵀ = ([0, −1] ⊙ [1, 1]) @ ")
    assert found["dL/dx"].startswith("Wᵀ @ (dL/dh ⊙ relu'(W @ x + b)) = ")
    assert found["dL/dt"] == "−dL/dr = −[0, −1]"
    values_of = {formula_text(step.name): step.value for step in grad_steps(result)}
    assert values_of["dL/dW"] == result.gradients["L"]["W"].tolist()


def test_quotients_of_arrays_are_gathered() -> None:
    loss = "y = σ(X @ w); J = -mean(t*ln(y) + (1 − t)*ln(1 − y))"
    found = lines(dlcalc.grad(loss, {"X": [[1, 2], [0, 1]], "w": [1, -1], "t": [0, 1]}))
    assert found["dJ/dy"].startswith("−t/(2·y) + (1 − t)/(2·(1 − y)) = ")
    assert found["dJ/dw"].startswith("Xᵀ @ (dJ/dy ⊙ y ⊙ (1 − y)) = ")


@settings(max_examples=60)
@given(ARRAYS, ARRAYS, st.integers(0, 999))
def test_every_line_of_arrays_gives_its_value(p: str, q: str, seed: int) -> None:
    equations = f"z = {p}; m = mean(tanh({q})); L = sum(z*z) + m*s"
    try:
        result = dlcalc.grad(equations, used(equations, **arrays(seed)), of="L")
    except ShapeError:
        return  # a list of unequal parts, or a matrix where a vector belongs
    assert disagreements(result) == []


@settings(max_examples=30)
@given(ARRAYS, ARRAYS, st.integers(0, 999))
def test_every_element_of_arrays_gives_its_value(p: str, q: str, seed: int) -> None:
    equations = f"z = {p} + max(W, axis=0, keepdims=yes); L = sum(z*z) + sum(z) + mean({q})"
    try:
        result = dlcalc.grad(equations, used(equations, **arrays(seed)), of="L")
    except ShapeError:
        return
    assert wrong_elements(result) == []


def wrong_elements(result: Any) -> list[Any]:
    """The elements whose numbers give another one."""
    wrong = []
    for field in derivation(result):
        array = result.values[field[1]] if field[0] == "values" else result.gradients["L"][field[2]]
        for index in np.ndindex(np.shape(array)):
            step = grad_element(result, field, index)
            if step and step.numbers:
                found, wanted = value_of(step.numbers[-1], {}), np.asarray(array)[index]
                if not np.allclose(found.astype(float), float(wanted), rtol=1e-9, atol=1e-11):
                    wrong.append((field, index, formula_text(step.numbers[-1]), wanted))
    return wrong


@pytest.mark.parametrize("case", REFERENCE, ids=lambda case: case["kind"])
def test_every_line_of_the_reference_gives_its_value(case: dict[str, Any]) -> None:
    assert disagreements(dlcalc.grad(case["equations"], case["values"], of=case["of"])) == []


@pytest.mark.parametrize("equations", [
    "h[0] = x; for t in 1..3: h[t] = tanh(W' @ (W @ h[t-1])); L = sum(h^2)",
    "p[i] = ∑_j W[i,j] x[j]; L = ∑_i p[i]²*u[i] + ∑_k,l W[k,l] x[l]",
    "p = max(stack(x, x), axis=0); L = p @ x + sum(max(x, stop(x)))",
    "p = max(stack(x, x, axis=1), axis=1); L = p @ x + sum(min(stack(u, u, axis=1), axis=1))",
    "p = broadcast(x, 2, 3) + expand(u, axis=1); L = sum(mean(p, axis=1) @ W) + norm(0*u)",
    "L = sum(conv(x, u, pad=1)^2) + sum(conv_transpose(x, u, stride=2)) + sigmoid'(s)",
    "p = max(W, axis=0); q = W[0:1] @ x; r = reshape(x, 3, 1); L = sum(p) + sum(q) + sum(r)",
    "d[i] = V[i,i]*u[i]; L = d @ d + ∑_i V[i,1-i]^2",
    "p[i] = ∑_k u[k] x[i+k]; z[i] = x[2-i] - x[i]; L = p @ p + z @ x",
    "p[i,j] = T[row[i],j] + x[j]; L = ∑_i p[i,0]*p[i,1] + norm(p)",
    "p = prod(W, axis=0) * prod(x); q = cumsum(W, axis=1); L = sum(p) + sum(q^2) + trace(V @ V)",
    "p = std(W - W ⊙ [1, 0, 1], axis=0); q = norm(stack(u, 0*u), axis=1); L = sum(p) + sum(q^2)",
    "E = maxpool(V, 1); q = E @ [2, 1]; L = q @ u + sum(E)",
    "p = B @ u; q = u @ B; L = sum(p^2) + sum(tanh(q)) + prod(0*u)",
])  # fmt: skip
def test_lines_of_loops_letters_ties_and_windows_give_their_values(equations: str) -> None:
    result = dlcalc.grad(equations, used(equations, **arrays(2)), of="L")
    assert disagreements(result) == []
    assert wrong_elements(result) == []
    if not result.kinks:
        require_agreement(result)


def test_zero_and_absent_gradients_say_why() -> None:
    result = dlcalc.grad("y = w*x; L = y^2; M = b", {"w": 0, "x": 2, "b": 1}, of="L")
    notes = {formula_text(step.name): step.note for step in grad_steps(result)}
    assert notes["dL/dw"] == "0 because ∂L/∂y is 0"
    assert notes["dL/db"] == "L does not depend on b"


def test_long_equations_are_told_in_words() -> None:
    equations = f"y = {' + '.join(['x*x'] * 80)}; L = y^2"
    steps = {formula_text(step.name): step for step in grad_steps(dlcalc.grad(equations, {"x": 1}))}
    assert (steps["y"].formula, steps["y"].note) == (None, "81 operations, line 1")
    assert (steps["∂y/∂x"].formula, steps["∂y/∂x"].value) == (None, 160)
    assert steps["dL/dx"].value == 2 * 80 * 160
    for x in (0.5, [0.5, 1]):
        long = dlcalc.grad(f"y = sum({' * '.join(['sigmoid(x)/(2 + tanh(x))'] * 30)})", {"x": x})
        [last] = [step for step in grad_steps(long) if formula_text(step.name) == "dy/dx"]
        assert np.asarray(last.value).tolist() == np.asarray(long.gradients["y"]["x"]).tolist()


def test_softmax_within_softmax_is_cut_short() -> None:
    equation = f"L = sum({'softmax(' * 25}x{')' * 25})"
    result = dlcalc.grad(equation, {"x": [1.0, 2.0]})
    assert "…" in lines(result)["dL/dx"]
    assert len(lines(result)["dL/dx"]) < 100_000


def test_deep_formulas_are_written_out() -> None:
    equation = f"L = {'tanh(' * 55}x{')' * 55}"
    result = dlcalc.grad(equation, {"x": 1.0})
    assert disagreements(result) == []
    assert lines(result)["∂L/∂x"].count("tanh") > 1000


def test_many_paths_do_not_multiply() -> None:
    equations = ["a0 = x", *(f"a{n} = a{n - 1}/2 + a{n - 1}/2" for n in range(1, 60))]
    chained = [f"b{n} = b{n - 1} + c{n - 1}; c{n} = b{n - 1} - c{n - 1}" for n in range(1, 40)]
    result = dlcalc.grad([*equations, "b0 = a59; c0 = 2*x", *chained], {"x": 1.0}, of="b39")
    assert len(list(grad_steps(result))) < 500
    assert disagreements(result) == []


def test_a_derivative_of_several_paths_stands_by_its_number_in_those_below() -> None:
    result = dlcalc.grad("z = w*x; a = z^2; L = a*z", {"w": 2, "x": 3}, wrt=["z", "w"])
    assert lines(result)["dL/dz"] == "∂L/∂a·∂a/∂z + ∂L/∂z = 6·12 + 36"
    assert lines(result)["dL/dw"] == "dL/dz·∂z/∂w = 108·3"


def test_fields_are_derived_from_the_last_quantity_back() -> None:
    result = dlcalc.grad(NEURON, GIVEN, wrt="w,z,y")
    order = tuple(map(str, derivation(result)))
    assert order[-3:] == ("gradients.L.y", "gradients.L.z", "gradients.L.w")
    assert order[:7] == tuple(f"values.{name}" for name in "wxbtzyL")


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("values.z", "w·x + b = 0.5·2 + 0"),
        ("gradients.L.w", "∂L/∂y·∂y/∂z·∂z/∂w = −1.36788·0.196612·2"),
        ("gradients.L.t", "∂L/∂t = −ln(y) + ln(1 − y) = −ln(0.731059) + ln(1 − 0.731059)"),
        ("values.w", None),
    ],
)
def test_an_element_has_its_working(field: str, shown: str | None) -> None:
    step = grad_element(dlcalc.grad(NEURON, GIVEN), Place(field.split(".")), ())
    if step is None:
        assert shown is None
    else:
        terms = (each for each in (step.formula, *step.numbers) if each is not None)
        assert " = ".join(map(formula_text, terms)) == shown


@pytest.mark.parametrize(
    ("field", "index", "shown"),
    [
        ("values.z", (1,), "W @ x + b = 3 + 4·(−2) + 7"),
        ("gradients.L.x", (1,), "Wᵀ @ dL/dz = 2·4 + 4·4"),
        ("gradients.L.W", (0, 0), "dL/dz @ xᵀ"),  # which is 4·1: the value, and no numbers again
    ],
)
def test_an_element_of_an_array_has_the_working_of_its_row_and_column(
    field: str, index: tuple[int, ...], shown: str
) -> None:
    values = {"W": [[1, 2], [3, 4]], "x": [1, -2], "b": [5, 7]}
    result = dlcalc.grad("z = W @ x + b; L = sum(z^2)", values)
    step = grad_element(result, Place(field.split(".")), index)
    assert step is not None
    assert " = ".join(map(formula_text, (step.formula, *step.numbers))) == shown


MADE_OF = {
    "A": [[1, 2, 3], [4, 5, 6]], "x": [2, -1, 3], "u": [1, -2], "i": [2, 0],
    "B": (np.arange(12).reshape(2, 2, 3) - 4).tolist(),
}


@pytest.mark.parametrize(("equation", "index", "numbers"), [
    ("softmax(A)", (1, 2), "exp(6)/(exp(4) + exp(5) + exp(6))"),
    ("softmax(A, axis=1)", (0, 2), "exp(3)/(exp(1) + exp(2) + exp(3))"),
    ("softmax(x, axis=0)", (1,), "exp(−1)/(exp(2) + exp(−1) + exp(3))"),
    ("softmax(A, axis=0)", (0, 2), ""), ("sum(B, axis=(0, 2))", (1,), ""),
    ("softmax(A, axis=0) + A", (1, 2), "0.952574 + 6"), ("2*sum(B, axis=(0, 2))", (1,), "2·18"),
    ("sum(A, axis=0)", (2,), "3 + 6"), ("sum(A, axis=-1)", (1,), "4 + 5 + 6"),
    ("sum(A*A, axis=0, keepdims=yes)", (0, 2), "3·3 + 6·6"),
    ("sum(B, axis=1, keepdims=yes)", (1, 0, 2), "4 + 7"), ("sum(B, axis=1)", (0, 2), "−2 + 1"),
    ("sum(x*x)*x", (2,), "(2·2 + (−1·(−1)) + 3·3)·3"),
    ("A' + 1", (2, 1), "6 + 1"), ("B' + 1", (1, 2, 1), "7 + 1"), ("A - x", (0, 1), "2 − (−1)"),
    ("A[:, 1]*u", (1,), "5·(−2)"), ("A[-1]*x", (2,), "6·3"), ("A[0]*x", (1,), "2·(−1)"),
    ("A[i[0] - 1]*x", (2,), "6·3"), ("A[:, i[0]]*u", (1,), "6·(−2)"),
    ("A[i[1], i[0]]*u", (1,), "3·(−2)"),
    ("u @ x'", (1, 2), "−2·3"), ("x @ A'", (0,), "2 + (−1·2) + 3·3"),
    ("u @ B", (1, 2), "1·4 + (−2·7)"), ("B @ x", (1, 1), "5·2 + 6·(−1) + 7·3"),
    ("B @ B'", (1, 1, 0), "5·2 + 6·3 + 7·4"), ("A @ B'", (1, 0, 1), "1·5 + 2·6 + 3·7"),
    ("A @ A' @ u", (1,), "32 + 77·(−2)"), ("(A @ x)*u", (1,), "(4·2 + 5·(−1) + 6·3)·(−2)"),
    ("where(A > 2, A, 2*A)", (0, 2), "where(3 > 2, 3, 2·3)"), ("A > x", (0, 2), "3 > 3"),
    ("max(A, x)", (0, 2), ""), ("(x; u)", (4,), ""), ("pick(A, i)", (1,), ""),
    ("broadcast(2, 2, 73) @ broadcast(3, 73) + u", (1,), ""),
    ("sum(broadcast(2, 2, 73), axis=1)*u", (0,), ""),
])
def test_an_element_shows_the_numbers_that_make_it_where_they_are_few(
    equation: str, index: tuple[int, ...], numbers: str
) -> None:
    result = dlcalc.grad(f"y = {equation}", used(equation, **MADE_OF), of=[])
    step = grad_element(result, Place(("values", "y")), index)
    assert step is not None
    assert step.value == np.asarray(result.values["y"])[index]
    assert "".join(map(formula_text, step.numbers)) == numbers


def test_sums_of_products_have_the_working_of_elements_in_any_number_of_axes() -> None:
    graph = Graph()
    x = graph.given(np.arange(12.0).reshape(2, 3, 2), "x", True)
    w = graph.given(np.arange(8.0).reshape(4, 2) - 3, "w", True)
    b = graph.given(np.arange(4.0) + 10, "b", True)
    y = graph.apply(RULES["einsum"], x, w, b, name="y", spec="nti,oi->nto")
    graph.backward({y: np.arange(24.0).reshape(2, 3, 4)})
    steps = graph.step(y, (1, 2, 3)), graph.slope_step(w, (3, 1)), graph.slope_step(x, (1, 0, 1))
    shown = [" = ".join(map(formula_text, (each.formula, *each.numbers))) for each in steps]
    assert shown == [
        "∑_i x(1,2,i)·w(3,i) + b(3) = 10·3 + 11·4 + 13",
        "∑_n,t ∂L/∂y(n,t,3)·x(n,t,1) = 3·1 + 7·3 + 11·5 + 15·7 + 19·9 + 23·11",
        "∑_o ∂L/∂y(1,0,o)·w(o,1) = 12·(−2) + 13·0 + 14·2 + 15·4",
    ]
    assert [each.value for each in steps] == [87, 608, 64]
    bias = graph.slope_step(b, (2,))
    assert formula_text(bias.numbers[0]) == "2 + 6 + 10 + 14 + 18 + 22"
    assert bias.value == 72


A, B = np.eye(2, 3) - 0.3, np.random.default_rng(5).normal(size=(2, 3, 4))
C, U, X = B.swapaxes(1, 2) + 0.7, np.array([0.5, -2, 1, 4]), np.array([2.0, -1, 3])
OF_AXES: dict[str, Any] = {
    "sum": np.sum, "mean": np.mean, "var": np.var, "std": np.std, "prod": np.prod, "max": np.max,
    "min": np.min, "norm": lambda x, **o: np.sqrt(np.sum(x * x, **o)),
    "logsumexp": lambda x, **o: np.log(np.sum(np.exp(x), **o)),
}
MOVED = [
    ("B[1]", B[1]), ("B[..., -1]", B[..., -1]), ("B[:, 1:, ::2]", B[:, 1:, ::2]),
    ("B[None, 0]", B[None, 0]), ("B[-1, ..., 2]", B[-1, ..., 2]), ("B[0, [2, 0]]", None),
    ("transpose(B)", B.swapaxes(1, 2)), ("transpose(B, (2, 0, 1))", B.transpose(2, 0, 1)),
    ("transpose(B, (-1, 0, 1))", B.transpose(2, 0, 1)), ("reshape(B, 4, -1)", B.reshape(4, 6)),
    ("expand(A, 1)", A[:, None]), ("expand(A, (0, -1))", A[None, :, :, None]),
    ("squeeze(B[:1], 0)", B[0]), ("squeeze(A[1:, -1:], (0, 1))", A[1, 2]),
    ("broadcast(A, 5, 2, 3)", np.broadcast_to(A, (5, 2, 3))),
    ("broadcast(A[:, :1], 2, 3)", np.broadcast_to(A[:, :1], (2, 3))),
    ("concat(A, 2*A, axis=1)", np.concatenate([A, 2 * A], 1)),
    ("concat(B, B[:, :2], axis=-2)", np.concatenate([B, B[:, :2]], 1)),
    ("stack(A, 2*A, axis=-1)", np.stack([A, 2 * A], -1)), ("stack(A, A*A, axis=1)",
                                                           np.stack([A, A * A], 1)),
    ("gather(B, [2, 0, 2], axis=1)", B[:, [2, 0, 2]]), ("pick(A, [2, 0])", A[[0, 1], [2, 0]]),
    ("one_hot([1, 0], 3)*A", np.eye(3)[[1, 0]] * A), ("cumsum(B, 1)", B.cumsum(1)),
    ("pick(B, [[0, 3, 1], [2, 2, 0]])", [B[0, [0, 1, 2], [0, 3, 1]], B[1, [0, 1, 2], [2, 2, 0]]]),
    ("cumsum(B, axis=-1)", B.cumsum(-1)), ("trace(B)", np.trace(B, 0, 1, 2)),
    ("trace(B, axis=(-1, 0))", np.trace(B, 0, 2, 0)), ("A @ B", A @ B), ("x @ B", X @ B),
    ("B @ u", B @ U), ("A' @ A", A.T @ A), ("x' @ x", X @ X), ("u @ x'", np.outer(U, X)),
    ("B @ B'", B @ B.swapaxes(1, 2)), ("B @ C", B @ C), ("expand(A, 0) @ B", A[None] @ B),
    ("A @ C'", A @ C.swapaxes(1, 2)),
    ("x @ A'", X @ A.T), ("B' @ A'", None), ("A @ (x + x)", A @ (X + X)),
    ("softmax(B, axis=1)", np.exp(B) / np.exp(B).sum(1, keepdims=True)),
    ("log_softmax(B, axis=0)", np.log(np.exp(B) / np.exp(B).sum(0, keepdims=True))),
    ("max(B, 0.1)", np.maximum(B, 0.1)), ("min(B, A[0, 1], 0.2)", np.minimum(B, A[0, 1])),
    ("where(B > 0, B, 2*B)", np.where(B > 0, B, 2 * B)), ("clip(B, -0.5, 0.5)",
                                                         np.clip(B, -0.5, 0.5)),
    ("B/(u + 9)", B / (U + 9)), ("B - u", B - U), ("B ⊙ u", B * U), ("(B*B + 1)^0.3",
                                                                     (B * B + 1) ** 0.3),
    ("conv(u, x, pad=same)", None), ("conv(B, 2*B[:, :, :2], dims=1, pad=1)", None), ("B' + 1",
                                                                   B.swapaxes(1, 2) + 1),
    ("conv_transpose(u, x, stride=2, output_padding=1)", None), ("avgpool(B, 2, stride=1)", None),
    ("maxpool(B, (2, 3), stride=1)", None), ("back(A, A ⊙ x, x)", (A * A).sum(0)),
    ("back(u[:2], x @ A', A)", np.outer(U[:2], X)), ("back([1, 2], A @ x, x)", A.T @ [1, 2]),
    ("back(A @ A', A @ A', A)", A @ A.T @ A), ("back(A, softmax(A, axis=0))", None),
    ("back(B[0], cumsum(B[1], axis=1))", B[0][:, ::-1].cumsum(1)[:, ::-1]),
    ("tanh'(B) + sigmoid'(u)", 1 - np.tanh(B) ** 2 + 1 / (2 + np.exp(U) + np.exp(-U))),
    ("2^B", 2**B), ("(u*u)^B", (U * U) ** B), ("B^3", B**3), ("(x; x[0]; 2)", [2, -1, 3, 2, 2]),
]


@pytest.mark.parametrize(("equation", "by", "formula"), [
    ("y = x'", "x", "dL/dy"), ("y = A'", "A", "dL/dyᵀ"), ("y = u @ x'", "x", "dL/dyᵀ @ u"),
    ("y = A @ x + x[0]", "x", "Aᵀ @ dL/dy + back(sum(dL/dy), x[0])"),
    ("y = B @ u", "B", "expand(dL/dy, axis=-1) ⊙ u"), ("y = A ⊙ x", "A", "dL/dy ⊙ x"),
    ("y = A ⊙ x", "x", "sum(dL/dy ⊙ A, axis=0)"), ("y = broadcast(x, 2, 3)", "x",
                                                   "sum(dL/dy, axis=0)"),
    ("y[j,i] = A[i,j]*x[j]", "A", "transpose(dL/dy ⊙ expand(x, axis=1), 1, 0)"),
    ("y[j,i] = A[i,j]*x[j]", "x", "sum(dL/dy ⊙ transpose(A, 1, 0), axis=1)"),
    ("y = sum(A, axis=0)", "A", "dL/dy"), ("y = sum(A, axis=1)", "A", "expand(dL/dy, axis=1)"),
    ("y = sum(A, axis=1, keepdims=yes)", "A", "dL/dy"), ("y = mean(A, axis=0)", "A", "dL/dy/2"),
    ("y = mean(B, axis=(0, 2))", "B", "expand(dL/dy/8, axis=(0, 2))"),
    ("y = max(A, axis=1)", "A", "expand(dL/dy, axis=1) ⊙ (A == expand(y, axis=1))"),
    ("y = prod(A, axis=0)", "A", "(dL/dy ⊙ y)/A"),
    ("y = softmax(A, axis=0)", "A", "y ⊙ (dL/dy − sum(dL/dy ⊙ y, axis=0, keepdims=yes))"),
    ("y = concat(x, u)", "u", "(dL/dy)[3:7]"), ("y = where(A > 0, A, 0)", "A",
                                                "where(A > 0, dL/dy, 0)"),
    ("y = reshape(B, 4, 6)", "B", "reshape(dL/dy, 2, 3, 4)"), ("y = reshape(x, 3)", "x", "dL/dy"),
])
def test_derivatives_of_arrays_read_as_the_rules_for_them(
    equation: str, by: str, formula: str
) -> None:
    result = dlcalc.grad(f"{equation}; L = sum(y^2)", used(equation, B=B, A=A, x=X, u=U), of="L")
    [line] = [each for each in grad_steps(result) if formula_text(each.name) == f"dL/d{by}"]
    assert formula_text(line.formula) == formula


def require_all(equation: str, wanted: Any) -> None:
    """Its value, the derivatives of differences, and every line of the working."""
    equations = f"y = {equation}; L = sum(y^3) + 2*sum(y)"
    result = dlcalc.grad(equations, used(equations, B=B, A=A, x=X, u=U, C=C))
    if wanted is not None:
        assert np.shape(result.values["y"]) == np.shape(wanted)
        np.testing.assert_allclose(np.asarray(result.values["y"], float), wanted, atol=1e-14)
    require_agreement(result)
    assert disagreements(result) == []
    assert wrong_elements(result) == []


@pytest.mark.parametrize(("equation", "wanted"), MOVED)
def test_what_goes_along_axes_has_its_values_derivatives_and_lines(
    equation: str, wanted: Any
) -> None:
    require_all(equation, wanted)


@pytest.mark.parametrize("name", OF_AXES)
@pytest.mark.parametrize("axis", [0, -1, (0, 2), (-1, 0)])
def test_what_sums_axes_up_has_its_values_derivatives_and_lines(name: str, axis: Any) -> None:
    for kept in (True, False):
        wanted = OF_AXES[name](B, axis=axis, keepdims=kept)
        require_all(f"{name}(B, axis={axis}, keepdims={kept})", wanted)


@pytest.mark.parametrize(("equations", "values", "name", "note"), [
    ("y = a*b*x; z = c*x; L = y*z", {"a": 0, "b": 0, "c": 2, "x": 3}, "dL/da",
     "0 because ∂y/∂a is 0"),
    ("y = a*b*x; z = c*x; L = y*z", {"a": 0, "b": 0, "c": 2, "x": 3}, "dL/dx",
     "0 because ∂y/∂x and ∂L/∂z are 0"),
    ("y = a*x; z = b*x; v = c*x; L = y + z + v", {"a": 0, "b": 0, "c": 0, "x": 3}, "dL/dx",
     "0 because ∂y/∂x, ∂z/∂x and ∂v/∂x are 0"),
    ("y = a*x; z = b*x; L = y - z", {"a": 2, "b": 2, "x": 3}, "dL/dx", ""),  # they cancel
    ("y = a*x; z = b*x; L = y + z", {"a": 0, "b": 1, "x": 3}, "dL/dx", ""),
    ("y = 2*x; L = y^2; M = b*y", {"x": 1, "b": 2}, "dL/db", "L does not depend on b"),
])
def test_a_derivative_of_0_says_which_factors_make_it(
    equations: str, values: dict[str, Any], name: str, note: str
) -> None:
    steps = {formula_text(each.name): each for each in grad_steps(dlcalc.grad(equations, values))}
    assert steps[name].note == note


def test_what_is_derived_by_itself_is_1_and_of_what_it_does_not_know_0() -> None:
    equations, values = "y = a*x; L = y^2 + y", {"a": 2, "x": 3}
    result = dlcalc.grad(equations, values, of=["L", "y"], wrt=["y", "x", "L"])
    steps = [(formula_text(each.name), each.value, each.note) for each in grad_steps(result)]
    assert steps[-4:] == [
        ("Derivatives of y", None, "the chain of factors along each path"),
        ("dy/dL", 0, "y does not depend on L"), ("dy/dy", 1, ""), ("dy/dx", 2, ""),
    ]
    assert ("dL/dL", 1, "") in steps
    assert ("dL/dx", 26, "") in steps


@pytest.mark.parametrize(("size", "shown", "note"), [
    (12, 12, ""), (13, 12, ", the first 12 of 13"), (40, 12, ", the first 12 of 40"),
])
def test_of_many_elements_the_first_have_their_derivatives_worked_out(
    size: int, shown: int, note: str
) -> None:
    result = dlcalc.grad("y = x^2; z = b", {"x": list(range(size)), "b": 1}, of=[])
    heading, *rows = jacobian_steps(result, "y", ["x", "b"])
    assert heading.note == f"of each of its elements, over all paths{note}"
    names = [formula_text(each.name) for each in rows]
    assert [each for each in names if each.endswith("dx")] == [f"dy[{n}]/dx" for n in range(shown)]
    absent = [each for each in rows if formula_text(each.name).endswith("db")]
    assert {(each.value, each.note) for each in absent} == {(0, "y does not depend on b")}
    assert len(absent) == shown


@pytest.mark.parametrize(("expected", "name"), [
    (6.26, "z"), (6.3, ""), (6.2600001, "z"), ([6.26, 2], "v"), ([6.26, 2.0001], "v"),
    ([6.26, 2.1], ""), (12.52, ""), (25.04, "dL/dw"), (39.1876, "L"), (39.19, "L"),
    (39.3, ""), (39, ""), (2, ""), (3.13, "w"), ([[6.26]], ""), ("a", ""), (float("nan"), ""),
])
def test_another_quantity_that_is_expected_is_named_from_three_digits_on(
    expected: Any, name: str
) -> None:
    result = dlcalc.grad("z = w*x; L = z^2; v = [z, x]", {"w": 3.13, "x": 2.0}, of="L")
    said = f'{name} gives that, which {{"{name}": …}} compares'
    assert quantity_of(result, expected) == (said if name else "")
