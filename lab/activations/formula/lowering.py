"""From the graph of a formula to a graph of kernels: what computes the same values, precisely and cheaply.

A function that is made of others is written out, so that σ and σ′ share the parts: tanh z and sech² z, or
s(z) and s(z)s(−z), e^z. Whole powers become products, and choices are written so that NaN stays NaN.
"""

from collections.abc import Mapping
from math import frexp, isfinite
from types import MappingProxyType

from lab.activations.formula.float_graph import FloatGraph
from lab.activations.formula.graph import Expression, below
from lab.activations.formula.operations import OPERATIONS, SLOWEST, Making, bell
from lab.activations.formula.terms import multiple

_NEGATED = {
    "less": "greater_equal",
    "less_equal": "greater",
    "greater": "less_equal",
    "greater_equal": "less",
}


def lowered(
    *expressions: Expression, special: Mapping[str, Making] = MappingProxyType({})
) -> list[Expression]:
    """These expressions of one graph as expressions in kernels, in one graph of its own.

    An expression that is a number becomes one that is NaN where z is. ``special`` forms of operations come
    before those of `OPERATIONS`.
    """
    kernels = FloatGraph()
    made: dict[Expression, Expression] = {}
    for node in below(*expressions):
        made[node] = in_kernels(node, made, kernels, special)
    roots = [made[expression] for expression in expressions]
    return [root if root.varies else level(root) for root in roots]


def in_kernels(
    node: Expression,
    made: Mapping[Expression, Expression],
    kernels: FloatGraph,
    special: Mapping[str, Making] = MappingProxyType({}),
) -> Expression:
    """A node in kernels, given what was ``made`` of all nodes below it; ``special`` forms come first."""
    if not node.arguments:
        return kernels.leaf(node)
    name, arguments = node.operation, [made[argument] for argument in node.arguments]
    simpler = special.get(name) or (OPERATIONS[name].lowered if name in OPERATIONS else None)
    if (fused := (name, node.arguments[0].operation)) in _FUSED and not (special and fused[1] == "neg"):
        return _FUSED[fused](made[node.arguments[0].arguments[0]])
    if name == "exp" and (falls := _bell(node.arguments[0])):
        return bell(made[falls[0]], falls[1])
    if name == "div" and (u := _levels_off(*node.arguments)) is not None:
        within = made[u].call("max", -FAR).call("min", FAR)
        return _again(node, {u: within, -u: -within})
    if name == "where":
        return _choice(arguments, [made[x] for x in node.arguments[0].arguments if not x.total])
    if name == "pow":
        return power(*arguments)
    if name in ("min", "max") and arguments[0].number is not None:
        arguments.reverse()  # their slopes are known by now; and torch takes no number as the first
    return simpler(*arguments) if simpler else kernels.apply(name, *arguments)


FAR = 1e18
"""A |x| from which on x/(1 + |x|) and x/√(1 + x²) are ±1 in every dtype, and x² is yet a number of it."""


def _bell(x: Expression) -> tuple[Expression, float] | None:
    """The u and the rate of x = −rate·u², where `bell` takes that rate."""
    c, square = multiple(x)
    known = -c >= SLOWEST and frexp(-c)[0] == 0.5
    if known and square.operation == "pow" and square.arguments[1].number == 2:
        return square.arguments[0], -c
    return None


def _levels_off(over: Expression, under: Expression) -> Expression | None:
    """The u of a quotient c·u/(d + |u|) or c·u/√(d + u²), d > 0, which is ∞/∞ or u/∞ where u is large."""
    root = under.operation == "sqrt"
    terms = (under.arguments[0] if root else under).arguments
    if len(terms) != 2 or not any(term.number is not None and term.number > 0 for term in terms):
        return None
    for u in (over, multiple(over)[1]):
        if u.number is None and (term := u**2 if root else u.call("abs")) in terms:
            return term.arguments[0]  # the u also of |u| over it
    return None


def _again(node: Expression, known: dict[Expression, Expression]) -> Expression:
    """A node in kernels, with what is known of nodes below it."""
    if node not in known:
        kernels = next(iter(known.values())).graph
        if node.number is not None:
            return kernels.constant(node.number)
        x = [_again(argument, known) for argument in node.arguments]
        known[node] = power(*x) if node.operation == "pow" else kernels.apply(node.operation, *x)
    return known[node]


def _tanh_of_softplus(x: Expression) -> Expression:
    """W/(W + 2) with W = R(R + 2), R = e^x, since e^softplus is 1 + R."""
    return 1 / (1 + 2 / _w(x))


def _sech2_of_softplus(x: Expression) -> Expression:
    """1 − t² = (1 − t)(1 + t) for t = W/(W + 2)."""
    lacking = 1 / (1 + 0.5 * _w(x))
    return lacking * (2 - lacking)


def _w(x: Expression) -> Expression:
    R = x.call("exp")
    return R * (R + 2)


