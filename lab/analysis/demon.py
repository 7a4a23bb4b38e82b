"""The demon of backpropagation: it moves the z of one neuron a little, and the cost changes.

The demon adds Δz to z_j^l of one example, and the layers above go on from there. By the definition of the
error, δ_j^l = ∂C/∂z_j^l, the cost changes by δ_j^l Δz and a remainder of second order: half the Δz leaves a
quarter of it. A second demon sits behind σ and adds Δa to a_j^l: the cost changes by e_j^l Δa, where
e_j^l = ∂C/∂a_j^l.

Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 2, "The four fundamental equations behind
backpropagation", and its footnote on ∂C/∂a for the demon behind σ.

C is the cost of the one example, and everything is computed in float64.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from lab.activations.formula.formula import Formula
from lab.network.backprop import Network, backward, complete, costs, forward
from lab.network.buffers import Pass, make_pass, with_ones
from lab.network.parameters import Parameters, as_parameters, count, parameters
from lab.numerics import Array
from lab.training.loop import begun
from lab.training.stack import Training

MOVED = {"z": "δ", "a": "e"}
"""What the demon moves, z_j, or a_j behind σ, and the sign of ∂C by it."""

HALVINGS = 12
"""A series of moves goes from r down to r/2^HALVINGS."""

STEPS = 20
"""The best move is searched on a grid of this number of steps on each side of 0."""

TOGETHER = 1000
"""Moves that go through the layers above as the examples of one pass, which bounds its memory."""

CLEAR = 1000.0
"""A remainder is clear of rounding where it is this many times larger than what rounding makes of it."""

SIZES_OF_ORDER = 4
"""The order is taken over this number of the smallest moves whose remainder is clear of rounding."""


@dataclass(frozen=True)
class Scene:
    """One example that went forward and backward through one network, for a demon to move."""

    network: Network
    theta: Parameters
    p: Pass

    def derivatives(self, l: int, moved: str) -> Array:
        """∂C/∂z^l = δ^l or ∂C/∂a^l = e^l: (n_l,)."""
        return (self.p.delta if moved == "z" else self.p.e)[l][0, :, 0] + 0.0  # no −0 in a table

    def rounding(self, l: int) -> float:
        """About how far rounding alone moves C, when the layers above l go on from z^l or a^l.

        Each sum of layer k rounds to eps times the sum of its sizes, |w||a| + |b|, and that reaches C by
        |δ^k|: eps (|C| + |δ^l|·|z^l| + Σ_{k>l} |δ^k|·(|w^k||a^{k−1}| + |b^k|)).
        """
        p, above = self.p, range(l + 1, self.network.depth + 1)
        terms = [np.abs(p.delta[l] * p.z[l])]
        terms += [np.abs(p.delta[k]) * (np.abs(self.theta.wb[k]) @ np.abs(p.a1[k - 1])) for k in above]
        return float(np.finfo(np.float64).eps * (abs(self.cost) + sum(float(term.sum()) for term in terms)))

    @property
    def cost(self) -> float:
        """C of the example."""
        return float(costs(self.network, self.p)[0, 0])


@np.errstate(all="ignore")
def scene(network: Network, vector: Array, x: Array, y: Array) -> Scene:
    """One example with input x (n_0,) and target y (n_L,), gone through a network forward and back.

    ``vector`` (P,) is all w and b of one trial, as `lab.network.parameters.Parameters` orders them. The way
    back takes σ′ itself, also in a counterfactual.
    """
    network = replace(network, surrogate_floor=0.0)
    theta = as_parameters(np.array(vector, np.float64, ndmin=2), network.sizes)
    p = make_pass(network.sizes, 1, with_ones(x[None]), np.array(y, np.float64).reshape(1, -1, 1))
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
    """A training example gone through one trial after some steps; None where the trial diverged by then.

    ``progress`` is called with the number of steps just done.
    """
    taken = begun(training, range(trial, trial + 1))[1]
    for step in range(steps):
        taken.run_to(step + 1)
        progress(1)
    theta = taken.theta.vector
    if not np.isfinite(theta).all():
        return None
    given = training.train
    return scene(training.network, theta, given.x[example, :-1], given.y[example])


def series(reach: float = 0.1) -> Array:
    """±r, ±r/2, … ±r/2¹², from −r up to r."""
    sizes = reach * 0.5 ** np.arange(HALVINGS + 1)
    return np.concatenate([-sizes, sizes[::-1]])


@np.errstate(all="ignore")
def changes(given: Scene, l: int, neurons: Array, moves: Array, moved: str) -> Array:
    """ΔC of each of K moves of each of n neurons of layer l (counted from 0), one at a time: (n, K)."""
    neuron, move = np.repeat(neurons, len(moves)), np.tile(moves, len(neurons))
    costs = costs_of_moves(given, l, neuron, move, moved)
    before = costs_of_moves(given, l, neurons[:1], np.zeros(1), moved)
    return (costs - before).reshape(len(neurons), len(moves))


def costs_of_moves(given: Scene, l: int, neurons: Array, moves: Array, moved: str = "z") -> Array:
    """C after each of K moves, one at a time, of a neuron of layer l (counted from 0) each: (K,)."""
    base = (given.p.z if moved == "z" else given.p.a)[l][0]
    found = np.empty(len(moves))
    for start in range(0, len(moves), TOGETHER):
        here = slice(start, start + TOGETHER)
        columns = np.repeat(base, len(moves[here]), axis=1)
        columns[neurons[here], np.arange(columns.shape[1])] += moves[here]
        found[here] = _costs_from(given, l, columns, moved)
    return found


def _costs_from(given: Scene, l: int, columns: Array, moved: str = "z") -> Array:
    """C where z^l or a^l is each of these columns (n_l, K): (K,). The columns are the examples of one pass.

    A demon behind the output's σ moves C as a function of a alone: as over the identity.
    """
    network, y = given.network, np.repeat(given.p.y, columns.shape[1], axis=2)
    sigma = network.sigma(l) if moved == "z" else Formula("z")
    a = np.asarray(sigma(columns))
    if l == network.depth:
        return np.asarray(network.cost.value(columns[None], a[None], y, sigma)[0])
    above = Network(network.sizes[l:], network.sigmas[l:], network.cost)
    theta = as_parameters(given.theta.vector[:, -count(above.sizes) :], above.sizes)
    p = make_pass(above.sizes, 1, with_ones(a.T), y)
    forward(above, theta, p)
    return np.asarray(costs(above, p)[0])


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
def moves_of_neuron(given: Scene, l: int, neuron: int, reach: float = 0.1) -> pd.DataFrame:
    """What the moves of one neuron (1 … n_l) of layer l up to r = ``reach`` do: a row a demon and move.

    Its columns are ``layer``, ``neuron``, ``moved`` (z or a), ``move`` (Δ), ``change`` (ΔC), ``predicted``
    (δ_j Δz, or e_j Δa), ``remainder`` (their difference), ``rounding`` (about how far rounding alone moves C)
    and ``order`` of the remainder.
    """
    moves, rounding = series(reach), given.rounding(l)
    frames = []
    for moved in MOVED:
        (change,) = changes(given, l, np.array([neuron - 1]), moves, moved)
        predicted = given.derivatives(l, moved)[neuron - 1] * moves
        remainder = change - predicted
        columns = {"layer": l, "neuron": neuron, "moved": moved, "move": moves, "change": change}
        columns |= {"predicted": predicted, "remainder": remainder, "rounding": rounding}
        frames.append(pd.DataFrame({**columns, "order": order(moves, remainder, rounding)}))
    return pd.concat(frames, ignore_index=True)


@np.errstate(all="ignore")
def neurons_of_layer(given: Scene, l: int, reach: float = 0.1) -> pd.DataFrame:
    """The best move of each neuron of layer l up to r = ``reach``: a row a demon and neuron.

    Its columns are ``layer``, ``neuron``, ``moved`` (z or a), ``derivative`` (δ_j or e_j), ``order`` of the
    remainder, ``best_move`` (the Δ that lowers C most, on a grid of |Δ| ≤ r; 0 where none does),
    ``best_gain`` (by how much it lowers C), ``reach`` and ``rank_correlation``: Spearman's, over the neurons,
    of ``best_gain`` and the size of ``derivative``; missing where one of them is the same for all.
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
        helps = gains[neurons, best] > rounding
        gain = np.where(helps, gains[neurons, best], 0.0)
        columns = {"layer": l, "neuron": neurons + 1, "moved": moved, "derivative": derivative}
        columns |= {"order": [order(moves, row, rounding) for row in remainders]}
        columns |= {"best_move": np.where(helps, grid[best], 0.0), "best_gain": gain, "reach": reach}
        rank = _rank_correlation(np.abs(derivative), gain)
        frames.append(pd.DataFrame({**columns, "rank_correlation": rank}))
    return pd.concat(frames, ignore_index=True)


def _rank_correlation(x: Array, y: Array) -> float:
    """Spearman's; NaN where one of them does not vary, or ``x`` is not finite."""
    from scipy.stats import spearmanr

    if not np.isfinite(x).all() or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    return float(spearmanr(x, y).statistic)
