"""From expressions in kernels to source text: one printer, and a dialect for each language.

What a language has no function for (erfcx, sin x/x, erf) is written out in sums and products first.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import copysign, factorial, inf, isnan, pi, sqrt

import numpy as np

from lab.activations.formula.graph import Expression, below
from lab.activations.formula.kernels import MASKS
from lab.activations.formula.operations import FAR, bell
from lab.activations.formula.special import SERIES, SLOPES, K, coefficients

LONGEST = 60
"""A value that is used once stands in the place where it is used, up to so many letters."""

COMPARED, ADDED, MULTIPLIED, SIGNED, WHOLE = range(5)
"""How tightly a text holds together: it is put in brackets where its place asks for more."""


@dataclass(frozen=True)
class Text:
    """A piece of source, and how tightly it holds together."""

    source: str
    tightness: int = WHOLE

    def within(self, tightness: int) -> str:
        return self.source if self.tightness >= tightness else f"({self.source})"


@dataclass(frozen=True)
class Dialect:
    """How a language writes what is not the same in all of them.

    calls
        Kernel → format string of its arguments, ``"torch.exp({0})"``.
    assignment
        Format string of a line that keeps a value, from its name and the value.
    assigned_mask
        The same for a comparison's answer.
    infinity, nan
        The names of ∞ and of NaN.
    lacking
        The kernels that are written out in others.
    indent
        What stands before a line.
    """

    calls: Mapping[str, str]
    assignment: str = "{0} = {1}"
    assigned_mask: str = "{0} = {1}"
    infinity: str = "inf"
    nan: str = "nan"
    lacking: frozenset[str] = frozenset()
    indent: str = "    "


SAME = (
    *("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "sinh", "cosh", "tanh"),
    *("sign", "abs", "trunc", "isnan"),
)
"""The kernels of one argument that are called alike in all languages."""


def as_numpy(module: str, **others: str) -> dict[str, str]:
    """The calls of a module that names its functions as numpy does, and others in their place."""
    return {
        **{name: f"{module}.{name}({{0}})" for name in SAME},
        "arctan": f"{module}.arctan({{0}})",
        "asinh": f"{module}.arcsinh({{0}})",
        "min": f"{module}.minimum({{0}}, {{1}})",
        "max": f"{module}.maximum({{0}}, {{1}})",
        "where": f"{module}.where({{0}}, {{1}}, {{2}})",
        "copy": "({0}).astype(z.dtype)",
        **others,
    }


def body(dialect: Dialect, kernels: Expression, ends: str, names: Sequence[str] = ()) -> list[str]:
    """The lines of a function that computes this expression in kernels, whose open parameters have ``names``.

    ``ends`` is the format string of the last line.
    """
    (root,) = written_out([kernels], dialect.lacking)
    order = below(root)
    uses = Counter([x for node in order for x in node.arguments * (1 + (node.operation == "square"))])
    texts: dict[Expression, Text] = {}
    lines: list[str] = []
    for node in order:
        text = _text(dialect, node, [texts[x] for x in node.arguments], names)
        if node.arguments and (uses[node] > 1 or len(text.source) > LONGEST):
            is_mask = node.operation in MASKS
            kept = f"{'m' if is_mask else 'u'}{len(lines) + 1}"
            form = dialect.assigned_mask if is_mask else dialect.assignment
            lines.append(dialect.indent + form.format(kept, text.source))
            text = Text(kept)
        texts[node] = text
    return [*lines, dialect.indent + ends.format(texts[root].source)]


def _number(dialect: Dialect, x: float) -> Text:
    if isnan(x):
        return Text(dialect.nan)
    size = dialect.infinity if abs(x) == inf else repr(abs(x))
    return Text(f"-{size}", SIGNED) if copysign(1, x) < 0 else Text(size)


def _text(dialect: Dialect, node: Expression, x: list[Text], names: Sequence[str]) -> Text:
    name = node.operation
    if node.number is not None:
        return _number(dialect, node.number)
    if name == "z":
        return Text("z")
    if name == "parameter":
        return Text(names[node.position - 1])
    if name in ("min", "max") and node.arguments[1].number is not None and f"{name} number" in dialect.calls:
        name = f"{name} number"
    if name == "copy" and node.arguments[0].operation not in MASKS:
        return x[0]
    if name in dialect.calls:
        return Text(dialect.calls[name].format(*(one.source for one in x)))
    return _OPERATORS[name](*x)


def _operator(sign: str, tightness: int) -> Callable[..., Text]:
    return lambda x, y: Text(f"{x.within(tightness)} {sign} {y.within(tightness + 1)}", tightness)


_OPERATORS: dict[str, Callable[..., Text]] = {
    "add": _operator("+", ADDED),
    "sub": _operator("-", ADDED),
    "mul": _operator("*", MULTIPLIED),
    "div": _operator("/", MULTIPLIED),
    "less": _operator("<", COMPARED),
    "less_equal": _operator("<=", COMPARED),
    "greater": _operator(">", COMPARED),
    "greater_equal": _operator(">=", COMPARED),
    "neg": lambda x: Text(f"-{x.within(WHOLE)}", SIGNED),
    "square": lambda x: Text(f"{x.within(WHOLE)} * {x.within(WHOLE)}", MULTIPLIED),
    "pow": lambda x, y: Text(f"{x.within(WHOLE)} ** {y.within(WHOLE)}", SIGNED),
}


def written_out(roots: Sequence[Expression], lacking: frozenset[str]) -> list[Expression]:
    """Expressions in kernels without kernels that a language lacks."""
    long = {name: form for name, form in _LONG.items() if name != "erf" or name in lacking}
    while long.keys() & {node.operation for node in below(*roots)}:
        made: dict[Expression, Expression] = {}
        for node in below(*roots):
            x = [made[argument] for argument in node.arguments]
            form = long.get(node.operation)
            made[node] = form(*x) if form else node.of(x)
        roots = [made[root] for root in roots]
    return list(roots)


def _polynomial(coefficients: Sequence[float], x: Expression) -> Expression:
    """Σ cₖ xᵏ by Horner's rule."""
    total = x.lifted(float(coefficients[-1]))
    for c in reversed(coefficients[:-1]):
        total = total * x + float(c)
    return total


