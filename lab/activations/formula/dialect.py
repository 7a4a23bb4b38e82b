"""From the names and forms of Python and its libraries to those of the lab's formulas."""

import ast
import re
import warnings
from collections.abc import Collection, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from lab.activations.formula.libraries import (
    APPROXIMATE,
    CALLED,
    CHOICES,
    CONSTANTS_NAMES,
    INDICATORS,
    KEYWORDS,
    LOGICAL,
    MEANT,
    MODULES,
    NUMBERS,
    OF_TWO,
    PIECES,
    SIGMAS,
    TWO_MEANINGS,
    WRITTEN,
)
from lab.activations.formula.notation import as_python
from lab.activations.formula.operations import FUNCTIONS
from lab.activations.formula.refusal import FormulaError, refused
from lab.activations.formula.slips import decimal_comma

VARIABLES = (*"zxZX", "input", "inputs")
"""Names that mean z where only one of them stands in a formula and no parameter is called so."""

_TESTS = (ast.Compare, ast.BoolOp)

LONGEST = 2000
"""Characters that a formula may have, as it is written and in the lab's own words."""


def in_own_words(text: str, names: Collection[str] = ()) -> str:
    """The formula as the lab writes it, given the names of its parameters; unchanged where it is written so.

    >>> in_own_words("np.maximum(0.1*x, x)")
    'max(0.1*z, z)'
    >>> in_own_words("z if z > 0 else e^z - 1")
    'where(z > 0, z, e**z - 1)'

    Raises FormulaError where it may mean two things. What is no expression is left to the parser.
    """
    return _in_own_words(text, frozenset(names))


@lru_cache(maxsize=256)
def _in_own_words(text: str, names: frozenset[str]) -> str:
    text = _applied(text)
    plain = as_python(text, {*VARIABLES, *CONSTANTS_NAMES, *names}, CALLED - names).strip()
    own = _translated(plain, names)
    if len(own) > LONGEST >= len(text):
        raise _too_long(plain)
    return own


def _applied(text: str) -> str:
    """A library's function or layer that stands alone, as ``F.relu`` and ``nn.ELU(0.5)``, applied to z."""
    found = _ALONE.match(text)
    if not found or not is_of_library(text) or found["name"].lower() not in CALLED:
        return text
    if found["given"] is None:
        return f"{found['path']}(z)"
    is_layer = re.search(r"\bnn\.[A-Z]\w*$", found["path"]) and not re.search(r"\b[xz]\b", found["given"])
    return f"{found['path']}({found['x'] or 'z'}, {found['given']})" if is_layer else text


_ALONE = re.compile(
    r"(?P<path>(?:[A-Za-z]\w*\.)+(?P<name>\w+))(?:\((?P<given>[^()]*)\)(?:\((?P<x>\w+)\))?)?$"
)


def is_of_library(text: str) -> bool:
    """Whether a text begins with the name of a library and a dot."""
    return text.partition(".")[0] in MODULES and "." in text


def _too_long(text: str) -> FormulaError:
    return refused(text, 1, f"longer than {LONGEST} characters when it is written out")


