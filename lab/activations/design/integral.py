"""An activation designed by its slope: σ′ is a formula, σ its integral."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lab.activations.formula.formula import Formula
from lab.errors import PartError
from lab.numerics import Array, floating
from lab.parts import Activation

FARTHEST = 1e4
"""Where the table of the integral ends; beyond it σ goes on as a straight line."""

LARGEST_ERROR = 1e-12
"""The largest estimated error of σ, relative to 1 + |σ|, that a design may have."""

MOST_PANELS = 20_000
"""From so many panels on the table is not refined any more."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(6)

_PARTS = 8
"""The parts of a panel in which the integral is checked."""

_AGREEMENT = 1e-14
"""The difference, relative to 1 + |σ|, that a panel may have from its parts: a little more than rounding."""


@dataclass(frozen=True)
class Integral(Activation):
    """σ(z) = ∫₀^z σ′, with σ′ given by a formula such as ``floor + (1 - floor)*exp(-z**2)``.

    The integral is tabulated once at panel edges, by Gauss–Legendre quadrature between the formula's kinks,
    and completed from the edge next to z by the same rule. A panel that disagrees with its parts is split
    until it agrees. `error` estimates what that leaves.

    Parameters
    ----------
    text
        The formula of σ′, in the language of `lab.activations.formula.formula.Formula`.
    parameters
        Pairs of name and value.

    Raises
    ------
    PartError
        The text is no formula, or its integral is not finite, or not known to `LARGEST_ERROR`. A pole that
        quadrature passes unseen is found by `lab.prover.integrated`.
    """

    text: str
    parameters: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(sorted(self.parameters)))
        with np.errstate(all="ignore"):
            error = self.error
        if not error <= LARGEST_ERROR:
            raise PartError(
                f"the derivative {self.text!r} cannot be integrated to {LARGEST_ERROR:g} "
                f"(the error is about {error:.2g}); expected a σ′ without poles or rapid oscillation"
            )

    def __str__(self) -> str:
        return " ".join([f"∫({self.text})", *(f"[{name} = {value:g}]" for name, value in self.parameters)])

    @cached_property
    def rate(self) -> Formula:
        """σ′ as a function of z."""
        return Formula(self.text, self.parameters)

    @cached_property
    def _edges(self) -> Array:
        """The edges of the panels, halved until each agrees with its parts, or there are too many."""
        fine, far = np.linspace(0, 10, 81), np.geomspace(10, FARTHEST, 121)
        kinks = [kink for kink in self.kinks if abs(kink) < FARTHEST]
        edges: Array = np.unique(np.concatenate([-far, -fine, fine, far, kinks]))
        while len(edges) <= MOST_PANELS:
            better = self._panels(edges, _PARTS)
            sigma = np.abs(summed(better, np.searchsorted(edges, 0.0)))
            allowed = _AGREEMENT * (1 + np.minimum(sigma[:-1], sigma[1:]))
            middle = edges[:-1] + np.diff(edges) / 2
            wrong = ~(np.abs(self._panels(edges, 1) - better) <= allowed)
            wrong &= (edges[:-1] < middle) & (middle < edges[1:])
            if not wrong.any():
                break
            edges = np.sort(np.concatenate([edges, middle[wrong]]))
        return edges

    @cached_property
    def _at_edges(self) -> Array:
        return summed(self._panels(self._edges, 1), np.searchsorted(self._edges, 0.0))

    def _panels(self, edges: Array, parts: int) -> Array:
        """The integral over every panel between the edges, in so many parts."""
        width = np.diff(edges) / parts
        left = edges[:-1, None] + width[:, None] * np.arange(parts)
        inside = left[:, :, None] + width[:, None, None] * (_NODES + 1) / 2
        return np.asarray(width / 2 * np.sum(self.rate(inside) @ _WEIGHTS, axis=1))

    @cached_property
    def error(self) -> float:
        """The estimated error of σ, relative to 1 + |σ|: against the same rule on parts of the panels.

        A detail of σ′ that is much narrower than a part (1/64, and beyond 10 about |z|/130) can escape it.
        """
        better = summed(self._panels(self._edges, _PARTS), np.searchsorted(self._edges, 0.0))
        return float(np.max(np.abs(self._at_edges - better) / (1 + np.abs(better))))

    def __call__(self, z: Any) -> Any:
        """σ(z)."""
        z = floating(z)
        known = np.clip(z, -FARTHEST, FARTHEST)
        panel = np.clip(np.searchsorted(self._edges, known, side="right") - 1, 0, len(self._edges) - 2)
        towards_zero = np.where(known < 0, panel + 1, panel)
        start = self._edges.astype(z.dtype)[towards_zero]
        half = (known - start) / 2
        rates = self.rate(start + np.multiply.outer(1 + _NODES.astype(z.dtype), half))
        total = np.zeros_like(half)
        for weight, rate in zip(_WEIGHTS.tolist(), rates, strict=True):
            total += weight * rate
        beyond = np.where(known == z, 0, z - known) * self.rate(known)
        return (self._at_edges.astype(z.dtype)[towards_zero] + half * total + beyond)[()]

    def derivative(self, z: Any) -> Any:
        """σ′(z), by the formula."""
        return self.rate(np.clip(floating(z), -FARTHEST, FARTHEST))[()]

    @property
    def kinks(self) -> tuple[float, ...]:
        """There σ′ has a kink or a jump."""
        return self.rate.switches


def summed(pieces: Array, zero: Any) -> Array:
    """The integral to every edge, from its pieces between them, where it is 0 at the edge number ``zero``."""
    left, right = -np.cumsum(pieces[:zero][::-1])[::-1], np.cumsum(pieces[zero:])
    return np.concatenate([left, [0.0], right])
