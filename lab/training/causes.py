"""Why a weight learns slowly: its gradient as a product of five factors, and which of them lost most.

    |∂C/∂w_jk| = A_k · S_j · E_j · ρ_jk · κ_jk

    A_k = ⟨|a_k|⟩       the activation that feeds the weight (BP4)
    S_j = ⟨|σ′(z_j)|⟩   the slope of the neuron above it (BP1, BP2); max(σ′, floor) in a counterfactual
    E_j = ⟨|e_j|⟩       the error that arrives at that neuron, before σ′
    ρ_jk = ⟨|a_k δ_j|⟩ / (A_k S_j E_j)      whether the three are large on the same examples
    κ_jk = |⟨a_k δ_j⟩| / ⟨|a_k δ_j|⟩        whether the examples agree

⟨·⟩ is the mean over the examples. The product is BP4 itself, regrouped, so it is exact. Everything here is
in decades, log₁₀, and of one trial: blocks have the shape (neuron, example).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lab.network.backprop import Network, passed_slope
from lab.network.buffers import Pass
from lab.numerics import Array
from lab.parts import Cost

LABELS = ("nothing_left", "input_low", "output_saturated", "error_small", "examples_apart", "examples_cancel")
"""What a weight may be labelled, in order of precedence: of two that lost alike, the former."""

NOTHING_LEFT = 2.0
"""So many decades must the error at the output have fallen, to 1 %, before nothing is left to learn."""


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
    column. Rows are scaled before they are multiplied, so that no product leaves the range of float64.
    """
    heights, below = _scaled(a)
    sizes, above = _scaled(delta)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.log10(_mean_size(a)).T
        flat = np.log10(_mean_size(slope))
        small = np.log10(_mean_size(e)) + np.log10(e.shape[1])
        size = np.log10(sizes) + np.log10(heights).T
        together = size + np.log10(np.abs(above) @ np.abs(below).T)
        summed = size + np.log10(np.abs(above @ below.T))
        apart = low + flat + small
        dependence = np.where(apart == -np.inf, 0, together - apart)
        agreement = np.where(together == -np.inf, 0, summed - together)
    return Factors(low, flat, small, dependence, agreement)


class References(NamedTuple):
    """What each factor would be, in decades, if it held nothing back: ρ and κ would be 1.

    ``input`` is of 1 where the activations lie in [0, 1], else of their rms over the layer. ``slope`` is of
    S = sup|σ′|, or where that is infinite of the largest |σ′| of the layer, and of 1 where the cost removed
    σ′. ``error`` is of E^L, the mean of E_j over the output neurons, and ``output`` of the E^L of a network
    that answers every example with the mean target, see `indifferent`.
    """

    input: float
    slope: float
    error: float
    output: float


def lost(found: Factors, references: References) -> tuple[Array, ...]:
    """The decades that each weight lost by each of `LABELS`: (j, k) each; +∞ where the factor is 0.

    The first is what the error at the output lost, the same for every weight of the network.
    """
    *against, output = references
    pairs = zip((output, *against, 0.0, 0.0), (np.asarray(references.error), *found), strict=True)
    with np.errstate(invalid="ignore"):
        losses = [np.where(factor == -np.inf, np.inf, reference - factor) for reference, factor in pairs]
    return np.broadcast_arrays(*losses)


def labelled(losses: Sequence[Array]) -> Array:
    """The number in `LABELS` of what each weight lost most by: (j, k)."""
    left, *others = losses
    most, label = np.where(left < NOTHING_LEFT, -np.inf, left), np.zeros(left.shape, np.int8)
    for number, loss in enumerate(others, 1):
        np.copyto(label, number, where=loss > most)
        np.maximum(most, loss, out=most)
    return label


