"""A GAN prepared, trained as the command and as a function, and as an answer in pictures.

How good samples are is measured: the modes of the ring that they cover, or the classes of images.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import product
from math import prod
from time import monotonic
from types import FrameType
from typing import Any, NamedTuple

import numpy as np

from dlcalc.commands.gan.data import DEVIATION, MODES, Data, Images, as_images, centres, read_images
from dlcalc.commands.gan.data import ring as ring_of_gaussians
from dlcalc.commands.gan.training import (
    Descent,
    Epoch,
    Network,
    Settings,
    Training,
    check_training,
    from_arrays,
    gan_loss,
    output_of,
    to_arrays,
)
from dlcalc.errors import At, InputError, LimitError, require_known
from dlcalc.formulas.expressions import Step, add, call, symbol
from dlcalc.input.expressions import sentences
from dlcalc.input.npy import parse_all_npz
from dlcalc.input.sources import read_file, text_beside
from dlcalc.layers.counted import whole
from dlcalc.layers.losses import objective, softmax
from dlcalc.models.notation import read_notation
from dlcalc.models.reading import as_model
from dlcalc.models.tree import Model
from dlcalc.numbers.exact import Array, as_numbers
from dlcalc.numbers.places import Place
from dlcalc.numbers.results import Result
from dlcalc.output.answer import Answer, Block, Table, Text
from dlcalc.output.files import npz_bytes, require_writable, write_whole
from dlcalc.output.training import add_checks, thinned
from dlcalc.pictures.images import png, tiled
from dlcalc.pictures.plane import Canvas
from dlcalc.pictures.svg import Sheet
from dlcalc.shell import note, write
from dlcalc.shell.output import Output, check_plot, terminal_page, terminal_width, write_out
from dlcalc.shell.runner import Run

NEAR, FAIR = 3.0, 0.1
HIDDEN, LEARNED, BATCH, RATE = 128, 5, 128, 1e-3
"""The classifier: its units, epochs, examples of a batch, and learning rate."""
AT_A_TIME = 1000
"""Images held back that are looked at at a time."""
SEED = 1
"""Seed of the classifier, which is no part of the GAN."""


@dataclass(frozen=True)
class Coverage:
    """How samples fall on the ring."""

    samples: int
    """Samples drawn."""
    covered: int
    """Modes that a tenth of their fair share of the samples lies near, or more."""
    modes: int
    """Modes that there are."""
    share: float
    """Share of the samples that lie within three deviations of a mode."""
    counts: tuple[int, ...]
    """Samples within three deviations of each mode."""


def coverage(samples: Array) -> Coverage:
    """How samples (count, 2) cover the ring.

    >>> found = coverage(np.repeat(centres()[:3], 10, axis=0))
    >>> found.covered, found.share
    (3, 1.0)
    """
    distances = np.linalg.norm(samples[:, np.newaxis] - centres(), axis=2)
    near = (distances <= NEAR * DEVIATION).sum(axis=0)
    covered = near >= FAIR * len(samples) / MODES
    return Coverage(
        len(samples), int(covered.sum()), MODES, float(near.sum() / len(samples)),
        tuple(near.tolist()),
    )


@dataclass(frozen=True)
class Classes:
    """How samples fall on the classes of the data."""

    accuracy: float
    """The classifier's own accuracy on images held back."""
    counts: tuple[int, ...]
    """Samples that it puts into each class."""
    present: int
    """Classes with a sample or more."""
    confidence: float
    """Mean of the largest probability that it gives a sample."""


