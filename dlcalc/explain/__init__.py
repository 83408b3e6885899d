"""Results to steps: formula, numbers put in, value. Knows no typography."""
