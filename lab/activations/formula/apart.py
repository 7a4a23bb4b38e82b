"""A formula in kernels with the exponents of its exponentials kept apart, so that none runs over.

e^z is no float64 from z = 710 on, nor a float32 from 89 on, though z/cosh z is a number at any z. Here every
part of a formula is m·e^s with an m and an s of its own: cosh z is ½(1 + e^{−2|z|})·e^{|z|}. The exponents of
factors are added as terms in z, of which equal ones cancel exactly, and only what is left is computed.
"""

from collections.abc import Callable
from functools import lru_cache, partial, reduce
from math import frexp, isnan, nan, pi, sqrt
from typing import NamedTuple

from lab.activations.formula.float_graph import FloatGraph
from lab.activations.formula.graph import Expression, below, folded
from lab.activations.formula.kernels import MASKS
from lab.activations.formula.lowering import in_kernels, level, power
from lab.activations.formula.operations import COMPARISONS, bell
from lab.activations.formula.terms import coefficients, multiple

FAR = 80.0
"""An s from which on f(m·e^{−s}) is f′(0)·m·e^{−s} where f(0) = 0, to the last digit, if m is no huge number.

And e^s is yet a number of every dtype that a function is computed in.
"""


CANCELLED, LARGE = 1e3, 1e5
"""What is rounded of an exponent is no more than so many times it, or than so much, where e^s is known."""


KEPT = 1024
"""The sums of exponents that are kept: they come up again in each other."""


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
        half = (0.5 * _sure(self.s)).call("exp")
        return self.m * half * half


def apart(*roots: Expression, checked: bool = False) -> list[Expression]:
    """The same functions of z in kernels, computed with exponents apart; at ±∞ they may be NaN.

    ``checked``, they are NaN too where no more than rounding is left of the terms of an exponent.
    """
    kernels = FloatGraph()
    made: dict[Expression, Apart] = {}
    values: dict[Expression, Expression] = {}
    for node in below(*roots):
        x = [made[argument] for argument in node.arguments]
        plain = in_kernels(node, values, kernels)
        inner = node.arguments[0] if node.arguments else node
        if inner.operation == "softplus" and node.operation in _OF_SOFTPLUS:
            made[node] = _OF_SOFTPLUS[node.operation](values[inner.arguments[0]])
        elif node.operation in _ITSELF or any(one.s is not None for one in x):
            rule = _RULES.get(node.operation)
            rate = _STRAIGHT.get(node.operation)
            made[node] = rule(*x) if rule else _straight(x[0], plain, rate) if rate else Apart(plain)
        else:
            made[node] = Apart(plain)
        values[node] = made[node].value
    found = [values[root] for root in roots]
    return [_with_nan(one) if one.varies else level(one) for one in (found if checked else _unchecked(found))]


def _with_nan(root: Expression) -> Expression:
    """An expression that is NaN where z is, as it may be already."""

    def keeps(node: Expression, x: list[bool]) -> bool:
        if node.operation == "where":
            return all(x[1:])
        return node.operation == "z" or (any(x) and node.operation not in (*MASKS, "pow"))

    z = root.graph.z()
    return root if folded(keeps, root)[0] else z.call("isnan").call("where", z, root)


def _sure(s: Expression) -> Expression:
    """An exponent, and NaN where it is less than its rounding may be; what runs over is beyond all others."""
    if s.operation in ("z", "abs") or not s.varies:
        return s
    if (rounded := _rounded(s)) is not None:
        known = (CANCELLED * s.call("abs")).call("max", LARGE)
        s = known.call("less", rounded).call("where", nan, s)
    return s


@lru_cache(maxsize=KEPT)
def _rounded(x: Expression) -> Expression | None:
    """The sizes of what is rounded on the way to an exponent, added up; None where nothing is.

    Of a choice they are those of what is chosen.
    """
    if x.number is not None or x.operation in ("z", "copy"):  # a comparison as 0 or 1
        return None
    c, u = multiple(x)
    inner = [_rounded(one) for one in x.arguments]
    own = None
    if u is not x:
        within, own = _rounded(u), None if abs(frexp(c)[0]) == 0.5 else x.call("abs")
        inner = [None if within is None else abs(c) * within]
    elif x.operation in ("max", "min", "where"):
        u, v = x.arguments[-2:]
        first = x.arguments[0] if x.operation == "where" else u.call("greater", v)
        inner = inner[-2:] if x.operation != "min" else inner[::-1]
        if inner != [None, None]:
            inner = [first.call("where", *(x.lifted(0) if one is None else one for one in inner))]
    elif x.operation in ("tanh", "erf", "arctan"):  # what is rounded of a large argument does not show
        inner, own = [], x.call("abs")
    elif x.operation != "abs":
        own = x.call("abs")
    found = [one for one in (own, *inner) if one is not None]
    return _total(found) if found else None


