"""From the text of a formula to its graph, through a whitelist of Python's expression syntax.

The text is parsed, never run: what is not a number, ``z``, a parameter, an arithmetic operator, a
comparison or a call of a listed function is refused with its column.
"""

import ast
import keyword
import math
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lab.activations.formula.dialect import LONGEST, in_own_words
from lab.activations.formula.float_graph import FloatGraph
from lab.activations.formula.graph import Expression
from lab.activations.formula.libraries import CALLED, SIGMAS
from lab.activations.formula.notation import LETTERS
from lab.activations.formula.operations import ARITY, FUNCTIONS, OPERATIONS
from lab.activations.formula.refusal import FormulaError, refused, shown
from lab.activations.formula.slips import (
    JUMPS,
    NO_NUMBERS,
    NOT_OFFERED,
    decimal_comma,
    of_character,
    of_comma,
    slip,
)
from lab.activations.table import Row
from lab.errors import counted
from lab.numerics import TooSmallError, as_float
from lab.spelling import did_you_mean, nearest

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


def parse(text: str, parameters: Mapping[str, float], left_open: Sequence[str] = ()) -> Expression:
    """The expression of a formula in ``z`` and these parameters, in a graph of its own.

    Parameters named in ``left_open`` get no value: they are nodes of the graph, at positions from 1 on.

    Raises FormulaError where the text is no formula, names something unknown, or leaves a parameter out.
    """
    if len(text) > LONGEST:
        raise refused(text, LONGEST + 1, f"longer than {LONGEST} characters")
    text = re.sub(r"\s", " ", text).strip()
    own = text
    try:
        own = in_own_words(text, {*parameters, *left_open})
        return _parsed(own, parameters, left_open)
    except FormulaError as error:
        in_other_words = bool(text) and shown(text.replace("−", "-")) not in str(error)
        is_slip = not _is_expression(own) or slip(own)
        if is_slip and not (own is text and in_other_words) and (told := slip(text)):
            raise told from None
        if in_other_words:
            error.args = (f"{error} (read from {shown(text)})",)
        raise


def _parsed(text: str, parameters: Mapping[str, float], left_open: Sequence[str]) -> Expression:
    for column, letter in enumerate(text, 1):
        if not (letter.isascii() and letter.isprintable()):
            raise refused(text, column, of_character(letter))
    if not text:
        raise FormulaError("the formula is empty")
    tree = _tree(text)
    _check_parameters(text, {**parameters, **dict.fromkeys(left_open, 0.0)})
    graph = FloatGraph()
    opened = {name: graph.parameter(position) for position, name in enumerate(left_open, 1)}
    reading = _Reading(text, graph, {"z": graph.z(), **parameters, **opened, **CONSTANTS}, FUNCTIONS)
    expression = reading.expression(tree, 0)
    for name in sorted({*parameters, *left_open} - reading.used):
        raise FormulaError(f"formula {shown(text)}: the parameter {name!r} does not occur in it", name)
    return expression


def pattern(text: str, *variables: str) -> Expression:
    """The expression of our own text in these variables; it may use any operation by its name."""
    graph = FloatGraph()
    names = CONSTANTS | {name: graph.variable(name) for name in variables}
    functions = {**FUNCTIONS, **{name: name for name in OPERATIONS}}
    return _Reading(text, graph, names, functions).expression(_tree(text), 0)