def classes(samples: Array, data: Data, images: Images, least: float) -> Classes:
    """How samples (count, features), whose range is `least`…1, fall on the classes of images.

    They are judged by a network of one hidden layer of relu, softmax and cross entropy, as
    `mlp` has them, that learned `data`, the labelled images to train on.
    """
    count, right = images.classes, 0
    network = _classifier(data, images.train_labels, count, least)
    held = replace(data, rows=images.test.reshape(len(images.test), -1))
    for start in range(0, held.count, AT_A_TIME):
        places = np.arange(start, min(start + AT_A_TIME, held.count))
        x = held.take(places, least, np.empty((len(places), held.features), np.float32))
        chosen = softmax(network.infer(x)).argmax(axis=1)
        right += int((chosen == images.test_labels[places]).sum())
    found = softmax(network.infer(samples))
    counts = np.bincount(found.argmax(axis=1), minlength=count)
    return Classes(
        right / held.count, tuple(counts.tolist()), int((counts > 0).sum()),
        float(found.max(axis=1).mean()),
    )


def _classifier(data: Data, labels: Array, count: int, least: float) -> Network:
    """A network that tells so many classes apart, trained on labelled images."""
    random = np.random.default_rng(SEED)
    layers = read_notation(f"linear {HIDDEN}; relu; linear {count}")
    network = Network(layers, "classifier", data.features, count).draw(random)
    optimiser, cross_entropy = Descent(network.values, "adam", RATE, 0.9), objective("softmax")
    size = min(BATCH, data.count)
    x = np.empty((size, data.features), np.float32)
    one_hot = np.eye(count, dtype=np.float32)
    for _ in range(LEARNED):
        order = random.permutation(data.count)
        for start in range(0, data.count - size + 1, size):
            places = order[start : start + size]
            ran = network.run(data.take(places, least, x))
            y = cross_entropy.y(output_of(ran))
            slope = cross_entropy.slope(y, one_hot[labels[places]]) / size
            network.differentiate((ran, slope))
            optimiser.step(network.values, network.gradient)
    return network


MOST_EPOCHS = 1_000_000
"""Epochs of one run, each of which leaves a row; --resume goes on from its checkpoint."""
SAMPLES, RING_SAMPLES = 1000, 2000
"""Samples that are drawn in the end, of images and of the ring."""
DEFAULTS: dict[str, dict[str, Any]] = json.loads(text_beside(__file__, "defaults.json"))
"""What is used where nothing is given."""


@dataclass(frozen=True, eq=False, repr=False)
class GanResult(Result):
    """A GAN that has been trained."""

    epochs: tuple[Epoch, ...]
    """The losses and measures of each epoch."""
    samples: Array
    """Samples in the range and the shape of the data, (count, *shape)."""
    modes: Array
    """The modes of the data, (count, 2), where they are known; else none."""
    ring: Coverage | None
    """How they cover the ring of Gaussians, where that was the data."""
    classes: Classes | None
    """How they fall on the classes, where that was asked for."""
    made: dict[str, Any]
    """What it was made with: layers, settings and data, by their names in the record."""


class Prepared(NamedTuple):
    """A training that has not begun, for how long it is to be, and what is to judge it."""

    training: Training
    epochs: int
    labelled: Images | None

    def result(self, begun: bool = True) -> GanResult:
        """The losses so far, and the quality of samples drawn now; by classes where labelled.

        Of a training that has not `begun`, what it will give, with zeros for its numbers.
        """
        training, data = self.training, self.training.data
        history = training.history if begun else [
            Epoch(number, *[0.0] * 7) for number in range(1, self.epochs + 1)
        ]
        samples = draw(training, RING_SAMPLES if data.ring else SAMPLES)
        shown = data.restore(samples, training.least)
        found = None
        if self.labelled is not None:
            found = classes(samples, data, self.labelled, training.least) if begun else (
                Classes(0.0, (SAMPLES,) + (0,) * (self.labelled.classes - 1), 1, 0.0)
            )
        made = {
            "generator": training.generator.words, "discriminator": training.discriminator.words,
            "latent": training.latent, **vars(training.settings), "batch": training.batch,
            "examples": training.data.count, "shape": training.data.shape,
        }
        return GanResult(
            tuple(history), shown,
            np.empty((0, 2)) if data.marks is None else data.marks,
            coverage(shown) if data.ring else None, found, made,
        )


