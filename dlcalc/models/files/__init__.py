"""Files that hold weights or graphs, read from their headers alone: one module a format."""
