"""Functions of bits: exclusive or, and parity."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from lab.data.counts import of_both, of_part
from lab.data.dataset import Dataset, FloatArray, IntArray
from lab.data.labels import classified
from lab.data.plane import check_noise
from lab.data.streams import stream
from lab.parts import DataSource


@dataclass(frozen=True)
class Xor(DataSource):
    """The exclusive or of two bits.

    Without noise there are four rows, x = (0, 0), (0, 1), (1, 0), (1, 1) with y = 0, 1, 1, 0; usually all
    four train and none test. With ``noise`` these corners take turns, each coordinate plus noise times a
    standard normal draw; usually 1000 and 500 rows.

    Source: Rumelhart, Hinton & Williams, *Learning internal representations by error propagation* (1986).
    """

    origin: ClassVar[str] = "made from the seed"
    noise: float = 0.0

    def __post_init__(self) -> None:
        """Raise ValueError for a noise below 0."""
        check_noise(self.noise)

    def load(self, train: int | None, test: int | None, seed: int, folder: Path) -> Dataset:
        """The four corners, or as many noisy ones as asked for."""

        def part(which: str, asked: int | None, usual: int) -> tuple[FloatArray, IntArray]:
            available = None if self.noise else 4
            corner = np.arange(of_part("xor", which, asked, usual, available), dtype=np.int64) % 4
            bits = np.stack([corner // 2, corner % 2], axis=1)
            astray = stream(seed, f"data/xor/{which}").standard_normal(bits.shape)
            return bits + self.noise * astray, bits[:, 0] ^ bits[:, 1]

        usual_train, usual_test = (1000, 500) if self.noise else (4, 0)
        train_part, test_part = part("train", train, usual_train), part("test", test, usual_test)
        return classified("xor", train_part, test_part, ("0", "1"))


@dataclass(frozen=True)
class Parity(DataSource):
    """Whether the number of ones among some bits is odd.

    All 2^``bits`` rows of 0 and 1 in an order drawn from the seed: the first train, the next test, so no row
    is in both; usually 1000 and 500, or as many as there are. Then ``noise`` times a standard normal draw
    is added to each bit.

    Source: Minsky & Papert, *Perceptrons* (1969).
    """

    origin: ClassVar[str] = "made from the seed"
    noise: float = 0.0
    bits: int = 4

    def __post_init__(self) -> None:
        """Raise ValueError for a noise below 0, or bits not from 2 to 20."""
        check_noise(self.noise)
        if not 2 <= self.bits <= 20:
            raise ValueError(f"bits = {self.bits}, expected 2 to 20")

    def load(self, train: int | None, test: int | None, seed: int, folder: Path) -> Dataset:
        """The first ``train`` rows of the order and the ``test`` rows after them."""
        available = 2**self.bits
        rows, more = of_both("parity", train, test, (min(1000, available), 500), available)
        order = stream(seed, "data/parity/order").permutation(available)

        def part(which: str, numbers: IntArray) -> tuple[FloatArray, IntArray]:
            bits = numbers[:, np.newaxis] >> np.arange(self.bits)[::-1] & 1
            astray = stream(seed, f"data/parity/{which}/noise").standard_normal(bits.shape)
            return bits + self.noise * astray, bits.sum(axis=1) % 2

        return classified(
            "parity", part("train", order[:rows]), part("test", order[rows : rows + more]), ("0", "1")
        )
