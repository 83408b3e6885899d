"""The Gaussians that a standard VAE can learn for a given mixture posterior.

\b
p(z) = Σₖ πₖ N(z; μₖ, Σₖ)    KL(q‖p) = −H(q) − E_q ln p    KL(p‖q) = −H(p) − E_p ln q

FILE (or a literal, or -) is an object of weights, means and covariances, in one or
two dimensions. A VAE's lower bound minimises KL(q||p) over diagonal Gaussians: every
local minimum is found, also with full covariance, and the minimum of KL(p||q), which
has the mean and the covariance of p. What that says of a q on one component, over
all, and with several peaks stands below the table, and a picture of p and of each q.

\b
Examples:
  dlcalc posterior
  dlcalc posterior '{"weights": [0.5, 0.5], "means": [-1, 1], "covariances": [1, 1]}'
  dlcalc posterior --check --explain -f json
"""
