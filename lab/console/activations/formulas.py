"""The page of ``lab formulas``: the language in which a σ is written, told from the tables that define it."""

from collections.abc import Iterable
from typing import NamedTuple

from lab.activations.formula.dialect import LONGEST, in_own_words
from lab.activations.formula.formula import Formula
from lab.activations.formula.operations import LANGUAGE, Function
from lab.activations.formula.parser import CONSTANTS, DEEPEST
from lab.activations.formula.refusal import FormulaError
from lab.activations.formula.rewrites import REWRITES
from lab.console.screen import Page, verbatim


class Example(NamedTuple):
    """A formula, its parameters, and what it is."""

    formula: str
    parameters: dict[str, float]
    about: str

    @property
    def words(self) -> str:
        """As a command line has it."""
        return " ".join(
            [f'"{self.formula}"', *(f"-p {key}={value:g}" for key, value in self.parameters.items())]
        )


OPERATORS = (
    ("x**y", "power; from right to left: 2**3**2 is 2**9, and -z**2 is -(z**2)"),
    ("-x  +x", "sign"),
    ("x*y  x/y", "product, quotient; from left to right"),
    ("x + y  x - y", "sum, difference; from left to right"),
    (
        "x < y  x <= y  x > y  x >= y  x == y  x != y",
        "comparison, the first argument of where; elsewhere 1 if it holds, else 0",
    ),
)
"""The operators, those that bind most tightly first."""

KINKS = (
    ("abs(u)", "where u = 0, the slope 0"),
    (
        "max(u, v)  min(u, v)",
        "where u = v, the slope of u; where v is a number, 0: max(z, 0) has slope 0 at 0",
    ),
    ("max(z, 0) + c*min(z, 0)", "at 0 the slope c of the left, as where(z > 0, z, c*z) has it"),
    ("where(u > v, x, y)", "where u = v, the slope of the branch that the comparison takes, here y"),
    (
        "sign(u)  where(…)",
        "where σ jumps it has no slope: it is computed beside the jump, and no claim is certified",
    ),
)
"""The conventions for σ′ where it does not exist."""

EXAMPLES = (
    Example("tanh(z) + a*z", {"a": 0.1}, "twisted tanh: its slope never falls below a"),
    Example("1/(1 + exp(-z))", {}, "the sigmoid, read as sigmoid(z)"),
    Example("z*s(b*z)", {"b": 1.5}, "SiLU, or swish with b"),
    Example("z*tanh(sp(z))", {}, "mish"),
    Example("0.5*z*(1 + erf(z/sqrt(2)))", {}, "GELU, read as z*Phi(z)"),
    Example("where(z > 0, z, a*expm1(z))", {"a": 1}, "ELU"),
    Example("max(z, a*z)", {"a": 0.01}, "leaky ReLU"),
    Example("min(max(z, -1), 1)", {}, "hard tanh"),
    Example("z/(1 + abs(z))", {}, "softsign"),
    Example("z + 10*exp(-((z - 300)/5)**2)", {}, "a bump far out, where its slope is negative"),
)
"""Formulas to begin with."""

REFUSED = (
    *("1/2z", "e^2z", "sin z^2", "tanh⁻¹(z)", "z 2", "nn.gelu(x)", "np.max(x, 0)"),
    *("tahn(z)", "exp(-x*z)", "where(z, 1, z)", "z.real", "9**9**9*z", "2 + 3"),
)
"""Texts that are no formulas; the page tells why in the parser's own words."""


ALSO_READ = (
    *("2z(1 - z)", "z²", "e^{-z}", "2|z|", "√(1 + z²)", "sin² z", "2πz", "σ(βz)", "f(x) = x tanh(x)"),
    *(r"\frac{x}{1 + e^{-x}}", r"\begin{cases} x & x > 0 \\ 0.1x & x \le 0 \end{cases}"),
    *("z if z > 0 else 0.1z", "(z > 0)*z", "where(0 < z < 1, z, 0)", "lambda x: x**2"),
    *("np.maximum(x, 0.1*x)", "np.where(x > 0, x, 0)", "np.sinc(x)"),
    *("x.clamp(0, 6)", "torch.clamp(x, min=0)"),
    *('F.gelu(x, approximate="tanh")', "jax.nn.gelu(x)", "F.softplus(x, beta=2)", "tf.nn.leaky_relu(x)"),
    *("x.^2./(1 + x.^2)", "=IF(A1>0; A1; 0.1*A1)", "x == 0 ? 1.0f : x", "x*pnorm(x)", "fmaxf(x, 0)"),
    *("x => x > 0 ? x : 0", "if (x > 0) x else 0.1*x", "Piecewise((0, x < 0), (x, True))"),
    *("Tanh[x]", "[x]_+"),
)
"""What people write elsewhere; the page tells what it is read as."""

