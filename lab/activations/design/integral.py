"""An activation designed by its slope: σ′ is a formula, σ its integral."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from lab.activations.formula.formula import Formula
from lab.activations.formula.typeset import equation
from lab.errors import PartError
from lab.numerics import Array, floating
from lab.parts import Activation

FARTHEST = 1e4
"""The |z| up to which the integral is proved."""

FAR_END = 1.7e308
"""Where the table of the integral ends that goes on from there."""

LARGEST_ERROR = 1e-12
"""The largest error of σ, relative to 1 + |σ|, that a design may have."""

MOST_PANELS = 20_000
"""From so many panels on the table is not refined any more."""

NODES = 6
"""The nodes of a panel."""

_NODES, WEIGHTS = np.polynomial.legendre.leggauss(NODES)

_FAR_AGREEMENT = 1e-13
"""The same for a panel beyond `FARTHEST`."""

_PARTS = 8
"""The parts of a panel in which the integral is checked."""

_AGREEMENT = 1e-14
"""The difference, relative to 1 + |σ|, that a panel may have from its parts: a little more than rounding."""


@dataclass(frozen=True)
class Integral(Activation):
    """σ(z) = ∫₀^z σ′, with σ′ given by a formula such as ``floor + (1 - floor)*exp(-z**2)``.

    The integral is tabulated once at panel edges, by Gauss–Legendre quadrature between the `switches`, and
    completed from the edge next to z by the same rule. A panel that disagrees with its parts is split
    until it agrees. `estimate` tells what that seems to leave; `lab.prover.integrals.integrated` proves it.

    Beyond |z| = `FARTHEST` a second table goes on, whose panels are even on the scale of ln |z|; there the
    integral is computed and not proved. A σ′ that turns too often for it, as a sine does, or has a pole,
    is ``frozen``: σ goes straight on from `FARTHEST`, and σ′ is not what the formula says there.

    Parameters
    ----------
    text
        The formula of σ′, in the language of `lab.activations.formula.formula.Formula`.
    parameters
        Pairs of name and value.
    cuts
        Edges of panels beside those that are found by splitting, as a proof takes them; not in the repr.

    Raises
    ------
    PartError
        The text is no formula, or its integral is not finite, or seems not to be known to `LARGEST_ERROR`.
        A pole or a bell that quadrature passes unseen is found by `lab.prover.integrals.integrated`.
    """

    text: str
    parameters: tuple[tuple[str, float], ...] = ()
    cuts: tuple[float, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(sorted(self.parameters)))
        with np.errstate(all="ignore"):
            error = self.estimate
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

    def _repr_latex_(self) -> str | None:
        return equation(self.rate, r"\sigma(0) = 0, \quad \sigma'(z)")

    @cached_property
    def edges(self) -> Array:
        """The edges of the panels, halved until each agrees with its parts or they are too many; cuts."""
        fine, far = np.linspace(0, 10, 81), np.geomspace(10, FARTHEST, 121)
        switches = [z for z in self.switches if abs(z) < FARTHEST]
        edges: Array = np.unique(np.concatenate([-far, -fine, fine, far, switches]))
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
        return np.union1d(edges, self.cuts)

    @cached_property
    def at_edges(self) -> Array:
        """σ at the edges."""
        return summed(self._panels(self.edges, 1), np.searchsorted(self.edges, 0.0))

    def _panels(self, edges: Array, parts: int) -> Array:
        """The integral over every panel between the edges, in so many parts."""
        return np.asarray(np.diff(edges) / parts / 2 * np.sum(self._rates(edges, parts) @ WEIGHTS, axis=1))

    def _rates(self, edges: Array, parts: int) -> Array:
        """σ′ at the nodes of every part of every panel, of shape (panels, parts, nodes)."""
        width = np.diff(edges) / parts
        left = edges[:-1, None] + width[:, None] * np.arange(parts)
        return np.asarray(self.rate(left[:, :, None] + width[:, None, None] * (_NODES + 1) / 2))

    @property
    def rates(self) -> Array:
        """σ′ at the nodes of the panels, of shape (panels, nodes)."""
        return self._rates(self.edges, 1)[:, 0]

    @cached_property
    def estimate(self) -> float:
        """An estimate of the error of σ, relative to 1 + |σ|: against the same rule on parts of the panels.

        A detail of σ′ that is much narrower than a part (1/64, and beyond 10 about |z|/130) escapes it.
        """
        better = summed(self._panels(self.edges, _PARTS), np.searchsorted(self.edges, 0.0))
        return float(np.max(np.abs(self.at_edges - better) / (1 + np.abs(better))))

    @cached_property
    def frozen(self) -> bool:
        """Whether σ goes on as a straight line beyond `FARTHEST`, since no table is fine enough there."""
        return self._far is None

    @cached_property
    def _far(self) -> tuple[Array, Array] | None:
        """The edges t = ln |z| of panels beyond `FARTHEST`, and σ at −e^t and e^t, of shape (2, edges)."""
        first, last = np.log([FARTHEST, FAR_END])
        cuts = [np.log(abs(z)) for z in self.switches if abs(z) > FARTHEST]
        edges = np.unique([*np.linspace(first, first + 7, 141), *np.linspace(first + 7, last, 1001), *cuts])
        ends = self.at_edges[[0, -1], None]
        with np.errstate(all="ignore"):
            while len(edges) <= MOST_PANELS:
                better = self._far_panels(edges, _PARTS)
                sigma = np.concatenate([ends, ends + np.cumsum(better, axis=1)], axis=1)
                if np.isnan(sigma).any():
                    return None
                whole = self._far_panels(edges, 1)
                allowed = _FAR_AGREEMENT * (1 + np.minimum(np.abs(sigma[:, :-1]), np.abs(sigma[:, 1:])))
                agrees = (np.abs(whole - better) <= allowed) | np.isinf(sigma[:, 1:])
                if agrees.all():
                    return edges, sigma
                middle = edges[:-1] + np.diff(edges) / 2
                wrong = ~agrees.all(axis=0) & (edges[:-1] < middle) & (middle < edges[1:])
                if not wrong.any():
                    return None
                edges = np.sort(np.concatenate([edges, middle[wrong]]))
        return None

    def _far_panels(self, edges: Array, parts: int) -> Array:
        """The integral over every panel between t, to the left and to the right, in so many parts."""
        width = np.diff(edges) / parts
        left = edges[:-1, None] + width[:, None] * np.arange(parts)
        z = np.exp(left[:, :, None] + width[:, None, None] * (_NODES + 1) / 2)
        rises = np.stack([-self.rate(-z) * z, self.rate(z) * z])
        return np.asarray(width / 2 * np.sum(rises @ WEIGHTS, axis=2))

    def _beyond(self, z: Array) -> Array:
        """σ at one-dimensional z beyond `FARTHEST`."""
        if self._far is None:
            end = np.copysign(FARTHEST, z)
            return np.asarray(np.where(z < 0, *self.at_edges[[0, -1]]) + (z - end) * self.rate(end))
        edges, sigma = self._far
        t, side = np.log(np.minimum(np.abs(z), FAR_END)), (z > 0).astype(int)
        panel = np.clip(np.searchsorted(edges, t, side="right") - 1, 0, len(edges) - 2)
        half = (t - edges[panel]) / 2
        nodes = np.copysign(np.exp(edges[panel, None] + half[:, None] * (_NODES + 1)), z[:, None])
        rest = half * ((self.rate(nodes) * nodes) @ WEIGHTS)
        last = np.where(np.isinf(z), z, 0.0) * self.rate(np.copysign(FAR_END, z))
        last[np.isnan(last)] = 0.0
        return np.asarray(sigma[side, panel] + rest + last)

    def __call__(self, z: Any) -> Any:
        """σ(z)."""
        z = floating(z)
        near = self._near(z)
        if (far := np.abs(z) > FARTHEST).any():
            near = np.array(near)
            with np.errstate(all="ignore"):
                near[far] = self._beyond(np.asarray(z[far], dtype=np.float64))
        return near[()]

    def _near(self, z: Array) -> Array:
        """σ within `FARTHEST`, and at its ends beyond them."""
        known = np.clip(z, -FARTHEST, FARTHEST)
        panel = np.clip(np.searchsorted(self.edges, known, side="right") - 1, 0, len(self.edges) - 2)
        towards_zero = np.where(known < 0, panel + 1, panel)
        start = self.edges.astype(z.dtype)[towards_zero]
        half = (known - start) / 2
        rates = self.rate(start + np.multiply.outer(1 + _NODES.astype(z.dtype), half))
        total = np.zeros_like(half)
        for weight, rate in zip(WEIGHTS.tolist(), rates, strict=True):
            total += weight * rate
        return np.asarray(self.at_edges.astype(z.dtype)[towards_zero] + half * total)

    def derivative(self, z: Any) -> Any:
        """σ′(z), by the formula."""
        z = floating(z)
        is_frozen = (np.abs(z) > FARTHEST).any() and self.frozen
        end = FARTHEST if is_frozen else np.finfo(z.dtype).max
        return self.rate(np.clip(z, -end, end))[()]

    @property
    def kinks(self) -> tuple[float, ...]:
        """There σ′ jumps."""
        return self.rate.jumps

    @property
    def switches(self) -> tuple[float, ...]:
        """There σ′ has a kink or a jump."""
        return self.rate.switches


def summed(pieces: Array, zero: Any) -> Array:
    """The integral to every edge, from its pieces between them, where it is 0 at the edge number ``zero``."""
    left, right = -np.cumsum(pieces[:zero][::-1])[::-1], np.cumsum(pieces[zero:])
    return np.concatenate([left, [0.0], right])
