"""All that a training needs to go on later to the very same numbers, as arrays by name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from dlcalc.commands.gan.training import Epoch, Training
from dlcalc.errors import InputError, ShapeError

Array = np.ndarray[Any, np.dtype[Any]]

FORMAT = 2
"""The version of what lies in a checkpoint."""
MEASURES = ("generator_loss", "real_loss", "fake_loss", "d_real", "d_fake")


def to_arrays(training: Training) -> dict[str, Array]:
    """The state of a training.

    How long the epochs took is left out: the same training gives the same bytes.
    """
    header = {**_made_with(training), "random": training.random.bit_generator.state}
    history = [[getattr(each, name) for name in MEASURES] for each in training.history]
    arrays = {
        "header": np.frombuffer(json.dumps(header, sort_keys=True).encode(), np.uint8),
        "history": np.array(history, float).reshape(-1, len(MEASURES)),
        "done": np.array([training.done]), **dict(_targets(training, training.done)),
    }
    return {name: each for name, each in arrays.items() if each.size}


def _made_with(training: Training) -> dict[str, Any]:
    """What a checkpoint and the training that goes on from it must agree on, by option."""
    return {
        "format": FORMAT, "data": training.data.digest,
        **{network.name: network.words for network in training.networks},
        "latent": training.latent, **asdict(training.settings),
    }


def _targets(training: Training, done: int) -> Iterator[tuple[str, Array]]:
    """The arrays that hold the state, by their names in a checkpoint."""
    yield "sums", training.sums
    if done:
        yield "order", training.order
    for network, optimiser in zip(training.networks, training.optimisers, strict=True):
        yield f"{network.name}.values", network.values
        yield f"{network.name}.statistics", network.statistics
        for name, each in optimiser.state.items():
            yield f"{network.name}.optimizer.{name}", each


def from_arrays(training: Training, arrays: Mapping[str, Array]) -> None:
    """Bring a fresh training to a state that was kept.

    Raises InputError where it was made with other options, data or networks, or where
    anything in it is missing or of another shape.
    """
    header = _header(arrays)
    for name, wanted in _made_with(training).items():
        held = header.get(name)
        if held != wanted:
            differs = "other data" if name == "data" else f"{name} {held}, not {wanted}"
            raise InputError(f"it was made with {differs}")
    done = int(_array(arrays, "done", (1,))[0])
    if not 0 <= done < training.batches:
        raise InputError(f"{done} batches of an epoch of {training.batches} are done")
    for name, target in _targets(training, done):
        if target.size:
            target[...] = _array(arrays, name, target.shape)
    try:
        training.random.bit_generator.state = header["random"]
    except (KeyError, TypeError, ValueError, OverflowError):
        raise InputError("the state of the random numbers is damaged") from None
    history = np.reshape(arrays.get("history", np.zeros(0)), (-1, len(MEASURES)))
    training.history = [_epoch(n, row) for n, row in enumerate(history.tolist(), 1)]
    training.done = done


def _header(arrays: Mapping[str, Array]) -> dict[str, Any]:
    try:
        header = json.loads(_array(arrays, "header").tobytes())
    except ValueError:
        header = None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise InputError(f"no checkpoint of this version ({FORMAT})")
    return header


def _array(arrays: Mapping[str, Array], name: str, shape: tuple[int, ...] | None = None) -> Array:
    if name not in arrays:
        raise InputError(f"{name} is missing; this is no checkpoint of a GAN")
    if shape is not None and arrays[name].shape != shape:
        raise ShapeError(f"{name} has the shape {arrays[name].shape}; {shape} is wanted")
    return arrays[name]


def _epoch(number: int, row: list[float]) -> Epoch:
    named = dict(zip(MEASURES, row, strict=True))
    total = named["real_loss"] + named["fake_loss"]
    return Epoch(number, discriminator_loss=total, seconds=None, **named)
