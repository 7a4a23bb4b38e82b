"""From an activation to what proofs are about: σ and σ′ as exact expressions, and where to look at them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import inf, nextafter, pi

import numpy as np

from lab.activations.design.clipped_slope import ClippedSlope
from lab.activations.design.integral import Integral
from lab.activations.design.knots import Knots
from lab.activations.formula.formula import Written, formula_of
from lab.activations.formula.graph import Expression, folded
from lab.activations.formula.parser import parse
from lab.activations.formula.rewrites import stable
from lab.numerics import REALS, Array, Interval
from lab.parts import Activation
from lab.prover.branch_and_bound import Extreme, extremes
from lab.prover.continuity import Continuity, continuity
from lab.prover.intervals.enclosure import Box
from lab.prover.intervals.exact_graph import ExactGraph, exact_expression
from lab.prover.intervals.mean_value_form import ExactFunction

_LARGEST_SLOPE = 1e300
"""Slopes beyond it count as this one where the largest is looked for, also infinite ones."""

_SLOWEST = 1e-300
"""A wave with a smaller rate c has a period that is no float."""

_TAIL = np.geomspace(30, 1e6, 600)
_GRID: Array = np.concatenate([-_TAIL[::-1], np.linspace(-30, 30, 4801).round(4), _TAIL])
"""The z at which σ and σ′ are computed, to see where σ′ is likely to have its extremes."""


@dataclass(frozen=True)
class ExactForm:
    """σ and σ′ as exact expressions; σ is None where it is known by σ′ alone: continuous, with σ(0) = 0."""

    value: Expression | None
    slope: Expression
    computed: Activation  # what computes them: the formula of σ, or σ itself

    @property
    def switches(self) -> tuple[float, ...]:
        """Where σ′ or a derivative of it may jump."""
        return self.computed.switches


def exact_form(sigma: Activation, left_open: tuple[str, ...] = ()) -> ExactForm | None:
    """σ and σ′ with these parameters left open; None where neither is known as a formula."""
    if isinstance(sigma, Integral):
        return ExactForm(None, exact_expression(_expression(sigma.rate, left_open)), sigma)
    if (formula := formula_of(sigma)) is not None:
        value = stable(exact_expression(_expression(formula, left_open)))  # 2^z is e^(z ln 2) now
        return ExactForm(value, stable(value.derivative()), formula)
    if left_open:
        return None
    if isinstance(sigma, Knots):
        return ExactForm(None, sigma.slope_over(ExactGraph().z()), sigma)
    if isinstance(sigma, ClippedSlope) and (inner := exact_form(sigma.inner)) is not None:
        return ExactForm(None, inner.slope.call("max", sigma.floor), sigma)
    return None


def _expression(written: Written, left_open: tuple[str, ...]) -> Expression:
    """What the formula says, with these parameters left open."""
    if not left_open:
        return written.expression
    fixed = {name: value for name, value in written.numbers if name not in left_open}
    return stable(parse(written.formula, fixed, left_open))


@dataclass(frozen=True)
class Provable:
    """A σ, or a family of them, ready for proofs."""

    slope: ExactFunction
    value: ExactFunction | None  # None where σ is given by σ′, and then is 0 at z = 0
    slope_over: Interval  # where each has to be looked at: all reals or one period
    value_over: Interval
    names: tuple[str, ...]  # the parameters that are left open, and their intervals
    parameters: Box
    continuity: Continuity
    form: ExactForm

    @property
    def kinks(self) -> tuple[float, ...]:
        """Where σ′ may jump."""
        return () if isinstance(self.form.computed, Knots) else self.form.computed.kinks

    @property
    def corners(self) -> tuple[float, ...]:
        """Where σ′ is known to have a corner, and no jump."""
        return self.form.computed.kinks if isinstance(self.form.computed, Knots) else ()

    @cached_property
    def points(self) -> tuple[float, ...]:
        """Where σ′ is likely to have its extremes."""
        with np.errstate(all="ignore"):
            return _likely_extremes(np.asarray(self.form.computed.derivative(_GRID)))


def slope_extremes(family: Provable, slope: ExactFunction, claim: Interval) -> tuple[Extreme, Extreme]:
    """Inf and sup of the family's slope, or of a multiple of it, enclosed until the ``claim`` is decided."""
    return extremes(
        slope,
        family.slope_over,
        family.parameters,
        kinks=family.kinks,
        corners=family.corners,
        points=family.points,
        claim=claim,
        without_kinks=True,
    )


