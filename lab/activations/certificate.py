"""Proving a claim about the slope of a formula over all reals, or refuting it with a witness."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from math import inf, isfinite
from typing import Literal

import numpy as np

from lab.activations.activation import REALS, Activation, Interval, grid
from lab.activations.formula.enclosure import enclosed
from lab.activations.formula.formula import Formula, switches
from lab.activations.formula.graph import Expression
from lab.activations.formula.integral import Integral
from lab.activations.formula.operations import JUMPING

MOST_BOXES = 4000
"""Intervals that a proof may look at before it gives up."""

Verdict = Literal["CERTIFIED", "REFUTED", "UNDECIDED"]


@dataclass(frozen=True)
class Certificate:
    """What could be said of the claim c ≤ σ′(z) ≤ d for all real z.

    ``CERTIFIED``
        Proved by interval arithmetic: there is no z where it fails.
    ``REFUTED``
        It fails at ``witness``, where σ′ was enclosed and lies outside the claim, or σ jumps there.
    ``UNDECIDED``
        Neither; ``reason`` says where the proof stopped.
    """

    verdict: Verdict
    reason: str
    witness: float | None = None


def certify(sigma: Activation, at_least: float = -inf, at_most: float = inf) -> Certificate:
    """Prove or refute at_least ≤ σ′(z) ≤ at_most for all real z, by branch and bound.

    Intervals of z that do not prove the claim are halved, the worst first; an unbounded one is split at
    twice its end. Only a σ given by a formula can be certified.
    """
    if not isinstance(sigma, Formula | Integral):
        return Certificate("UNDECIDED", "only a formula can be certified, and this is a class")
    obstacle = _obstacle(sigma)
    if obstacle is not None:
        return obstacle
    slope = sigma.slope_expression
    claim = Interval(at_least, at_most)
    waiting = _Waiting(slope, claim)
    for z in (Interval(-inf, -1.0), Interval(-1.0, 1.0), Interval(1.0, inf)):
        waiting.add(z)
    for point in _suspects(sigma):
        if refuted := _refuted(slope, claim, point):
            return refuted
    stuck = ""
    for _ in range(MOST_BOXES):
        if not waiting:
            break
        z = waiting.worst()
        middle = _middle(z)
        if refuted := _refuted(slope, claim, middle):
            return refuted
        if z.low < middle < z.high:
            waiting.add(Interval(z.low, middle))
            waiting.add(Interval(middle, z.high))
        else:
            stuck = f"the proof does not come through near z = {middle:.6g}"
    if waiting:
        return Certificate(
            "UNDECIDED", f"{MOST_BOXES} intervals do not suffice; one left is z in {waiting.worst()}"
        )
    return (
        Certificate("UNDECIDED", stuck)
        if stuck
        else Certificate("CERTIFIED", "proved on every interval of z")
    )


class _Waiting:
    """The intervals of z on which the claim is not proved, the worst first."""

    def __init__(self, slope: Expression, claim: Interval) -> None:
        self.slope, self.claim = slope, claim
        self._heap: list[tuple[float, int, Interval]] = []
        self._order = count()

    def __bool__(self) -> bool:
        return bool(self._heap)

    def add(self, z: Interval) -> None:
        """Put an interval in, unless the claim is proved on it."""
        values = enclosed(self.slope, z)
        excess = max(self.claim.low - values.low, values.high - self.claim.high)
        if excess > 0:
            heappush(self._heap, (-excess, next(self._order), z))

    def worst(self) -> Interval:
        """Take out the interval whose enclosure leaves the claim furthest."""
        return heappop(self._heap)[2]


def _suspects(sigma: Formula | Integral) -> list[float]:
    """Where σ′ is least and greatest among many points: the likeliest witnesses."""
    z = grid(sigma.kinks)
    with np.errstate(all="ignore"):
        values = np.asarray(sigma.derivative(z))
    finite = np.flatnonzero(np.isfinite(values))
    if not len(finite):
        return []
    return [float(z[finite[at]]) for at in (np.argmin(values[finite]), np.argmax(values[finite]))]


def _refuted(slope: Expression, claim: Interval, z: float) -> Certificate | None:
    values = enclosed(slope, Interval(z, z))
    if values.high < claim.low:
        return Certificate("REFUTED", f"σ′({z:.6g}) = {values.high:.6g}, less than {claim.low:g}", z)
    if values.low > claim.high:
        return Certificate("REFUTED", f"σ′({z:.6g}) = {values.low:.6g}, more than {claim.high:g}", z)
    return None


def _middle(z: Interval) -> float:
    if z == REALS:
        return 0.0
    if z.high == inf:
        return min(max(2 * z.low, 1.0), 1e300)
    if z.low == -inf:
        return max(min(2 * z.high, -1.0), -1e300)
    return z.low + (z.high - z.low) / 2


def _obstacle(sigma: Formula | Integral) -> Certificate | None:
    """A jump of σ, where there is no slope; or a switch whose points are not all known, so that σ may jump.

    The switching points of a comparison that is linear in z are all known.
    """
    for kink in sigma.kinks:
        left, right = np.asarray(sigma(np.array([np.nextafter(kink, -inf), np.nextafter(kink, inf)])))
        if isfinite(left) and isfinite(right) and abs(right - left) > 1e-9 * max(1.0, abs(left), abs(kink)):
            return Certificate("REFUTED", f"σ jumps at z = {kink:.6g}, where it has no slope", kink)
    if isinstance(sigma, Formula):
        graph = sigma.expression.graph
        for difference in switches(sigma.expression, JUMPING):
            if graph.derivative(difference).number is None:
                return Certificate("UNDECIDED", "it switches where something not linear in z changes sign")
    return None
