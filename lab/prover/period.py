"""Whether an expression repeats itself in z, so that one period tells all about it."""

from __future__ import annotations

from fractions import Fraction
from math import inf, nextafter, pi

from lab.activations.formula.tape import Node, Term

_SLOWEST = 1e-300


def period(f: Term) -> float | None:
    """A number not below a period of f, and near it; None where none is seen.

    It is seen where z occurs only as sin(c·z + …) or cos(c·z + …), with numbers c that are whole multiples
    of the least of them.
    """
    rates = _rates(f)
    if not rates:
        return None
    least = min(rates)
    if any(rate % least for rate in rates):
        return None
    if least < _SLOWEST:
        return None
    longest = 2 * nextafter(pi, inf) / float(least)
    return nextafter(nextafter(longest, inf), inf)


def _rates(f: Term) -> frozenset[Fraction] | None:
    """The |c| of all sines and cosines of f; None where z occurs outside of one, or c is not one number."""
    tape = f.tape
    found: dict[Node, frozenset[Fraction] | None] = {}
    for k in tape.below(f.node):
        if not tape.varies(k):
            found[k] = frozenset()
        elif tape.operation[k] in ("sin", "cos"):
            rate = _rate(Term(tape, k).arguments[0])
            found[k] = None if rate is None else frozenset({abs(rate)})
        else:
            below = [found[argument] for argument in tape.arguments[k]]
            known = [rates for rates in below if rates is not None]
            found[k] = frozenset().union(*known) if below and len(known) == len(below) else None
    return found[f.node]


def _rate(u: Term) -> Fraction | None:
    """The number c of u = c·z + something without z; None where u is not of that form."""
    factor = Fraction(1)
    while u.name != "z":
        varying = [argument for argument in u.arguments if u.tape.varies(argument.node)]
        if len(varying) != 1 or u.name not in ("neg", "add", "sub", "mul", "div"):
            return None
        if u.name in ("mul", "div"):
            fixed = next(argument for argument in u.arguments if argument != varying[0])
            if not fixed.number or (u.name == "div" and varying[0] != u.arguments[0]):
                return None
            c = Fraction(fixed.number)
            factor *= c if u.name == "mul" else 1 / c
        u = varying[0]
    return factor
