"""dlcalc models."""
