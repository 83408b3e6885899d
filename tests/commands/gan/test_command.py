"""`dlcalc gan` as its users type it."""

import json
import pickle
import re
import signal
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import dlcalc
from dlcalc.commands.gan import answer
from dlcalc.commands.gan.answer import DEFAULTS
from dlcalc.commands.gan.training import Settings
from dlcalc.errors import DlcalcError
from tests.mnist import make_folder, mnist
from tests.pictures.test_png import decoded
from tests.shell.running import COMMAND, TIMEOUT, environment, invoke, run

QUICK = ["--generator", "linear 8; tanh; linear 2", "--discriminator", "linear 8; tanh; linear 1"]


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_json_gives_a_line_an_epoch_and_one_with_the_rest() -> None:
    done = invoke("gan", *QUICK, "--epochs", "3", "-f", "json")
    *epochs, last = records(done.out)
    assert [each["epoch"] for each in epochs] == [1, 2, 3]
    fields = ["epoch", "generator_loss", "discriminator_loss", "d_real", "d_fake", "seconds"]
    assert all(list(each) == fields for each in epochs)
    assert "epochs" not in last
    assert (last["modes"], last["samples"], sum(last["counts"])) == (
        8, 2000, round(2000 * last["share"])
    )  # fmt: skip
    assert "worked example: a ring of eight Gaussians" in done.complaint
    found = dlcalc.gan(epochs=3, generator=QUICK[1], discriminator=QUICK[3])
    assert [each.generator_loss for each in found.epochs] == [
        each["generator_loss"] for each in epochs
    ]
    record = found.to_dict()
    assert {name: record[name] for name in last} == last
    again = pickle.loads(pickle.dumps(found))
    assert str(again) == str(found)
    assert "Losses at the end" in str(found)
    assert again.explain().startswith("J_real = −E(ln(D(x))) = ")


def test_help_gives_the_defaults_as_they_are() -> None:
    page = " ".join(invoke("gan", "--help").out.split())
    ring, images = ({**vars(Settings()), **DEFAULTS[name], **DEFAULTS[name]["settings"]}
                    for name in ("ring", "images"))
    for name in ("latent", "epochs", "learning_rate", "momentum"):
        assert f"({images[name]:g}; {ring[name]:g} for the ring)" in page
    for name in ("batch", "optimizer", "loss"):
        assert f"({ring[name]})" in page


def interrupted(form: str, lines: int) -> tuple[int, str, str]:
    """Status, stdout and stderr of a run that gets Ctrl-C once so many lines are there."""
    line = [*COMMAND, "gan", *QUICK, "--epochs", "100000", "-f", form]
    with subprocess.Popen(
        line, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL, bufsize=0,  # `communicate` loses what a buffer has read ahead
    ) as process:
        assert process.stdout is not None
        first = b"".join(process.stdout.readline() for _ in range(lines))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=TIMEOUT)
    return process.returncode, (first + out).decode(), err.decode()


@pytest.mark.parametrize(("form", "head"), [("json", 0), ("csv", 1), ("tsv", 1), ("plain", 0)])
def test_epochs_come_while_it_trains_and_ctrl_c_says_what_is_lost(form: str, head: int) -> None:
    status, out, err = interrupted(form, head + 2)
    assert status == 130
    rows = out.splitlines()[head:]
    found = [re.split("[, \t]", row.removeprefix('{"epoch": '))[0] for row in rows]
    assert found == [str(number) for number in range(1, len(rows) + 1)]
    note, stopped = err.splitlines()
    assert "worked example" in note
    assert re.fullmatch(
        r"dlcalc: stopped after (batch \d+ of )?epoch \d+, and the networks are lost; "
        r"--checkpoint FILE keeps them, for --resume to go on from", stopped
    )  # fmt: skip


