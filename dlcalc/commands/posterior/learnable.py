"""Which shapes of q the minima of KL(q‖p) and KL(p‖q) leave open, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcalc.commands.posterior.posterior import Fit

REVERSE, FORWARD = "KL(q||p)", "KL(p||q)"
NOUGHT = 1e-12
"""What the quadrature cannot tell from 0."""


@dataclass(frozen=True)
class Shape:
    """One shape that q might be thought to take."""

    shape: str
    """Where q would lie."""
    learnable: str
    """`yes` or `no`."""
    why: str
    """The reason, with the divergences that carry it."""


def shapes(diagonal: Sequence[Fit], full: Sequence[Fit], count: int) -> tuple[Shape, ...]:
    """The verdict on q on each of `count` components, over several, over all, many-peaked.

    It is for the fits of a standard VAE, which are diagonal; where only the full ones
    hold a minimum, that is said beside. Each has one minimum of KL(p‖q).
    """
    if count == 1:
        return (Shape("q on the one component", "yes", "p is a Gaussian, as q is"),)
    everything = tuple(range(1, count + 1))
    single = [(k,) for k in everything]
    some = {fit.covers for fit in diagonal if fit.objective == REVERSE} - {*single, everything}
    places = [_over(diagonal, full, covers) for covers in [*single, *sorted(some)]]
    return (*places, _broad(diagonal, full, everything), _many_peaked(diagonal, count))


def _over(diagonal: Sequence[Fit], full: Sequence[Fit], covers: tuple[int, ...]) -> Shape:
    """q on these components alone, which only a local minimum of KL(q‖p) can give."""
    name = f"q on {_listed(covers)}"
    if found := _minimum(diagonal, covers):
        return Shape(name, "yes", found)
    best = _reverse_best(diagonal)
    why = f"no minimum of {REVERSE} lies there; the lowest is q on {_listed(best.covers)}, "
    return Shape(name, "no", why + f"{best.divergence:.6g}{_beside(full, covers)}")


def _broad(diagonal: Sequence[Fit], full: Sequence[Fit], everything: tuple[int, ...]) -> Shape:
    """q over all components: where the moments agree, and perhaps a minimum of KL(q‖p) too."""
    [forward] = [fit for fit in diagonal if fit.objective == FORWARD]
    found = _minimum(diagonal, everything)
    if not found:
        found = f"no minimum of {REVERSE}, where the lower bound leads{_beside(full, everything)}"
    why = f"the minimum of {FORWARD}, {forward.divergence:.6g}; {found}"
    return Shape("a broad q over all components", "yes", why)


def _many_peaked(fits: Sequence[Fit], count: int) -> Shape:
    number = "two" if count == 2 else "many"
    least = _reverse_best(fits).divergence
    why = f"a Gaussian has one peak; this is why {REVERSE} stays at {least:.6g} or more, above 0"
    if least < NOUGHT:
        why = "a Gaussian has one peak, and so has this p, which q equals"
    return Shape(f"a {number}-peaked q", "no", why)


def _minimum(fits: Sequence[Fit], covers: tuple[int, ...]) -> str:
    """The lowest minimum of KL(q‖p) over these components, in words; nothing where none is."""
    here = [fit for fit in fits if fit.covers == covers and fit.objective == REVERSE]
    if not here:
        return ""
    fit = min(here, key=lambda each: each.divergence)
    if fit.best:
        return f"the global minimum of {REVERSE}, {fit.divergence:.6g}"
    lowest = _reverse_best(fits).divergence
    return f"a local minimum of {REVERSE}, {fit.divergence:.6g} (the lowest: {lowest:.6g})"


def _beside(full: Sequence[Fit], covers: tuple[int, ...]) -> str:
    found = _minimum(full, covers)
    return f"; with full covariance {found}" if found else ""


def _reverse_best(fits: Sequence[Fit]) -> Fit:
    return min((fit for fit in fits if fit.objective == REVERSE), key=lambda fit: fit.divergence)


def _listed(covers: tuple[int, ...]) -> str:
    if len(covers) == 1:
        return f"component {covers[0]}"
    return f"components {', '.join(map(str, covers[:-1]))} and {covers[-1]}"
