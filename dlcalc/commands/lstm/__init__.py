"""dlcalc lstm."""