@pytest.mark.parametrize("words", [
    [], ["--check"], ["--explain", "--table", "losses"], ["--precision", "2"],
])
@pytest.mark.parametrize(("form", "ending"), [("csv", "csv"), ("plain", "txt")])
def test_rows_that_came_one_by_one_are_the_whole_answer(
    form: str, ending: str, words: list[str], tmp_path: Path
) -> None:
    saved, state = tmp_path / f"r.{ending}", str(tmp_path / "state.npz")
    words = ["gan", *QUICK, *words, "-f", form, "--save", str(saved), "--checkpoint", state]
    for more in (["--epochs", "2"], ["--epochs", "4", "--resume"], ["--epochs", "4", "--resume"]):
        done = invoke(*words, *more)
        assert done.status == 0, done.err
        printed, whole = done.out.splitlines(), saved.read_text().splitlines()
        if form == "plain":  # what is saved is not rounded
            printed, whole = ([line[:4] for line in each] for each in (printed, whole))
        assert printed == whole


def test_one_table_has_no_title(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.arange(18.0).reshape(2, 3, 3))
    done = invoke("gan", "--data", str(tmp_path / "x.npy"), "--epochs", "2", "-f", "csv")
    head, *rows = done.out.splitlines()
    assert head.startswith("epoch,generator loss,")
    assert [row.split(",")[0] for row in rows] == ["1", "2"]


def test_what_is_expected_is_read_before_anything_is_trained() -> None:
    done = invoke("gan", *QUICK, "--epochs", "1", "-f", "csv", "--expect", '{"epochs": [}')
    assert (done.status, done.out) == (2, "")
    assert "--expect: line 1: not JSON" in done.err


@pytest.mark.parametrize(("words", "said"), [
    (["--table", "nope"], "--table: no table 'nope'; known: losses, samples within three"),
    (["--expect", '{"nope": 1}'], "--expect: the result has no field 'nope'"),
    (["--expect", '{"share": [1, 2]}'], "--expect: share: expected the shape 2, is a single"),
    (["--at", "nope"], "--at nope: the result has no field 'nope'"),
    (["--at", "epochs[1000000].discriminator_loss"], "--at epochs[1000000].discriminator_loss"),
    (["--save", "r.npy"], "r.npy: the result is no array"),
    (["--at", "epochs:0"], "--at epochs:0: no working by itself"),
    (["--at", "epochs"], "--at epochs: epochs has parts: say which, as epochs[0].epoch"),
    (["--at", "loss:0"], "--at loss:0: loss is text, which has no index"),
])
def test_what_no_training_can_answer_is_refused_before_it_begins(
    words: list[str], said: str, tmp_path: Path
) -> None:
    state = tmp_path / "state.npz"
    for form in ("csv", "json", "table"):
        done = invoke(
            "gan", *QUICK, "--epochs", "2", "-f", form, "--checkpoint", str(state), *words
        )
        assert (done.status, done.out) == (2, "")
        assert done.complaint.startswith(said)
        assert not state.exists()


