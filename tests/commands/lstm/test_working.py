"""The working of an LSTM: its order, its numbers, and that each formula gives its value."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dlcalc.commands.lstm.answer import LstmResult, lstm
from dlcalc.derive.derivation import value_of
from dlcalc.formulas.expressions import Step
from dlcalc.layers.cells.working import CellWorking
from tests.commands.lstm.cases import problem, undressed
from tests.shell.running import invoke


def steps_of(result: LstmResult, at: Any = None) -> list[Step]:
    return list(CellWorking(result).steps(at))


def name(step: Step) -> str:
    from dlcalc.formulas.text import formula_text

    return formula_text(step.name)


def test_the_order_is_that_of_the_work_by_hand() -> None:
    later = {key: [0.25, 0.5] for key in ("i", "f", "o", "g", "di", "df", "do", "dg", "dc")}
    names = [name(step) for step in steps_of(lstm(**problem(1, T=1) | {"next": later}))]
    wanted = [
        "Forward, step 1", "z\u0302_1", "i_1", "f_1", "o_1", "g_1", "c_1", "h_1",
        "Backward, step 1", "Step 2", "δz\u0302_i,2", "δz\u0302_g,2", "(r_1; δx_2)", "δh_1",
        "δo_1", "δc_1", "δi_1", "δf_1", "δg_1", "δz\u0302_i,1", "δz\u0302_1", "δW", "δb",
        "(δh_0; δx_1)", "δc_0",
    ]
    assert [each for each in names if each in wanted] == wanted


def test_of_many_steps_the_first_and_last_are_shown_and_any_on_demand() -> None:
    result = lstm(**problem(1, T=20))
    names = [name(step) for step in steps_of(result)]
    assert "… and 16 more steps" in names
    assert "Forward, step 9" not in names
    assert "Forward, step 9" in [name(step) for step in steps_of(result, (8,))]


def test_of_very_many_steps_too() -> None:
    result = lstm(**problem(1, T=3000))
    names = [name(step) for step in steps_of(result)]
    assert names.index("c_3000") < names.index("δc_3000") < names.index("δc_1")
    assert CellWorking(result).element("steps[1500].dc", (0,)) is not None


@pytest.mark.parametrize(
    ("field", "index", "value"),
    [
        ("steps[1].i", (1,), lambda r: r.gates["i"][1, 1]),
        ("steps[1].dh", (0,), lambda r: r.dh[1, 0]),
        ("steps[2].dh", (0,), None),
        ("steps[0].dz", (5,), lambda r: r.dz[0, 5]),
        ("dW", (3, 2), lambda r: r.dW[3, 2]),
        ("db", (3,), lambda r: r.db[3]),
        ("dx", (1, 2), lambda r: r.dx[1, 2]),
        ("dh0", (1,), lambda r: r.dh0[1]),
        ("dc0", (1,), lambda r: r.dc0[1]),
    ],
)
def test_elements_come_with_a_sum_that_gives_them(field: str, index: Any, value: Any) -> None:
    result = lstm(**problem(9, T=3))
    step = CellWorking(result).element(field, index)
    assert step is not None
    if value is None:
        assert not step.numbers
        return
    for numbers in step.numbers:
        assert value_of(undressed(numbers), {}) == pytest.approx(value(result))


def test_json_keeps_every_value_as_numbers() -> None:
    done = invoke("lstm", "--explain", "-f", "json")
    [c] = [row for row in json.loads(done.out)["working"] if row["name"] == "c_1"]
    assert c["formula"] == "f_1 ⊙ c_0 + i_1 ⊙ g_1"
    assert len(c["value"]) == 2
    assert re.fullmatch(r"\(0\.75\d+; 0\.77\d+\) ⊙ \(1\.0; −0\.5\) \+ .*", c["numbers"])


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_compiles(tmp_path: Path) -> None:
    done = invoke("lstm", "--activation", "f=relu", "--explain", "-f", "latex")
    (tmp_path / "working.tex").write_text(done.out, encoding="utf-8")
    assert r"\begin{bmatrix} 0.5 \\ -0.25 \\ 0.5 \end{bmatrix}" in done.out
    compiled = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "working.tex"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert compiled.returncode == 0, compiled.stdout[-600:]
