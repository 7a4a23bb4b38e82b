"""Derivatives of expressions: the chain rule, and what it would only cancel in quotients and powers.

Each operation has its rule in `lab.activations.formula.operations`. Here are those of two operations
together: a quotient of like terms, a product or a quotient of powers of one base, and a choice at one point.
"""

from collections.abc import Callable, Mapping
from itertools import combinations
from operator import itemgetter
from typing import Any, TypeAlias

from lab.activations.formula.graph import Expression, below
from lab.activations.formula.operations import OPERATIONS, SWITCHES
from lab.activations.formula.signs import times
from lab.activations.formula.terms import coefficients, factors, multiple

MOST_TERMS = 4
"""The terms, other than those that they share, that a dividend and its divisor may have."""

Slopes: TypeAlias = Mapping[Expression, Expression]
Rules: TypeAlias = Mapping[str, Callable[..., Any]]


def chained(of: Expression, known: Slopes, rules: Rules) -> Expression:
    """The derivative by the chain rule over the nodes below (forward mode), where those of some are known.

    ``rules`` come before those of `OPERATIONS`.
    """
    slopes = _Slopes(known, rules)
    for y in below(of):
        slopes.find(y)
    return slopes.found[of]


class _Slopes:
    """The derivatives of expressions that were found; the ``known`` are what the others are derived from."""

    def __init__(self, known: Slopes, rules: Rules) -> None:
        self.known, self.rules, self.found = known, rules, dict(known)

    def find(self, y: Expression) -> None:
        """Find the derivative of a node, given those of its arguments."""
        if y in self.found:
            return
        dx = [self.found[x] for x in y.arguments]
        if all(slope.number == 0 for slope in dx):
            self.found[y] = y.lifted(0)
            return
        rule = self._rule(y)
        special = _beside_constants(y, dx, rule) or self._of_quotient(y) or self._of_one_power(y)
        self.found[y] = special or self._but_for_a_point(y) or rule(y, *y.arguments, *dx)

    def of(self, x: Expression) -> Expression:
        """The derivative of a node that may have been made since those below it were found."""
        if x in self.found:
            return self.found[x]
        if not x.arguments:
            return x.lifted(0)
        slope: Expression = self._rule(x)(x, *x.arguments, *map(self.of, x.arguments))
        return slope

    def _rule(self, x: Expression) -> Callable[..., Any]:
        return self.rules.get(x.operation) or OPERATIONS[x.operation].derivative

    def _of_quotient(self, y: Expression) -> Expression | None:
        """The slope of a quotient by the first rule that knows its dividend, or else a factor of that."""
        if y.operation != "div" or self.found[y.arguments[1]].number == 0:
            return None
        over, v = y.arguments
        for u, factor in factors(over):
            within = self._of_alike(u, v) or self._of_powers(u, v)
            if within is not None:
                if factor.number == 1:
                    return within
                return times(factor, within) + times(u / v, self.of(factor))
        if v.operation == "cosh":  # cosh w and sinh w may have no number where their quotient is ±1
            (w,) = v.arguments
            return (self.of(over) - times(times(over, w.call("tanh")), self.of(w))) / v
        return None

    def _of_alike(self, u: Expression, v: Expression) -> Expression | None:
        """The slope of a quotient u/v of sums that share a term, or have one |f| where the other has f.

        With u = Σ bᵢfᵢ and v = Σ dᵢfᵢ it is Σ_{i<j} (bᵢdⱼ − bⱼdᵢ)(fᵢ′fⱼ − fᵢfⱼ′)/v²: what u and v have in
        common never appears, while it cancels in (u′ − (u/v)v′)/v.
        """
        above, below = coefficients(u, self.known), coefficients(v, self.known)
        terms = [*above, *(f for f in below if f not in above)]
        related = any(_alike(f, g) or self._wronskian(f, g) is not None for f in above for g in below)
        if len(terms) > MOST_TERMS or not related:
            return None
        if not self._are_held(above, below):
            return None
        total = zero = u.lifted(0)
        for f, g in combinations(terms, 2):
            weight = above.get(f, zero) * below.get(g, zero) - above.get(g, zero) * below.get(f, zero)
            if weight.number != 0 and not _alike(f, g):
                within = self._wronskian(f, g)
                total = total + weight * (self.of(f) * g - f * self.of(g) if within is None else within)
        return total / v / v

    def _wronskian(self, f: Expression, g: Expression) -> Expression | None:
        """f′g − fg′ of sinh u and cosh u, which is u′, or of these the other way around; else None."""
        if {f.operation, g.operation} != {"sinh", "cosh"} or f.arguments != g.arguments:
            return None
        slope = self.of(f.arguments[0])
        return slope if f.operation == "sinh" else -slope

    def _of_powers(self, u: Expression, v: Expression) -> Expression | None:
        """The slope of u/w^p, where terms of u and of w are powers of one base, as in z/√(1 + az²).

        With u = Σ bᵢfᵢ and w = Σ dⱼgⱼ it is Σ bᵢdⱼ(fᵢ′gⱼ − p·fᵢgⱼ′)/(w·w^p). Of powers m and n of one base
        the difference is (1 − pn/m)·fᵢ′gⱼ: what (u′ − (u/v)v′)/v would only cancel far out never appears.
        """
        w, p = v, v.lifted(1)
        if v.operation == "sqrt" or (v.operation == "pow" and not v.arguments[1].varies):
            w, p = v.arguments[0], v.lifted(0.5)
            if v.operation == "pow":
                p = v.graph.exponent(v.arguments[1])
        above, below = coefficients(u, self.known), coefficients(w, self.known)
        if not self._are_held(above, below, {w: p}) or len({*above, *below}) > MOST_TERMS:
            return None
        ratios = {(f, g): self._ratio(f, g) for f in above for g in below}
        if not any(ratios.values()):
            return None
        total = u.lifted(0)
        for (f, g), ratio in ratios.items():
            if ratio is None:
                within = self.of(f) * g - p * (f * self.of(g))
            elif (share := 1 - p * ratio).number == 0:
                continue
            else:
                within = share * (self.of(f) * g)
            total = total + above[f] * below[g] * within
        return total / w / v

    def _of_one_power(self, y: Expression) -> Expression | None:
        """The slope (1 + n/m)·f′·g of f·g where both are powers of one base, f one whose slope is finite:
        of z·√|z| or z²·√|z| it has no 0·∞ at 0.
        """
        pairs = (y.arguments, y.arguments[::-1]) if y.operation == "mul" else ()
        powers = [(self._as_power(f)[1].number or 0.0, f, g) for f, g in pairs]
        for _, f, g in sorted((pair for pair in powers if pair[0] >= 1), key=itemgetter(0)):
            if ratio := self._ratio(f, g):
                return (1 + ratio) * (self.found[f] * g)
        return None

    def _but_for_a_point(self, y: Expression) -> Expression | None:
        """The slope of a choice between what is at single points, where a smooth u is 0, and around them: of
        what is around. Of c·u/v that is 0/0 there it is c·(u″v′ − u′v″)/(2v′²), by de l'Hôpital, if v′ is
        not 0 too.
        """
        mask = y.arguments[0]
        if y.operation != "where" or mask.operation not in ("less_equal", "greater"):
            return None
        size, zero = mask.arguments
        if zero.number != 0 or size.operation != "abs" or not _has_single_zeros(size.arguments[0]):
            return None
        at, around = y.arguments[1:] if mask.operation == "less_equal" else y.arguments[:0:-1]
        slope, (c, quotient) = self.found[around], multiple(around)
        if around.total:
            return slope
        if quotient.operation != "div":
            return None
        u, v = quotient.arguments
        du, dv = self.of(u), self.of(v)
        limit = c * ((self.of(du) * dv - du * self.of(dv)) / (2 * dv**2))
        limit = dv.call("abs").call("greater", 0).call("where", limit, self.found[at])
        here, is_0 = (x.call("abs").call("less_equal", 0) for x in (size, v))
        return here.call("where", is_0.call("where", limit, slope), slope)

    def _ratio(self, f: Expression, g: Expression) -> Expression | None:
        """n/m of the powers m and n of one base that f and g are, if it is held; None where they are none."""
        (base, m), (other, n) = self._as_power(f), self._as_power(g)
        if not f.varies or base is not other or m.number == 0:
            return None
        return ratio if self._are_held({f: (ratio := n / m)}) else None

    def _as_power(self, x: Expression) -> tuple[Expression, Expression]:
        """A base and its power, of a term but for its sign and constant: z² and z|z| are the second of z."""
        if x not in self.known:
            match x.operation, x.arguments:
                case "abs" | "neg", (u,):
                    return self._as_power(u)
                case "pow", (u, power) if not power.varies:
                    base, m = self._as_power(u)
                    return base, m * power.graph.exponent(power)
                case "sqrt", (u,):
                    base, m = self._as_power(u)
                    return base, 0.5 * m
                case "mul", (u, v) if u.varies and v.varies:
                    (base, m), (other, n) = self._as_power(u), self._as_power(v)
                    return (base, m + n) if base is other else (x, x.lifted(1))
                case "mul" | "div", (u, v) if not v.varies:
                    return self._as_power(u)
                case "mul", (u, v) if not u.varies:
                    return self._as_power(v)
        return x, x.lifted(1)

    def _are_held(self, *sums: Mapping[Expression, Expression]) -> bool:
        """Whether no constant of these terms is what is differentiated by, as an open parameter may be."""
        return all(self.of(c).number == 0 for terms in sums for c in terms.values())


