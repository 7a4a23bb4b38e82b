"""A sum of what is 0 on one side of a z and of what is 0 on the other, as one choice."""

from lab.activations.formula.graph import Expression
from lab.activations.formula.terms import added, factors, signed_terms

MOST_TERMS = 6
"""The terms of a sum that are looked at."""


def hinged(found: Expression) -> Expression | None:
    """Of a sum, what is 0 on one side of a z beside what is 0 on the other, as one choice:
    max(z, 0) + min(exp(z) - 1, 0) is ELU, whose slope at 0 is 1, and not the sum of two that are chosen.
    """
    terms = list(signed_terms(found)) if found.operation in ("add", "sub") else []
    sides: dict[tuple[Expression, bool], tuple[int, Expression]] = {}
    for i, (sign, term) in enumerate(terms[: MOST_TERMS if len(terms) > 1 else 0]):
        if (hinge := _hinge(term)) is not None:
            at, above, value = hinge
            value = value if sign == 1 else -value
            if (other := sides.get((at, not above))) is not None:
                j, beyond = other
                total = at.call("greater", 0).call("where", *((value, beyond) if above else (beyond, value)))
                return added((term for k, term in enumerate(terms) if k not in (i, j)), total)
            sides[at, above] = i, value
    return None


def _hinge(term: Expression) -> tuple[Expression, bool, Expression] | None:
    """Of c·max(u, 0) or c·min(u, 0), where u has the sign of c·z + d or its negative: that line, whether the
    term differs from 0 above its zero, and c·u.
    """
    for factor, c in factors(term):
        hinge = factor
        chain: list[str] = []  # of what rises and is 0 at 0, as expm1(min(u, 0))
        while hinge.operation in _RISING:
            chain.insert(0, hinge.operation)
            (hinge,) = hinge.arguments
        if hinge.operation in ("max", "min") and not c.varies:
            u, *others = sorted(hinge.arguments, key=lambda x: x.number == 0)
            line, same = _line_of_sign(u)
            if others[0].number == 0 and line is not None:
                for name in chain:
                    u = u.call(name)
                return line, same == (hinge.operation == "max"), c * u
    return None


def _line_of_sign(u: Expression) -> tuple[Expression | None, bool]:
    """A line z + d that u has the sign of, or of whose negative, and which; None where none is seen."""
    same = True
    while u.operation != "z":
        match u.operation, [x.number for x in u.arguments]:
            case "sub", [float(), _] if u.arguments[1].operation == "z":
                return -u, not same
            case "add" | "sub", _ if {x.operation for x in u.arguments} == {"z", "constant"}:
                break
            case ("mul" | "div", [None, float(c)]) | ("mul", [float(c), None]) if c != 0:
                same = same == (c > 0)
                u = u.arguments[0] if u.arguments[1].number is not None else u.arguments[1]
            case "neg", _:
                same, u = not same, u.arguments[0]
            case name, _ if name in _RISING:
                u = u.arguments[0]
            case _:
                return None, same
    return u, same


_RISING = frozenset({"expm1", "log1p", "sinh", "tanh", "arctan", "asinh", "erf"})
"""Functions that rise and are 0 at 0."""
