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
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lab.activations import Activation
from lab.activations.activation import Array
from lab.activations.scalars import scalar
from lab.network.costs import Cost
from lab.network.parameters import Parameters


@dataclass(frozen=True)
class Network:
    """What stays the same in training: the sizes n_0 … n_L, σ of each layer 1 … L, and the cost."""

    sizes: tuple[int, ...]
    sigmas: tuple[Activation, ...]
    cost: Cost

    def __post_init__(self) -> None:
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
    """

    examples: int
    a1: dict[int, Array]
    a: dict[int, Array]
    z: dict[int, Array]
    slope: dict[int, Array]
    e: dict[int, Array]
    delta: dict[int, Array]
    y: Array


def make_pass(network: Network, trials: int, x: Array, y: Array) -> Pass:
    """Buffers for T trials on these inputs.

    ``x`` has the shape (T or 1, n_0 + 1, m) with ones in its last row, ``y`` (T or 1, n_L, m); both are
    kept, not copied, so that new examples may be written into them.
    """
    m, dtype = x.shape[-1], x.dtype
    layers = range(1, network.depth + 1)

    def block(l: int) -> Array:
        return np.zeros((trials, network.sizes[l], m), dtype)

    a1 = {0: x}
    for l in layers:
        a1[l] = np.ones((trials, network.sizes[l] + 1, m), dtype)
    return Pass(
        examples=m,
        a1=a1,
        a={l: ones[:, :-1] for l, ones in a1.items()},
        z={l: block(l) for l in layers},
        slope={l: block(l) for l in layers},
        e={l: block(l) for l in layers},
        delta={l: block(l) for l in layers},
        y=y,
    )


def with_ones(x: npt.ArrayLike, dtype: npt.DTypeLike = np.float64) -> Array:
    """Examples in rows (m, n) as a column block (1, n + 1, m) with a last row of ones, for `make_pass`."""
    rows = np.asarray(x)
    columns = np.ones((1, rows.shape[1] + 1, rows.shape[0]), dtype)
    columns[0, :-1] = rows.T
    return columns


def forward(network: Network, theta: Parameters, p: Pass) -> None:
    """Fill z, a and σ′(z) of every layer from a⁰."""
    for l in range(1, network.depth + 1):
        np.matmul(theta.wb[l], p.a1[l - 1], out=p.z[l])  # z = w a + b
        network.sigma(l).with_derivative(p.z[l], out=(p.a[l], p.slope[l], p.e[l]))  # a = σ(z), σ′(z)


def backward(network: Network, theta: Parameters, p: Pass, gradient: Parameters) -> None:
    """Fill δ and e of every layer and write ∂C/∂w and ∂C/∂b into ``gradient``; after `forward`."""
    L = network.depth
    network.cost.error(p.z[L], p.a[L], p.slope[L], p.y, network.sigma(L), out=p.delta[L])  # BP1
    np.multiply(p.delta[L], scalar(1 / p.examples, p.delta[L].dtype), out=p.delta[L])
    for l in range(L - 1, 0, -1):
        error_below(theta.w[l + 1], p.delta[l + 1], out=p.e[l])
        np.multiply(p.e[l], p.slope[l], out=p.delta[l])  # BP2
    for l in range(1, L + 1):
        np.matmul(p.delta[l], p.a1[l - 1].mT, out=gradient.wb[l])  # BP3 (last column), BP4


def error_below(w: Array, delta: Array, out: Array) -> None:
    """Write wᵀδ into ``out``; under a single neuron by a plain product of the same bits, which is quicker."""
    (np.multiply if w.shape[1] == 1 else np.matmul)(w.mT, delta, out=out)


def cost(network: Network, p: Pass) -> Array:
    """C of each trial, the mean over the examples, after `forward`: shape (T,)."""
    L = network.depth
    return np.asarray(network.cost.value(p.z[L], p.a[L], p.y, network.sigma(L)).mean(axis=-1))


def complete(network: Network, p: Pass) -> None:
    """Fill e^L = ∇_a C, which training does not need and which is infinite where BP1 cancels ∞·0."""
    L = network.depth
    network.cost.gradient(p.a[L], p.y, p.e[L])
    np.multiply(p.e[L], 1 / p.examples, out=p.e[L])
