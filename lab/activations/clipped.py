"""Straight between two bends: clipped lines, and those that leak beyond the bends."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lab.activations.in_place import InPlace
from lab.activations.pieces import between, clamp, straighten
from lab.numerics import REALS, Array, Interval, scalar


@dataclass(frozen=True)
class ReLU6(InPlace):
    """σ(z) = min(max(z, 0), 6), with σ′(z) = 1 for 0 < z < 6, else 0; σ′(0) = σ′(6) = 0.

    Its slope is 0 outside (0, 6).
    Source: Krizhevsky, *Convolutional deep belief networks on CIFAR-10* (2010).
    """

    slope_range = Interval(0.0, 1.0)
    range = Interval(0.0, 6.0)
    kinks = (0.0, 6.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = clamp z, σ′ = 1 strictly between the bends."""
        between(z, 0.0, 6.0, slope, scratch)
        np.floor(slope.real, out=slope.real)
        clamp(z, 0.0, 6.0, a)


@dataclass(frozen=True)
class HardTanh(InPlace):
    """σ(z) = min(max(z, low), high), with σ′(z) = 1 for low ≤ z ≤ high, else 0.

    At the kinks, −1 and 1 unless told, σ′ is 1. Its slope is 0 beyond them.
    Source: Collobert, *Large scale machine learning* (2004).
    """

    low: float = -1.0
    high: float = 1.0

    slope_range = Interval(0.0, 1.0)

    def __post_init__(self) -> None:
        _check_order(self.low, self.high)

    @property
    def range(self) -> Interval:
        """[low, high]."""
        return Interval(self.low, self.high)

    @property
    def kinks(self) -> tuple[float, ...]:
        """Low and high."""
        return (self.low, self.high)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = clamp z, σ′ = 1 between the bends and at them."""
        between(z, self.low, self.high, slope, scratch)
        np.ceil(slope.real, out=slope.real)
        clamp(z, self.low, self.high, a)


@dataclass(frozen=True)
class HardSigmoid(InPlace):
    """σ(z) = min(max(z/6 + ½, 0), 1), with σ′(z) = 1/6 for |z| < 3, else 0; at the kinks σ′(±3) = 0.

    Its slope is 0 for |z| ≥ 3. This is the form of torch, Keras 3 and jax; others clip z/5 + ½ or (z + 1)/2.
    Source: Howard et al., *Searching for MobileNetV3* (2019), after Courbariaux et al. (2015).
    """

    slope_range = Interval(0.0, 1 / 6)
    range = Interval(0.0, 1.0)
    kinks = (-3.0, 3.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = (clamp z + 3)/6, exact beside −3; σ′ = 1/6 strictly between the bends."""
        between(z, -3.0, 3.0, slope, scratch)
        np.floor(slope.real, out=slope.real)
        _sixth_of(z, a)
        np.divide(slope, scalar(6, z.dtype), out=slope)


