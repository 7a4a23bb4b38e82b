"""The bounds of a slope: proved where there is a proof, else claimed or measured."""

from dataclasses import dataclass
from math import inf

from lab.numerics import Interval
from lab.parts import Activation
from lab.prover.certificate import Certificate, certify

WIDEST = 1e-5
"""The width of an enclosure of inf σ′ or sup σ′, relative to its size or 1, up to which it is used."""

SOURCES = ("proved", "claimed", "measured")
"""Whence bounds are known, the surest first: the prover, the class of σ, or a grid of z."""


@dataclass(frozen=True)
class SlopeBounds:
    """Inf σ′ and sup σ′ over all reals in ``slope``, and whence they are ``known``: one of `SOURCES`.

    Proved bounds hold to the last digit and are reached, or nearly so, within `WIDEST`.
    """

    slope: Interval
    known: str

    @property
    def proved(self) -> bool:
        return self.known == "proved"


def slope_bounds(sigma: Activation, found: Certificate | None = None) -> SlopeBounds:
    """What `certify` proves where its enclosures are narrow; otherwise what σ claims, or measures.

    ``found`` is what `certify` proves of σ, if that is known.

    >>> from lab.activations.formula.formula import Formula
    >>> slope_bounds(Formula("tanh(z) + 0.5*z"))
    SlopeBounds(slope=Interval(low=0.5, high=1.5), known='proved')
    """
    found = found or certify(sigma)
    if found.doubt or found.jumps or not (_is_narrow(found.inf) and _is_narrow(found.sup)):
        return SlopeBounds(sigma.slope_range, "claimed" if sigma.claims("slope_range") else "measured")
    return SlopeBounds(Interval(found.inf.low, found.sup.high), "proved")


def _is_narrow(enclosure: Interval) -> bool:
    width = enclosure.high - enclosure.low
    return enclosure.low == enclosure.high or width <= WIDEST * max(1.0, enclosure.magnitude) < inf
