"""The pairs of examples that a reading takes its means over: how many, and how alike they are.

The mean of δ over m examples is as large as δ·δ′ over their m² pairs. A training set with few distinct
targets, such as classes, has three kinds of these: an example with itself, two of the same target, and two
of different ones, whose errors may well point apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.network.backprop import Network, passed_slope
from lab.numerics import Array
from lab.theory.prediction import Pairs

MOST_TARGETS = 100
"""With more distinct targets than this pairs are not told apart by them."""

DRAWS = 4000
"""The pairs that are drawn to see how alike the errors at the output are."""


def kinds(network: Network, x: Array, y: Array, examples: int) -> list[Pairs]:
    """The kinds of pairs of a reading that sees ``examples`` of the rows x (n, n_0) with targets y (n, n_L).

    The errors at the output are drawn: outputs as mean field theory has them, and targets from the data.
    """
    x, y = x.astype(np.float64), y.astype(np.float64)
    itself = Pairs(share=1 / examples)
    n, squares = len(x), float(np.sum(x * x))
    if examples == 1 or n == 1:
        return [Pairs()]
    if squares == 0:
        squares = 1.0
    targets, group = np.unique(y, axis=0, return_inverse=True)
    group = group.ravel() if len(targets) <= min(MOST_TARGETS, n // 2) else np.zeros(n, np.intp)
    count = np.bincount(group).astype(np.float64)
    sums = np.zeros((len(count), x.shape[1]))
    np.add.at(sums, group, x)
    alike, among = float(np.sum(sums * sums)) - float(np.sum(x * x)), float(np.sum(count * (count - 1)))
    whole = sums.sum(axis=0)
    apart, between = float(whole @ whole) - float(np.sum(sums * sums)), n * (n - 1) - among
    found = [itself]
    for products, pairs, same in ((alike, among, True), (apart, between, False)):
        if pairs:
            share = (1 - 1 / examples) * pairs / (n * (n - 1))
            correlation = float(np.clip(products / pairs * n / squares, -1, 1))
            found.append(Pairs(share, correlation, _Drawn(network, y, group, same)))
    return found


@dataclass(frozen=True)
class _Drawn:
    """E δ^L·δ^L′/E ‖δ^L‖² of pairs whose targets are of the same group, or of different ones."""

    network: Network
    y: Array
    group: Array
    same: bool

    def __call__(self, q: float, c: float) -> float:
        """Over `DRAWS` pairs of outputs of mean square q and correlation c, always the same draws."""
        if not (np.isfinite(q) and np.isfinite(c)):
            return np.nan
        rng = np.random.default_rng(0)
        first = rng.integers(len(self.y), size=DRAWS)
        second = self._partners(first, rng)
        common, one, other = rng.standard_normal((3, self.y.shape[1], DRAWS)) * np.sqrt(q)
        shared, own = np.sqrt(abs(c)), np.sqrt(1 - abs(c))
        delta = self._error(shared * common + own * one, self.y[first])
        again = self._error(np.copysign(shared, c) * common + own * other, self.y[second])
        return float(2 * np.sum(delta * again) / (np.sum(delta * delta) + np.sum(again * again)))

    def _partners(self, first: Array, rng: np.random.Generator) -> Array:
        """Another example for each of these, of its own group or of another."""
        order = np.argsort(self.group, kind="stable")
        count = np.bincount(self.group)
        start = np.cumsum(count) - count
        own = self.group[first]
        if self.same:
            return np.asarray(order[start[own] + (rng.random(len(first)) * count[own]).astype(np.intp)])
        place = (rng.random(len(first)) * (len(order) - count[own])).astype(np.intp)
        return np.asarray(order[np.where(place < start[own], place, place + count[own])])

    def _error(self, z: Array, y: Array) -> Array:
        """δ^L of outputs z (n_L, K) with targets y (K, n_L), by BP1."""
        network, z, y = self.network, z[None], y.T[None]
        sigma = network.sigma(network.depth)
        with np.errstate(all="ignore"):
            a, slope = np.asarray(sigma(z)), np.asarray(sigma.derivative(z))
            delta = np.empty_like(z)
            network.cost.error(z, a, passed_slope(network, slope, np.empty_like(z)), y, sigma, delta)
        return np.asarray(delta[0])
