"""sinc x = sin x/x and its derivatives Sₙ, in balls and over intervals.

    Sₙ(x) = dⁿ sinc x/dxⁿ = ∫₀¹ tⁿ cos(xt + nπ/2) dt,    x Sₙ = sin⁽ⁿ⁾ x − n Sₙ₋₁

so |Sₙ| ≤ 1/(n + 1), and Sₙ₊₁ bounds how fast Sₙ changes. From the first form by parts, |x Sₙ| ≤ 2. The
recurrence loses its digits next to 0; there the power series takes over.
"""

from math import factorial, inf, isinf, nextafter, perm
from typing import TypeVar

from flint import acb, arb, ctx

from lab.numerics import Interval
from lab.prover.intervals.rounding import upper

Ball = TypeVar("Ball", arb, acb)

SINC = ("sinc", "sinc_slope", "sinc_curvature", "sinc_jerk")
"""The operations S₀, S₁, S₂ and S₃."""

LEAST = -0.2172336282112217
"""Just below the least value of sinc, which it takes at |x| = 4.4934."""

TERMS = 30
"""The powers of x² in the series; what they leave out of Sₙ where |x| < 1 is below 1/(2·TERMS − n)!."""

PRECISION = 160
"""Bits; the recurrence at |x| = 1 loses a few for each order."""


def sinc_ball(x: Ball, n: int) -> Ball:
    """Sₙ of a ball, real or complex; no number where it holds 0 and reaches |x| = 1."""
    if not abs(x) < 1:
        sines = (x.sin(), x.cos(), -x.sin(), -x.cos())
        found = sines[0] / x
        for k in range(1, n + 1):
            found = (sines[k % 4] - k * found) / x
        return found
    total, square, first = x * 0, x * x, (n + 1) // 2
    for k in range(TERMS, first - 1, -1):
        coefficient = arb((-1) ** k * perm(2 * k, n)) / factorial(2 * k + 1)
        total = total * square + coefficient
    rest = arb(0, 1) / factorial(2 * TERMS - n)
    return total * x ** (2 * first - n) + (rest if isinstance(x, arb) else acb(rest, rest))


def sinc_range(x: Interval, n: int) -> Interval:
    """An interval that holds Sₙ over another: the ball of its middle, and Sₙ₊₁ times the way from there."""
    nearest = 0.0 if 0 in x else min(abs(x.low), abs(x.high))
    far = nextafter(2 / nearest, inf) if nearest else inf
    low = max(LEAST if n == 0 else -nextafter(1 / (n + 1), inf), -far)
    high = min(nextafter(1 / (n + 1), inf) if n else 1.0, far)
    if isinf(x.low) or isinf(x.high):
        return Interval(low, high)
    with ctx.workprec(PRECISION):
        middle = (arb(x.low) + arb(x.high)) / 2
        values = sinc_ball(middle, n) + arb(0, 1) * (arb(x.high) - arb(x.low)) / 2 / (n + 2)
        return Interval(max(low, -upper(-values)), min(high, upper(values)))
