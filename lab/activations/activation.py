"""What an activation function is: σ, σ′, and what is claimed of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Buffers: TypeAlias = tuple[Array, Array, Array]


@dataclass(frozen=True)
class Interval:
    """The reals between ``low`` and ``high``, which may be infinite; the ends need not be reached."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return f"[{self.low:.6g}, {self.high:.6g}]"

    @property
    def magnitude(self) -> float:
        """The supremum of |x| over the interval."""
        return max(abs(self.low), abs(self.high))


REALS = Interval(-np.inf, np.inf)


class Activation(ABC):
    """An elementwise activation function σ with its derivative σ′.

    To make one, write a frozen dataclass whose fields are the parameters and which has `__call__` and
    `derivative`; the rest has defaults::

        @dataclass(frozen=True)
        class Cubic(Activation):
            scale: float = 0.1

            def __call__(self, z):
                return z + self.scale * z**3

            def derivative(self, z):
                return 1 + 3 * self.scale * z**2

    `lab.testing.check_activation` holds it to what the backpropagation core relies on: the result has the
    shape and the dtype of z, z is left as it was, NaN in gives NaN out, and σ′ is the derivative of σ.

    The claims `slope`, `range` and `kinks` are checked too. Where a class does not claim `slope` or
    `range`, they are measured on a grid: an estimate, not a proof.
    """

    analytic: ClassVar[bool] = False
    """Whether `__call__` takes complex z and is analytic off the kinks, so that complex steps apply."""

    @abstractmethod
    def __call__(self, z: Any) -> Any:
        """σ(z), elementwise; the shape and the floating dtype of z."""

    @abstractmethod
    def derivative(self, z: Any) -> Any:
        """σ′(z), elementwise; at a kink the value that the class states."""

    def with_derivative(self, z: Array, out: Buffers | None = None) -> tuple[Array, Array]:
        """σ(z) and σ′(z) in one pass, written into ``out = (a, slope, scratch)`` where given.

        The three buffers have the shape and dtype of z and none of them is z. This default calls the
        two methods; a class that shares work between them is an `InPlace`.
        """
        if out is None:
            return self(z), self.derivative(z)
        a, slope, _ = out
        a[...] = self(z)
        slope[...] = self.derivative(z)
        return a, slope

    @property
    def kinks(self) -> tuple[float, ...]:
        """The points where σ′ does not exist or jumps; the docstring of the class says what it is there."""
        return ()

    @property
    def jumps(self) -> tuple[float, ...]:
        """Those of the kinks where σ itself jumps; the docstring of the class says what it is there.

        σ′ does not see a jump: only between them is σ the integral of it.
        """
        return ()

    @cached_property
    def slope(self) -> Interval:
        """Inf σ′ and sup σ′ over the reals."""
        return measured(self.derivative, self.kinks)

    @cached_property
    def range(self) -> Interval:
        """Inf σ and sup σ over the reals."""
        return measured(self, self.kinks)

    @cached_property
    def steepest(self) -> float:
        """A point where |σ′| is largest: what lies below saturates low, what lies above high."""
        z = grid(self.kinks)
        with np.errstate(all="ignore"):
            size = np.nan_to_num(np.abs(np.asarray(self.derivative(z))), nan=-np.inf)
        plateau = np.flatnonzero(size >= size.max() * (1 - 1e-12))
        return float(z[plateau[len(plateau) // 2]])


class InPlace(Activation):
    """An activation that computes σ and σ′ together into buffers, with no array of floats on the way.

    A class of this kind writes `fill`; everything else follows from it. `fill` may run through infinities
    (1/(1 + ∞) is a right 0): numpy's warnings of them are silenced, but not where ``out`` is given, since
    that is the training loop's, which silences them for all its steps at once.
    """

    analytic = True

    @abstractmethod
    def fill(self, z: Array, a: Array, slope: Array, scratch: Array) -> None:
        """Write σ(z) into ``a`` and σ′(z) into ``slope``; ``scratch`` may be used on the way."""

    def with_derivative(self, z: Array, out: Buffers | None = None) -> tuple[Array, Array]:
        """σ(z) and σ′(z) in one pass, written into ``out = (a, slope, scratch)`` where given."""
        if out is not None:
            self.fill(z, *out)
            return out[:2]
        a, slope = np.empty_like(z), np.empty_like(z)
        with np.errstate(all="ignore"):
            self.fill(z, a, slope, np.empty_like(z))
        return a, slope

    def __call__(self, z: Any) -> Any:
        """σ(z), elementwise; integers are taken as float64."""
        return self.with_derivative(floating(z))[0][()]

    def derivative(self, z: Any) -> Any:
        """σ′(z), elementwise; integers are taken as float64."""
        return self.with_derivative(floating(z))[1][()]


def grid(kinks: tuple[float, ...] = ()) -> Array:
    """Points that see the whole of a σ: dense about 0, out to ±10⁶, and both sides of every kink."""
    far = np.geomspace(30, 1e6, 600)
    near = np.linspace(-30, 30, 24001)
    sides = [np.nextafter(k, side) for k in kinks for side in (-np.inf, np.inf)]
    return np.unique(np.concatenate([-far, near, far, np.array(sides + list(kinks), dtype=float)]))


def measured(function: Callable[[Array], Array], kinks: tuple[float, ...] = ()) -> Interval:
    """The least and the greatest value of ``function`` on `grid`: an estimate of its infimum and supremum.

    An extreme between two points of the grid is refined by bounded minimisation; one at the end of the
    grid where the function still moves is taken to be infinite.
    """
    z = grid(kinks)
    with np.errstate(all="ignore"):
        values = np.asarray(function(z), dtype=float)
        return Interval(_least(function, z, values), -_least(lambda z: -function(z), z, -values))


def _least(function: Callable[[Array], Array], z: Array, values: Array) -> float:
    from scipy.optimize import minimize_scalar

    at = int(np.nanargmin(values)) if not np.isnan(values).all() else 0
    least = float(values[at])
    if at in (0, len(z) - 1):
        before = float(function(z[at : at + 1] / 10)[0])
        grows = abs(least) > abs(before) and before - least > 0.01 * abs(least)
        return -np.inf if grows else least
    refined = minimize_scalar(
        lambda point: float(function(np.array([point]))[0]),
        bounds=(z[at - 1], z[at + 1]),
        method="bounded",
        options={"xatol": 1e-12},
    )
    return min(least, float(refined.fun))


def floating(z: Any) -> Array:
    """``z`` as an array, integers as float64, any floating or complex dtype as it is."""
    array: Array = np.asarray(z)
    return array if np.issubdtype(array.dtype, np.inexact) else array.astype(np.float64)
