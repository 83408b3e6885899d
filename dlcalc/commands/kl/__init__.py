"""dlcalc kl."""
