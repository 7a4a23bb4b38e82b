"""What mean field theory predicts of every variant before it trains: the table ``prediction``.

A reading takes its means over pairs of examples: the mean of δ over m examples is as large as δ·δ′ over their
m² pairs. A training set with few distinct targets, such as classes, has three kinds of pairs: an example with
itself, two of the same target, and two of different targets, whose errors may well point apart. Each pair has
its own norms and its own correlation: of each kind all pairs are followed, or a sample of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from math import inf, isfinite, isnan

import numpy as np
import pandas as pd

from lab.data.kept import kept_with_data
from lab.experiment.variants import Variant
from lab.network.backprop import Network, passed_slope
from lab.network.first_weights import by_layer
from lab.numerics import Array
from lab.runs.identity import decided_by
from lab.theory.mean_field import next_q
from lab.theory.moments import square_growth
from lab.theory.prediction import LayerPrediction, Pairs, lost_layer, lost_text, predicted
from lab.theory.surrogate import Surrogate
from lab.training.examples import Examples
from lab.training.stack import Training

UNPREDICTED = frozenset({"eta", "decay", "optimiser", "steps", "seed", "engine"})
"""What of a part's key no prediction asks for: how the weights are changed, and by what."""

MOST_TARGETS = 100
"""With more distinct targets than this, pairs of the same target are no kind of their own."""

MOST_PAIRS = 6000
"""Of a kind with more pairs than this, so many are drawn."""

MORE_PAIRS = 10 * MOST_PAIRS
"""The same where the errors of so many cancel, but for what chance makes of the sample."""

MOST_NAMED = 4
"""A note on up to so many variants names them all; on more, all but one of so many, and counts the others."""

NARROW = 0.1
"""Where `_narrow` is larger, speeds may be off by more than a tenth: by that sum."""

FEW_OUTPUTS = 4
"""Up to so many outputs, the mean error of a network depends on what its outputs happen to be."""

DRAWS = 50_000
"""How many outputs of pairs of a kind are drawn, at least, to see how alike the errors there are."""

AT_ONCE = 20_000
"""Outputs that are drawn together, of many draws: few enough for the cache."""


def prediction(made: Sequence[tuple[Variant, Training]]) -> pd.DataFrame:
    """variant, then the fields of `LayerPrediction`.

    ``weight_variance`` is σ_w² = n_in Var w. ``predicted_speed`` is of ``learning_speed``,
    ``predicted_speed_w`` of ``learning_speed_w`` and ``predicted_delta_rms`` of ``delta_rms``, all relative
    to the last hidden layer. See `lab.theory.prediction.predicted`; its examples and its pairs of
    examples are those that every reading sees, or else those of the training data, with as many of an example
    with itself as a reading has.
    """
    return pd.concat(predictions(made), ignore_index=True)


def predictions(made: Sequence[tuple[Variant, Training]]) -> Iterator[pd.DataFrame]:
    """The rows of each variant in the table `prediction`; of what is alike for a prediction, found once."""
    renamed = {name: f"predicted_{name}" for name in ("speed", "delta_rms")}
    renamed["weight_speed"] = "predicted_speed_w"
    known: dict[tuple[object, ...], pd.DataFrame] = {}
    for variant, training in made:
        told = {x: text for x, text in decided_by(training, "").items() if x not in UNPREDICTED}
        asked = (id(training.train), *told.items())
        if asked not in known:
            known[asked] = pd.DataFrame(map(asdict, layers(training))).rename(columns=renamed)
            known[asked].insert(0, "variant", "")
        yield known[asked].assign(variant=variant.label)


def notes(made: Sequence[tuple[Variant, Training]], predicted: pd.DataFrame) -> list[str]:
    """Why numbers are missing in the table `prediction` of these variants, and how far off others may be."""
    of: dict[str, list[str]] = {}
    for variant, training in made:
        rows = predicted[predicted["variant"] == variant.label]
        for note in (*_missing(rows), *_doubts(training.network, rows)):
            of.setdefault(note, []).append(variant.label)
    everyone = len(made) > 1
    return [
        note if everyone and len(labels) == len(made) else f"{_named(labels)}: {note}"
        for note, labels in of.items()
    ]


def _named(labels: Sequence[str]) -> str:
    """The variants of a note; of many the first."""
    if len(labels) <= MOST_NAMED:
        return "; ".join(labels)
    return f"{'; '.join(labels[: MOST_NAMED - 1])} and {len(labels) - MOST_NAMED + 1} more variants"


