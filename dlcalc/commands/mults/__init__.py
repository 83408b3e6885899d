"""dlcalc mults."""
