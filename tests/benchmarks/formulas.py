"""A formula beside the class of the same σ.

σ and σ′ of one layer into buffers, as every step of a training computes them.
"""

from dataclasses import dataclass

import numpy as np

from lab.activations.catalogue import CLASSES, examples
from lab.activations.formula.formula import Formula, formula_of
from lab.activations.hyperbolic import Tanh
from lab.activations.in_place import InPlace
from lab.numerics import Array, scalar
from lab.parts import Activation
from tests.benchmarks.timing import side_by_side
from tests.benchmarks.writing import Rows

TITLE = "σ and σ′ into buffers: µs of the class, and the formula's time over it; one core"
SIZES = (300, 5_000, 100_000)
ROUNDS = 12
"""Measurements of which the quickest counts: another process may take the core during some."""


@dataclass(frozen=True)
class TwistedTanh(InPlace):
    """σ(z) = tanh z + az by hand."""

    twist: float = 0.1

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ′ = sech² z + a."""
        twist = scalar(self.twist, z.dtype)
        Tanh().fill(z, a, slope, scratch)
        np.multiply(z, twist, scratch)
        np.add(a, scratch, a)
        np.add(slope, twist, slope)


@dataclass(frozen=True)
class Mish(InPlace):
    """σ(z) = z tanh(sp(z)) by hand, in R = e^z: sp = ln(1 + R), and e^sp = 1 + R."""

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ′ = t + z sech²(sp) s(z), with t = tanh(sp) = (R² + 2R)/(R² + 2R + 2).

        With w = R² + 2R, 1 − t² = 4(w + 1)/(w + 2)² and s(z) = R/(1 + R), where w + 1 = (1 + R)²; so
        sech²(sp) s(z) = 4R(1 + R)/(w + 2)². R is cut where t is 1 and the rest is 0.
        """
        one, two, four = (scalar(x, z.dtype) for x in (1, 2, 4))
        np.minimum(z, scalar(20, z.dtype), out=scratch)
        np.exp(scratch, scratch)
        np.add(scratch, two, a)
        np.multiply(a, scratch, a)
        np.add(a, two, slope)
        np.divide(a, slope, a)
        np.multiply(slope, slope, slope)
        np.divide(scratch, slope, slope)
        np.add(scratch, one, scratch)
        np.multiply(slope, scratch, slope)
        np.multiply(slope, four, slope)
        np.multiply(slope, z, slope)
        np.add(slope, a, slope)
        np.multiply(a, z, a)


PAIRS: dict[str, tuple[Activation, Activation]] = {
    **{
        name: (formula, sigma)
        for name, sigma in examples().items()
        if name in CLASSES and (formula := formula_of(sigma))
    },
    "tanh z + 0.1 z by hand": (Formula("tanh(z) + 0.1*z"), TwistedTanh()),
    "mish by hand": (Formula("z*tanh(sp(z))"), Mish()),
}
"""The activations of the table that are classes, and two by hand: each with its formula."""


def ratio(sigma: Activation, written: Activation, size: int, dtype: str) -> tuple[float, float]:
    """µs of the class, and the time of the formula over it."""
    z = np.random.default_rng(0).normal(0, 2, size).astype(dtype)
    out = (np.empty_like(z), np.empty_like(z), np.empty_like(z))
    functions = {
        "class": lambda: written.with_derivative(z, out=out),
        "formula": lambda: sigma.with_derivative(z, out=out),
    }
    times = [side_by_side(functions, seconds=0.0005) for _ in range(ROUNDS)]
    by_class, by_formula = (min(t[name] for t in times) for name in functions)
    return by_class, by_formula / by_class


def rows() -> Rows:
    columns = [(dtype, size) for dtype in ("float32", "float64") for size in SIZES]
    yield ("σ", *(f"{dtype} {size}" for dtype, size in columns))
    for name, (sigma, written) in PAIRS.items():
        ratios = (ratio(sigma, written, size, dtype) for dtype, size in columns)
        yield (name, *(f"{took:.1f} ({times:.2f} ×)" for took, times in ratios))