def _missing(rows: pd.DataFrame) -> Iterator[str]:
    """Why speeds of one variant are missing or 0."""
    for drawn in ("weight", "bias"):
        if rows[f"{drawn}_variance"].isna().any():
            what = "weights" if drawn == "weight" else "biases"
            yield f"nothing is predicted, its {what} are not drawn with mean 0"
            return
    hidden, speeds = rows.iloc[:-1], rows[["predicted_speed", "predicted_speed_w", "predicted_delta_rms"]]
    no_error = hidden["chi"] == 0
    if lost := lost_layer(rows["q"].tolist(), rows["weight_variance"].tolist()):
        yield lost_text(lost)
    if np.isfinite(speeds).all(axis=None) and not no_error.any():
        return
    if (endless := ~np.isfinite(rows["q"])).any():
        layer = rows.loc[endless, "layer"].iloc[0]
        yield f"no speed is predicted: z has no finite mean square in layer {layer}"
    elif (endless := ~np.isfinite(hidden["chi"])).any():
        layer = hidden.loc[endless, "layer"].iloc[0]
        yield (
            f"no speed is predicted: σ′ is not square integrable in layer {layer}, so ‖δ‖² has no mean there"
        )
    elif no_error.any():
        layer, last = hidden.loc[no_error, "layer"].iloc[-1], hidden["layer"].iloc[-1]
        learns = "layer 1 does not learn" if layer == 1 else f"layers 1 to {layer} do not learn"
        if not lost or layer < lost - 1:
            yield f"no error passes layer {layer}, where σ′ is 0 for almost every z: {learns}"
        if layer == last:
            yield f"no speed is predicted: all are relative to that of layer {last}, which is 0"
    elif not rows["predicted_delta_rms"].iloc[-1] > 0:
        yield "no speed is predicted: the errors at the output are 0, or no numbers"
    else:
        yield "a speed is missing where the errors of the examples cancel as far as the prediction is exact"


def _doubts(network: Network, rows: pd.DataFrame) -> Iterator[str]:
    """How far the speeds that are predicted may be off, where that is far."""
    if not np.isfinite(rows["predicted_speed"].iloc[:-1]).any():
        return
    narrow = _narrow(network, rows)
    if narrow > 1 and narrow > 2 * sum(1 / n for n in network.sizes[1:-1]):
        yield (
            "hidden layers are predicted as if they were wide, and what chance makes of few neurons grows "
            "here from layer to layer: speeds may be off by powers of ten"
        )
    elif narrow > NARROW:
        off = f"{100 * narrow:.0f} %"
        yield f"hidden layers are predicted as if they were wide: speeds may be off by up to {off}"
    if network.sizes[-1] <= FEW_OUTPUTS and network.depth > 2:
        yield "speeds are the rms over many networks: with few outputs one may be off by tens of per cent"


def _narrow(network: Network, rows: pd.DataFrame) -> float:
    """Σ 1/n over the hidden layers, each times the square of how much a small change of q grows above it.

    That is the product of d ln q^(l+1)/d ln q^l over the hidden layers above: 1 of a σ that is straight on
    both sides of 0, 2 of z². A product of less than 1 counts as 1.
    """
    growth, found = 1.0, 0.0
    for l in range(network.depth - 1, 0, -1):
        found += max(growth, 1.0) ** 2 / network.sizes[l]
        sigma, q = network.sigma(l), float(rows["q"].iloc[l - 1])
        w2, b2 = (float(rows[f"{drawn}_variance"].iloc[l]) for drawn in ("weight", "bias"))
        if 0 < q < inf and 0 < (above := next_q(sigma, q, w2, b2)) < inf:
            growth *= w2 * square_growth(sigma, q) * q / above
    return found


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
    fixed = recording.fixed_examples
    seen = training.train if fixed is None else fixed
    found: list[LayerPrediction] = []
    for most in (MOST_PAIRS, MORE_PAIRS):
        kinds = pairs(network, seen, training.seen, most)
        found = predicted(network.sizes, passed, variances, 0.0, kinds)
        if not any(map(_cancels, found)):
            break
    return found


def _cancels(layer: LayerPrediction) -> bool:
    """Whether the sums over pairs are below 0 by chance, where each example has its error."""
    return isfinite(layer.delta_rms) and isnan(layer.speed + layer.weight_speed)


def pairs(network: Network, seen: Examples, examples: int, most: int = MOST_PAIRS) -> list[Pairs]:
    """The kinds of pairs of a reading that sees so many ``examples`` of those that are ``seen``.

    Of each kind there are all pairs, or a sample of the ``most``. The errors at the output are drawn: outputs
    as mean field theory has them, and targets from the data.
    """
    kinds = _kinds(seen, examples, most)
    return [replace(kind, alike=_Drawn(network, y, other)) for kind, y, other in kinds]


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
            both = [np.einsum("ij,ij->i", rows[first], rows[second]) for rows in (x, y)]
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
        """δ^L of draws of outputs z (·, n_L, K) with targets y (n_L, K), by BP1."""
        network = self.network
        sigma = network.sigma(network.depth)
        with np.errstate(all="ignore"):
            a, slope = np.asarray(sigma(z)), np.asarray(sigma.derivative(z))
            delta = np.empty_like(z)
            network.cost.error(z, a, passed_slope(network, slope, np.empty_like(z)), y[None], sigma, delta)
        return delta
