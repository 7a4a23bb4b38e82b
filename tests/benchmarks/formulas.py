"""A formula beside the class of the same σ: ``python -m tests.benchmarks.formulas``.

σ and σ′ of one layer into buffers, as every step of a training computes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import tanh_sech2
from lab.activations.in_place import InPlace
from lab.activations.specify import from_spec
from lab.numerics import Array, scalar
from lab.parts import Activation
from tests.benchmarks.timing import side_by_side

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
        tanh_sech2(z, a, slope, scratch)
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


PAIRS: tuple[tuple[str, Activation], ...] = (
    ("1/(1 + exp(-z))", from_spec("sigmoid")),
    ("tanh(z)", from_spec("tanh")),
    ("z*s(z)", from_spec("silu")),
    ("log(1 + exp(z))", from_spec("softplus")),
    ("max(z, 0)", from_spec("relu")),
    ("tanh(z) + 0.1*z", TwistedTanh()),
    ("z*tanh(sp(z))", Mish()),
    ("1.7159*tanh(2/3*z)", from_spec("lecun-tanh")),
    ("z*Phi(z)", from_spec("gelu")),
    ("z/(1 + abs(z))", from_spec("softsign")),
    ("max(z, 0.01*z)", from_spec("leaky-relu")),
    ("where(z > 0, z, expm1(z))", from_spec("elu")),
)


def ratio(text: str, written: Activation, size: int, dtype: str) -> tuple[float, float]:
    """µs of the class, and the time of the formula over it."""
    z = np.random.default_rng(0).normal(0, 2, size).astype(dtype)
    sigma, out = Formula(text), (np.empty_like(z), np.empty_like(z), np.empty_like(z))
    functions = {
        "class": lambda: written.with_derivative(z, out=out),
        "formula": lambda: sigma.with_derivative(z, out=out),
    }
    with np.errstate(all="ignore"):
        times = [side_by_side(functions, seconds=0.0005) for _ in range(ROUNDS)]
    by_class, by_formula = (min(t[name] for t in times) for name in functions)
    return by_class, by_formula / by_class


def main(pairs: Sequence[tuple[str, Activation]] = PAIRS) -> None:
    """Print the table."""
    print("σ and σ′ into buffers: µs of the class, and the formula's time over it; one core\n")
    columns = [f"{dtype} {size}" for dtype in ("float32", "float64") for size in SIZES]
    print(f"{'':27}" + "".join(f"{column:>18}" for column in columns))
    for text, written in pairs:
        cells = [
            "{:.1f} ({:.2f} ×)".format(*ratio(text, written, size, dtype))
            for dtype in ("float32", "float64")
            for size in SIZES
        ]
        print(f"{text:27}" + "".join(f"{cell:>18}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
