"""dlcalc quiz."""
