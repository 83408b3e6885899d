"""Arrays within a record, saved as .npz under names that say where they stand."""

from pathlib import Path

import numpy as np

from dlcalc.output.answer import Answer
from dlcalc.output.files import save


def test_npz_keeps_the_arrays_of_nested_fields(tmp_path: Path) -> None:
    record = {
        "loss": 0.5,
        "steps": [{"h": np.array([1.0, 2.0])}],
        "gradients": {"weights": [np.array([[1.0]]), np.array([[2.0, 3.0]])], "biases": None},
        "words": ["a"],
        "none": [],
    }
    save(Answer(record, []), str(tmp_path / "answer.npz"), explain=False)
    with np.load(tmp_path / "answer.npz") as kept:
        found = {name: kept[name].tolist() for name in kept}
    assert found == {
        "loss": 0.5,
        "steps[0].h": [1.0, 2.0],
        "gradients.weights[0]": [[1.0]],
        "gradients.weights[1]": [[2.0, 3.0]],
    }
