"""`dlcalc posterior` as its users type it."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import dlcalc
from dlcalc.commands.posterior.answer import densities, posterior
from dlcalc.commands.posterior.mixture import log_density
from tests.shell.running import invoke, run

APART = '{"weights": [0.5, 0.5], "means": [-3, 3], "covariances": [1, 1]}'
OVERLAP = '{"weights": [0.5, 0.5], "means": [-1, 1], "covariances": [1, 1]}'


def test_json_lists_every_fit_and_every_shape() -> None:
    record = json.loads(invoke("posterior", APART, "-f", "json").out)
    found = [(fit["objective"], fit["family"], fit["covers"]) for fit in record["fits"]]
    assert found == [
        ("KL(q||p)", family, covers) if objective else ("KL(p||q)", family, covers)
        for family in ("diagonal", "full")
        for objective, covers in ((1, [1]), (1, [2]), (1, [1, 2]), (0, [1, 2]))
    ]
    assert {"mean", "covariance", "divergence"} < record["fits"][0].keys()
    assert record["fits"][3]["covariance"] == [[10.0]]
    assert [shape["learnable"] for shape in record["shapes"]] == ["yes", "yes", "yes", "no"]
    values = json.loads(APART)
    assert dlcalc.posterior(**values).fits[0].divergence == record["fits"][0]["divergence"]


def test_the_picture_and_the_verdict_stand_below_the_table() -> None:
    done = invoke("posterior", OVERLAP)
    assert done.status == 0
    assert re.search(r"a broad q over all components +yes +the minimum of KL\(p\|\|q\)", done.out)
    assert re.search(r"q on component 1 +no +no minimum", done.out)
    assert "● p   ◆ q1 min KL(q||p)   ▲ q2 min KL(p||q)" in done.out
    csv = invoke("posterior", OVERLAP, "-f", "csv").out
    assert "●" not in csv
    assert "objective,family,mean,covariance,divergence,covers,best\n" in csv


@pytest.mark.parametrize("mixture", [OVERLAP, APART.replace("-3, 3", "[-3, 1], [3, 0]")])
def test_plot_draws_p_in_blue_and_each_q_in_red(mixture: str, tmp_path: Path) -> None:
    picture = tmp_path / "posterior.svg"
    assert invoke("posterior", mixture, "--starts", "0", "--plot", str(picture)).status == 0
    text = picture.read_text()
    ElementTree.fromstring(text)
    assert 'stroke="blue"' in text
    assert 'stroke="red"' in text
    assert "min KL(p||q)" in text


def test_stdin_explain_and_check() -> None:
    done = run("posterior", "--explain", "--check", "-f", "json", stdin=OVERLAP)
    record = json.loads(done.out)
    assert [each["gradient"] for each in record["check"]][-1] == "factor at the whole"
    assert all(each["passed"] for each in record["check"])
    names = [step["name"] for step in record["working"]]
    assert names[:2] == ["m", "S"]
    assert names.count("KL(q‖p)") == names.count("KL(p‖q)") == 2


def test_expect_shows_the_working_of_the_divergence_that_differs() -> None:
    record = json.loads(invoke("posterior", OVERLAP, "-f", "json").out)
    assert invoke("posterior", OVERLAP, "--expect", json.dumps(record)).status == 0
    assert invoke("posterior", OVERLAP, "--seed", "7", "--expect", json.dumps(record)).status == 0
    record["fits"][1]["divergence"] = 0.5
    done = invoke("posterior", OVERLAP, "--expect", json.dumps(record))
    assert done.status == 1
    assert done.complaint.startswith(
        "fits[1].divergence: expected 0.5, is 0.00974277 = H(q) − H(p) = "
    )


def test_called_with_nothing_it_runs_its_example() -> None:
    done = run("posterior", "-f", "plain")
    assert done.status == 0
    assert "worked example" in done.err.splitlines()[0]
    assert done.out.startswith("KL(q||p) diagonal ")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([OVERLAP.replace("0.5]", "0.6]")], "weights: they add up to 1.1, and must add up to 1"),
        ([OVERLAP.replace("weights", "weight")], "unknown field 'weight'; did you mean weights?"),
        ([OVERLAP.replace("[1, 1]", "[1, -1]")],
         "covariance of component 2: not positive definite: the variance at (0, 0) is -1, "
         "and must be above 0"),
        ([OVERLAP.replace("-1, 1", "[0, 0, 0], [1, 1, 1]")],
         "means: 3 dimensions; the quadrature is for one or two"),
        (["nothing.json"], "nothing.json: no such file, and no JSON either"),
        ([OVERLAP, "--plot", "a.png"],
         "--plot a.png: a picture is drawn as SVG: name it so, FILE.svg"),
        ([OVERLAP, "--save", "a.npy"],
         "a.npy: the result is no array; save it as .json, .csv or .txt"),
        ([OVERLAP, "--starts", "-1"],
         "invalid value for '--starts': '-1' is no whole number from 0 to 1000"),
    ],
)  # fmt: skip
def test_refuses(words: list[str], complaint: str) -> None:
    done = invoke("posterior", *words)
    assert (done.status, done.out) == (2, "")
    assert done.complaint == complaint


@pytest.mark.parametrize(("means", "covariances"), [
    ([-3, 3, 100], [1, 1e-4, 30]),
    ([[-2, 0], [2, 1], [0, 9]], [[[1, 0], [0, 1]], [[1e-5, 0], [0, 1e-4]], [[1, 0], [0, 1]]]),
])
def test_a_peak_narrower_than_the_grid_is_in_the_picture(means: Any, covariances: Any) -> None:
    found = posterior([0.2, 0.5, 0.3], means, covariances, starts=0)
    _, drawn = densities(found, 81)
    peak = np.exp(log_density(found.p, np.reshape(means[1], (-1, 1))).value[0])
    assert np.max(drawn["p"]) == pytest.approx(peak, rel=1e-9)


def test_each_curve_of_the_picture_has_a_dash_of_its_own(tmp_path: Path) -> None:
    plot = tmp_path / "p.svg"
    assert invoke("posterior", "--starts", "0", "--plot", str(plot)).status == 0
    dashes = re.findall(r'stroke="red" stroke-width="2"([^/]*)/>', plot.read_text())
    assert len(set(dashes)) == 7