def _unchecked(roots: list[Expression]) -> list[Expression]:
    """Expressions without what `_sure` makes of an exponent."""
    return folded(lambda node, x: x[2] if _is_check(node) else node.of(x), *roots)


def _is_check(node: Expression) -> bool:
    return node.operation == "where" and isnan(node.arguments[1].number or 0.0)


@lru_cache(maxsize=KEPT)
def _exponents(s: Expression | None, t: Expression | None) -> Expression | None:
    """The sum of two exponents, of which equal terms are added up; None where nothing is left.

    z − max(z, 0) is min(z, 0), which does not cancel.
    """
    if s is None or t is None:
        terms = _terms(t if s is None else s)
        return _total(terms) if terms else None
    for one, other in ((s, t), (t, s)):
        c, choice = multiple(one)
        if choice.operation in _OPPOSITE:
            *mask, u, v = choice.arguments
            x, y = _exponents(other, c * u), _exponents(other, c * v)
            if x is None and y is None:
                return None
            if x is None or y is None or (mask and len(_terms(x)) == len(_terms(y)) == 1):
                name = choice.operation if c > 0 else _OPPOSITE[choice.operation]
                pair = [s.lifted(0) if left is None else left for left in (x, y)]
                pair.sort(key=lambda left: left.number is not None and not mask)  # a number is second
                return s.graph.apply(name, *mask, *pair)
    terms = _terms(s + t)
    return _total(terms) if terms else None


_OPPOSITE = {"max": "min", "min": "max", "where": "where"}
"""What a choice among exponents becomes with the other sign."""


def _terms(s: Expression | None) -> list[Expression]:
    return [] if s is None else [c * f for f, c in coefficients(s).items() if c.number != 0]


def _total(terms: list[Expression]) -> Expression:
    return reduce(lambda s, t: s + t, terms)


def _size(x: Expression) -> Expression:
    """|x|, where |2z| is 2|z|."""
    c, u = multiple(x)
    return abs(c) * u.call("abs")


def _never_rises(s: Expression | None) -> bool:
    """Whether an exponent is seen to be at most 0, as −2|z| is."""
    if s is None:
        return True
    c, u = multiple(s)
    if u.operation in ("max", "min"):
        return u.arguments[1].number == 0 and u.operation == ("min" if c > 0 else "max")
    return c < 0 and u.operation in ("abs", "square")


def _sum(x: Apart, y: Apart, name: str = "add") -> Apart:
    if None in (x.s, y.s) and _never_rises(x.s) and _never_rises(y.s):
        return Apart(x.value.call(name, y.value))
    apart = _exponents(x.s, None if y.s is None else -y.s)
    if apart is None:  # the same exponent
        return Apart(x.m.call(name, y.m), x.s)
    s = x.exponent if y.s is None else y.s
    if y.s is not None and x.s is not None:
        s = y.s.call("max", x.s)
    elif not _never_rises(-s):
        s = s.call("max", 0)
    known = apart if len(_terms(apart)) == 1 else _sure(apart)  # of ±∞ alone the sign is enough
    one, other = (d.call("min", 0).call("exp") for d in (known, -known))
    return Apart((x.m * one).call(name, y.m * other), s)


def _compared(x: Apart, y: Apart, name: str) -> Apart:
    if y.m.number == 0:
        return Apart((x.m if x.m.varies else level(x.m)).call(name, 0))
    return Apart(x.value.call(name, y.value))


def _choice(mask: Apart, yes: Apart, no: Apart) -> Apart:
    """What is chosen by a comparison; NaN where that is of an exponent that is not known."""
    made = _chosen(mask.m, yes, no)
    unsure = (x for x in mask.m.arguments if any(map(_is_check, below(x))))
    return Apart(reduce(lambda m, x: x.call("isnan").call("where", nan, m), unsure, made.m), made.s)


def _chosen(mask: Expression, yes: Apart, no: Apart) -> Apart:
    return Apart(mask.call("where", yes.m, no.m), mask.call("where", yes.exponent, no.exponent))


def _straight(x: Apart, near: Expression, rate: float) -> Apart:
    """f(x) with f(0) = 0 and f′(0) = rate, which is ``near`` where x is not tiny."""
    return _chosen(_sure(x.exponent).call("less", -FAR), Apart(rate * x.m, x.s), Apart(near))


