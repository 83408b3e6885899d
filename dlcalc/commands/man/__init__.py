"""dlcalc man."""
