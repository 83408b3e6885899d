"""dlcalc gan."""
