"""Optimisers: from a gradient to a step, with explicit state that is brought up to date in place.

Every operation is elementwise, so a trial in a stack has the same bits as alone.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from lab.numerics import Array, scalar
from lab.parts import Optimiser, State


@dataclass(frozen=True)
class Averaging(Optimiser):
    """An optimiser that remembers running means; abstract. Its fields are shares in [0, 1), or ε > 0."""

    elementwise = True

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if name == "epsilon" and not value > 0:
                raise ValueError(f"epsilon must be > 0, got {value}")
            if name != "epsilon" and not 0 <= value < 1:
                raise ValueError(f"{name} must lie in [0, 1), got {value}")


@dataclass(frozen=True)
class Descent(Optimiser):
    """Δθ = −η ∇C; of a batch this is stochastic gradient descent (SGD).

    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 1, eqs. (20), (21).

    >>> out = np.empty((1, 2))
    >>> Descent().step({}, np.array([[2.0, -4.0]]), eta=0.5, number=1, out=out)
    >>> out
    array([[-1.,  2.]])
    """

    elementwise = True

    def step(self, state: State, gradient: Array, eta: float, number: int, out: Array) -> None:
        np.multiply(gradient, scalar(-eta, gradient.dtype), out)

    def multiple(self, eta: float) -> float:
        return -eta


@dataclass(frozen=True)
class Momentum(Averaging):
    """v ← μv − η ∇C; Δθ = v.

    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 3, eqs. (107), (108).
    """

    mu: float = 0.9
    remembers = ("v",)

    def step(self, state: State, gradient: Array, eta: float, number: int, out: Array) -> None:
        v = state["v"]
        v *= self.mu
        np.multiply(gradient, -eta, out=out)
        v += out
        out[...] = v


@dataclass(frozen=True)
class Nesterov(Averaging):
    """v ← μv − η ∇C; Δθ = μv − η ∇C: momentum that looks ahead, in the parameters looked at.

    Source: Sutskever, Martens, Dahl & Hinton, *On the importance of initialization and momentum in deep
    learning* (2013); in the form of Bengio, Boulanger-Lewandowski & Pascanu (2013), eq. (7).
    """

    mu: float = 0.9
    remembers = ("v", "ahead")

    def step(self, state: State, gradient: Array, eta: float, number: int, out: Array) -> None:
        v, ahead = state["v"], state["ahead"]
        np.multiply(gradient, -eta, out=out)
        v *= self.mu
        v += out
        np.multiply(v, self.mu, out=ahead)
        out += ahead


@dataclass(frozen=True)
class Adam(Averaging):
    """m ← β₁m + (1 − β₁)∇C, v ← β₂v + (1 − β₂)∇C²; Δθ = −η m̂/(√v̂ + ε).

    Here m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ) at step t.

    Source: Kingma & Ba, *Adam: a method for stochastic optimization* (2015), algorithm 1.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    remembers = ("m", "v")

    def step(self, state: State, gradient: Array, eta: float, number: int, out: Array) -> None:
        m, v = state["m"], state["v"]
        m *= self.beta1
        np.multiply(gradient, 1 - self.beta1, out=out)
        m += out
        _mean_square(v, gradient, self.beta2, out)
        np.sqrt(v, out=out)
        out *= 1 / sqrt(1 - self.beta2**number)
        out += self.epsilon
        np.divide(m, out, out=out)
        out *= -eta / (1 - self.beta1**number)


@dataclass(frozen=True)
class RMSProp(Averaging):
    """v ← ρv + (1 − ρ)∇C²; Δθ = −η ∇C/(√v + ε).

    Source: Tieleman & Hinton, *Neural Networks for Machine Learning*, lecture 6e (2012).
    """

    rho: float = 0.9
    epsilon: float = 1e-8
    remembers = ("v",)

    def step(self, state: State, gradient: Array, eta: float, number: int, out: Array) -> None:
        v = state["v"]
        _mean_square(v, gradient, self.rho, out)
        np.sqrt(v, out=out)
        out += self.epsilon
        np.divide(gradient, out, out=out)
        out *= -eta


def _mean_square(v: Array, gradient: Array, share: float, scratch: Array) -> None:
    """v ← share · v + (1 − share) ∇C²."""
    v *= share
    np.multiply(gradient, gradient, out=scratch)
    scratch *= 1 - share
    v += scratch


TABLE: dict[str, type[Optimiser]] = {
    "descent": Descent,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adam": Adam,
    "rmsprop": RMSProp,
}
"""The optimisers that the lab ships: name → class."""
