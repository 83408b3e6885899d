"""The commands: a folder each, by its name."""
