"""The exponential and the linear units that end in one on the left: ELU, CELU and SELU."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.activations.in_place import InPlace
from lab.numerics import Array, Interval, scalar

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


@dataclass(frozen=True)
class Exponential(InPlace):
    """σ(z) = e^z, with σ′(z) = e^z.

    Its slope vanishes on the left as e^z and has no bound on the right.
    Source: the inverse link of Poisson regression, Nelder & Wedderburn, *Generalized linear models* (1972).
    """

    slope_range = Interval(0.0, np.inf)
    range = Interval(0.0, np.inf)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """Both are e^z."""
        np.exp(z, out=a)
        np.copyto(slope, a)


@dataclass(frozen=True)
class ELU(InPlace):
    """σ(z) = z for z > 0, else α(e^z − 1), with σ′(z) = 1 for z > 0, else αe^z; σ′(0) = α.

    Its slope vanishes on the left as e^z; for α ≠ 1 it jumps at 0.
    Source: Clevert, Unterthiner & Hochreiter, *Fast and accurate deep network learning by ELUs* (2016).
    """

    alpha: float = 1.0

    def __post_init__(self) -> None:
        _check_alpha(self.alpha)

    @property
    def slope_range(self) -> Interval:
        """[0, max(1, α)]."""
        return Interval(0.0, max(1.0, self.alpha))

    @property
    def range(self) -> Interval:
        """[−α, ∞)."""
        return Interval(-self.alpha, np.inf)

    @property
    def kinks(self) -> tuple[float, ...]:
        """0 for α ≠ 1; for α = 1 the slope is continuous and only σ″ jumps."""
        return () if self.alpha == 1 else (0.0,)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = p + α expm1(n), σ′ = αe^n or, right of 0, sign p = 1; p = max(z, 0), n = min(z, 0)."""
        _elu(z, self.alpha, a, slope, scratch)


@dataclass(frozen=True)
class CELU(InPlace):
    """σ(z) = z for z > 0, else α(e^{z/α} − 1), with σ′(z) = 1 for z > 0, else e^{z/α}.

    Its slope is continuous for every α and vanishes on the left as e^{z/α}.
    Source: Barron, *Continuously differentiable exponential linear units* (2017).
    """

    alpha: float = 1.0

    slope_range = Interval(0.0, 1.0)

    def __post_init__(self) -> None:
        _check_alpha(self.alpha)

    @property
    def range(self) -> Interval:
        """[−α, ∞)."""
        return Interval(-self.alpha, np.inf)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """σ = max(z, 0) + α expm1(n), σ′ = e^n with n = min(z, 0)/α."""
        zero, alpha = scalar(0, z.dtype), scalar(self.alpha, z.dtype)
        np.minimum(z, zero, out=a)
        np.divide(a, alpha, out=a)
        np.exp(a, out=slope)
        np.expm1(a, out=a)
        np.multiply(a, alpha, out=a)
        np.maximum(z, zero, out=scratch)
        np.add(a, scratch, out=a)


@dataclass(frozen=True)
class SELU(InPlace):
    """σ(z) = λz for z > 0, else λα(e^z − 1), with σ′(z) = λ for z > 0, else λαe^z; σ′(0) = λα = 1.7581.

    α = 1.67326 and λ = 1.05070 make mean 0 and variance 1 a fixed point. Its slope jumps at 0 and vanishes
    on the left as e^z.
    Source: Klambauer, Unterthiner, Mayr & Hochreiter, *Self-normalizing neural networks* (2017), eq. 14.
    """

    slope_range = Interval(0.0, SELU_SCALE * SELU_ALPHA)
    range = Interval(-SELU_SCALE * SELU_ALPHA, np.inf)
    kinks = (0.0,)

    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """The ELU of α times λ."""
        scale = scalar(SELU_SCALE, z.dtype)
        _elu(z, SELU_ALPHA, a, slope, scratch)
        np.multiply(a, scale, out=a)
        np.multiply(slope, scale, out=slope)


def _check_alpha(alpha: float) -> None:
    if not alpha > 0:
        raise ValueError(f"alpha must be > 0, got {alpha}")


def _elu(z: Array, alpha: float, a: Array, slope: Array, scratch: Array) -> None:
    """With expm1 n = tanh(n/2)(e^n + 1), whose parts numpy vectorises."""
    zero, one, half, scale = (scalar(x, z.dtype) for x in (0, 1, 0.5, alpha))
    np.minimum(z, zero, out=scratch)
    np.exp(scratch, slope)
    np.multiply(scratch, half, scratch)
    np.tanh(scratch, scratch)
    np.add(slope, one, a)
    np.multiply(scratch, a, scratch)
    np.multiply(slope, scale, slope)
    np.multiply(scratch, scale, scratch)
    np.maximum(z, zero, out=a)
    if alpha != 1:
        np.copyto(slope, one, where=z > 0)
    np.add(a, scratch, a)
