"""Optimisers: from a gradient to a step, with explicit state.

An optimiser is a pair: `Optimiser.initial` makes its state for parameters of a shape, and
`Optimiser.step` writes the step Δθ for a gradient into a buffer and brings the state up to date in place.
θ ← θ + Δθ is the training loop's, and so is the decay of weights, which is the same for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from lab.numerics import Array, scalar
from lab.parts import Optimiser, State


def _share(name: str, value: float) -> None:
    if not 0 <= value < 1:
        raise ValueError(f"{name} must lie in [0, 1), got {value}")


@dataclass(frozen=True)
class Descent(Optimiser):
    """Δθ = −η ∇C.

    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 1, eqs. (20), (21).
    """

    def initial(self, theta: Array) -> State:
        """No state."""
        return {}

    def step(self, state: State, gradient: Array, eta: float, number: int, out: Array) -> None:
        """Write −η ∇C."""
        np.multiply(gradient, scalar(-eta, gradient.dtype), out)

    def multiple(self, eta: float) -> float:
        """−η."""
        return -eta


@dataclass(frozen=True)
class Momentum(Optimiser):
    """v ← μv − η ∇C; Δθ = v.

    Source: Nielsen, *Neural Networks and Deep Learning* (2015), ch. 3, eqs. (107), (108).
    """

    mu: float = 0.9

    def __post_init__(self) -> None:
        _share("mu", self.mu)

    def initial(self, theta: Array) -> State:
        """V = 0."""
        return {"v": np.zeros_like(theta)}

    def step(self, state: State, gradient: Array, eta: float, number: int, out: Array) -> None:
        """Write v."""
        v = state["v"]
        np.multiply(v, self.mu, out=v)
        np.multiply(gradient, -eta, out=out)
        np.add(v, out, out=v)
        np.copyto(out, v)


@dataclass(frozen=True)
class Nesterov(Optimiser):
    """v ← μv − η ∇C; Δθ = μv − η ∇C: momentum that looks ahead, written in the parameters looked at.

    Source: Sutskever, Martens, Dahl & Hinton, *On the importance of initialization and momentum in deep
    learning* (2013); in the form of Bengio, Boulanger-Lewandowski & Pascanu (2013), eq. (7).
    """

    mu: float = 0.9

    def __post_init__(self) -> None:
        _share("mu", self.mu)

    def initial(self, theta: Array) -> State:
        """V = 0, and a buffer for μv."""
        return {"v": np.zeros_like(theta), "ahead": np.zeros_like(theta)}

    def step(self, state: State, gradient: Array, eta: float, number: int, out: Array) -> None:
        """Write μv − η ∇C."""
        v, ahead = state["v"], state["ahead"]
        np.multiply(gradient, -eta, out=out)
        np.multiply(v, self.mu, out=v)
        np.add(v, out, out=v)
        np.multiply(v, self.mu, out=ahead)
        np.add(out, ahead, out=out)


@dataclass(frozen=True)
class Adam(Optimiser):
    """m ← β₁m + (1 − β₁)∇C, v ← β₂v + (1 − β₂)∇C²; Δθ = −η m̂/(√v̂ + ε).

    Here m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ) at step t.

    Source: Kingma & Ba, *Adam: a method for stochastic optimization* (2015), algorithm 1.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        _share("beta1", self.beta1)
        _share("beta2", self.beta2)
        if not self.epsilon > 0:
            raise ValueError(f"epsilon must be > 0, got {self.epsilon}")

    def initial(self, theta: Array) -> State:
        """M = v = 0."""
        return {"m": np.zeros_like(theta), "v": np.zeros_like(theta)}

    def step(self, state: State, gradient: Array, eta: float, number: int, out: Array) -> None:
        """Write −η m̂/(√v̂ + ε)."""
        m, v = state["m"], state["v"]
        np.multiply(m, self.beta1, out=m)
        np.multiply(gradient, 1 - self.beta1, out=out)
        np.add(m, out, out=m)
        np.multiply(v, self.beta2, out=v)
        np.multiply(gradient, gradient, out=out)
        np.multiply(out, 1 - self.beta2, out=out)
        np.add(v, out, out=v)
        np.sqrt(v, out=out)
        np.multiply(out, 1 / sqrt(1 - self.beta2**number), out=out)
        np.add(out, self.epsilon, out=out)
        np.divide(m, out, out=out)
        np.multiply(out, -eta / (1 - self.beta1**number), out=out)


@dataclass(frozen=True)
class RMSProp(Optimiser):
    """v ← ρv + (1 − ρ)∇C²; Δθ = −η ∇C/(√v + ε).

    Source: Tieleman & Hinton, *Neural Networks for Machine Learning*, lecture 6e (2012).
    """

    rho: float = 0.9
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        _share("rho", self.rho)
        if not self.epsilon > 0:
            raise ValueError(f"epsilon must be > 0, got {self.epsilon}")

    def initial(self, theta: Array) -> State:
        """V = 0."""
        return {"v": np.zeros_like(theta)}

    def step(self, state: State, gradient: Array, eta: float, number: int, out: Array) -> None:
        """Write −η ∇C/(√v + ε)."""
        v = state["v"]
        np.multiply(v, self.rho, out=v)
        np.multiply(gradient, gradient, out=out)
        np.multiply(out, 1 - self.rho, out=out)
        np.add(v, out, out=v)
        np.sqrt(v, out=out)
        np.add(out, self.epsilon, out=out)
        np.divide(gradient, out, out=out)
        np.multiply(out, -eta, out=out)


TABLE: dict[str, type[Optimiser]] = {
    "descent": Descent,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adam": Adam,
    "rmsprop": RMSProp,
}
"""The optimisers that the lab ships: name → class."""