def gan(
    data: Any = None, *, epochs: int | None = None, evaluate: bool = False, **options: Any
) -> GanResult:
    """Train a GAN on images or, without `data`, on a ring of eight Gaussians.

    `data` is a folder or file, or an array of images; `generator` and `discriminator` are
    in the layer notation (text, or a list of layers); `latent`, `loss`, `optimizer`,
    `learning_rate`, `momentum`, `batch` and `seed` as the command has them; `evaluate`
    asks for the classes of the samples. Raises InputError, ShapeError and FileError for
    what does not fit, and InputError where the numbers stop being finite.

    >>> found = gan(epochs=1)
    >>> len(found.epochs), found.samples.shape
    (1, (2000, 2))
    """
    prepared = prepare(data, epochs=epochs, evaluate=evaluate, **options)
    for _ in prepared.training.epochs(prepared.epochs):
        pass
    return prepared.result()


def draw(training: Training, count: int) -> Array:
    """Samples of the generator as it stands, (count, features), in its own range.

    The noise is of the training's seed, and no part of what trains.
    """
    random = np.random.default_rng([training.settings.seed, 1])
    noise = random.standard_normal((count, training.latent), np.float32)
    return training.generator.infer(noise)


def prepare(
    data: Any = None, *, generator: str | Sequence[str] | None = None,
    discriminator: str | Sequence[str] | None = None, latent: int | None = None,
    epochs: int | None = None, evaluate: bool = False, **settings: Any,
) -> Prepared:
    """Everything read, checked and drawn; the parameters are those of :func:`gan`."""
    usual = DEFAULTS["ring" if data is None else "images"]
    for name in settings:
        require_known(name, Settings.__dataclass_fields__, "parameter")
    chosen = Settings(**{**usual["settings"], **settings})
    epochs = whole("epochs", usual["epochs"] if epochs is None else epochs)
    if epochs > MOST_EPOCHS:
        raise LimitError(f"{epochs:,} are more than {MOST_EPOCHS:,}").at("epochs")
    images = _images_of(data)
    with At(data if isinstance(data, str) else "data" * (data is not None)):
        examples = ring_of_gaussians() if images is None else as_images(images.train)
        if evaluate and (images is None or images.train_labels is None):
            raise InputError("`evaluate` wants labels: a folder with the four files of MNIST")
    words = usual["generator"].format(features=examples.features)
    with At("generator"):
        made = as_model(words if generator is None else generator)
    with At("discriminator"):
        judge = as_model(discriminator or usual["discriminator"])
    if latent is None:
        latent = usual["latent"] if made.input is None else prod(made.input)
    latent = whole("latent", latent)
    with At("generator"):
        generating = Network(made, "generator", latent, examples.features)
    with At("discriminator"):
        judging = Network(_up_to_logits(judge, chosen), "discriminator", examples.features, 1)
    # The darkest pixel that the generator gives.
    least = 0.0 if not examples.ring and generating.rows[-1].type == "sigmoid" else -1.0
    training = Training(examples, generating, judging, latent, least, chosen)
    return Prepared(training, epochs, images if evaluate else None)


def _images_of(data: Any) -> Images | None:
    """The images of a folder, a file or an array; none where the ring is the data."""
    if data is None:
        return None
    if isinstance(data, str):
        return read_images(data)
    plain = isinstance(data, np.ndarray) and data.dtype.kind in "biuf"
    return Images(data if plain else as_numbers(data, "data"))


def _up_to_logits(discriminator: Model, settings: Settings) -> Model:
    """The discriminator without a sigmoid at its end, which cross entropy has in the loss."""
    sigmoid = getattr(discriminator.body[-1], "type", "") == "sigmoid"
    if settings.loss == "least_squares" or not sigmoid:
        return discriminator
    return discriminator.replaced(discriminator.body[:-1])


