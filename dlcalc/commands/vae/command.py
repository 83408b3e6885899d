"""Reparameterisation step of a variational autoencoder, and its gradients.

\b
μ = head(W_μ s),  σ = exp(head(W_σ s)),  z = μ + σ ⊙ ε,  y = decoder(z)
L1 = Σ x ln y + (1−x) ln(1−y),   L2 = ½ Σ μ² + σ² − ln σ² − 1 = KL(q(z|x)‖p(z))

FILE is JSON: x (one example or a batch, from 0 to 1), noise (ε; drawn where it is
missing; an axis of samples may stand first), mu and sigma (the heads' matrices, outputs
x inputs), decoder (matrices, sigmoid), and, if need be, encoder (matrices before the
heads, sigmoid) and head (sigmoid or identity). There are no biases. Terms and gradients
are means over samples and examples. w1, w2 … count through encoder, mu, sigma and
decoder, row by row.

Two losses are printed. The worked example's problem states −(L1 + L2); but L2 is the
divergence from the prior, so the negative ELBO, which training minimises, is −L1 + L2.

The drawing of the example's network is lost. It is read as two inputs, one latent, two
outputs: q1 = w1 x1 + w2 x2 leads to μ, q2 = w3 x1 + w4 x2 to σ, and y1, y2 are the
sigmoids of w5 z and w6 z. On this reading w4, from x2 to the σ branch, is the same
weight whichever way the first layer is numbered.

\b
Examples:
  dlcalc vae --explain
  dlcalc vae '{"x":[0,1],"mu":[[1,2]],"sigma":[[0,1]],"decoder":[[[1],[2]]]}' --check
  dlcalc vae --evidence --samples 5 --seed 1
  dlcalc vae --expect '{"negative_elbo": 3.15462}' --tolerance 1e-5
"""
