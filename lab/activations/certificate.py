"""Proving a claim about the slope of a formula over all reals, or refuting it with a witness."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from itertools import count
from math import inf, isfinite, isnan
from typing import Literal, TypeAlias

import numpy as np

from lab.activations.activation import Activation, Interval, grid
from lab.activations.formula.enclosure import decided, enclosed, enclosed_slope
from lab.activations.formula.formula import Formula
from lab.activations.formula.graph import Expression
from lab.activations.formula.integral import FARTHEST, Integral

MOST_BOXES = 2000
"""Intervals that a proof may look at before it gives up."""

FAR = 1e300
"""The |z| beyond which an interval is not split any more."""

MOST_AFTER = 200
"""Intervals in which a witness is looked for yet, where there will be no proof."""

LARGEST_STEP = 1e-10
"""The largest jump of σ, relative to 1 or |σ|, that is taken for rounding of the formula's numbers."""

Verdict = Literal["CERTIFIED", "REFUTED", "UNDECIDED"]
Slope: TypeAlias = Callable[[Interval], Interval]


@dataclass(frozen=True)
class Certificate:
    """What could be said of the claim c ≤ σ′(z) ≤ d for all real z.

    ``CERTIFIED``
        Proved by interval arithmetic: there is no z where it fails.
    ``REFUTED``
        It fails at ``witness``, where σ′ was enclosed and lies outside the claim, or σ jumps there.
    ``UNDECIDED``
        Neither; ``reason`` says where the proof stopped.

    The claim is about σ′ in exact arithmetic, with the formula's numbers as float64 holds them, and at a
    kink about the slope that `lab.activations.Formula` states there.
    """

    verdict: Verdict
    reason: str
    witness: float | None = None


def certify(sigma: Activation, at_least: float = -inf, at_most: float = inf) -> Certificate:
    """Prove or refute at_least ≤ σ′(z) ≤ at_most for all real z, by branch and bound.

    Intervals of z that do not prove the claim are halved, the worst first; an unbounded one is split
    farther and farther out. Only a σ given by a formula can be certified. One given by its derivative is
    looked at up to |z| = `FARTHEST`, from where on it is a straight line.

    Raises ValueError where a bound is not a number.
    """
    if isnan(at_least) or isnan(at_most):
        raise ValueError(f"a claim needs numbers, got at_least = {at_least} and at_most = {at_most}")
    if isinstance(sigma, Formula):
        if jump := _jump(sigma.expression):
            return jump
        return _proof(sigma, partial(enclosed_slope, sigma.expression), inf, Interval(at_least, at_most))
    if isinstance(sigma, Integral):
        slope = partial(enclosed, sigma.slope_expression)
        return _proof(sigma, slope, FARTHEST, Interval(at_least, at_most))
    return Certificate("UNDECIDED", "only a formula can be certified, and this is a class")


def _proof(sigma: Activation, slope: Slope, end: float, claim: Interval) -> Certificate:
    """The verdict on the claim for |z| ≤ ``end``."""
    for point in _suspects(sigma):
        if refuted := _refuted(slope, claim, min(max(point, -end), end)):
            return refuted
    waiting = _Waiting(slope, claim)
    for z in (Interval(-end, -1.0), Interval(-1.0, 1.0), Interval(1.0, end)):
        waiting.add(z)
    stuck, left = "", MOST_BOXES
    while waiting and left:
        left -= 1
        z = waiting.worst()
        middle = _middle(z)
        if refuted := _refuted(slope, claim, middle):
            return refuted
        if z.low < middle < z.high:
            waiting.add(Interval(z.low, middle))
            waiting.add(Interval(middle, z.high))
        else:
            waiting.give_up(z)
            place = f"near z = {middle:.6g}" if abs(middle) < FAR else f"beyond z = {middle:g}"
            stuck = stuck or f"the proof does not come through {place}"
            left = min(left, MOST_AFTER)
    if waiting and not stuck:
        stuck = f"{MOST_BOXES} intervals do not suffice"
    if stuck:
        return Certificate("UNDECIDED", f"{stuck}{waiting.proved()}{_undefined(sigma)}")
    return Certificate("CERTIFIED", "proved on every interval of z")


class _Waiting:
    """The intervals of z on which the claim is not proved, the worst first."""

    def __init__(self, slope: Slope, claim: Interval) -> None:
        self.slope, self.claim = slope, claim
        self._heap: list[tuple[float, int, Interval]] = []
        self._order = count()
        self._given_up: list[Interval] = []

    def __bool__(self) -> bool:
        return bool(self._heap)

    def add(self, z: Interval) -> None:
        """Put an interval in, unless the claim is proved on it."""
        values, claim = self.slope(z), self.claim
        below = claim.low - values.low if values.low < claim.low else 0.0
        above = values.high - claim.high if values.high > claim.high else 0.0
        if below or above:
            heappush(self._heap, (-max(below, above), next(self._order), z))

    def worst(self) -> Interval:
        """Take out the interval whose enclosure leaves the claim furthest."""
        return heappop(self._heap)[2]

    def give_up(self, z: Interval) -> None:
        """Put an interval aside that cannot be split."""
        self._given_up.append(z)

    def proved(self) -> str:
        """What is proved instead of the claim, to end a reason with; empty where that is nothing."""
        left = [self.slope(z) for z in (*(z for *_, z in self._heap), *self._given_up)]
        low = min(self.claim.low, *(values.low for values in left))
        high = max(self.claim.high, *(values.high for values in left))
        bounds = [f"σ′ {sign} {bound}" for sign, bound in (("≥", low), ("≤", high)) if isfinite(bound)]
        return f"; proved is {' and '.join(bounds)}" if bounds else ""