EPOCHS = "epochs"
"""The field of the record that holds the epochs."""
COLUMNS = {
    "epoch": "epoch", "generator_loss": "generator loss",
    "discriminator_loss": "discriminator loss", "d_real": "D(x)", "d_fake": "D(G(z))",
    "seconds": "seconds",
}
"""What is written of an epoch: its fields, and their headers."""
COVERED = {
    "samples": "samples", "modes_covered": "modes covered", "modes": "of",
    "share": "share near a mode", "counts": "samples by mode",
}
"""What is written of the samples of the ring, likewise."""
FIELDS = {header: name for name, header in (COLUMNS | COVERED).items()}
GRID_COLUMNS = 10
PIXELS, MARGIN = 400, 1.25
"""Width of the ring's PNG, and how far it reaches beyond the outermost mode."""
WHITE, GREY, BLUE = (255, 255, 255), (187, 187, 187), (0, 114, 178)


class GanRun(Run[GanResult]):
    """Prepare a training, or go on with one; its epochs are written as they end."""

    def run(self) -> None:
        """The whole way: what could not be written in the end is refused before it begins."""
        resume = self.options.pop("resume")
        checkpoint: str | None = self.options.pop("checkpoint", None)
        samples: str | None = self.options.pop("samples", None)
        if resume and checkpoint is None:
            raise InputError("--resume goes on from a checkpoint: name it with --checkpoint FILE")
        ring = "data" not in self.options
        check_plot(self.plot)
        _check_files([self.plot, samples, checkpoint, self.out.save], samples, ring)
        prepared = prepare(**(self.example() if ring else {}), **self.options)
        training = prepared.training
        if resume:
            with At(str(checkpoint), once=True):
                from_arrays(training, parse_all_npz(read_file(str(checkpoint))))
                done = len(training.history)
                if done > prepared.epochs:
                    raise InputError(
                        f"{done} epochs are done already; --epochs asks for {prepared.epochs}"
                    )
        out = self.out = self.out.expecting()
        self.checks = check_training(training) if self.check else None
        if (out.expect, out.at, out.table, out.save) != (None,) * 4:
            out.foresee(self.answer(prepared.result(begun=False)))
        if out.remark:
            note(out.remark)
            out = out._replace(remark="")
        begun: list[str] = []
        more = _streaming(out, begun)
        _train(prepared, more, checkpoint)
        result = prepared.result()
        if self.plot is not None:
            sheet = Sheet("Losses of generator and discriminator", "epoch", "loss")
            write_whole(self.plot, loss_chart(result.epochs, sheet).encode())
        if samples is not None:
            points = result.samples
            if not training.data.ring:
                points = training.data.restore(draw(training, 100), training.least)
            write_whole(samples, sample_picture(samples, points, training.data))
        written = (EPOCHS,) if more is not None and not out.format.complete else ()
        out.emit(self.answer(result), written, "".join(begun))
        self.refuse(self.checks or ())

    def answer(self, result: GanResult) -> Answer:
        """Losses by epoch, the quality of the samples, and for a terminal their charts."""
        form = self.out.format
        page = terminal_page(20, "epoch") if form.terminal else None
        findings = list(_findings(result))
        record: dict[str, Any] = {EPOCHS: [epoch_record(each) for each in result.epochs]}
        record |= result.made
        shown, told = thinned([each.epoch for each in result.epochs], "epoch", form.complete)
        rows = [list(epoch_record(each).values()) for each in result.epochs if each.epoch in shown]
        blocks: list[Block] = [Table(
            tuple(COLUMNS.values()), rows, title="Losses", footnotes=(told,) if told else ()
        )]
        if page is not None and len(result.epochs) > 1:
            blocks.append(Text(loss_chart(result.epochs, page).split("\n")))
        if result.ring is not None:
            ring = result.ring
            record |= zip(COVERED, vars(ring).values(), strict=True)
            row = [*map(record.get, [*COVERED][:-1]), " ".join(map(str, ring.counts))]
            blocks.append(Table(
                tuple(COVERED.values()), [row], title="Samples within three deviations"
            ))
            if page is not None:
                square = replace(page, width=min(page.width, 56), height=27, x_label="")
                clouds = {"samples": result.samples.tolist()}
                chart = square.scatter(clouds, {"modes": result.modes.tolist()})
                blocks.append(Text(chart.split("\n")))
        if result.classes is not None:
            found = result.classes
            record |= {
                "samples": sum(found.counts), "classifier_accuracy": found.accuracy,
                "classes_present": found.present, "classes": found.counts,
                "confidence": found.confidence,
            }
            counted = [
                (name, count, count / record["samples"]) for name, count in enumerate(found.counts)
            ]
            blocks.append(Table(
                ("class", "samples", "share"), counted, title="Samples by class", footnotes=(
                    f"by a classifier that is right on {found.accuracy:.2%} of the test images, "
                    f"and gives its choice {found.confidence:.2f} on average",
                ),
            ))
        add_checks(record, blocks, self.checks)
        record["findings"] = findings
        if findings:
            blocks.append(Text(findings))
        return Answer(
            record, blocks, main=EPOCHS, working=partial(gan_steps, result), adapt=_untimed,
            element=lambda field, index: gan_element(result, field),
        )


