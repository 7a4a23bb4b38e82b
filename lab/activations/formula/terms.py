"""What an expression is made of, as it is written: the factors of a product, the terms of a sum."""

from collections.abc import Collection, Iterable, Iterator

from lab.activations.formula.graph import Expression


def factors(product: Expression) -> Iterator[tuple[Expression, Expression]]:
    """An expression and 1; then each factor of a product, or of a dividend, with all the rest."""
    yield product, product.lifted(1)
    if product.operation == "mul":
        for one, other in (product.arguments, product.arguments[::-1]):
            yield from ((factor, rest * other) for factor, rest in factors(one))
    elif product.operation == "div":
        over, under = product.arguments
        yield from ((factor, rest / under) for factor, rest in factors(over))


def multiple(x: Expression) -> tuple[float, Expression]:
    """How many times what an expression is: 2·u is (2, u), −u is (−1, u), 2/u is (2, 1/u)."""
    if x.operation == "neg":
        return -1.0, x.arguments[0]
    if x.operation == "mul":
        for number, other in (x.arguments, x.arguments[::-1]):
            if number.number is not None:
                return number.number, other
    over = x.arguments[0].number if x.operation == "div" else None
    return (1.0, x) if over in (None, 1) else (over, 1 / x.arguments[1])


def signed_terms(
    x: Expression, sign: int = 1, known: Collection[Expression] = ()
) -> Iterator[tuple[int, Expression]]:
    """The terms of a sum with their signs; one that is ``known`` is a term as a whole."""
    if x.operation in ("add", "sub", "neg") and x not in known:
        last = sign if x.operation == "add" else -sign
        for one, part in zip((sign, last)[-len(x.arguments) :], x.arguments, strict=True):
            yield from signed_terms(part, one, known)
    else:
        yield sign, x


def added(terms: Iterable[tuple[int, Expression]], total: Expression) -> Expression:
    """What is added up of signed terms and of what there is already."""
    for sign, term in terms:
        total = total + term if sign == 1 else total - term
    return total


def coefficients(x: Expression, known: Collection[Expression] = ()) -> dict[Expression, Expression]:
    """The terms of a sum, which depend on z, or are 1, with the constants before them; one that is ``known``
    is a term as a whole.
    """
    one, found = x.lifted(1), {}
    if not x.varies:
        return {one: x}
    if x in known:
        return {x: one}
    match x.operation, x.arguments:
        case "add" | "sub", (u, v):
            found = dict(coefficients(u, known))
            for f, c in coefficients(v, known).items():
                found[f] = found.get(f, x.lifted(0)).call(x.operation, c)
            return found
        case "expm1", (u,):
            return {u.call("exp"): one, one: -one}
        case "neg", (u,):
            return {f: -c for f, c in coefficients(u, known).items()}
        case "mul", (u, v) if not (u.varies and v.varies):
            constant, rest = (v, u) if u.varies else (u, v)
            return {f: constant * c for f, c in coefficients(rest, known).items()}
        case "div", (u, v) if not v.varies:
            return {f: c / v for f, c in coefficients(u, known).items()}
    return {x: one}
