"""dlcalc check."""
