"""What may be said of an activation in a word: proved, refuted, or left unsaid."""

from collections.abc import Mapping
from itertools import permutations, starmap
from math import copysign, prod
from typing import TypeAlias

import numpy as np

from lab.activations.formula.formula import formula_of
from lab.activations.formula.graph import Expression, below
from lab.activations.formula.operations import COMPARISONS, EVEN, ODD
from lab.activations.formula.terms import coefficients
from lab.activations.properties import PROPERTIES
from lab.numerics import Interval
from lab.parts import Activation
from lab.prover.certificate import Certificate, certify

NARROW = 1e-9
"""The width of an enclosure of an end of σ's range up to which the range is told as proved."""

WORDS = tuple(PROPERTIES)
"""Monotone, odd, even, bounded, floored and kinked, as `lab.activations.properties` says what they mean."""


def known_words(sigma: Activation, found: Certificate | None = None) -> dict[str, bool | None]:
    """Whether each of `WORDS` holds of σ: proved from its formula, refuted, or None where neither is.

    Of a class without a formula they are what it claims. ``found`` is what `certify` proves of σ, if that is
    known.

    >>> from lab.activations.formula.formula import Formula
    >>> known_words(Formula("z/(1 + abs(z))"))
    {'monotone': True, 'odd': True, 'even': False, 'bounded': True, 'floored': False, 'kinked': False}
    """
    if formula_of(sigma) is None:
        return {name: holds(sigma) for name, holds in PROPERTIES.items()}
    found = found or certify(sigma)
    unsure = bool(found.doubt)
    return {
        "monotone": {"CERTIFIED": True, "REFUTED": False, "UNDECIDED": None}[found.monotone],
        "odd": _mirrors(sigma, "odd", -1),
        "even": _mirrors(sigma, "even", 1),
        "bounded": None if unsure and not found.jumps else _decided(_range(found)),
        "floored": _decided((found.inf.low > 0 and not unsure, found.inf.high <= 0 or bool(found.jumps))),
        "kinked": bool(sigma.kinks),
    }


def proved_range(sigma: Activation, found: Certificate | None = None) -> Interval | None:
    """Inf σ and sup σ where both are proved, to `NARROW`; else None. ``found`` as in `known_words`.

    >>> from lab.activations.formula.formula import Formula
    >>> str(proved_range(Formula("z/(1 + abs(z))"))), str(proved_range(Formula("z*sin(z)")))
    ('[-1, 1]', '[-inf, inf]')
    """
    found = found or certify(sigma)
    ends = (found.range_inf, found.range_sup)
    narrow = all(end.low == end.high or end.high - end.low <= NARROW for end in ends)
    return Interval(found.range_inf.low + 0.0, found.range_sup.high + 0.0) if narrow else None  # no −0


def _range(found: Certificate) -> tuple[bool, bool]:
    """Whether σ is proved to be bounded, and proved not to be."""
    bounded = np.isfinite(found.range_inf.low) and np.isfinite(found.range_sup.high)
    return bool(bounded), found.range_inf.high == -np.inf or found.range_sup.low == np.inf


def _decided(known: tuple[bool, bool]) -> bool | None:
    holds, fails = known
    return True if holds else False if fails else None


def _mirrors(sigma: Activation, word: str, sign: int) -> bool | None:
    """Whether σ(−z) is ``sign`` · σ(z) by its expression; False where a z is seen at which they differ."""
    if not PROPERTIES[word](sigma):
        return False
    formula = formula_of(sigma)
    return True if formula and parity(formula.expression) == sign else None


def parity(f: Expression) -> int:
    """1 of an even expression, −1 of an odd one, 0 where neither is seen.

    It is about all z but those at which a comparison is about to switch.

    >>> from lab.activations.formula.parser import parse
    >>> [parity(parse(text, {})) for text in ("z**3/(1 + z**2)", "max(z, -z)", "z + cos(z)")]
    [-1, 1, 0]
    """
    (sign, alike), (mirrored_sign, mirrored) = (_signed(f, way)[f] for way in (1, -1))
    return sign * mirrored_sign if alike is mirrored else 0


_Signed: TypeAlias = tuple[int, Expression]
"""A sign and an expression, for their product."""


