"""From the names and forms of Python, numpy, torch, tensorflow and jax to those of the lab's formulas."""

import ast
import re
import warnings
from collections.abc import Collection, Mapping
from functools import lru_cache

from lab.activations.formula.notation import as_python
from lab.activations.formula.operations import FUNCTIONS
from lab.activations.table import ROWS, Row

CONSTANTS_NAMES = ("pi", "e")

SIGMAS: dict[str, Row] = {
    spelling: row for row in ROWS for spelling in (row.name, *row.spellings) if spelling.isidentifier()
}
"""The activations of the table that formulas may call as functions, by their names without a -."""

MODULES = frozenset(
    {
        *("np", "numpy", "jnp", "math", "torch", "nn", "F", "functional", "tf", "keras", "ops", "K", "jax"),
        *("scipy", "special", "sp", "cmath", "activations", "backend", "lax", "stats", "norm", "linalg"),
    }
)
"""The words that may stand before a dot."""

WRITTEN: dict[str, tuple[str, str]] = {
    **{name: ("x", f"{own}(x)") for name, own in {
        "ln": "log", "fabs": "abs", "absolute": "abs", "sgn": "sign", "expit": "sigmoid", "sig": "sigmoid",
        "ndtr": "Phi", "cdf": "Phi", "pdf": "phi", "logistic": "sigmoid", "sigma": "sigmoid",
    }.items()},
    "maximum": ("x, y", "max(x, y)"),
    "minimum": ("x, y", "min(x, y)"),
    "fmax": ("x, y", "max(x, y)"),
    "fmin": ("x, y", "min(x, y)"),
    "power": ("x, y", "x**y"),
    "pow": ("x, y", "x**y"),
    "multiply": ("x, y", "x*y"),
    "add": ("x, y", "x + y"),
    "subtract": ("x, y", "x - y"),
    "divide": ("x, y", "x/y"),
    "square": ("x", "x**2"),
    "negative": ("x", "-x"),
    "neg": ("x", "-x"),
    "reciprocal": ("x", "1/x"),
    "rsqrt": ("x", "1/sqrt(x)"),
    "cbrt": ("x", "sign(x)*abs(x)**(1/3)"),
    "exp2": ("x", "2**x"),
    "log2": ("x", "log(x)/log(2)"),
    "log10": ("x", "log(x)/log(10)"),
    "logaddexp": ("x, y", "y + softplus(x - y)"),
    "hypot": ("x, y", "sqrt(x**2 + y**2)"),
    "sinc_of_pi": ("x", "sinc(pi*x)"),
    "leaky_of_tf": ("x", "leaky_relu(x, 0.2)"),
    "tan": ("x", "sin(x)/cos(x)"),
    "cot": ("x", "cos(x)/sin(x)"),
    "sech": ("x", "1/cosh(x)"),
    "csch": ("x", "1/sinh(x)"),
    "coth": ("x", "1/tanh(x)"),
    "clip": ("x, low, high", "min(max(x, low), high)"),
    "clamp": ("x, low, high", "min(max(x, low), high)"),
    "clip_by_value": ("x, low, high", "min(max(x, low), high)"),
    "heaviside": ("x, middle", "where(x > 0, 1, where(x < 0, 0, middle))"),
}  # fmt: skip
"""Functions of others, with what they are here: the name → its arguments, and the formula."""

MEANT = {
    "jax.nn.gelu": "gelu_tanh",  # whose default is the approximation
    **dict.fromkeys(("np.sinc", "numpy.sinc", "jnp.sinc", "torch.sinc", "scipy.special.sinc"), "sinc_of_pi"),
    **dict.fromkeys(("tf.nn.leaky_relu", "keras.activations.leaky_relu"), "leaky_of_tf"),
}
"""Functions of one argument that have a name of the lab's and mean another thing."""

KEYWORDS = {"min": "low", "max": "high", "a_min": "low", "a_max": "high", "negative_slope": "slope"}
"""Arguments of torch's and numpy's, and what they are called here."""

CALLED: frozenset[str] = frozenset({*FUNCTIONS, *SIGMAS, *WRITTEN})
"""All that may be called in a formula."""


def in_own_words(text: str, names: Collection[str] = ()) -> str:
    """The formula as the lab writes it, given the names of its parameters; unchanged where it is written so.

    >>> in_own_words("np.maximum(0.1*x, x)")
    'max(0.1*z, z)'
    >>> in_own_words("z if z > 0 else e^z - 1")
    'where(z > 0, z, e**z - 1)'

    Raises FormulaError where it may mean two things. What is no formula is returned as it is.
    """
    return _in_own_words(text, frozenset(names))


@lru_cache(maxsize=256)
def _in_own_words(text: str, names: frozenset[str]) -> str:
    plain = as_python(text, {"z", "x", *CONSTANTS_NAMES, *names}, CALLED - names)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(plain.strip(), mode="eval")
        words = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        is_x = "x" in words and "z" not in words and not {"x", "z"} & names
        own = _OwnWords({"x": "z"} if is_x else {}, names)
        body = own.visit(tree.body)
        return written(body) if own.changed else plain
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return plain


def written(tree: ast.expr) -> str:
    """The text of a formula, with blanks around sums and comparisons alone."""
    return re.sub(r" (\*\*|\*|/) ", r"\1", ast.unparse(ast.fix_missing_locations(tree)))


