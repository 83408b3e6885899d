"""Equations to trees, and what is no equation, with its place and what would be right."""

import pytest

import dlcalc
from dlcalc.derive.check import check_derivatives
from dlcalc.derive.parser import parse_equations
from dlcalc.derive.tree import Apply, Name, Node, text_of
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
        ("x¹²³⁴⁵⁶⁷⁸⁹¹²³⁴⁵⁶⁷⁸⁹", "pow(x 123456789123456789)"),
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
        ("W[1:, ..., ::-2, None]", "element[slice(1, None, None)][Ellipsis][slice(None, None, -2)]"
         "[None](W)"),
        ("W[i + 1, 0]", "element[*][0](W add(i 1))"),
        ("(x + y)[2]'", "transpose(element[2](add(x y)))"),
        ("[a, 1]", "stack(a 1)"),
        ("[a, b; c, d]", "stack(stack(a b) stack(c d))"),
        ("[[a, b], [c, d]]", "stack(stack(a b) stack(c d))"),
        ("(a +\n b) # and so on", "add(a b)"),
        ("1e-3 + .5 + 2. + ½ + 7", "add(0.001 0.5 2.0 0.5 7)"),
        ("--x", "neg(neg(x))"),
        ("2*--x + +y", "add(mul(2 x) y)"),
        ("x^--2", "pow(x 2)"),
        ("a < b*2", "lt(a mul(b 2))"),
        ("(a >= b) * (a != -b)", "mul(ge(a b) ne(a neg(b)))"),
        ("(a; b; [c])", "concat(a b stack(c))"),
        ("max([a, b], axis=0)", "largest(stack(a b))"),
        ("stack([a, b])", "stack(a b)"),
        ("clip(x, low=0, max=y)", "clip(x 0 y)"),
        ("leaky_relu(x, negative_slope=0.2)", "leaky_relu(x 0.2)"),
        ("concat([a, b], c)", "concat(stack(a b) c)"),
        ("µ_1 + w₁₂ + ẑ + y\u0302", "add(μ_1 w12 ẑ ŷ)"),
    ],
)
def test_expressions(text: str, wanted: str) -> None:
    [equation] = parse_equations(f"r = {text}")
    assert tree(equation.expression) == wanted


def test_lines_comments_and_semicolons_divide_equations() -> None:
    found = parse_equations("# head\r\n\r\na = 1 ; b = [2; 3];\rc = (4\n)\n")
    assert [(each.name, each.line) for each in found] == [("a", 3), ("b", 3), ("c", 4)]
    assert text_of(found[1]) == "b = [2; 3]"


def test_words_of_loops_are_names_elsewhere() -> None:
    found = parse_equations("for = in*2\nin = 3; back = for")
    assert [(each.name, each.names) for each in found] == [
        ("for", ("in",)), ("in", ()), ("back", ("for",))]


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
        "for t in 1..20001: h[t] = t",
        "for t in 1..1000000000000: h[t] = t",
        "for s in 1..200: for t in 1..200: h[s,t] = t",
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


LEFT_INDEX = ("an index on the left is a whole number, a loop's variable, or a letter that stands "
              "on the right too: y[i]")  # fmt: skip


