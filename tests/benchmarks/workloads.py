"""The workloads: networks of MNIST's shape and small ones, on synthetic examples, sigmoid and descent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.activations.catalogue import TABLE as ACTIVATIONS
from lab.activations.logistic import Sigmoid
from lab.experiment.schedule import schedule
from lab.network.backprop import Network
from lab.network.costs import Quadratic
from lab.network.initialisers import Nielsen
from lab.network.optimisers import Descent
from lab.parts import Activation
from lab.training.examples import examples
from lab.training.loop import Training
from lab.training.recorder import Recording
from tests.training.trainings import COLUMNS, PROBES

NORMS = ("learning_speed", "learning_speed_w", "delta_rms")


@dataclass(frozen=True)
class Workload:
    """A network and its batches: ``batch`` of ``count`` examples."""

    name: str
    sizes: tuple[int, ...]
    batch: int
    count: int

    def data(self, dtype: str) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets in rows."""
        rng = np.random.default_rng(0)
        x = rng.random((self.count, self.sizes[0])).astype(dtype)
        labels = rng.integers(0, max(self.sizes[-1], 2), self.count)
        y = np.eye(self.sizes[-1])[labels] if self.sizes[-1] > 1 else labels[:, None]
        return x, y.astype(dtype)

    def training(
        self,
        dtype: str,
        steps: int = 1,
        every: int = 10**9,
        columns: tuple[str, ...] = COLUMNS,
        sigma: Activation | None = None,
    ) -> Training:
        """The workload as the lab trains it, with the sigmoid or another σ in the hidden layers."""
        x, y = self.data(dtype)
        given = examples(x, y, True, dtype)
        none = examples(x[:0], y[:0], True, dtype)
        return Training(
            network=Network(
                self.sizes, (*[sigma or Sigmoid()] * (len(self.sizes) - 2), Sigmoid()), Quadratic()
            ),
            initialiser=Nielsen(),
            optimiser=Descent(),
            eta=0.01,
            decay=0.0,
            batch=self.batch,
            steps=steps,
            seed=0,
            train=given,
            test=none,
            recording=Recording(schedule(steps, every), PROBES, columns, 0.05, 0.1),
        )


W1 = Workload("W1", (784, 30, 30, 10), 10, 1000)
W2 = Workload("W2", (784, 30, 30, 30, 30, 30, 10), 1000, 1000)
W3A = Workload("W3a", (784, 1000, 1000, 1000, 1000, 10), 10, 1280)
W3B = Workload("W3b", (784, 1000, 1000, 1000, 1000, 10), 128, 1280)
W4 = Workload("W4", (784, 100, 100, 100, 10), 64, 1280)
W5 = Workload("W5", (2, 16, 16, 1), 32, 1024)
ALONE = (W1, W5, W2, W3A, W3B)

SWEPT = ("sigmoid", "tanh", "relu", "leaky-relu", "elu", "softplus", "silu", "gelu")
"""The activations of a sweep."""


def swept() -> dict[str, Activation]:
    """The activations of a sweep by name."""
    return {name: ACTIVATIONS[name]() for name in SWEPT}
