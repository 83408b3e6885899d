"""Train a GAN and record both losses per epoch.

\b
J_D = −E ln D(x) − E ln(1 − D(G(z)))
J_G = −E ln D(G(z))                      non_saturating
J_G =  E ln(1 − D(G(z)))                 minimax
J_D = ½E (D(x) − 1)² + ½E D(G(z))²,  J_G = ½E (D(G(z)) − 1)²    least_squares

Without --data, a ring of eight Gaussians. LAYERS is in the layer notation of dlcalc
params, a file or typed in: linear, batchnorm, and the activations of dlcalc mlp. The
discriminator gives one number; a sigmoid at its end is part of the loss. With -f json,
a line is written as each epoch ends, and one with the rest at the end; with csv, tsv
or plain a row, unless --explain puts the working first. Ctrl-C ends training once its
state is in the checkpoint, also amid an epoch; without one, it is lost.

\b
Examples:
  dlcalc gan --epochs 2
  dlcalc gan --epochs 1 --loss least_squares --plot losses.svg --samples samples.svg
  dlcalc gan --epochs 1 --generator 'linear 32; tanh; linear 2' --check -f csv
  dlcalc gan --epochs 3 --checkpoint state.npz -f json
"""
