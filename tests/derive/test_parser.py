"""Equations to trees, and what is no equation, with its place and what would be right."""

import pytest

import dlcalc
from dlcalc.derive.check import check_derivatives
from dlcalc.derive.parser import parse_equations
from dlcalc.derive.tree import Apply, Name, Node
from dlcalc.errors import DlcalcError, InputError, LimitError


def tree(node: Node) -> str:
    """A tree on one line: add(a mul(b c))."""
    if isinstance(node, Apply):
        place = "".join(f"[{each}]" for each in node.options.get("index", ()))
        return f"{node.operation}{place}({' '.join(map(tree, node.arguments))})"
    return node.name if isinstance(node, Name) else str(node.value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a + b - c", "add(a b neg(c))"),
        ("-a*b + c", "add(neg(mul(a b)) c)"),
        ("−a · b × c ∗ d ⋅ e", "neg(mul(a b c d e))"),
        ("a/b/c", "div(div(a b) c)"),
        ("a*b/c*d", "mul(div(mul(a b) c) d)"),
        ("a÷b", "div(a b)"),
        ("-x^2", "neg(pow(x 2))"),
        ("2^-x", "pow(2 neg(x))"),
        ("2*-3/x", "div(mul(2 neg(3)) x)"),
        ("x**2^3", "pow(x pow(2 3))"),
        ("x²", "pow(x 2)"),
        ("x⁻¹²", "pow(x -12)"),
        ("sin(x)²", "pow(sin(x) 2)"),
        ("a ⊙ b * c", "mul(hadamard(a b) c)"),
        ("a * W @ x", "mul(a matmul(W x))"),
        ("A @ B @ x", "matmul(matmul(A B) x)"),
        ("-W @ x", "neg(matmul(W x))"),
        ("W' @ x", "matmul(transpose(W) x)"),
        ("W^T @ x", "matmul(transpose(W) x)"),
        ("Wᵀ @ x", "matmul(transpose(W) x)"),
        ("x @ y'", "times_transposed(x y)"),
        ("x ^ (T)", "pow(x T)"),
        ("σ(x) + σ", "add(sigmoid(x) σ)"),
        ("log(x)", "ln(x)"),
        ("max(x)", "largest(x)"),
        ("max(x, y, 0)", "max(x y 0)"),
        ("W[0, -1]", "element[0][-1](W)"),
        ("(x + y)[2]'", "transpose(element[2](add(x y)))"),
        ("[a, 1]", "stack(a 1)"),
        ("[a, b; c, d]", "stack(stack(a b) stack(c d))"),
        ("[[a, b], [c, d]]", "stack(stack(a b) stack(c d))"),
        ("(a +\n b) # and so on", "add(a b)"),
        ("1e-3 + .5 + 2. + ½ + 7", "add(0.001 0.5 2.0 0.5 7)"),
        ("--x", "neg(neg(x))"),
        ("µ_1 + w₁₂ + ẑ + y\u0302", "add(μ_1 w12 ẑ ŷ)"),
    ],
)
def test_expressions(text: str, wanted: str) -> None:
    [equation] = parse_equations(f"r = {text}")
    assert tree(equation.expression) == wanted


def test_lines_comments_and_semicolons_divide_equations() -> None:
    found = parse_equations("# head\r\n\r\na = 1 ; b = [2; 3];\rc = (4\n)\n")
    assert [(each.name, each.line) for each in found] == [("a", 3), ("b", 3), ("c", 4)]
    assert found[1].text == "b = [2; 3]"


