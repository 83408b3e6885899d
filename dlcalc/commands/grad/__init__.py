"""dlcalc grad."""
