"""`dlcalc vae` as its users type it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dlcalc
from dlcalc.shell.runner import read_example
from tests.shell.running import invoke

REFERENCE = Path(__file__).parents[2] / "data" / "reference_vae.json"
CASES = json.loads(REFERENCE.read_text())["cases"]
SMALL = read_example("vae")["values"]


def given(**changes: Any) -> str:
    kept = {key: value for key, value in {**SMALL, **changes}.items() if value is not None}
    return json.dumps(kept)


@pytest.mark.parametrize("case", CASES)
def test_steps_are_those_of_pytorch(case: dict[str, Any]) -> None:
    done = invoke("vae", "-", "-f", "json", stdin=json.dumps(case["input"]))
    assert done.status == 0, done.err
    found = json.loads(done.out)
    for name in ("mu", "sigma", "z", "y", "L1", "L2"):
        assert found[name] == pytest.approx(case[name], rel=1e-12), name
    for term in ("L1", "L2"):
        ours, theirs = found["gradients"][term], case[f"grad_{term}"]
        for name, key in (("z", "z"), ("mu", "mu_value"), ("sigma", "sigma_value")):
            assert ours[name] == pytest.approx(theirs[key], rel=1e-9)
        matrices = [*ours["encoder"], ours["mu_weights"], ours["sigma_weights"], *ours["decoder"]]
        wanted = [*theirs["encoder"], *theirs["mu"], *theirs["sigma"], *theirs["decoder"]]
        flat = np.concatenate([np.ravel(each) for each in wanted])
        assert np.concatenate([np.ravel(each) for each in matrices]) == pytest.approx(
            flat, rel=1e-9, abs=1e-14
        )
        named = [found["named"][f"d{term}/dw{n}"] for n in range(1, len(flat) + 1)]
        assert named == pytest.approx(flat, rel=1e-9, abs=1e-14)


def test_the_worked_example_in_numbers() -> None:
    found = json.loads(invoke("vae", "--evidence", "--check", "-f", "json").out)
    assert found == json.loads(invoke("vae", given(), "--evidence", "--check", "-f", "json").out)
    assert found["loss"] == -(found["L1"] + found["L2"])
    assert found["negative_elbo"] == -found["L1"] + found["L2"]
    named = found["named"]
    assert named["dL1/dz1"] == pytest.approx(found["y"][1] - found["y"][0] - 0.5)
    assert named["dL1/dw4"] / named["dL1/dw3"] == pytest.approx(3)
    assert named["dL2/dz1"] == 0
    evidence = found["evidence"]
    both = evidence["elbo"] + evidence["kl_posterior"]
    assert evidence["log_evidence"] == pytest.approx(both, abs=1e-9)
    assert all(each["passed"] for each in found["check"])


def test_the_worked_example_in_words() -> None:
    out = invoke("vae", "--explain", "--evidence").out
    assert "∂L1/∂z_1 = (x_1 − y_1)·w_5 + (x_2 − y_2)·w_6 = " in out
    assert "∂L1/∂w_4 = ∂L1/∂z_1·∂z_1/∂σ_1·∂σ_1/∂s_2·∂s_2/∂q_2·∂q_2/∂w_4 = " in out
    assert "∂L2/∂w_4 = ∂L2/∂σ_1·∂σ_1/∂s_2·∂s_2/∂q_2·∂q_2/∂w_4 = " in out
    assert "loss as the problem states it" in out
    assert "negative ELBO, what training minimises" in out
    assert "the identity holds" in out


def test_help_says_how_the_lost_drawing_is_read() -> None:
    page = " ".join(invoke("vae", "--help").out.split())
    assert "The drawing of the example's network is lost." in page
    assert "whichever way the first layer is numbered" in page
    assert "the negative ELBO, which training minimises, is −L1 + L2" in page


def test_a_slip_is_named_in_the_order_of_the_derivation() -> None:
    expected = {"named": {"dL1/dw1": 9, "dL1/dw6": 9, "dL1/dz1": 9}}
    done = invoke("vae", given(), "--expect", json.dumps(expected))
    assert done.status == 1
    assert done.complaint.startswith("named.dL1/dw6: expected 9, is 0.752964 = (x_2 − y_2)·z_1")
    done = invoke("vae", given(), "--expect", "3.154616")
    assert done.complaint.endswith("the negative ELBO, −L1 + L2, gives that")


def test_samples_are_drawn_by_seed() -> None:
    drawn = [
        json.loads(invoke("vae", given(), "--samples", "3", "--seed", seed, "-f", "json").out)
        for seed in ("1", "1", "2")
    ]
    assert drawn[0] == drawn[1]
    assert drawn[0]["z"] != drawn[2]["z"]
    assert np.shape(drawn[0]["z"]) == np.shape(drawn[0]["noise"]) == (3, 1)
    again = json.loads(invoke("vae", given(noise=drawn[0]["noise"]), "-f", "json").out)
    assert again == drawn[0]
    single = json.loads(invoke("vae", given(noise=None), "-f", "json").out)
    assert np.shape(single["noise"]) == (1,)


def test_batches_have_evidence_each() -> None:
    line = given(x=[[0.25, 0.75], [1, 0]], noise=[[0.5], [1]])
    found = json.loads(invoke("vae", line, "--evidence", "-f", "json").out)
    assert [abs(each["gap"]) < 1e-9 for each in found["evidence"]] == [True, True]
    assert np.shape(found["mu"]) == (2, 1)
    assert "Evidence of example 2" in invoke("vae", line, "--evidence", "--explain").out


def test_many_samples_are_all_there_for_programs_alone() -> None:
    people = invoke("vae", given(), "--samples", "600").out
    assert "the first 500 of 600; json and csv have them all" in people
    latent = ("-f", "csv", "--table", "latent")
    assert "\n600,1," in invoke("vae", given(), "--samples", "600", *latent).out


def test_outputs_stand_beside_what_they_should_be() -> None:
    out = invoke("vae", given(), "-f", "csv", "--table", "outputs").out
    assert out.startswith("sample,output,x,y\n1,1,0.25,0.79802")
    batch = given(x=[[0.25, 0.75], [1, 0]], noise=[[[0.5], [1]], [[0], [1]]])
    out = invoke("vae", batch, "-f", "csv", "--table", "latent").out
    assert out.startswith("example,sample,dimension,mu,sigma,z\n1,1,1,0.475")
    out = invoke("vae", batch, "-f", "csv", "--table", "outputs").out
    assert "\n2,2,2,0.0," in out


def test_what_differs_is_worked_out_in_samples_and_in_evidence_too() -> None:
    words = ["vae", given(noise=[[0.5], [-0.5]]), "--evidence", "--expect"]
    done = invoke(*words, '{"gradients": {"L1": {"sigma_weights": [[0, 1]]}}}')
    assert "sigma_weights element (0,0): expected 0, is " in done.complaint
    assert " = ∂L1/∂q_σ @ xᵀ = " in done.complaint
    done = invoke(*words, '{"evidence": {"elbo": 1}}')
    assert done.complaint.startswith("evidence.elbo: expected 1, is -2.93178 = R − KL_prior = ")
    done = invoke(*words, '{"named": {"dL2/dw5": 1}}')
    assert done.complaint.startswith("named.dL2/dw5: expected 1, is 0 (L2 has neither z nor")


def test_what_is_not_finite_is_passed_on_where_it_is_let_in() -> None:
    line = given(mu=[[0.5, float("nan")]])
    assert invoke("vae", line).status == 2
    found = json.loads(invoke("vae", line, "--allow-nonfinite", "-f", "json").out)
    assert (found["mu"], found["L1"], found["sigma"]) == (["NaN"], "NaN", [pytest.approx(1.797897)])


def test_many_weights_get_a_row_a_matrix_for_people_alone() -> None:
    line = given(decoder=[[[0.1]] * 300, [[0.01] * 300] * 2])
    assert "largest dL1" in invoke("vae", line).out
    assert "\nw904," in invoke("vae", line, "-f", "csv").out


def test_the_python_function_is_the_same() -> None:
    case = CASES[0]
    assert pytest.approx(case["L1"]) == dlcalc.vae(**case["input"]).L1


@pytest.mark.parametrize(
    ("line", "options", "complaint"),
    [
        (given(nois=[1]), [], "unknown field 'nois'; did you mean noise?"),
        (given(decoder=None), [], "field 'decoder' is missing"),
        (given(x=[0.5, 1.5]), [], "x: Bernoulli outputs are compared with values from 0 to 1"),
        (given(noise=[1, 2]), [], "noise: shape 2; expected 1, or samples x 1"),
        (given(noise=[[[1]], [[2, 3]]]), [], "noise"),
        (given(mu=[[1, 2, 3]]), [], "mu: shape 1x3 takes 3 values, 2 come in; expected 1x2"),
        (given(decoder=[[[1]]]), [], "decoder[0]: 1 outputs; expected 2, as x has"),
        (given(mu=7), [], "mu: a number is no matrix (outputs x inputs)"),
        (given(decoder=7), [], "decoder is no list of one array a layer"),
        (given(head="sigmod"), [], "unknown head 'sigmod'; did you mean sigmoid?"),
        (given(head=3), [], "head is 3, where a name belongs"),
        (given(sigma=[[2000, 2000]], head="identity"), [], "the values overflow: σ"),
        (given(), ["--samples", "0"], "invalid value for '--samples'"),
        (given(decoder=[[[0.1]] * 300, [[0.01] * 300] * 2]), ["--samples", "60000"],
         "noise: 18,000,000 values of one layer are more than 16,777,216"),
        (given(), ["--samples", "99999999999"], "noise: 99,999,999,999 numbers are more than"),
        (given(mu=[[1, 2]] * 3, sigma=[[1, 2]] * 3, noise=[1, 2, 3],
               decoder=[[[1, 2, 3], [4, 5, 6]]]), ["--evidence"],
         "evidence is integrated over a latent of 1 or 2 dimensions, not 3"),
    ],
)  # fmt: skip
def test_bad_input_ends_in_one_line(line: str, options: list[str], complaint: str) -> None:
    done = invoke("vae", line, *options)
    assert done.status == 2
    assert complaint in done.complaint


@pytest.mark.parametrize("name", ["z1", "z_1"])
def test_answers_go_by_the_names_of_the_working(name: str) -> None:
    done = invoke("vae", given(), "--expect", json.dumps({name: 1.374, "σ_1": 1.798, "mu1": 0.475}))
    assert (done.status, done.err) == (0, "dlcalc: agrees to the 3 digits given\n")
    done = invoke("vae", given(), "--expect", json.dumps({name: 3.7078}))
    assert done.complaint.startswith("z element (0): expected 3.7078, is 1.37397 = μ_1 + σ_1·ε_1")