def test_long_sums_and_products_are_read_without_nesting() -> None:
    [total] = parse_equations(f"L = {' + '.join(['x'] * 20_000)}")
    assert total.expression.depth == 1
    [product] = parse_equations(f"L = {' * '.join(['x'] * 1_000)}")
    assert product.expression.depth < 40


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no equation in it; write NAME = EXPRESSION"),
        ("# nothing\n", "no equation in it"),
        ("x + 1", "line 1, column 3: found '+'; an equation is NAME = EXPRESSION"),
        ("3 = x", "line 1, column 1: found '3'; an equation is NAME = EXPRESSION"),
        ("y =", "line 1, column 4: found the end after '='; a number, a name or ( belongs here"),
        ("a = 1\ny = x *", "line 2, column 8: found the end after '*'"),
        ("y = W x", "column 7: found 'x' after 'W'; products are written out: W*x, or W @ x"),
        ("y = 2x", "column 6: found 'x' after '2'; products are written out: 2*x"),
        ("y = sin x", "column 9: found 'x' after 'sin'; a function has brackets: sin(x)"),
        ("y = (a)(b)", "column 8: found '(' after ')'; products are written out"),
        ("y = x(1 + y)", "column 5: x is no function; a product is written x*(…), a function"),
        ("y = sigmod(x)", "column 5: sigmod is no function; did you mean sigmoid"),
        ("y = exp(x, 2)", "column 5: exp takes one argument, here are 2"),
        ("y = exp()", "column 9: found ')' after '('; a number, a name or ( belongs here"),
        ("y = (a + b", "column 11: found the end; the ( of line 1, column 5 is still open"),
        ("y = (a + b\nz = 3", "line 2, column 1: found 'z'; the ( of line 1, column 5 is still"),
        ("y = a + b)", "column 10: found ')' after 'b'; no bracket is open"),
        ("y = 1,5*x", "column 6: found ',' after '1'; a point divides decimals, 1.5"),
        ("y = a = b", "column 7: found '=' after 'a'; each equation stands on its own line"),
        ("y == x", "column 3: found '=='; an equation has one ="),
        ("y = |x|", "column 5: found '|'; write abs(…)"),
        ("y = ∑ x", "column 5: found '∑'; write sum(…)"),
        ("y = x?", "column 6: found '?', which means nothing in an equation"),
        ("y = _x", "column 5: found '_'; a name begins with a letter"),
        ("y = 1_000", "column 6: found '_'; a name begins with a letter"),
        ("y = ¾*x", "column 5: found '¾', which means nothing in an equation"),
        ("y = x\x07", "column 6: found '\\x07', which means nothing in an equation"),
        ("y = W[0.5]", "column 7: found '0.5'; a place is a whole number"),
        ("y = x⁻", "column 6: found '-'; a power is a whole number"),
        ("y = [1, 2; 3]", "column 5: rows of 2 and 1"),
        ("y = [1 2]", "column 8: found '2' after '1'; products are written out"),
        ("y = 1e999", "column 5: 1e999 is beyond the largest float64"),
        ("y = " + "9" * 5000, "column 5: a number of 5,000 characters"),
    ],
)
def test_what_is_no_equation_is_shown_its_place(text: str, complaint: str) -> None:
    with pytest.raises(DlcalcError) as caught:
        parse_equations(text)
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "y = " + "(" * 20_000 + "x" + ")" * 20_000,
        "y = " + "sin(" * 100 + "x" + ")" * 100,
        "y = " + "x^" * 100 + "x",
        "y = " + "x/" * 200 + "x",
        "y = x" + "'" * 2_000,
        "y = x" + "[0]" * 2_000,
        "y = " + "[" * 2_000,
        "y = " + "x + " * 300_000,
    ],
    ids=lambda text: text[:12],
)
def test_absurd_nesting_and_size_are_refused(text: str) -> None:
    with pytest.raises(LimitError):
        parse_equations(text)


def test_brackets_that_round_are_floor_and_ceil() -> None:
    """They carry no gradient; numbers beyond a float stay whole."""
    found = dlcalc.grad("y = ⌊x/2⌋*x + ceil(x)", {"x": 4.5}, wrt=["x"])
    assert all(check.passed for check in check_derivatives(found))
    assert (found.values["y"], found.gradients["y"]["x"]) == (2 * 4.5 + 5, 2)
    rows = dlcalc.grad("v = ⌈x⌉ - floor(x)", {"x": [[1.5], [-2]]}, of=[]).values["v"]
    assert rows.tolist() == [[1], [0]]
    assert dlcalc.grad("n = ⌊x⌋", {"x": 10**30}, of=[]).values["n"] == 10**30


def test_what_is_nested_too_deep_is_marked_where_it_is() -> None:
    with pytest.raises(LimitError, match="line 1, column 66: brackets nested more than 60 deep"):
        parse_equations(f"L = {'(' * 120}x")


@pytest.mark.parametrize(("text", "complaint"), [
    ("y = clip(x, high=1, low=0)", "line 1, column 13: high is argument 3 of clip"),
    ("y = softmax(x, axis=0, axis=1)", "line 1, column 24: axis is given twice"),
])
def test_names_of_arguments_have_their_place(text: str, complaint: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_equations(text)
    assert str(caught.value) == complaint
