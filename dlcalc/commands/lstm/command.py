"""The types of its options."""

from dlcalc.shell.types import gate_activation

GATES = gate_activation("ifog")
