"""dlcalc examples."""
