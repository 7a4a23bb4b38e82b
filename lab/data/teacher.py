"""What another network answers: targets that a network can give."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import ClassVar

import numpy as np

from lab.data.counts import check_size, of_part
from lab.data.dataset import Dataset, FloatArray, assembled
from lab.data.labels import classified
from lab.data.plane import check_noise
from lab.data.streams import stream
from lab.parts import DataSource


@dataclass(frozen=True)
class Teacher(DataSource):
    """What a random, fixed network with one hidden layer of tanh answers.

    f(x) = v tanh(w x / √features + b) / √hidden, where x and all entries of w (hidden, features), b
    (hidden) and v (outputs, hidden) are standard normal draws; so a hidden z has variance 2.
    With ``classes`` 0 the target is f(x), one output, plus ``noise`` times a standard normal draw. With
    two classes or more, f has an output for each, the noise is added to them, and the label is the
    largest. Usually 1000 and 500 rows.

    Source: Gardner & Derrida, *Three unfinished works on the optimal storage capacity of networks* (1989).
    """

    origin: ClassVar[str] = "made from the seed"
    noise: float = 0.0
    features: int = 10
    hidden: int = 10
    classes: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for a noise below 0, no features, nothing hidden or a single class."""
        check_noise(self.noise)
        for key, value in (("features", self.features), ("hidden", self.hidden)):
            if value < 1:
                raise ValueError(f"{key} = {value}, expected at least 1")
        if self.classes < 0 or self.classes == 1:
            raise ValueError(f"classes = {self.classes}, expected 0 for a number as the target, or 2 or more")

    def load(self, train: int | None, test: int | None, seed: int, folder: Path) -> Dataset:
        """As many examples as asked for, all of the seed's one teacher."""
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
            astray = stream(seed, f"data/teacher/{which}/noise").standard_normal((rows, n_out))
            return x, np.tanh(x @ w.T + b) @ v.T + self.noise * astray

        (x_train, f_train), (x_test, f_test) = part("train", train, 1000), part("test", test, 500)
        if not self.classes:
            return assembled("teacher", (x_train, f_train), (x_test, f_test))
        return classified(
            "teacher",
            (x_train, f_train.argmax(axis=1)),
            (x_test, f_test.argmax(axis=1)),
            tuple(str(index) for index in range(self.classes)),
        )
