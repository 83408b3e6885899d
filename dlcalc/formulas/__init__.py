"""Expressions and steps of a working, and how they are written."""
