"""A formula as LaTeX, from its graph."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from lab.activations.formula.graph import Expression, folded
from lab.activations.formula.parser import parse
from lab.activations.formula.rewrites import stable

if TYPE_CHECKING:
    from lab.activations.formula.formula import Written


def equation(sigma: Written | None, left: str = r"\sigma(z)") -> str | None:
    r"""The formula of σ as an equation between signs of a dollar, its parameters by name; None without one.

    >>> from lab.activations.formula.formula import Formula
    >>> equation(Formula("tanh(z) + a*z", (("a", 0.1),)))
    '$\\displaystyle \\sigma(z) = \\tanh\\left(z\\right) + a \\, z, \\quad a = 0.1$'
    """
    if sigma is None:
        return None
    numbers = {name: x for name, x in sigma.numbers if re.search(rf"\b{name}\b", sigma.formula)}
    right = typeset(stable(parse(sigma.formula, {}, list(numbers))), list(numbers))
    told = "".join(rf", \quad {_symbol(name)} = {x:.6g}" for name, x in numbers.items())
    return rf"$\displaystyle {left} = {right}{told}$"


ADDED, MULTIPLIED, RAISED, WHOLE = range(4)


def typeset(root: Expression, names: Sequence[str]) -> str:
    """An expression as LaTeX; ``names`` are those of its open parameters, at positions from 1 on."""
    return folded(lambda node, x: _node(node, x, names), root)[0][0]


def _node(node: Expression, x: list[tuple[str, int]], names: Sequence[str]) -> tuple[str, int]:
    """A node as LaTeX, and how tightly that holds together."""
    name = node.operation
    if node.number is not None:
        text = f"{node.number:.17g}" if node.number != round(node.number, 6) else f"{node.number:g}"
        return (
            (text, WHOLE if node.number >= 0 else ADDED)
            if "e" not in text
            else (_power_of_ten(text), MULTIPLIED)
        )
    if name in ("z", "parameter"):
        return ("z" if name == "z" else _symbol(names[node.position - 1])), WHOLE
    if name in _SHAPES:
        return _SHAPES[name](*x)
    function = _FUNCTIONS.get(name) or rf"\operatorname{{{name}}}"
    return rf"{function}\left({', '.join(one for one, _ in x)}\right)", WHOLE


def _power_of_ten(text: str) -> str:
    digits, exponent = text.split("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}"


def _symbol(name: str) -> str:
    word, digits = name.rstrip("0123456789"), name[len(name.rstrip("0123456789")) :]
    base, _, below_it = word.partition("_")
    text = rf"\{base}" if base in _GREEK else base if len(base) == 1 else rf"\mathrm{{{base}}}"
    index = below_it + digits
    return f"{text}_{{{index}}}" if index else text


_GREEK = ("alpha", "beta", "gamma", "epsilon", "lambda", "mu", "sigma", "theta", "tau")


def _within(x: tuple[str, int], tightness: int) -> str:
    return x[0] if x[1] >= tightness else rf"\left({x[0]}\right)"


def _falling(x: tuple[str, int]) -> str:
    return f"e^{{-{_within(x, MULTIPLIED)}}}"


def _product(x: tuple[str, int], y: tuple[str, int]) -> str:
    """A number comes first, and two of them have a point between them."""
    if y[0][0].isdigit() and not x[0][0].isdigit():
        x, y = y, x
    sign = r"\cdot" if y[0][0].isdigit() else r"\,"
    return f"{_within(x, MULTIPLIED)} {sign} {_within(y, RAISED)}"


_CASES, _END = r"\begin{cases} ", r" \end{cases}"


def _choice(condition: tuple[str, int], x: tuple[str, int], y: tuple[str, int]) -> str:
    """The rows of a choice; one within its last row goes on with its rows."""
    within = y[0].startswith(_CASES) and y[0].index(_END) + len(_END) == len(y[0])
    rest = y[0][len(_CASES) : -len(_END)] if within else rf"{y[0]} & \text{{else}}"
    return rf"{_CASES}{x[0]} & {condition[0]} \\ {rest}{_END}"


_SHAPES: dict[str, Callable[..., tuple[str, int]]] = {
    "add": lambda x, y: (f"{x[0]} + {_within(y, MULTIPLIED)}", ADDED),
    "sub": lambda x, y: (f"{x[0]} - {_within(y, MULTIPLIED)}", ADDED),
    "mul": lambda x, y: (_product(x, y), MULTIPLIED),
    "div": lambda x, y: (rf"\frac{{{x[0]}}}{{{y[0]}}}", RAISED),
    "neg": lambda x: (f"-{_within(x, MULTIPLIED)}", ADDED),
    "pow": lambda x, y: (f"{_within(x, WHOLE)}^{{{y[0]}}}", RAISED),
    "exp": lambda x: (f"e^{{{x[0]}}}", RAISED),
    "expm1": lambda x: (f"e^{{{x[0]}}} - 1", ADDED),
    "sqrt": lambda x: (rf"\sqrt{{{x[0]}}}", WHOLE),
    "abs": lambda x: (rf"\left|{x[0]}\right|", WHOLE),
    "sech2": lambda x: (rf"\operatorname{{sech}}^2\left({x[0]}\right)", RAISED),
    "sigmoid": lambda x: (rf"\frac{{1}}{{1 + {_falling(x)}}}", RAISED),
    "sigmoid_slope": lambda x: (rf"\frac{{{_falling(x)}}}{{\left(1 + {_falling(x)}\right)^2}}", RAISED),
    "softplus": lambda x: (rf"\ln\left(1 + e^{{{x[0]}}}\right)", WHOLE),
    "log1p": lambda x: (rf"\ln\left(1 + {_within(x, MULTIPLIED)}\right)", WHOLE),
    "where": lambda c, x, y: (_choice(c, x, y), WHOLE),
    "less": lambda x, y: (f"{x[0]} < {y[0]}", ADDED),
    "less_equal": lambda x, y: (rf"{x[0]} \le {y[0]}", ADDED),
    "greater": lambda x, y: (f"{x[0]} > {y[0]}", ADDED),
    "greater_equal": lambda x, y: (rf"{x[0]} \ge {y[0]}", ADDED),
}

_FUNCTIONS = {
    "log": r"\ln",
    "Phi": r"\Phi",
    "phi": r"\varphi",
    "arctan": r"\arctan",
    **{name: rf"\{name}" for name in ("sin", "cos", "tanh", "sinh", "cosh", "min", "max")},
}
