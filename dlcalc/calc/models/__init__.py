"""Models as trees of layers: counted, changed, compared and reduced."""
