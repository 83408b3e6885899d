"""dlcalc pool."""
