"""dlcalc step."""