def _log1p(x: Apart) -> Apart:
    s = _sure(x.exponent)
    far = (x.m + (-s).call("exp")).call("log") + s
    near = Apart(x.m, s.call("min", FAR)).value.call("log1p")
    return _straight(x, s.call("greater_equal", FAR).call("where", far, near), 1.0)


def _asinh(x: Apart) -> Apart:
    s = _sure(x.exponent)
    far = x.m.call("sign") * ((2 * x.m.call("abs")).call("log") + s)
    near = Apart(x.m, s.call("min", FAR)).value.call("asinh")
    return _straight(x, s.call("greater_equal", FAR).call("where", far, near), 1.0)


def _e_to(u: Expression) -> Apart:
    return Apart(u.lifted(1), _exponents(u, None))


def _expm1(x: Apart) -> Apart:
    u = x.value
    near = Apart(u.call("min", FAR).call("expm1"))
    made = _chosen(u.call("greater_equal", FAR), _e_to(u), near)
    return made if x.s is None else _chosen(x.s.call("less", -FAR), x, made)


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
    return _chosen(u.call("less", -FAR), _e_to(u), Apart(near))


def _tanh_of_softplus(u: Expression) -> Apart:
    """W/(W + 2) with W = R(R + 2), R = e^x, divided by R² on the right, of E = e^{−|x|}."""
    E = (-_size(u)).call("exp")
    over = u.call("greater_equal", 0).call("where", 1 + 2 * E, 2 + E)
    return Apart(over / _divisor(u, E), u.call("min", 0))


def _sech2_of_softplus(u: Expression) -> Apart:
    """(1 − t)(1 + t) for t = W/(W + 2)."""
    E = (-_size(u)).call("exp")
    lacking = 2 / _divisor(u, E)
    value = lacking * u.call("greater_equal", 0).call("where", E.call("square"), level(u.lifted(1)))
    return Apart(lacking * (2 - value), -2 * u.call("max", 0))


def _divisor(u: Expression, E: Expression) -> Expression:
    """W + 2, divided by R² on the right."""
    square = E.call("square")
    return 2 * E + u.call("greater_equal", 0).call("where", 1 + 2 * square, 2 + square)


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


_ITSELF: dict[str, Callable[..., Apart]] = {
    "exp": lambda x: _e_to(x.value),
    "expm1": _expm1,
    "cosh": lambda x: Apart(0.5 + 0.5 * (-2 * _size(x.value)).call("exp"), _size(x.value)),
    "sinh": _sinh,
    "sech2": _sech2,
    "sigmoid": _sigmoid,
    "sigmoid_slope": _sigmoid_slope,
    "softplus": _softplus,
    "erfc": _erfc,
    "Phi": _distribution,
    "phi": lambda x: Apart(x.m.lifted(1 / sqrt(2 * pi)), -0.5 * x.value.call("square")),
}
"""What has an exponent, whatever its argument."""

_RULES: dict[str, Callable[..., Apart]] = {
    **_ITSELF,
    "add": _sum,
    "sub": lambda x, y: _sum(x, y, "sub"),
    "mul": lambda x, y: Apart(x.m * y.m, _exponents(x.s, y.s)),
    "div": lambda x, y: Apart(x.m / y.m, _exponents(x.s, None if y.s is None else -y.s)),
    "neg": lambda x: Apart(-x.m, x.s),
    "abs": lambda x: Apart(x.m.call("abs"), x.s),
    "sign": lambda x: Apart(x.m.call("sign")),
    **{name: partial(_compared, name=name) for name in COMPARISONS},
    "sqrt": lambda x: Apart(x.m.call("sqrt"), None if x.s is None else 0.5 * x.s),
    "pow": lambda x, c: Apart(power(x.m, c.value), None if x.s is None else c.value * x.s),
    "where": _choice,
    "log": lambda x: Apart(x.m.call("log") + _sure(x.exponent)),
    "log1p": _log1p,
    "asinh": _asinh,
}
"""What an operation makes of parts with exponents."""

_OF_SOFTPLUS = {"tanh": _tanh_of_softplus, "sech2": _sech2_of_softplus}
"""Functions of softplus that are simpler than the two apart."""

_STRAIGHT = {"tanh": 1.0, "sin": 1.0, "arctan": 1.0, "erf": 2 / sqrt(pi), "sinc_slope": -1 / 3}
"""Other functions with f(0) = 0, and their f′(0)."""

EXPONENTIAL = frozenset(_ITSELF)
"""The operations with an exponent."""
