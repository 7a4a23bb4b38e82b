"""A floor under any slope."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lab.activations.formula.formula import formula_of
from lab.activations.formula.typeset import equation
from lab.numerics import REALS, Array, Buffers, Interval, measured
from lab.parts import Activation


@dataclass(frozen=True)
class Floored(Activation):
    """The floor-lift of another σ: (1 − ε)σ(z) + εz, with slope (1 − ε)σ′(z) + ε.

    Where σ′ ≥ 0 the slope of the lift is at least ε, so every neuron passes at least ε of the error on.
    """

    inner: Activation
    floor: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.floor <= 1:
            raise ValueError(f"floor must lie in [0, 1], got {self.floor}")

    @property
    def formula(self) -> str:
        """The inner parameters stand in it as numbers, so that no two names clash."""
        inner = formula_of(self.inner)
        if inner is None:
            return ""
        text = inner.formula
        for name, value in inner.numbers:
            text = re.sub(rf"\b{name}\b", f"({value!r})", text)
        return f"(1 - floor)*({text}) + floor*z"

    def _repr_latex_(self) -> str | None:
        return equation(formula_of(self))

    @property
    def analytic(self) -> bool:  # type: ignore[override]
        return self.inner.analytic

    @property
    def kinks(self) -> tuple[float, ...]:
        return self.inner.kinks

    @property
    def jumps(self) -> tuple[float, ...]:
        """Those of the inner σ, unless nothing of it is left."""
        return self.inner.jumps if self.floor < 1 else ()

    @property
    def slope_range(self) -> Interval:
        """(1 − ε)[inf σ′, sup σ′] + ε."""
        if self.floor == 1:
            return Interval(1.0, 1.0)
        inner = self.inner.slope_range
        low, high = ((1 - self.floor) * end + self.floor for end in (inner.low, inner.high))
        return Interval(low, high)

    @cached_property
    def range(self) -> Interval:
        """The reals where the slope of the lift is bounded away from 0; else measured, if ε > 0."""
        if self.slope_range.low > 0:
            return REALS
        return measured(self, self.kinks) if self.floor else self.inner.range

    def __call__(self, z: Any) -> Any:
        return (1 - self.floor) * self.inner(z) + self.floor * np.asarray(z)[()]

    def derivative(self, z: Any) -> Any:
        return (1 - self.floor) * self.inner.derivative(z) + self.floor

    def with_derivative(self, z: Array, out: Buffers | None = None) -> tuple[Array, Array]:
        a, slope, scratch = out or (np.empty_like(z), np.empty_like(z), np.empty_like(z))
        self.inner.with_derivative(z, out=(a, slope, scratch))
        np.multiply(a, 1 - self.floor, out=a)
        np.multiply(z, self.floor, out=scratch)
        np.add(a, scratch, out=a)
        np.multiply(slope, 1 - self.floor, out=slope)
        np.add(slope, self.floor, out=slope)
        return a, slope
