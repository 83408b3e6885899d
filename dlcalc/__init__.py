"""The arithmetic of deep learning: exact, instant, and able to show its working."""

__version__ = "0.1.0"
