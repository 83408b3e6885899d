"""A trained GAN as an answer: losses by epoch, quality, and the pictures of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dlcalc.output.answer import Answer, Block, Table, Text
from dlcalc.output.checks import check_records, check_table
from dlcalc.output.losses import thinned

if TYPE_CHECKING:
    from dlcalc.commands.gan.result import GanResult
    from dlcalc.commands.gan.training import Epoch, Training
    from dlcalc.numbers.differences import GradientCheck
    from dlcalc.pictures.terminal import Page

EPOCHS = "epochs"
"""The field of the record that holds the epochs."""
TITLE = "Losses"
FIELDS = ("epoch", "generator_loss", "discriminator_loss", "d_real", "d_fake", "seconds")
HEADERS = ("epoch", "generator loss", "discriminator loss", "D(x)", "D(G(z))", "seconds")


def epoch_record(epoch: Epoch) -> dict[str, Any]:
    """One epoch for programs."""
    return {name: getattr(epoch, name) for name in FIELDS}


def gan_answer(
    training: Training, result: GanResult, checks: Sequence[GradientCheck] | None, *,
    complete: bool, page: Page | None, findings: Sequence[str], **explained: Any,
) -> Answer:
    """Losses by epoch, the quality of the samples, and for a terminal their charts."""
    record: dict[str, Any] = {EPOCHS: [epoch_record(each) for each in result.epochs]}
    record |= _made_with(training)
    blocks: list[Block] = [_table(result.epochs, complete)]
    if page is not None and len(result.epochs) > 1:
        blocks.append(loss_chart(result.epochs, page))
    if result.ring is not None:
        record |= _ring_record(result)
        blocks.append(_ring_table(result))
        if page is not None:
            blocks.append(_ring_chart(result, page))
    if result.classes is not None:
        record |= _class_record(result)
        blocks.append(_class_table(result))
    if checks is not None:
        record["check"] = check_records(checks)
        blocks.append(check_table(checks))
    record["findings"] = list(findings)
    if findings:
        blocks.append(Text(findings))
    return Answer(record, blocks, main=EPOCHS, **explained)


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
    rows = [
        list(epoch_record(each).values()) for each in epochs if each.epoch in shown
    ]
    return Table(HEADERS, rows, title=TITLE, footnotes=(note,) if note else ())


def _ring_record(result: GanResult) -> dict[str, Any]:
    ring = result.ring
    assert ring is not None
    return {
        "samples": ring.samples, "modes_covered": ring.covered, "modes": ring.modes,
        "share": ring.share, "counts": ring.counts,
    }


def _ring_table(result: GanResult) -> Table:
    values = _ring_record(result)
    values["counts"] = " ".join(map(str, values["counts"]))
    headers = ("samples", "modes covered", "of", "share near a mode", "samples by mode")
    return Table(headers, [list(values.values())], title="Samples within three deviations")


def _class_record(result: GanResult) -> dict[str, Any]:
    found = result.classes
    assert found is not None
    return {
        "samples": sum(found.counts), "classifier_accuracy": found.accuracy,
        "classes_present": found.present, "classes": found.counts, "confidence": found.confidence,
    }


def _class_table(result: GanResult) -> Table:
    found = result.classes
    assert found is not None
    total = sum(found.counts)
    rows = [(name, count, count / total) for name, count in enumerate(found.counts)]
    notes = (
        f"by a classifier that is right on {found.accuracy:.2%} of the test images, and gives "
        f"its choice {found.confidence:.2f} on average",
    )
    return Table(("class", "samples", "share"), rows, title="Samples by class", footnotes=notes)


def loss_chart(epochs: Sequence[Epoch], page: Page) -> Text:
    """Both losses against the epoch, in characters."""
    from dataclasses import replace

    from dlcalc.pictures.terminal import line_chart

    return Text(line_chart(*_series(epochs), replace(page, x_label="epoch")).split("\n"))


def loss_picture(epochs: Sequence[Epoch]) -> bytes:
    """The same as SVG."""
    from dlcalc.pictures.svg import Sheet, line_chart

    sheet = Sheet(title="Losses of generator and discriminator", x_label="epoch", y_label="loss")
    return line_chart(*_series(epochs), sheet).encode()


def _series(epochs: Sequence[Epoch]) -> tuple[dict[str, list[float]], list[int]]:
    losses = {
        "generator": [each.generator_loss for each in epochs],
        "discriminator": [each.discriminator_loss for each in epochs],
    }
    return losses, [each.epoch for each in epochs]


def _ring_chart(result: GanResult, page: Page) -> Text:
    from dataclasses import replace

    from dlcalc.pictures.terminal import scatter

    page = replace(page, width=min(page.width, 56), height=27)
    clouds, marked = {"samples": result.samples.tolist()}, {"modes": result.modes.tolist()}
    return Text(scatter(clouds, marked, page).split("\n"))
