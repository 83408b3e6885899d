"""dlcalc posterior."""
