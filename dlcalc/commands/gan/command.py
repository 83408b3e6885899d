"""dlcalc gan."""

from __future__ import annotations

import click

from dlcalc.names import GAN_LOSSES, GAN_OPTIMIZERS
from dlcalc.shell.options import QuickCommand, answered, check_option, plot_option, seed_option
from dlcalc.shell.types import MODEL, NUMBER, NameType, WholeType

LOSSES = NameType("loss", GAN_LOSSES)
OPTIMIZERS = NameType("optimizer", GAN_OPTIMIZERS)
WHOLE = WholeType(1)


@click.command(cls=QuickCommand)
@click.option("--data", type=click.Path(), metavar="PATH",
              help="A folder of the four MNIST files, or images in IDX or .npy: file or -.")
@click.option("--generator", type=MODEL, metavar="LAYERS", help="The generator's layers.")
@click.option("--discriminator", type=MODEL, metavar="LAYERS", help="The discriminator's layers.")
@click.option("--latent", type=WHOLE, metavar="N",
              help="Numbers of the noise z (64; 8 for the ring).")
@click.option("--epochs", type=WHOLE, metavar="N",
              help="Passes over the data (20; 30 for the ring).")
@click.option("--batch", type=WHOLE, metavar="N", help="Examples of a batch (128).")
@click.option("--loss", type=LOSSES, help="The losses of both players (non_saturating).")
@click.option("--optimizer", type=OPTIMIZERS, help="How both are minimised (adam).")
@click.option("--learning-rate", type=NUMBER, metavar="R",
              help="Learning rate of both (0.001; 0.002 for the ring).")
@click.option("--momentum", type=NUMBER, metavar="M",
              help="Adam's first beta, or the momentum of sgd (0.5; 0 for the ring).")
@click.option("--samples", type=click.Path(), metavar="FILE",
              help="Also draw samples: FILE.png, or FILE.svg for the ring.")
@click.option("--checkpoint", type=click.Path(), metavar="FILE",
              help="Keep the whole state here, as .npz, after each epoch.")
@click.option("--resume", is_flag=True, help="Go on from the checkpoint, to the same numbers.")
@click.option("--evaluate", is_flag=True,
              help="Train a small classifier, and count the classes of 1,000 samples.")
@seed_option
@check_option
@plot_option
@answered
def command() -> None:
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
