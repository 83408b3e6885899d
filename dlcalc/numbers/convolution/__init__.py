"""Convolutions of arrays: the definition, the fast ways, and what chooses between them."""
