"""Exact whole numbers, axes and sizes, arrays, and the comparison of answers."""
