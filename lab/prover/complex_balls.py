"""Formulas at complex z: the analytic continuation of an expression from the reals to a ball around some.

The theory of quadrature with proved errors wants f on a neighbourhood of an interval in the complex plane
(Johansson, *Numerical integration in arbitrary-precision ball arithmetic*, 2018). Each operation here gives
what holds its analytic continuation from the real points of a ball to all of the ball, and no number where
it may have none there: where the ball reaches a branch cut or a pole, or a switch may go both ways. So
whatever is finite is proved to be defined and analytic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from flint import acb, arb

from lab.activations.formula.tape import Node, Tape
from lab.numerics import Interval
from lab.prover.sides import Side

Rule: TypeAlias = Callable[..., acb]

NOTHING = acb(arb.nan(), arb.nan())
"""What a function has where it is not known to be analytic."""


def continued(
    tape: Tape, wanted: Sequence[Node], sides: Mapping[Node, Side]
) -> Callable[[acb], tuple[acb, ...]]:
    """The analytic continuation of these nodes, as a function of a ball that holds real z, or is one.

    Parameters
    ----------
    tape, wanted
        The nodes.
    sides
        The switches that are known to be on one side for all real z that matter, `Side` of each: these
        are continued from that side. Other switches are decided on each ball, or not.
    """
    steps: dict[Node, tuple[Rule, tuple[Node, ...]]] = {}
    waiting = list(wanted)
    while waiting:
        k = waiting.pop()
        if k not in steps:
            steps[k] = _step(tape, k, sides)
            waiting += steps[k][1]
    order = sorted(steps)  # every node comes after its arguments
    program = [(k, *steps[k]) for k in order]

    def function(z: acb) -> tuple[acb, ...]:
        found: dict[Node, acb] = {}
        for k, rule, arguments in program:
            found[k] = rule(*[found[x] for x in arguments]) if arguments else rule(z)
        return tuple(found[k] for k in wanted)

    return function


def _step(tape: Tape, k: Node, sides: Mapping[Node, Side]) -> tuple[Rule, tuple[Node, ...]]:
    """The rule of a node and what it is applied to; a choice that is decided needs one branch only."""
    name, arguments = tape.operation[k], tape.arguments[k]
    if name == "z":
        return _same, ()
    if name == "constant":
        value = of_interval(tape.constants[k])
        return lambda z: value, ()
    if name == "where" and arguments[0] in sides:
        condition, yes, no = arguments
        return _same, (yes if _SWITCHES[tape.operation[condition]][sides[condition]]() == 1 else no,)
    if k in sides:
        return _SWITCHES[name][sides[k]], arguments
    return RULES.get(name, _undefined), arguments


def of_interval(values: Interval | None) -> acb:
    """The ball around an interval; no number where it is unbounded or there is none."""
    if values is None:
        return NOTHING
    return acb(arb(values.low) if values.low == values.high else arb(values.low).union(arb(values.high)))


def _same(x: acb) -> acb:
    return x


def _undefined(*x: acb) -> acb:
    return NOTHING


def _zero(*x: acb) -> acb:
    return acb(0)


def _one(*x: acb) -> acb:
    return acb(1)


_SWITCHES: dict[str, dict[Side, Rule]] = {
    "abs": {-1: lambda x: -x, 1: _same},
    "sign": {-1: lambda x: acb(-1), 1: _one},
    "softsign": {-1: lambda x: x / (1 - x), 1: lambda x: x / (1 + x)},
    "min": {-1: lambda x, y: x, 1: lambda x, y: y},
    "max": {-1: lambda x, y: y, 1: lambda x, y: x},
    "less": {-1: _one, 1: _zero},
    "less_equal": {-1: _one, 1: _zero},
    "greater": {-1: _zero, 1: _one},
    "greater_equal": {-1: _zero, 1: _one},
}
"""What a switch is where its argument, or the first less the second, is negative (−1) or positive (1)."""


def _switched(name: str, x: acb, *others: acb) -> acb:
    """A switch, where all of the ball is on one side of it: then so are its real points."""
    difference = (x - others[0] if others else x).real
    if difference > 0:
        return _SWITCHES[name][1](x, *others)
    return _SWITCHES[name][-1](x, *others) if difference < 0 else NOTHING


def _where(condition: acb, yes: acb, no: acb) -> acb:
    if condition == 1:
        return yes
    return no if condition == 0 else NOTHING


def _arctan(x: acb) -> acb:
    """It has cuts from i and −i to infinity."""
    return NOTHING if x.real.contains(0) and not abs(x.imag) < 1 else x.atan()


def _log1p(x: acb) -> acb:
    return x.log1p() if (1 + x).log(analytic=True).is_finite() else NOTHING


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


def _density(x: acb) -> acb:
    return (-x * x / 2).exp() / (2 * arb.pi()).sqrt()


RULES: dict[str, Rule] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "pow": lambda x, c: x.pow(c, analytic=True),
    "exp": lambda x: x.exp(),
    "expm1": lambda x: x.expm1(),
    "log": lambda x: x.log(analytic=True),
    "log1p": _log1p,
    "sqrt": lambda x: x.sqrt(analytic=True),
    "sin": lambda x: x.sin(),
    "cos": lambda x: x.cos(),
    "sinh": lambda x: x.sinh(),
    "cosh": lambda x: x.cosh(),
    "tanh": lambda x: x.tanh(),
    "sech2": lambda x: x.sech() ** 2,
    "arctan": _arctan,
    "asinh": _asinh,
    "erf": lambda x: x.erf(),
    "erfc": lambda x: x.erfc(),
    "erf_slope": lambda x: 2 * (-x * x).exp() / arb.pi().sqrt(),
    "sigmoid": _sigmoid,
    "sigmoid_slope": lambda x: _sigmoid(x) * _sigmoid(-x),
    "softplus": _softplus,
    "isru": lambda x: x * (1 + x * x).rsqrt(analytic=True),
    "Phi": lambda x: (-x / arb(2).sqrt()).erfc() / 2,
    "phi": _density,
    "where": _where,
    **{name: partial(_switched, name) for name in _SWITCHES},
}
"""The rule of each operation of a tape."""
