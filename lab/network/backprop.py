"""Backpropagation for a stack of networks, any σ and any cost: the four equations.

    δ^L = ∇_a C ⊙ σ′(z^L)                     (BP1)
    δ^l = ((w^{l+1})ᵀ δ^{l+1}) ⊙ σ′(z^l)      (BP2)
    ∂C/∂b^l = δ^l                             (BP3)
    ∂C/∂w^l = δ^l (a^{l−1})ᵀ                  (BP4)

Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 2.

Arrays are columns, as in the book: shape (trial, neuron, example). The cost is the mean over the m
examples of a pass, so each column of δ carries 1/m, and the sums over examples in BP3 and BP4 are the
means of the book's single-example gradients. The biases are the last column of w, against a row of ones
under every a: so one product is w a + b, and one product is BP3 and BP4.

Every product runs trial by trial inside ``np.matmul``, so a trial in a stack has the same bits as alone.
One trial alone takes ``np.dot`` where it gives the same bits: a call costs half as much.

A counterfactual may be trained instead (`Network.surrogate_floor`): max(σ′, floor) in place of σ′ in BP1 and
BP2, forward as it is. What comes out is then not the gradient of C.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from lab.network.parameters import Parameters
from lab.numerics import Array, scalar
from lab.parts import Activation, Cost


@dataclass(frozen=True)
class Network:
    """What stays the same in training: the sizes n_0 … n_L, σ of each layer 1 … L, and the cost.

    A ``surrogate_floor`` above 0 is passed by max(σ′, floor) in BP1 and BP2, and δ, e and the gradient are
    then not those of C; 0 passes σ′ itself, whatever its sign. Where the cost cancels σ′ of the output there
    is nothing to floor. Cf. the straight-through estimator of Bengio, Léonard & Courville (2013),
    *Estimating or propagating gradients through stochastic neurons*, sec. 4, which passes 1.
    """

    sizes: tuple[int, ...]
    sigmas: tuple[Activation, ...]
    cost: Cost
    surrogate_floor: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.surrogate_floor < np.inf:
            raise ValueError(f"the surrogate floor must be finite and >= 0, got {self.surrogate_floor}")
        if len(self.sigmas) != len(self.sizes) - 1:
            raise ValueError(f"{len(self.sizes) - 1} layers need as many σ, got {len(self.sigmas)}")

    @property
    def depth(self) -> int:
        """L, the number of the output layer."""
        return len(self.sigmas)

    def sigma(self, l: int) -> Activation:
        """σ of layer l."""
        return self.sigmas[l - 1]


@dataclass(frozen=True)
class Pass:
    """The buffers of one forward and backward pass of T trials over m examples, made once and reused.

    ``z[l]``, ``a[l]``, ``slope[l]`` (σ′(z^l)), ``e[l]`` (∂C/∂a^l) and ``delta[l]`` (∂C/∂z^l) have the shape
    (T, n_l, m); a[0] is the input; ``a1[l]`` is a[l] with its row of ones. e[L] is not filled: BP1 may
    cancel it. ``y`` is the target, of shape (T or 1, n_L, m).

    All are views of ``vector``, block after block, so that a pass is copied at one stroke; but x and y where
    they were given from outside, which ``own_examples`` tells.
    """

    examples: int
    vector: Array
    own_examples: bool
    a1: dict[int, Array]
    a: dict[int, Array]
    z: dict[int, Array]
    slope: dict[int, Array]
    e: dict[int, Array]
    delta: dict[int, Array]
    y: Array

    @cached_property
    def alone(self) -> Pass:
        """The same arrays without the axis of trials where there is one trial, else itself."""
        if len(self.vector) > 1 or len(self.z[1]) > 1:
            return self
        a1, a, z, slope, e, delta = (
            {l: block[0] for l, block in blocks.items()}
            for blocks in (self.a1, self.a, self.z, self.slope, self.e, self.delta)
        )
        return replace(self, a1=a1, a=a, z=z, slope=slope, e=e, delta=delta)

    @cached_property
    def product(self) -> Callable[..., Any]:
        """What multiplies the matrices of `alone`."""
        return np.matmul if self.alone is self else np.dot


def make_pass(network: Network, trials: int, x: Array, y: Array) -> Pass:
    """Buffers for T trials on these inputs.

    ``x`` has the shape (T or 1, n_0 + 1, m) with ones in its last row, ``y`` (T or 1, n_L, m); both are
    kept, not copied, so that new examples may be written into them.
    """
    vector = np.zeros((1, _Views.needed(network, trials, x.shape[-1])), x.dtype)
    return seen_as_pass(network, vector, trials, x.shape[-1], (x, y))


def make_batch(network: Network, trials: int, m: int, dtype: npt.DTypeLike) -> Pass:
    """Buffers for T trials on m examples of their own, to be written into a1[0] and y by rows, the mT."""
    vector = np.zeros((1, _Views.needed(network, trials, m, own_examples=True)), dtype)
    return seen_as_pass(network, vector, trials, m)


def seen_as_pass(
    network: Network, vector: Array, trials: int, m: int, examples: tuple[Array, Array] | None = None
) -> Pass:
    """The views of a vector, or of K of them in rows, as of K passes of one trial; x and y are in it
    unless they are given.
    """
    views = _Views(vector, trials)
    sizes, layers = network.sizes, range(1, network.depth + 1)
    a1 = {l: views.block(sizes[l] + 1, m) for l in layers}
    z, slope, e, delta = ({l: views.block(sizes[l], m) for l in layers} for _ in range(4))
    for ones in a1.values():
        ones[:, -1] = 1
    x, y = examples or (views.block(m, sizes[0] + 1).mT, views.block(m, sizes[-1]).mT)
    a1 = {0: x, **a1}
    a = {l: ones[:, :-1] for l, ones in a1.items()}
    return Pass(m, vector, examples is None, a1, a, z, slope, e, delta, y)


class _Views:
    """Cuts blocks for T trials off rows of numbers, one after the other, at multiples of 16 numbers."""

    def __init__(self, rows: Array, trials: int) -> None:
        self.rows, self.trials, self.at = rows, trials, 0

    def block(self, n: int, m: int) -> Array:
        """The next block, of shape (T, n, m), or (K, n, m) of K rows of one trial."""
        begin, numbers = self.at, self.trials * n * m
        self.at += self.room(numbers)
        return self.rows[:, begin : begin + numbers].reshape(-1, n, m)

    @staticmethod
    def room(numbers: int) -> int:
        return -(-numbers // 16) * 16

    @classmethod
    def needed(cls, network: Network, trials: int, m: int, own_examples: bool = False) -> int:
        """The numbers that a pass of T trials holds."""
        sizes = network.sizes
        blocks = [n + 1 for n in sizes[1:]] + 4 * [*sizes[1:]]
        blocks += [sizes[0] + 1, sizes[-1]] if own_examples else []
        return sum(cls.room(trials * n * m) for n in blocks)


def with_ones(x: npt.ArrayLike, dtype: npt.DTypeLike = np.float64) -> Array:
    """Examples in rows (m, n) as a column block (1, n + 1, m) with a last row of ones, for `make_pass`."""
    rows = np.asarray(x)
    columns = np.ones((1, rows.shape[1] + 1, rows.shape[0]), dtype)
    columns[0, :-1] = rows.T
    return columns


def forward(network: Network, theta: Parameters, p: Pass) -> None:
    """Fill z, a and σ′(z) of every layer from a⁰."""
    product, wb, a1, z = p.product, theta.alone.wb, p.alone.a1, p.alone.z
    for l in range(1, network.depth + 1):
        product(wb[l], a1[l - 1], z[l])  # z = w a + b
        network.sigma(l).with_derivative(p.z[l], out=(p.a[l], p.slope[l], p.e[l]))  # a = σ(z), σ′(z)


def backward(network: Network, theta: Parameters, p: Pass, gradient: Parameters) -> None:
    """Fill δ and e of every layer and write ∂C/∂w and ∂C/∂b into ``gradient``; after `forward`."""
    L, w = network.depth, theta.alone.w
    a1, slope, e, delta = p.alone.a1, p.alone.slope, p.alone.e, p.alone.delta
    passed = passed_slope(network, p.slope[L], p.e[L])
    network.cost.error(p.z[L], p.a[L], passed, p.y, network.sigma(L), out=p.delta[L])  # BP1
    np.multiply(p.delta[L], scalar(1 / p.examples, p.delta[L].dtype), out=p.delta[L])
    for l in range(L - 1, 0, -1):
        error_below(w[l + 1], delta[l + 1], e[l])
        np.multiply(e[l], passed_slope(network, slope[l], delta[l]), delta[l])  # BP2
    for l in range(1, L + 1):
        p.product(delta[l], a1[l - 1].mT, gradient.alone.wb[l])  # BP3 (last column), BP4


def passed_slope(network: Network, slope: Array, scratch: Array) -> Array:
    """What the error is multiplied by: σ′(z) itself, or max(σ′(z), floor), written into ``scratch``."""
    if network.surrogate_floor == 0:
        return slope
    return np.maximum(slope, scalar(network.surrogate_floor, slope.dtype), out=scratch)


def error_below(w: Array, delta: Array, out: Array) -> None:
    """Write wᵀδ into ``out``; under a single neuron by a plain product of the same bits, which is quicker."""
    (np.multiply if w.shape[-2] == 1 else np.matmul)(w.mT, delta, out)


def cost(network: Network, p: Pass) -> Array:
    """C of each trial, the mean over the examples, after `forward`: shape (T,)."""
    L = network.depth
    return np.asarray(network.cost.value(p.z[L], p.a[L], p.y, network.sigma(L)).mean(axis=-1))


def complete(network: Network, p: Pass) -> None:
    """Fill e^L = ∇_a C, which training does not need and which is infinite where BP1 cancels ∞·0."""
    L = network.depth
    network.cost.gradient(p.a[L], p.y, p.e[L])
    np.multiply(p.e[L], 1 / p.examples, out=p.e[L])
