"""Backpropagation for a stack of networks, any σ and any cost: the four equations.

    δ^L = ∇_a C ⊙ σ′(z^L)                     (BP1)
    δ^l = ((w^{l+1})ᵀ δ^{l+1}) ⊙ σ′(z^l)      (BP2)
    ∂C/∂b^l = δ^l                             (BP3)
    ∂C/∂w^l = δ^l (a^{l−1})ᵀ                  (BP4)

Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 2.

Examples are columns, as in the book: arrays have the shape (trial, neuron, example). The cost is the mean
over the m examples of a pass, so each column of δ carries 1/m, and the sums over examples in BP3 and BP4 are
the means of the book's gradients of single examples. The biases are the last column of w, against a row of
ones under every a: ``wb`` is (w b), ``a1`` is a over 1. So one product is w a + b, and one is BP3 and BP4.

Every product runs trial by trial, so a trial in a stack has the same bits as alone; ``matrices`` are the
arrays without the axis of trials where there is only one.

The book's single neuron (ch. 3), with x = 1, y = 0, w = 0.6, b = 0.9:

>>> from lab.activations.logistic import Sigmoid
>>> from lab.network.buffers import make_pass, with_ones
>>> from lab.network.costs import Quadratic
>>> from lab.network.parameters import parameters
>>> network = Network((1, 1), (Sigmoid(),), Quadratic())
>>> theta, gradient = parameters((1, 1), trials=1), parameters((1, 1), trials=1)
>>> theta.w[1][...], theta.b[1][...] = 0.6, 0.9
>>> p = make_pass((1, 1), 1, x=with_ones([[1]]), y=np.zeros((1, 1, 1)))
>>> forward(network, theta, p)
>>> backward(network, theta, p, gradient)
>>> print(f"a = {p.a[1].item():.4f}, ∂C/∂b = δ = {gradient.b[1].item():.4f}")
a = 0.8176, ∂C/∂b = δ = 0.1219
"""

from dataclasses import dataclass

import numpy as np

from lab.network.buffers import Pass
from lab.network.parameters import Parameters
from lab.numerics import Array, scalar
from lab.parts import Activation, Cost


@dataclass(frozen=True)
class Network:
    """What stays the same in training: the sizes n_0 … n_L, σ of each layer 1 … L, and the cost.

    With a ``surrogate_floor`` above 0 a counterfactual is trained: forward as it is, but BP1 and BP2 take
    max(σ′, floor) in place of σ′, and δ, e and the gradient are then not those of C. 0 takes σ′ itself,
    whatever its sign. Where the cost cancels σ′ of the output there is nothing to floor. Cf. the
    straight-through estimator of Bengio, Léonard & Courville (2013), *Estimating or propagating gradients
    through stochastic neurons*, sec. 4, which takes 1.
    """

    sizes: tuple[int, ...]
    sigmas: tuple[Activation, ...]
    cost: Cost
    surrogate_floor: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.surrogate_floor < np.inf:
            raise ValueError(f"the surrogate floor must be finite and >= 0, got {self.surrogate_floor}")
        if len(self.sigmas) != self.depth:
            raise ValueError(f"{self.depth} layers need as many σ, got {len(self.sigmas)}")

    @property
    def depth(self) -> int:
        """L, the number of the output layer."""
        return len(self.sizes) - 1

    def sigma(self, l: int) -> Activation:
        """σ of layer l."""
        return self.sigmas[l - 1]


def forward(network: Network, theta: Parameters, p: Pass) -> None:
    """Fill z, a and σ′(z) of every layer from the input a⁰."""
    product, wb, a1, z = p.product, theta.matrices.wb, p.matrices.a1, p.matrices.z
    for l in range(1, network.depth + 1):
        product(wb[l], a1[l - 1], z[l])  # z = w a + b
        network.sigma(l).with_derivative(p.z[l], out=(p.a[l], p.slope[l], p.e[l]))  # a = σ(z), σ′(z)


def backward(network: Network, theta: Parameters, p: Pass, gradient: Parameters) -> None:
    """Fill δ and e of every layer and write ∂C/∂w and ∂C/∂b into ``gradient``; after `forward`."""
    L, w, dC = network.depth, theta.matrices.w, gradient.matrices.wb
    a1, slope, e, delta = p.matrices.a1, p.matrices.slope, p.matrices.e, p.matrices.delta

    passed = passed_slope(network, p.slope[L], p.e[L])
    network.cost.error(p.z[L], p.a[L], passed, p.y, network.sigma(L), out=p.delta[L])  # BP1, maybe cancelled
    np.multiply(p.delta[L], scalar(1 / p.examples, p.delta[L].dtype), out=p.delta[L])
    for l in range(L - 1, 0, -1):
        # under a single neuron the plain product has the same bits, and is quicker
        product = np.multiply if w[l + 1].shape[-2] == 1 else np.matmul
        product(w[l + 1].mT, delta[l + 1], e[l])
        np.multiply(e[l], passed_slope(network, slope[l], delta[l]), delta[l])  # BP2
    for l in range(1, L + 1):
        p.product(delta[l], a1[l - 1].mT, dC[l])  # BP3 (the last column), BP4


def passed_slope(network: Network, slope: Array, scratch: Array) -> Array:
    """What the error is multiplied by: σ′(z) itself, or max(σ′(z), floor), written into ``scratch``."""
    if network.surrogate_floor == 0:
        return slope
    return np.maximum(slope, scalar(network.surrogate_floor, slope.dtype), out=scratch)


def costs(network: Network, p: Pass) -> Array:
    """C_x of each trial and example, after `forward`: shape (T, m)."""
    L = network.depth
    return network.cost.value(p.z[L], p.a[L], p.y, network.sigma(L))


def cost(network: Network, p: Pass) -> Array:
    """C of each trial, the mean over the examples, after `forward`: shape (T,)."""
    return np.asarray(costs(network, p).mean(axis=-1))


def complete(network: Network, p: Pass) -> None:
    """Fill e^L = ∇_a C, which training does not need and which is infinite where BP1 cancels ∞·0."""
    L = network.depth
    network.cost.gradient(p.a[L], p.y, p.e[L])
    np.multiply(p.e[L], 1 / p.examples, out=p.e[L])