def _erfcx(x: Expression) -> Expression:
    """As `lab.activations.formula.special.erfcx`, to the degree of float64."""
    terms = [float(c) for c in coefficients(np.dtype(np.float64))[::-1]]
    v = 2 * K / (x + K)
    return v * _polynomial(terms, 1 - v)


_ERF = [2 / sqrt(pi) * (-1) ** k / (factorial(k) * (2 * k + 1)) for k in range(20)]


def _erf(x: Expression) -> Expression:
    """Its power series where |x| < 1, else what erfcx leaves of ±1."""
    y = x.call("abs").call("nearer")
    far = x.call("sign") * (1 - _erfcx(y) * bell(y, 1.0))
    near = x.call("abs").call("min", 1)
    return y.call("less", 1).call("where", x * _polynomial(_ERF, near.call("square")), far)


def _near_and_far(x: Expression, near: Expression, far: Callable[[Expression], Expression]) -> Expression:
    """``near`` where |x| < 1, the other farther off, and 0 at ±∞."""
    size = x.call("abs")
    infinite = size.call("greater", 1.7e308)
    apart = size.call("less", 1).call("where", 1, infinite.call("where", 1, x))
    return size.call("less", 1).call("where", near, infinite.call("where", 0, far(apart)))


def _sinc(x: Expression) -> Expression:
    near = x.call("max", -1).call("min", 1).call("square")
    return _near_and_far(x, _polynomial(SERIES, near), lambda x: x.call("sin") / x)


def _sinc_slope(x: Expression) -> Expression:
    inside = x.call("max", -1).call("min", 1)
    near = inside * _polynomial(SLOPES, inside.call("square"))
    return _near_and_far(x, near, lambda x: (x.call("cos") - x.call("sin") / x) / x)


_LONG: dict[str, Callable[[Expression], Expression]] = {
    "erfcx": _erfcx,
    "erf": _erf,
    "sinc": _sinc,
    "sinc_slope": _sinc_slope,
    "nearer": lambda x: x.call("min", FAR),
    "sixteenths": lambda x: (x * 16).call("trunc") / 16,
}
"""Kernels in other kernels; ``trunc``, towards 0, is one that every language has."""