def of_layer(network: Network, p: Pass, l: int, t: int) -> Array:
    """The share of layer l's weights with each of `LABELS`, then the mean decades lost by each, of trial t.

    The mean is over the weights that lost a finite amount, and NaN where there are none: a pixel that is
    always 0 has its label, and must not make the mean of all others infinite.
    """
    losses = lost(factors_of_layer(network, p, l, t), _references(network, p, l, t))
    shares = np.bincount(labelled(losses).ravel(), minlength=len(LABELS)) / losses[0].size
    finite = [row[np.isfinite(row)] for row in map(_once, losses)]
    return np.array([*shares, *(row.mean() if row.size else np.nan for row in finite)])


def _once(loss: Array) -> Array:
    """A loss without its repetitions along rows or columns; its mean is the same."""
    return loss[tuple(slice(None if stride else 1) for stride in loss.strides)]


def factors_of_layer(network: Network, p: Pass, l: int, t: int) -> Factors:
    """The factors of layer l's weights of trial t, after `lab.network.backprop.complete`.

    Where the cost removes σ′ from the output layer, S_j is 1 there, and E_j is ⟨|δ_j|⟩.
    """
    slope, e = _slope_and_error(network, p, l, t)
    return factors(_of_trial(p.a[l - 1], t), slope, e, p.delta[l][t])


def indifferent(cost: Cost, y: Array, cancelled: bool) -> float:
    """Mean |∂C_x/∂a_j^L| of a network that answers every example with the mean of the targets y, (j, m).

    This is the error of one that has learnt nothing of the inputs. It is 1 where all targets are alike.
    """
    if (y == y[:, :1]).all():
        return 1.0
    mean = np.broadcast_to(y.mean(axis=1, keepdims=True), y.shape)
    residual = mean - y
    if not cancelled:
        cost.gradient(mean, y, residual)
    return float(np.abs(residual).mean())


def _references(network: Network, p: Pass, l: int, t: int) -> References:
    L, a = network.depth, _of_trial(p.a[l - 1], t)
    _, e = _slope_and_error(network, p, L, t)
    within = network.sigma(l - 1).range if l > 1 else None
    low, high = (within.low, within.high) if within else (a.min(), a.max())
    full = 1.0 if low >= 0 and high <= 1 else np.sqrt(np.square(a, dtype=np.float64).mean())
    steepest = network.sigma(l).slope_range.magnitude
    if not np.isfinite(steepest):
        steepest = float(np.abs(p.slope[l][t]).max())
    steepest = 1.0 if _cancelled(network, l) else max(steepest, network.surrogate_floor)
    with np.errstate(divide="ignore", invalid="ignore"):
        return References(
            input=float(np.log10(full)),
            slope=float(np.log10(steepest)),
            error=float(np.log10(_mean_size(e).mean()) + np.log10(p.examples)),
            output=float(np.log10(indifferent(network.cost, _of_trial(p.y, t), _cancelled(network, L)))),
        )


def _slope_and_error(network: Network, p: Pass, l: int, t: int) -> tuple[Array, Array]:
    """σ′ and e of a layer, as its gradient has them: removed by the cost, or lifted in a counterfactual."""
    if _cancelled(network, l):
        return np.ones_like(p.delta[l][t]), p.delta[l][t]
    slope = p.slope[l][t]
    return passed_slope(network, slope, np.empty_like(slope)), p.e[l][t]


def _cancelled(network: Network, l: int) -> bool:
    return l == network.depth and network.cost.cancels(network.sigma(l))


def _of_trial(block: Array, t: int) -> Array:
    """Trial t of a block which all trials may share."""
    return np.asarray(block[t if len(block) > 1 else 0])


def _mean_size(block: Array) -> Array:
    """⟨|·|⟩ over the examples, as a column."""
    return np.asarray(np.abs(block).astype(np.float64, order="C").mean(axis=1, keepdims=True))


def _scaled(block: Array) -> tuple[Array, Array]:
    """The largest size in each row, and the rows divided by it; a row of zeros stays."""
    rows = block.astype(np.float64, order="C")
    largest = np.abs(rows).max(axis=1, keepdims=True)
    largest = np.where(largest > 0, largest, 1)
    return largest, rows / largest
