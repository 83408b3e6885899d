"""What `dlcalc gru` does with its options."""

from __future__ import annotations

from dlcalc.commands.gru.gru import gru
from dlcalc.layers.cells.cell import GRU
from dlcalc.shell.cells import CellRun


class GruRun(CellRun):
    """Read the problem, run it forward and back, and on to further steps if asked."""

    command, cell, fields, function = "gru", GRU, GRU.fields, staticmethod(gru)
