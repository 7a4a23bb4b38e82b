"""The demon of backpropagation: move the z of one neuron a little, and see what becomes of the cost.

The demon adds Δz to z_j^l of one example, and the layers above go on from there. By the definition of the
error, δ_j^l = ∂C/∂z_j^l, the cost changes by δ_j^l Δz and a remainder of second order: halving Δz quarters
it. A second demon sits behind σ and adds Δa to a_j^l: the cost changes by e_j^l Δa, e_j^l = ∂C/∂a_j^l.

Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 2, "The four fundamental equations behind
backpropagation", and its footnote on ∂C/∂a for the demon behind σ.

C is the cost of the one example, and everything is computed in float64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from lab.activations.formula.formula import Formula
from lab.network.backprop import Network, Pass, backward, complete, forward, make_pass, with_ones
from lab.network.parameters import Parameters, count, parameters, seen_as_layers
from lab.numerics import Array
from lab.training.loop import Stack, Training

Moved: TypeAlias = Literal["z", "a"]
"""What the demon moves: z_j, or a_j behind σ."""

MOVED: tuple[Moved, ...] = ("z", "a")

REACH = 0.1
"""The r of a demon that may move by no more than |Δ| ≤ r, unless told."""

HALVINGS = 12
"""A series of moves goes from r down to r/2¹²."""

STEPS = 20
"""The best move is looked for on a grid of so many steps to each side of 0."""

TOGETHER = 1000
"""Moves that go through the layers above as the examples of one pass: bounds the memory that it takes."""

CLEAR = 1000.0
"""A remainder tells its order where it is so many times larger than what rounding makes of it."""

SIZES_OF_ORDER = 4
"""The order is that of so many of the smallest moves whose remainder is clear of rounding."""


@dataclass(frozen=True)
class Scene:
    """One example that went forward and backward through one network: where a demon may set in."""

    network: Network
    theta: Parameters
    p: Pass

    def derivatives(self, l: int, moved: Moved) -> Array:
        """∂C/∂z^l = δ^l or ∂C/∂a^l = e^l: (n_l,)."""
        return (self.p.delta if moved == "z" else self.p.e)[l][0, :, 0] + 0.0  # no −0 in a table

    def rounding(self, l: int) -> float:
        """About how far rounding alone moves C, when the layers above l go on from z^l or a^l.

        Each sum of layer k rounds to eps times the sum of its sizes, |w||a| + |b|, and that reaches C by
        |δ^k|: eps (|C| + |δ^l|·|z^l| + Σ_{k>l} |δ^k|·(|w^k||a^{k−1}| + |b^k|)).
        """
        p, wb = self.p, self.theta.wb
        terms = [np.abs(p.delta[l] * p.z[l])]
        for k in range(l + 1, self.network.depth + 1):
            terms.append(np.abs(p.delta[k]) * (np.abs(wb[k]) @ np.abs(p.a1[k - 1])))
        size = abs(self.cost) + sum(float(term.sum()) for term in terms)
        return float(np.finfo(np.float64).eps * size)

    @property
    def cost(self) -> float:
        """C of the example."""
        L = self.network.depth
        value = self.network.cost.value(self.p.z[L], self.p.a[L], self.p.y, self.network.sigma(L))
        return float(value[0, 0])


@np.errstate(all="ignore")
def scene(network: Network, vector: Array, x: Array, y: Array) -> Scene:
    """An example gone through a network, forward and back with σ′ itself also in a counterfactual.

    Parameters
    ----------
    network
        The network.
    vector
        All w and b of one trial: (P,), as `lab.network.parameters.Parameters` orders them.
    x, y
        The example's input, (n_0,), and its target, (n_L,).
    """
    network = replace(network, surrogate_floor=0.0)
    theta = seen_as_layers(np.array(vector, np.float64, ndmin=2), network.sizes)
    p = make_pass(network, 1, with_ones(x[None]), np.array(y, np.float64).reshape(1, -1, 1))
    forward(network, theta, p)
    backward(network, theta, p, parameters(network.sizes, 1))
    complete(network, p)
    return Scene(network, theta, p)


@np.errstate(all="ignore")
def trained_scene(
    training: Training,
    trial: int,
    example: int,
    steps: int,
    progress: Callable[[int], None] = lambda done: None,
) -> Scene | None:
    """A training example gone through one trial after so many steps; None where the trial diverged by then.

    ``progress`` is told the steps that were done.
    """
    stack = Stack(training, range(trial, trial + 1))
    for step in range(steps):
        stack.propagate()
        stack.advance(step + 1)
        progress(1)
    if not np.isfinite(stack.theta.vector).all():
        return None
    given = training.train
    return scene(training.network, stack.theta.vector, given.x[example, :-1], given.y[example])


def series(reach: float = REACH) -> Array:
    """±r, ±r/2, … ±r/2¹², from −r up to r."""
    sizes = reach * 0.5 ** np.arange(HALVINGS + 1)
    return np.concatenate([-sizes, sizes[::-1]])


@np.errstate(all="ignore")
def changes(given: Scene, l: int, neurons: Array, moves: Array, moved: Moved) -> Array:
    """ΔC of each move of each of these neurons of layer l (counted from 0), one neuron at a time: (n, K)."""
    base = (given.p.z if moved == "z" else given.p.a)[l][0]
    before = _costs(given, l, base, moved)[0]
    found = np.empty((len(neurons), len(moves)))
    flat = found.reshape(-1)
    neuron, move = np.repeat(neurons, len(moves)), np.tile(moves, len(neurons))
    for here in _blocks(flat.size):
        columns = np.repeat(base, here.stop - here.start, axis=1)
        columns[neuron[here], np.arange(columns.shape[1])] += move[here]
        flat[here] = _costs(given, l, columns, moved) - before
    return found


def _blocks(size: int) -> Iterator[slice]:
    for start in range(0, size, TOGETHER):
        yield slice(start, min(start + TOGETHER, size))


def _costs(given: Scene, l: int, columns: Array, moved: Moved) -> Array:
    """C where z^l or a^l is each of these columns (n_l, K): (K,). The columns are the examples of one pass.

    A demon behind the output's σ moves C as a function of a alone: as over the identity.
    """
    network, y = given.network, np.repeat(given.p.y, columns.shape[1], axis=2)
    sigma = network.sigma(l) if moved == "z" else Formula("z")
    a = np.asarray(sigma(columns))
    if l == network.depth:
        return np.asarray(network.cost.value(columns[None], a[None], y, sigma)[0])
    above = Network(network.sizes[l:], network.sigmas[l:], network.cost)
    theta = seen_as_layers(given.theta.vector[:, -count(above.sizes) :], above.sizes)
    p = make_pass(above, 1, with_ones(a.T), y)
    forward(above, theta, p)
    L = above.depth
    return np.asarray(network.cost.value(p.z[L], p.a[L], y, above.sigma(L))[0])


def order(moves: Array, remainders: Array, rounding: float) -> float:
    """The order of a remainder: the slope of log|ΔC − δΔz| against log|Δz|, 2 where σ and C are smooth.

    ``moves`` are a `series`. The slope is of least squares, over the `SIZES_OF_ORDER` smallest sizes |Δz|
    whose remainder is clear of ``rounding`` on both sides; NaN where there are fewer than two.
    """
    half = len(moves) // 2
    sizes, both = np.abs(moves[:half]), np.abs(np.stack([remainders[:half], remainders[: half - 1 : -1]]))
    clear = np.flatnonzero((both > CLEAR * rounding).all(axis=0) & np.isfinite(both).all(axis=0))
    chosen = clear[-SIZES_OF_ORDER:]
    if len(chosen) < 2:
        return float("nan")
    x, y = np.log(sizes[chosen]), np.log(both[:, chosen]).mean(axis=0)
    x = x - x.mean()
    return float((x @ y) / (x @ x))


@np.errstate(all="ignore")
def moves_of_neuron(given: Scene, l: int, neuron: int, reach: float = REACH) -> pd.DataFrame:
    """What the moves of one neuron do: a row a move of both demons, those of z first.

    Parameters
    ----------
    given
        The example and the network.
    l, neuron
        The layer, 1 … L, and the neuron, 1 … n_l.
    reach
        r, the largest move.

    Returns
    -------
    DataFrame
        ``layer``, ``neuron``, ``moved`` (z or a), ``move`` (Δ), ``change`` (ΔC), ``predicted`` (δ_j Δz, or
        e_j Δa), ``remainder`` (their difference), ``rounding`` (about how far rounding alone moves C) and
        ``order`` of the remainder.
    """
    moves, rounding = series(reach), given.rounding(l)
    frames = []
    for moved in MOVED:
        (change,) = changes(given, l, np.array([neuron - 1]), moves, moved)
        predicted = given.derivatives(l, moved)[neuron - 1] * moves
        frames.append(
            pd.DataFrame(
                {
                    "layer": l,
                    "neuron": neuron,
                    "moved": moved,
                    "move": moves,
                    "change": change,
                    "predicted": predicted,
                    "remainder": change - predicted,
                    "rounding": rounding,
                    "order": order(moves, change - predicted, rounding),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


@np.errstate(all="ignore")
def neurons_of_layer(given: Scene, l: int, reach: float = REACH) -> pd.DataFrame:
    """The demon's best move at every neuron of a layer: a row a neuron and demon, those of z first.

    Parameters
    ----------
    given
        The example and the network.
    l
        The layer, 1 … L.
    reach
        r: no move is larger.

    Returns
    -------
    DataFrame
        ``layer``, ``neuron``, ``moved`` (z or a), ``derivative`` (δ_j or e_j), ``order`` of the remainder,
        ``best_move`` (the Δ that lowers C most, on a grid of |Δ| ≤ r; 0 where none does), ``best_gain`` (by
        how much it lowers C), ``reach`` and ``rank_correlation``: Spearman's, over the neurons, of
        ``best_gain`` and the size of ``derivative``; missing where one of them is the same for all.
    """
    rounding = given.rounding(l)
    neurons = np.arange(given.network.sizes[l])
    moves, grid = series(reach), reach * np.linspace(-1, 1, 2 * STEPS + 1)
    frames = []
    for moved in MOVED:
        derivative = given.derivatives(l, moved)
        remainders = changes(given, l, neurons, moves, moved) - np.outer(derivative, moves)
        gains = -changes(given, l, neurons, grid, moved)
        best = np.where(np.isnan(gains), -np.inf, gains).argmax(axis=1)
        gain = gains[neurons, best]
        helps = gain > rounding
        gain = np.where(helps, gain, 0.0)
        frames.append(
            pd.DataFrame(
                {
                    "layer": l,
                    "neuron": neurons + 1,
                    "moved": moved,
                    "derivative": derivative,
                    "order": [order(moves, row, rounding) for row in remainders],
                    "best_move": np.where(helps, grid[best], 0.0),
                    "best_gain": gain,
                    "reach": reach,
                    "rank_correlation": _rank_correlation(np.abs(derivative), gain),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _rank_correlation(x: Array, y: Array) -> float:
    """Spearman's; NaN where one of them does not vary, or ``x`` is not finite."""
    if not np.isfinite(x).all() or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    return float(spearmanr(x, y).statistic)
