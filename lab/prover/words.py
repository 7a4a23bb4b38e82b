"""What may be said of an activation in a word: proved, refuted, or left unsaid."""

import numpy as np

from lab.activations.formula.formula import formula_of
from lab.activations.formula.graph import folded
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
    >>> str(proved_range(Formula("z/(1 + abs(z))"))), proved_range(Formula("z*sin(z)"))
    ('[-1, 1]', None)
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
    """Whether σ(−z) is the expression ``sign`` · σ(z); False where a z is seen at which they differ."""
    if not PROPERTIES[word](sigma):
        return False
    formula = formula_of(sigma)
    if formula is None:
        return None
    f = formula.expression
    (of_negative,) = folded(lambda node, x: -node if node.operation == "z" else node.of(x), f)
    mirrored, same = coefficients(of_negative), coefficients(f * sign)
    alike = mirrored.keys() == same.keys()
    return True if alike and all(mirrored[u].number == same[u].number for u in same) else None
