"""dlcalc size."""
