"""dlcalc docs."""
