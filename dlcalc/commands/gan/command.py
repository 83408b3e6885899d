"""The types of its options."""

from __future__ import annotations

from collections.abc import Iterable

import click

from dlcalc.shell.types import TextType


def _trained(ctx: click.Context, incomplete: str) -> Iterable[str]:
    from dlcalc.commands.gan.training import TRAINED

    return TRAINED


LAYERS = TextType("layers", complete=_trained, files=True)
"""Layers typed in, or a file of them."""
