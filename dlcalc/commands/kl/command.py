"""KL divergence of two Gaussians, or of two discrete distributions.

\b
KL(q‖p) = ½(tr(Σp⁻¹Σq) + (μq − μp)ᵀΣp⁻¹(μq − μp) + ln(det Σp/det Σq) − D)
           trace          mahalanobis              log_determinant

In nats. Each Gaussian is MEAN,SIGMA in one dimension, or an object of mean and
covariance in any: a matrix, or a list of variances, or one for all dimensions; or of mean
and log_variance, as encoders give it. Three numbers or more, or an object of probabilities,
are a discrete distribution: KL(q‖p) = Σ q ln(q/p), beside H(q) and H(q, p). Records on
standard input (CSV or TSV with a header, or JSON objects: q, p) are answered one by one.

\b
Examples:
  dlcalc kl --q 1,1 --p 0,1
  dlcalc kl --q '{"mean": [1, 0], "covariance": [2, 1]}' --p '{"mean": [0, 0], "covariance": 1}'
  dlcalc kl --q 0.5,2 --p 0,1 --gradients --check --explain
  dlcalc kl --q 0.1,0.4,0.5 --p 0.3,0.3,0.4 --explain
  echo '{"q": [0.5, 2], "p": [0, 1]}' | dlcalc kl
"""

from dlcalc.shell.types import TextType

DISTRIBUTION = TextType("array", files=True)
"""Read when the command runs, and in records as text: an array or an object."""
