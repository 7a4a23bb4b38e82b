"""A design by its derivative, with a proof that σ is right: quadrature may pass a pole or a bell unseen.

σ′ is proved bounded by interval arithmetic, and the quadrature of each panel by
`lab.prover.integrals.quadrature`. A panel whose bound is too large is halved. σ at the edges, as it was
computed, is compared with what is proved of it, so all rounding up to there is accounted for. From an edge to
z the rounding of σ′ is taken to be twice what it is at the nodes of the panel: that is measured, not proved.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from math import inf, isfinite

import numpy as np
from flint import arb, ctx

from lab.activations.design.integral import FARTHEST, LARGEST_ERROR, WEIGHTS, Integral
from lab.activations.formula.formula import Formula
from lab.activations.formula.graph import Expression
from lab.errors import PartError
from lab.numerics import Array, Interval
from lab.prover.integrals.quadrature import PRECISION, Panel, Quadrature
from lab.prover.intervals.enclosure import enclosed
from lab.prover.intervals.exact_graph import exact_expression
from lab.prover.intervals.mean_value_form import middle_of
from lab.prover.intervals.rounding import upper

NARROWEST = 1e-6
"""An interval of z, relative to |z| or 1, that is not halved any more where no bound of σ′ is found."""

MOST_LOOKS = 40_000
"""So many panels are looked at, whole ones and halves."""

MOST_PARTS = 1000
"""So many of them may be in one panel."""

_SMALL = (1e-15, 1e-18)
"""The error, relative to 1 + |σ|, with which a panel is not halved; the second where σ comes back to 0."""

_ROUNDING = 2.0**-53


def integrated(text: str, parameters: tuple[tuple[str, float], ...] = ()) -> Integral:
    """The `Integral` of the formula, once it is proved to be right for |z| ≤ `FARTHEST`.

    Its error, relative to 1 + |σ|, is then `proved_error`, and not above `LARGEST_ERROR`.

    >>> float(integrated("1/(1 + z**2)")(1.0))
    0.7853981633974483

    Raises
    ------
    PartError
        No bound of σ′, or none of the error that is small enough, is found near some z, as at a pole; or as
        `Integral` does.
    """
    formula = Formula(text, parameters)
    return Integral(text, parameters, _cuts(text, formula.parameters))


@lru_cache(maxsize=1024)
def _cuts(text: str, parameters: tuple[tuple[str, float], ...]) -> tuple[float, ...]:
    """The edges of panels that the proof takes, beside those that the design finds itself."""
    _refuse_poles(text, Formula(text, parameters).expression)
    sigma = Integral(text, parameters)
    error, place = inf, 0.0
    for small in _SMALL:
        panels = list(_narrowed(sigma, small))
        cuts = np.setdiff1d([panel.z.low for panel in panels], sigma.edges)
        error, place = _worst(replace(sigma, cuts=tuple(cuts.tolist())), panels)
        if error <= LARGEST_ERROR:
            return tuple(cuts.tolist())
    large = "a σ that does not come back to 0 from large values"
    raise _refusal(text, place, f"an error of {error:.2g} cannot be excluded", f"without poles, and {large}")


def _refuse_poles(text: str, slope: Expression) -> None:
    waiting = [Interval(-FARTHEST, 0.0), Interval(0.0, FARTHEST)]
    while waiting:
        z = waiting.pop()
        if isfinite(enclosed(slope, z).magnitude):
            continue
        middle = z.low + (z.high - z.low) / 2
        if z.high - z.low <= NARROWEST * max(1.0, abs(middle)):
            raise PartError(
                f"the derivative {text!r} cannot be integrated: no bound is found for it near z = "
                f"{round(middle, 5):.6g}; expected a σ′ without poles, finite for |z| ≤ {FARTHEST:g}"
            )
        waiting += [Interval(z.low, middle), Interval(middle, z.high)]


def _narrowed(sigma: Integral, small: float) -> Iterator[Panel]:
    """The panels of σ, halved until each has a small error, or floats do not allow it."""
    quadrature = _quadrature(sigma)
    edges = np.union1d(sigma.edges, quadrature.starts)
    with np.errstate(all="ignore"):
        sizes = np.abs(sigma(edges))
    goals = small * (1 + np.maximum(sizes[:-1], sizes[1:]))
    left = MOST_LOOKS
    for ends, goal in zip(pairwise(edges.tolist()), goals.tolist(), strict=True):
        waiting, last = [Interval(*ends)], left - MOST_PARTS
        while waiting:
            z = waiting.pop()
            left -= 1
            if left < max(last, 0):
                expected = "without narrow details or rapid oscillation"
                raise _refusal(sigma.text, z.low, "no panels are found that are narrow enough", expected)
            if (panel := quadrature.within(z, goal)) is not None:
                yield panel
            else:
                waiting += [Interval(middle_of(z), z.high), Interval(z.low, middle_of(z))]


def _refusal(text: str, place: float, found: str, expected: str) -> PartError:
    return PartError(
        f"the derivative {text!r} cannot be integrated to {LARGEST_ERROR:g}: {found} near z = {place:.6g}; "
        f"expected a σ′ {expected}"
    )


def proved_error(sigma: Integral) -> float:
    """A bound of the error of σ, relative to 1 + |σ|, for |z| ≤ `FARTHEST`; infinite where none is found.

    The formula's numbers are taken as float64 holds them.

    >>> proved_error(integrated("1/(1 + z**2)")) < 1e-14
    True
    """
    quadrature = _quadrature(sigma)
    return _worst(sigma, [quadrature.over(Interval(*z)) for z in pairwise(sigma.edges.tolist())])[0]


def _worst(sigma: Integral, panels: list[Panel]) -> tuple[float, float]:
    """The largest bound of the error in one of the panels of σ, relative to 1 + |σ|, and where that is.

    From the edge towards 0 the error of a part of a panel grows as its width does, or slower, and |σ| as its
    width times the least slope, or faster; so their ratio is largest at one of the ends.
    """
    zero, widths = np.searchsorted(sigma.edges, 0.0), np.diff(sigma.edges)
    is_left = np.arange(len(panels)) < zero
    starts = np.arange(len(panels)) + is_left  # the edges towards 0
    before, at_start = _errors_at_edges(sigma, panels)[starts], sigma.at_edges[starts]
    low, high = (np.array([getattr(panel.bounds, end) for panel in panels]) for end in ("low", "high"))
    with np.errstate(all="ignore"):
        outwards = np.where(is_left, -at_start, at_start)
        rises = widths * np.where(outwards == 0, np.maximum(low, -high), np.where(outwards > 0, low, -high))
        rates = sigma.rates
        rounded = 2 * np.abs(rates - np.array([panel.rates for panel in panels]))
        rounded = np.where(np.isnan(rounded), 0.0, rounded) + 8 * _ROUNDING * np.abs(rates)
        within = np.array([panel.error for panel in panels]) + widths / 2 * (rounded @ WEIGHTS)
        sizes = np.abs(at_start) - before
        errors = (before + within) / (1 + np.maximum(0.0, sizes + rises))
        errors = np.maximum(errors, before / (1 + np.maximum(0.0, sizes))) + 2 * _ROUNDING
    errors = np.where(np.isnan(errors), inf, errors)
    return float(errors.max()), float(sigma.edges[np.argmax(errors)])


def _errors_at_edges(sigma: Integral, panels: list[Panel]) -> Array:
    """How far σ at the edges, as it was computed, may be from what is proved of it."""
    zero = int(np.searchsorted(sigma.edges, 0.0))
    errors = np.zeros(len(sigma.edges))
    for order, sign, step in ((range(zero, len(panels)), 1, 1), (range(zero - 1, -1, -1), -1, 0)):
        with ctx.workprec(PRECISION):
            total = arb(0)
            for i in order:
                total += sign * panels[i].integral
                errors[i + step] = upper(abs(total - float(sigma.at_edges[i + step])))
    return errors


def _quadrature(sigma: Integral) -> Quadrature:
    return Quadrature(exact_expression(sigma.rate.expression), sigma.switches)
