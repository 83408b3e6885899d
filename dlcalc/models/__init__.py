"""Models as trees of layers: read, counted, changed and compared."""

import sys
from types import ModuleType

from dlcalc.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcalc.models.zoo_files import Entry


class _Room(ModuleType):
    """This package, which is also the function `dlcalc.models()`: they bear one name."""

    def __call__(self) -> "list[Entry]":
        """All models of the zoo, by name."""
        from dlcalc.models.zoo_files import models

        return models()


sys.modules[__name__].__class__ = _Room
