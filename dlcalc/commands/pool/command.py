"""Max or average pooling of an array, and its gradient.

\b
yᵢⱼ = maxₖₗ xₛᵢ₊ₖ,ₛⱼ₊ₗ   or   (1/n) Σₖ Σₗ xₛᵢ₊ₖ,ₛⱼ₊ₗ      (s the stride; n the cells)

The largest element takes the whole gradient of its window, the first one of a tie. A
mean divides by the cells of its window within input and padding, with --exclude-pad by
those within the input. Without --dims the axes are read as CxHxW or NxCxHxW; one row
is one axis. The indices in json are flat in each map, as PyTorch has them. Records on
standard input (a header with input, a JSON object a line) are answered one by one.

\b
Examples:
  dlcalc pool -x '1 2 5 3; 4 0 1 5' -F 2 --explain
  dlcalc pool -x '1 2 5 3; 4 0 1 5' -F 2 --upstream '10 20' -f json
  dlcalc pool -x '1 2 3 4 5' -F 3 --stride 2 --kind avg --pad 1 --exclude-pad
  dlcalc pool -x '9 2 9 5 5' -F 2 -S 2 --kind avg --ceil --framework equinox
  dlcalc conv -x '1 2 3 4' -w '1 1' | dlcalc pool -F 2 --ceil
"""
