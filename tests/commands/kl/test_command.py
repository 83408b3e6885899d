"""`dlcalc kl` as its users type it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dlcalc
from tests.shell.running import invoke, run

CASES = json.loads((Path(__file__).parents[2] / "data" / "reference_kl.json").read_text())
ONE = ["--q", "0.5,2", "--p", "0,1"]


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_divergences_are_those_of_pytorch(case: dict[str, Any]) -> None:
    done = invoke(
        "kl", "--q", json.dumps(case["q"]), "--p", json.dumps(case["p"]), "--check", "-f", "json"
    )
    assert done.status == 0, done.err
    record = json.loads(done.out)
    assert record["kl"] == pytest.approx(case["kl"], rel=1e-12)
    assert all(each["passed"] for each in record["check"])
    assert dlcalc.kl(q=case["q"], p=case["p"]).kl == record["kl"]


def test_terms_apart() -> None:
    record = json.loads(invoke("kl", *ONE, "-f", "json").out)
    assert record == {
        "trace": 4.0,
        "mahalanobis": 0.25,
        "log_determinant": -2 * np.log(2),
        "kl": pytest.approx((4 + 0.25 - 2 * np.log(2) - 1) / 2),
    }
    assert invoke("kl", *ONE, "-f", "csv").out.startswith("trace,mahalanobis,log_determinant,kl\n")


def test_a_gaussian_in_a_file_and_on_stdin(tmp_path: Path) -> None:
    (tmp_path / "q.json").write_text('{"mean": [1, 0], "covariance": [2, 1]}')
    done = run(
        "kl", "--q", str(tmp_path / "q.json"), "--p", "-", "-f", "plain",
        stdin='{"mean": [0, 0], "covariance": 1}',
    )  # fmt: skip
    assert (done.status, done.out) == (0, "3 1 -0.693147 0.653426\n")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--q", "1,1"], "no p: a divergence is between two; give it with --p"),
        (["--q", "1,0", "--p", "0,1"], "q: sigma is 0; it must be above 0"),
        (["--q", "0,1e160", "--p", "0,1"],
         "q: sigma is 1e+160, and its square is no float but inf"),
        (["--q", "0,1e-160", "--p", "0,1", "--gradients"],
         "the gradients of KL(q‖p) are past the largest float, 1.8e308"),
        (["--q", "1,1,1", "--p", "0,1"],
         "q: probabilities add up to 1, not 3"),
        (["--q", '{"mean": [0, 0], "covariance": [[1, 2], [2, 1]]}', "--p", "0,1"],
         "covariance of q: not positive definite: its least eigenvalue is -1, "
         "and every one must be above 0"),
        (["--q", "0,1", "--p", '{"mean": [0, 0], "covariance": [[1, 2], [3, 9]]}'],
         "covariance of p: not symmetric: 2 at (0, 1), but 3 at (1, 0)"),
        (["--q", "0,1", "--p", '{"mean": [0, 0], "covariance": 1}'],
         "q has 1 dimensions, p has 2; they must agree"),
        (["--q", "0,1", "--p", '{"mean": 0, "covarance": 1}'],
         "--p: unknown field 'covarance'; did you mean covariance or log_variance?"),
        (["--q", "0,1", "--p", '{"mean": 0}'], "p: field 'covariance' is missing"),
        (["--q", "0,1", "--p", "NaN,1"],
         "--p: line 1: NaN is not a finite number; --allow-nonfinite lets it in"),
        (["--q", "1e200,1", "--p", "0,1"],
         "KL(q‖p) is past the largest float, 1.8e308: q and p are too far apart"),
    ],
)  # fmt: skip
def test_refuses(words: list[str], complaint: str) -> None:
    done = invoke("kl", *words)
    assert (done.status, done.out) == (2, "")
    assert done.complaint == complaint


@pytest.mark.parametrize(
    ("expected", "complaint"),
    [
        ("0.5", "kl: expected 0.5, is 0.931853 = (trace + mahalanobis + log_determinant − D)/2 "
         "= (4 + 0.25 + (−1.38629) − 1)/2 (in nats)"),
        ("1.8637", "the ½ left out gives that"),
        ("1.43185", "the − D left out gives that"),
        ("1.34438", "bits in place of nats gives that"),
        ("2.31815", "ln(det Σq/det Σp) gives that"),
        ("0.349397", "KL(p‖q), q and p exchanged, gives that"),
        ("0.278426", "σ in place of σ² gives that"),
        ("1.625", "the logarithm left out gives that"),
        ("0.806853", "the distance of the means left out gives that"),
        ("-0.931853", "a wrong sign gives that"),
        ('{"trace": 2}', "; σ in place of σ² gives that"),
        ('{"log_determinant": -0.6931}', "; σ in place of σ² gives that"),
        ('{"log_determinant": 1.3863}', "; q and p exchanged gives that"),
        ('{"mahalanobis": 0.0625}', "; q and p exchanged gives that"),
        ('{"mahalanobis": -0.25}', "; a wrong sign gives that"),
        ('{"trace": 2.0, "mahalanobis": 0.125}', "; σ in place of σ² gives that"),
        ('{"mahalanobis": 0.125}', "; half of it gives that"),
        ('{"kl": 1, "mahalanobis": 0.5}', "mahalanobis: expected 0.5, is 0.25 = "
         "(μ_q − μ_p)ᵀ @ Σ_p⁻¹ @ (μ_q − μ_p) = 0.5²"),
    ],
)  # fmt: skip
def test_expect_names_the_first_difference_and_the_slip(expected: str, complaint: str) -> None:
    done = invoke("kl", *ONE, "--expect", expected)
    assert done.status == 1
    assert complaint in done.complaint


@pytest.mark.parametrize(("expected", "slip"), [
    ("1.262864", "the entropy of q left out"), ("0.336453", "bits in place of nats"),
    ("-0.233211", "the sign of the logarithm exchanged"),
    ("0.0777371", "a mean in place of the sum"),
    ("-0.0645385", "the sum of ln(q/p), without q in front,"),
    ('{"entropy": -1.02965}', "a wrong sign"),
    ("0.209074", "KL(p‖q), q and p exchanged,"),
])  # fmt: skip
def test_a_slip_in_discrete_distributions_is_named(expected: str, slip: str) -> None:
    """q ln(q/p) of three outcomes is 0.458145, −0.086305 and −0.138629."""
    done = invoke("kl", "--q", "0.5,0.3,0.2", "--p", "0.2,0.4,0.4", "--expect", expected)
    assert done.complaint.endswith(f"; {slip} gives that")


def test_a_long_sum_says_how_many_terms_it_leaves_out() -> None:
    one = ",".join(["0.05"] * 20)
    out = invoke("kl", "--q", one, "--p", one, "--explain").out
    assert out.count(" + … 4 more terms") == 3


def test_expect_holds_gradients_too() -> None:
    done = invoke("kl", *ONE, "--gradients", "--expect", '{"gradients": {"mean_p": 0.5}}')
    assert done.status == 1
    assert done.complaint.startswith("gradients.mean_p element (0): expected 0.5, is -0.5 = −Σ_p⁻¹")
    right = '{"gradients": {"mean_q": [0.5], "covariance_p": [[-1.625]]}}'
    done = invoke("kl", *ONE, "--expect", right)
    assert (done.status, done.err) == (0, "dlcalc: agrees\n")
    assert done.out == invoke("kl", *ONE, "--gradients").out


def test_expect_has_an_entry_of_a_gradient_in_numbers() -> None:
    words = ["kl", "--q", '{"mean": [1, 2], "covariance": [2, 1]}',
             "--p", '{"mean": [0, 0], "covariance": 4}', "--gradients", "--expect"]  # fmt: skip
    done = invoke(*words, '{"gradients": {"covariance_q": [[1, 0], [0, -0.375]]}}')
    assert done.complaint.endswith(
        "is -0.125 = (Σ_p⁻¹ − Σ_q⁻¹)/2 = (0.25 − 0.5)/2; 1 of 4 elements differ"
    )
    done = invoke(*words, '{"gradients": {"mean_p": [-0.25, 0.5]}}')
    assert " is -0.5 = −Σ_p⁻¹ @ d = −(0·1 + 0.25·2) (d = μ_q − μ_p)" in done.complaint


def test_called_with_nothing_it_runs_its_example_and_explains_it() -> None:
    done = run("kl", "--explain", "--gradients")
    assert done.status == 0
    assert "worked example" in done.complaint
    assert "KL(q‖p) = (trace + mahalanobis + log_determinant − D)/2" in done.out
    assert "∂KL/∂Σ_p = (Σ_p⁻¹ − Σ_p⁻¹ @ (Σ_q + d @ dᵀ) @ Σ_p⁻¹)/2" in done.out


def test_a_failed_check_is_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    from dlcalc.numbers import gaussians as module

    right = module.kl_gradients
    monkeypatch.setattr(
        module, "kl_gradients", lambda q, p: right(q, p) | {"mean_p": right(q, p)["mean_q"]}
    )
    done = invoke("kl", *ONE, "--check")
    assert done.status == 1
    assert "mean_p" in done.out
    assert done.complaint.startswith("gradient of mean_p: off by")


def test_records_are_answered_and_a_bad_one_is_named() -> None:
    done = invoke("kl", stdin='run,q,p\na,"1,1","0,1"\nb,1,"0,1"\nc,"0,1","0,1"\n')
    assert done.status == 2
    assert done.out.splitlines() == [
        "run,q,p,trace,mahalanobis,log_determinant,kl",
        'a,"1,1","0,1",1.0,1.0,0.0,0.5', 'c,"0,1","0,1",1.0,0.0,0.0,0.0',
    ]
    assert done.complaint.startswith("standard input: line 3: q: neither a mean and a sigma")
    mean = '{"q": {"mean": [1, 0], "covariance": 1}, "run": 1}\n'
    found = json.loads(invoke("kl", "--p", '{"mean": [0, 0], "covariance": 1}', stdin=mean).out)
    assert (found["run"], found["kl"]) == (1, 0.5)
    cells = '"{""mean"": [1, 0], ""covariance"": 1}","{""mean"": [0, 0], ""covariance"": 1}"'
    assert invoke("kl", stdin=f"q,p\n{cells}\n").out.endswith(f"{cells},2.0,1.0,0.0,0.5\n")
    assert "for one divergence" in invoke("kl", "--gradients", stdin="q,p\n1,1\n").complaint
    missing = invoke("kl", "--p", "0,1", stdin="p\n0\n")
    assert "no q: a divergence is between two" in missing.complaint


def test_one_dimension_has_the_line_of_textbooks() -> None:
    out = invoke("kl", "--q", "1,2", "--p", "0,3", "--explain").out
    assert ("KL(q‖p) = ln(σ_p/σ_q) + (σ_q² + (μ_q − μ_p)²)/(2·σ_p²) − 1/2 = "
            "ln(3/2) + (2² + (1 − 0)²)/(2·3²) − 1/2 = 0.183243") in out


def test_a_gradient_is_explained_without_being_asked_for_otherwise() -> None:
    for place in ("mean_q", "gradients.mean_q:0"):
        assert "∂KL/∂μ_q = Σ_p⁻¹ @ d = 0.25·(−1)" in invoke("kl", "--q", "0,1", "--p", "1,2",
                                                            "--at", place).out


def test_what_stands_on_stdin_is_not_passed_over_for_the_worked_example() -> None:
    done = invoke("kl", stdin="foo\n1\n")
    assert (done.status, done.out) == (2, "")
    assert done.complaint.startswith("standard input: line 1: unknown field 'foo'; known: q, p")


def test_a_gaussian_by_the_logarithms_of_its_variances() -> None:
    given = {"mean": [0.3, -1], "log_variance": [0.5, -2]}
    same = {"mean": [0.3, -1], "covariance": np.exp([0.5, -2]).tolist()}
    assert dlcalc.kl(given, {"mean": [0, 0], "log_variance": 0}).kl == dlcalc.kl(
        same, {"mean": [0, 0], "covariance": 1}).kl
    # What a variational autoencoder adds: −½ Σ (1 + ln σ² − μ² − σ²).
    mean, log = np.array(given["mean"]), np.array(given["log_variance"])
    closed = -0.5 * (1 + log - mean**2 - np.exp(log)).sum()
    assert dlcalc.kl(given, {"mean": [0, 0], "log_variance": 0}).kl == pytest.approx(closed)


def test_discrete_distributions() -> None:
    """SciPy 1.17: rel_entr([0.1, 0.4, 0.5], [0.3, 0.3, 0.4]).sum()."""
    words = ["kl", "--q", "0.1,0.4,0.5", "--p", "0.3,0.3,0.4"]
    record = json.loads(invoke(*words, "--check", "-f", "json").out)
    assert record["kl"] == pytest.approx(0.11678337577100626, rel=1e-14)
    assert record["kl"] == pytest.approx(record["cross_entropy"] - record["entropy"])
    assert sum(record["terms"]) == pytest.approx(record["kl"])
    assert record["gradients"]["p"] == pytest.approx([-1 / 3, -4 / 3, -1.25])
    assert all(each["passed"] for each in record["check"])
    for wrong in ("0.16848", '{"entropy": 1.36096}'):
        assert "bits in place of nats gives that" in invoke(*words, "--expect", wrong).err
    del record["check"]
    assert invoke(*words, "--expect", json.dumps(record)).status == 0
    two = {"q": {"probabilities": [0.5, 0.5]}, "p": {"probabilities": [0.25, 0.75]}}
    assert dlcalc.kl(two).kl == pytest.approx(np.log(4 / 3) / 2)
    assert dlcalc.kl([0, 0.5, 0.5], [0.2, 0.4, 0.4]).kl == pytest.approx(np.log(1.25))
    # Slips are sought where an outcome has no probability, too, without a warning.
    [entry] = dlcalc.check([{"command": "kl --q 0,1,0 --p 0,0.5,0.5", "answer": 1}]).entries
    assert "bits in place of nats gives that" in entry.why


@pytest.mark.parametrize(
    ("q", "p", "told"),
    [("0.1,0.9", "0.5,0.5", True), ("0.1,0.8", "0.5,0.5", False), ("0,1", "0,1", False)],
)
def test_two_numbers_that_add_up_to_1_are_said_to_be_a_gaussian(
    q: str, p: str, told: bool
) -> None:
    done = invoke("kl", "--q", q, "--p", p, "-f", "json")
    assert done.status == 0
    assert done.err == (
        "dlcalc: q and p are read as MEAN,SIGMA; probabilities of two outcomes are written "
        f"'{{\"probabilities\": [{q.replace(',', ', ')}]}}'\n"
    ) * told
    assert "trace" in json.loads(done.out)


def test_discrete_distributions_as_records() -> None:
    records = 'q,p\n"0.1,0.4,0.5","0.3,0.3,0.4"\n"1,1","0,1"\n'
    lines = run("kl", "-f", "csv", stdin=records).out.splitlines()
    assert lines[0] == "q,p,trace,mahalanobis,log_determinant,kl"
    assert lines[1].startswith('"0.1,0.4,0.5","0.3,0.3,0.4",,,,0.116783')
    assert lines[2] == '"1,1","0,1",1.0,1.0,0.0,0.5'


@pytest.mark.parametrize(("q", "p", "complaint"), [
    ("0.1,0.4,0.5", "0.5,0.5", "q has 3 outcomes, p has 2; they must agree"),
    ("0.1,0.4,0.5", "0,0.5,0.5",
     "KL(q‖p) is infinite: p gives 0 to outcome 0, to which q gives 0.1"),
    ("0.1,0.4,0.6", "0.3,0.3,0.4", "q: probabilities add up to 1, not 1.1"),
    ("-0.1,0.6,0.5", "0.3,0.3,0.4", "q: a probability is not below 0, as -0.1 is"),
    ('{"probabilities": [1], "mean": 0}', "0.3,0.3,0.4",
     "q: unknown field 'mean'; known: probabilities"),
    ('{"probabilities": 1}', "0.3,0.3,0.4", "q: expected one row of probabilities"),
    ('{"mean": 0, "log_variance": 800}', "0,1",
     "log_variance of q: 800 is that of a variance which is no float but inf"),
    ('{"mean": 0, "log_variance": [[1]]}', "0,1",
     "log_variance of q: shape 1x1; expected a number a dimension"),
    ('{"mean": 0, "log_variance": 0, "covariance": 1}', "0,1",
     "q: covariance and log_variance say the same; give one"),
    ('{"covariance": 1}', "0,1", "q: field 'mean' is missing"),
])
def test_what_is_no_distribution_is_refused(q: str, p: str, complaint: str) -> None:
    done = invoke("kl", "--q", q, "--p", p)
    assert (done.status, done.out, done.err) == (2, "", f"dlcalc: {complaint}\n")


def test_infinite_gradients_are_refused() -> None:
    done = invoke("kl", "--q", "0,0.5,0.5", "--p", "0.2,0.4,0.4", "--gradients")
    assert done.err == (
        "dlcalc: the gradients of KL(q‖p) are infinite where a probability is 0\n"
    )