def provable(sigma: Activation, over: Mapping[str, Interval]) -> Provable | None:
    """σ ready for proofs, with parameters over intervals; None where no formula of σ or σ′ is known."""
    names, parameters = tuple(over), tuple(over.values())
    form = exact_form(sigma, names)
    if form is None:
        return None
    value, known = None, Continuity()
    periods = (period_of(form.slope), period_of(form.value) if form.value else None)
    slope_over, value_over = (Interval(0.0, end) if end else REALS for end in periods)
    if form.value is not None:
        value = ExactFunction(form.value, form.value, len(names))
        known = continuity(form.value, form.slope, parameters, _first_not_finite(form.computed))
    return Provable(
        ExactFunction(form.slope, form.value or form.slope, len(names)),
        value,
        slope_over,
        value_over,
        names,
        parameters,
        known,
        form,
    )


def period_of(f: Expression) -> float | None:
    """A number not below a period of f, and near it; None where none is seen.

    It is seen where z occurs only as sin(c·z + …) or cos(c·z + …), with numbers c that are whole multiples
    of the least of them.
    """
    rates = _rates(f)
    if not rates or any(rate % min(rates) for rate in rates) or min(rates) < _SLOWEST:
        return None
    longest = 2 * nextafter(pi, inf) / float(min(rates))
    return nextafter(nextafter(longest, inf), inf)


def _rates(f: Expression) -> frozenset[Fraction] | None:
    """The |c| of all sines and cosines of f; None where z occurs outside of one, or c is not one number."""

    def rates(node: Expression, inner: list[frozenset[Fraction] | None]) -> frozenset[Fraction] | None:
        if not node.varies:
            return frozenset()
        if node.operation in ("sin", "cos"):
            rate = _rate(node.arguments[0])
            return None if rate is None else frozenset({abs(rate)})
        known = [one for one in inner if one is not None]
        return frozenset().union(*known) if known and len(known) == len(inner) else None

    return folded(rates, f)[0]


def _rate(u: Expression) -> Fraction | None:
    """The number c of u = c·z + something without z; None where u is not of that form."""
    rate = Fraction(1)
    while u.operation != "z":
        varying = [argument for argument in u.arguments if argument.varies]
        if len(varying) != 1 or u.operation not in ("neg", "add", "sub", "mul", "div"):
            return None
        if u.operation in ("mul", "div"):
            fixed = next(argument for argument in u.arguments if not argument.varies)
            if not fixed.number or (u.operation == "div" and varying[0] is not u.arguments[0]):
                return None
            c = Fraction(fixed.number)
            rate *= c if u.operation == "mul" else 1 / c
        u = varying[0]
    return rate


def _likely_extremes(slopes: Array) -> tuple[float, ...]:
    """Where σ′ is least and greatest on `_GRID`, and next to 0 where it hardly differs from that."""
    finite = np.isfinite(slopes)
    z, slopes = _GRID[finite], np.clip(slopes[finite], -_LARGEST_SLOPE, _LARGEST_SLOPE)
    points: list[float] = []
    for extreme in (slopes.min(), slopes.max()) if len(z) else ():
        for allowed in (1e-9 * max(1.0, abs(extreme)), 0.0):
            points.append(_next_to_0(z[np.abs(slopes - extreme) <= allowed]))
    return tuple(points)


def _first_not_finite(sigma: Activation) -> Iterator[float]:
    """Where next to 0 the values are not finite: NaN rather than infinite; computed when asked for."""
    with np.errstate(all="ignore"):
        values = np.asarray(sigma(_GRID))
    for wrong in (np.isnan(values), np.isinf(values)):
        if wrong.any():
            yield _next_to_0(_GRID[wrong])
            return


def _next_to_0(z: Array) -> float:
    return float(z[np.argmin(np.abs(z))])
