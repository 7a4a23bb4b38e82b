"""Why a weight learns slowly: its gradient as a product of five factors, and which of them lost most.

    |∂C/∂w_jk| = A_k · S_j · E_j · ρ_jk · κ_jk

    A_k = ⟨|a_k|⟩       the activation that feeds the weight (BP4)
    S_j = ⟨|σ′(z_j)|⟩   the slope of the neuron above it (BP1, BP2); max(σ′, floor) in a counterfactual
    E_j = ⟨|e_j|⟩       the error that arrives at that neuron, before σ′
    ρ_jk = ⟨|a_k δ_j|⟩ / (A_k S_j E_j)      whether the three are large on the same examples
    κ_jk = |⟨a_k δ_j⟩| / ⟨|a_k δ_j|⟩        whether the examples agree

⟨·⟩ is the mean over the examples. The product is BP4 itself, regrouped, so it is exact. Everything here is
in decades, log₁₀. Blocks have the shape (neuron, example), or (trial, neuron, example), and what is found of
them has as many axes.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from lab.network.backprop import Network, passed_slope
from lab.network.buffers import Pass
from lab.numerics import Array
from lab.parts import Cost
from lab.training.statistics import counted

LABELS = ("nothing_left", "input_low", "output_saturated", "error_small", "examples_apart", "examples_cancel")
"""What a weight may be labelled, in order of precedence: of two that lost alike, the former."""

NOTHING_LEFT = 2.0
"""So many decades must the error at the output have fallen, to 1 %, before nothing is left to learn."""

PIECE = 2**17
"""Trials are looked at together as long as their weights, and their numbers of a layer, are no more."""

SAFE = 1e-70, 1e70
"""Between these the products of the largest sizes of two rows are far from the ends of float64."""


class Factors(NamedTuple):
    """log₁₀ of the factors of a layer's |∂C/∂w_jk|: A_k (1, k), S_j and E_j (j, 1), ρ_jk and κ_jk (j, k).

    Their sum is log₁₀|∂C/∂w_jk|. −∞ where a factor is 0. One whose denominator is 0 counts as 1: only the
    factor that is 0 shows the zero.
    """

    input: Array
    slope: Array
    error: Array
    dependence: Array
    agreement: Array


def factors(a: Array, slope: Array, e: Array, delta: Array) -> Factors:
    """The factors of the weights from neurons of activations ``a``, (k, m), into those of the others, (j, m).

    ``slope`` is σ′(z), and ``e`` and ``delta`` are ∂C/∂a and ∂C/∂z as a pass holds them, with 1/m in each
    column. Rows are scaled before they are multiplied where a product might leave the range of float64.
    """
    below, sizes_below, heights = _scaled(a)
    above, sizes_above, sizes = _scaled(delta)
    flat, small = _decades(_mean(_sizes(slope))), _decades(_mean(_sizes(e))) + np.log10(e.shape[-1])
    low = _decades(_mean(sizes_below)).mT
    together = _decades(sizes_above @ sizes_below.mT)
    summed = _decades(np.abs(above @ below.mT))
    with np.errstate(invalid="ignore"):
        agreement = np.subtract(summed, together, out=summed)
        dependence = together + (_decades(sizes) - flat - small)
        dependence -= low
        nowhere = (flat + small == -np.inf) | (low == -np.inf)
    agreement[together == -np.inf] = 0
    if nowhere.any():
        dependence[nowhere] = 0
    if e.shape[-1] == 1:  # but for rounding, which would be a cause where nothing else is
        dependence[np.isfinite(dependence)] = 0
    return Factors(low + _decades(heights).mT, flat, small, dependence, agreement)


class References(NamedTuple):
    """What each factor would be, in decades, if it held nothing back: ρ and κ would be 1.

    ``input`` is of 1 where the activations lie in [0, 1], else of their rms over the layer. ``slope`` is of
    S = sup|σ′|, or where that is infinite of the largest |σ′| of the layer, and of 1 where the cost removed
    σ′. ``error`` is of E^L, the mean of E_j over the output neurons, and ``output`` of the E^L of a network
    that answers every example with the mean target, see `indifferent`. Each is a number, or (T, 1, 1).
    """

    input: Array | float
    slope: Array | float
    error: Array | float
    output: Array | float


def lost(found: Factors, references: References) -> tuple[Array, ...]:
    """The decades that each weight lost by each of `LABELS`; +∞ where the factor is 0.

    The first is what the error at the output lost, the same for every weight of the network; those that all
    weights out of a neuron, or into one, lost alike have an axis of length 1, as in `Factors`.
    """
    *against, output = references
    pairs = zip((output, *against), (np.atleast_2d(references.error), *found[:3]), strict=True)
    with np.errstate(invalid="ignore"):
        losses = [np.where(factor == -np.inf, np.inf, reference - factor) for reference, factor in pairs]
    return *losses, -found.dependence, -found.agreement


def labelled(losses: Sequence[Array]) -> Array:
    """The number in `LABELS` of what each weight lost most by: (j, k)."""
    left, *others = losses
    most, label = np.where(left < NOTHING_LEFT, -np.inf, left), np.zeros(left.shape, np.int8)
    for number, loss in enumerate(others, 1):
        label = np.maximum(label, np.int8(number) * (loss > most))
        most = np.maximum(most, loss)
    return label


class OfPass(NamedTuple):
    """What is the same for all layers of a pass: E^L, and `indifferent`, in decades: (T, 1, 1) each."""

    error: Array
    output: Array


def of_pass(network: Network, p: Pass) -> OfPass:
    """E^L of each trial, and that of a network that answers the mean, after `complete`."""
    _, e = _slope_and_error(network, p, network.depth, slice(None))
    error = _decades(_mean(_sizes(e)).mean(axis=-2, keepdims=True)) + np.log10(p.examples)
    output = indifferent(network.cost, p.y, _cancelled(network, network.depth))
    return OfPass(error, _decades(np.resize(output, (len(e), 1, 1))))


def of_layer(network: Network, p: Pass, l: int, known: OfPass) -> Array:
    """The share of layer l's weights with each of `LABELS`, then the mean decades lost by each: (12, T).

    The mean is over the weights that lost a finite amount, and NaN where there are none: a pixel that is
    always 0 has its label, and must not make the mean of all others infinite.
    """
    found = []
    for trials in _pieces(p, l):
        known_of_trials = OfPass(*(x[trials] for x in known))
        references = _references(network, p, l, trials, known_of_trials)
        losses = lost(factors_of_layer(network, p, l, trials), references)
        label = labelled(losses)
        shares = [counted(label == n).sum(axis=1) / label[0].size for n in range(len(LABELS))]
        found.append([*shares, *(np.resize(_finite_mean(loss), len(label)) for loss in losses)])
    return np.concatenate(found, axis=1)


def factors_of_layer(network: Network, p: Pass, l: int, trials: slice) -> Factors:
    """The factors of layer l's weights of these trials, after `lab.network.backprop.complete`.

    Where the cost removes σ′ from the output layer, S_j is 1 there, and E_j is ⟨|δ_j|⟩.
    """
    slope, e = _slope_and_error(network, p, l, trials)
    return factors(_of_trials(p.a[l - 1], trials), slope, e, p.delta[l][trials])


def indifferent(cost: Cost, y: Array, cancelled: bool) -> Array:
    """Mean |∂C_x/∂a_j^L| of a network that answers every example with the mean of the targets y, (j, m).

    This is the error of one that has learnt nothing of the inputs. It is 1 where all targets are alike. Of
    targets (T, j, m) there are T.
    """
    y = np.ascontiguousarray(y)  # the order of a sum follows its layout
    mean = np.broadcast_to(y.mean(axis=-1, keepdims=True), y.shape)
    residual = mean - y
    if not cancelled:
        cost.gradient(mean, y, residual)
    alike = (y == y[..., :1]).all(axis=(-2, -1))
    return np.where(alike, 1.0, np.abs(residual).reshape(*y.shape[:-2], -1).mean(axis=-1))


def _pieces(p: Pass, l: int) -> Iterator[slice]:
    """The trials, so many at a time as `PIECE` allows."""
    (trials, above, m), below = p.delta[l].shape, p.a[l - 1].shape[1]
    together = max(1, PIECE // max(above * below, (above + below) * m))
    return (slice(first, first + together) for first in range(0, trials, together))


def _references(network: Network, p: Pass, l: int, trials: slice, known: OfPass) -> References:
    a, slope = _of_trials(p.a[l - 1], trials), p.slope[l][trials]
    within = network.sigma(l - 1).range if l > 1 else None
    low, high = (within.low, within.high) if within else _ends(a)
    unit = (np.asarray(low) >= 0) & (np.asarray(high) <= 1)
    full = np.ones(()) if unit.all() else np.where(unit, 1.0, _rms(a))
    steepest: Array | float = network.sigma(l).slope_range.magnitude
    if not np.isfinite(steepest):
        steepest = np.abs(slope).max(axis=(1, 2), keepdims=True)
    steepest = 1.0 if _cancelled(network, l) else np.maximum(steepest, network.surrogate_floor)
    return References(_decades(full), _decades(steepest), *known)


def _ends(a: Array) -> tuple[Array, Array]:
    """The least and the largest number of each trial, (T, 1, 1)."""
    return a.min(axis=(1, 2), keepdims=True), a.max(axis=(1, 2), keepdims=True)


def _rms(a: Array) -> Array:
    """The root mean square of each trial, (T, 1, 1)."""
    squares = np.square(a, dtype=np.float64, order="C").reshape(len(a), 1, -1)
    return np.asarray(np.sqrt(squares.mean(axis=-1, keepdims=True)))


def _slope_and_error(network: Network, p: Pass, l: int, trials: slice) -> tuple[Array, Array]:
    """σ′ and e of a layer, as its gradient has them: removed by the cost, or lifted in a counterfactual."""
    if _cancelled(network, l):
        return np.ones((1, 1, 1)), p.delta[l][trials]
    slope = p.slope[l][trials]
    return passed_slope(network, slope, np.empty_like(slope)), p.e[l][trials]


def _cancelled(network: Network, l: int) -> bool:
    return l == network.depth and network.cost.cancels(network.sigma(l))


def _of_trials(block: Array, trials: slice) -> Array:
    """These trials of a block, or the one that all share."""
    return block[trials] if len(block) > 1 else block


def _sizes(block: Array) -> Array:
    """|x| of each number, as float64."""
    sizes = np.abs(block)
    return sizes.astype(np.float64, order="C", copy=False)


def _mean(sizes: Array) -> Array:
    """⟨·⟩ over the examples, as a column."""
    return np.asarray(sizes.mean(axis=-1, keepdims=True))


def _decades(x: Array | float) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log10(x))


def _scaled(block: Array) -> tuple[Array, Array, Array]:
    """Rows, their sizes and what both are divided by: the largest size in a row, where a trial needs it.

    It is 1 in a row of zeros, and in a trial whose rows are all zeros or `SAFE`.
    """
    rows, sizes = block.astype(np.float64, order="C", copy=False), _sizes(block)
    largest = sizes.max(axis=-1, keepdims=True)
    safe = ((largest > SAFE[0]) & (largest < SAFE[1])) | (largest == 0)
    if safe.all():
        return rows, sizes, np.ones_like(largest)
    unscaled = safe.all(axis=-2, keepdims=True) | (largest == 0)
    largest = np.where(unscaled, 1.0, largest)
    return rows / largest, sizes / largest, largest


def _finite_mean(losses: Array) -> Array:
    """The mean of the finite ones of each trial: (T,)."""
    rows = losses.reshape(len(losses), -1)
    sums, several = rows.sum(axis=1), np.full(len(rows), rows.shape[1])
    if not np.isfinite(sums).all():
        finite = np.isfinite(rows)
        sums, several = np.where(finite, rows, 0).sum(axis=1), finite.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(sums / several)
