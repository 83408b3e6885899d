"""How long dlcalc takes beside its peers: `python -m tests.bench [GROUP…]`."""