def _signed(f: Expression, way: int) -> dict[Expression, _Signed]:
    """What each expression below f is of ``way``·z, in one form: with its sign drawn to the front."""
    made: dict[Expression, _Signed] = {}
    for node in below(f):
        name, x = node.operation, [made[argument] for argument in node.arguments]
        power = (node.arguments[1].number or 0.5) % 2 if name == "pow" else None
        if name == "where" and (mask := node.arguments[0]).operation in COMPARISONS:
            sign, difference = _sum("sub", *(made[argument] for argument in mask.arguments))
            yes, no = x[1:] if (sign < 0) == mask.operation.startswith("less") else x[:0:-1]
            made[node] = _chosen(difference, yes, no)
        elif name in ("add", "sub"):
            made[node] = _sum(name, *x)
        elif name in ("max", "min"):
            made[node] = _of_sizes(node, made)
        elif name == "z":
            made[node] = way, node
        elif name == "neg":
            made[node] = -x[0][0], x[0][1]
        elif name == "constant" and node.number:
            made[node] = int(copysign(1, node.number)), node.lifted(abs(node.number))
        elif power in (0, 1):
            made[node] = x[0][0] if power else 1, node.of([x[0][1], node.arguments[1]])
        elif name in ("mul", "div", *ODD, *EVEN):
            made[node] = 1 if name in EVEN else prod(sign for sign, _ in x), node.of([u for _, u in x])
        else:
            made[node] = 1, node.of([*starmap(_times, x)])
    return made


def _chosen(x: Expression, yes: _Signed, no: _Signed) -> _Signed:
    """One where x > 0 and the other elsewhere; of two choices by the same terms the wider one comes first."""
    sign, within = no
    if within.operation == "where" and within.arguments[0].operation == "greater":
        (wider, zero), inner, outer = within.arguments[0].arguments, *within.arguments[1:]
        if zero.number == 0 and _is_above(wider, x):
            return _chosen(wider, _chosen(x, yes, (sign, inner)), (sign, outer))
    sign = no[0] if yes[1].number == 0 else yes[0]  # 0 is odd too
    return sign, x.call("greater", 0).call("where", *(_times(sign * of, branch) for of, branch in (yes, no)))


def _is_above(x: Expression, y: Expression) -> bool:
    """Whether x is y and a positive number more, by their terms."""
    terms, others = ({u: c.number for u, c in coefficients(of).items()} for of in (x, y))
    unlike = {u for u in terms | others if terms.get(u) != others.get(u)}
    more = [(terms.get(u) or 0.0) - (others.get(u) or 0.0) for u in unlike if not u.varies]
    return len(unlike) == len(more) == 1 and more[0] > 0


def _of_sizes(node: Expression, made: Mapping[Expression, _Signed]) -> _Signed:
    """max(x, y) as ½(x + y + |x − y|), and x between two ends as ½(|x − low| − |x − high| + low + high)."""

    def half_size(x: _Signed, y: _Signed) -> _Signed:
        return 1, 0.5 * _sum("sub", x, y)[1].call("abs")

    def half_sum(x: _Signed, y: _Signed) -> _Signed:
        sign, total = _sum("add", x, y)
        return sign, 0.5 * total

    (x, y), outer = node.arguments, "add" if node.operation == "max" else "sub"
    for inner, end in ((x, y), (y, x)):
        if {node.operation, inner.operation} == {"max", "min"}:
            for u, other in permutations(inner.arguments):
                ends = sorted((end, other), key=lambda one: one.number or 0.0)
                if None not in (end.number, other.number) and (end is ends[0]) == (node.operation == "max"):
                    low, high = (made[one] for one in ends)
                    apart = _sum("sub", half_size(made[u], low), half_size(made[u], high))
                    return _sum("add", apart, half_sum(low, high))
    return _sum(outer, half_sum(made[x], made[y]), half_size(made[x], made[y]))


def _sum(name: str, x: _Signed, y: _Signed) -> _Signed:
    """A sum or a difference by its terms, of which the first is positive; as it is where a term is lost."""
    total = _times(*x).call(name, _times(*y))
    terms = {u: c.number or 0.0 for u, c in coefficients(total).items() if c.number != 0 or u.varies}
    if 0 in terms.values() or not terms:
        return 1, total
    first, *more = sorted(terms, key=lambda u: u.index)
    sign = int(copysign(1, terms[first]))
    return sign, sum((sign * terms[u] * u for u in more), abs(terms[first]) * first)


def _times(sign: int, x: Expression) -> Expression:
    return x if sign > 0 or x.number == 0 else -x
