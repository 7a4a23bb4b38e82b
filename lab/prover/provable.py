"""From an activation to what proofs are about: σ and σ′ as exact expressions, and where to look at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

import numpy as np

from lab.activations.design.integral import FARTHEST, Integral
from lab.activations.design.slope import slope_of
from lab.activations.formula.enclosure import Box
from lab.activations.formula.exact_graph import exact_expression
from lab.activations.formula.formula import Written, formula_of
from lab.activations.formula.graph import Expression
from lab.activations.formula.parser import parse
from lab.activations.formula.rewrites import stable
from lab.numerics import REALS, Array, Interval
from lab.parts import Activation
from lab.prover.continuity import Continuity, continuity
from lab.prover.mean_value_form import ExactFunction
from lab.prover.periodicity import period_of

_LARGEST_SLOPE = 1e300
"""Slopes beyond it count as this one where the largest is looked for, also infinite ones."""

_TAIL = np.geomspace(30, 1e6, 600)
_GRID: Array = np.concatenate([-_TAIL[::-1], np.linspace(-30, 30, 4801), _TAIL])
"""The z at which σ and σ′ are computed, to see where σ′ is likely to have its extremes."""


@dataclass(frozen=True)
class ExactForm:
    """σ and σ′ as exact expressions.

    value, slope
        σ and σ′; σ is None where it is known by σ′ alone, and then is continuous, with σ(0) = 0.
    computed
        What computes them: the formula of σ, or σ itself.
    end
        The |z| up to which they hold; beyond it σ is a straight line.
    """

    value: Expression | None
    slope: Expression
    computed: Activation
    end: float = inf

    @property
    def switches(self) -> tuple[float, ...]:
        """Where σ′ or a derivative of it may jump."""
        return self.computed.switches if isinstance(self.computed, Written) else self.computed.kinks


def exact_form(sigma: Activation, left_open: tuple[str, ...] = ()) -> ExactForm | None:
    """σ and σ′ with these parameters left open; None where neither is known as a formula."""
    if isinstance(sigma, Integral):
        return ExactForm(None, exact_expression(_expression(sigma, left_open)), sigma, FARTHEST)
    if (formula := formula_of(sigma)) is not None:
        value = exact_expression(_expression(formula, left_open))
        return ExactForm(value, value.derivative(), formula)
    slope = slope_of(sigma)
    return None if slope is None or left_open else ExactForm(None, exact_expression(slope), sigma)


def _expression(written: Written | Integral, left_open: tuple[str, ...]) -> Expression:
    """What the text says, with these parameters left open."""
    if not left_open:
        return written.expression if isinstance(written, Written) else written.slope_expression
    fixed = {name: value for name, value in written.numbers if name not in left_open}
    text = written.formula if isinstance(written, Written) else written.text
    return stable(parse(text, fixed, left_open))


@dataclass(frozen=True)
class Provable:
    """A σ, or a family of them, ready for proofs.

    slope, value
        σ′ and σ; σ is None where it is given by σ′, and then is 0 at z = 0.
    slope_over, value_over
        Where each has to be looked at: all reals, one period, or as far as a design goes.
    names, parameters
        The parameters that are left open, and their intervals.
    kinks
        Where σ′ may jump.
    points
        Where σ′ is least and greatest on a grid, and the points next to 0 where it hardly differs.
    continuity
        Whether σ is defined and does not jump.
    """

    slope: ExactFunction
    value: ExactFunction | None
    slope_over: Interval
    value_over: Interval
    names: tuple[str, ...]
    parameters: Box
    kinks: tuple[float, ...]
    points: tuple[float, ...]
    continuity: Continuity


def provable(sigma: Activation, over: Mapping[str, Interval]) -> Provable | None:
    """σ ready for proofs, with parameters over intervals; None where no formula of σ or σ′ is known."""
    names, parameters = tuple(over), tuple(over.values())
    form = exact_form(sigma, names)
    if form is None:
        return None
    slope, kinks = form.slope, form.computed.kinks
    if form.value is None:
        with np.errstate(all="ignore"):
            points = _likely_extremes(np.asarray(form.computed.derivative(_GRID)))
        points = tuple(min(max(z, -form.end), form.end) for z in points)
        f, z = ExactFunction(slope, slope, len(names)), Interval(-form.end, form.end)
        return Provable(f, None, z, z, names, parameters, kinks, points, Continuity())
    with np.errstate(all="ignore"):
        values, slopes = form.computed.with_derivative(_GRID)
    return Provable(
        ExactFunction(slope, form.value, len(names)),
        ExactFunction(form.value, form.value, len(names)),
        _one_period(slope),
        _one_period(form.value),
        names,
        parameters,
        kinks,
        _likely_extremes(slopes),
        continuity(form.value, slope, parameters, _first_not_finite(values)),
    )


def _one_period(f: Expression) -> Interval:
    period = period_of(f)
    return REALS if period is None else Interval(0.0, period)


def _likely_extremes(slopes: Array) -> tuple[float, ...]:
    """Where σ′ is least and greatest on `_GRID`, and next to 0 where it hardly differs from that."""
    finite = np.isfinite(slopes)
    z, slopes = _GRID[finite], np.clip(slopes[finite], -_LARGEST_SLOPE, _LARGEST_SLOPE)
    points: list[float] = []
    for extreme in (slopes.min(), slopes.max()) if len(z) else ():
        for allowed in (1e-9 * max(1.0, abs(extreme)), 0.0):
            points.append(_next_to_0(z[np.abs(slopes - extreme) <= allowed]))
    return tuple(points)


def _first_not_finite(values: Array) -> tuple[float, ...]:
    """Where next to 0 the values are not finite: NaN rather than infinite."""
    for wrong in (np.isnan(values), np.isinf(values)):
        if wrong.any():
            return (_next_to_0(_GRID[wrong]),)
    return ()


def _next_to_0(z: Array) -> float:
    return float(z[np.argmin(np.abs(z))])
