"""dlcalc reduce."""
