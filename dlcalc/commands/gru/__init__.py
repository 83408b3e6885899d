"""dlcalc gru."""
