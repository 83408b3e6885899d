"""dlcalc diagnose."""
