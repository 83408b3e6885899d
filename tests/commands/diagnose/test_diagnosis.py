"""Bias and variance from two errors or a curve, and the remedies that follow."""

import pytest

from dlcalc.commands.diagnose.answer import diagnose, learning_curve, remedies
from dlcalc.errors import InputError


@pytest.mark.parametrize(
    ("train", "test", "target", "expected"),
    [
        (0.01, 0.11, 0.02, "variance"),
        (0.15, 0.16, 0.02, "bias"),
        (0.15, 0.30, 0.02, "both"),
        (0.005, 0.01, 0.02, "neither"),
        (0.02, 0.02, 0.02, "neither"),
        (0.03, 0.02, 0.02, "neither"),
        (0.3, 0.1, 0.02, "bias"),
        (15, 30, 2, "both"),
        (0.25, 1.0, 0.0, "both"),
        (0.249, 1.0, 0.0, "variance"),
        (0.751, 1.0, 0.0, "bias"),
    ],
)
def test_diagnosis(train: float, test: float, target: float, expected: str) -> None:
    found = diagnose(train, test, target=target)
    assert found.diagnosis == expected
    assert found.bias + found.gap == pytest.approx(found.excess)


def test_remedies_where_training_error_is_acceptable_and_test_error_is_not() -> None:
    found = {each.remedy: each.helps for each in diagnose(0.02, 0.2).remedies}
    assert found == {
        "more examples": "yes",
        "fewer features": "yes",
        "more features": "no",
        "another optimiser (RMSprop, Adam)": "no",
        "Newton's method": "no",
        "smaller λ (less regularisation)": "no",
        "larger λ (more regularisation)": "yes",
        "an SVM (support vector machine)": "maybe",
        "dropout": "yes",
        "early stopping": "yes",
        "data augmentation": "yes",
        "a larger model": "no",
        "a smaller model": "yes",
        "more epochs": "no",
    }


def test_remedies_against_bias() -> None:
    found = {each.remedy: each.helps for each in diagnose(0.2, 0.21).remedies}
    assert [name for name, helps in found.items() if helps == "yes"] == [
        "more features",
        "smaller λ (less regularisation)",
        "a larger model",
    ]
    assert found["more epochs"] == found["another optimiser (RMSprop, Adam)"] == "maybe"
    assert found["more examples"] == found["dropout"] == "no"


def test_remedies_against_both_and_neither() -> None:
    both = {each.remedy: each.helps for each in diagnose(0.2, 0.4).remedies}
    assert both["more examples"] == "yes"
    assert both["larger λ (more regularisation)"] == both["a larger model"] == "maybe"
    assert both["more epochs"] == "no"
    assert {each.helps for each in diagnose(0.01, 0.02).remedies} == {"no"}


@pytest.mark.parametrize("facts", remedies())
def test_no_remedy_is_without_a_reason_of_one_line(facts: object) -> None:
    for errors in ((0.02, 0.2), (0.2, 0.21), (0.2, 0.4), (0.01, 0.02)):
        for each in diagnose(*errors).remedies:
            assert each.why
            assert "\n" not in each.why


@pytest.mark.parametrize(
    ("tests", "early", "longer"),
    [
        ([0.5, 0.3, 0.2, 0.3], "yes", "no"),
        ([0.5, 0.4, 0.3, 0.2], "no", "yes"),
        ([0.5, 0.3, 0.2, 0.2], "no", "no"),
        ([0.5, 0.4, 0.35, 0.32, 0.3, 0.28, 0.26, 0.25], "no", "yes"),  # over its last quarter
    ],
)
def test_epochs_decide_early_stopping(tests: list[float], early: str, longer: str) -> None:
    rows = [(epoch, 0.01, error) for epoch, error in enumerate(tests, 1)]
    found = diagnose(curve=learning_curve("epochs", rows))
    assert found.diagnosis == "variance"
    helps = {each.remedy: each.helps for each in found.remedies}
    assert (helps["early stopping"], helps["more epochs"]) == (early, longer)
    assert len(found.findings) == 1


@pytest.mark.parametrize(("trains", "tests", "early", "longer"), [
    ([0.3, 0.2, 0.15], [0.35, 0.3, 0.25], "no", "yes"),  # both still fall
    ([0.3, 0.2, 0.15], [0.35, 0.25, 0.3], "maybe", "maybe"),  # the test error rises again
    ([0.3, 0.15, 0.15], [0.35, 0.25, 0.3], "maybe", "no"),
    ([0.3, 0.15, 0.15], [0.35, 0.25, 0.25], "no", "no"),
])
def test_a_curve_decides_of_both_parts_too(
    trains: list[float], tests: list[float], early: str, longer: str
) -> None:
    found = diagnose(curve=learning_curve("epochs", [*zip((1, 2, 3), trains, tests, strict=True)]))
    assert found.diagnosis == "both"
    helps = {each.remedy: each for each in found.remedies}
    assert (helps["early stopping"].helps, helps["more epochs"].helps) == (early, longer)
    assert all(each in helps["more epochs"].why for each in found.findings)


@pytest.mark.parametrize(("last", "expected"), [(0.2, "yes"), (0.39, "maybe")])
def test_examples_decide_more_of_them(last: float, expected: str) -> None:
    rows = [(100, 0.0, 0.6), (200, 0.01, 0.4), (400, 0.02, last)]
    found = diagnose(curve=learning_curve("examples", rows))
    [more] = [each for each in found.remedies if each.remedy == "more examples"]
    assert more.helps == expected
    assert more.why in found.findings


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "0 of the two or more rows"),
        ([(1, 0.1, 0.2)], "1 of the two or more rows"),
        ([(1, 0.1, 0.2), (1, 0.1, 0.2)], "row 2: epochs 1 after 1; they must rise"),
        ([(1, 0.1, 0.2), (2, -0.1, 0.2)], "row 2: -0.1 is not 0 or more"),
        ([(1, 0.1, float("nan")), (2, 0.1, 0.2)], "row 1: nan is not 0 or more"),
    ],
)
def test_what_is_no_curve_is_refused(rows: list[tuple[float, ...]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        learning_curve("epochs", rows)


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        (-0.1, 0.2, "training error: -0.1; it must be a number, 0 or more"),
        (0.1, float("inf"), "test error: inf"),
        (float("nan"), 0.2, "training error: nan"),
        (None, 0.2, "training error: none given"),
        (0.1, None, "test error: none given"),
    ],
)
def test_what_is_no_error_is_refused(train: float | None, test: float | None, message: str) -> None:
    with pytest.raises(InputError, match=message):
        diagnose(train, test)


def test_a_target_is_read_as_the_errors_are() -> None:
    assert diagnose("2%", 0.2, target="1%").target == 0.01
    with pytest.raises(InputError, match=r"target: -0\.1; it must be a number"):
        diagnose(0.02, 0.2, target=-0.1)


def test_errors_and_a_curve_are_not_both_taken() -> None:
    curve = learning_curve("epochs", [(1, 0.5, 0.6), (2, 0.3, 0.5)])
    with pytest.raises(InputError, match="not both"):
        diagnose(0.1, 0.2, curve=curve)


def test_columns_are_no_curve() -> None:
    with pytest.raises(InputError, match="expected columns examples,train_error,test_error"):
        diagnose(curve={"epoch": [1, 2]})  # type: ignore[arg-type]


def test_a_loss_needs_a_target() -> None:
    with pytest.raises(InputError, match="test error: 9 is above 1, so it is no rate: write 9%"):
        diagnose(1, 9)
    assert diagnose(1, 9, target=2).diagnosis == "variance"
