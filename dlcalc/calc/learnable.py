"""Which shapes of q the minima of KL(q‖p) and KL(p‖q) leave open, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcalc.calc.posterior import Fit

REVERSE, FORWARD = "KL(q||p)", "KL(p||q)"


@dataclass(frozen=True)
class Shape:
    """One shape that q might be thought to take."""

    shape: str
    """Where q would lie."""
    learnable: str
    """`yes` or `no`."""
    why: str
    """The reason, with the divergences that carry it."""


def shapes(fits: Sequence[Fit], count: int) -> tuple[Shape, ...]:
    """The verdict on q on each of `count` components, over several, over all, many-peaked.

    `fits` are those of one family, with one minimum of KL(p‖q) among them.
    """
    if count == 1:
        return (
            Shape("q on the one component", "yes", "p is a Gaussian itself, and q can equal it"),
        )
    all_of_them = tuple(range(1, count + 1))
    single = [(k,) for k in all_of_them]
    some = {fit.covers for fit in fits if fit.objective == REVERSE} - {*single, all_of_them}
    places = [_over(fits, covers) for covers in [*single, *sorted(some)]]
    return (*places, _broad(fits, all_of_them), _many_peaked(fits, count))


def _over(fits: Sequence[Fit], covers: tuple[int, ...]) -> Shape:
    """q on these components alone, which only a local minimum of KL(q‖p) can give."""
    name = f"q on {_listed(covers)}"
    here = _lowest([fit for fit in fits if fit.covers == covers and fit.objective == REVERSE])
    if here:
        return Shape(name, "yes", _minimum(here, _reverse_best(fits)))
    best = _reverse_best(fits)
    why = f"no minimum of {REVERSE} lies there; the lowest is q on {_listed(best.covers)}"
    return Shape(name, "no", f"{why}, {best.divergence:.6g}")


def _broad(fits: Sequence[Fit], everything: tuple[int, ...]) -> Shape:
    """q over all components: where the moments agree, and perhaps a minimum of KL(q‖p) too."""
    [forward] = [fit for fit in fits if fit.objective == FORWARD]
    why = f"the minimum of {FORWARD}, {forward.divergence:.6g}"
    here = _lowest([fit for fit in fits if fit.covers == everything and fit.objective == REVERSE])
    if here:
        why += f"; {_minimum(here, _reverse_best(fits))}"
    else:
        why += f"; no minimum of {REVERSE}, so the evidence lower bound does not lead there"
    return Shape("a broad q over all components", "yes", why)


def _many_peaked(fits: Sequence[Fit], count: int) -> Shape:
    number = "two" if count == 2 else "many"
    least = _reverse_best(fits).divergence
    why = f"a Gaussian has one peak; this is why {REVERSE} stays at {least:.6g} or more, above 0"
    return Shape(f"a {number}-peaked q", "no", why)


def _minimum(fit: Fit, best: Fit) -> str:
    if fit.best:
        return f"the global minimum of {REVERSE}, {fit.divergence:.6g}"
    return f"a local minimum of {REVERSE}, {fit.divergence:.6g} (the lowest: {best.divergence:.6g})"


def _reverse_best(fits: Sequence[Fit]) -> Fit:
    return min((fit for fit in fits if fit.objective == REVERSE), key=lambda fit: fit.divergence)


def _lowest(fits: Sequence[Fit]) -> Fit | None:
    return min(fits, key=lambda fit: fit.divergence, default=None)


def _listed(covers: tuple[int, ...]) -> str:
    if len(covers) == 1:
        return f"component {covers[0]}"
    return f"components {', '.join(map(str, covers[:-1]))} and {covers[-1]}"
