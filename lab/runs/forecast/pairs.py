"""The pairs of examples that a reading takes its means over, which are predicted one by one.

The mean of δ over m examples is as large as δ·δ′ over their m² pairs. A training set with few distinct
targets, such as classes, has three kinds of pairs: an example with itself, two of the same target, and two of
different targets, whose errors may well point apart. Each pair has its own norms and its own correlation: of
each kind all pairs are followed, or a sample of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lab.data.kept import kept_with_data
from lab.network.backprop import Network, passed_slope
from lab.numerics import Array
from lab.theory.prediction import Pairs
from lab.training.examples import Examples

MOST_TARGETS = 100
"""With more distinct targets than this, pairs of the same target are no kind of their own."""

MOST_PAIRS = 6000
"""Of a kind with more pairs than this, so many are drawn."""

MORE_PAIRS = 10 * MOST_PAIRS
"""The same where the errors of so many cancel, but for what chance makes of the sample."""

DRAWS = 50_000
"""How many outputs of pairs of a kind are drawn, at least, to see how alike the errors there are."""

AT_ONCE = 20_000
"""Outputs that are drawn together, of many draws: few enough for the cache."""

ROWS_AT_ONCE = 1000
"""Pairs of rows that are copied together."""


def pairs(
    network: Network, seen: Examples, examples: int, most: int = MOST_PAIRS, mean: float = 0.0
) -> list[Pairs]:
    """The kinds of pairs of a reading that sees so many ``examples`` of those that are ``seen``.

    Of each kind there are all pairs, or a sample of the ``most``. The errors at the output are drawn: outputs
    as mean field theory has them, about their ``mean``, and targets from the data.
    """
    kinds = _kinds(seen, examples, most)
    return [replace(kind, alike=_Drawn(network, y, other, mean)) for kind, y, other in kinds]


@kept_with_data
def _kinds(seen: Examples, examples: int, most: int) -> list[tuple[Pairs, Array, Array]]:
    """What of these kinds the data alone decide, which variants share: with the targets of x and of x′."""
    x, y = seen.x[:, :-1].astype(np.float64), seen.y.astype(np.float64)
    n, q = len(x), np.einsum("ij,ij->i", x, x) / x.shape[1]
    alone = 1.0 if n == 1 else 1 / examples
    found = [(Pairs(alone, mean_squares=(q, q)), y, y)]
    if alone == 1:
        return found
    targets, group = np.unique(y, axis=0, return_inverse=True)
    group = group.ravel() if len(targets) <= min(MOST_TARGETS, n // 2) else np.zeros(n, np.intp)
    count = np.bincount(group)
    among = int(np.sum(count * (count - 1)))
    of_all = [_products(rows, group) for rows in (x, y)]
    for same, number in ((True, among), (False, n * (n - 1) - among)):
        if number:
            first, second = _pairs_of(group, same, number, most)
            both = [_products_of(rows, first, second) for rows in (x, y)]
            means = [(alike if same else apart) / number for alike, apart in of_all]
            size = x.shape[1] * np.sqrt(q[first]) * np.sqrt(q[second])
            correlation = np.clip(both[0] / np.where(size == 0, 1.0, size), -1, 1)
            squares, share = (q[first], q[second]), (1 - alone) * number / (n * (n - 1))
            kind = Pairs(share, correlation, mean_squares=squares, weight=_weights(both, means))
            found.append((kind, y[first], y[second]))
    return found


def _pairs_of(group: Array, same: bool, number: int, most: int) -> tuple[Array, Array]:
    """Pairs of the same group or of different ones: one of each two that mirror each other, or a sample."""
    if number <= 2 * most and len(group) <= MOST_PAIRS:
        first, second = np.triu_indices(len(group), 1)
        wanted = (group[first] == group[second]) == same
        return first[wanted], second[wanted]
    rng = np.random.default_rng(0)
    chance = np.bincount(group)[group] - 1.0
    chance = chance if same else len(group) - 1 - chance  # how many partners each has
    first = rng.choice(len(group), most, p=chance / chance.sum())
    return first, _partners(group, first, same, rng)


def _products_of(rows: Array, first: Array, second: Array) -> Array:
    """v·v′ of these pairs of rows; a block at a time, since copies of so many rows would be large."""
    found = np.empty(len(first))
    for start in range(0, len(first), ROWS_AT_ONCE):
        here = slice(start, start + ROWS_AT_ONCE)
        np.einsum("ij,ij->i", rows[first[here]], rows[second[here]], out=found[here])
    return found


def _products(rows: Array, group: Array) -> tuple[float, float]:
    """Σ v·v′ over all pairs of different rows v, v′ of one group, and of two."""
    sums = np.zeros((group.max() + 1, rows.shape[1]))
    np.add.at(sums, group, rows)
    whole, of_groups = sums.sum(axis=0), float(np.sum(sums * sums))
    return of_groups - float(np.sum(rows * rows)), float(whole @ whole) - of_groups


def _weights(products: Sequence[Array], means: Sequence[float]) -> Array:
    """Weights of mean 1, near 1, that give a sample the means of these products over all pairs."""
    columns = np.stack([np.ones(len(products[0])), *products])
    off = np.array([1.0, *means]) - columns.mean(axis=1)
    return np.asarray(1 + np.linalg.lstsq(columns @ columns.T / columns.shape[1], off)[0] @ columns)


def _partners(group: Array, first: Array, same: bool, rng: np.random.Generator) -> Array:
    """Another example for each of these, of its own group or of another."""
    order = np.argsort(group, kind="stable")
    count = np.bincount(group)
    start, place = (np.cumsum(count) - count)[group[first]], np.argsort(order)[first]
    own = count[group[first]]
    if same:  # any step but none from its own place, around its group
        step = 1 + (rng.random(len(first)) * (own - 1)).astype(np.intp)
        return np.asarray(order[start + (place - start + step) % own])
    step = (rng.random(len(first)) * (len(order) - own)).astype(np.intp)
    return np.asarray(order[(start + own + step) % len(order)])


@dataclass(frozen=True)
class _Drawn:
    """E δ^L·δ^L′ of pairs with the targets y and y′ (K, n_L)."""

    network: Network
    y: Array
    other: Array
    mean: float

    def __call__(self, q: Array, other: Array, c: Array) -> Array:
        """Over draws of its outputs z and z′, always the same, each with its mirror image.

        What the draws have of Σ z z′ beyond its mean is taken off, times what that makes of δ·δ′: so chance
        leaves the small parts that remain where the targets of classes cancel.
        """
        y, again = self.y.T, self.other.T
        rng, draws = np.random.default_rng(0), -(-DRAWS // (2 * len(c)))
        found, beyond = np.empty((2, draws, len(c)))
        at_once = max(1, AT_ONCE // y.size)
        for block in (slice(at, min(at + at_once, draws)) for at in range(0, draws, at_once)):
            one, own = np.moveaxis(rng.standard_normal((block.stop - block.start, 2, *y.shape)), 1, 0)
            z, z_again = one * np.sqrt(q), (c * one + np.sqrt(1 - c * c) * own) * np.sqrt(other)
            mirrored = [self._error(way * z, y) * self._error(way * z_again, again) for way in (1, -1)]
            found[block] = np.sum(mirrored, axis=(0, 2)) / 2
            beyond[block] = np.sum(z * z_again, axis=1) - len(y) * c * np.sqrt(q) * np.sqrt(other)
        mean, varied = beyond.mean(axis=0), beyond - beyond.mean(axis=0)
        size = float(np.sum(varied**2))
        return np.asarray(found.mean(axis=0) - (np.sum(varied * found) / size * mean if size else 0))

    def _error(self, z: Array, y: Array) -> Array:
        """δ^L of draws of outputs z less their mean (·, n_L, K) with targets y (n_L, K), by BP1."""
        network = self.network
        sigma = network.sigma(network.depth)
        with np.errstate(all="ignore"):
            z = z + self.mean
            a, slope = np.asarray(sigma(z)), np.asarray(sigma.derivative(z))
            delta = np.empty_like(z)
            network.cost.error(z, a, passed_slope(network, slope, np.empty_like(z)), y[None], sigma, delta)
        return delta
