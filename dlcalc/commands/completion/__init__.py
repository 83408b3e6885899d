"""dlcalc completion."""