def _untimed(expected: Any) -> Any:
    """What is expected without the seconds, which no two runs have alike, by its fields' names."""
    if isinstance(expected, Mapping):
        return {FIELDS.get(name, name): _untimed(each) for name, each in expected.items()
                if len(expected) == 1 or not name.endswith("seconds")}
    return [*map(_untimed, expected)] if isinstance(expected, list) else expected


def _check_files(paths: Sequence[str | None], samples: str | None, ring: bool) -> None:
    """Refuse, before anything is trained, what could not be written in the end, and a picture of
    `samples` of another kind."""
    if samples is not None and not samples.lower().endswith((".png", ".svg") if ring else ".png"):
        what = "points are drawn as SVG or PNG" if ring else "a grid of samples is a PNG"
        raise InputError(f"{what}: name it so, FILE.png").at(f"--samples {samples}")
    real: list[str] = []
    for path in (each for each in paths if each is not None):
        require_writable(path)
        if os.path.realpath(path) in real:
            raise InputError("two results would be written there").at(path)
        real.append(os.path.realpath(path))


Write = Callable[[Sequence[Epoch]], str]
"""What of the epochs up to now is not written yet."""


def _streaming(out: Output, begun: list[str]) -> Write | None:
    """What writes the epochs as they end, a line of JSON each, or a row under one header, which
    it has `begun` with then; nothing where people get a table of them, at the end.

    The working stands before everything but JSON, and is not known before the end.
    """
    form, fields = out.format, tuple(COLUMNS)
    if form.streams is None or (form.complete and (out.explain or out.table is not None)):
        return None
    if not form.complete:
        _, line = form.streams(fields, fields[0])
        return lambda history: line(epoch_record(history[-1]))

    def more(history: Sequence[Epoch]) -> str:
        rows = [list(epoch_record(each).values()) for each in history]
        table = Table((), rows[-1:]) if begun else Table(tuple(COLUMNS.values()), rows)
        begun.append("".join(form.write(Answer({}, [table]), out.precision, None)))
        return begun[-1]

    return more


