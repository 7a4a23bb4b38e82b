"""A formula in kernels with the exponents of its exponentials kept apart, so that none runs over.

e^z is no float64 from z = 710 on, nor a float32 from 89 on, though z/cosh z is a number at any z. Here every
part of a formula is m·e^s with an m and an s of its own: cosh z is ½(1 + e^{−2|z|})·e^{|z|}. The exponents of
factors are added as terms in z, of which equal ones cancel exactly, and only what is left is computed.
"""

from collections.abc import Callable
from functools import reduce
from math import pi, sqrt
from typing import NamedTuple

from lab.activations.formula.float_graph import FloatGraph
from lab.activations.formula.graph import Expression, below, coefficients
from lab.activations.formula.lowering import in_kernels, level, multiple, power
from lab.activations.formula.operations import bell

FAR = 80.0
"""An s from which on f(m·e^{−s}) is f′(0)·m·e^{−s} where f(0) = 0, to the last digit, if m is no huge number.

And e^s is yet a number of every dtype that a function is computed in.
"""


class Apart(NamedTuple):
    """m·e^s; s is None where it is 0."""

    m: Expression
    s: Expression | None = None

    @property
    def exponent(self) -> Expression:
        return self.m.lifted(0) if self.s is None else self.s

    @property
    def value(self) -> Expression:
        """The number, by half of the exponent at a time: e^s may run over where m·e^s does not."""
        if self.s is None:
            return self.m
        half = (0.5 * self.s).call("exp")
        return self.m * half * half


def apart(root: Expression) -> Expression:
    """The same function of z in kernels, computed with exponents apart; at ±∞ it may be NaN."""
    kernels = FloatGraph()
    made: dict[Expression, Apart] = {}
    values: dict[Expression, Expression] = {}
    for node in below(root):
        x = [made[argument] for argument in node.arguments]
        rule = _RULES.get(node.operation)
        falls = node.operation in _STRAIGHT and x[0].s is not None
        if node.varies and rule and (node.operation in EXPONENTIAL or any(one.s is not None for one in x)):
            made[node] = rule(*x)
        elif falls:
            made[node] = _straight(x[0], in_kernels(node, values, kernels), _STRAIGHT[node.operation])
        else:
            made[node] = Apart(in_kernels(node, values, kernels))
        values[node] = made[node].value
    value, z = values[root], kernels.z()
    return z.call("isnan").call("where", z, value) if value.varies else level(value)


def _exponents(*signed: tuple[int, Expression | None]) -> Expression | None:
    """The sum of exponents with their signs, of which equal terms are added up; None where nothing is left."""
    given = [s if sign == 1 else -s for sign, s in signed if s is not None]
    if not given:
        return None
    terms = [c * f for f, c in coefficients(reduce(lambda s, t: s + t, given)).items() if c.number != 0]
    return reduce(lambda s, t: s + t, terms) if terms else None


def _size(x: Expression) -> Expression:
    """|x|, where |2z| is 2|z|."""
    c, u = multiple(x)
    return abs(c) * u.call("abs")


def _never_rises(s: Expression | None) -> bool:
    """Whether an exponent is seen to be at most 0, as −2|z| is."""
    if s is None:
        return True
    c, u = multiple(s)
    return (c < 0 and u.operation in ("abs", "square")) or (s.operation == "min" and s.arguments[1].number == 0)


def _sum(x: Apart, y: Apart, name: str = "add") -> Apart:
    if x.s is y.s:
        return Apart(x.m.call(name, y.m), x.s)
    if None in (x.s, y.s) and _never_rises(x.s) and _never_rises(y.s):
        return Apart(x.value.call(name, y.value))
    s = y.s.call("max", x.exponent) if y.s is not None else x.exponent.call("max", 0)  # a number is second
    return Apart(_without(x, s).call(name, _without(y, s)), s)


def _without(x: Apart, s: Expression) -> Expression:
    """m·e^s′ / e^s, which is no larger than m."""
    left = _exponents((1, x.s), (-1, s))
    return x.m if left is None else x.m * left.call("exp")


def _power(x: Apart, c: Apart) -> Apart:
    if c.m.number is None:
        return Apart(power(x.value, c.value))
    return Apart(power(x.m, c.m), _exponents((1, c.m * x.exponent)))


def _choice(mask: Apart, yes: Apart, no: Apart) -> Apart:
    return _chosen(mask.m, yes, no)


def _chosen(mask: Expression, yes: Apart, no: Apart) -> Apart:
    return Apart(mask.call("where", yes.m, no.m), mask.call("where", yes.exponent, no.exponent))


def _straight(x: Apart, near: Expression, rate: float) -> Apart:
    """f(x) with f(0) = 0 and f′(0) = rate, which is ``near`` where x is not tiny."""
    return _chosen(x.exponent.call("less", -FAR), Apart(rate * x.m, x.s), Apart(near))