def _translated(plain: str, names: frozenset[str]) -> str:
    """A text in the signs of Python with the lab's names and forms; as it is where it is no expression."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(plain, mode="eval")
        words = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        letters = words & {*VARIABLES} - names
        is_other = len(letters) == 1 and "z" not in names
        own = _OwnWords(plain, dict.fromkeys(letters - {"z"}, "z") if is_other else {}, names)
        before = written(tree.body)
        body = own.visit(tree.body)
        if next(islice(ast.walk(body), 5 * LONGEST, None), None):
            raise _too_long(plain)
        return plain if (after := written(body)) == before else after
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return plain


def written(tree: ast.expr) -> str:
    """The text of a formula, with blanks around sums and comparisons alone."""
    return re.sub(r" (\*\*|\*|/) ", r"\1", ast.unparse(ast.fix_missing_locations(tree)))


class _OwnWords(ast.NodeTransformer):
    """Writes a tree again in the names and forms of the lab."""

    def __init__(self, text: str, renamed: Mapping[str, str], names: Collection[str]) -> None:
        self.text, self.renamed, self.names = text, renamed, names
        self.known = {*VARIABLES, *CONSTANTS_NAMES, *names}

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id.startswith("M_") and node.id in NUMBERS and node.id not in self.names:
            return _tree(NUMBERS[node.id])
        return ast.copy_location(ast.Name(self.renamed.get(node.id, node.id)), node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if not (node.attr in NUMBERS and MODULES.issuperset(_path(node)[:-1])):
            return node
        return _tree(NUMBERS[node.attr])

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        if [one.arg for one in node.args.args] != [next(iter(self.renamed), "z")]:
            return node
        body: ast.expr = self.visit(node.body)
        return body

    def visit_Call(self, node: ast.Call) -> ast.expr:
        path = _path(node.func)
        name, arguments, modules = path[-1].removesuffix("_"), list(node.args), path[:-1]  # torch's clamp_
        if isinstance(node.func, ast.Attribute) and not MODULES.issuperset(modules):
            if name not in CALLED:
                return node
            if not all(word in self.known for word in modules if word):
                reason = f"{modules[0]} is no library that is known; write {name}(…) alone"
                raise self._refused(node, reason)
            arguments.insert(0, node.func.value)  # x.tanh()
            modules = ["torch"]
        if not name or name in self.names:
            return node
        if name in INDICATORS and isinstance(arguments[0] if len(arguments) == 1 else None, _TESTS):
            indicator: ast.expr = self.visit(arguments[0])
            return indicator
        if name in LOGICAL and len(arguments) == 2:
            return self.visit_BoolOp(ast.BoolOp(LOGICAL[name](), arguments))
        is_list = bool(arguments) and isinstance(arguments[0], ast.List)  # as np.select takes
        if name in PIECES and (pieces := _pieces(arguments, node.keywords)):
            *rows, rest = pieces
            made: ast.expr = self.visit(rest)
            last_wins = name == "piecewise" and isinstance(arguments[-1], ast.List)  # numpy's
            for condition, value in rows if last_wins else reversed(rows):
                made = self._choice(self._test(condition), self.visit(value), made)
            return made
        if name in CHOICES and len(arguments) == 3 and not node.keywords and not is_list:
            return self._choice(self._test(arguments[0]), *map(self.visit, arguments[1:]))
        arguments = [self.visit(one) for one in arguments]
        given = {one.arg: self.visit(one.value) for one in node.keywords if one.arg != "inplace"}
        meant = self._meant(node, [*modules, name], arguments, given)
        if meant == "logaddexp" and len(arguments) == 2 and _is_number(arguments[0]):
            arguments.reverse()  # the other way around, the digits of the small values are lost
        if meant in ("max", "min"):
            comma = decimal_comma(ast.get_source_segment(self.text, node) or "")
            if len(arguments) > 2 and comma:
                raise self._refused(
                    node, f"of how many is this the {meant}? write {comma}, or put a blank behind the comma"
                )
            while len(arguments) > 2:
                arguments[:2] = [_call(meant, *arguments[:2])]
        if meant in WRITTEN and meant not in FUNCTIONS and (meant not in SIGMAS or len(arguments) > 1):
            return self._as_written(node, meant, arguments, given)
        named = _renamed(given, SIGMAS[meant].parameters if meant in SIGMAS else ())
        keywords = [ast.keyword(key, value) for key, value in named.items()]
        return ast.copy_location(ast.Call(ast.Name(meant), arguments, keywords), node)

    def _meant(
        self, node: ast.Call, path: list[str], arguments: list[ast.expr], given: dict[str | None, ast.expr]
    ) -> str:
        """The lab's name of a function; an argument that says which one is taken out."""
        *modules, name = path
        count = len(arguments) + len(given)
        if count == 1 and ".".join(path) in TWO_MEANINGS:
            meanings = TWO_MEANINGS[".".join(path)]
            raise self._refused(node, f"this may mean {meanings}; write the one that is meant")
        of_axis = name in ("max", "min") and not {"lax", "math", "Math"}.issuperset(modules[-1:])
        if of_axis and any(map(_is_number, node.args)):
            raise self._refused(node, f"{'.'.join(path)} takes an axis there; write {name}imum(…)")
        spelt = (name, name.lower(), name.removesuffix("f"))  # IF, then C's of float32, as expf
        meant = next((one for one in spelt if one in CALLED), name)
        words, elsewhere = MEANT.get(meant, (frozenset(), ""))
        if count == 1 and words.intersection(modules):
            return elsewhere
        if meant == "gelu" and count == 2:
            flag = given.pop("approximate", None) or arguments.pop()
            if not (isinstance(flag, ast.Constant) and flag.value in APPROXIMATE):
                raise self._refused(node, 'approximate is "tanh", "none", True or False')
            return APPROXIMATE[flag.value]
        if meant == "softplus" and ("threshold" in given or count > 2):
            reason = "softplus with a threshold is a straight line beyond it, another function; leave it out"
            raise self._refused(node, reason)
        return OF_TWO.get(name) or OF_TWO.get(meant, meant) if count == 2 else meant

    def _refused(self, node: ast.expr, reason: str) -> FormulaError:
        return refused(self.text, node.col_offset + 1, reason)

    def _as_written(
        self, node: ast.Call, name: str, arguments: list[ast.expr], given: dict[str | None, ast.expr]
    ) -> ast.expr:
        """The formula of a function of others."""
        names, text = WRITTEN[name][0].split(", "), WRITTEN[name][1]
        said = [*zip(names, arguments, strict=False), *_renamed(given, names).items()]
        found = {
            str(key): one for key, one in said if not (isinstance(one, ast.Constant) and one.value is None)
        }
        if "low" in names and set(found) == {"x", "low"}:
            text = "max(x, low)"
        elif "low" in names and set(found) == {"x", "high"}:
            text = "min(x, high)"
        elif set(found) != set(names) or len(arguments) > len(names):
            raise self._refused(node, f"{_path(node.func)[-1]} takes ({', '.join(names)})")
        filled: ast.expr = _Filled(found).visit(_tree(text))
        return filled

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        return self._choice(self._test(node.test), self.visit(node.body), self.visit(node.orelse))

    def visit_Compare(self, node: ast.Compare | ast.BoolOp) -> ast.expr:
        """A comparison that stands for a number: 1 where it holds, else 0."""
        return self._choice(self._test(node), ast.Constant(1), ast.Constant(0))

    visit_BoolOp = visit_Compare  # noqa: N815

    def _test(self, test: ast.expr) -> ast.expr:
        """A condition whose sides are in the lab's words; each is visited once."""
        match test:
            case ast.Call(func=function, args=[one, other]) if (name := _path(function)[-1]) in LOGICAL:
                return self._test(ast.BoolOp(LOGICAL[name](), [one, other]))
            case ast.BoolOp(op=operator, values=values):
                return ast.BoolOp(operator, [self._test(one) for one in values])
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return ast.UnaryOp(ast.Not(), self._test(operand))
            case ast.Compare(left=left, ops=operators, comparators=others):
                return ast.Compare(self.visit(left), operators, [self.visit(one) for one in others])
        visited: ast.expr = self.visit(test)
        match visited:
            case ast.Call(
                func=ast.Name("where"), args=[condition, ast.Constant(value=1), ast.Constant(value=0)]
            ):
                return condition  # greater(x, y) is a condition as well as a number
        return visited

    def _choice(self, test: ast.expr, yes: ast.expr, no: ast.expr) -> ast.expr:
        """``where(test, yes, no)`` with one comparison in each where."""
        match test:
            case ast.BoolOp(values=[only]):
                made = self._choice(only, yes, no)
            case ast.BoolOp(op=ast.And(), values=[first, *rest]):
                made = self._choice(first, self._choice(ast.BoolOp(ast.And(), rest), yes, no), no)
            case ast.BoolOp(op=ast.Or(), values=[first, *rest]):
                made = self._choice(first, yes, self._choice(ast.BoolOp(ast.Or(), rest), yes, no))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                made = self._choice(operand, no, yes)
            case ast.Compare(left=left, ops=[first, *ops], comparators=[right, *others]) if ops:
                within = self._choice(ast.Compare(right, ops, others), yes, no)
                made = self._choice(ast.Compare(left, [first], [right]), within, no)
            case _:
                return _call("where", test, yes, no)
        return made


