r"""From how people write a formula to the signs of Python: ``2z²``, ``|x|``, ``e^{-z}``, ``a ? b : c``.

A sign is replaced where it has one meaning. Where it may have two, the text is refused with both.
"""

import keyword
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from unicodedata import normalize

from lab.activations.formula.forms import EQUATION, without_foreign_forms, without_head
from lab.activations.formula.latex import from_latex
from lab.activations.formula.refusal import FormulaError, refused
from lab.errors import counted

LETTERS = dict(
    zip("αβγδεζηθικλμνξρστυφχψωΦ", (
        *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lam", "mu"),
        *("nu", "xi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "Phi"),
    ), strict=True)
) | {"ϕ": "phi", "ϵ": "epsilon", "π": "pi"}  # fmt: skip
"""Greek letters as names; λ is ``lam``, since ``lambda`` is a word of Python's."""

SIGNS = {
    **dict.fromkeys("·×∗⋅∙", "*"),
    **dict.fromkeys("−–—‐‑﹣", "-"),
    **dict.fromkeys("÷∕⁄", "/"),
    **dict.fromkeys("│∣", "|"),
    "≤": "<=", "≥": ">=", "≠": "!=", "½": "0.5", "¼": "0.25", "¾": "0.75", "⅓": "(1/3)", "⅔": "(2/3)",
    "\u2061": "", "\u2062": "*",
    **LETTERS,
}  # fmt: skip
"""Other characters and what they are read as."""

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ˣᶻ", "0123456789+-xz")

_TOKEN = re.compile(
    r"(?P<number>0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+"
    r"|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?(?![\d.]))"
    r"|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)"
    r"|(?P<raised>\^\{)|(?P<sign>\*\*|<=|>=|==|!=|//|:=|\S)"
)
_OF_ARRAYS = re.compile(r"(\b[^\W\d]\w*|[)}|]|\d(?=\s)|\.\d+)(\s*)\.(?=[-*/^+(<>])")
"""The dot of Matlab's ``x.^2`` and of Julia's ``exp.(x)``: of each element, as all is here."""
_CHAIN = re.compile(r"\.\^\s*-?[\w.]*(?:\([^()]*\))?\s*\.?(?P<at>\^)")
"""Powers of arrays, which Matlab takes from the left and Julia from the right."""
POWER_OF_POWER = "a power of a power; write brackets around the one that comes first"
_OR = re.compile(r"(?<=\))\s*\|\|?\s*(?=\()")


class Token(NamedTuple):
    """A number, a name, a raised group's beginning or a sign, and where it begins."""

    kind: str
    text: str
    start: int
    blanks: str  # before it


def as_python(text: str, variables: Collection[str], functions: Collection[str]) -> str:
    """The formula in the signs of Python; the same text where nothing is written in another way.

    ``variables`` are the names that are numbers here, ``functions`` those that take arguments.

    Raises FormulaError where a sign may mean two things.
    """
    plain = text.partition("#")[0].strip().rstrip(";").strip("$ ")
    try:
        plain = re.sub("[𝐀-𝟿！-＠［-｀｛-～]+", lambda found: normalize("NFKC", found[0]), plain)
        plain = without_foreign_forms(plain, variables)
        if "\\" in plain or "{" in plain:
            groups = re.sub(r"\\[{}]", "", plain)
            if "\\" in plain and (lacks := groups.count("{") - groups.count("}")):
                raise refused(plain, 1, f"{counted(abs(lacks), 'brace')} {'}' if lacks > 0 else '{'} missing")
            plain = from_latex(plain).strip()
    except RecursionError:
        return plain
    for name in functions:
        if "_" in name and (words := name.split("_"))[0] not in variables:
            plain = re.sub(rf"(?i)\b{'[- ]'.join(words)}(?=\s*\()", name, plain)
    plain = re.sub(f"[{''.join(SIGNS)}]", lambda found: _plain(plain, found.start()), plain)
    plain = re.sub("[⁰¹²³⁴-⁹⁺⁻ˣᶻ]+", lambda found: "^{" + found[0].translate(_RAISED) + "}", plain)
    if chain := _CHAIN.search(plain):
        raise refused(plain, chain.start("at") + 1, POWER_OF_POWER)
    plain = _OF_ARRAYS.sub(r"\1\2", without_head(EQUATION, plain, variables).replace("std::", ""))
    if re.search(r"[<>]", plain):
        plain = re.sub("&&?|∧", " and ", _OR.sub(" or ", plain)).replace("∨", " or ")
        if "|" not in plain.replace("||", ""):
            plain = plain.replace("||", " or ")
    try:
        return _Reader(plain, variables, functions).sequence("")
    except (_UnreadError, RecursionError):
        return plain


def _plain(text: str, at: int) -> str:
    """The plain sign of a character, apart from the letters and digits beside it."""
    sign = SIGNS[text[at]]
    if not sign[-1:].isalnum():
        return sign
    before, after = text[:at][-1:], text[at + 1 :][:1]
    return f"{' ' * before.isalnum()}{sign}{' ' * after.isalnum()}"


class _UnreadError(Exception):
    """A text that is left to the parser as it is, since its brackets or bars do not close."""


def _tokens(text: str) -> Iterator[Token]:
    end = 0
    for found in _TOKEN.finditer(text):
        yield Token(str(found.lastgroup), found[0], found.start(), text[end : found.start()])
        end = found.end()


@dataclass
class _Reader:
    """One walk over the tokens that writes them again, with products, powers and brackets put in."""

    text: str
    variables: Collection[str]
    functions: Collection[str]
    tokens: list[Token] = field(init=False)
    at: int = 0
    closing: str = ""  # what ends the sequence that is being read

    def __post_init__(self) -> None:
        self.tokens = list(_tokens(self.text))

    def _next(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def sequence(self, closing: str) -> str:
        """What stands up to a closing bracket or bar, which is read too; all where there is none."""
        around, self.closing = self.closing, closing
        written: list[str] = []
        product: list[Token] = []  # where the operands begin that the next one may be multiplied to
        before = ""  # the operator that stands before them
        begun = 0  # where the argument begins that is being written
        while token := self._next():
            if token.text == closing and (closing != "|" or product):
                self.at += 1
                self.closing = around
                return "".join([*written, token.blanks])
            if self._begins_operand(token):
                if product:
                    self._check_one_meaning(product, token, before)
                written.append("*" if product else token.blanks)
                product.append(token)
                written.append(self._operand(token))
                continue
            if token.text in (")", "}", "|"):
                raise _UnreadError
            self.at += 1
            if token.text == "?":
                condition, yes = "".join(written[begun:]), self.sequence(":")
                written[begun:] = [f"({yes.strip()}) if ({condition.strip()}) else "]
                product, before, begun = [], "", begun + 1
                continue
            if token.text == "^" or token.kind == "raised":
                token = token._replace(text="**")
            self._check_does_something(product, token, before)
            if not (token.text in ("-", "+") and not product):
                before = token.text
            product = []
            written += [token.blanks, token.text]
            begun = len(written) if token.text == "," else begun
        if closing:
            raise _UnreadError
        return "".join(written)

    def _begins_operand(self, token: Token) -> bool:
        if token.kind == "name":
            return not keyword.iskeyword(token.text)
        return token.kind == "number" or token.text in ("(", "√", "∛", "|")

    def _check_one_meaning(self, product: list[Token], right: Token, before: str) -> None:
        if before in ("/", "**", "^"):
            one = self.text[product[0].start : right.start].strip()
            two = "(…)" if right.text == "(" else right.text
            sign = "/" if before == "/" else "^"
            meanings = f"(…{sign}{one})*{two} or …{sign}({one}*{two})"
            raise self._refused(product[0], f"this may mean {meanings}; write the one that is meant")
        if right.kind == "number":
            raise self._refused(right, "an operator is missing before this number")
        if right.text == "|" != product[-1].text and "|" in [token.text for token in product]:
            raise self._refused(right, "which bars belong together? write abs(…)")

    def _check_does_something(self, product: list[Token], sign: Token, before: str) -> None:
        """No one divides 1 by 1, or raises to it, and then goes on: 1/1 + e^-z, z^1/3 are to be others."""
        if [token.text for token in product] != ["1"]:
            return
        ahead = self.text[: product[0].start]
        if ahead.endswith("-"):
            return
        right = self._next()
        if (before == "/" and sign.text in ("+", "-") and re.search(r"(?<![\w.)|}])1\s*/\s*$", ahead)) or (
            before == "**" and sign.text == "/" and right and right.kind == "number"
        ):
            done = f"…{before.replace('**', '^')}"
            instead = f"write {done}(1 {sign.text} …) if that is meant, or leave it out"
            raise self._refused(product[0], f"{done}1 does nothing; {instead}")

    def _refused(self, token: Token, reason: str) -> FormulaError:
        return refused(self.text, token.start + 1, reason)

    def _operand(self, token: Token) -> str:
        """A number, a name, a call, a bracket, bars or a root, with the power that is raised on it."""
        return self._atom(token) + self._power()

    def _atom(self, token: Token) -> str:
        """The operand without its power."""
        self.at += 1
        match token.text:
            case "(":
                return f"({self.sequence(')')})"
            case "|":
                return f"abs({self.sequence('|').strip()})"
            case "√" | "∛":
                return self._applied("sqrt" if token.text == "√" else "cbrt", "")
            case name if self._is_function(name):
                power = self._power() or self._power_of_function()
                if "-" in power:
                    reason = f"the inverse of {name}, or 1/{name}(…)? write the one that is meant"
                    raise self._refused(token, reason)
                made = self._applied(name, power)
                if power:
                    self._check_no_power()
                return made
            case name if token.kind == "name" and name not in self.variables and self._follows("("):
                self.at += 1
                inside = self.sequence(")")
                if self._follows("(") and not re.search(r"\b[xz]\b", inside):
                    own = name.rpartition(".")[2].lower()
                    reason = f"this makes a layer, which is then applied; write the function, as {own}(x, …)"
                    raise self._refused(token, reason)
                return f"{name}({inside})"
        return token.text

    def _is_function(self, name: str) -> bool:
        return name not in self.variables and name.rpartition(".")[2] in self.functions

    def _follows(self, sign: str) -> bool:
        token = self._next()
        return token is not None and token.text == sign

    def _power(self) -> str:
        """The power of a raised group, if one follows."""
        token = self._next()
        if token is None or token.kind != "raised":
            return ""
        self.at += 1
        power = self.sequence("}").strip()
        self._check_no_power()
        return f"**{power}" if re.fullmatch(r"\w+", power) else f"**({power})"

    def _power_of_function(self) -> str:
        """The power that stands between a function and its argument: ``sin^2 z``."""
        found = [token.text for token in self.tokens[self.at : self.at + 3]]
        if found[:1] in (["^"], ["**"]) and len(found) == 3:
            if found[1] == "-":
                return "**-"
            if found[1].isdecimal() and self._begins_operand(self.tokens[self.at + 2]):
                self.at += 2
                return f"**{found[1]}"
        return ""

    def _check_no_power(self) -> None:
        token = self._next()
        if token and (token.text in ("^", "**") or token.kind == "raised"):
            raise self._refused(token, POWER_OF_POWER)

    def _applied(self, name: str, power: str) -> str:
        """A function with its argument in brackets, or with the product that follows it: ``sin 2z``."""
        token = self._next()
        if token is None or (token.text not in ("(", "|", "√", "∛") and token.kind not in ("number", "name")):
            return name + power
        if token.text == "(":
            self.at += 1
            return f"{name}({self.sequence(')')}){power}"
        if keyword.iskeyword(token.text):
            return name
        further: tuple[str, ...] = ("^", "**", "(", "|")
        if name in ("sqrt", "cbrt"):
            parts = [self._atom(token)]
            token = self._next()
            goes_on = token and (token.kind == "raised" or (self._begins_operand(token) and not token.blanks))
        else:
            parts, further = [], ("*", "/", *further)
            while (token := self._next()) and self._begins_operand(token):
                ends = self._is_function(token.text) or token.kind == "number" or token.text in further
                if parts and ends:
                    break
                parts.append(self._operand(token))
            goes_on = token and token.kind == "number"
        closes = token and token.text == self.closing == "|"
        if token and not closes and (goes_on or token.text in further):
            raise self._refused(token, f"where does {name} end? write its argument in brackets, {name}(…)")
        return f"{name}({'*'.join(parts)}){power}"
