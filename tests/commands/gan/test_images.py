"""IDX files and folders of them: read where they are whole, refused where they are not."""

from __future__ import annotations

import gzip
import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dlcalc.commands.gan.data import as_images, read_images
from dlcalc.errors import DlcalcError, FileError, ShapeError
from tests.mnist import NAMES, idx, make_folder, mnist
from tests.shell.running import invoke, run, shell

GOOD = idx(np.arange(24, dtype=np.uint8).reshape(4, 2, 3))
WORSE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "no IDX file: it begins with nothing, not as 00 00 08 03"),
    "wrong magic": (lambda: b"\x01" + GOOD[1:], "it begins with 01 00 08 03, not as 00 00 08 03"),
    "unknown type": (lambda: b"\0\0\x0a\x03" + GOOD[4:], "it begins with 00 00 0a 03"),
    "no axes": (lambda: b"\0\0\x08\0", "it begins with 00 00 08 00"),
    "one axis": (lambda: idx(np.arange(3, dtype=np.uint8)), "has 1 axes in its magic number"),
    "cut header": (lambda: GOOD[:9], "ends within its header of 16 bytes"),
    "cut": (lambda: GOOD[:-1], "promises 24 bytes for 4x2x3 and holds 23"),
    "trailing junk": (lambda: GOOD + b"x", "promises 24 bytes for 4x2x3 and holds more"),
    "no elements": (lambda: GOOD[:4] + struct.pack(">3I", 0, 2, 3), "shape 0x2x3, and no elements"),
    "absurd": (
        lambda: GOOD[:4] + b"\xff" * 12, "79,228,162,458,924,105,385,300,197,375 bytes; at most"
    ),
    "cut gzip": (lambda: gzip.compress(GOOD)[:-9], "a damaged gzip file"),
    "wrong crc": (
        lambda: gzip.compress(GOOD)[:-8] + b"\0\0\0\0" + gzip.compress(GOOD)[-4:],
        "a damaged gzip file: CRC check failed",
    ),
    "no gzip": (lambda: b"\x1f\x8b" + GOOD, "a damaged gzip file"),
    "bomb": (
        lambda: gzip.compress(GOOD + bytes(1 << 26)), "promises 24 bytes for 4x2x3 and holds more"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "said"), WORSE.values(), ids=WORSE)
def test_damaged_files_are_refused(make: Callable[[], bytes], said: str, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "data", packed=False)
    path = folder / NAMES[0]
    path.write_bytes(make())
    with pytest.raises(DlcalcError) as refused:
        read_images(str(folder))
    assert str(refused.value).startswith(f"{path}: ")
    assert said in str(refused.value)


@pytest.mark.parametrize("dtype", ["u1", "i1", ">i2", "<i4", ">f4", "<f8"])
@pytest.mark.parametrize("packed", [False, True])
def test_whole_ones_are_read(dtype: str, packed: bool, tmp_path: Path) -> None:
    array = np.arange(24).reshape(4, 2, 3).astype(dtype)
    (tmp_path / "x").write_bytes(gzip.compress(idx(array)) if packed else idx(array))
    found = read_images(str(tmp_path / "x")).train
    assert found.tolist() == array.tolist()
    assert found.dtype == array.dtype.newbyteorder("=")


@pytest.mark.parametrize("packed", [False, True])
def test_folders_are_read_and_what_is_missing_is_named(packed: bool, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "data", packed)
    found = read_images(str(folder))
    assert found.train.shape == (600, 6, 6)
    assert found.test_labels is not None
    assert found.test_labels.shape == (100,)
    ending = ".gz" if packed else ""
    (folder / (NAMES[3] + ending)).rename(folder / (NAMES[3].replace("-idx", ".idx") + ending))
    assert read_images(str(folder)).train.shape == (600, 6, 6)
    (folder / (NAMES[1] + ending)).unlink()
    with pytest.raises(FileError, match=f"missing: {NAMES[1]} "):
        read_images(str(folder))
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileError, match="none of the four files is there: train-images"):
        read_images(str(tmp_path / "empty"))


