"""dlcalc params."""