@pytest.mark.parametrize(("text", "column", "marked", "complaint"), [
    ("y = clip(x, high=1, low=0)", 13, "high", "high is argument 3 of clip"),
    ("y = clip(x, 0, low=1)", 16, "low", "low is argument 2 of clip"),
    ("y = softmax(x, axis=0, dim=1)", 24, "dim", "axis is given twice"),
    ("y = leaky_relu(x, slop=2)", 19, "slop", "leaky_relu has no option slop; did you mean slope?"),
    ("y = exp(x, axis=0)", 12, "axis", "exp takes no option axis"),
    ("y = sum(axis=0)", 5, "sum",
     "sum takes one argument, here are 0; write axis=… for an axis"),
    ("y = leaky_relu(slope=1)", 16, "slope", "slope is argument 2 of leaky_relu"),
    ("y = x¹¹¹¹¹¹¹¹¹¹¹¹¹¹¹¹¹¹¹", 6, "¹" * 19,
     "found '1111111111111111111'; a power is a whole number"),
    ("y = sum(x, axis=0, 3)", 20, "3", "found '3'; arguments stand before options"),
    ("y = reshape(x)", 5, "reshape", "reshape wants the sizes: reshape(x, 3, 1)"),
    ("y = squeeze(x)", 5, "squeeze", "write squeeze(x, axis=…)"),
    ("y = one_hot(x)", 5, "one_hot", "write one_hot(x, classes=…)"),
    ("y = gather(x, i, axis=-1)", 5, "gather", "gather wants an axis from 0, as axis=1"),
    ("y = gather(x, i, axis=(0, 1))", 5, "gather", "gather wants an axis from 0, as axis=1"),
    ("y = min(x, z, axis=0)", 5, "min", "min of several has no axis; stack them first"),
    ("y = clip(x)", 5, "clip", "clip takes three arguments, here is 1"),
    ("y = conv(a, b, c, d)", 5, "conv", "conv takes two to three arguments, here are 4"),
    ("y = sum(a, b)", 5, "sum", "sum takes one argument, here are 2; write axis=… for an axis"),
    ("y = back(g, x)", 5, "back",
     "write back(g, f(x)): the gradient g carried back through f to x"),
    ("y = back(g, sin(x), z, w)", 5, "back",
     "write back(g, f(x)): the gradient g carried back through f to x"),
    ("y = back(g, f*x, 2)", 5, "back", "2 is no argument of f*x"),
    ("y = back(g, f*x, z)", 5, "back", "z is no argument of f*x"),
    ("y = W'(x)", 5, "W",
     "W'(…) is no slope of a function that is known; a transposed matrix is multiplied by @: "
     "W' @ (…)"),
    ("f(a, b) = a; y = f(1)", 18, "f", "f takes two arguments, here is 1"),
    ("f(a, b, c, d) = a; y = f(1)", 24, "f", "f takes four arguments, here is 1"),
    ("f(a, b, c, d, g) = a; y = f(1)", 27, "f", "f takes 5 arguments, here is 1"),
    ("y = concat(axis=0)", 5, "concat",
     "concat takes one or more arguments, here are 0; write axis=… for an axis"),
    ("f(a) = a; y = f(1, 2)", 15, "f", "f takes one argument, here are 2"),
    ("f() = 2", 2, "(", "found '('; an equation is NAME = EXPRESSION"),
    ("y = x²⁻", 6, "²⁻", "found '2-'; a power is a whole number"),
    ("y = x[..., 0, ...]", 18, "]", "one ... at most stands in an index"),
    ("y = (a; b", 10, "", "found the end; the ( of line 1, column 5 is still open"),
    ("y = x[0:2:1:1]", 12, ":", "found ':'; the [ of line 1, column 6 is still open"),
    ("y = conv(x, w, pad='same)", 25, ")", "found ')'; the ( of line 1, column 9 is still open"),
    ("y = a < b < c", 11, "<", "a < b < c is written (a < b)*(b < c)"),
    ("y[0:1] = 3", 1, "y", "a slice cannot be defined; write one index, y[0] or y[i]"),
    ("y[0] + 3", 6, "+", "found '+'; an equation is NAME = EXPRESSION"),
    ("for t in 1..3 h[t] = 2", 15, "h", "found 'h'; a colon stands before a loop's equations"),
    ("for t of 1..3: h[t] = 2", 7, "of", "found 'of'; a loop is for t in 1..3: h[t] = …"),
    ("for t in 1: h[t] = 2", 11, ":", "found ':'; a range is 1..3, or 1..T"),
    ("for t in 1..3:\nh[t] = 2", 1, "for",
     "no equation in the loop; indent those that belong to it"),
    ("y x = 3", 3, "x", "found 'x'; an equation is NAME = EXPRESSION"),
    ("for x", 6, "", "found the end; a loop is for t in 1..3: h[t] = …"),
    ("(y = 3", 1, "(", "found '('; an equation is NAME = EXPRESSION"),
    ("y[0 = 3", 5, "=", "found '='; the [ of line 1, column 2 is still open"),
    ("y == 3", 3, "==", "found '=='; an equation has one ="),
    ("y = 2..3", 6, "..",
     "found '..' after '2'; a range stands behind for: for t in 1..3: h[t] = …"),
    ("y = x[1:2", 10, "", "found the end; the [ of line 1, column 6 is still open"),
    ("y = a : b", 7, ":",
     "found ':' after 'a'; slices stand in brackets, x[0:2], and loops are for t in 1..3: h[t] = "
     "…"),
    ("y = a]", 6, "]", "found ']' after 'a'; no bracket is open"),
    ("y = (a, b)", 7, ",", "found ','; the ( of line 1, column 5 is still open"),
    ("y = x! + 1", 6, "!", "found '!'; 1 - a is the opposite of a condition"),
    ("y = x.exp", 6, ".",
     "found '.'; write the function alone, exp(x), and a number with its digits, 0.5"),
    ("y = 5%", 6, "%", "found '%'; write a fraction: 5% is 0.05"),
    ("y = ||x||", 5, "|", "found '||'; write norm(…)"),
    ("y : 3", 3, ":", "found ':'; a loop is for t in 1..3: h[t] = …"),
    ("y = ∑_{t=1} t", 5, "∑_{t=1} t", "a range below ∑ is t=1..T"),
    ("y = ∑_{t=1..2..3} t", 5, "∑_{t=1..2..3} t", "a range below ∑ is t=1..T"),
    ("y = ∑_i 3", 5, "∑_i 3", "i stands nowhere in the sum: an element is y[i]"),
    ("y[i] = ∑_i A[i,i]", 1, "y[i] = ∑_i A[i,i]", "a letter of the left side is summed over: i"),
    ("y[k] = ∑_j A[i,j]", 1, "y[k] = ∑_j A[i,j]", "k stands nowhere on the right side"),
    ("y[i,i] = x[i]", 1, "y[i,i] = x[i]",
     LEFT_INDEX),
    ("y[2*i] = x[i]", 1, "y[2*i] = x[i]",
     LEFT_INDEX),
    ("y[i] = x[i*i]", 10, "i",
     "how far i runs is not to be seen: no array has it alone as an index"),
    ("y[i] = M[i, 0:2]", 8, "M[i, 0:2]", "among letters an index is a letter or a whole number"),
    ("y[i] = softmax(x[i])", 8, "softmax(x[i])",
     "softmax takes whole arrays: index what it gives, or name it first"),
    ("h[1] = s; h[3] = s; L = h", 25, "h", "h has elements [1] and others; name one"),
    ("h[0,0] = s; h[0,1] = s; L = h", 29, "h", "h has elements [0,0] and others; name one"),
    ("h[0,0] = s; L = h[0]", 17, "h[0]", "h has 2 indices"),
    ("h[0,0] = s; h[1,0] = s; L = h", 29, "h", "h has elements [0,0] and others; name one"),
    ("h[0] = s; h[0] = 2", 11, "h[0] = 2", "h[0] is defined already"),
    ("h[0] = s; h = 2", 11, "h = 2", "h is defined by its elements already"),
    ("for t in 1..2: z = t", 16, "z = t", "each equation of a loop is of one step: z[t] = …"),
    ("for t in 1..q: h[t] = s", 13, "q",
     "a loop runs over whole numbers, and q has no such value: give q=3"),
    ("f(a) = f(a) + 1; y = f(s)", 8, "f(a)", "f is defined by way of itself"),
    ("for t in 1..2: f(a) = a; h[t] = f(t)", 33, "f(t)", "a function is defined outside of loops"),
    ("for t in 1..0: f(a) = a; y = f(s)", 30, "f(s)", "a function is defined outside of loops"),
    ("y = softmax(x, axis=z)", 21, "z", "z is no whole number here"),
    ("y = sum(s, axis=same)", 17, "same", "same is no whole number here"),
    ("y = cumsum(s, tanh)", 15, "tanh", "tanh is no whole number here"),
    *((f"y = gelu({words})", 5, "gelu", "the forms of gelu are gelu(x, tanh) and gelu(x, erf)")
      for words in ("s, q", "s, 1", "s, None", "s, tanh, erf", "s, approximate='new'")),
    ("y = ∑_i x[i]; z = a s", 21, "s", "found 's' after 'a'; products are written out: a*s, or "
     "a @ s for matrices"),
])
def test_what_is_written_wrong_is_marked_where_it_stands(
    text: str, column: int, marked: str, complaint: str
) -> None:
    with pytest.raises(InputError) as caught:
        parse_equations(text)
    assert str(caught.value) == f"line 1, column {column}: {complaint}"
    shown, mark = caught.value.__notes__[0].split("\n")
    assert shown == f"  {text.splitlines()[0]}"
    assert mark == " " * (column + 1) + "^" * max(1, len(marked))
    assert text[column - 1 :].startswith(marked)


