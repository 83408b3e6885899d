"""dlcalc rnn."""
