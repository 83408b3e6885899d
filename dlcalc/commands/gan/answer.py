"""A trained GAN as an answer: losses by epoch, quality, and the pictures of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dlcalc.errors import InputError
from dlcalc.output.answer import Answer, Block, Table, Text
from dlcalc.output.training import check_records, check_table, thinned
from dlcalc.pictures.images import png, tiled

if TYPE_CHECKING:
    from dlcalc.commands.gan.data import Data
    from dlcalc.commands.gan.evaluation import Classes, Coverage
    from dlcalc.commands.gan.gan import GanResult
    from dlcalc.commands.gan.training import Epoch, Training
    from dlcalc.numbers.differences import GradientCheck
    from dlcalc.pictures.terminal import Page

EPOCHS = "epochs"
"""The field of the record that holds the epochs."""
COLUMNS = {
    "epoch": "epoch", "generator_loss": "generator loss",
    "discriminator_loss": "discriminator loss", "d_real": "D(x)", "d_fake": "D(G(z))",
    "seconds": "seconds",
}
"""What is written of an epoch: its fields, and their headers."""
GRID_COLUMNS = 10
PIXELS, MARGIN = 400, 1.25
"""Width of the ring's PNG, and how far it reaches beyond the outermost mode."""
WHITE, GREY, BLUE = b"\xff\xff\xff", b"\xbb\xbb\xbb", b"\x00\x72\xb2"


def gan_answer(
    training: Training, result: GanResult, checks: Sequence[GradientCheck] | None, *,
    complete: bool, page: Page | None, findings: Sequence[str], **explained: Any,
) -> Answer:
    """Losses by epoch, the quality of the samples, and for a terminal their charts."""
    record: dict[str, Any] = {EPOCHS: [epoch_record(each) for each in result.epochs]}
    record |= _made_with(training)
    blocks: list[Block] = [_table(result.epochs, complete)]
    if page is not None and len(result.epochs) > 1:
        blocks.append(_loss_chart(result.epochs, page))
    if result.ring is not None:
        covered = _ring_record(result.ring)
        record |= covered
        blocks.append(_ring_table(covered))
        if page is not None:
            blocks.append(_ring_chart(result, page))
    if result.classes is not None:
        record |= _class_record(result.classes)
        blocks.append(_class_table(result.classes))
    if checks is not None:
        record["check"] = check_records(checks)
        blocks.append(check_table(checks))
    record["findings"] = list(findings)
    if findings:
        blocks.append(Text(findings))
    return Answer(record, blocks, main=EPOCHS, **explained)


def epoch_record(epoch: Epoch) -> dict[str, Any]:
    """One epoch for programs."""
    return {name: getattr(epoch, name) for name in COLUMNS}


def _made_with(training: Training) -> dict[str, Any]:
    settings, data = training.settings, training.data
    return {
        "generator": training.generator.words, "discriminator": training.discriminator.words,
        "latent": training.latent, "loss": settings.loss, "optimizer": settings.optimizer,
        "learning_rate": settings.learning_rate, "momentum": settings.momentum,
        "batch": training.batch, "seed": settings.seed,
        "examples": data.count, "shape": data.shape,
    }


def _table(epochs: Sequence[Epoch], complete: bool) -> Table:
    shown, note = thinned([epoch.epoch for epoch in epochs], "epoch", complete)
    rows = [list(epoch_record(each).values()) for each in epochs if each.epoch in shown]
    footnotes = (note,) if note else ()
    return Table(tuple(COLUMNS.values()), rows, title="Losses", footnotes=footnotes)


def _ring_record(ring: Coverage) -> dict[str, Any]:
    return {
        "samples": ring.samples, "modes_covered": ring.covered, "modes": ring.modes,
        "share": ring.share, "counts": ring.counts,
    }


def _ring_table(record: dict[str, Any]) -> Table:
    row = list({**record, "counts": " ".join(map(str, record["counts"]))}.values())
    headers = ("samples", "modes covered", "of", "share near a mode", "samples by mode")
    return Table(headers, [row], title="Samples within three deviations")


def _class_record(found: Classes) -> dict[str, Any]:
    return {
        "samples": sum(found.counts), "classifier_accuracy": found.accuracy,
        "classes_present": found.present, "classes": found.counts, "confidence": found.confidence,
    }


