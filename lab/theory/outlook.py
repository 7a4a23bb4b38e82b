"""All that mean field theory says of one σ: its gains, where q and c come to rest, where errors keep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lab.numerics import Interval
from lab.parts import Activation
from lab.prover.integrals import proved_moments as prover
from lab.prover.intervals.rounding import mul, single
from lab.theory.correlation import FixedCorrelation, fixed_correlation
from lab.theory.deep import Deep
from lab.theory.mean_field import Critical, FixedPoint, boundary, critical, fixed_point
from lab.theory.moments import backward_gain, forward_gain, slope_square

ROUGH = 1e-6
"""A number that differs from what is proved by more than this, relatively, is one that quadrature missed."""

POINTS_OF_THE_LINE = 21
"""The σ_b² at which the critical line is found, closer where it is steeper."""


@dataclass(frozen=True)
class Outlook:
    """What a deep network of one σ has before it, with the σ_w² and σ_b² that ``deep`` says.

    ``gains`` are 1/√E σ(g)², 1/√E σ′(g)² and E σ′(g)² by name, for g ~ N(0, 1); ``rest`` and ``alike`` are
    the fixed points of q and of c, and ``edge`` is where χ = 1 for this σ_b², None where that is nowhere.
    ``proved`` encloses those facts that are proved; χ at the q* that was found. Where one is proved to be
    another than was computed, what is proved is taken, and ``missed`` says that quadrature passed a narrow
    turn of σ unseen, as it may have in every layer.
    """

    deep: Deep
    gains: dict[str, float]
    rest: FixedPoint
    alike: FixedCorrelation
    edge: Critical | None
    proved: dict[str, Interval]
    missed: bool = False

    @property
    def facts(self) -> dict[str, Any]:
        """All of it by name, for a program; None where there is no edge."""
        rest, alike, edge = self.rest, self.alike, self.edge
        return {
            **self.gains,
            "weight_variance": self.deep.weight_variance,
            "bias_variance": self.deep.bias_variance,
            "fixed_point": rest.q,
            "stable": rest.stable,
            "chi": rest.chi,
            "depth_scale": rest.depth_scale,
            "fixed_correlation": alike.c,
            "correlation_depth_scale": alike.depth_scale,
            "critical_weight_variance": edge and edge.weight_variance,
            "critical_q": edge and edge.q,
            "proved": self.proved,
        }


def outlook(sigma: Activation, deep: Deep) -> Outlook:
    """The outlook of a σ.

    >>> from lab.activations.hyperbolic import Tanh
    >>> found = outlook(Tanh(), Deep(weight_variance=2.0))
    >>> round(found.gains["backward_gain"], 3), round(found.rest.chi, 3), found.edge.weight_variance
    (1.467, 1.106, 1.0)
    """
    rest = fixed_point(sigma, deep.weight_variance, deep.bias_variance)
    gains = {
        "forward_gain": forward_gain(sigma),
        "backward_gain": backward_gain(sigma),
        "mean_square_slope": slope_square(sigma, 1.0),
    }
    alike = fixed_correlation(sigma, rest, deep.weight_variance, deep.bias_variance)
    edge = critical(sigma, deep.bias_variance)
    proved = _proved(sigma, rest.q, deep)
    computed = {**gains, "chi": rest.chi}
    held = {fact: _held(value, proved.get(fact)) for fact, value in computed.items()}
    missed = any(abs(held[fact] - value) > ROUGH * abs(held[fact]) for fact, value in computed.items())
    if missed:
        rest = replace(rest, chi=held["chi"])
        gains = {fact: held[fact] for fact in gains}
    return Outlook(deep, gains, rest, alike, edge, proved, missed)


def _held(value: float, known: Interval | None) -> float:
    """The number nearest to a value that lies in what is proved."""
    return value if known is None else min(max(value, known.low), known.high)


def _proved(sigma: Activation, q: float, deep: Deep) -> dict[str, Interval]:
    """What is proved of a σ that has a formula, and between which numbers."""
    found: dict[str, Interval | None] = {}
    if square := prover.square_enclosure(
        sigma, 1.0
    ):  # what cannot be proved at q = 1 costs as much elsewhere
        found["forward_gain"] = prover.gain_enclosure(square)
        found["fixed_point"] = prover.fixed_point_enclosure(
            sigma, q, deep.weight_variance, deep.bias_variance
        )
    if slope := prover.slope_square_enclosure(sigma, 1.0):
        found |= {"mean_square_slope": slope, "backward_gain": prover.gain_enclosure(slope)}
        passed = prover.slope_square_enclosure(sigma, q)
        found["chi"] = passed and mul(single(deep.weight_variance), passed)
    return {fact: known for fact, known in found.items() if known is not None}


def critical_line(sigma: Activation, bias_variance: float) -> list[tuple[float, float | None]]:
    """σ_b², up to twice that which is given or up to 2, and the σ_w² above which errors explode there.

    >>> from lab.activations.rectifiers import ReLU
    >>> critical_line(ReLU(), 0.0)[0]
    (0.0, 2.0)
    """
    shares = np.linspace(0, 1, POINTS_OF_THE_LINE) ** 2
    return [(at, boundary(sigma, at)) for at in (max(2 * bias_variance, 2) * shares).tolist()]
