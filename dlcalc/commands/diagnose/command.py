"""Bias or variance, and which remedies fit.

\b
test − target = (train − target) + (test − train)
   excess     =       bias       +      gap

Each part counts from a quarter of the excess on: bias, variance, both, or neither
where the test error meets the target. A learning curve has a header and the columns
examples (or epoch), train_error and test_error, also in percent; it may come on
standard input, too.

\b
Examples:
  dlcalc diagnose --train-error 0.02 --test-error 0.2
  dlcalc diagnose --train-error 15% --test-error 16% --target 2% --explain
  printf 'epoch,train_error,test_error\\n1,0.3,0.3\\n2,0.1,0.2\\n3,0,0.3\\n' | dlcalc diagnose
"""
