"""Fully connected networks: layers, losses, first weights and gradient descent."""