def test_files_of_a_folder_must_fit(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "data")
    (folder / NAMES[1]).write_bytes(idx(np.zeros(599, np.uint8)))
    with pytest.raises(ShapeError, match="599 labels for the 600 images of train-images"):
        read_images(str(folder))
    make_folder(folder)
    (folder / NAMES[2]).write_bytes(idx(np.zeros((100, 5, 6), np.uint8)))
    with pytest.raises(ShapeError, match="images of 5x6; those to train on are 6x6"):
        read_images(str(folder))
    (folder / NAMES[2]).write_bytes(idx(np.zeros(100, np.uint8)))
    with pytest.raises(DlcalcError, match="has 1 axes in its magic number; expected 3"):
        read_images(str(folder))


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [((5, 4, 3), (4, 3)), ((5, 4, 6, 3), (4, 6, 3)), ((5, 3, 4, 6), (4, 6, 3)), ((5, 9), (3, 3)),
     ((5, 7), (7,)), ((5,), None), ((5, 4, 4, 4), None), ((2, 2, 2, 2, 3), None)],
)  # fmt: skip
def test_shapes_of_images(shape: tuple[int, ...], wanted: tuple[int, ...] | None) -> None:
    array = np.arange(np.prod(shape)).reshape(shape)
    if wanted is None:
        with pytest.raises(ShapeError, match="images are count x height x width"):
            as_images(array)
        return
    data = as_images(array)
    assert data.shape == wanted
    out = np.empty((5, data.features), np.float32)
    data.take(np.arange(5), -1.0, out)
    assert (out.min(), out.max()) == (-1, 1)
    assert data.restore(out, -1.0) == pytest.approx(
        np.moveaxis(array, 1, 3) if shape == (5, 3, 4, 6) else array.reshape(5, *wanted), abs=1e-4
    )


def test_pixels_are_numbers_that_differ() -> None:
    for pixels, said in ((np.nan, "NaN or infinity"), (np.inf, "NaN or infinity"), (1, "is 1;")):
        array = np.ones((2, 3, 3))
        array[0, 0, 0] = pixels
        with pytest.raises(DlcalcError, match=said):
            as_images(array)


@pytest.mark.parametrize("words", [(), ("--allow-nonfinite",)])
def test_no_option_lets_nan_into_images(words: tuple[str, ...], tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.full((2, 3, 3), np.nan))
    done = invoke("gan", "--data", str(tmp_path / "x.npy"), *words)
    assert done.status == 2
    assert done.complaint == f"{tmp_path / 'x.npy'}: NaN or infinity among the pixels"


def test_npy_files_are_images_too(tmp_path: Path) -> None:
    stream = io.BytesIO()
    np.save(stream, np.linspace(0, 1, 50).reshape(2, 5, 5))
    (tmp_path / "x.npy").write_bytes(stream.getvalue())
    data = as_images(read_images(str(tmp_path / "x.npy")).train)
    assert (data.low, data.high, data.shape) == (0, 1, (5, 5))


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "x.gz").write_bytes(gzip.compress(GOOD))
    for line in ("dlcalc gan --data <(cat x.gz)", "zcat x.gz | dlcalc gan --data -"):
        done = shell(f"{line} --epochs 1 -f json | tail -1 | cut -d '\"' -f 1-4", cwd=tmp_path)
        assert done.out.startswith('{"generator": "linear 256; batchnorm;'), done.err
    done = run("gan", "--data", "-", stdin="1 2 3")
    assert done.complaint == "standard input: neither a folder, nor a file in IDX or .npy"


@pytest.mark.skipif(mnist() is None, reason="MNIST is not at hand")
def test_mnist_itself() -> None:
    found = read_images(str(mnist()))
    assert found.train.shape == (60000, 28, 28)
    assert found.train.mean() / 255 == pytest.approx(0.1307, abs=1e-4)
    assert found.train.std() / 255 == pytest.approx(0.3081, abs=1e-4)
    assert found.train_labels is not None
    assert found.train_labels[:4].tolist() == [5, 0, 4, 1]
    assert found.test is not None
    assert found.test.shape == (10000, 28, 28)
