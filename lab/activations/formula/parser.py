"""From the text of a formula to its graph, through a whitelist of Python's expression syntax.

The text is parsed, never run: what is not a number, ``z``, a parameter, an arithmetic operator, a
comparison or a call of a listed function is refused with its column.
"""

from __future__ import annotations

import ast
import keyword
import math
import re
import warnings
from collections.abc import Mapping, Sequence

from lab.activations.formula.graph import Expression, Graph
from lab.activations.formula.operations import ARITY, FUNCTIONS
from lab.errors import PartError, did_you_mean, nearest

LONGEST = 2000
"""Characters that a formula may have."""

DEEPEST = 100
"""Brackets and operators that may stand inside one another."""

CONSTANTS: dict[str, float] = {"pi": math.pi, "e": math.e}

_ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
}


class FormulaError(PartError):
    """A formula that is not one, or a parameter that it cannot have."""


def parse(text: str, parameters: Mapping[str, float], left_open: Sequence[str] = ()) -> Expression:
    """The expression of a formula in ``z`` and these parameters, in a graph of its own.

    Parameters named in ``left_open`` get no value: they are nodes of the graph, at positions from 1 on.

    Raises FormulaError where the text is no formula, names something unknown, or leaves a parameter out.
    """
    if len(text) > LONGEST:
        raise _error(text, LONGEST + 1, f"longer than {LONGEST} characters")
    text = re.sub(r"\s", " ", text).strip()
    for column, letter in enumerate(text, 1):
        if not (letter.isascii() and letter.isprintable()):
            raise _error(text, column, f"the character {letter!r} is not allowed; write in plain ASCII")
    if not text:
        raise FormulaError("the formula is empty")
    tree = _tree(text)
    parameters = {**parameters, **dict.fromkeys(left_open, 0.0)}
    _check_parameters(text, parameters)
    reading = _Reading(text, parameters, left_open)
    expression = reading.expression(tree, 0)
    for name in sorted(parameters.keys() - reading.used):
        raise FormulaError(f"formula {_shown(text)}: the parameter {name!r} does not occur in it")
    if expression.number is not None:
        raise _error(text, 1, f"is the constant {expression.number:g}; it must depend on z")
    return expression


def _check_parameters(text: str, parameters: Mapping[str, float]) -> None:
    for name, value in parameters.items():
        taken = name in FUNCTIONS or name in CONSTANTS or name == "z"
        if taken or keyword.iskeyword(name) or not (name.isidentifier() and name.isascii()):
            reason = "that name is taken" if taken else "write a name of letters, digits and _"
            raise FormulaError(f"formula {_shown(text)}: a parameter cannot be called {name!r}; {reason}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            reason = f"must be a number, got {value!r:.40}"
            raise FormulaError(f"formula {_shown(text)}: the parameter {name!r} {reason}")
        if not _is_finite(value):
            raise FormulaError(f"formula {_shown(text)}: the parameter {name!r} must be finite")


def _tree(text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        reason = error.msg.partition(". Perhaps")[0]
        raise _error(text, error.offset or len(text) + 1, f"not an expression: {reason}") from None
    except (RecursionError, MemoryError):
        raise _error(text, 1, f"nested more than {DEEPEST} deep") from None


def _is_finite(number: int | float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:77]}…")


def _error(text: str, column: int, reason: str) -> FormulaError:
    return FormulaError(f"formula {_shown(text)}, column {column}: {reason}")


class _Reading:
    """One walk over a syntax tree, which remembers the parameters that it met."""

    def __init__(self, text: str, parameters: Mapping[str, float], left_open: Sequence[str]) -> None:
        self.text = text
        self.parameters = parameters
        self.left_open = left_open
        self.graph = Graph()
        self.used: set[str] = set()

    def expression(self, tree: ast.expr, depth: int) -> Expression:
        if depth > DEEPEST:
            raise self._refused(tree, f"nested more than {DEEPEST} deep")
        made = self._made(tree, depth)
        if made.number is not None and not math.isfinite(made.number):
            raise self._refused(tree, "this is not a finite number")
        return made

    def _made(self, tree: ast.expr, depth: int) -> Expression:
        match tree:
            case ast.Constant(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
                return self.graph.constant(float(value) if _is_finite(value) else math.inf)
            case ast.Name(id=name):
                return self._named(tree, name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.expression(operand, depth + 1)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.expression(operand, depth + 1)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
                x = self.expression(left, depth + 1)
                return x.call(_ARITHMETIC[type(operator)], self.expression(right, depth + 1))
            case ast.BinOp(op=ast.BitXor()):
                raise self._refused(tree, "'^' is not a power here; write '**'")
            case ast.Compare():
                raise self._refused(tree, "a comparison may stand only as the first argument of where(…)")
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(tree, name, arguments, depth)
        raise self._refused(tree, "not allowed in a formula")

    def _named(self, tree: ast.expr, name: str) -> Expression:
        if name == "z":
            return self.graph.z()
        if name in self.parameters:
            self.used.add(name)
            if name in self.left_open:
                return self.graph.parameter(self.left_open.index(name) + 1)
            return self.graph.constant(self.parameters[name])
        if name in CONSTANTS:
            return self.graph.constant(CONSTANTS[name])
        if name in FUNCTIONS:
            raise self._refused(tree, f"{name} is a function; write {name}(z)")
        if name == "x":
            raise self._refused(tree, "unknown name 'x'; the variable is called z")
        known = ["z", *self.parameters, *CONSTANTS]
        hint = did_you_mean(name, known)
        if nearest(name, known) is None:
            hint += f"; if it is a parameter, give it a value: {name} = …"
        raise self._refused(tree, f"unknown name {name!r}; {hint}")

    def _call(self, tree: ast.expr, name: str, arguments: list[ast.expr], depth: int) -> Expression:
        if name.startswith("_"):
            raise self._refused(tree, "not allowed in a formula")
        if name not in FUNCTIONS:
            raise self._refused(tree, f"unknown function {name!r}; {did_you_mean(name, FUNCTIONS)}")
        arity = ARITY.get(name, 1)
        if len(arguments) != arity:
            plural = "s" if arity > 1 else ""
            raise self._refused(tree, f"{name} takes {arity} argument{plural}, not {len(arguments)}")
        if name == "where":
            condition = self._condition(arguments[0], depth + 1)
            yes, no = (self.expression(argument, depth + 1) for argument in arguments[1:])
            return condition.call("where", yes, no)
        first, *others = (self.expression(argument, depth + 1) for argument in arguments)
        return first.call(FUNCTIONS[name], *others)

    def _condition(self, tree: ast.expr, depth: int) -> Expression:
        match tree:
            case ast.Compare(left=left, ops=[operator], comparators=[right]) if (
                type(operator) in _COMPARISONS
            ):
                x = self.expression(left, depth + 1)
                return x.call(_COMPARISONS[type(operator)], self.expression(right, depth + 1))
        raise self._refused(tree, "where(…) needs one comparison with <, <=, > or >= as its first argument")

    def _refused(self, tree: ast.expr, reason: str) -> FormulaError:
        return _error(self.text, tree.col_offset + 1, reason)