def _pieces(arguments: list[ast.expr], keywords: list[ast.keyword]) -> list[Any] | None:
    """The pairs of a condition and a value, and what is left for all the rest.

    They are numpy's lists, the pairs of sympy and Mathematica, or Matlab's list of both in turn. The last
    condition is for the rest if it is True, or compares what those before it do.
    """
    while arguments and not isinstance(arguments[0], ast.List | ast.Tuple | ast.Compare | ast.BoolOp):
        arguments = arguments[1:]  # the x of np.piecewise
    rest: list[ast.expr] = [one.value for one in keywords]
    if arguments and isinstance(arguments[0], ast.Tuple) and isinstance(arguments[0].elts[0], ast.Tuple):
        arguments, rest = [*arguments[0].elts], arguments[1:]
    match arguments:
        case [ast.List(elts=conditions), ast.List(elts=values), *others]:
            pairs, rest = (
                list(zip(conditions, values, strict=False)),
                [*values[len(conditions) :], *others, *rest],
            )
        case [ast.Tuple(), *_] if all(isinstance(one, ast.Tuple) and len(one.elts) == 2 for one in arguments):
            pairs = [(one.elts[1], one.elts[0]) for one in arguments if isinstance(one, ast.Tuple)]
        case [ast.Compare() | ast.BoolOp(), _, *_]:
            pairs = list(zip(arguments[::2], arguments[1::2], strict=False))
            rest = arguments[len(arguments) - len(arguments) % 2 :]
        case _:
            return None
    *before, (last, value) = pairs
    sides = [{ast.unparse(side) for side in _sides(condition)} for condition, _ in pairs]
    if not rest and (ast.unparse(last) == "True" or sides[-1] <= set().union(*sides[:-1])):
        return [*before, value]
    return [*pairs, rest[0]] if len(rest) == 1 else None


