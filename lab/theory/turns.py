"""Where panels of quadrature have to end for a σ that turns within a narrow interval of z."""

from functools import lru_cache

import numpy as np

from lab.activations.design.integral import Integral
from lab.activations.formula.formula import Written, formula_of
from lab.activations.formula.graph import below
from lab.activations.formula.operations import COMPARISONS
from lab.activations.formula.switches import zeros
from lab.numerics import Array
from lab.parts import Activation
from lab.theory.moved import Moved

NEAR = 16.0
"""Up to this |z| quadrature sees what turns within 1/16 without being told."""

_STEPS = 4.0 ** -np.arange(-10, 500)
"""Distances from a place at which σ and σ′ are looked at, from large to small."""

_MOVED = 0.05
"""From this share of the largest value on, a change from one distance to the next is a turn."""

_MOST = 64
"""So many places next to 0 are looked at."""

_FEW = 24
"""So many breaks are few."""

_PLAIN = frozenset({"z", "constant", "add", "sub", "neg"})
_TAIL = np.geomspace(30, 1e6, 200)
_GRID = np.concatenate([-_TAIL[::-1], np.linspace(-30, 30, 4801), _TAIL])


@lru_cache(maxsize=256)
def turns(sigma: Activation) -> tuple[float, ...]:
    """The kinks of σ and, where it turns sharply, places at distances that grow by 4 from where it does.

    It may turn where an argument of one of its operations is 0, as 10⁶(z − 1) in tanh(10⁶(z − 1)), or where
    that argument itself turns.

    >>> from lab.activations.formula.formula import Formula
    >>> turns(Formula("tanh(z - 1)")), 1.0 in turns(Formula("tanh(1e6*(z - 1))"))
    ((), True)
    """
    if isinstance(sigma, Moved):
        return tuple(place - sigma.b for place in turns(sigma.inner))
    places = sorted({0.0, *sigma.kinks, *_zeros(sigma)}, key=abs)
    if len(places) > _MOST:  # a wave, whose far turns are like its near ones
        places = [place for place in places[:_MOST] if abs(place) <= NEAR]
    return tuple(np.union1d(sigma.kinks, [z for place in places for z in _sharp(sigma, place)]).tolist())


def _zeros(sigma: Activation) -> set[float]:
    """Where an argument of an operation is 0, or its slope, in the formula of σ or of what σ is made of."""
    written: Written | None = sigma.rate if isinstance(sigma, Integral) else formula_of(sigma)
    if written is None:
        inner = getattr(sigma, "inner", None)
        return _zeros(inner) if isinstance(inner, Activation) else set()
    expression = written.expression
    asked = {x for node in below(expression) if node.operation not in _PLAIN for x in node.arguments}
    asked = {x for x in asked if x.varies and x.operation not in COMPARISONS | {"z"}}
    return {z for x in asked for y in (x, x.derivative()) for z in zeros(y, _GRID)}


def _sharp(sigma: Activation, place: float) -> list[float]:
    """A place, and those around it in reach of which σ turns; none where quadrature sees it anyway."""
    reach = max(1.0, abs(place))
    steps = _STEPS[(_STEPS <= reach) & (_STEPS > np.spacing(abs(place)))]
    around = place + np.outer([-1, 1], steps)
    with np.errstate(all="ignore"):
        values: Array = np.abs(np.stack([sigma(around), sigma.derivative(around)]))
        values[~np.isfinite(values)] = 0.0
        moved = np.abs(np.diff(values)) > _MOVED * values.max(axis=(1, 2), keepdims=True)
    at = np.flatnonzero(moved.any(axis=(0, 1)))
    if not len(at) or (steps[at[-1]] >= 1 / NEAR and abs(place) <= NEAR):
        return []
    return [place, *around[:, : at[-1] + 3].ravel().tolist()]


def around(places: Array, width: float, turns: Array) -> Array:
    """Where a function turns that turns sharply at the places and is made smooth by a normal of this width.

    It does at the places and at some of its standard deviations, ``turns``, from them; where many places are
    near each other, at few of all these.
    """
    found = np.add.outer(places, width * turns).ravel()
    if width == 0 or len(places) <= _FEW:
        return found
    return found[np.unique(np.round(found / (width / 4)), return_index=True)[1]]
