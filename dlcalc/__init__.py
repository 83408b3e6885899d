"""The arithmetic of deep learning: exact, instant, and able to show its working.

Every calculation is a function here, of the same name and parameters as its command,
imported on first use:

>>> import dlcalc
>>> dlcalc.size(32, 5).output
28
"""

from importlib import import_module as _import_module

__version__ = "0.1.0"

_FUNCTIONS = {
    "conv": "dlcalc.calc.convolution.conv",
    "lstm": "dlcalc.calc.lstm.lstm",
    "grad": "dlcalc.readers.grad",
    "diagnose": "dlcalc.calc.diagnosis",
    "gan": "dlcalc.readers.gan",
    "kl": "dlcalc.calc.gaussians.kl",
    "model": "dlcalc.readers.models",
    "models": "dlcalc.readers.zoo_list",
    "mlp": "dlcalc.calc.networks.mlp",
    "mults": "dlcalc.calc.upsampling.stages",
    "params": "dlcalc.readers.functions",
    "posterior": "dlcalc.calc.gaussians.posterior",
    "reduce": "dlcalc.readers.functions",
    "size": "dlcalc.calc.size",
    "vae": "dlcalc.calc.vae.vae",
}
"""The Python functions and where each lives."""


def __getattr__(name: str):  # type: ignore[no-untyped-def]
    if name in _FUNCTIONS:
        return getattr(_import_module(_FUNCTIONS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_FUNCTIONS])
