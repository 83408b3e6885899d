"""Arrays within a record, saved as .npz under names that say where they stand."""

from pathlib import Path

import numpy as np

from dlcalc.output.answer import Answer
from dlcalc.output.files import saved


def test_npz_keeps_the_arrays_of_nested_fields(tmp_path: Path) -> None:
    record = {
        "loss": 0.5,
        "steps": [{"h": np.array([1.0, 2.0])}],
        "gradients": {"weights": [np.array([[1.0]]), np.array([[2.0, 3.0]])], "biases": None},
        "words": ["a"],
        "none": [],
    }
    file = tmp_path / "answer.npz"
    file.write_bytes(saved(Answer(record, []), str(file), explain=False))
    with np.load(file) as kept:
        found = {name: kept[name].tolist() for name in kept}
    assert found == {
        "loss": 0.5,
        "steps[0].h": [1.0, 2.0],
        "gradients.weights[0]": [[1.0]],
        "gradients.weights[1]": [[2.0, 3.0]],
    }