def _class_table(found: Classes) -> Table:
    total = sum(found.counts)
    rows = [(name, count, count / total) for name, count in enumerate(found.counts)]
    note = (
        f"by a classifier that is right on {found.accuracy:.2%} of the test images, and gives "
        f"its choice {found.confidence:.2f} on average"
    )
    return Table(("class", "samples", "share"), rows, title="Samples by class", footnotes=(note,))


def _loss_chart(epochs: Sequence[Epoch], page: Page) -> Text:
    from dlcalc.pictures.terminal import line_chart

    return Text(line_chart(*_series(epochs), replace(page, x_label="epoch")).split("\n"))


def loss_picture(epochs: Sequence[Epoch]) -> str:
    """Both losses against the epoch, as SVG."""
    from dlcalc.pictures.svg import Sheet, line_chart

    sheet = Sheet(title="Losses of generator and discriminator", x_label="epoch", y_label="loss")
    return line_chart(*_series(epochs), sheet)


def _series(epochs: Sequence[Epoch]) -> tuple[dict[str, list[float]], list[int]]:
    losses = {
        "generator": [each.generator_loss for each in epochs],
        "discriminator": [each.discriminator_loss for each in epochs],
    }
    return losses, [each.epoch for each in epochs]


def _ring_chart(result: GanResult, page: Page) -> Text:
    from dlcalc.pictures.terminal import scatter

    page = replace(page, width=min(page.width, 56), height=27)
    clouds, marked = {"samples": result.samples.tolist()}, {"modes": result.modes.tolist()}
    return Text(scatter(clouds, marked, page).split("\n"))


def check_samples(path: str, ring: bool) -> None:
    """Refuse, before anything is trained, a picture of samples of another kind."""
    endings = (".png", ".svg") if ring else (".png",)
    if not path.lower().endswith(endings):
        what = "points are drawn as SVG or PNG" if ring else "a grid of samples is a PNG"
        raise InputError(f"{what}: name it so, FILE{endings[0]}").at(f"--samples {path}")


def sample_picture(path: str, samples: Any, data: Data) -> bytes:
    """A grid of images, or points over the modes, of the kind that the file's name asks for."""
    if data.marks is None:
        return _grid(samples, data)
    points, modes = samples.tolist(), data.marks.tolist()
    if path.lower().endswith(".png"):
        return _points_png(points, modes)
    from dlcalc.pictures.svg import Sheet, scatter

    sheet = Sheet(560, 580, "Samples over the modes", "x0", "x1")
    return scatter({"samples": points}, {"modes": modes}, sheet).encode()


def _grid(samples: Any, data: Data) -> bytes:
    """Images side by side, the range of the data from black to white."""
    scaled = (samples - data.low) * (255 / (data.high - data.low))
    shape = data.shape if len(data.shape) > 1 else (1, *data.shape)
    height, width, channels = (*shape, 1)[:3]
    pixels = scaled.clip(0, 255).round().astype("u1").reshape(-1, height, width * channels)
    images = [[row.tobytes() for row in image] for image in pixels]
    return png(tiled(images, GRID_COLUMNS, channels=channels), channels)


def _points_png(points: Sequence[Any], modes: Sequence[Any]) -> bytes:
    reach = MARGIN * max(abs(each) for mode in modes for each in mode)
    rows = [bytearray(WHITE * PIXELS) for _ in range(PIXELS)]
    for places, size, colour in ((modes, 9, GREY), (points, 1, BLUE)):
        for x, y in places:
            across, down = (round((1 + each / reach) / 2 * PIXELS) for each in (x, -y))
            _disc(rows, across, down, size, colour)
    return png([bytes(row) for row in rows], 3)


def _disc(rows: list[bytearray], across: int, down: int, size: int, colour: bytes) -> None:
    for y in range(max(0, down - size), min(PIXELS, down + size + 1)):
        for x in range(max(0, across - size), min(PIXELS, across + size + 1)):
            if (x - across) ** 2 + (y - down) ** 2 <= size * size:
                rows[y][3 * x : 3 * x + 3] = colour
