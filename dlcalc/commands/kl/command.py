"""The types of its options."""

from dlcalc.shell.types import TextType

DISTRIBUTION = TextType("array", files=True)
"""Read when the command runs, and in records as text: an array or an object."""
