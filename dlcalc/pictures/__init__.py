"""Charts and contours, in characters and as SVG and PNG."""
