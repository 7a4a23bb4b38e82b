"""A claim as the decimal that is written, where the float that it is read as is just beside it.

A claim of 0.1 is read as the float next to 1/10, which is more than 1/10 by 6e-18. The slope of z/10 is 1/10
itself: it holds the claim as it is written, and not as it is read. Between neighbouring floats no interval
tells them apart; whole numbers do, since σ′ ≥ p/q where (nqσ)′ ≥ np, and in nqσ no quotient is left.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import inf, isfinite, lcm, nextafter

from lab.activations.formula.graph import Expression, below
from lab.activations.formula.rewrites import stable
from lab.numerics import Interval
from lab.prover.intervals.mean_value_form import ExactFunction
from lab.prover.provable import Provable, slope_extremes

MOST = 2**53
"""Up to it every whole number is a float."""


def holds_as_written(family: Provable, bound: float, proved: float, *, is_least: bool) -> bool:
    """Whether σ′ ≥ ``bound`` (≤, unless ``is_least``) is proved of the decimal that is read as this float.

    It is tried where what is ``proved`` already is a neighbour of the float, else nothing is gained.

    >>> from lab.activations.formula.formula import Formula
    >>> from lab.prover.provable import provable
    >>> [holds_as_written(provable(Formula(text), {}), 0.1, nextafter(0.1, 0), is_least=True)
    ...  for text in ("tanh(z) + z/10", "tanh(z) + 0.7*z/7")]
    [True, False]
    """
    value = family.form.value
    if value is None or not isfinite(bound) or nextafter(bound, -inf if is_least else inf) != proved:
        return False
    written = Fraction(repr(bound))
    divisors = {int(d) for d in _divisors(value) if d == int(d)}
    factor = lcm(written.denominator, *divisors)
    whole_bound = written * factor
    if abs(whole_bound) > MOST or factor > MOST:
        return False
    whole = multiplied(value, factor)
    slope = ExactFunction(stable(whole.derivative()), whole, len(family.names))
    end = float(whole_bound)
    claim = Interval(end, inf) if is_least else Interval(-inf, end)
    least, greatest = slope_extremes(family, slope, claim)
    return least.bounds.low >= claim.low and greatest.bounds.high <= claim.high


def _divisors(value: Expression) -> Iterator[float]:
    """The numbers above 0 by which something in σ is divided."""
    for node in below(value):
        if node.operation == "div" and 0 < (node.arguments[1].number or 0) <= MOST:
            yield node.arguments[1].number or 1


def multiplied(x: Expression, factor: float) -> Expression:
    """Factor·x for a factor above 0, which reaches what it makes a whole: 10·(y + z/10) is 10·y + z."""
    first, *rest = x.arguments or (x,)
    match x.operation:
        case "add" | "sub" | "max" | "min":
            return multiplied(first, factor).call(x.operation, multiplied(rest[0], factor))
        case "neg":
            return -multiplied(first, factor)
        case "where":
            return first.call("where", *(multiplied(branch, factor) for branch in rest))
        case "div" if (rest[0].number or 0) > 0:
            left = Fraction(factor) / Fraction(rest[0].number or 1)
            if left == float(left):
                return first if left == 1 else multiplied(first, float(left))
        case "mul":
            number, other = (rest[0], first) if first.number is None else (first, rest[0])
            if number.number is not None:
                return number * multiplied(other, factor)
    return factor * x
