"""What `dlcalc rnn` does with its options."""

from __future__ import annotations

from dlcalc.commands.rnn.rnn import rnn
from dlcalc.layers.cells.cell import RNN
from dlcalc.shell.cells import CellRun


class RnnRun(CellRun):
    """Read the problem, run it forward and back, and on to further steps if asked."""

    command, cell, fields, function = "rnn", RNN, RNN.fields, staticmethod(rnn)