def test_tables_of_classes_and_checks_are_known_before_it_begins(tmp_path: Path) -> None:
    folder = str(make_folder(tmp_path / "data"))
    words = ["--data", folder, "--epochs", "1", "--batch", "100", "--generator", "linear 36; tanh"]
    shown = invoke("gan", *words, "--evaluate", "--table", "samples by class", "-f", "csv")
    assert shown.out.startswith("class,samples,share\n0,")
    refused = invoke("gan", *words, "--table", "samples by class")
    assert (refused.status, refused.out) == (2, "")
    checked = invoke("gan", *QUICK, "--epochs", "1", "--check", "--table", "check", "-f", "csv")
    assert (checked.status, checked.out[:9]) == (0, "gradient,")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_after_saving_and_resume_goes_on_to_the_same_bytes(
    number: signal.Signals, status: int, tmp_path: Path
) -> None:
    state, whole = str(tmp_path / "state.npz"), str(tmp_path / "whole.npz")
    words = ["gan", *QUICK, "--batch", "32", "-f", "json", "--checkpoint"]
    with subprocess.Popen(
        [*COMMAND, *words, state, "--epochs", "100000"], env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(number)
        _, err = process.communicate(timeout=TIMEOUT)
    assert process.returncode == status
    stopped = re.search(r"stopped after (?:batch \d+ of )?epoch (\d+), and all of it", err.decode())
    assert stopped, err
    epochs = str(int(stopped[1]) + 1)
    resumed = invoke(*words, state, "--resume", "--epochs", epochs)
    assert resumed.status == 0, resumed.err
    assert invoke(*words, whole, "--epochs", epochs).status == 0
    assert (tmp_path / "state.npz").read_bytes() == (tmp_path / "whole.npz").read_bytes()
    again = invoke(*words, state, "--resume", "--epochs", "1")
    assert again.status == 2
    assert f"{epochs} epochs are done already; --epochs asks for 1" in again.err


def test_the_same_run_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        done = invoke(
            "gan", *QUICK, "--epochs", "2", "--checkpoint", str(folder / "state.npz"),
            "--samples", str(folder / "samples.svg"), "--plot", str(folder / "losses.svg"),
        )  # fmt: skip
        assert done.status == 0, done.err
    for each in (tmp_path / "a").iterdir():
        assert each.read_bytes() == (tmp_path / "b" / each.name).read_bytes()


def test_people_get_a_table_charts_and_the_verdict() -> None:
    out = invoke("gan", *QUICK, "--epochs", "30", "--explain", "--check").out
    assert "J_D = J_real + J_fake = " in out
    assert "∂J_D/∂q_real = D(x) − 1 = " in out
    assert "● generator   ◆ discriminator" in out
    assert "⠿ samples   ● modes" in out
    assert "one epoch in 2; json and csv have them all" in out
    assert "generator.linear1.weight" in out
    assert " modes are covered" in out
    rows = invoke("gan", *QUICK, "--epochs", "30", "-f", "csv").out.split("\n\n")[0].splitlines()
    assert rows[0] == "epoch,generator loss,discriminator loss,D(x),D(G(z)),seconds"
    assert len(rows) == 31


@pytest.mark.parametrize("loss", ["non_saturating", "minimax", "least_squares"])
def test_the_working_of_each_loss_comes_out_at_its_value(loss: str) -> None:
    words = ["gan", *QUICK, "--epochs", "1", "--loss", loss, "--explain", "-f", "json"]
    epoch, last = records(invoke(*words).out)
    steps = {each["name"]: each for each in last["working"]}
    assert steps["J_D"]["value"] == epoch["discriminator_loss"]
    assert steps["J_G"]["value"] == epoch["generator_loss"]
    assert steps["∂J_D/∂q_real"]["value"] == epoch["d_real"] - 1
    wanted = -epoch["d_fake"] if loss == "minimax" else epoch["d_fake"] - 1
    assert steps["∂J_G/∂q_fake"]["value"] == wanted
    for each in steps.values():
        if each["numbers"] and each["name"] != "share":
            numbers = each["numbers"].replace("−", "-").replace("·", "*")
            assert eval(numbers) == pytest.approx(each["value"])  # noqa: S307


def test_pictures_of_the_ring(tmp_path: Path) -> None:
    svg, png, plot = (tmp_path / name for name in ("s.svg", "s.png", "losses.svg"))
    words = ["gan", *QUICK, "--epochs", "2", "--samples"]
    assert invoke(*words, str(svg), "--plot", str(plot)).status == 0
    assert invoke(*words, str(png)).status == 0
    drawn = ElementTree.fromstring(svg.read_text())
    assert len(drawn.findall(".//{*}circle")) > 8
    for words_in in ("generator", "discriminator", "epoch", "loss"):
        assert f">{words_in}<" in plot.read_text()
    width, height, colour, rows = decoded(png.read_bytes())
    assert (width, height, colour) == (400, 400, 2)
    assert {row[3 * x : 3 * x + 3] for row in rows for x in range(width)} == {
        b"\xff\xff\xff", b"\xbb\xbb\xbb", b"\x00\x72\xb2"
    }  # fmt: skip


@pytest.mark.parametrize("last", ["tanh", "sigmoid"])
def test_images_and_their_classes(last: str, tmp_path: Path) -> None:
    folder, png = make_folder(tmp_path / "data", packed=True), tmp_path / "samples.png"
    done = invoke(
        "gan", "--data", str(folder), "--epochs", "60", "--batch", "100", "--evaluate",
        "--samples", str(png), "-f", "json",
        "--generator", f"linear 32; batchnorm; leaky_relu 0.2; linear 36; {last}",
    )  # fmt: skip
    assert (done.status, done.err) == (0, "")
    last_record = records(done.out)[-1]
    assert last_record["classifier_accuracy"] > 0.95
    assert sum(last_record["classes"]) == last_record["samples"] == 1000
    assert last_record["classes_present"] >= 4
    width, height, colour, _ = decoded(png.read_bytes())
    assert (width, height, colour) == (10 * 6 + 9 * 2, 10 * 6 + 9 * 2, 0)


@pytest.mark.skipif(mnist() is None, reason="MNIST is not at hand")
def test_an_epoch_of_mnist() -> None:
    done = invoke("gan", "--data", str(mnist()), "--epochs", "1", "--batch", "1000", "-f", "json")
    epoch, last = records(done.out)
    assert (last["examples"], last["shape"], last["latent"]) == (60000, [28, 28], 64)
    assert 0 < epoch["d_fake"] < epoch["d_real"] < 1


def test_expect_and_save(tmp_path: Path) -> None:
    words = ["gan", *QUICK, "--epochs", "1", "--save", str(tmp_path / "r.json"), "-f", "json"]
    assert invoke(*words).status == 0
    assert invoke(*words, "--expect", str(tmp_path / "r.json")).status == 0
    [kept] = json.loads((tmp_path / "r.json").read_text())["epochs"]
    assert invoke(*words, "--expect", json.dumps({"epochs": [kept]})).status == 0
    kept["discriminator_loss"] = 9
    done = invoke(*words, "--expect", json.dumps({"epochs": [kept]}))
    assert done.status == 1
    assert "epochs[0].discriminator_loss: expected 9, is" in done.err
    assert "= J_real + J_fake = " in done.err


def test_fields_go_by_what_the_screen_calls_them() -> None:
    words = ["gan", *QUICK, "--epochs", "2", "-f", "csv", "--expect"]
    for expected, said in [
        ('{"share near a mode": 2}', "share: expected 2, is"),
        ('{"epochs": [{}, {"D(x)": 2}]}', "epochs[1].d_real: expected 2, is"),
        ('{"epochs": [{"generator loss": 9}, {}]}', "epochs[0].generator_loss: expected 9, is"),
    ]:
        assert said in invoke(*words, expected).err


def test_bad_checkpoints(tmp_path: Path) -> None:
    state = tmp_path / "state.npz"
    words = ["gan", *QUICK, "--epochs", "1", "--checkpoint", str(state)]
    assert invoke(*words).status == 0
    assert "made with seed 0, not 4" in invoke(*words, "--resume", "--seed", "4").err
    good = state.read_bytes()
    for data, said in (
        (good[:-30], "not an .npz file"), (b"", "not an .npz file"), (b"PK", "not an .npz file"),
    ):  # fmt: skip
        state.write_bytes(data)
        done = invoke(*words, "--resume")
        assert done.status == 2
        assert f"{state}: {said}" in done.err
    np.savez(state, a=np.zeros(3))
    assert "header is missing; this is no checkpoint" in invoke(*words, "--resume").err
    state.unlink()
    assert "no such file" in invoke(*words, "--resume").err


@pytest.mark.parametrize(("given", "said"), [
    ({"epochs": 0}, "epochs 0 is below 1"), ({"epochs": 10**7}, "10,000,000 are more than"),
    ({"latent": 0}, "latent 0 is below 1"), ({"batch": 0}, "batch 0 is below 1"),
    ({"seed": -1}, "seed -1 is below 0"), ({"learning_rate": float("inf")}, "inf is not above 0"),
    ({"momentum": 1}, "momentum: 1 is not from 0"), ({"optimizer": "rmsprop"}, "unknown optimizer"),
    ({"loss": "l2"}, "unknown loss 'l2'"), ({"rate": 1}, "unknown parameter 'rate'"),
])  # fmt: skip
def test_the_python_function_refuses_what_the_command_line_does(
    given: dict[str, Any], said: str
) -> None:
    with pytest.raises(DlcalcError) as refused:
        dlcalc.gan(**given)
    assert said in str(refused.value)


def test_a_last_sigmoid_is_part_of_a_cross_entropy_alone() -> None:
    judge = "linear 4; tanh; linear 1; sigmoid"
    for loss, last in (("minimax", "linear 1"), ("least_squares", "sigmoid")):
        found = dlcalc.gan(epochs=1, generator=QUICK[1], discriminator=judge, loss=loss)
        assert found.made["discriminator"].endswith(last)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--data", "nowhere"], "nowhere: cannot be read: no such file or directory"),
        (["--data", "."], ".: none of the four files is there"),
        (["--data", "x.npy"], "x.npy: promises 72 bytes"),
        (["--data", "text"], "text: neither a folder, nor a file in IDX or .npy"),
        (["--data", "even.npy"], "even.npy: every pixel is 1; there is nothing to learn"),
        (["--data", "good.npy", "--evaluate"], "good.npy: --evaluate wants labels"),
        (["--evaluate"], "--evaluate wants labels: a folder"),
        (["--data", "good.npy", "--generator", "linear 10"],
         "generator: it gives 10; 9 belong there"),
        (["--data", "good.npy", "--samples", "s.svg"], "a grid of samples is a PNG"),
        (["--generator", "linaer 4"], "unknown layer type 'linaer'; did you mean linear"),
        (["--generator", "lenet"], "generator: "),
        (["--discriminator", "linear 2"], "discriminator: it gives 2; 1 belong there"),
        (["--discriminator", "sigmoid"], "no layers but the last sigmoid"),
        (["--loss", "minmax"], "unknown loss 'minmax'; did you mean minimax?"),
        (["--optimizer", "adm"], "unknown optimizer 'adm'; did you mean adam?"),
        (["--epochs", "0"], "is no whole number of at least 1"),
        (["--learning-rate", "0"], "learning_rate: 0 is not above 0"),
        (["--learning-rate", "nan"], "nan is not a finite number"),
        (["--momentum", "1"], "momentum: 1 is not from 0 to below 1"),
        (["--batch", "0"], "is no whole number of at least 1"),
        (["--plot", "a.png"], "--plot a.png: a picture is drawn as SVG"),
        (["--plot", "nowhere/a.svg"], "nowhere/a.svg: cannot be written: no such file"),
        (["--samples", "a.gif"], "--samples a.gif: points are drawn as SVG"),
        (["--checkpoint", "."], ".: cannot be written: is a directory"),
        (["--plot", "a.svg", "--samples", "./a.svg"], "two results would be written there"),
        (["--save", "a.xls"], "a.xls: ending '.xls' is not known"),
        (["--resume"], "--resume goes on from a checkpoint: name it with --checkpoint FILE"),
        (["--optimizer", "sgd", "--learning-rate", "1e30", "--loss", "least_squares"],
         "epoch 1, batch 1: the generator's loss is "),
    ],
)  # fmt: skip
def test_refuses(words: list[str], said: str, tmp_path: Path) -> None:
    np.save(tmp_path / "good.npy", np.arange(18.0).reshape(2, 3, 3))
    np.save(tmp_path / "even.npy", np.ones((2, 3, 3)))
    np.save(tmp_path / "x.npy", np.ones((1, 3, 3)))
    (tmp_path / "x.npy").write_bytes((tmp_path / "x.npy").read_bytes()[:-1])
    (tmp_path / "text").write_text("1 2 3\n")
    before = sorted(each.name for each in tmp_path.iterdir())
    done = run("gan", *words, cwd=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert "Traceback" not in done.err
    assert said in done.err.splitlines()[-1]
    assert sorted(each.name for each in tmp_path.iterdir()) == before


@pytest.mark.parametrize(("columns", "line"), [
    (80, f"[#{19 * '.'}] epoch 1 of 3, batch 17, 0:00:00 left"),
    (60, f"[#{19 * '.'}] epoch 1 of 3, batch 17, 0:00:00 left"),
    (59, "epoch 1 of 3, batch 17, 0:00:00 left"), (12, "epoch 1 of "),
])
def test_progress_stays_on_one_line(
    columns: int, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    training: Any = SimpleNamespace(history=[], batches=100, done=17)
    progress = answer.Progress(training, 3)
    progress.shown, progress.first, progress.last = True, 0, -1e9
    monkeypatch.setattr(answer, "monotonic", lambda: progress.start)
    monkeypatch.setattr(answer, "terminal_width", lambda stream: columns)
    progress.show(training)
    assert capsys.readouterr().err == f"\r\x1b[K{line}"
