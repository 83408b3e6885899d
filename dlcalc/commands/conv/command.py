"""Convolve an array: strided, padded, dilated, grouped, transposed.

\b
(x∗w)ᵢⱼ = Σₖ Σₗ xₖ₊ᵢ,ₗ₊ⱼ wₖₗ        (cross-correlation, as frameworks have it)

Input and kernel of one rank (1 to 3) are one channel; a kernel of rank dims + 2 has
PyTorch's layout; several filters (out, k…) may meet an image without channels. Without
-x, standard input holds the input, or the input and the kernel divided by a blank line.
The multiplications in json are those of the definition, whichever algorithm ran;
transposed, those that ran: none with an inserted zero.

\b
Examples:
  dlcalc conv -x '1 2 3; 4 5 6' -w '1 1' --explain
  dlcalc conv --stride 2 --pad 1
  printf '1 2\\n3 4\\n' | dlcalc conv -w '1; 1' --pad 1 -f csv
  dlcalc conv -x '1 2; 3 4' -w '1 1; 1 1' --stride 2 --transposed
"""
