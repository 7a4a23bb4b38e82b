"""What the tails of a function add to an expectation under a normal, bounded by proof."""

from __future__ import annotations

from flint import arb

from lab.activations.formula.enclosure import Bounds, evaluated
from lab.activations.formula.rounding import neg
from lab.numerics import Interval
from lab.prover.ball_integral import Integrand


def mean_square_beyond(f: Integrand, q: float, start: float) -> arb:
    """What E f(z)² 1{|z| > start} does not exceed, for z ~ N(0, q); not finite where nothing is proved."""
    nodes = f.tape.below(*f.wanted)
    far = min(max(start, 1.0, *(2 * abs(kink) for kink in f.kinks)), f.end)
    pieces = [Interval(start, far)] if start < far else []
    pieces.append(Interval(far, f.end))  # beyond 1 and all kinks: there the order of a function is told
    total = arb(0)
    for z in (*pieces, *map(neg, pieces)):
        bounds = evaluated(f.tape, nodes, (z,))
        if any(bounds[k].values is None for k in f.wanted):
            return arb.pos_inf()
        total += _bound(bounds[f.wanted[0]], q, start)
    return total


def _bound(f: Bounds, q: float, start: float) -> arb:
    """Of E f² over a part of z > a, where |f| ≤ C·z^p with p ≥ 0.

    C² E z^2p 1{z > a} = C² q^p 2^(p − 1)/√π Γ(p + ½, a²/2q).
    """
    most, power = arb.pos_inf() if f.values is None else arb(f.values.magnitude), arb(0)
    if not most.is_finite() and f.tail is not None:
        most, power = f.tail.most, arb(f.tail.power if f.tail.power > 0 else 0)
    moment = (arb(start) ** 2 / (2 * arb(q))).gamma_upper(power + 0.5)
    return most**2 * arb(q) ** power * arb(2) ** (power - 1) / arb.pi().sqrt() * moment
