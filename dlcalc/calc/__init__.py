"""The arithmetic: pure functions on values, with frozen results."""
