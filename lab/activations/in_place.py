"""Activations that write σ and σ′ into buffers."""

from abc import abstractmethod
from typing import Any

import numpy as np

from lab.activations.formula.formula import formula_of
from lab.activations.formula.typeset import equation
from lab.numerics import Array, Buffers, floating
from lab.parts import Activation


class InPlace(Activation):
    """An activation that computes σ and σ′ together into buffers, with no array of floats on the way.

    A class of this kind writes `fill`; everything else follows from it. `fill` may run through infinities
    (1/(1 + ∞) is a right 0): numpy's warnings of them are silenced, but not where ``out`` is given, since
    that is the training loop's, which silences them for all its steps at once. Integers are taken as float64;
    float16, in which squares run over from 256 on, is computed in float64.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Cubic(InPlace):
    ...     scale: float = 0.1
    ...
    ...     def fill(self, z, a, slope, scratch):
    ...         np.multiply(z, z, out=scratch)
    ...         np.multiply(scratch, 3 * self.scale, out=slope)
    ...         slope += 1
    ...         np.multiply(scratch, self.scale, out=scratch)
    ...         scratch += 1
    ...         np.multiply(z, scratch, out=a)
    >>> Cubic()(2.0).item(), Cubic().derivative(np.array([-1.0, 2.0])).round(12).tolist()
    (2.8, [1.3, 2.2])
    """

    analytic = True

    @abstractmethod
    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """Write σ(z) into ``a`` and σ′(z) into ``slope``; ``scratch`` may be used on the way."""

    def with_derivative(self, z: Array, out: Buffers | None = None) -> tuple[Array, Array]:
        """σ(z) and σ′(z) in one pass, written into ``out = (a, slope, scratch)`` where given."""
        if z.dtype == np.float16:
            a, slope = out[:2] if out is not None else (np.empty_like(z), np.empty_like(z))
            with np.errstate(over="ignore", under="ignore"):
                for narrow, wide in zip((a, slope), self.with_derivative(z.astype(float)), strict=True):
                    narrow[...] = wide
            return a, slope
        if out is not None:
            self.fill(z, *out)
            return out[:2]
        a, slope = np.empty_like(z), np.empty_like(z)
        with np.errstate(all="ignore"):
            self.fill(z, a, slope, np.empty_like(z))
        return a, slope

    def __call__(self, z: Any) -> Any:
        return self.with_derivative(floating(z))[0][()]

    def derivative(self, z: Any) -> Any:
        return self.with_derivative(floating(z))[1][()]

    def _repr_latex_(self) -> str | None:
        return equation(formula_of(self))
