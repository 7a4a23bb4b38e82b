"""An optimiser of one's own, as a class: what the lab asks for is `initial` and `step`."""

from dataclasses import dataclass

import numpy as np

from lab import Optimiser


@dataclass(frozen=True)
class Lion(Optimiser):
    """Δθ = −η sign(β₁m + (1 − β₁)∇C), then m ← β₂m + (1 − β₂)∇C.

    Each weight moves by η whatever the size of its gradient, so a layer that learns slowly by descent keeps
    pace. Source: Chen et al. (2023), Symbolic discovery of optimization algorithms.
    """

    beta1: float = 0.9
    beta2: float = 0.99
    elementwise = True

    def initial(self, theta):
        return {"m": np.zeros_like(theta)}

    def step(self, state, gradient, eta, number, out):
        m = state["m"]
        np.sign(self.beta1 * m + (1 - self.beta1) * gradient, out=out)
        out *= -eta
        m *= self.beta2
        m += (1 - self.beta2) * gradient
