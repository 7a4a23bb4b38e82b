"""Products in which two factors are one sign, as in the slope of sign(x)·f(|x|): together they make 1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from lab.activations.formula.graph import Expression

E: TypeAlias = "Expression"


def times(u: E, slope: E) -> E:
    """u·slope; where both have a factor sign(x) these make 1, at x = 0 too: there sign(x)·f(|x|) has a slope,
    and 0 would be none of it.
    """
    for sign in _signs(u):
        if (rest := _signed(sign, slope)) is not None:
            return (_signed(sign, u) or u) * rest
    return u * slope


def _signs(x: E) -> Iterator[E]:
    """The factors of x that are signs."""
    if _sign_of(x) is not None:
        yield x
    elif x.operation in ("mul", "neg", "div"):
        for factor in x.arguments[: 1 if x.operation == "div" else 2]:
            yield from _signs(factor)


def _sign_of(x: E) -> tuple[E, float] | None:
    """The u of sign(u), or of a choice of 1 and −1 by a comparison of u with 0, with 1 where that rises in u
    and −1 where it falls; None where x is neither.
    """
    if x.operation == "sign":
        return x.arguments[0], 1.0
    if x.operation != "where" or {one.number for one in x.arguments[1:]} != {1.0, -1.0}:
        return None
    mask, yes, _ = x.arguments
    rises = (yes.number == 1.0) == mask.operation.startswith("greater")
    u = mask.arguments[0] - mask.arguments[1]
    if u.operation == "neg":
        u, rises = u.arguments[0], not rises
    return u, 1.0 if rises else -1.0


def _signed(sign: E, x: E) -> E | None:
    """sign·x with sign² = 1; None where no term of x has that factor."""
    first, second = _sign_of(sign), _sign_of(x)
    if first and second and first[0] is second[0]:
        return x.lifted(first[1] * second[1])
    match x.operation, x.arguments:
        case "mul", (u, v):
            for one, other in ((u, v), (v, u)):
                if (limited := _beside_root(sign, one, other)) is not None:
                    return limited
            for one, other in ((u, v), (v, u)):
                if (rest := _signed(sign, one)) is not None:
                    return rest * other
        case "neg" | "div", (u, *others) if (rest := _signed(sign, u)) is not None:
            return rest.call(x.operation, *others)
        case "add" | "sub" | "where", (*mask, u, v):
            rests = [_signed(sign, u), _signed(sign, v)]
            if rests != [None, None]:
                pairs = zip((u, v), rests, strict=True)
                made = (sign * one if rest is None else rest for one, rest in pairs)
                return x.graph.apply(x.operation, *mask, *made)
    return None


def _holds(x: E, part: E) -> bool:
    return x is part or any(_holds(y, part) for y in x.arguments if y.index >= part.index)


def _beside_root(sign: E, u: E, over: E) -> E | None:
    """sign(x)·u·(c/√w) with sign² = 1; None where ``over`` is no c/√w, or u has that root too. Where x, u and
    w are 0 at once it is the limit, sign(x′)·u′·(c/√(w″/2)): sign(z)·√(log(1 + z²)) has the slope 1 at 0.
    """
    if over.operation != "div" or over.arguments[1].operation != "sqrt" or over.arguments[0].varies:
        return None
    c, root = over.arguments
    if _holds(u, root):
        return None
    (w,) = root.arguments
    x, way = _sign_of(sign) or (sign, 1.0)
    size = x.call("abs").call("max", w.call("abs"))
    if (rest := _signed(sign, u)) is not None:
        size = size.call("max", rest.call("abs"))
    limit = way * x.derivative().call("sign") * u.derivative()
    limit = limit * (c / (0.5 * w.derivative().derivative()).call("sqrt"))
    found = (sign * u if rest is None else rest) * over
    return size.call("greater", 0).call("where", found, limit)
