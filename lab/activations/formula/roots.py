"""Differences of roots without what cancels: √s − √t is (s − t)/(√s + √t), and s − t is known exactly."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import TypeAlias

from lab.activations.formula.graph import Expression
from lab.activations.formula.operations import is_positive
from lab.activations.formula.terms import factors, multiple

Monomial: TypeAlias = tuple[tuple[Expression, int], ...]
"""Powers of what is no sum, product or whole power, in the order of the graph; empty for 1."""

Polynomial: TypeAlias = Mapping[Monomial, Fraction]

MOST_MONOMIALS, HIGHEST = 12, 4
"""The terms of a polynomial, and the whole power, up to which a product is multiplied out."""

_ONE: Monomial = ()

_LEAST = Fraction(1, 2**1000)
"""The least coefficient that is a float64, and one over it the largest, with room to multiply."""

_EPSILON = Fraction(1, 2**52)
"""What a float64 may be rounded by, relative to it."""


@dataclass(frozen=True)
class _Term:
    """c·u·√n/√m: of u the sign is not known, and the square is ``over``/``under``."""

    value: Expression
    sign: float
    u: Expression | None
    over: Polynomial
    under: Polynomial
    never_0: bool


def without_cancelling(found: Expression) -> Expression | None:
    """A sum A + B in which roots may cancel as (A² − B²)/(A − B), where the signs of A and B differ.

    The squares are multiplied out and subtracted as fractions, so √(z² + 1) − |z| has the dividend 1. None
    where nothing cancels in that.
    """
    if found.operation not in ("add", "sub"):
        return None
    first, second = found.arguments
    if common := _common_numerator(first, second, found.operation):
        return common
    one, other = _term(first), _term(second if found.operation == "add" else -second)
    if one is None or other is None or not any(_has_root(x) for x in (first, second)):
        return None
    crossed = _times(one.over, other.under), _times(other.over, one.under)
    if None in crossed:
        return None
    left = _difference(*crossed)
    if left is None or len(left) >= len({*(crossed[0] or ()), *(crossed[1] or ())}):
        return None
    if any(not _LEAST < abs(c) < 1 / _LEAST for x in (left, one.under, other.under) for c in x.values()):
        return None
    if not (one.never_0 or other.never_0 or one.u or other.u or set(left) == {_ONE}):
        return None  # A − B may be 0
    made = _over(left, (one.value - other.value) * _sum(one.under, found) * _sum(other.under, found))
    return _where_signs_differ(one, other, made, found)


def _where_signs_differ(one: _Term, other: _Term, made: Expression, found: Expression) -> Expression | None:
    sign, signs = one.sign * other.sign, [x.u for x in (one, other) if x.u is not None]
    if not signs:
        return made if sign < 0 else None
    product = signs[0] if len(signs) == 1 else signs[0].call("sign") * signs[1].call("sign")
    return product.call("less" if sign > 0 else "greater", 0).call("where", made, found)


def _common_numerator(first: Expression, second: Expression, name: str) -> Expression | None:
    """u/√s ± u/√t as u·(1/√s ± 1/√t), where that is mended."""
    (c, x), (d, y) = multiple(first), multiple(second)
    if not (x.operation == y.operation == "div" and x.arguments[0] is y.arguments[0]):
        return None
    u = x.arguments[0]
    if u.number is not None:
        return None
    within = (c / x.arguments[1]).call(name, d / y.arguments[1])
    mended = without_cancelling(within)
    return None if mended is None else u * mended


def _has_root(x: Expression) -> bool:
    return x.operation == "sqrt" or any(
        map(_has_root, x.arguments if x.operation in ("mul", "div", "neg") else ())
    )


def _term(x: Expression) -> _Term | None:
    """X as a term; None where its square is not known as a quotient of polynomials."""
    c, over = (x.number, x.lifted(1)) if x.number is not None else multiple(x)
    under: Polynomial | None = {_ONE: Fraction(1)}
    if over.operation == "mul":  # u·(c/√n), as the slope of a root
        for factor, rest in factors(over):
            if factor.operation == "div" and factor.arguments[0].number and rest.operation != "div":
                c, over = c * factor.arguments[0].number, rest / factor.arguments[1]
                break
    if over.operation == "div" and over.arguments[1].operation == "sqrt":
        over, root = over.arguments
        under = _polynomial(root.arguments[0])
    u, never_0 = None, over.number not in (None, 0)
    match over.operation:
        case "sqrt":
            square = _polynomial(over.arguments[0])
            never_0 = is_positive(over.arguments[0]) or _is_positive_square(square)
        case "sign":
            (u,), square = over.arguments, {_ONE: Fraction(1)}
        case name:
            size = over.arguments[0] if name == "abs" else over
            u = None if name in ("abs", "constant") else over
            square = _times(_polynomial(size), _polynomial(size))
    if square is None or under is None or not isfinite(c) or c == 0:
        return None
    squared = {key: value * Fraction(c) ** 2 for key, value in square.items()}
    return _Term(x, c * (over.number or 1.0), u, squared, under, never_0)


def _is_positive_square(x: Polynomial | None) -> bool:
    """Whether x is a·u² + b·u + c with b² < 4ac and a, c > 0."""
    atoms = {atom for key in x or () for atom, _ in key}
    if x is None or len(atoms) != 1:
        return False
    (u,) = atoms
    a, b, c = (x.get(key, Fraction(0)) for key in (((u, 2),), ((u, 1),), _ONE))
    return all(n <= 2 for key in x for _, n in key) and c > 0 and b**2 < 4 * a * c


def _polynomial(x: Expression) -> Polynomial | None:
    """X multiplied out; None where that has too many terms."""
    if x.number is not None:
        return {_ONE: Fraction(x.number)} if isfinite(x.number) else None
    match x.operation, x.arguments:
        case "neg", (u,):
            return _scaled(_polynomial(u), Fraction(-1))
        case "add" | "sub", (u, v):
            second = _scaled(_polynomial(v), Fraction(1 if x.operation == "add" else -1))
            return _total(_polynomial(u), second)
        case "mul", (u, v):
            return _times(_polynomial(u), _polynomial(v))
        case "div", (u, v) if v.number and isfinite(v.number):
            return _scaled(_polynomial(u), 1 / Fraction(v.number))
        case "pow", (u, v) if v.number in range(2, HIGHEST + 1):
            power = base = _polynomial(u)
            for _ in range(int(v.number or 0) - 1):
                power = _times(power, base)
            return power
        case "exp", (u,) if abs((of := multiple(u))[0]) in range(2, HIGHEST + 1):
            return {(((of[1] if of[0] > 0 else -of[1]).call("exp"), int(abs(of[0]))),): Fraction(1)}
    return {((x, 1),): Fraction(1)}


def _scaled(x: Polynomial | None, c: Fraction) -> Polynomial | None:
    return None if x is None else {key: c * value for key, value in x.items()}


def _total(x: Polynomial | None, y: Polynomial | None) -> Polynomial | None:
    if x is None or y is None:
        return None
    made = {key: x.get(key, Fraction(0)) + y.get(key, Fraction(0)) for key in {**x, **y}}
    return {key: value for key, value in made.items() if value}


def _times(x: Polynomial | None, y: Polynomial | None) -> Polynomial | None:
    if x is None or y is None or len(x) * len(y) > MOST_MONOMIALS**2:
        return None
    made: dict[Monomial, Fraction] = {}
    for one, a in x.items():
        for other, b in y.items():
            powers = dict(one)
            for atom, n in other:
                powers[atom] = powers.get(atom, 0) + n
            key = tuple(sorted(powers.items(), key=lambda pair: pair[0].index))
            made[key] = made.get(key, Fraction(0)) + a * b
    return {key: value for key, value in made.items() if value} if len(made) <= MOST_MONOMIALS else None


def _difference(x: Polynomial | None, y: Polynomial | None) -> Polynomial | None:
    """x − y; None where a term of z nearly cancels, as 0.1²·z² beside 0.01·z².

    A number that nearly cancels is taken for 0: √0.01 is 0.1 in √(z² + 0.01) − 0.1.
    """
    if x is None or y is None or (made := _total(x, _scaled(y, Fraction(-1)))) is None:
        return None
    near = {
        key
        for key, value in made.items()
        if key in x and key in y and abs(value) <= 4 * _EPSILON * abs(x[key])
    }
    return None if near - {_ONE} else {key: value for key, value in made.items() if key not in near}


def _sum(x: Polynomial, like: Expression) -> Expression:
    total = like.lifted(0)
    for key, value in x.items():
        total = total + _product(key, float(value), like)
    return total


def _product(key: Monomial, c: float, like: Expression) -> Expression:
    made = like.lifted(c)
    for atom, n in key:
        made = made * (atom if n == 1 else atom**n)
    return made


def _over(left: Polynomial, under: Expression) -> Expression:
    """The quotient; of one power its factors are divided one by one, so that z² does not run over."""
    if len(left) != 1:
        return _sum(left, under) / under
    ((key, c),) = left.items()
    if not key:
        return under.lifted(float(c)) / under
    (atom, n), *rest = key
    made = float(c) * (atom / under)
    for factor in [*[atom] * (n - 1), *[one for one, m in rest for _ in range(m)]]:
        made = made * factor
    return made