OPEN = ("beta",)
"""The parameters in it."""


def refusal(text: str) -> str:
    """What the parser says of a text that is no formula."""
    try:
        Formula(text)
    except FormulaError as error:
        return str(error)
    raise AssertionError(f"{text!r} is a formula")


def page() -> Page:
    """The tables of the language, and the page that is made of them."""
    value = {
        "variable": "z",
        "constants": CONSTANTS,
        "longest": LONGEST,
        "deepest": DEEPEST,
        "operators": [{"written": written, "about": about} for written, about in OPERATORS],
        "functions": [
            {"name": one.operation, "arguments": one.arguments, "aliases": one.aliases, "about": one.about}
            for one in LANGUAGE
        ],
        "kinks": [{"at": at, "convention": convention} for at, convention in KINKS],
        "rewrites": [{"written": rewrite.written, "read_as": rewrite.stable} for rewrite in REWRITES],
        "also_read": [{"written": text, "read_as": in_own_words(text, OPEN)} for text in ALSO_READ],
        "refused": [{"text": text, "message": refusal(text)} for text in REFUSED],
        "examples": [example._asdict() for example in EXAMPLES],
    }
    return Page(value, map(verbatim, _lines()))


def _lines() -> list[str]:
    numbers = ", ".join(f"{name} = {value:.10g}" for name, value in CONSTANTS.items())
    sections: dict[str, Iterable[tuple[str, str]]] = {
        "A formula gives σ as a function of z; σ′ follows from it exactly.": (),
        "Where it is written": [
            ('lab activations "tanh(z) + a*z" -p a=0.1', "on the command line; quote it"),
            ('activation = "tanh(z) + 0.1*z"', "in [network] of an experiment file"),
            ('[activations.mine]  value = "tanh(z) + a*z"  a = 0.1', "as a design with parameters"),
            ('[activations.mine]  derivative = "…"', "by its slope, which is integrated"),
            ('lab.activation("tanh(z) + a*z", a=0.1)', "in Python"),
        ],
        "Names and numbers": [
            ("z", "the variable"),
            (numbers, "constants"),
            ("any other name", "a parameter; give it a value: -p a=0.1, or a key beside the formula"),
            ("3  0.5  1e-3", "numbers, held as float64"),
        ],
        "Operators, those that bind most tightly first": OPERATORS,
        "Functions": map(_called, LANGUAGE),
        "Slopes at kinks": KINKS,
        "Read as another form, the same function with its precision in the tails; x is any expression": (
            (rewrite.written, rewrite.stable) for rewrite in REWRITES
        ),
        "sigmoid_slope(x) is s(x)*s(-x), arccot(x) is π/2 - arctan(x).": (),
        "√2 and π are meant where the floats next to them stand.": (),
        "Also read; a sign that may mean two things is refused": (
            (text, in_own_words(text, OPEN)) for text in ALSO_READ
        ),
        "Refused, with the column": [
            *((text, _reason(text)) for text in REFUSED),
            (f"more than {LONGEST} characters", f"and brackets or operators more than {DEEPEST} deep"),
        ],
        "Examples": ((example.words, example.about) for example in EXAMPLES),
    }
    lines: list[str] = []
    for title, rows in sections.items():
        pairs = list(rows)
        width = max((len(left) for left, _ in pairs), default=0)
        lines += [title, *(f"  {left:{width}}  {right}" for left, right in pairs), ""]
    return lines[:-1]


def _reason(text: str) -> str:
    """The column and the reason, without the text and the list of what is known."""
    reason = refusal(text).rpartition(", column ")[2]
    return "column " + reason.partition(" (known: ")[0].partition(" (read from ")[0]


def _called(function: Function) -> tuple[str, str]:
    also = f" (also: {', '.join(function.aliases)})" if function.aliases else ""
    return f"{function.operation}({', '.join(function.arguments)})", function.about + also
