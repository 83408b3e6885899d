"""What `dlcalc lstm` does with its options."""

from __future__ import annotations

from typing import Any

from dlcalc.commands.lstm.lstm import lstm, solve
from dlcalc.layers.cells.cell import LSTM
from dlcalc.shell.cells import CellRun


class LstmRun(CellRun):
    """Read the problem, run it forward and back, and on to further steps if asked."""

    command, cell, fields, function = "lstm", LSTM, LSTM.fields, staticmethod(lstm)
    lossless = "neither dh nor dc is given, so every gradient is 0"

    def example(self) -> dict[str, Any]:
        """The worked example, without the step after where that is computed now."""
        fields = dict(super().example())
        if self.running:
            del fields["next"]
        return fields

    def solve(self, problem: Any) -> Any:
        """The result of a problem that is read, by the fast pass."""
        return solve(problem)

    def kept(self, result: Any) -> Any:
        """What c keeps over the run."""
        from dlcalc.commands.lstm.memory import memory

        return memory(result)

    def shows_run(self, result: Any) -> bool:
        """Also where f can grow."""
        return super().shows_run(result) or result.problem.activations["f"] != "sigmoid"
