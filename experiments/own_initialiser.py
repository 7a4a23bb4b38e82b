"""An initialiser of one's own, as a class: what the lab asks for is `weights`."""

from dataclasses import dataclass

import numpy as np

from lab import Initialiser


@dataclass(frozen=True)
class Sparse(Initialiser):
    """Each neuron has `connections` weights of N(0, scale²), the others are 0, and so are the biases.

    So z has the same variance however many inputs there are. Source: Martens (2010), Deep learning via
    Hessian-free optimization, section 5, with 15 connections.
    """

    connections: int = 15
    scale: float = 1.0

    def __post_init__(self):
        if self.connections < 1:
            raise ValueError(f"connections must be >= 1, got {self.connections}")

    def weights(self, n_in, n_out, rng):
        w = self.scale * rng.standard_normal((n_out, n_in))
        kept = np.argsort(rng.random((n_out, n_in)), axis=1) < self.connections
        return np.where(kept, w, 0.0)

    def variances(self, n_in, n_out):
        return min(1.0, self.connections / n_in) * self.scale**2, 0.0
