"""What a certificate is about: σ and σ′ as functions that can be bounded, and where to look at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

import numpy as np

from lab.activations.design.integral import FARTHEST, Integral
from lab.activations.design.slope import slope_of
from lab.activations.formula.enclosure import Box
from lab.activations.formula.formula import Written, formula_of
from lab.activations.formula.graph import Expression
from lab.activations.formula.parser import parse
from lab.activations.formula.rewrites import stable
from lab.activations.formula.tape import Tape, Term
from lab.numerics import Array, Interval
from lab.parts import Activation
from lab.prover.continuity import Continuity, continuity
from lab.prover.mean_value import Function
from lab.prover.period import period

_HUGE = 1e300
"""A slope that is not told from larger ones."""

_FAR = np.geomspace(30, 1e6, 600)
_LOOKED_AT: Array = np.concatenate([-_FAR[::-1], np.linspace(-30, 30, 4801), _FAR])


@dataclass(frozen=True)
class Subject:
    """A σ, or a family of them, ready for proofs.

    slope, value
        σ′ and σ; σ is None where it is given by σ′, and then is 0 at z = 0.
    slope_over, value_over
        The z that tell all about each.
    names, parameters
        The parameters that are left open, and their intervals.
    kinks
        Where σ′ may jump.
    points
        Where σ′ is least and greatest as far as seen, and the points next to 0 where it hardly differs.
    continuity
        Whether σ is defined and does not jump.
    """

    slope: Function
    value: Function | None
    slope_over: Interval
    value_over: Interval
    names: tuple[str, ...]
    parameters: Box
    kinks: tuple[float, ...]
    points: tuple[float, ...]
    continuity: Continuity


def subject_of(sigma: Activation, over: Mapping[str, Interval]) -> Subject | None:
    """The subject that σ is, with parameters over intervals; None where no formula of σ is known."""
    if isinstance(sigma, Integral):
        return _designed(sigma, over)
    formula = formula_of(sigma)
    if formula is not None:
        return _written(formula, over)
    slope = slope_of(sigma)
    return None if slope is None or over else _sloped(sigma, slope)


def _written(formula: Written, over: Mapping[str, Interval]) -> Subject:
    """σ by a formula."""
    names, parameters = tuple(over), tuple(over.values())
    tape = Tape()
    sigma = tape.copied(_expression(formula, names))
    slope = tape.derivative(sigma)
    with np.errstate(all="ignore"):
        values, slopes = formula.with_derivative(_LOOKED_AT)
    return Subject(
        _function(sigma, slope, len(names)),
        _function(sigma, sigma, len(names)),
        _over(slope),
        _over(sigma),
        names,
        parameters,
        formula.kinks,
        _extremes(slopes),
        continuity(sigma, slope, parameters, _undefined(values)),
    )


def _designed(sigma: Integral, over: Mapping[str, Interval]) -> Subject:
    """σ by its derivative: up to |z| = `FARTHEST`, from where on it is a straight line."""
    names, parameters = tuple(over), tuple(over.values())
    tape = Tape()
    slope = tape.copied(_expression(sigma, names))
    with np.errstate(all="ignore"):
        slopes = np.asarray(sigma.derivative(_LOOKED_AT))
    z = Interval(-FARTHEST, FARTHEST)
    points = tuple(min(max(x, -FARTHEST), FARTHEST) for x in _extremes(slopes))
    f = _function(slope, slope, len(names))
    return Subject(f, None, z, z, names, parameters, sigma.kinks, points, Continuity())


def _sloped(sigma: Activation, slope: Expression) -> Subject:
    """σ by the expression of its slope, of a class that is its integral everywhere."""
    z = Interval(-inf, inf)
    f = Tape().copied(slope)
    with np.errstate(all="ignore"):
        points = _extremes(np.asarray(sigma.derivative(_LOOKED_AT)))
    return Subject(_function(f, f, 0), None, z, z, (), (), sigma.kinks, points, Continuity())


def _expression(sigma: Written | Integral, left_open: tuple[str, ...]) -> Expression:
    """What the text says, with these parameters left open."""
    if not left_open:
        return sigma.expression if isinstance(sigma, Written) else sigma.slope_expression
    fixed = {name: value for name, value in sigma.numbers if name not in left_open}
    text = sigma.formula if isinstance(sigma, Written) else sigma.text
    return stable(parse(text, fixed, left_open))


def _function(sigma: Term, f: Term, parameters: int) -> Function:
    """σ or σ′ with its partial derivatives."""
    partials = [f.tape.derivative(f, position) for position in range(parameters + 1)]
    curvature = f.tape.derivative(partials[0])
    return Function(f.tape, sigma.node, f.node, tuple(partial.node for partial in partials), curvature.node)


def _over(f: Term) -> Interval:
    """The z that tell all about f: all, or one period."""
    repeats = period(f)
    return Interval(-inf, inf) if repeats is None else Interval(0.0, repeats)


def _extremes(slopes: Array) -> tuple[float, ...]:
    """Where σ′ is least and greatest among `_LOOKED_AT`, and next to 0 where it hardly differs from that."""
    known = np.isfinite(slopes)
    z, slopes = _LOOKED_AT[known], slopes[known]
    points: list[float] = []
    nearly = np.clip(slopes, -_HUGE, _HUGE)
    for extreme in (nearly.min(), nearly.max()) if len(z) else ():
        for allowed in (1e-9 * max(1.0, abs(extreme)), 0.0):
            alike = z[np.abs(nearly - extreme) <= allowed]
            points.append(float(alike[np.argmin(np.abs(alike))]))
    return tuple(points)


def _undefined(values: Array) -> tuple[float, ...]:
    """Where next to 0 the values are not finite: NaN rather than infinite."""
    for wrong in (np.isnan(values), np.isinf(values)):
        if wrong.any():
            z = _LOOKED_AT[wrong]
            return (float(z[np.argmin(np.abs(z))]),)
    return ()
