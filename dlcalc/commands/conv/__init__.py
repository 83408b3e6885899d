"""dlcalc conv."""
