"""Faults that every command survives, each against the installed command."""