def _log(x: Apart) -> Apart:
    return Apart(x.m.call("log") + x.exponent)


def _log1p(x: Apart) -> Apart:
    s = x.exponent
    far = (x.m + (-s).call("exp")).call("log") + s
    near = Apart(x.m, s.call("min", FAR)).value.call("log1p")
    return _straight(x, s.call("greater", FAR).call("where", far, near), 1.0)


def _asinh(x: Apart) -> Apart:
    s = x.exponent
    far = x.m.call("sign") * ((2 * x.m.call("abs")).call("log") + s)
    near = Apart(x.m, s.call("min", FAR)).value.call("asinh")
    return _straight(x, s.call("greater", FAR).call("where", far, near), 1.0)


def _exp(x: Apart) -> Apart:
    return Apart(x.m.lifted(1), _exponents((1, x.value)))


def _expm1(x: Apart) -> Apart:
    u = x.value
    near = Apart(u.call("min", FAR).call("expm1"))
    made = _chosen(u.call("greater", FAR), Apart(u.lifted(1), u), near)
    return made if x.s is None else _chosen(x.s.call("less", -FAR), x, made)


def _cosh(x: Apart) -> Apart:
    size = _size(x.value)
    return Apart(0.5 + 0.5 * (-2 * size).call("exp"), size)


def _sinh(x: Apart) -> Apart:
    u = x.value
    made = Apart(-0.5 * u.call("sign") * (-2 * _size(u)).call("expm1"), _size(u))
    return made if x.s is None else _chosen(x.s.call("less", -FAR), x, made)


def _fallen(x: Expression, rate: float) -> tuple[Expression, Expression]:
    """1/(1 + e^{−rate·|x|}) and the exponent of that exponential."""
    s = -rate * _size(x)
    return 1 / (1 + s.call("exp")), s


def _sech2(x: Apart) -> Apart:
    q, s = _fallen(x.value, 2)
    return Apart(4 * q.call("square"), s)


def _sigmoid(x: Apart) -> Apart:
    q, _ = _fallen(x.value, 1)
    return Apart(q, x.value.call("min", 0))


def _sigmoid_slope(x: Apart) -> Apart:
    q, s = _fallen(x.value, 1)
    return Apart(q.call("square"), s)


def _softplus(x: Apart) -> Apart:
    u = x.value
    near = u.call("max", 0) + (-u.call("abs")).call("exp").call("log1p")
    return _chosen(u.call("less", -FAR), Apart(u.lifted(1), u), Apart(near))


def _erfc(x: Apart) -> Apart:
    u = x.value
    core = u.call("abs").call("erfcx")
    upper = Apart(2 - core * bell(u, 1.0))
    return _chosen(u.call("greater_equal", 0), Apart(core, -u.call("square")), upper)


def _distribution(x: Apart) -> Apart:
    u = x.value
    core = 0.5 * (sqrt(0.5) * u.call("abs")).call("erfcx")
    upper = Apart(1 - core * bell(u, 0.5))
    return _chosen(u.call("greater_equal", 0), upper, Apart(core, -0.5 * u.call("square")))


def _density(x: Apart) -> Apart:
    return Apart(x.m.lifted(1 / sqrt(2 * pi)), -0.5 * x.value.call("square"))


EXPONENTIAL: dict[str, Callable[..., Apart]] = {
    "exp": _exp,
    "expm1": _expm1,
    "cosh": _cosh,
    "sinh": _sinh,
    "sech2": _sech2,
    "sigmoid": _sigmoid,
    "sigmoid_slope": _sigmoid_slope,
    "softplus": _softplus,
    "erfc": _erfc,
    "Phi": _distribution,
    "phi": _density,
}
"""What has an exponent, whatever its argument."""

_RULES: dict[str, Callable[..., Apart]] = {
    **EXPONENTIAL,
    "add": _sum,
    "sub": lambda x, y: _sum(x, y, "sub"),
    "neg": lambda x: Apart(-x.m, x.s),
    "abs": lambda x: Apart(x.m.call("abs"), x.s),
    "mul": lambda x, y: Apart(x.m * y.m, _exponents((1, x.s), (1, y.s))),
    "div": lambda x, y: Apart(x.m / y.m, _exponents((1, x.s), (-1, y.s))),
    "sqrt": lambda x: Apart(x.m.call("sqrt"), _exponents((1, 0.5 * x.exponent))),
    "pow": _power,
    "where": _choice,
    "log": _log,
    "log1p": _log1p,
    "asinh": _asinh,
}
"""What an operation makes of parts with exponents."""

_STRAIGHT = {"tanh": 1.0, "sin": 1.0, "arctan": 1.0, "erf": 2 / sqrt(pi), "sinc_slope": -1 / 3}
"""Other functions with f(0) = 0, and their f′(0)."""
