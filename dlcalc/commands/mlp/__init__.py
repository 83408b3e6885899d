"""dlcalc mlp."""
