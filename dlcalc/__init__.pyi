"""What an editor completes: each function of the package, and the errors that it raises."""

from dlcalc.commands.check.answer import check as check
from dlcalc.commands.diagnose.answer import diagnose as diagnose
from dlcalc.commands.gan.answer import gan as gan
from dlcalc.commands.grad.answer import grad as grad
from dlcalc.commands.gru.answer import gru as gru
from dlcalc.commands.kl.answer import kl as kl
from dlcalc.commands.lstm.answer import lstm as lstm
from dlcalc.commands.mlp.answer import mlp as mlp
from dlcalc.commands.mults.answer import mults as mults
from dlcalc.commands.params.answer import params as params
from dlcalc.commands.posterior.answer import posterior as posterior
from dlcalc.commands.quiz.answer import quiz as quiz
from dlcalc.commands.reduce.answer import reduce as reduce
from dlcalc.commands.rnn.answer import rnn as rnn
from dlcalc.commands.size.answer import size as size
from dlcalc.commands.step.answer import step as step
from dlcalc.commands.vae.answer import vae as vae
from dlcalc.conventions.arrays import conv as conv
from dlcalc.conventions.arrays import pool as pool
from dlcalc.errors import DlcalcError as DlcalcError
from dlcalc.errors import FileError as FileError
from dlcalc.errors import InputError as InputError
from dlcalc.errors import LimitError as LimitError
from dlcalc.errors import ShapeError as ShapeError
from dlcalc.models import models as models
from dlcalc.models.reading import model as model

__version__: str