@dataclass(frozen=True)
class SparseSigmoid(InPlace):
    """σ(z) = min(max((z + 1)/2, 0), 1), with σ′(z) = ½ for |z| < 1, else 0; at the kinks σ′(±1) = ¼.

    The derivative of `SparsePlus`. Its slope is 0 for |z| > 1.
    Source: Martins & Astudillo, *From softmax to sparsemax* (2016), for two classes.
    """

    slope_range = Interval(0.0, 0.5)
    range = Interval(0.0, 1.0)
    kinks = (-1.0, 1.0)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = (clamp z + 1)/2, σ′ = half of what lies between the bends."""
        half = scalar(0.5, z.dtype)
        between(z, -1.0, 1.0, slope, scratch)
        np.multiply(slope, half, out=slope)
        clamp(z, -1.0, 1.0, a)
        np.add(a, scalar(1, z.dtype), out=a)
        np.multiply(a, half, out=a)


@dataclass(frozen=True)
class PLU(InPlace):
    """σ(z) = max(α(z + c) − c, min(α(z − c) + c, z)), with σ′(z) = 1 for |z| ≤ c, else α.

    At the kinks σ′(±c) = 1. The outer slope α is called ``slope`` in an experiment file, c is ``bound``.
    The slope never vanishes: α floors it.
    Source: Nicolae, *PLU: the piecewise linear unit activation function* (2018).
    """

    leak: float = field(default=0.1, metadata={"key": "slope"})
    bound: float = 1.0

    range = REALS

    def __post_init__(self) -> None:
        if not 0 < self.leak <= 1:
            raise ValueError(f"slope must lie in (0, 1], got {self.leak}")
        if not self.bound > 0:
            raise ValueError(f"bound must be > 0, got {self.bound}")

    @property
    def slope_range(self) -> Interval:
        """[α, 1]."""
        return Interval(self.leak, 1.0)

    @property
    def kinks(self) -> tuple[float, ...]:
        """±c."""
        return (-self.bound, self.bound)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """The identity up to the bends, then straight on with α."""
        _clamped_line(z, -self.bound, self.bound, a, slope)
        straighten(z, -self.bound, self.bound, self.leak, a, slope, scratch)


@dataclass(frozen=True)
class LeakyHardTanh(InPlace):
    """σ(z) = h + α(z − h) with h = min(max(z, low), high); σ′(z) = 1 for low ≤ z ≤ high, else α.

    At the kinks σ′ is 1, as `HardTanh` has it. The leak α is called ``slope`` in an experiment file. The
    slope never vanishes: α floors it.
    Source: the leak of Maas, Hannun & Ng (2013) on both ends of the hard tanh.
    """

    leak: float = field(default=0.01, metadata={"key": "slope"})
    low: float = -1.0
    high: float = 1.0

    range = REALS

    def __post_init__(self) -> None:
        if not 0 < self.leak <= 1:
            raise ValueError(f"slope must lie in (0, 1], got {self.leak}")
        _check_order(self.low, self.high)

    @property
    def slope_range(self) -> Interval:
        """[α, 1]."""
        return Interval(self.leak, 1.0)

    @property
    def kinks(self) -> tuple[float, ...]:
        """Low and high."""
        return (self.low, self.high)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """The identity up to the bends, then straight on with α."""
        _clamped_line(z, self.low, self.high, a, slope)
        straighten(z, self.low, self.high, self.leak, a, slope, scratch)


@dataclass(frozen=True)
class LeakyHardSigmoid(InPlace):
    """σ(z) = (h + 3)/6 + α(z − h) with h = min(max(z, −3), 3); σ′(z) = 1/6 for |z| ≤ 3, else α.

    At the kinks σ′(±3) = 1/6. The leak α is called ``slope`` in an experiment file. The slope never
    vanishes: α floors it.
    Source: the leak of Maas, Hannun & Ng (2013) on both ends of the hard sigmoid.
    """

    leak: float = field(default=0.01, metadata={"key": "slope"})

    range = REALS
    kinks = (-3.0, 3.0)

    def __post_init__(self) -> None:
        if not self.leak > 0:
            raise ValueError(f"slope must be > 0, got {self.leak}")

    @property
    def slope_range(self) -> Interval:
        """[α, 1/6], or [1/6, α] for a steeper leak."""
        return Interval(min(self.leak, 1 / 6), max(self.leak, 1 / 6))

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """The hard sigmoid up to the bends, then straight on with α."""
        _clamped_line(z, -3.0, 3.0, a, slope)
        _sixth_of(z, a)
        np.divide(slope, scalar(6, z.dtype), out=slope)
        straighten(z, -3.0, 3.0, self.leak, a, slope, scratch)


def _check_order(low: float, high: float) -> None:
    if not low < high:
        raise ValueError(f"low must be < high, got {low} and {high}")


def _clamped_line(z: Array, low: float, high: float, a: Array, slope: Array) -> None:
    """Write z clamped into ``a`` and 1 into ``slope``, NaN where z is NaN."""
    clamp(z, low, high, a)
    np.subtract(a, a, out=slope)
    np.add(slope, scalar(1, z.dtype), out=slope)


def _sixth_of(z: Array, out: Array) -> None:
    """Write (h + 3)/6 into ``out``, h = z clamped to ±3."""
    clamp(z, -3.0, 3.0, out)
    np.add(out, scalar(3, z.dtype), out=out)
    np.divide(out, scalar(6, z.dtype), out=out)
