"""Classes in the plane, made from the seed: moons, circles and spirals.

Each point is a point of a curve, a uniform draw u along it, plus ``noise`` times a standard normal draw for
each coordinate. The classes take turns, so every part is balanced; and the first rows stay the same when
more are asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import pi
from pathlib import Path
from typing import ClassVar

import numpy as np

from lab.data.counts import check_size, of_part
from lab.data.dataset import Dataset, FloatArray, IntArray
from lab.data.labels import classified
from lab.data.streams import stream
from lab.parts import DataSource

Curve = Callable[[FloatArray, IntArray], tuple[FloatArray, FloatArray]]
"""From u in [0, 1) and the index of the class to the two coordinates."""


@dataclass(frozen=True)
class Moons(DataSource):
    """Two half circles that reach into each other.

    Class 0: (cos πu, sin πu). Class 1: (1 − cos πu, ½ − sin πu). Usually 1000 and 500 rows.
    """

    origin: ClassVar[str] = "made from the seed"
    noise: float = 0.1

    def __post_init__(self) -> None:
        """Raise ValueError for a noise below 0."""
        check_noise(self.noise)

    def load(self, train: int | None, test: int | None, seed: int, folder: Path) -> Dataset:
        """As many points as asked for."""

        def curve(u: FloatArray, label: IntArray) -> tuple[FloatArray, FloatArray]:
            side = 1.0 - 2.0 * label
            return label + side * np.cos(pi * u), 0.5 * label + side * np.sin(pi * u)

        return _drawn("moons", curve, 2, self.noise, train, test, seed)


@dataclass(frozen=True)
class Circles(DataSource):
    """A circle within a circle.

    r (cos 2πu, sin 2πu) with r = 1 for class 0 and r = ``inner`` for class 1. Usually 1000 and 500 rows.
    """

    origin: ClassVar[str] = "made from the seed"
    noise: float = 0.05
    inner: float = 0.5

    def __post_init__(self) -> None:
        """Raise ValueError for a noise below 0, or an inner radius not between 0 and 1."""
        check_noise(self.noise)
        if not 0 < self.inner < 1:
            raise ValueError(f"inner = {self.inner:g}, expected a radius between 0 and 1")

    def load(self, train: int | None, test: int | None, seed: int, folder: Path) -> Dataset:
        """As many points as asked for."""

        def curve(u: FloatArray, label: IntArray) -> tuple[FloatArray, FloatArray]:
            radius = np.where(label == 0, 1.0, self.inner)
            return radius * np.cos(2 * pi * u), radius * np.sin(2 * pi * u)

        return _drawn("circles", curve, 2, self.noise, train, test, seed)


@dataclass(frozen=True)
class Spirals(DataSource):
    """Arms of a spiral wound around each other, a class an arm.

    t (cos φ, sin φ) with t = √u and φ = 2π (turns · t + k / arms) for class k; √u spreads the points about
    evenly along the arm. Usually 1000 and 500 rows.
    """

    origin: ClassVar[str] = "made from the seed"
    noise: float = 0.02
    arms: int = 2
    turns: float = 1.0

    def __post_init__(self) -> None:
        """Raise ValueError for a noise below 0, fewer than two arms or no turning."""
        check_noise(self.noise)
        if self.arms < 2:
            raise ValueError(f"arms = {self.arms}, expected at least 2")
        if not self.turns > 0:
            raise ValueError(f"turns = {self.turns:g}, expected more than 0")

    def load(self, train: int | None, test: int | None, seed: int, folder: Path) -> Dataset:
        """As many points as asked for."""

        def curve(u: FloatArray, label: IntArray) -> tuple[FloatArray, FloatArray]:
            t = np.sqrt(u)
            phi = 2 * pi * (self.turns * t + label / self.arms)
            return t * np.cos(phi), t * np.sin(phi)

        return _drawn("spirals", curve, self.arms, self.noise, train, test, seed)


def check_noise(noise: float) -> None:
    """Raise ValueError where a standard deviation is below 0 or no number."""
    if not noise >= 0:
        raise ValueError(f"noise = {noise:g}, expected a standard deviation, 0 or more")


def _drawn(
    name: str, curve: Curve, classes: int, noise: float, train: int | None, test: int | None, seed: int
) -> Dataset:
    def part(which: str, asked: int | None, usual: int) -> tuple[FloatArray, IntArray]:
        rows = of_part(name, which, asked, usual)
        check_size(f"{name}: {which} = {rows}", 8 * rows * max(2, classes))
        labels = np.arange(rows, dtype=np.int64) % classes
        along = stream(seed, f"data/{name}/{which}").random(rows)
        astray = stream(seed, f"data/{name}/{which}/noise").standard_normal((rows, 2))
        return np.stack(curve(along, labels), axis=1) + noise * astray, labels

    labels_told = tuple(str(index) for index in range(classes))
    return classified(name, part("train", train, 1000), part("test", test, 500), labels_told)