def _check_parameters(text: str, parameters: Mapping[str, float]) -> None:
    for name, value in parameters.items():
        taken = name in FUNCTIONS or name in CONSTANTS or name == "z"
        if taken or keyword.iskeyword(name) or not (name.isidentifier() and name.isascii()):
            reason = "that name is taken" if taken else "write a name of letters, digits and _"
            raise _refused_parameter(text, name, f"a parameter cannot be called {name!r}; {reason}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            reason = f"the parameter {name!r} must be a number, got {value!r:.40}"
            raise _refused_parameter(text, name, reason)
        if not _is_finite(value):
            raise _refused_parameter(text, name, f"the parameter {name!r} must be finite")


def _refused_parameter(text: str, name: str, reason: str) -> FormulaError:
    """The error of a parameter, with its column where it stands in the text."""
    if found := re.search(rf"\b{re.escape(name)}\b", text):
        return refused(text, found.start() + 1, reason)
    return FormulaError(f"formula {shown(text)}: {reason}", name)


def _tree(text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        reason = error.msg.partition(". Perhaps")[0]
        open_ = text.count("(") - text.count(")")
        closed = text + ")" * open_ if open_ > 0 else text[::-1].replace(")", "", -open_)[::-1]
        if open_ and _is_expression(in_own_words(closed)):
            reason += f"; write {closed}"
        raise refused(text, error.offset or len(text) + 1, f"not an expression: {reason}") from None
    except (RecursionError, MemoryError):
        raise refused(text, 1, f"nested more than {DEEPEST} deep") from None


def _is_expression(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # ValueError of a NUL before 3.11.4
        return False
    return True


def _valued(name: str) -> str:
    return f"if it is a parameter, give it a value: {name} = …"


def _is_finite(number: int | float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


@dataclass
class _Reading:
    """One walk over a syntax tree, with what its names mean; it remembers those that it met."""

    text: str
    graph: FloatGraph
    names: Mapping[str, Expression | float]
    functions: Mapping[str, str]
    used: set[str] = field(default_factory=set)

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
                return self._number(tree, value)
            case ast.Name(id=name):
                return self._named(tree, name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.expression(operand, depth + 1)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.expression(operand, depth + 1)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
                x, y = self.expression(left, depth + 1), self.expression(right, depth + 1)
                is_written = not any(isinstance(part, ast.Name) for part in ast.walk(right))
                if isinstance(operator, ast.Div) and y.number == 0 and is_written:
                    raise self._refused(right, "this is 0, by which nothing can be divided")
                return x.call(_ARITHMETIC[type(operator)], y)
            case ast.BinOp(left=left, op=ast.Mod() | ast.FloorDiv() as operator):
                sign = "%" if isinstance(operator, ast.Mod) else "//"
                raise refused(self.text, self.text.index(sign, left.end_col_offset) + 1, f"{sign} {JUMPS}")
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=given):
                if name in SIGMAS and name not in self.functions:
                    return self._sigma(tree, SIGMAS[name], arguments, given, depth)
                if not given:
                    return self._call(tree, name, arguments, depth)
            case ast.Tuple():
                raise self._refused(tree, of_comma(self.text))
        is_list = isinstance(tree, ast.List | ast.ListComp | ast.Subscript)
        what = (
            "square brackets are for lists, write round ones" if is_list else "`lab formulas` tells what is"
        )
        raise self._refused(tree, f"not allowed in a formula; {what}")

    def _named(self, tree: ast.expr, name: str) -> Expression:
        if name in self.names:
            self.used.add(name)
            meant = self.names[name]
            return meant if isinstance(meant, Expression) else self.graph.constant(meant)
        if name in self.functions:
            is_minus = re.match(r"\s*-", self.text[(tree.end_col_offset or 0) :])
            form = f"{name}(-…), or {name}(z) - …" if is_minus else f"{name}(z)"
            raise self._refused(tree, f"{name} is a function; write {form}")
        if name in NO_NUMBERS:
            raise self._refused(tree, f"{name} is no number that a formula can hold")
        hint = did_you_mean(name, self.names)
        if len({*name}) == 2 == len(name) and (name[-1] in "xz" or {*name} <= {*self.names}):
            hint = f"did you mean {'*'.join(name)}?"
        elif nearest(name, self.names) is None:
            hint = hint if re.search(r"\bz\b", self.text) and name != "x" else "the variable is called z"
            hint += "" if name == "x" else f"; {_valued(name)}"
        raise self._refused(tree, f"unknown name {name!r}; {hint}")

    def _call(self, tree: ast.expr, name: str, arguments: list[ast.expr], depth: int) -> Expression:
        if name.startswith("_"):
            raise self._refused(tree, "not allowed in a formula")
        if name not in self.functions:
            if name in NOT_OFFERED:
                raise self._refused(tree, f"{name} {NOT_OFFERED[name]}")
            hint = did_you_mean(name, self.functions, SIGMAS)
            if name[0] in "xz" and name[1:] in CALLED:
                hint = f"did you mean z*{name[1:]}?"
            if len(name) == 1 or name in LETTERS.values():
                hint += f"; {_valued(name)}"
            raise self._refused(tree, f"unknown function {name!r}; {hint}")
        operation = self.functions[name]
        arity = ARITY.get(operation, 1)
        if len(arguments) != arity:
            raise self._refused(
                tree, f"{name} takes {counted(arity, 'argument')}, not {len(arguments)}{self._comma(tree)}"
            )
        read = self._condition if name == "where" else self.expression
        first, *others = arguments
        x = read(first, depth + 1)
        if name == "where" and x.number is not None:  # of a parameter: what is not taken may divide by it
            taken, left = others if x.number else others[::-1]
            self.used |= {part.id for part in ast.walk(left) if isinstance(part, ast.Name)}
            return self.expression(taken, depth + 1)
        return x.call(operation, *(self.expression(x, depth + 1) for x in others))

    def _sigma(
        self, tree: ast.expr, row: Row, arguments: list[ast.expr], given: list[ast.keyword], depth: int
    ) -> Expression:
        """An activation of the table at an argument: ``elu(2*z)``, ``elu(z, 0.5)``, ``elu(z, alpha=0.5)``."""
        names = list(row.parameters)
        if not 1 <= len(arguments) <= 1 + len(names):
            takes = ", ".join(["z", *(f"{name}=…" for name in names)])
            got = counted(len(arguments), "argument")
            named = ", ".join(["z", *map(ast.unparse, given)])
            instead = f"; write {row.name}({named})" if given and not arguments else self._comma(tree)
            raise self._refused(tree, f"{row.name} takes ({takes}), not {got}{instead}")
        values = dict(zip(names, arguments[1:], strict=False)) | {str(one.arg): one.value for one in given}
        at = self.expression(arguments[0], depth + 1)
        meant: dict[str, Expression | float] = {**CONSTANTS, "z": at}
        if depth == 0 and names and len(arguments) == 1 and at.number is not None:
            instead = ", ".join(["z", *map(ast.unparse, [*arguments, *given])])
            raise self._refused(
                tree, f"z is missing, the first of (z, {', '.join(names)}); write {row.name}({instead})"
            )
        for name in {*values, *names}:
            default = row.parameters.get(name, (None, ""))[0]
            if name not in names or (name not in values and default is None):
                wrong = "has no parameter" if name not in names else "needs a value for"
                has = f"; {did_you_mean(name, names)}" if name not in names else ""
                raise self._refused(tree, f"{row.name} {wrong} {name!r}{has}")
            meant[name] = self.expression(values[name], depth + 1) if name in values else default or 0.0
        inner = _Reading(row.formula, self.graph, meant, FUNCTIONS)
        return inner.expression(_tree(row.formula), depth + 1)

    def _condition(self, tree: ast.expr, depth: int) -> Expression:
        match tree:
            case ast.Compare(left=left, ops=[operator], comparators=[right]) if (
                type(operator) in _COMPARISONS
            ):
                x = self.expression(left, depth + 1)
                return x.call(_COMPARISONS[type(operator)], self.expression(right, depth + 1))
            case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq() as operator], comparators=[right]):
                apart = (self.expression(left, depth + 1) - self.expression(right, depth + 1)).call("abs")
                return apart.call("less_equal" if isinstance(operator, ast.Eq) else "greater", 0)
        raise self._refused(tree, "where(…) needs one comparison, as z > 0, as its first argument")

    def _comma(self, tree: ast.expr) -> str:
        """What to write where a comma in a call may be that of a number, as the end of a message."""
        number = decimal_comma(ast.get_source_segment(self.text, tree) or "")
        return f"; write {number}" if number else ""

    def _number(self, tree: ast.expr, value: float) -> Expression:
        if isinstance(value, float):
            try:
                as_float(self.text[tree.col_offset : tree.end_col_offset])
            except TooSmallError as error:
                raise self._refused(tree, str(error)) from None
        return self.graph.constant(float(value) if _is_finite(value) else math.inf)

    def _refused(self, tree: ast.expr, reason: str) -> FormulaError:
        return refused(self.text, tree.col_offset + 1, reason)
