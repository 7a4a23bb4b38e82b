"""Whether an expression repeats itself in z, so that one period of it is enough to look at."""

from __future__ import annotations

from fractions import Fraction
from math import inf, nextafter, pi

from lab.activations.formula.graph import Expression, below

_SLOWEST = 1e-300
"""A wave with a smaller rate c has a period that is no float."""


def period_of(f: Expression) -> float | None:
    """A number not below a period of f, and near it; None where none is seen.

    It is seen where z occurs only as sin(c·z + …) or cos(c·z + …), with numbers c that are whole multiples
    of the least of them.
    """
    rates = _rates(f)
    if not rates or any(rate % min(rates) for rate in rates) or min(rates) < _SLOWEST:
        return None
    longest = 2 * nextafter(pi, inf) / float(min(rates))
    return nextafter(nextafter(longest, inf), inf)


def _rates(f: Expression) -> frozenset[Fraction] | None:
    """The |c| of all sines and cosines of f; None where z occurs outside of one, or c is not one number."""
    found: dict[Expression, frozenset[Fraction] | None] = {}
    for node in below(f):
        if not node.varies:
            found[node] = frozenset()
        elif node.operation in ("sin", "cos"):
            rate = _rate(node.arguments[0])
            found[node] = None if rate is None else frozenset({abs(rate)})
        else:
            known = [rates for argument in node.arguments if (rates := found[argument]) is not None]
            all_known = known and len(known) == len(node.arguments)
            found[node] = frozenset().union(*known) if all_known else None
    return found[f]


def _rate(u: Expression) -> Fraction | None:
    """The number c of u = c·z + something without z; None where u is not of that form."""
    rate = Fraction(1)
    while u.operation != "z":
        varying = [argument for argument in u.arguments if argument.varies]
        if len(varying) != 1 or u.operation not in ("neg", "add", "sub", "mul", "div"):
            return None
        if u.operation in ("mul", "div"):
            fixed = next(argument for argument in u.arguments if not argument.varies)
            if not fixed.number or (u.operation == "div" and varying[0] is not u.arguments[0]):
                return None
            c = Fraction(fixed.number)
            rate *= c if u.operation == "mul" else 1 / c
        u = varying[0]
    return rate
