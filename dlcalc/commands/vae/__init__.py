"""dlcalc vae."""
