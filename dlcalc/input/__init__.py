"""Bytes to values: arrays, layer notation, numbers and fields."""
