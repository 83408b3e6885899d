"""Generative adversarial networks: layers, losses, optimisers, training, and what came of it."""
