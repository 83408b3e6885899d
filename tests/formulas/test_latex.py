"""LaTeX output compiles, where a LaTeX is present."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.shell.running import invoke

LINES = [
    ["size", "-L", "33x20", "-F", "5x3", "-S", "2", "-D", "2x1", "-P", "1:2x0:1"],
    ["size", "-L", "4", "-F", "3", "-S", "2", "--ceil"],
    ["size", "-L", "32", "-F", "5", "-S", "2", "-O", "16", "--solve", "pad"],
    ["size", "-L", "4", "-F", "5", "-S", "2", "-P", "2", "--transposed", "--output-padding", "1"],
    ["conv", "--stride", "2", "--pad", "1"],
    ["conv", "-x", "1 2; 3 4", "-w", "-1.5e-9 1", "--upstream", "1; 1"],
    ["conv", "--transposed", "--stride", "2"],
    ["grad", "ẑ_1 = w_1_2*x + α_t; y = [ẑ_1, 2][0]/σ(w_); L_2 = max(y, x) - norm(y')^½",
     "w_1_2=1", "x=2", "α_t=1e-9", "w_=1"],
    ["vae"],
    ["grad", "z = w*x; L = relu(z) + abs(z)*σ(z)^2/3", "w=-1", "x=2"],
]  # fmt: skip


def compiles(source: str, folder: Path) -> None:
    (folder / "working.tex").write_text(source)
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "working.tex"],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    assert "Overfull" not in done.stdout
    assert (folder / "working.pdf").stat().st_size > 1000


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("words", LINES, ids=" ".join)
def test_working_compiles_as_it_is(words: list[str], tmp_path: Path) -> None:
    compiles(invoke(*words, "--explain", "-f", "latex").out, tmp_path)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_long_and_wide_tables_fit_their_page(tmp_path: Path) -> None:
    for place, line in enumerate([
        "params resnet50", "params lenet vgg16 deepseek-v3", "params resnet50 --as all", "models",
        "diagnose", "posterior", "docs notation", "docs conventions", "reduce lenet --layer C1",
    ]):
        (tmp_path / f"part{place}.tex").write_text(invoke(*line.split(), "-f", "latex").out)
    parts = "\n\n".join(f"\\input{{part{each}}}" for each in range(place + 1))
    head = "\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n"
    compiles(f"{head}{parts}\n\\end{{document}}\n", tmp_path)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_results_compile_in_a_document_with_amsmath(tmp_path: Path) -> None:
    parts = [invoke(*words, "-f", "latex").out for words in LINES]
    head = "\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n"
    compiles(head + "\n".join(parts) + "\\end{document}\n", tmp_path)
