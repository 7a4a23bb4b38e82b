"""Handwritten digits, 8 × 8 pixels, real and built in."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from lab.data.counts import of_both
from lab.data.dataset import Dataset, classified
from lab.parts import DataSource


@dataclass(frozen=True)
class Digits(DataSource):
    """1797 handwritten digits of 8 × 8 pixels: the test part of UCI's optdigits.

    64 features, 0…16 divided by 16; ten classes. The first rows train, the next ones test; usually 1000
    and 500.

    Source: Alpaydin & Kaynak, *Optical Recognition of Handwritten Digits*, UCI (1998).
    """

    origin: ClassVar[str] = "built in"

    def load(self, train: int | None, test: int | None, seed: int, folder: Path) -> Dataset:
        table = np.loadtxt(Path(__file__).with_name("digits.csv.gz"), delimiter=",", dtype=np.int64)
        x, labels = table[:, :-1].astype(np.float64) / 16, table[:, -1]
        rows, more = of_both("digits", train, test, (1000, 500), len(x))
        after = slice(rows, rows + more)
        return classified("digits", (x[:rows], labels[:rows]), (x[after], labels[after]), tuple("0123456789"))
