"""A slope from a template: a floor, and a bell of some shape on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf, isfinite

import numpy as np

from lab.activations.design.kernels import KERNELS, Kernel
from lab.activations.in_place import InPlace
from lab.errors import did_you_mean
from lab.numerics import REALS, Array, Interval, scalar


@dataclass(frozen=True)
class Template(InPlace):
    """σ′(z) = ε + (M − ε) k((z − c)/w), and σ(z) = εz + (M − ε)w [K((z − c)/w) − K(−c/w)], so σ(0) = 0.

    By construction ε ≤ σ′ ≤ M: every neuron passes at least ε of the error on. The kernel k has its peak
    k(0) = 1 and K is its antiderivative:

    =========  ==================  =====================
    kernel     k(u)                K(u)
    =========  ==================  =====================
    sech2      sech² u             tanh u
    logistic   4 s(u)s(−u)         4(s(u) − ½)
    gauss      exp(−u²)            ½√π erf u
    cauchy     1/(1 + u²)          arctan u
    softsign   1/(1 + |u|)²        u/(1 + |u|)
    isru       (1 + u²)^(−3/2)     u/√(1 + u²)
    slow       1/(1 + |u|)         sign(u) ln(1 + |u|)
    box        1 for |u| ≤ 1       u cut off at ±1
    =========  ==================  =====================

    The kinks are the peak c of softsign and slow, where σ′ is continuous and only σ″ jumps, and the edges
    c ± w of the box, where σ′ jumps; σ′ = M there.

    Parameters
    ----------
    floor
        ε, the infimum of σ′.
    height
        M, the supremum of σ′.
    kernel
        The shape of the bell.
    width
        w, the scale of z.
    centre
        c, where the peak lies.
    """

    floor: float = 0.1
    height: float = 1.0
    kernel: str = "sech2"
    width: float = 1.0
    centre: float = 0.0

    def __post_init__(self) -> None:
        if self.kernel not in KERNELS:
            raise ValueError(f"unknown kernel {self.kernel!r}; {did_you_mean(self.kernel, KERNELS)}")
        if not 0 <= self.floor < inf:
            raise ValueError(f"floor must be >= 0 and finite, got {self.floor}")
        if not max(self.floor, 0.0) <= self.height < inf or self.height == 0:
            raise ValueError(f"height must be > 0, >= floor and finite, got {self.height}")
        if not 0 < self.width < inf:
            raise ValueError(f"width must be > 0 and finite, got {self.width}")
        if not isfinite(self.centre):
            raise ValueError(f"centre must be finite, got {self.centre}")

    @property
    def analytic(self) -> bool:  # type: ignore[override]
        """As the kernel is."""
        return self._shape.analytic

    @property
    def kinks(self) -> tuple[float, ...]:
        """Those of the kernel, at c + wu."""
        return tuple(self.centre + self.width * u for u in self._shape.kinks)

    @property
    def slope_range(self) -> Interval:
        """[ε, M]."""
        return Interval(self.floor, self.height)

    @property
    def range(self) -> Interval:
        """The reals, or, without a floor, what the area of the bell leaves on either side of 0."""
        if self.floor:
            return REALS
        scale = self.height * self.width
        return Interval(scale * (-self._shape.total - self._start), scale * (self._shape.total - self._start))

    @property
    def steepest(self) -> float:
        """The centre."""
        return self.centre

    @property
    def _shape(self) -> Kernel:
        return KERNELS[self.kernel]

    @cached_property
    def _start(self) -> float:
        """K(−c/w)."""
        u = np.array([-self.centre / self.width])
        with np.errstate(all="ignore"):
            self._shape.fill(u, np.empty_like(u), np.empty_like(u))
        return float(u[0])

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """K and k of u = (z − c)/w, scaled, and the floor added."""
        lift = self.height - self.floor
        np.subtract(z, scalar(self.centre, z.dtype), a)
        np.divide(a, scalar(self.width, z.dtype), a)
        self._shape.fill(a, slope, scratch)
        if self.centre:
            np.subtract(a, scalar(self._start, z.dtype), a)
        np.multiply(a, scalar(lift * self.width, z.dtype), a)
        np.multiply(slope, scalar(lift, z.dtype), slope)
        if self.floor:
            floor = scalar(self.floor, z.dtype)
            np.multiply(z, floor, scratch)
            np.add(a, scratch, a)
            np.add(slope, floor, slope)
