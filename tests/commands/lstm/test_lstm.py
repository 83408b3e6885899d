"""The passes against PyTorch, the derivation by hand, differences, and themselves in parts."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dlcalc
from dlcalc.commands.lstm.answer import LstmResult, lstm, solve
from dlcalc.derive.derivation import entry_of, value_of
from dlcalc.layers.cells.run import check_cell
from dlcalc.layers.cells.working import CellWorking
from dlcalc.numbers import threads as pool
from tests.commands.lstm.cases import problem, problems, undressed

REFERENCE = json.loads(
    (Path(__file__).parents[2] / "data" / "reference_lstm.json").read_text(encoding="utf-8")
)


def close(actual: Any, expected: Any) -> bool:
    return bool(np.allclose(actual, expected, rtol=1e-9, atol=1e-12)) and (
        np.shape(actual) == np.shape(expected)
    )


def of_steps(result: LstmResult, name: str) -> Any:
    if name in result.gates:
        return result.gates[name]
    return result.dgates[name[1:]] if name[1:] in result.gates else getattr(result, name)


@pytest.mark.parametrize("case", REFERENCE["lstm"])
def test_pytorch_agrees(case: dict[str, Any]) -> None:
    result = lstm(**case["input"])
    for name in ("dW", "db", "dx", "dh0", "dc0"):
        assert close(getattr(result, name), case[name]), name
    for name in case["steps"][0]:
        assert close(of_steps(result, name), [step[name] for step in case["steps"]]), name


def test_pytorch_agrees_in_its_own_layout() -> None:
    case = REFERENCE["lstm_torch_layout"]
    result = lstm(**case["input"])
    assert close(result.h, case["h"])
    assert close(result.c[-1], case["c_last"])
    assert close(result.dx, case["dx"])
    for name in ("weight_hh_l0", "weight_ih_l0"):
        assert close(result.gradients[name], case[f"d_{name}"]), name
    for name in ("bias_ih_l0", "bias_hh_l0"):
        assert close(result.gradients[name], case["d_bias"]), name


@settings(max_examples=15, deadline=None)
@given(problems(), st.booleans())
def test_whole_arrays_give_what_the_equations_give(fields: dict[str, Any], later: bool) -> None:
    if later:
        shape = np.shape(fields["h0"])
        random = np.random.default_rng(len(fields["x"]))
        names = (*"ifog", "di", "df", "do", "dg", "dc")
        fields = fields | {"next": {name: random.uniform(0.1, 0.9, shape) for name in names}}
    result = lstm(**fields)
    working, order = CellWorking(result), result.problem.cell.step_fields
    found = {f"steps[{t}].{name}": result.values[name][t]
             for name in order for t in range(result.problem.steps)}
    found |= {f"next.{name}": each for name, each in result.more.get("next", {}).items()}
    found |= {name: getattr(result, name) for name in ("dW", "db", "dx", "dh0", "dc0")}
    for field, array in found.items():
        by_hand = np.empty_like(array)
        for index in np.ndindex(array.shape):
            place = working.place_of(field, index)
            assert place is not None
            lines, key, at = place
            by_hand[index] = entry_of(np.asarray(lines.lines[key].value), at)
            derived = value_of(lines.lines[key].formula, lines.values)
            np.testing.assert_allclose(entry_of(derived, at), array[index], rtol=1e-9, atol=1e-12)
            step = working.element(field, index)
            assert step is not None
            for numbers in step.numbers:
                np.testing.assert_allclose(
                    value_of(undressed(numbers), {}), array[index], rtol=1e-9, atol=1e-12)
        assert close(array, by_hand), field


@settings(max_examples=25, deadline=None)
@given(problems(kinks=False))
def test_differences_agree(fields: dict[str, Any]) -> None:
    for check in check_cell(lstm(**fields), solve):
        assert check.passed, (check.name, check.central_error, check.complex_error)


@pytest.mark.parametrize("name", ["relu", "hard_sigmoid"])
def test_differences_agree_beside_a_kink(name: str) -> None:
    fields = problem(7, H=3, batch=2, activations={"f": name, "o": name})
    assert all(check.passed for check in check_cell(lstm(**fields), solve))


def test_differences_agree_with_what_a_next_step_sends_back() -> None:
    later = {gate: [0.4, 0.6] for gate in "ifog"}
    later |= {name: [0.1, -0.2] for name in ("di", "df", "do", "dg", "dc")}
    fields = problem(3) | {"next": later}
    checks = check_cell(lstm(**fields), solve)
    assert [check.name for check in checks] == ["W", "b", "x", "h0", "c0"]
    assert all(check.passed for check in checks)


@settings(max_examples=25)
@given(problems(), st.data())
def test_a_sequence_is_its_two_halves_chained(fields: dict[str, Any], data: Any) -> None:
    whole = lstm(**fields)
    cut = data.draw(st.integers(1, max(1, len(fields["x"]) - 1)))
    if cut == len(fields["x"]):
        return
    x, dh = fields["x"], fields["dh"]
    first = lstm(**fields | {"x": x[:cut], "dh": dh[:cut], "dc": None})
    second = lstm(**fields | {"x": x[cut:], "dh": dh[cut:], "h0": first.h[-1], "c0": first.c[-1]})
    entering = dh[:cut].copy()
    entering[-1] += second.dh0
    first = lstm(**fields | {"x": x[:cut], "dh": entering, "dc": second.dc0})
    assert close(np.concatenate([first.h, second.h]), whole.h)
    assert close(np.concatenate([first.dx, second.dx]), whole.dx)
    assert close(first.dW + second.dW, whole.dW)
    assert close(first.db + second.db, whole.db)
    assert close(first.dh0, whole.dh0)
    assert close(first.dc0, whole.dc0)


@settings(max_examples=25)
@given(problems(kinks=False), st.booleans())
def test_next_gives_what_the_full_run_gives(fields: dict[str, Any], with_dc: bool) -> None:
    if len(fields["x"]) == 1:
        fields["x"], fields["dh"] = (np.repeat(fields[name], 2, axis=0) for name in ("x", "dh"))
    whole = lstm(**fields)
    later = {gate: values[-1] for gate, values in whole.gates.items()}
    later |= {"d" + gate: values[-1] for gate, values in whole.dgates.items()}
    if with_dc:
        later["dc"] = whole.dc[-1]
    part = lstm(
        **fields | {"x": fields["x"][:-1], "dh": fields["dh"][:-1], "dc": None, "next": later}
    )
    assert close(part.dh, whole.dh[:-1])
    assert close(part.dc, whole.dc[:-1])
    assert close(part.dx, whole.dx[:-1])
    assert close(part.dh0, whole.dh0)
    assert close(part.dc0, whole.dc0)
    assert part.later
    assert close(np.squeeze(part.later["dx"]), np.squeeze(whole.dx[-1]))


def test_a_batch_is_its_sequences_side_by_side() -> None:
    fields = problem(5, batch=3)
    whole = lstm(**fields)
    parts = [
        lstm(
            **fields
            | {name: fields[name][:, n] for name in ("x", "dh")}
            | {name: fields[name][n] for name in ("h0", "c0", "dc")}
        )
        for n in range(3)
    ]
    assert close(np.stack([part.dx for part in parts], axis=1), whole.dx)
    assert close(sum(part.dW for part in parts), whole.dW)


def test_float32_stays_float32() -> None:
    fields: dict[str, Any] = {
        name: value.astype(np.float32) if isinstance(value, np.ndarray) else value
        for name, value in problem(1, batch=2).items()
    }
    result = lstm(**fields)
    for name in ("h", "c", "dW", "db", "dx", "dh0", "dc0", "dz"):
        assert getattr(result, name).dtype == np.float32, name
    assert np.allclose(result.dx, lstm(**problem(1, batch=2)).dx, rtol=1e-3, atol=1e-4)


def test_gates_far_from_zero_neither_overflow_nor_warn() -> None:
    result = lstm([[2000, -2000]] * 4, x=[[1], [-1]], h0=[0.5], c0=[1], dh=[1])
    assert np.isfinite(result.dW).all()
    assert result.gates["i"].tolist() == [[0.0], [1.0]]


def test_the_cores_change_no_bit_of_a_long_run(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = problem(3, T=300, batch=9)
    for least in ("LEAST_PRODUCTS", "LEAST_BESIDE_BLAS"):
        monkeypatch.setattr(pool, least, 0)
    runs = []
    for cores in (1, 2, 3):
        monkeypatch.setattr(pool, "cores", lambda cores=cores: cores)
        runs.append(lstm(**fields))
    for other in runs[1:]:
        assert np.array_equal(other.h, runs[0].h)
        for name, gradient in runs[0].gradients.items():
            assert np.array_equal(other.gradients[name], gradient), name


@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
def test_step_on_one_layer_is_the_command(kind: str) -> None:
    random, rows = np.random.default_rng(8), {"lstm": 16, "gru": 12, "rnn": 4}[kind]
    weights = {"weight_ih_l0": random.normal(size=(rows, 3)),
               "weight_hh_l0": random.normal(size=(rows, 4)),
               "bias_ih_l0": random.normal(size=rows), "bias_hh_l0": random.normal(size=rows)}
    x, dh = random.normal(size=(5, 3)), random.normal(size=(5, 4))
    network: dict[str, Any] = {"x": x, "upstream": dh,
               "parameters": {f"{kind}1.{name}": each for name, each in weights.items()}}
    stepped = dlcalc.step(f"input 5x3; {kind} 4", **network)
    result = getattr(dlcalc, kind)(**weights, x=x, dh=dh)
    assert close(stepped.output, result.h)
    assert close(stepped.gradients["x"], result.dx)
    for name in weights:
        assert close(stepped.gradients[f"{kind}1.{name}"], result.gradients[name]), name
