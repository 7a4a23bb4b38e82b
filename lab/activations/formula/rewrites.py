"""Stable rewrites: what people write, and the function that it is.

``1/(1 + exp(-z))`` overflows on the left and ``log(1 + exp(z))`` on the right; ``1 - tanh(z)**2`` is exactly
0 where sech² z is 4e^{−2|z|}. Each pattern here is replaced by a form that is the same function of the
reals, precise in both tails, before anything is differentiated, compiled or enclosed. Slopes are rewritten
once more: some forms undo what the quotient rule cancels.

Of sin x/x the form has the limit 1 at 0, where the quotient has no value; no other form is defined where
what was written is not.

√2 is meant where the float64 next to it stands in the argument of erf, and π where that stands beside an
arctan.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from itertools import permutations
from math import isfinite
from typing import TypeAlias

from lab.activations.formula.graph import Expression, below, folded
from lab.activations.formula.hinges import hinged
from lab.activations.formula.operations import COMMUTATIVE, EVEN
from lab.activations.formula.parser import pattern
from lab.activations.formula.terms import added, factors, multiple, signed_terms

WILDCARDS = ("x", "a", "c", "d")
"""The names in a pattern that stand for any expression; ``c`` and ``d`` for a number or an open parameter,
``c`` for one above 0.
"""

MOST_TERMS = 6
"""The terms of a sum that are tried in pairs."""

Bound: TypeAlias = Mapping[str, Expression]


@dataclass(frozen=True)
class Rewrite:
    """A pattern and the stable form of it, as texts in `WILDCARDS`."""

    written: str
    stable: str

    @cached_property
    def form(self) -> Expression:
        """The stable form as an expression, which few formulas ask for."""
        return pattern(self.stable, *WILDCARDS)


REWRITES: tuple[Rewrite, ...] = (
    Rewrite("exp(x) - 1", "expm1(x)"),
    Rewrite("1 + expm1(x)", "exp(x)"),
    Rewrite("exp(x)/(1 + exp(x))", "sigmoid(x)"),
    Rewrite("exp(x)/(1 + exp(x))**2", "sigmoid_slope(x)"),
    Rewrite("exp(x)/(exp(x) + exp(a))", "sigmoid(x - a)"),
    Rewrite("expm1(x)/(1 + exp(x))", "tanh(0.5*x)"),
    Rewrite("a/(1 + exp(x))", "a*sigmoid(-x)"),
    Rewrite("a/(1 + exp(x))**2", "a*sigmoid(-x)**2"),
    Rewrite("log((1 + exp(x))*sigmoid(-a))", "softplus(x) - softplus(a)"),
    Rewrite("log(2 - exp(x))", "log1p(-expm1(x))"),
    Rewrite("log(exp(a) - expm1(x))", "log1p(exp(a) - exp(x))"),
    Rewrite("(1 + x)**2 - 1", "x*(2 + x)"),
    Rewrite("(1 - x)**2 - 1", "x*(x - 2)"),
    Rewrite("log1p(exp(x))", "softplus(x)"),
    Rewrite("log(sigmoid(x))", "-softplus(-x)"),
    *(Rewrite(f"max({pair}) + softplus(-abs(x))", "softplus(x)") for pair in ("x, 0", "0, x")),
    *(Rewrite(f"softplus(-abs(x)) - min({pair})", "softplus(-x)") for pair in ("x, 0", "0, x")),
    *(Rewrite(f"softplus(x) - max({pair})", "softplus(-abs(x))") for pair in ("x, 0", "0, x")),
    Rewrite("softplus(x) - softplus(-x)", "x"),
    Rewrite("softplus(x) - x", "softplus(-x)"),
    Rewrite("softplus(-x) + x", "softplus(x)"),
    Rewrite("log(0.5*(exp(x) + exp(-x)))", "log(cosh(x))"),
    Rewrite("log(exp(x) + exp(-x))", "log(2*cosh(x))"),
    Rewrite("log(cosh(x)/cosh(a))", "log(cosh(x)) - log(cosh(a))"),
    Rewrite("log(sqrt(x))", "0.5*log(x)"),
    Rewrite("log(x + sqrt(1 + x**2))", "asinh(x)"),
    Rewrite("log(sqrt(1 + x**2) - x)", "-asinh(x)"),
    Rewrite("log(1 + x)", "log1p(x)"),
    Rewrite("log(1 - x)", "log1p(-x)"),
    Rewrite("1 - sigmoid(x)", "sigmoid(-x)"),
    Rewrite("sigmoid(x) + sigmoid(-x)", "1"),
    Rewrite("sigmoid(x) - sigmoid(-x)", "tanh(0.5*x)"),
    Rewrite("sigmoid(x) - 0.5", "0.5*tanh(0.5*x)"),
    Rewrite("sigmoid(x)*sigmoid(-x)", "sigmoid_slope(x)"),
    Rewrite("sigmoid(x) - sigmoid(x)**2", "sigmoid_slope(x)"),
    Rewrite("(exp(x) - exp(-x))/(exp(x) + exp(-x))", "tanh(x)"),
    Rewrite("sinh(x)/cosh(x)", "tanh(x)"),
    Rewrite("cosh(x) + sinh(x)", "exp(x)"),
    Rewrite("cosh(x) - sinh(x)", "exp(-x)"),
    Rewrite("1 + tanh(x)", "2*sigmoid(2*x)"),
    Rewrite("1 - tanh(x)", "2*sigmoid(-2*x)"),
    Rewrite("sign(x) - tanh(x)", "2*(sign(x)*sigmoid(-2*abs(x)))"),
    Rewrite("1 - tanh(x)**2", "sech2(x)"),
    Rewrite("1 - sech2(x)", "tanh(x)**2"),
    Rewrite("a/cosh(x)**2", "a*sech2(x)"),
    Rewrite("a/(exp(x) + exp(-x))**2", "0.25*a*sech2(x)"),
    Rewrite("1 + erf(x/sqrt(2))", "2*Phi(x)"),
    Rewrite("1 - erf(x/sqrt(2))", "2*Phi(-x)"),
    Rewrite("1 + erf(x*sqrt(0.5))", "2*Phi(x)"),
    Rewrite("1 - erf(x*sqrt(0.5))", "2*Phi(-x)"),
    Rewrite("1 + erf(x)", "erfc(-x)"),
    Rewrite("1 - erf(x)", "erfc(x)"),
    Rewrite("1 - Phi(x)", "Phi(-x)"),
    *(
        Rewrite(f"{whole} {sign} {part.format('arctan(x)')}", part.format(f"arccot({opposite}x)"))
        for whole, part in (
            *(("pi/2", "{}"), ("0.5", "{}/pi"), ("0.5", "1/pi*{}")),
            *(("1", "2*{}/pi"), ("1", "2/pi*{}")),
        )
        for sign, opposite in (("+", "-"), ("-", ""))
    ),
    Rewrite("1 - (x/sqrt(1 + x**2))**2", "1/(1 + x**2)"),
    Rewrite("x + x**2/sqrt(a + x**2)", "x*(1 + x/sqrt(a + x**2))"),
    Rewrite("x**2/sqrt(a + x**2) - x", "x*(x/sqrt(a + x**2) - 1)"),
    Rewrite("x + sqrt(a + x**2) + x*(1 + x/sqrt(a + x**2))", "(x + sqrt(a + x**2))**2/sqrt(a + x**2)"),
    Rewrite("1 + x/(1 + abs(x)) + x*(1/(1 + abs(x))/(1 + abs(x)))",
        "where(x < 0, 1/(1 + abs(x))**2, 2 - 1/(1 + abs(x))**2)"),
    Rewrite("a*(1/x)", "a/x"),
    Rewrite("a*(-1/x)", "-(a/x)"),
    Rewrite("x**0.5", "sqrt(x)"),
    Rewrite("sqrt(x**2)", "abs(x)"),
    Rewrite("sin(x)/x", "sinc(x)"),
)  # fmt: skip
"""The table. Where two patterns fit, the first is taken."""

_LN_COSH = "log1p(2*sinh(0.5*max(min(x, 1), -1))**2)", "log1p(exp(-2*abs(x))) - log(2)"
"""Of ln cosh x, what it is where |x| < 1, and what it lacks to |x| farther off, where cosh x may run over."""


PRECISE: tuple[Rewrite, ...] = (
    Rewrite("log(cosh(x))", "where(abs(x) < 1, {}, abs(x) + ({}))".format(*_LN_COSH)),
    Rewrite("where(abs(x) < 1, {}, abs(x) + ({})) - abs(x)".format(*_LN_COSH),
        "where(abs(x) < 1, {} - abs(x), {})".format(*_LN_COSH)),
    Rewrite("log(Phi(x))", "where(x > 0, log1p(-Phi(-x)), log(Phi(x)))"),
    Rewrite("abs(x + a) - abs(x - a)", "2*max(min(where(a > 0, x, -x), abs(a)), -abs(a))"),
    Rewrite("1 - cos(x)", "2*sin(0.5*x)**2"),
    Rewrite("1 + cos(x)", "2*cos(0.5*x)**2"),
    Rewrite("1 + sin(x)", "(sin(0.5*x) + cos(0.5*x))**2"),
    Rewrite("1 - sin(x)", "(sin(0.5*x) - cos(0.5*x))**2"),
    Rewrite("1 + cos(x)*(2*sin(x))", "(sin(x) + cos(x))**2"),
    Rewrite("1 - cos(x)*(2*sin(x))", "(sin(x) - cos(x))**2"),
    # As snake's slope is written where a is to be learned.
    Rewrite("1 + a*(cos(x)*(2*sin(x))/a)", "(sin(x) + cos(x))**2"),
    Rewrite("1 + a*cos(x)*(2*sin(x))/a", "(sin(x) + cos(x))**2"),
    Rewrite("1 + x/(1 + abs(x))", "where(x < 0, 1/(1 + abs(x)), 1 + x/(1 + abs(x)))"),
    Rewrite("x + sqrt(c + x**2)", "where(x < 0, c/(sqrt(c + x**2) - x), x + sqrt(c + x**2))"),
    Rewrite("sqrt(c + x**2) - x", "where(x > 0, c/(x + sqrt(c + x**2)), sqrt(c + x**2) - x)"),
    Rewrite("sqrt(c + x**2) - abs(x)", "c/(abs(x) + sqrt(c + x**2))"),
    Rewrite("x/sqrt(c + x**2) - sign(x)", "-sign(x)*(c/sqrt(c + x**2)/(abs(x) + sqrt(c + x**2)))"),
    Rewrite("sqrt(1 + x**2) - 1", "x*(x/(1 + sqrt(1 + x**2)))"),
    Rewrite("sqrt(c + x) - sqrt(x)", "c/(sqrt(c + x) + sqrt(x))"),
    Rewrite("sqrt(c + x) - sqrt(d + x)", "(c - d)/(sqrt(c + x) + sqrt(d + x))"),
    Rewrite("a/sqrt(c + x) - a/sqrt(x)", "-a*(c/(sqrt(c + x)*sqrt(x)*(sqrt(c + x) + sqrt(x))))"),
    Rewrite("1/sqrt(c + x) - 1/sqrt(d + x)", "(d - c)/(sqrt(c + x)*sqrt(d + x)*(sqrt(c + x) + sqrt(d + x)))"),
    Rewrite("sqrt(1 + abs(x)) - 1", "abs(x)/(1 + sqrt(1 + abs(x)))"),
    Rewrite("1 + x/sqrt(c + x**2)",
        "where(x < 0, c/sqrt(c + x**2)/(sqrt(c + x**2) - x), 1 + x/sqrt(c + x**2))"),
    Rewrite("1 - x/sqrt(c + x**2)",
        "where(x > 0, c/sqrt(c + x**2)/(x + sqrt(c + x**2)), 1 - x/sqrt(c + x**2))"),
    Rewrite("exp(x) - exp(-x)", "2*sinh(x)"),
    Rewrite("exp(x) - exp(a)", "exp(max(x, a))*(sign(a - x)*expm1(-abs(a - x)))"),
    Rewrite("sigmoid(x) - sigmoid(a)",
        "sigmoid(max(x, a))*sigmoid(-min(x, a))*(sign(a - x)*expm1(-abs(a - x)))"),
    Rewrite("tanh(x) - tanh(a)",
        "2*sigmoid(2*max(x, a))*sigmoid(-2*min(x, a))*(sign(a - x)*expm1(-2*abs(a - x)))"),
    Rewrite("softplus(x) - softplus(a)",
        "where(x > a, log1p(sigmoid(a)*expm1(x - a)), -log1p(sigmoid(x)*expm1(a - x)))"),
)  # fmt: skip
"""What is computed in another form than it is differentiated and proved in, since its terms cancel."""


def stable(expression: Expression, table: tuple[Rewrite, ...] = REWRITES) -> Expression:
    """The same function of z with every pattern replaced, from the innermost out, in the same graph."""
    (made,) = folded(lambda node, x: _replaced(node.of(x), table), expression)
    return made


def precise(expression: Expression) -> Expression:
    """The same function of z with the forms of `PRECISE`, once in each place: some stand in themselves."""
    from lab.activations.formula.series import expansions  # it loads flint, which figures can do without

    nearby, made = expansions(expression), dict[Expression, Expression]()
    for node in below(expression):
        plain = node.of([made[x] for x in node.arguments])
        made[node] = _replaced(plain, PRECISE)
        for one in nearby.get(node, ()) if made[node] is plain else ():
            made[node] = one.of(made, made[node])
    return made[expression]


def _replaced(expression: Expression, table: tuple[Rewrite, ...]) -> Expression:
    if table is REWRITES and (found := _over_logistic(expression) or _within_choice(expression)) is not None:
        return found
    for written, rewrite in _rules(table).get(expression.operation, ()):
        found = next((_filled(rewrite.form, bound) for bound in _matches([(written, expression)], {})), None)
        found = found or _with_factor(written, rewrite, expression)
        found = found or _with_terms(written, rewrite, expression)
        if found is not None:
            return found if table is PRECISE else _replaced(found, table)
    for rule in (_with_common_factor, _with_number):
        if (found := rule(expression, table)) is not None:
            return found if table is PRECISE else _replaced(found, table)
    for within in (_with_quotient,) if table is PRECISE else ():
        if (found := within(expression)) is not None:
            return found
    if (found := hinged(expression) or _logarithm(expression)) is not None:
        return _replaced(found, table)
    name, arguments = expression.operation, expression.arguments
    if name == "neg" or (name == "mul" and any(x.number is not None for x in arguments)):
        # The sign or the factor may have only just come out of what it stands before.
        return expression.graph.apply(name, *(_replaced(x, table) for x in arguments))
    return expression


def _with_factor(written: Expression, rewrite: Rewrite, found: Expression) -> Expression | None:
    """A quotient replaced where its dividend has further factors: z·e^z/(1 + e^z) is z·sigmoid(z)."""
    if found.operation != "div" or written.arguments[0].operation in WILDCARDS:
        return None
    over, under = found.arguments
    for factor, rest in factors(over):
        if rest.number != 1 and written.arguments[0].number is None:
            for bound in _matches([(written.arguments[0], factor), (written.arguments[1], under)], {}):
                return rest * _filled(rewrite.form, bound)
    return None


def _with_terms(written: Expression, rewrite: Rewrite, found: Expression) -> Expression | None:
    """A sum replaced where two of its terms are a pattern: 1 + (tanh u + v) is 2 sigmoid(2u) + v."""
    terms = list(signed_terms(found)) if {written.operation, found.operation} <= {"add", "sub"} else []
    if not 2 <= len(terms) <= MOST_TERMS:
        return None
    second = 1 if written.operation == "add" else -1
    for i, j in permutations(range(len(terms)), 2):
        (s, one), (t, other) = terms[i], terms[j]
        if s * t == second:
            for bound in _matches([(written.arguments[0], one), (written.arguments[1], other)], {}):
                rest = (term for k, term in enumerate(terms) if k not in (i, j))
                return added(rest, s * _filled(rewrite.form, bound))
    return None


def _with_common_factor(found: Expression, table: tuple[Rewrite, ...]) -> Expression | None:
    """A sum replaced behind what both terms have as a factor: z + z·tanh u is z·(1 + tanh u)."""
    if found.operation not in ("add", "sub"):
        return None
    first, second = (list(factors(term)) for term in found.arguments)
    for one, rest in first:
        for other, left in second:
            if one is other and one.varies:
                within = rest.call(found.operation, left)
                again = _replaced(within, table)
                if again is not within or _with_quotient(within) is not None:
                    return one * again
    return None


def _with_number(found: Expression, table: tuple[Rewrite, ...]) -> Expression | None:
    """A sum of c·u and a number d replaced behind c: 4·s(z) − 2 is 4·(s(z) − 0.5)."""
    if found.operation not in ("add", "sub"):
        return None
    for k, term in enumerate(found.arguments):
        (c, u), d = multiple(term), found.arguments[1 - k].number
        if c != 1 and d is not None and (share := _exact_quotient(d, c)) is not None:
            terms = (u, u.lifted(share))
            within = terms[k].call(found.operation, terms[1 - k])
            if (again := _replaced(within, table)) is not within:
                return c * again
    return None


def _with_quotient(found: Expression) -> Expression | None:
    """1 − c/(d + u) as (u + (d − c))/(d + u), where d is c or a rewrite knows that dividend."""
    if found.operation != "sub":
        return None
    (u, v), sign = found.arguments, 1
    if v.number == 1:
        u, v, sign = v, u, -1
    if u.number != 1 or v.operation != "div" or v.arguments[1].operation != "add":
        return None
    c, under = v.arguments
    for d, w in (under.arguments, under.arguments[::-1]):
        if c.number is not None and d.number is not None:
            over = w + (d.number - c.number)
            if over is w or (again := _replaced(over, REWRITES)) is not over:
                return sign * (w if over is w else again) / under
    return None


def _exact_quotient(d: float, c: float) -> float | None:
    """d/c, where that is a float."""
    if not (c and isfinite(c) and isfinite(d) and isfinite(share := d / c)):
        return None
    return share if Fraction(share) * Fraction(c) == Fraction(d) else None


def _logarithm(found: Expression) -> Expression | None:
    """The logarithm of a sum of three or more terms, one of which is 1."""
    terms = list(signed_terms(found.arguments[0])) if found.operation == "log" else []
    if not 2 < len(terms) <= MOST_TERMS or (1, found.lifted(1)) not in terms:
        return None
    terms.remove((1, found.lifted(1)))
    return added(terms, found.lifted(0)).call("log1p")


def _over_logistic(found: Expression) -> Expression | None:
    """A sum over 1 + e^x, of which a term has a factor e^x, term by term: (z·e^x − 1)/(1 + e^x) is
    z·s(x) − s(−x).
    """
    under = found.arguments[-1] if found.operation == "div" else found
    terms = list(signed_terms(found.arguments[0])) if under.operation == "add" and under is not found else []
    if not 2 <= len(terms) <= MOST_TERMS or found.lifted(1) not in under.arguments:
        return None
    parts = [factor for _, term in terms for factor, _ in factors(term) if factor.operation == "exp"]
    if not any(part in under.arguments for part in parts):
        return None
    return added(((sign, _replaced(term / under, REWRITES)) for sign, term in terms), found.lifted(0))


def _within_choice(found: Expression) -> Expression | None:
    """A number and a choice with a number as one choice, where a branch has no term more so: of
    1 − where(z > 0, 0, 1 − e^z) it is e^z on the left.
    """
    terms = list(signed_terms(found)) if found.operation in ("add", "sub") else []
    numbers = [k for k, (_, term) in enumerate(terms) if term.number is not None]
    for k, (sign, term) in enumerate(terms[:MOST_TERMS] if numbers else ()):
        if term.operation == "where" and any(x.number is not None for x in term.arguments[1:]):
            i, name = numbers[0], "add" if sign == 1 else "sub"
            number = terms[i][0] * terms[i][1]
            mask, *branches = term.arguments
            made = [_replaced(number.call(name, one), REWRITES) for one in branches]
            pairs = zip(branches, made, strict=True)
            if any(one.varies and _count(both) <= _count(one) for one, both in pairs):
                rest = (other for j, other in enumerate(terms) if j not in (i, k))
                return added(rest, mask.call("where", *made))
    return None


def _count(found: Expression) -> int:
    return sum(1 for _ in signed_terms(found))


@cache
def _rules(table: tuple[Rewrite, ...]) -> Mapping[str, list[tuple[Expression, Rewrite]]]:
    """Each pattern as an expression, by the operation at its top, and what it is replaced by."""
    rules: dict[str, list[tuple[Expression, Rewrite]]] = {}
    for rewrite in table:
        written = pattern(rewrite.written, *WILDCARDS)
        rules.setdefault(written.operation, []).append((written, rewrite))
    return rules


def _matches(pairs: Sequence[tuple[Expression, Expression]], bound: Bound) -> Iterator[Bound]:
    """The meanings of the wildcards, beyond those bound already, for which each pattern is what was found."""
    if not pairs:
        yield bound
        return
    (written, found), *rest = pairs
    name = written.operation
    if name in WILDCARDS:
        positive = found.number is None or found.number > 0
        fits = name not in ("c", "d") or (not found.varies and (name == "d" or positive))
        if fits and bound.get(name, found) is found:
            yield from _matches(rest, {**bound, name: found})
    elif written.number is not None:
        if written.number == found.number:
            yield from _matches(rest, bound)
    elif name == "neg" and written.arguments[0].operation in WILDCARDS:  # −x is anything, with x its negative
        yield from _matches([(written.arguments[0], -found), *rest], bound)
    elif name == found.operation:
        yield from _matches([*zip(written.arguments, found.arguments, strict=True), *rest], bound)
        if name in EVEN:
            yield from _matches([(written.arguments[0], -found.arguments[0]), *rest], bound)
        if name in COMMUTATIVE:
            yield from _matches([*zip(written.arguments, found.arguments[::-1], strict=True), *rest], bound)
    elif name == "add" and found.operation == "sub" and found.arguments[1].number is not None:
        u, number = found.arguments
        for terms in ((u, -number), (-number, u)):
            yield from _matches([*zip(written.arguments, terms, strict=True), *rest], bound)


def _filled(form: Expression, bound: Bound) -> Expression:
    """The form with its wildcards replaced by what they mean."""
    graph = next(iter(bound.values())).graph
    if form.operation in WILDCARDS:
        return bound[form.operation]
    if form.number is not None:
        return graph.constant(form.number)
    return graph.apply(form.operation, *(_filled(argument, bound) for argument in form.arguments))