def _has_single_zeros(u: Expression) -> bool:
    """Whether u is analytic over all reals and no number, so that its zeros lie apart."""
    return u.varies and u.total and not any(x.operation in SWITCHES for x in below(u))


def _alike(f: Expression, g: Expression) -> bool:
    """Whether both are the same term, or one is the size of the other."""
    sizes = [one for one, other in ((f, g), (g, f)) if one.operation == "abs" and one.arguments == (other,)]
    return f.varies and (f is g or bool(sizes))


def _beside_constants(y: Expression, dx: list[Expression], rule: Callable[..., Any]) -> Expression | None:
    """The derivative of √u or u^c where u is constant on one side of a switch, as max(z, 0) is for z < 0:
    the slope of the outer function is infinite where u = 0, and the product 0·∞ is to be 0.
    """
    du = dx[0]
    is_root = y.operation == "sqrt" or (y.operation == "pow" and (y.arguments[1].number or 1.0) < 1)
    if not is_root or du.operation != "where" or any(x.number != 0 for x in dx[1:]):
        return None
    mask, yes, no = du.arguments
    if 0 not in (yes.number, no.number):
        return None
    return mask.call("where", *(x if x.number == 0 else rule(y, *y.arguments, x, *dx[1:]) for x in (yes, no)))
