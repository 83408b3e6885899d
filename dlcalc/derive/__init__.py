"""Equations as written in a textbook: their tree, their values, and their derivatives."""
