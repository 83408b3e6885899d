"""Gaussians and their mixtures: divergences, and the nearest one to a mixture."""