def _sides(test: ast.expr) -> list[ast.expr]:
    """What a condition compares."""
    if isinstance(test, ast.BoolOp):
        return [side for one in test.values for side in _sides(one)]
    return [test.left, *test.comparators] if isinstance(test, ast.Compare) else [test]


def _renamed(given: dict[str | None, ast.expr], takes: Collection[str]) -> dict[str | None, ast.expr]:
    """Arguments by the names that the function has for them."""
    meant = {key: KEYWORDS.get(str(key), key) for key in given}
    return {meant[key] if meant[key] in takes and key not in takes else key: given[key] for key in given}


def _is_number(node: ast.expr) -> bool:
    return not any(isinstance(part, ast.Name) for part in ast.walk(node))


class _Filled(ast.NodeTransformer):
    """A formula with its names replaced by what they mean."""

    def __init__(self, meant: Mapping[str, ast.expr]) -> None:
        self.meant = meant

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.meant.get(node.id, node)


def _tree(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name), list(arguments), [])


def _path(node: ast.expr) -> list[str]:
    """The words of ``torch.nn.functional.relu``; with an empty one where it begins with no name."""
    if isinstance(node, ast.Attribute):
        return [*_path(node.value), node.attr]
    return [node.id if isinstance(node, ast.Name) else ""]
