"""Models run on numbers: each block with the parameters of its names, and what is lacking."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dlcalc
from dlcalc.errors import InputError

X = np.array([[1.0, 2.0], [3.0, 5.0], [-1.0, 4.0]])
W = np.array([[1.0, 2.0], [0.0, -1.0]])


def run(text: str, x: Any, parameters: dict[str, Any]) -> Any:
    shape = dlcalc.params(text).output
    return dlcalc.step(text, x, upstream=np.ones(shape), parameters=parameters)


@pytest.mark.parametrize(("text", "weights", "wanted"), [
    ("sum:\n  branch: linear 2 bias=no\n  branch: tanh", {"linear1.weight": W},
     X @ W.T + np.tanh(X)),
    ("s: scale:\n  branch: linear 2 bias=no\n  b: branch: linear 2 bias=no",
     {"s.linear1.weight": W, "s.b.linear1.weight": 2 * W}, (X @ W.T) * (2 * X @ W.T)),
    ("concat axis=1:\n  branch:\n  branch: linear 2 bias=no", {"linear1.weight": W},
     np.concatenate([X, X @ W.T], 1)),
    ("concat:\n  branch:\n  branch: relu", {}, np.concatenate([X, np.maximum(X, 0)], 0)),
    ("b: repeat 2 from=3:\n  linear 2 bias=no",
     {"b.3.linear1.weight": W, "b.4.linear1.weight": W + 1}, X @ W.T @ (W + 1).T),
    ("b: repeat 2 shared:\n  linear 2 bias=no", {"b.0.linear1.weight": W}, X @ W.T @ W.T),
    ("aside: linear 2 bias=no\nrelu", {"linear1.weight": W}, np.maximum(X, 0)),
    ("side: aside:\n  linear 2 bias=no\nrelu", {"side.linear1.weight": W}, np.maximum(X, 0)),
    ("built 2: linear 2 bias=no\nrelu", {}, np.maximum(X, 0)),
    ("a: linear 2 bias=no; linear 2 bias=no tie=a", {"a.weight": W}, X @ W.T @ W.T),
])
def test_blocks_on_numbers(text: str, weights: dict[str, Any], wanted: Any) -> None:
    found = run(f"input 3x2\n{text}", X, weights)
    assert np.allclose(found.output, wanted)
    assert sorted(found.gradients) == sorted([*weights, "x"]) or "aside" in text


def test_tokens_have_no_gradient_and_frozen_layers_none() -> None:
    text = "input 3; embedding 5 2; linear 2 bias=no frozen=yes"
    table = np.arange(10.0).reshape(5, 2)
    found = run(text, [4, 0, 4], {"embedding1.weight": table, "linear1.weight": W})
    assert np.allclose(found.output, table[[4, 0, 4]] @ W.T)
    assert list(found.gradients) == ["embedding1.weight"]


@pytest.mark.parametrize(("layers", "last", "tail"), [
    (4, "", ""), (4, "; a: linear 2 bias=no", ", and 1 more"), (8, "", ", and 8 more"),
])
def test_parameters_that_are_lacking(layers: int, last: str, tail: str) -> None:
    listed = [f"l{at}.{part}" for at in range(layers) for part in ("weight 2x2", "bias 2")]
    text = "; ".join(["input 3x2", *(f"l{at}: linear 2" for at in range(layers))]) + last
    with pytest.raises(InputError) as caught:
        run(text, X, {})
    assert str(caught.value) == (
        f"parameters lacks {', '.join(listed[:8])}{tail}; `init` draws what is not given"
    )
    with pytest.raises(InputError, match=f"{tail}, and has l0.weigth, which the model has not; "):
        run(text, X, {"l0.weigth": np.eye(2)})


def test_names_that_the_model_has_not() -> None:
    text = "input 2x3; n: batchnorm"
    held = {"n.weight": [1, 1], "n.bias": [0, 0], "n.running_mean": [0, 0], "n.running_var": [1, 1]}
    assert run(text, X.T, {**held, "n.num_batches_tracked": 5}).output.shape == (2, 3)
    with pytest.raises(InputError, match=r"has no n\.weigth; did you mean n\.weight"):
        run(text, X.T, {**held, "n.weigth": 5})


def test_an_input_of_its_own_is_not_computed() -> None:
    with pytest.raises(InputError, match=r"an input of its own is counted, not computed"):
        run("input 3x2; relu\naside 4: linear 2\ntanh", X, {})
