"""Sums whose terms cancel next to a point or far out, by their power series there.

Of tanh z − z, which is −z³/3 + …, no digit is left where z is small, nor of e^z − 1 − z, nor of the slope
of z/(e^z − 1); of √(z² + 1) − |z|, which is 1/2|z| − …, none where z is large. Every sum, and every logarithm
of what is nearly 1, is expanded on both sides of u = 0 and of u = ∞, for each u through which alone z enters
it. Where its terms cancel there, the series is what is computed.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache, partial, reduce
from itertools import takewhile
from math import gcd, inf, log2
from typing import NamedTuple, TypeAlias

from flint import arb, arb_series, ctx

from lab.activations.formula.graph import Expression, below
from lab.activations.formula.terms import added, multiple, signed_terms

LENGTH, BITS = 80, 400
"""The coefficients of a series, and the bits of each."""

MOST_TERMS = 30
"""The terms of a series that is computed."""

RADII = tuple(2.0**k for k in range(-40, 41))
"""The |t| up to which a series may be taken: the least at which no more is lost than `LOST` beyond it."""

LOST, LOST_FAR = 8.0, 24.0
"""How many times the sum its terms may be, next to a point and far out, where most series need more terms."""

FARTHEST = 8.0
"""An argument v from which on a function may be so flat that its coefficients tell where it rises only if the
next values of the argument are no nearer to 0 than v/2.
"""

ROUNDED, NEARLY_0 = 2.0**-54, 2.0**-50
"""What is left of a series beyond its last term, and a constant that is 0, as log 2 minus its float."""


class Series(NamedTuple):
    """t^power·(c₀ + c₁·t + …), c₀ ≠ 0, for t = |u| or 1/|u| ≤ ``within``; ``held``, whether what is written
    has a value at u = 0. The power may be a fraction, as of a root.
    """

    power: int | Fraction
    factor: arb_series
    held: bool = True
    within: float = inf

    def from_power(self, power: int | Fraction) -> arb_series:
        """The series over t^power."""
        if self.power == LENGTH:
            return self.factor
        if self.power < power or (self.power - power) % 1:
            raise ValueError
        return arb_series([arb(0)] * int(self.power - power) + self.factor.coeffs())

    def change(self, share: float) -> float:
        """A t up to which c₁·t + … is no more than this share of c₀."""
        (_, first), *rest = self.sizes
        if not rest:
            return inf
        within = takewhile(lambda r: sum(_at(r, k, c) for k, c in rest) <= share * first, RADII)
        return max(within, default=0.0)

    @property
    def sizes(self) -> list[tuple[int, float]]:
        """Each k with |c_k| > 0."""
        return [(k, float(abs(c))) for k, c in enumerate(self.factor.coeffs()) if not c.contains(0)]

    @property
    def whole(self) -> arb_series:
        """The power series; of a pole there is none."""
        return self.from_power(0)


class Expansion(NamedTuple):
    """What a node is, but for the ``rest`` of its terms, where 0 < side·t < radius, or |t| < radius if the
    side is 0, for t = u, or 1/u if it is ``far``.

    It is t^power·(c₀ + c₁·t^step + …), with |t| for t on one side.
    """

    u: Expression
    far: bool
    side: int
    radius: float
    power: int | Fraction
    step: int
    coefficients: tuple[float, ...]
    held: bool
    rest: tuple[tuple[int, Expression], ...]

    def of(self, made: Mapping[Expression, Expression], plain: Expression) -> Expression:
        """The node, given what it and those below are computed as; what has no value at u = 0 has none."""
        u = made[self.u]
        total, size = u.lifted(0), u.call("abs")
        t = size if self.side else u
        grows = t if (self.power > 0) != self.far else 1 / t
        t = 1 / t if self.far else t
        for c in self.coefficients[::-1]:
            total = c + t**self.step * total
        fours, n = divmod(abs(Fraction(self.power)), 4)  # a general power is slow
        for power in (*(4,) * int(fours), int(n)):
            total = grows**power * total if power else total
        if part := float(n % 1):
            total = (grows.call("sqrt") if part == 0.5 else grows**part) * total
        total = total + added(((sign, made[x]) for sign, x in self.rest), u.lifted(0))
        within = size.call("greater", 1 / self.radius) if self.far else size.call("less", self.radius)
        total = within.call("where", total, plain)
        if self.side:
            return u.call("greater" if self.side > 0 else "less", 0).call("where", total, plain)
        return total if self.held or self.far else size.call("greater", 0).call("where", total, plain)


@lru_cache(maxsize=128)
def expansions(root: Expression) -> dict[Expression, tuple[Expansion, ...]]:
    """The nodes below an expression whose terms cancel where some u is 0 or ∞, and what they are there."""
    nodes = below(root)
    powers = _powers_of_exponentials(nodes)
    through: dict[Expression, frozenset[Expression]] = {}
    for node in nodes:
        inner = [through[x] for x in node.arguments if x.varies]
        through[node] = frozenset([node]).union(frozenset.intersection(*inner) if inner else ())
        if node in powers:
            through[node] |= {powers[node][0]}
    sums = [node for node in nodes if node.varies and node.operation in ("add", "sub", "log")]
    places = {u for node in sums for u in through[node] - {node} if u.varies and multiple(u)[1] is u}
    found: dict[tuple[Expression, bool], tuple[Expansion, ...]] = {}
    cap, ctx.cap = ctx.cap, LENGTH
    try:
        with ctx.workprec(BITS):
            for u in sorted(places, key=lambda u: -u.index):
                above = [node for node in nodes if node is not u and u in through[node]]
                for far in (False, True):
                    right, left = (_known(u, far, side, above, nodes, powers) for side in (1, -1))
                    for node in sums:
                        if node in above and (node, far) not in found:
                            both = (
                                _taken(node, u, far, side, known) for side, known in ((1, right), (-1, left))
                            )
                            if taken := _joined(*both):
                                found[node, far] = taken
    finally:
        ctx.cap = cap
    return {node: found.get((node, False), ()) + found.get((node, True), ()) for node, _ in found}


def _powers_of_exponentials(nodes: tuple[Expression, ...]) -> dict[Expression, tuple[Expression, int]]:
    """The exponentials that are whole powers of another one: e^{2u} is (e^u)²."""
    found: dict[Expression, tuple[Expression, int]] = {}
    exponents = {node: multiple(node.arguments[0]) for node in nodes if node.operation == "exp"}
    for node, (c, u) in exponents.items():
        for other, (d, v) in exponents.items():
            if u is v and c % d == 0 and abs(c) > abs(d) and c * d > 0:
                found[node] = (other, int(c / d))
    return found


Known: TypeAlias = dict[Expression, Series]


def _known(
    u: Expression,
    far: bool,
    side: int,
    above: list[Expression],
    nodes: tuple[Expression, ...],
    powers: Mapping[Expression, tuple[Expression, int]],
) -> Known:
    """The series in t = side·u, or in side/u, of all nodes that have one."""
    known = {x: _made(arb_series([x.number])) for x in nodes if x.number is not None}
    known[u] = Series(-1 if far else 1, arb_series([side]))
    for node in above:
        of, n = powers.get(node, (None, 0))
        if of is u:
            known[node] = Series(-n if far else n, arb_series([side**n]))
        elif made := _expanded(node, known):
            known[node] = made
    return known


def _joined(right: Expansion | None, left: Expansion | None) -> tuple[Expansion, ...]:
    """The two sides as one, where the function is analytic at u = 0."""
    if right and right.power % 1 == 0:
        signs = [(-1) ** (int(right.power) + k * right.step) for k in range(len(right.coefficients))]
        mirrored = tuple(s * c for s, c in zip(signs, right.coefficients, strict=True))
        if left == right._replace(side=-1, coefficients=mirrored):
            return (right._replace(side=0),)
    return tuple(one for one in (right, left) if one)


def _expanded(node: Expression, known: Known) -> Series | None:
    """The series of a node, where it has one and those that it takes have."""
    try:
        if node.operation == "where":
            mask, yes, no = node.arguments
            made = known[yes if known[mask].factor[0] > 0 else no]
            return made._replace(within=min(made.within, known[mask].within))
        x = [known[argument] for argument in node.arguments]
        made = _series(node.operation, *x)
    except (KeyError, ValueError, ZeroDivisionError):
        return None
    within = min(one.within for one in (made, *x))
    return made._replace(held=made.held and all(one.held for one in x), within=within)


def _taken(node: Expression, u: Expression, far: bool, side: int, known: Known) -> Expansion | None:
    """What a sum is next to u = 0 or ∞, if those of its terms that have a series cancel there.

    The terms of ln v are 1 and v − 1.
    """
    rest: tuple[tuple[int, Expression], ...] = ()
    if node.operation == "log":
        if node not in known:
            return None
        made, terms = known[node], [Series(0, arb_series([1]))]
    else:
        parts = list(signed_terms(node, 1, known.keys() - {node}))
        alike = Counter(known[x].power % 1 for _, x in parts if x in known).most_common(1)
        held = {x: known[x] for _, x in parts if x in known and known[x].power % 1 == alike[0][0]}
        rest = tuple((sign, x) for sign, x in parts if x not in held)
        terms = [held[x]._replace(factor=sign * held[x].factor) for sign, x in parts if x in held]
        made = reduce(partial(_sum, sign=1), terms, Series(LENGTH, arb_series([0])))
        within = min((term.within for term in terms), default=inf)
        made = made._replace(held=all(term.held for term in terms), within=within)
    if not terms:
        return None
    first = min(terms, key=lambda term: term.power)
    if not first.power < made.power < LENGTH:
        return None
    powers = [(k, float(c)) for k, c in enumerate(made.factor.coeffs()) if not c.contains(0)]
    largest = [(term.power + k, c) for term in terms for k, c in term.sizes]
    best = None
    for radius in (radius for radius in RADII if radius <= made.within):
        sizes = [abs(c) * radius**k for k, c in powers]
        count = max(n for n, size in enumerate(sizes, 1) if size > ROUNDED * sizes[0])
        last = powers[count - 1][0]
        if count > MOST_TERMS or last > LENGTH - 20 or sum(sizes[1:]) > sizes[0]:
            break
        step, kept = gcd(*(k for k, _ in powers[:count])) or 1, dict(powers)
        coefficients = tuple(kept.get(k, 0.0) for k in range(0, last + 1, step))
        best = Expansion(u, far, side, radius, made.power, step, coefficients, made.held, rest)
        most = (LOST_FAR if far else LOST) * sizes[0] * radius**made.power
        if all(_at(radius, k, c) <= most for k, c in largest):
            break
    return best


def _at(radius: float, k: int | Fraction, c: float) -> float:
    """c·radius^k."""
    exponent = log2(c) + k * log2(radius)
    return 2.0**exponent if exponent < 1000 else inf


def _made(series: arb_series, power: int | Fraction = 0) -> Series:
    """A series without the leading coefficients that are 0 as far as is known."""
    coefficients = series.coeffs()
    if not all(c.is_finite() for c in coefficients):
        raise ValueError
    leading = next((k for k, c in enumerate(coefficients) if not c.contains(0)), None)
    if leading is None:
        return Series(LENGTH, arb_series([0]))
    return Series(power + leading, arb_series(coefficients[leading:]))


def _series(name: str, x: Series, y: Series | None = None) -> Series:
    """The series of an operation, which raises KeyError or ValueError where there is none."""
    if y is None:
        return _of_one(name, x)
    match name:
        case "add" | "sub":
            return _sum(x, y, 1 if name == "add" else -1)
        case "mul":
            return _made(x.factor * y.factor, x.power + y.power)
        case "div":
            return _made(x.factor / y.factor, x.power - y.power)._replace(held=y.power == 0)
        case "pow":
            return _power(x, y)
    sign, within = _sign(_sum(x, y, -1))
    if name in ("max", "min"):
        return (x if (sign > 0) == (name == "max") else y)._replace(within=within)
    return _made(arb_series([int((sign > 0) == name.startswith("greater"))]))._replace(within=within)


def _sum(x: Series, y: Series, sign: int) -> Series:
    power = min(x.power, y.power)
    u = x.from_power(power)
    total = u + sign * y.from_power(power)
    if power == 0 and abs(total[0]) < NEARLY_0 * abs(u[0]):
        total -= total[0]
    return _made(total, power)


def _sign(x: Series) -> tuple[int, float]:
    """The sign next to u = 0, and a t up to which it is seen to be that."""
    if x.power == LENGTH:
        raise ValueError
    return 1 if x.factor[0] > 0 else -1, x.change(0.5)


def _power(x: Series, c: Series) -> Series:
    exponent = c.whole[0]
    if c.whole.length() > 1:
        return _made((c.whole * x.whole.log()).exp())
    if exponent.is_integer():
        n = int(float(exponent))
        made = _made(x.factor**n, n * x.power)
    else:
        made = _made(x.factor**exponent, x.power * Fraction(float(exponent)))
    return made._replace(held=exponent >= 0 or x.power == 0)


def _of_one(name: str, x: Series) -> Series:
    if name in ("neg", "abs", "sign"):
        sign, within = (-1, inf) if name == "neg" else _sign(x)
        made = _made(arb_series([sign])) if name == "sign" else Series(x.power, sign * x.factor)
        return made._replace(within=within)
    if name in ("sinc", "sinc_slope"):
        over = _of_one("sin", x) if name == "sinc" else _sum(_of_one("cos", x), _of_one("sinc", x), -1)
        return _series("div", over, x)._replace(held=True)
    if name == "sqrt":
        return _power(x, _made(arb_series([0.5])))
    if name in ("arctan", "arccot") and x.power < 0:
        beside = _of_one("arctan", _series("div", _made(arb_series([1])), x))
        sign = 1 if x.factor[0] > 0 else -1
        limit = sign * arb.pi() / 2 if name == "arctan" else arb.pi() / 2 * (1 - sign)
        return _sum(_made(arb_series([limit])), beside, -1 if name == "arctan" else 1)
    within = x.change(0.5) if abs(x.whole[0]) > FARTHEST else inf
    return _made(_FUNCTIONS[name](x.whole))._replace(within=within)


def _sigmoid(v: arb_series) -> arb_series:
    return 1 / (1 + (-v).exp())


_FUNCTIONS: dict[str, Callable[[arb_series], arb_series]] = {
    "exp": lambda v: v.exp(),
    "expm1": lambda v: v.exp() - 1,
    "log": lambda v: v.log(),
    "log1p": lambda v: (1 + v).log(),
    "sin": lambda v: v.sin(),
    "cos": lambda v: v.cos(),
    "sinh": lambda v: (v.exp() - (-v).exp()) / 2,
    "cosh": lambda v: (v.exp() + (-v).exp()) / 2,
    "tanh": lambda v: 1 - 2 / ((2 * v).exp() + 1),
    "sech2": lambda v: 4 / (v.exp() + (-v).exp()) ** 2,
    "arctan": lambda v: v.atan(),
    "arccot": lambda v: arb.pi() / 2 - v.atan(),
    "asinh": lambda v: (v + (1 + v * v).sqrt()).log(),
    "erf": lambda v: v.erf(),
    "erfc": lambda v: v.erfc(),
    "sigmoid": _sigmoid,
    "sigmoid_slope": lambda v: _sigmoid(v) * _sigmoid(-v),
    "softplus": lambda v: (1 + v.exp()).log(),
    "Phi": lambda v: (-v / arb(2).sqrt()).erfc() / 2,
    "phi": lambda v: (-v * v / 2).exp() / (2 * arb.pi()).sqrt(),
}
