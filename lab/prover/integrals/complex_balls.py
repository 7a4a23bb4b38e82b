"""Formulas at complex z: the analytic continuation of an expression from the reals to a ball around some.

The theory of quadrature with proved errors wants f on a neighbourhood of an interval in the complex plane
(Johansson, *Numerical integration in arbitrary-precision ball arithmetic*, 2018). Each operation here gives
what holds its analytic continuation from the real points of a ball to all of the ball, and no number where
it may have none there: where the ball reaches a branch cut or a pole, or a switch may go both ways. So
whatever is finite is proved to be defined and analytic. Between two kinks, where each switch takes one of its
branches, a formula is one smooth function.
"""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial, reduce
from itertools import pairwise, starmap
from math import inf
from operator import methodcaller
from typing import Literal, TypeAlias

from flint import acb, arb

from lab.activations.formula.graph import Expression, below
from lab.numerics import Interval
from lab.prover.branch_and_bound import beside
from lab.prover.intervals.mean_value_form import ExactFunction
from lab.prover.intervals.ranges import density, distribution, erf_slope
from lab.prover.intervals.rounding import exponent
from lab.prover.intervals.sinc_ranges import SINC, sinc_ball

Rule: TypeAlias = Callable[..., acb]

Continuation: TypeAlias = Callable[[acb], tuple[acb, ...]]
"""Several expressions as a function of a ball."""

Branch: TypeAlias = Literal[-1, 1]
"""Whether what a switch compares, its argument or the first less the second, is negative or positive."""

NOT_ANALYTIC = acb(arb.nan(), arb.nan())
"""What a function has where it is not known to be analytic."""


def smooth_pieces(
    wanted: Sequence[Expression], kinks: Iterable[float], furthest: float
) -> list[tuple[Interval, Continuation]]:
    """The intervals between the kinks in |z| ≤ ``furthest``, with the continuation of these expressions.

    Each switch is continued along the branch that it takes there; where some are in doubt, what is beside a
    kink is a piece of its own.
    """
    differences = _switch_differences(wanted)
    found = []
    for low, high in pairwise(sorted({-furthest, furthest, *(x for x in kinks if abs(x) < furthest)})):
        inner, outer = beside(low, inf), beside(high, -inf)
        known = _branches(differences, Interval(low, high))
        ends = [low, high] if len(known) == len(differences) or inner >= outer else [low, inner, outer, high]
        for z in starmap(Interval, pairwise(ends)):
            found.append((z, continued(wanted, known if len(ends) == 2 else _branches(differences, z))))
    return found


def _switch_differences(wanted: Sequence[Expression]) -> dict[Expression, ExactFunction]:
    """The switches below these expressions, and what each compares."""
    switches = [node for node in below(*wanted) if node.operation in _SWITCHES]
    differences = [reduce(operator.sub, node.arguments) for node in switches]
    return dict(zip(switches, map(ExactFunction, differences, differences), strict=True))


def _branches(differences: Mapping[Expression, ExactFunction], z: Interval) -> dict[Expression, Branch]:
    """The switches that take one branch for all z of an interval without its ends, and which."""
    found = {node: _branch(difference, z) for node, difference in differences.items()}
    return {node: branch for node, branch in found.items() if branch is not None}


def _branch(difference: ExactFunction, z: Interval) -> Branch | None:
    """Its sign; what is ≥ 0 and rises or falls strictly is > 0, since it would change its sign at a 0."""
    extent = difference.over((z,))
    low, high = extent.least.low, extent.greatest.high
    monotone = bool(extent.gradient) and 0 not in extent.gradient[0]
    if low > 0 or (low == 0 and monotone):
        return 1
    return -1 if high < 0 or (high == 0 and monotone) else None


def continued(wanted: Sequence[Expression], known: Mapping[Expression, Branch]) -> Continuation:
    """The analytic continuation of these expressions, as a function of a ball that holds real z, or is one.

    ``known`` are the switches that take one branch for all real z that matter: they are continued along it.
    Other switches are decided on each ball, or not.
    """
    steps: dict[Expression, tuple[Rule, tuple[Expression, ...]]] = {}
    waiting = list(wanted)
    while waiting:
        node = waiting.pop()
        if node not in steps:
            steps[node] = _step(node, known)
            waiting += steps[node][1]
    order = sorted(steps, key=lambda node: node.index)  # every node comes after its arguments
    program = [(node, *steps[node]) for node in order]

    def function(z: acb) -> tuple[acb, ...]:
        found: dict[Expression, acb] = {}
        for node, rule, arguments in program:
            found[node] = rule(*[found[x] for x in arguments]) if arguments else rule(z)
        return tuple(found[node] for node in wanted)

    return function


