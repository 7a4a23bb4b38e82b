"""Sigmoids whose tails are replaced by straight lines, so that their slope ends above 0."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import cosh, exp

import numpy as np

from lab.activations.hyperbolic import tanh_sech2
from lab.activations.in_place import InPlace
from lab.activations.logistic import logistic
from lab.activations.pieces import clamp, straighten
from lab.numerics import REALS, Array, Interval


@dataclass(frozen=True)
class ISigmoid(InPlace):
    """σ(z) = s(z) for |z| ≤ b, else s(±b) + α(z ∓ b), with σ′(z) = s(z)s(−z) for |z| ≤ b, else α.

    At the kinks ±b the slope is the sigmoid's. b is called ``bound``, and α ``slope`` in an experiment file.
    The slope never vanishes.
    Source: Qin, Wang & Zou, *The optimized deep belief networks with improved logistic sigmoid units* (2018).
    """

    leak: float = field(default=0.2, metadata={"key": "slope"})
    bound: float = 2.0

    range = REALS

    def __post_init__(self) -> None:
        _check_line(self.leak, self.bound)

    @property
    def slope_range(self) -> Interval:
        """[min(α, s′(b)), max(α, ¼)]."""
        at_bound = exp(-self.bound) / (1 + exp(-self.bound)) ** 2
        return Interval(min(self.leak, at_bound), max(self.leak, 0.25))

    @property
    def kinks(self) -> tuple[float, ...]:
        """±b."""
        return (-self.bound, self.bound)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """The sigmoid at z clamped to ±b, then straight on with α."""
        clamp(z, -self.bound, self.bound, scratch)
        logistic(scratch, a, slope, scratch)
        straighten(z, -self.bound, self.bound, self.leak, a, slope, scratch)


@dataclass(frozen=True)
class StacTanh(InPlace):
    """σ(z) = tanh z for |z| ≤ a, else tanh(±a) + α(z ∓ a), with σ′(z) = sech² z for |z| ≤ a, else α.

    At the kinks ±a the slope is the tanh's. a is called ``bound``, and α ``slope`` in an experiment file.
    The slope never vanishes.
    Source: STAC-tanh in Kunc & Kléma, *Three decades of activations* (2024).
    """

    leak: float = field(default=0.1, metadata={"key": "slope"})
    bound: float = 1.0

    range = REALS

    def __post_init__(self) -> None:
        _check_line(self.leak, self.bound)

    @property
    def slope_range(self) -> Interval:
        """[min(α, sech² a), max(α, 1)]."""
        return Interval(min(self.leak, _sech2(self.bound)), max(self.leak, 1.0))

    @property
    def kinks(self) -> tuple[float, ...]:
        """±a."""
        return (-self.bound, self.bound)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """The tanh at z clamped to ±a, then straight on with α."""
        clamp(z, -self.bound, self.bound, a)
        tanh_sech2(a, a, slope, scratch)
        straighten(z, -self.bound, self.bound, self.leak, a, slope, scratch)


@dataclass(frozen=True)
class ReLTanh(InPlace):
    """σ(z) = tanh h + (z − h) sech² h with h = min(max(z, low), high); σ′(z) = sech² h.

    The tanh between low = −1.5 and high = 0 unless told, and its tangents beyond: σ′ is continuous. The slope
    never vanishes.
    Source: Wang, Qin, Wang, Xiang & Chen, *ReLTanh: an activation function with vanishing gradient
    resistance for SAE-based DNNs* (2019).
    """

    low: float = -1.5
    high: float = 0.0

    range = REALS

    def __post_init__(self) -> None:
        if not -350 <= self.low < self.high <= 350:
            raise ValueError(f"must be -350 <= low < high <= 350, got low = {self.low}, high = {self.high}")

    @property
    def slope_range(self) -> Interval:
        """From the less of sech² at low and high to the greater, or to 1 where 0 lies between them."""
        ends = (_sech2(self.low), _sech2(self.high))
        return Interval(min(ends), 1.0 if self.low <= 0 <= self.high else max(ends))

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """Tanh and sech² at h, and (z − h) times the latter."""
        clamp(z, self.low, self.high, a)
        tanh_sech2(a, a, slope, scratch)
        clamp(z, self.low, self.high, scratch)
        np.subtract(z, scratch, out=scratch)
        np.multiply(scratch, slope, out=scratch)
        np.add(a, scratch, out=a)


def _sech2(z: float) -> float:
    return 1 / cosh(z) ** 2


def _check_line(leak: float, bound: float) -> None:
    if not leak > 0:
        raise ValueError(f"slope must be > 0, got {leak}")
    if not 0 < bound <= 350:
        raise ValueError(f"bound must lie in (0, 350], got {bound}")
