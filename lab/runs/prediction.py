"""What mean field theory predicts of every variant before it trains: the table ``prediction``.

A reading takes its means over pairs of examples: the mean of δ over m examples is as large as δ·δ′ over their
m² pairs. A training set with few distinct targets, such as classes, has three kinds of pairs: an example with
itself, two of the same target, and two of different targets, whose errors may well point apart.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from lab.experiment.variants import Variant
from lab.network.backprop import Network, passed_slope
from lab.network.initialisers import by_layer
from lab.numerics import Array
from lab.theory.prediction import LayerPrediction, Pairs, predicted
from lab.theory.surrogate import Surrogate
from lab.training.loop import Training

MOST_TARGETS = 100
"""With more distinct targets than this, pairs of the same target are no kind of their own."""

DRAWS = 4000
"""The number of pairs that are drawn to see how alike the errors at the output are."""


def prediction(made: Sequence[tuple[Variant, Training]]) -> pd.DataFrame:
    """variant, then the fields of `LayerPrediction`.

    ``weight_variance`` is σ_w² = n_in Var w. ``predicted_speed`` is of ``learning_speed``,
    ``predicted_speed_w`` of ``learning_speed_w`` and ``predicted_delta_rms`` of ``delta_rms``, all relative
    to the last hidden layer. See `lab.theory.prediction.predicted`; its q⁰ and its pairs of examples are
    those of the training data, as many of them as a reading sees.
    """
    rows = [{"variant": variant.label, **asdict(l)} for variant, training in made for l in layers(training)]
    renamed = {name: f"predicted_{name}" for name in ("speed", "delta_rms")}
    return pd.DataFrame(rows).rename(columns={**renamed, "weight_speed": "predicted_speed_w"})


def layers(training: Training) -> list[LayerPrediction]:
    """The prediction of each layer of one variant; of a counterfactual, with what it passes back for σ′."""
    network, recording = training.network, training.recording
    made_by = by_layer(training.initialiser, network.sigmas)
    variances = [
        made.variances(n_in, n_out)
        for made, (n_in, n_out) in zip(made_by, pairwise(network.sizes), strict=True)
    ]
    floor = network.surrogate_floor
    passed = tuple(Surrogate(sigma, floor) if floor else sigma for sigma in network.sigmas)
    x, y = training.train.x[:, :-1], training.train.y
    fixed = recording.fixed_examples
    read = min(training.batch, len(y)) if fixed is None else len(fixed)
    mean_square = float(np.mean(np.square(x, dtype=np.float64)))
    return predicted(network.sizes, passed, variances, mean_square, pairs(network, x, y, read))


def pairs(network: Network, x: Array, y: Array, examples: int) -> list[Pairs]:
    """The kinds of pairs of a reading that sees ``examples`` of the rows x (n, n_0) with targets y (n, n_L).

    The errors at the output are drawn: outputs as mean field theory has them, and targets from the data.
    """
    x, y = x.astype(np.float64), y.astype(np.float64)
    n, squares = len(x), float(np.sum(x * x))
    if examples == 1 or n == 1:
        return [Pairs()]
    targets, group = np.unique(y, axis=0, return_inverse=True)
    group = group.ravel() if len(targets) <= min(MOST_TARGETS, n // 2) else np.zeros(n, np.intp)
    count = np.bincount(group).astype(np.float64)
    sums = np.zeros((len(count), x.shape[1]))
    np.add.at(sums, group, x)
    alike, among = float(np.sum(sums * sums)) - squares, float(np.sum(count * (count - 1)))
    whole = sums.sum(axis=0)
    apart, between = float(whole @ whole) - float(np.sum(sums * sums)), n * (n - 1) - among
    found = [Pairs(share=1 / examples)]
    for products, number, same in ((alike, among, True), (apart, between, False)):
        if number:
            share = (1 - 1 / examples) * number / (n * (n - 1))
            correlation = float(np.clip(products / number * n / (squares or 1.0), -1, 1))
            found.append(Pairs(share, correlation, _Drawn(network, y, group, same)))
    return found


@dataclass(frozen=True)
class _Drawn:
    """E δ^L·δ^L′/E ‖δ^L‖² of pairs whose targets are of the same group, or of different groups."""

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
