"""Upright vectors, as text, as LaTeX and for programs."""

from dlcalc.formulas.expressions import Column, Step, stack, symbol
from dlcalc.formulas.text import formula_latex, formula_text
from dlcalc.output.working import step_text, working_rows

COLUMN = Column([0.5, -1.0])


def test_a_column_is_one_line_of_text_and_a_matrix_of_one_column() -> None:
    assert formula_text(COLUMN) == "(0.5; −1)"
    assert formula_latex(COLUMN) == r"\begin{bmatrix} 0.5 \\ -1 \end{bmatrix}"


def test_a_stack_has_its_parts_one_above_the_other() -> None:
    parts = stack(symbol("h", 0), symbol("x", 1))
    assert formula_text(parts) == "(h_0; x_1)"
    assert formula_latex(parts) == r"\begin{bmatrix} h_{0} \\ x_{1} \end{bmatrix}"


def test_as_a_value_it_stays_upright_and_programs_get_its_numbers() -> None:
    step = Step(symbol("c"), COLUMN, symbol("f") + symbol("g"))
    assert step_text(step, 6) == "c = f + g = (0.5; −1)"
    assert working_rows([step])[0]["value"] == [0.5, -1.0]


def test_putting_numbers_in_leaves_a_column_as_it_is() -> None:
    assert (symbol("f") + COLUMN).put({symbol("f"): 2}) == 2 + COLUMN
