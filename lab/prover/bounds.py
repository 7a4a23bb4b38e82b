"""The bounds of a slope as far as they are known: proved where there is a proof, else claimed or measured."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from lab.numerics import Interval
from lab.parts import Activation
from lab.prover.certificate import certify

WIDEST = 1e-5
"""The width, relative to 1 or its size, of an enclosure that tells inf σ′ or sup σ′."""


@dataclass(frozen=True)
class Bounds:
    """Inf σ′ and sup σ′ over all reals in ``slope``, and whether they are proved.

    Proved bounds hold to the last digit and are reached, or nearly so, within `WIDEST`.
    """

    slope: Interval
    proved: bool


def slope_bounds(sigma: Activation) -> Bounds:
    """What `certify` proves where its enclosures are narrow; otherwise what σ claims, or measures."""
    found = certify(sigma)
    if found.doubt or found.jumps or not (_tells(found.inf) and _tells(found.sup)):
        return Bounds(sigma.slope_range, proved=False)
    return Bounds(Interval(found.inf.low, found.sup.high), proved=True)


def _tells(enclosure: Interval) -> bool:
    low, high = enclosure.low, enclosure.high
    return low == high or (isfinite(high - low) and high - low <= WIDEST * max(1.0, abs(low), abs(high)))
