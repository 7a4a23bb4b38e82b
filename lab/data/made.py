"""The data sets made from the seed.

Every part has random streams of its own, so more rows of one change no row of the other; and the first rows
stay the same when more are asked for.
"""

from abc import abstractmethod
from dataclasses import dataclass
from math import pi, sqrt
from pathlib import Path
from typing import ClassVar

import numpy as np

from lab.data.counts import check_size, of_both, of_part
from lab.data.dataset import Dataset, FloatArray, IntArray, assembled, classified
from lab.numerics import stream
from lab.parts import DataSource


@dataclass(frozen=True)
class Made(DataSource):
    """A data set made from the seed, with noise of this standard deviation; abstract."""

    origin: ClassVar[str] = "made from the seed"
    noise: float = 0.0

    def __post_init__(self) -> None:
        if not self.noise >= 0:
            raise ValueError(f"noise = {self.noise:g}, expected a standard deviation, 0 or more")


@dataclass(frozen=True)
class Curves(Made):
    """Classes in the plane, a curve each; abstract.

    A row is a point of the curve, a uniform draw u along it, plus ``noise`` times a standard normal draw
    for each coordinate. The classes take turns, so every part is balanced.
    """

    name: ClassVar[str]

    @property
    def classes(self) -> int:
        return 2

    @abstractmethod
    def curve(self, u: FloatArray, label: IntArray) -> tuple[FloatArray, FloatArray]:
        """The two coordinates at u in [0, 1) of the curve of this class."""

    def load(self, train: int | None, test: int | None, seed: int, folder: Path) -> Dataset:
        def part(which: str, asked: int | None, usual: int) -> tuple[FloatArray, IntArray]:
            rows = of_part(self.name, which, asked, usual)
            check_size(f"{self.name}: {which} = {rows}", 8 * rows * max(2, self.classes))
            labels = np.arange(rows, dtype=np.int64) % self.classes
            u = stream(seed, f"data/{self.name}/{which}").random(rows)
            error = stream(seed, f"data/{self.name}/{which}/noise").standard_normal((rows, 2))
            return np.stack(self.curve(u, labels), axis=1) + self.noise * error, labels

        parts = part("train", train, 1000), part("test", test, 500)
        return classified(self.name, *parts, tuple(map(str, range(self.classes))))


@dataclass(frozen=True)
class Moons(Curves):
    """Two half circles that reach into each other.

    Class 0: (cos πu, sin πu). Class 1: (1 − cos πu, ½ − sin πu). Usually 1000 and 500 rows.
    """

    name = "moons"
    noise: float = 0.1

    def curve(self, u: FloatArray, label: IntArray) -> tuple[FloatArray, FloatArray]:
        side = 1.0 - 2.0 * label
        return label + side * np.cos(pi * u), 0.5 * label + side * np.sin(pi * u)


@dataclass(frozen=True)
class Circles(Curves):
    """A circle within a circle.

    r (cos 2πu, sin 2πu) with r = 1 for class 0 and r = ``inner`` for class 1. Usually 1000 and 500 rows.
    """

    name = "circles"
    noise: float = 0.05
    inner: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.inner < 1:
            raise ValueError(f"inner = {self.inner:g}, expected a radius between 0 and 1")

    def curve(self, u: FloatArray, label: IntArray) -> tuple[FloatArray, FloatArray]:
        radius = np.where(label == 0, 1.0, self.inner)
        return radius * np.cos(2 * pi * u), radius * np.sin(2 * pi * u)


@dataclass(frozen=True)
class Spirals(Curves):
    """Arms of a spiral wound around each other, a class an arm.

    t (cos φ, sin φ) with t = √u and φ = 2π (turns · t + k / arms) for class k; √u spreads the points about
    evenly along the arm. Usually 1000 and 500 rows.
    """

    name = "spirals"
    noise: float = 0.02
    arms: int = 2
    turns: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.arms < 2:
            raise ValueError(f"arms = {self.arms}, expected at least 2")
        if not self.turns > 0:
            raise ValueError(f"turns = {self.turns:g}, expected more than 0")

    @property
    def classes(self) -> int:
        return self.arms

    def curve(self, u: FloatArray, label: IntArray) -> tuple[FloatArray, FloatArray]:
        t = np.sqrt(u)
        phi = 2 * pi * (self.turns * t + label / self.arms)
        return t * np.cos(phi), t * np.sin(phi)