def _softplus_of_negative(x: Expression) -> Expression:
    """ln(1 + e^{−x}) = ln(1 + E) − min(x, 0) with E = e^{−|x|} = min(R, 1/R), R = e^x."""
    R = x.call("exp")
    return R.call("min", 1 / R).call("log1p") - x.call("min", 0)


_FUSED: dict[tuple[str, str], Making] = {
    ("tanh", "softplus"): _tanh_of_softplus,
    ("sech2", "softplus"): _sech2_of_softplus,
    ("sigmoid", "neg"): lambda x: 1 / (1 + x.call("exp")),
    ("softplus", "neg"): _softplus_of_negative,
}
"""A function of another one that is simpler than the two apart."""


def _fallen(x: Expression) -> tuple[Expression, Expression]:
    """E = e^{−|x|} and 1/(1 + E), of which s(x), s(−x) and their product are made."""
    E = (-x.call("abs")).call("exp")
    return E, 1 / (1 + E)


def _logistic(x: Expression) -> Expression:
    E, q = _fallen(x)
    return x.call("greater_equal", 0).call("where", q, E * q)


def _logistic_slope(x: Expression) -> Expression:
    E, q = _fallen(x)
    return E * q * q


def _bent_line(x: Expression) -> Expression:
    return x.call("max", 0) + _fallen(x)[0].call("log1p")


def _hyperbolic(x: Expression) -> Expression:
    """(1 − E)/(1 + E) with the sign of x, for E = e^{−2|x|}; 1 − E keeps its digits next to 0."""
    lacking = -(-(2 * x).call("abs")).call("expm1")
    return x.call("sign") * (lacking * _fallen(2 * x)[1])


def _hyperbolic_slope(x: Expression) -> Expression:
    E, q = _fallen(2 * x)
    return 4 * (E * q * q)


ONE_DIVISION: dict[str, Making] = {
    "sigmoid": _logistic,
    "sigmoid_slope": _logistic_slope,
    "softplus": _bent_line,
    "tanh": _hyperbolic,
    "sech2": _hyperbolic_slope,
}
"""The functions of E = e^{−|x|}, with a choice and one division in place of two or three divisions.

For a machine to which a choice costs next to nothing.
"""


def power(x: Expression, c: Expression) -> Expression:
    """x^c, without the general power for the exponents that formulas and their slopes have most."""
    if c.number == 0 or x.number == 1:  # numpy's NaN⁰ and 1^NaN are 1
        varies = c if x.number == 1 else x
        return varies.call("isnan").call("where", varies, 1)
    if c.number == 0.5:
        return x.call("sqrt")
    if c.number == 1:
        return x
    if c.number in (2, 4):
        return power(x, c / 2).call("square")
    if c.number in (3, 1.5):
        return x * power(x, c - 1)
    if c.number in (-0.5, -1, -1.5, -2, -3, -4):
        return 1 / power(x, -c)
    return x.call("pow", c)


def _choice(arguments: list[Expression], doubtful: list[Expression]) -> Expression:
    """``where``: NaN where z is NaN or one of the doubtful operands of the comparison, which is no answer.

    A comparison with NaN does not hold, so the other branch is taken there: let it be one with a z.
    """
    mask, yes, no = arguments
    (a, x), (b, y) = multiple(yes), multiple(no)
    if yes.number is not None and no.number is not None:
        made = _choice_of_numbers(mask, yes.number, no.number)
    elif x == y and a and b:
        made = x * _choice_of_numbers(mask, a, b)  # two lines through 0: their slope is computed anyway
    elif not no.varies:
        made = _opposite(mask).call("where", no, yes if yes.varies else level(yes))
    else:
        made = mask.call("where", yes, no)
    for x in doubtful:
        made = x.call("isnan").call("where", x, made)
    return made


def _choice_of_numbers(mask: Expression, yes: float, no: float) -> Expression:
    """``where`` for two numbers, by arithmetic with the answer as 0 or 1; NaN where z is."""
    x, y = mask.arguments
    if (yes, no) == (0, 1):
        return _choice_of_numbers(_opposite(mask), no, yes)
    if (yes, no, y.number) == (1, 0, 0) and mask.operation == "greater":
        return x.call("max", 0).call("sign")
    if (yes, no, y.number) == (1, 0, 0) and mask.operation == "less":
        return -x.call("min", 0).call("sign")
    if not (isfinite(yes) and isfinite(no)):
        return mask.call("where", yes, level(mask.graph.constant(no)))
    one = level(mask.graph.constant(1))
    if no == 0:
        return yes * (one - _opposite(mask).call("copy"))
    holds = mask.call("copy")
    return yes * holds + no * (one - holds)


def _opposite(mask: Expression) -> Expression:
    return mask.graph.apply(_NEGATED[mask.operation], *mask.arguments)


def level(number: Expression) -> Expression:
    """The number, but NaN where z is."""
    return number.graph.z().call("max", number).call("min", number)
