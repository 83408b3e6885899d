"""The arithmetic of deep learning: exact, instant, and able to show its working.

Every calculation is a function here, of the same name and parameters as its command,
imported on first use:

>>> import dlcalc
>>> dlcalc.size(32, 5).output
28
"""

__version__ = "0.1.0"

_FUNCTIONS = {
    **{name: f"dlcalc.commands.{name}.answer" for name in (
        "check", "lstm", "gru", "rnn", "grad", "diagnose", "gan", "kl", "mlp", "mults",
        "params", "posterior", "quiz", "reduce", "size", "step", "vae")},
    "conv": "dlcalc.conventions.arrays", "pool": "dlcalc.conventions.arrays",
    "model": "dlcalc.models.reading", "models": "dlcalc.models",
}
"""The Python functions and where each lives."""
_ERRORS = ("DlcalcError", "FileError", "InputError", "LimitError", "ShapeError")


def __getattr__(name: str):  # type: ignore[no-untyped-def]
    if name in _FUNCTIONS:
        found = getattr(__import__(_FUNCTIONS[name], fromlist=[name]), name)
        if name != "models":  # which names a room, too
            globals()[name] = found
        return found
    if name in _ERRORS:
        return getattr(__import__("dlcalc.errors", fromlist=[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_FUNCTIONS, *_ERRORS])