def _train(prepared: Prepared, more: Write | None, checkpoint: str | None) -> None:
    """Train to the end, or to the first signal, which is obeyed once all is saved."""
    training = prepared.training
    progress = Progress(training, prepared.epochs)
    with noted_signals() as caught:

        def between(training: Training) -> bool:
            progress.show(training)
            return bool(caught)

        try:
            for _ in training.epochs(prepared.epochs, between):
                if checkpoint is not None:
                    _save(training, checkpoint)
                if more is not None:
                    progress.clear()
                    write_out([more(training.history)])
                if caught:
                    break
        finally:
            progress.clear()
        if caught:
            if checkpoint is not None:
                _save(training, checkpoint)
            epochs, kept = len(training.history), checkpoint is not None
            facts = {"epochs": epochs, "next": epochs + 1, "done": training.done, "kept": kept}
            note(" ".join(sentences(__file__, "findings.txt", "stopped", facts)))
    for number in caught:
        signal.raise_signal(number)


def _save(training: Training, path: str) -> None:
    write_whole(path, npz_bytes(to_arrays(training)))


WIDTH, EVERY = 20, 0.1


class Progress:
    """Bar, time left and where it stands, on one line that is written over and over."""

    def __init__(self, training: Training, epochs: int) -> None:
        self.epochs, self.total = epochs, epochs * training.batches
        self.first = len(training.history) * training.batches + training.done
        self.start = self.last = monotonic()
        self.shown = sys.stderr is not None and sys.stderr.isatty()

    def show(self, training: Training) -> None:
        """Draw the line anew, not more often than ten times a second."""
        now, epoch = monotonic(), len(training.history)
        if not self.shown or now - self.last < EVERY:
            return
        self.last, done = now, epoch * training.batches + training.done
        full = WIDTH * done // max(1, self.total)
        left = (now - self.start) * (self.total - done) / max(1, done - self.first)
        bar, time = "#" * full + "." * (WIDTH - full), timedelta(seconds=round(left))
        where = f"epoch {epoch + 1} of {self.epochs}, batch {training.done}, {time} left"
        room = terminal_width(sys.stderr) or len(bar) + len(where) + 4
        line = f"[{bar}] {where}"
        write("\r\x1b[K" + (line if len(line) < room else where[: room - 1]))

    def clear(self) -> None:
        """Take the line away, so that others can be written."""
        if self.shown:
            write("\r\x1b[K")


@contextmanager
def noted_signals() -> Iterator[list[int]]:
    """The number of the first signal that comes within; a second one ends at once."""
    caught: list[int] = []

    def take(number: int, frame: FrameType | None) -> None:
        if caught:
            signal.signal(number, before[number])
            signal.raise_signal(number)
        caught.append(number)

    before: dict[int, Any] = {}
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # What a shell or nohup has told it to ignore, it goes on ignoring.
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            before[number] = signal.signal(number, take)
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def epoch_record(epoch: Epoch) -> dict[str, Any]:
    """One epoch for programs."""
    return {name: getattr(epoch, name) for name in COLUMNS}


def loss_chart(epochs: Sequence[Epoch], canvas: Canvas) -> str:
    """Both losses against the epoch."""
    return canvas.line_chart({
        "generator": [each.generator_loss for each in epochs],
        "discriminator": [each.discriminator_loss for each in epochs],
    }, [each.epoch for each in epochs])


def sample_picture(path: str, samples: Any, data: Data) -> bytes:
    """A grid of images, or points over the modes, of the kind that the file's name asks for."""
    if data.marks is None:
        # Images side by side, the range of the data from black to white.
        scaled = (samples - data.low) * (255 / (data.high - data.low))
        shape = data.shape if len(data.shape) > 1 else (1, *data.shape)
        pixels = scaled.clip(0, 255).round().astype("u1").reshape(-1, *shape)
        return png(tiled(pixels, GRID_COLUMNS))
    points, modes = samples.tolist(), data.marks.tolist()
    if not path.lower().endswith(".png"):
        sheet = Sheet("Samples over the modes", "x0", "x1", 560, 580)
        return sheet.scatter({"samples": points}, {"modes": modes}).encode()
    reach = MARGIN * max(abs(each) for mode in modes for each in mode)
    image = np.full((PIXELS, PIXELS, 3), WHITE, np.uint8)
    for places, size, colour in ((modes, 9, GREY), (points, 1, BLUE)):
        for x, y in places:  # each a disc
            across, down = (round((1 + each / reach) / 2 * PIXELS) for each in (x, -y))
            for row, column in product(*(
                range(max(0, at - size), min(PIXELS, at + size + 1)) for at in (down, across)
            )):
                if (row - down) ** 2 + (column - across) ** 2 <= size * size:
                    image[row, column] = colour
    return png(image)


