"""Gaussians, and the divergence of two."""
