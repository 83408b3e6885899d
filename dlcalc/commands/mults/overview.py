"""Multiplications of transposed convolutions: counted, and carried out to be counted.

On one axis y[o] = Σ x[i]·w[k] over i·S + k·D − P = o with 0 ≤ o < O. `axis` holds that
relation, `phases` the short filters it falls apart into, `ranks` what is proved of them
and `stages` the counts of whole layers: whole numbers only. `direct`, `toom_cook` and
`winograd` are the algorithms themselves, and `verify` runs them on exact rationals.
"""
