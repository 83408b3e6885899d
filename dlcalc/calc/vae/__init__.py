"""A variational autoencoder: its step, its gradients and its lower bound."""
