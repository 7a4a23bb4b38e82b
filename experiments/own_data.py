"""A data set of one's own, as a class: what the lab asks for is `load`.

Name it in an experiment file beside this one, and let the lab run this file:

    [data]
    name = "own_data.py:Rings"
    width = 0.3

    lab run FILE.toml --allow-code
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lab import DataSource
from lab.data import Dataset, classified


@dataclass(frozen=True)
class Rings(DataSource):
    """Two classes in the plane that take turns as the radius grows: no straight line tells them apart.

    Points are standard normal draws, and a point's class is whether ⌊radius / width⌋ is odd. The fields are
    the parameters that ``[data]`` takes, ``__post_init__`` refuses what makes no sense.
    """

    width: float = 0.5

    def __post_init__(self):
        if not self.width > 0:
            raise ValueError(f"width = {self.width:g}, expected more than 0")

    def load(self, train: int | None, test: int | None, seed: int, folder: Path) -> Dataset:
        """As many points as asked for, else 1000 and 500; each part is drawn from a stream of its own."""

        def part(number, rows):
            x = np.random.default_rng([seed, number]).standard_normal((rows, 2))
            return x, (np.hypot(*x.T) // self.width).astype(np.int64) % 2

        train_rows, test_rows = 1000 if train is None else train, 500 if test is None else test
        return classified("rings", part(0, train_rows), part(1, test_rows), classes=("even", "odd"))