def _suspects(sigma: Activation) -> list[float]:
    """Where σ′ is least and greatest among many points, and the points nearest to 0 where it hardly differs
    from that: the likeliest witnesses.
    """
    z = grid(sigma.kinks)
    with np.errstate(all="ignore"):
        values = np.asarray(sigma.derivative(z))
    z, values = z[np.isfinite(values)], values[np.isfinite(values)]
    if not len(z):
        return []
    points = []
    for extreme in (values.min(), values.max()):
        for allowed in (1e-9 * max(1.0, abs(extreme)), 0.0):
            alike = z[np.abs(values - extreme) <= allowed]
            points.append(float(alike[np.argmin(np.abs(alike))]))
    return points


def _undefined(sigma: Activation) -> str:
    """Where near 0 σ gives no finite number, to end a reason with; empty where there is no such place."""
    z = np.linspace(-30, 30, 24001)
    with np.errstate(all="ignore"):
        values = np.asarray(sigma(z))
    wrong = np.flatnonzero(np.isnan(values) if np.isnan(values).any() else np.isinf(values))
    if not len(wrong):
        return ""
    at = wrong[np.argmin(np.abs(z[wrong]))]
    return f"; at z = {z[at]:.6g} the formula gives {values[at]}"


def _refuted(slope: Slope, claim: Interval, z: float) -> Certificate | None:
    values = slope(Interval(z, z))
    if values.high < claim.low:
        return Certificate("REFUTED", f"σ′({z:.6g}) = {_told(values.high, 'less', claim.low)}", z)
    if values.low > claim.high:
        return Certificate("REFUTED", f"σ′({z:.6g}) = {_told(values.low, 'more', claim.high)}", z)
    return None


def _told(value: float, relation: str, bound: float) -> str:
    """Both numbers, with so many digits that they differ."""
    digits = 6 if f"{value:.6g}" != f"{bound:.6g}" else 17
    return f"{value:.{digits}g}, {relation} than {bound:.{digits}g}"


def _middle(z: Interval) -> float:
    """Where to split: farther and farther out at 2, 4, 16, 256, … where the interval is unbounded."""
    if z.high == inf:
        return min(max(2.0, z.low * z.low), FAR)
    if z.low == -inf:
        return -_middle(Interval(-z.high, inf))
    return z.low + (z.high - z.low) / 2


def _jump(sigma: Expression) -> Certificate | None:
    """The certificate that σ jumps, where there is no slope, or that this could not be excluded.

    σ may jump only where a comparison or a sign switches. Intervals of z are halved until each has no
    switch, or σ stays within `LARGEST_STEP` on it.
    """
    waiting = [Interval(1.0, inf), Interval(-inf, -1.0), Interval(-1.0, 1.0)]
    doubt = ""
    for _ in range(MOST_BOXES):
        if not waiting:
            break
        z = waiting.pop()
        values = enclosed(sigma, z)
        if decided(sigma, z) or values.high - values.low <= _step(values):
            continue
        middle = _middle(z)
        size = max(abs(middle), 1e-30)
        if isfinite(z.low) and isfinite(z.high) and z.high - z.low <= 1e-15 * size:
            around = Interval(z.low - 4e-15 * size, z.high + 4e-15 * size)
            middle = 0.0 if 0 in z else middle
            if _rises_too_far(sigma, around):
                return Certificate("REFUTED", f"σ jumps at z = {middle:.6g}, where it has no slope", middle)
            doubt = f"σ may jump near z = {middle:.6g}"
        elif z.low < middle < z.high:
            waiting += [Interval(z.low, middle), Interval(middle, z.high)]
        else:
            doubt = f"σ may jump beyond z = {middle:.6g}"
    if waiting:
        doubt = f"σ may jump: its switches are not found in {MOST_BOXES} intervals"
    return Certificate("UNDECIDED", doubt) if doubt else None


def _step(values: Interval) -> float:
    """The largest jump among these values of σ that is taken for rounding."""
    return LARGEST_STEP * max(1.0, values.magnitude) if isfinite(values.magnitude) else 0.0


def _rises_too_far(sigma: Expression, z: Interval) -> bool:
    """Whether σ rises or falls over the interval by more than its slope allows, and so must jump."""
    left, right = (enclosed(sigma, Interval(point, point)) for point in (z.low, z.high))
    gap = max(left.low - right.high, right.low - left.high)
    steepest = enclosed_slope(sigma, z).magnitude
    return gap > _step(enclosed(sigma, z)) + 2 * steepest * (z.high - z.low)
