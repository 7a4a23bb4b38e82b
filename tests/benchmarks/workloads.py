"""The workloads: networks of MNIST's shape and small ones, on synthetic examples, sigmoid and descent."""

from dataclasses import dataclass, replace

import numpy as np

from lab.activations.catalogue import TABLE as ACTIVATIONS
from lab.network.compiled import slower_compiled
from lab.parts import Activation
from lab.training.examples import examples
from lab.training.stack import Training
from tests.training.trainings import COLUMNS, training


@dataclass(frozen=True)
class Workload:
    """A network and its batches: ``batch`` of ``count`` examples; ``steps`` are taken in one call."""

    sizes: tuple[int, ...]
    batch: int
    count: int
    steps: int = 100

    def __str__(self) -> str:
        return f"{'-'.join(map(str, self.sizes))}, {self.batch}"

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
        columns: tuple[str, ...] = COLUMNS,
        sigma: Activation | None = None,
        engine: str | None = None,
        steps: int = 1,
        every: int = 10**9,
    ) -> Training:
        """The workload as the lab trains it, with the sigmoid or another σ in the hidden layers.

        The lab chooses the engine where none is named.
        """
        x, y = self.data(dtype)
        given, none = examples(x, y, True, dtype), examples(x[:0], y[:0], True, dtype)
        recorded = {"every": every, "columns": columns, "neurons": False}
        trained = {"train": given, "test": none, "eta": 0.01, "batch": self.batch, "steps": steps}
        made = training(self.sizes, sigma=sigma, dtype=dtype, **trained, **recorded)
        slower = slower_compiled(made.network, made.optimiser, self.batch, x.dtype)
        return replace(made, engine=engine or ("numpy" if slower else "compiled"))


W1 = Workload((784, 30, 30, 10), 10, 1000)
W2 = Workload((784, 30, 30, 30, 30, 30, 10), 1000, 1000, steps=10)
W3A = Workload((784, 1000, 1000, 1000, 1000, 10), 10, 1280, steps=10)
W3B = Workload((784, 1000, 1000, 1000, 1000, 10), 128, 1280, steps=10)
W4 = Workload((784, 100, 100, 100, 10), 64, 1280)
W5 = Workload((2, 16, 16, 1), 32, 1024)
ALONE = (W1, W5, W2, W3A, W3B)

SWEPT = {
    name: ACTIVATIONS[name]()
    for name in ("sigmoid", "tanh", "relu", "leaky-relu", "elu", "softplus", "silu", "gelu")
}
"""The activations of a sweep by name."""
