"""Numbers at both ends of a double: never a warning, and nothing that is not finite let out."""

import json
import re

import pytest

from tests.shell.running import invoke

ENDS = ("1e308", "-1.7e308", "1e200", "1e-320")
CELL = '"x": [[#], [1]], "dh": [#], "h0": [#]'
STEP = '"loss": "mse", "optimizer": {"type": "adam", "lr": #}'
CASES = [
    ("conv", "-x", "# #; # -1", "-w", "# 2", "--upstream", "#; #", "--bias", "#"),
    ("conv", "-x", "# # # 1", "-w", "# #", "--transposed", "--stride", "2"),
    ("pool", "-x", "# # # #", "-F", "2", "-S", "1", "--kind", "avg", "--upstream", "# # #"),
    ("pool", "-x", "1 # 2", "-F", "2", "-S", "1", "--upstream", "# #"),
    ("grad", "L = sum(w*x)^2", "w=# #", "x=# 1"),
    ("grad", "y = softplus(w) + gelu(w) + mish(w) + silu(w) + elu(w) + tanh(w)", "w=#"),
    ("grad", "p = softmax(w); L = logsumexp(w) - ln(p[0])", "w=# 1", "--check"),
    ("grad", "y = var(w) + mean(w)", "w=# 1 2"),
    ("kl", "--q", "0,#", "--p", "#,1"), ("kl", "--q", "#,1", "--p", "0,#"),
    ("mlp", '{"x": [#], "target": [#], "weights": [[[#]]], "output": "identity", '
     '"loss": "squared_error"}', "--steps", "2"),
    ("mlp", '{"x": [#, 1], "target": 0, "weights": [[[#, 1], [2, 3]]]}', "--check"),
    ("lstm", '{"W": [[#, 1], [0, 1], [1, 0], [2, #]], "c0": [#], ' + CELL + "}", "--check"),
    ("gru", '{"W": [[#, 1], [0, 1], [1, 0]], ' + CELL + "}"),
    ("rnn", '{"W": [[#, 1]], "activation": "relu", ' + CELL + "}"),
    ("vae", '{"x": [0.3, 0.7], "noise": [#], "mu": [[#, 2]], "sigma": [[0, 1]], '
     '"decoder": [[[1], [#]]]}'),
    ("posterior", '{"weights": [#, 1], "means": [0, #], "covariances": [1, 1]}'),
    ("step", "input 2; layernorm; gelu; linear 1", '{"x": [#, 1], "target": [1], ' + STEP + "}",
     "--init", "xavier"),
    ("step", "input 1x2x2; conv 1 1; avgpool 2; flatten; linear 1",
     '{"x": [[[#, 1], [2, #]]], "target": [#], ' + STEP + "}", "--init", "he"),
    ("diagnose", "--train-error", "#", "--test-error", "#"),
]  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("words", CASES, ids=lambda words: " ".join(words)[:40])
def test_nothing_but_numbers(words: tuple[str, ...], end: str) -> None:
    done = invoke(*(word.replace("#", end) for word in words), "--explain", "-f", "json")
    assert done.status in (0, 2)
    if done.status:
        assert done.complaint
        assert not done.out
    else:
        json.loads(done.out, parse_constant=pytest.fail)
        assert not re.search("NaN|Infinity", done.out)


@pytest.mark.parametrize("field", [
    '"x": [#]', '"target": [#]', '"upstream": [#]', '"parameters": {"linear1.weight": [[#]]}',
    '"optimizer": {"type": "adam", "lr": #}',
    '"optimizer": {"type": "adam", "state": {"step": #}}',
    '"optimizer": {"type": "adam", "state": {"exp_avg": {"linear1.weight": [[#]]}}}',
])  # fmt: skip
def test_a_step_of_whole_numbers_beyond_the_largest_float(field: str) -> None:
    data = {"x": [1], "target": [1], "loss": "mse", "parameters": {"linear1.weight": [[1]]}}
    if "upstream" in field:
        del data["target"]
    data |= json.loads("{" + field.replace("#", str(10**400)) + "}")
    done = invoke("step", "input 1; linear 1 bias=no", json.dumps(data))
    assert done.status == 2
    assert re.search("beyond the largest float|is out of range|no whole number", done.complaint)


def test_a_mean_of_the_largest_numbers_is_one_of_them() -> None:
    done = invoke("pool", "-x", "1.7e308 1.7e308", "-F", "2", "--kind", "avg", "-f", "json")
    assert json.loads(done.out)["output"] == [1.7e308]


@pytest.mark.parametrize(("layer", "figure"), [
    # By hand: 3·3·8 products at each of 2·2 places a filter; thop's rule for the pool, C·(L² + S²).
    ("conv 1e999 3", 288 * 10**999), ("adaptivepool 1e60", 8 * (16 + 10**120)),
])
def test_counts_are_exact_at_any_size(layer: str, figure: int) -> None:
    found = invoke("params", "--input", "8x4x4", layer, "--as", "thop", "-f", "json")
    assert json.loads(found.out)["as"]["figure"] == figure


def test_an_output_beyond_any_list_is_counted() -> None:
    assert invoke("params", "--input", "8x4x4", "upsample 1e308").status == 0


LARGEST = "beyond the largest float"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("kl", "--q", "0,1", "--p", "1,2", "--expect", "0.4", "--tolerance", "#"), LARGEST),
        (("mlp", '{"x": [1], "target": 0, "sizes": [1, 2]}', "--init", "constant",
          "--constant", "#"), LARGEST),
        (("gan", "--lr", "#"), LARGEST),
        (("step", "input 1; leaky_relu #", '{"x": [1], "upstream": [1]}'), f"slope is {LARGEST}"),
        (("step", "input 1; elu #", '{"x": [1], "upstream": [1]}'), f"alpha is {LARGEST}"),
        (("step", "input 1x2; lrn 2 alpha=#", '{"x": [[1, 2]], "upstream": [[1, 1]]}'),
         f"alpha is {LARGEST}"),
        (("conv", "-x", "1.5 2", "-w", "5", "--bias", "#"), LARGEST),
        (("conv", "-x", "# 2", "-w", "5", "--bias", "0.5"), LARGEST),
        (("pool", "-x", "# 2", "-F", "2", "--kind", "avg"), "a mean passes the largest float64"),
        (("pool", "-x", "1 2", "-F", "2", "--kind", "avg", "--upstream", "#"), "a mean passes the"),
        (("check", '[{"command": "size -L 32 -F 5", "answer": 28, "points": #}]'),
         f"entry 1: points is {LARGEST}"),
        (("grad", "y = w*x", "x=2", "w=3", "--expect", "#"), "y: expected 1000"),
        (("grad", "y = w*x", "x=2", "w=#", "--expect", "0.5"), "y: expected 0.5, is 2000"),
        (("size", "-L", "#", "-F", "3", "--expect", "27.5"), "output: expected 27.5, is 9999"),
    ],
)
def test_a_whole_number_beyond_the_largest_float_is_named(
    words: tuple[str, ...], said: str
) -> None:
    done = invoke(*(word.replace("#", "1" + "0" * 400) for word in words))
    assert done.status == (1 if "expected" in said else 2)
    assert said in done.complaint