class _OwnWords(ast.NodeTransformer):
    """Writes a tree again in the names and forms of the lab; ``changed`` tells whether anything was."""

    def __init__(self, renamed: Mapping[str, str], names: Collection[str]) -> None:
        self.renamed, self.names, self.changed = renamed, names, False

    def visit_Name(self, node: ast.Name) -> ast.expr:
        self.changed |= node.id in self.renamed
        return ast.Name(self.renamed.get(node.id, node.id))

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if not all(word in MODULES for word in _path(node)[:-1]):
            return node
        self.changed = True
        return ast.Name(node.attr)

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        if [one.arg for one in node.args.args] not in (["x"], ["z"]):
            return node
        self.changed = True
        self.renamed = {node.args.args[0].arg: "z"}
        body: ast.expr = self.visit(node.body)
        return body

    def visit_Call(self, node: ast.Call) -> ast.expr:
        path = _path(node.func)
        name, arguments = path[-1], list(node.args)
        if isinstance(node.func, ast.Attribute) and not all(word in MODULES for word in path[:-1]):
            if name not in CALLED:
                return node
            arguments.insert(0, node.func.value)  # x.tanh()
            self.changed = True
        if not name or name in self.names:
            return node
        meant = MEANT.get(".".join(path), name) if len(arguments) + len(node.keywords) == 1 else name
        if meant not in CALLED and meant.lower() in CALLED:
            meant = meant.lower()
        self.changed |= len(path) > 1 or meant != name
        if meant == "where" and len(arguments) == 3 and not node.keywords:
            return self._choice(arguments[0], self.visit(arguments[1]), self.visit(arguments[2]))
        arguments = [self.visit(one) for one in arguments]
        given = {KEYWORDS.get(one.arg or "", one.arg): self.visit(one.value) for one in node.keywords}
        if meant in ("max", "min") and len(arguments) > 2:
            self.changed = True
            while len(arguments) > 2:
                arguments[:2] = [_call(meant, *arguments[:2])]
        if meant in WRITTEN and meant not in FUNCTIONS and (meant not in SIGMAS or len(arguments) > 1):
            return self._as_written(meant, arguments, given) or node
        keywords = [ast.keyword(key, value) for key, value in given.items()]
        return ast.Call(ast.Name(meant), arguments, keywords)

    def _as_written(
        self, name: str, arguments: list[ast.expr], given: dict[str | None, ast.expr]
    ) -> ast.expr | None:
        """The formula of a function of others; None where its arguments do not fit."""
        names, text = WRITTEN[name][0].split(", "), WRITTEN[name][1]
        found: dict[str | None, ast.expr] = {**dict(zip(names, arguments, strict=False)), **given}
        if set(found) == {"x", "low"}:
            text = "max(x, low)"
        elif set(found) == {"x", "high"}:
            text = "min(x, high)"
        elif set(found) != set(names) or len(arguments) > len(names):
            return None
        self.changed = True
        meant = {str(key): value for key, value in found.items()}
        filled: ast.expr = _Filled(meant).visit(ast.parse(text, mode="eval").body)
        return filled

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.changed = True
        return self._choice(node.test, self.visit(node.body), self.visit(node.orelse))

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """A comparison that stands for a number: 1 where it holds, else 0."""
        self.changed = True
        return self._choice(node, ast.Constant(1), ast.Constant(0))

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        self.changed = True
        return self._choice(node, ast.Constant(1), ast.Constant(0))

    def _choice(self, test: ast.expr, yes: ast.expr, no: ast.expr) -> ast.expr:
        """``where(test, yes, no)`` with one comparison in each where."""
        match test:
            case ast.BoolOp(op=ast.And(), values=[first, *rest]):
                self.changed = True
                return self._choice(first, self._choice(_joined(ast.And(), rest), yes, no), no)
            case ast.BoolOp(op=ast.Or(), values=[first, *rest]):
                self.changed = True
                return self._choice(first, yes, self._choice(_joined(ast.Or(), rest), yes, no))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self.changed = True
                return self._choice(operand, no, yes)
            case ast.Compare(left=left, ops=[first, *ops], comparators=[right, *others]) if ops:
                self.changed = True
                within = self._choice(ast.Compare(right, ops, others), yes, no)
                return self._choice(ast.Compare(left, [first], [right]), within, no)
            case ast.Compare(left=left, ops=ops, comparators=[right]):
                test = ast.Compare(self.visit(left), ops, [self.visit(right)])
            case _:
                test = self.visit(test)
        return _call("where", test, yes, no)


class _Filled(ast.NodeTransformer):
    """A formula with its names replaced by what they mean."""

    def __init__(self, meant: Mapping[str, ast.expr]) -> None:
        self.meant = meant

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.meant.get(node.id, node)


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name), list(arguments), [])


def _joined(operator: ast.boolop, values: list[ast.expr]) -> ast.expr:
    return values[0] if len(values) == 1 else ast.BoolOp(operator, values)


def _path(node: ast.expr) -> list[str]:
    """The words of ``torch.nn.functional.relu``; with an empty one where it begins with no name."""
    if isinstance(node, ast.Attribute):
        return [*_path(node.value), node.attr]
    return [node.id if isinstance(node, ast.Name) else ""]
