"""Expressions as text and as LaTeX, with parentheses where they are needed and only there."""

import numpy as np
import pytest

from dlcalc.formulas.expressions import (
    Expr,
    Vector,
    add,
    call,
    ceil,
    element,
    floor,
    hadamard,
    mul,
    symbol,
    total,
    transpose,
)  # fmt: skip
from dlcalc.formulas.text import escape_latex, formula_html, formula_latex, formula_text

A, B, C = symbol("a"), symbol("b"), symbol("c", "t")
NAN, INFINITY = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("expression", "text", "latex"),
    [
        (A + B - C, "a + b − c_t", "a + b - c_{t}"),
        (A - symbol("c", "t-1"), "a − c_(t-1)", "a - c_{t-1}"),
        (A - (B + C), "a − (b + c_t)", r"a - \left(b + c_{t}\right)"),
        (A - (B - 1), "a − (b − 1)", r"a - \left(b - 1\right)"),
        ((A - B) - 1, "a − b − 1", "a - b - 1"),
        (2 * (A + B), "2·(a + b)", r"2 \cdot \left(a + b\right)"),
        (A / (B * C), "a/(b·c_t)", r"\frac{a}{b \cdot c_{t}}"),
        ((A + B) / 2, "(a + b)/2", r"\frac{a + b}{2}"),
        (A / 2 * B, "(a/2)·b", r"\frac{a}{2} \cdot b"),
        (floor(A / 2) + 1, "⌊a/2⌋ + 1", r"\left\lfloor \frac{a}{2} \right\rfloor + 1"),
        (ceil(A), "⌈a⌉", r"\left\lceil a \right\rceil"),
        (A**2 - 1, "a² − 1", "a^{2} - 1"),
        ((A + B) ** 2, "(a + b)²", r"\left(a + b\right)^{2}"),
        (A**B, "a^(b)", "a^{b}"),
        (-A + B, "−a + b", "-a + b"),
        (A + -B, "a + (−b)", r"a + \left(-b\right)"),
        (mul(-2, 3), "−2·3", r"-2 \cdot 3"),
        (mul(3, -2.5), "3·(−2.5)", r"3 \cdot \left(-2.5\right)"),
        (add(mul(0, 4), mul(2, 5)), "0·4 + 2·5", r"0 \cdot 4 + 2 \cdot 5"),
        (add(mul(1, 4), mul(-2, 5)), "1·4 + (−2·5)", r"1 \cdot 4 + \left(-2 \cdot 5\right)"),
        (hadamard(A, A + B), "a ⊙ (a + b)", r"a \odot \left(a + b\right)"),
        (transpose(symbol("W")) @ A, "Wᵀ @ a", r"W^{\mathsf{T}} \, a"),
        (call("tanh", A + 1), "tanh(a + 1)", r"\tanh\left(a + 1\right)"),
        (call("sigmoid", A), "sigmoid(a)", r"\mathrm{sigmoid}\left(a\right)"),
        (total(A * B, "k,l"), "∑_k,l a·b", r"\sum_{k,l} a \cdot b"),
        (element("y", (0, 1)), "y(0,1)", "y_{0,1}"),
        (symbol("δc", "t"), "δc_t", r"\delta c_{t}"),
        (symbol("z", "t+1"), "z_t+1", "z_{t+1}"),
        (Expr("add", (A, [[1, 2], [3, 4]])), "a + [[1, 2], [3, 4]]",
         r"a + \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}"),
        (call("f", [[[1, 2]], [[3e-7, 4]]]), "f([[[1, 2]], [[3e−07, 4]]])",
         r"f\left(\begin{bmatrix} \begin{bmatrix} 1 & 2 \end{bmatrix} \\ "
         r"\begin{bmatrix} 3 \cdot 10^{-7} & 4 \end{bmatrix} \end{bmatrix}\right)"),
        (mul(1.5e-9, 2), "1.5e−09·2", r"1.5 \cdot 10^{-9} \cdot 2"),
        (mul(NAN, -INFINITY), "NaN·(−Infinity)", r"\mathrm{NaN} \cdot \left(-\infty\right)"),
        (-mul(-2, A), "−(−2·a)", r"-\left(-2 \cdot a\right)"),
        (symbol("dẑ", 3), "dẑ_3", r"d\hat{z}_{3}"),
        (symbol("W", "in"), "W_in", r"W_{\mathrm{in}}"),
        (symbol("x", "δ"), "x_δ", r"x_{\delta}"),
        (call("relu′", A), "relu′(a)", r"\mathrm{relu}'\left(a\right)"),
        (total(A, "t=1", symbol("T")), "∑_{t=1}^{T} a", r"\sum_{t=1}^{T} a"),
        (total(A), "∑ a", r"\sum a"),
        (Vector([1, 2]) @ A, "[1, 2] @ a", r"\begin{bmatrix} 1 & 2 \end{bmatrix} \, a"),
        (A @ Vector([1, 2]), "a @ [1, 2]", r"a \, \begin{bmatrix} 1 \\ 2 \end{bmatrix}"),
        (Vector([1]) @ transpose(Vector([2])), "[1] @ [2]ᵀ",
         r"\begin{bmatrix} 1 \end{bmatrix} \, \begin{bmatrix} 2 \end{bmatrix}^{\mathsf{T}}"),
    ],
)  # fmt: skip
def test_text_and_latex(expression: Expr, text: str, latex: str) -> None:
    assert formula_text(expression) == text
    assert formula_latex(expression) == latex


def test_html_has_its_own_sums_and_no_signs_of_its_own_language() -> None:
    assert formula_html(total(Expr("relation", ("<", A, 0)), "k<3")) == (
        "∑<sub>k&lt;3</sub> (<i>a</i> &lt; 0)"
    )
    assert formula_html(call("f<g", total(A, "t=1", 3))) == (
        "f&lt;g(∑<sub>t=1</sub><sup>3</sup> <i>a</i>)"
    )


def test_numbers_put_in_leave_the_formula_as_it_was() -> None:
    formula = floor((A - B) / 2) + 1
    assert formula_text(formula.put({A: 7, B: 2})) == "⌊(7 − 2)/2⌋ + 1"
    assert formula_text(formula) == "⌊(a − b)/2⌋ + 1"


def test_precision_is_that_of_people_or_none() -> None:
    assert formula_text(mul(2 / 3, 1), 3) == "0.667·1"
    assert formula_text(mul(2 / 3, 1), None) == "0.6666666666666666·1"


def test_numbers_and_arrays_of_numpy_are_written_as_those_of_python() -> None:
    assert formula_text(mul(np.float64(2 / 3), 1), None) == "0.6666666666666666·1"
    assert formula_text(Expr("add", (A, np.array([[1, 2], [3, 4]])))) == "a + [[1, 2], [3, 4]]"


def test_words_are_escaped_in_latex() -> None:
    assert escape_latex("50% of a_b → {σ}") == r"50\% of a\_b $\to$ \{$\sigma$\}"
    assert escape_latex("k < S, --explain") == "k $<$ S, -{}-explain"