D_REAL, D_FAKE = call("D", symbol("x")), call("D", call("G", symbol("z")))
REAL, FAKE = symbol("J", "real"), symbol("J", "fake")
DISCRIMINATOR, SHARE = symbol("J", "D"), symbol("share")


def gan_steps(result: GanResult, of: int = -1) -> Iterator[Step]:
    """The losses of an epoch, part by part, and the gradients at the logits."""
    epoch, loss = result.epochs[of], gan_loss(result.made["loss"])
    number = f"mean over epoch {epoch.epoch}"
    yield Step(REAL, epoch.real_loss, loss.real.formula(D_REAL), note=f"{number}, on data x")
    yield Step(FAKE, epoch.fake_loss, loss.fake.formula(D_FAKE), note=f"{number}, on samples G(z)")
    both = add(REAL, FAKE)
    numbers = both.put({REAL: epoch.real_loss, FAKE: epoch.fake_loss})
    yield Step(DISCRIMINATOR, epoch.discriminator_loss, both, (numbers,))
    generator = loss.generator.formula(D_FAKE)
    yield Step(symbol("J", "G"), epoch.generator_loss, generator, note=number)
    # The gradients at the logits; of a mean D, they are the means over the examples.
    note = "D = q" if loss.real.pair.output == "identity" else "D = sigmoid(q)"
    for term, name, d, mean in (
        (loss.real, symbol("∂J_D/∂q", "real"), D_REAL, epoch.d_real),
        (loss.fake, symbol("∂J_D/∂q", "fake"), D_FAKE, epoch.d_fake),
        (loss.generator, symbol("∂J_G/∂q", "fake"), D_FAKE, epoch.d_fake),
    ):
        slope = term.slope_formula(d)
        put = (slope.put({d: mean}),) if slope != d else ()
        value = term.sign * (mean - term.label)
        yield Step(name, value, slope, put, f"{note}, mean of an example")
    discriminating, generating = loss.balance
    note = f"where D is ½ everywhere, J_D = {discriminating:.6g} and J_G = {generating:.6g}"
    yield Step("balance", note=note)
    if result.ring is not None:
        near, samples = symbol("near"), symbol("samples")
        share = near / samples
        numbers = share.put({near: sum(result.ring.counts), samples: result.ring.samples})
        note = "samples within three deviations of a mode"
        yield Step(SHARE, result.ring.share, share, (numbers,), note)


def gan_element(result: GanResult, field: Place) -> Step | None:
    """The working of one loss, or of the share of samples near a mode."""
    name = {"discriminator_loss": DISCRIMINATOR, "share": SHARE}.get(str(field[-1]))
    of = int(field[1]) if field[0] == EPOCHS and len(field) > 1 else -1
    return next((step for step in gan_steps(result, of) if step.name == name), None)


def _findings(result: GanResult) -> Iterator[str]:
    """What the numbers say, in a sentence or two."""
    said = partial(sentences, __file__, "findings.txt")
    if result.ring is not None:
        yield from said("ring", vars(result.ring))
    if result.classes is not None:
        counts = result.classes.counts
        missing = ", ".join(str(name) for name, count in enumerate(counts) if not count)
        yield from said("classes", {
            **vars(result.classes), "of": len(counts), "samples": sum(counts), "missing": missing,
        })
    both, generating = gan_loss(result.made["loss"]).balance
    yield from said("end", {**vars(result.epochs[-1]), "both": both, "generating": generating})