@pytest.mark.parametrize("at", [0, 3, 5, 8, 14, 19])
@pytest.mark.parametrize("wrong", ["?", "sigmoidal_unit(1)", f"{'u' * 50}(1)", f"{'u' * 80}(1)"])
def test_of_a_long_line_the_part_around_an_error_is_shown(at: int, wrong: str) -> None:
    terms = [f"alpha_{n}" for n in range(10, 30)]
    terms[at] = wrong
    text = f"y = {' + '.join(terms)}"
    with pytest.raises(InputError) as caught:
        parse_equations(f"x = 1\n{text}\nz = 2")
    shown, mark = caught.value.__notes__[0].split("\n")
    column = mark.index("^")
    assert set(mark[column:]) == {"^"}
    assert wrong.startswith(shown[column : len(mark)].rstrip("…"))
    width = len(wrong.partition("(")[0])
    assert len(mark) - column == min(width, 78 - column)
    part = shown[2:].removeprefix("…").removesuffix("…")
    start = text.index(part)
    end = start + len(part)
    assert shown == f"  {'…' * (start > 0)}{part}{'…' * (end < len(text))}"
    assert start + column - 2 - (start > 0) == text.index(wrong)
    assert len(shown) <= 78
    assert start == 0 or column == 52 - min(width, 38)  # two thirds of the line
    assert f"line 2, column {text.index(wrong) + 1}: " in str(caught.value)
