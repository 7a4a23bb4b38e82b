"""What may be said of an activation in a word: proved, refuted, or left unsaid."""

from collections.abc import Mapping
from itertools import permutations

import numpy as np

from lab.activations.formula.formula import formula_of
from lab.activations.formula.graph import Expression, below
from lab.activations.formula.operations import EVEN, ODD
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
    known: dict[Expression, int] = {}
    alike, mirrored = _mirrored(f, 1), _mirrored(f, -1)
    for x in below(f):
        known[x] = _by_rule(x, known, alike, mirrored) or _sign(alike[x], mirrored[x])
    return known[f]


def _sign(x: Expression, y: Expression) -> int:
    """The 1 or −1 that x is to be multiplied with to be y, by their terms; 0 where neither is seen."""
    terms, others = ({u: c.number for u, c in coefficients(of).items()} for of in (x, y))
    found = (s for s in (1, -1) if others == {u: c and s * c for u, c in terms.items()})
    return 0 if None in terms.values() else next(found, 0)


def _by_rule(
    x: Expression,
    known: Mapping[Expression, int],
    alike: Mapping[Expression, Expression],
    mirrored: Mapping[Expression, Expression],
) -> int:
    """What follows for an operation from the parities of its arguments."""
    name, inner = x.operation, [known[u] for u in x.arguments]
    if name == "z":
        return -1
    if all(one == 1 for one in inner):
        return 1
    if name in ODD or name == "neg":
        return inner[0]
    if name in EVEN:
        return abs(inner[0])
    if name in ("mul", "div"):
        return inner[0] * inner[1]
    if name in ("add", "sub"):
        return inner[0] if inner[0] == inner[1] else 0
    if name == "pow" and (x.arguments[1].number or 0.5) % 2 in (0, 1):
        return inner[0] if x.arguments[1].number % 2 else abs(inner[0])  # type: ignore[operator]
    if name in ("max", "min"):
        u, v = x.arguments
        return int(mirrored[u] is alike[v]) or -_clips_alike(x, known)
    if name == "where":
        mask, yes, no = x.arguments
        if known[mask] == 1:
            sides = {known[u] for u in (yes, no) if u.number != 0}  # 0 is odd too
            return sides.pop() if len(sides) == 1 else 0
        u, v = mask.arguments
        if v.number == 0 and known[u] == -1:  # what is chosen on one side is that of the other, mirrored
            return int(mirrored[yes] is alike[no]) - int(mirrored[yes] is -alike[no])
        if mask.operation == "greater" and no.operation == "where" and no.arguments[0].operation == "less":
            (w, end), (_, left, middle) = no.arguments[0].arguments, no.arguments
            is_between = w is u and known[u] == -1 and v.number is not None and end.number == -v.number <= 0
            return known[middle] if is_between and _sign(alike[left], mirrored[yes]) == known[middle] else 0
    return 0


def _clips_alike(x: Expression, known: Mapping[Expression, int]) -> bool:
    """Whether x is max(−c, min(c, u)) or min(c, max(−c, u)), in any order, with c ≥ 0 and an odd u."""
    for inner, end in (x.arguments, x.arguments[::-1]):
        if end.number is not None and {x.operation, inner.operation} == {"max", "min"}:
            ends = [v.number == -end.number and known[u] == -1 for u, v in permutations(inner.arguments)]
            return any(ends) and end.number * (-1 if x.operation == "max" else 1) >= 0
    return False


def _mirrored(f: Expression, sign: int) -> dict[Expression, Expression]:
    """What each expression below f is with ``sign``·z for z; of what is even in x, with one of x and −x."""
    made: dict[Expression, Expression] = {}
    for node in below(f):
        arguments = [made[x] for x in node.arguments]
        if node.operation in EVEN:
            arguments = [min(arguments[0], -arguments[0], key=lambda x: x.index)]
        if node.operation == "z":
            made[node] = sign * node
        else:
            made[node] = node.graph.apply(node.operation, *arguments) if arguments else node
    return made