@dataclass(frozen=True)
class Xor(Made):
    """The exclusive or of two bits.

    Without noise there are four rows, x = (0, 0), (0, 1), (1, 0), (1, 1) with y = 0, 1, 1, 0; usually all
    four train and none test. With ``noise`` these corners take turns, each coordinate plus noise times a
    standard normal draw; usually 1000 and 500 rows.

    Source: Rumelhart, Hinton & Williams, *Learning internal representations by error propagation* (1986).
    """

    def load(self, train: int | None, test: int | None, seed: int, folder: Path) -> Dataset:
        def part(which: str, asked: int | None, usual: int) -> tuple[FloatArray, IntArray]:
            available = None if self.noise else 4
            corner = np.arange(of_part("xor", which, asked, usual, available), dtype=np.int64) % 4
            bits = np.stack([corner // 2, corner % 2], axis=1)
            error = stream(seed, f"data/xor/{which}").standard_normal(bits.shape)
            return bits + self.noise * error, bits[:, 0] ^ bits[:, 1]

        usual = (1000, 500) if self.noise else (4, 0)
        parts = part("train", train, usual[0]), part("test", test, usual[1])
        return classified("xor", *parts, ("0", "1"))


@dataclass(frozen=True)
class Parity(Made):
    """Whether the number of ones among some bits is odd.

    All 2^``bits`` rows of 0 and 1 in an order drawn from the seed: the first train, the next test, so no row
    is in both; usually 1000 and 500, or as many as there are. Then ``noise`` times a standard normal draw
    is added to each bit.

    Source: Minsky & Papert, *Perceptrons* (1969).
    """

    bits: int = 4

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 2 <= self.bits <= 20:
            raise ValueError(f"bits = {self.bits}, expected 2 to 20")

    def load(self, train: int | None, test: int | None, seed: int, folder: Path) -> Dataset:
        available = 2**self.bits
        rows, more = of_both("parity", train, test, (min(1000, available), 500), available)
        order = stream(seed, "data/parity/order").permutation(available)

        def part(which: str, numbers: IntArray) -> tuple[FloatArray, IntArray]:
            bits = numbers[:, np.newaxis] >> np.arange(self.bits)[::-1] & 1
            error = stream(seed, f"data/parity/{which}/noise").standard_normal(bits.shape)
            return bits + self.noise * error, bits.sum(axis=1) % 2

        parts = part("train", order[:rows]), part("test", order[rows : rows + more])
        return classified("parity", *parts, ("0", "1"))


@dataclass(frozen=True)
class Teacher(Made):
    """What a random, fixed network with one hidden layer of tanh answers.

    f(x) = v tanh(w x / √features + b) / √hidden, where x and all entries of w (hidden, features), b
    (hidden) and v (outputs, hidden) are standard normal draws; so a hidden z has variance 2.
    With ``classes`` 0 the target is f(x), one output, plus ``noise`` times a standard normal draw. With
    two classes or more, f has an output for each, the noise is added to them, and the label is the
    largest. Usually 1000 and 500 rows.

    Source: Gardner & Derrida, *Three unfinished works on the optimal storage capacity of networks* (1989).
    """

    features: int = 10
    hidden: int = 10
    classes: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        for key, value in (("features", self.features), ("hidden", self.hidden)):
            if value < 1:
                raise ValueError(f"{key} = {value}, expected at least 1")
        if self.classes < 0 or self.classes == 1:
            raise ValueError(f"classes = {self.classes}, expected 0 for a number as the target, or 2 or more")

    def load(self, train: int | None, test: int | None, seed: int, folder: Path) -> Dataset:
        n_out = self.classes or 1
        check_size("teacher: its weights", 8 * self.hidden * (self.features + 1 + n_out))
        draw = stream(seed, "data/teacher/network")
        w = draw.standard_normal((self.hidden, self.features)) / sqrt(self.features)
        b = draw.standard_normal(self.hidden)
        v = draw.standard_normal((n_out, self.hidden)) / sqrt(self.hidden)

        def part(which: str, asked: int | None, usual: int) -> tuple[FloatArray, FloatArray]:
            rows = of_part("teacher", which, asked, usual)
            check_size(f"teacher: {which} = {rows}", 8 * rows * max(self.features, self.hidden, n_out))
            x = stream(seed, f"data/teacher/{which}").standard_normal((rows, self.features))
            error = stream(seed, f"data/teacher/{which}/noise").standard_normal((rows, n_out))
            return x, np.tanh(x @ w.T + b) @ v.T + self.noise * error

        parts = part("train", train, 1000), part("test", test, 500)
        if not self.classes:
            return assembled("teacher", *parts)
        train_part, test_part = ((x, f.argmax(axis=1)) for x, f in parts)
        return classified("teacher", train_part, test_part, tuple(map(str, range(self.classes))))