def _step(node: Expression, known: Mapping[Expression, Branch]) -> tuple[Rule, tuple[Expression, ...]]:
    """The rule of a node and what it is applied to; a choice that is decided needs one branch only."""
    name, arguments = node.origin or (node.operation, node.arguments)
    if name == "z":
        return _same, ()
    if name == "constant":
        value = ball_around(node.values)
        return lambda z: value, ()
    if name == "where" and arguments[0] in known:
        condition, yes, no = arguments
        return _same, (yes if _SWITCHES[condition.operation][known[condition]]() == 1 else no,)
    if name == "pow" and arguments[1].number is not None:
        power = exponent(arguments[1].number)
        return lambda x: x.pow(arb(power), analytic=True), arguments[:1]
    if node in known:
        return _SWITCHES[name][known[node]], arguments
    return RULES.get(name, lambda *x: NOT_ANALYTIC), arguments


def ball_around(values: Interval | None) -> acb:
    """The ball around an interval; no number where it is unbounded or there is none."""
    if values is None:
        return NOT_ANALYTIC
    return acb(arb(values.low) if values.low == values.high else arb(values.low).union(arb(values.high)))


def _same(x: acb) -> acb:
    return x


def _always(value: int) -> Rule:
    return lambda *x: acb(value)


_SWITCHES: dict[str, dict[Branch, Rule]] = {
    "abs": {-1: operator.neg, 1: _same},
    "sign": {-1: _always(-1), 1: _always(1)},
    "softsign": {-1: lambda x: x / (1 - x), 1: lambda x: x / (1 + x)},
    "min": {-1: lambda x, y: x, 1: lambda x, y: y},
    "max": {-1: lambda x, y: y, 1: lambda x, y: x},
    "less": {-1: _always(1), 1: _always(0)},
    "less_equal": {-1: _always(1), 1: _always(0)},
    "greater": {-1: _always(0), 1: _always(1)},
    "greater_equal": {-1: _always(0), 1: _always(1)},
}
"""What a switch is on each of its branches."""


def _switched(name: str, x: acb, *others: acb) -> acb:
    """A switch, where all of the ball is on one branch of it: then so are its real points."""
    difference = reduce(operator.sub, others, x).real
    if difference > 0:
        return _SWITCHES[name][1](x, *others)
    return _SWITCHES[name][-1](x, *others) if difference < 0 else NOT_ANALYTIC


def _where(condition: acb, yes: acb, no: acb) -> acb:
    if condition == 1:
        return yes
    return no if condition == 0 else NOT_ANALYTIC


def _arctan(x: acb) -> acb:  # it has cuts from i and −i to infinity
    return NOT_ANALYTIC if x.real.contains(0) and not abs(x.imag) < 1 else x.atan()


def _arccot(x: acb) -> acb:
    return _arctan(1 / x) if x.real > 1 else acb.pi() / 2 - _arctan(x)


def _log1p(x: acb) -> acb:
    return x.log1p() if (1 + x).log(analytic=True).is_finite() else NOT_ANALYTIC


def _sigmoid(x: acb) -> acb:
    if x.real < 0:
        growth = x.exp()
        return growth / (1 + growth)
    return 1 / (1 + (-x).exp())


def _asinh(x: acb) -> acb:
    """The log of x + √(1 + x²), which is less wide than Arb's own on a wide ball."""
    if x.real < 0:
        return -_asinh(-x)
    square = x * x
    return _log1p(x + square / (1 + (1 + square).sqrt(analytic=True)))


def _softplus(x: acb) -> acb:
    return x + _log1p((-x).exp()) if x.real > 0 else _log1p(x.exp())


RULES: dict[str, Rule] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "pow": lambda x, c: x.pow(c, analytic=True),
    **{name: methodcaller(name) for name in ("exp", "expm1", "sin", "cos", "sinh", "cosh", "tanh")},
    **{name: methodcaller(name) for name in ("erf", "erfc")},
    **{name: methodcaller(name, analytic=True) for name in ("log", "sqrt")},
    "log1p": _log1p,
    **{name: partial(sinc_ball, n=n) for n, name in enumerate(SINC)},
    "sech2": lambda x: x.sech() ** 2,
    "arctan": _arctan,
    "arccot": _arccot,
    "asinh": _asinh,
    "erf_slope": erf_slope,
    "sigmoid": _sigmoid,
    "sigmoid_slope": lambda x: _sigmoid(x) * _sigmoid(-x),
    "softplus": _softplus,
    "isru": lambda x: x * (1 + x * x).rsqrt(analytic=True),
    "Phi": distribution,
    "phi": density,
    "where": _where,
    **{name: partial(_switched, name) for name in _SWITCHES},
}
"""The rule of each operation of an exact graph."""
