r"""From how people write a formula to the signs of Python: ``2z²``, ``|x|``, ``e^{-z}``, ``\frac{z}{2}``.

A sign is replaced where it has one meaning. Where it may have two, the text is refused with both.
"""

import keyword
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from lab.activations.formula.refusal import refused

LETTERS = dict(
    zip("αβγδεζηθικλμνξρστυφχψωΦ", (
        *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lam", "mu"),
        *("nu", "xi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "Phi"),
    ), strict=True)
) | {"ϕ": "phi", "ϵ": "epsilon", "π": "pi"}  # fmt: skip
"""Greek letters as names; λ is ``lam``, since ``lambda`` is a word of Python's."""

SIGNS = {
    **dict.fromkeys("·×∗⋅∙", "*"),
    **dict.fromkeys("−–‐‑﹣－", "-"),
    **dict.fromkeys("÷∕⁄", "/"),
    **dict.fromkeys("│∣｜", "|"),
    "≤": "<=", "≥": ">=", "½": "(1/2)", "¼": "(1/4)", "¾": "(3/4)", "\u2061": "", "\u2062": "*",
    **LETTERS,
}
"""Other characters and what they are read as."""

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")

_TOKEN = re.compile(
    r"(?P<number>0[xX][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?(?![\d.]))"
    r"|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)"
    r"|(?P<raised>\^\{)|(?P<sign>\*\*|<=|>=|==|!=|//|:=|\S)"
)
_EQUATION = re.compile(r"^\s*(?![zx]\s*:?=)\w+\s*(?:\(\s*[a-z]\s*\)\s*)?(?<![:<>=!])=(?!=)\s*")
_OR = re.compile(r"(?<=\))\s*(?P<sign>[|&])\s*(?=\()")


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
    plain = text.partition("#")[0].strip().strip("$").strip()
    if "\\" in plain or "{" in plain:
        plain = from_latex(plain)
    plain = re.sub(f"[{''.join(SIGNS)}]", lambda found: _plain(plain, found.start()), plain)
    plain = re.sub("[⁰¹²³⁴-⁹⁺⁻]+", lambda found: "^{" + found[0].translate(_RAISED) + "}", plain)
    plain = _EQUATION.sub("", plain)
    if re.search(r"[<>]", plain):
        plain = _OR.sub(lambda found: " or " if found["sign"] == "|" else " and ", plain)
    try:
        return _Reader(plain, variables, functions).sequence("")
    except (_UnreadError, RecursionError):
        return plain


def _plain(text: str, at: int) -> str:
    """The plain sign of a character, apart from the letters and digits beside it."""
    sign = SIGNS[text[at]]
    if not sign.isalpha():
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

    def __post_init__(self) -> None:
        self.tokens = list(_tokens(self.text))

    def _next(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def sequence(self, closing: str) -> str:
        """What stands up to a closing bracket or bar, which is read too; all where there is none."""
        written: list[str] = []
        operand: Token | None = None  # where the last operand begins, if the next may be multiplied to it
        before = ""  # the operator that stands before that
        while token := self._next():
            if token.text == closing and (closing != "|" or operand):
                self.at += 1
                return "".join([*written, token.blanks])
            if self._begins_operand(token):
                if operand:
                    self._check_one_meaning(operand, token, before)
                    written.append("*")
                else:
                    written.append(token.blanks)
                operand = operand or token
                written.append(self._operand(token))
                continue
            if token.text in (")", "}", "|"):
                raise _UnreadError
            self.at += 1
            if token.text == "^" or token.kind == "raised":
                token = token._replace(text="**")
            if not (token.text in ("-", "+") and operand is None):
                before = token.text
            operand = None
            written += [token.blanks, token.text]
        if closing:
            raise _UnreadError
        return "".join(written)

    def _begins_operand(self, token: Token) -> bool:
        if token.kind == "name":
            return not keyword.iskeyword(token.text)
        return token.kind == "number" or token.text in ("(", "√", "|")

    def _check_one_meaning(self, left: Token, right: Token, before: str) -> None:
        if before in ("/", "**"):
            one = self.text[left.start : right.start].strip()
            two = "(…)" if right.text == "(" else right.text
            sign = "/" if before == "/" else "^"
            meanings = f"(…{sign}{one})*{two} or …{sign}({one}*{two})"
            raise refused(self.text, left.start + 1, f"this may mean {meanings}; write the one that is meant")

    def _operand(self, token: Token) -> str:
        """A number, a name, a call, a bracket, bars or a root, with the power that is raised on it."""
        self.at += 1
        match token.text:
            case "(":
                made = f"({self.sequence(')')})"
            case "|":
                made = f"abs({self.sequence('|').strip()})"
            case "√":
                made = self._applied("sqrt", "")
            case name if self._is_function(name):
                power = self._power()
                if "-" in power:
                    reason = f"the inverse of {name}, or 1/{name}(…)? write the one that is meant"
                    raise refused(self.text, token.start + 1, reason)
                made = self._applied(name, power)
            case name if token.kind == "name" and name not in self.variables and self._follows("("):
                self.at += 1
                made = f"{name}({self.sequence(')')})"
            case _:
                made = token.text
        return made + self._power()

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
        return f"**{power}" if re.fullmatch(r"\w+", power) else f"**({power})"

    def _applied(self, name: str, power: str) -> str:
        """A function with its argument in brackets, or with the product that follows it: ``sin 2z``."""
        token = self._next()
        if token is None or (token.text not in ("(", "|", "√") and token.kind not in ("number", "name")):
            return name + power
        if token.text == "(":
            self.at += 1
            return f"{name}({self.sequence(')')}){power}"
        if keyword.iskeyword(token.text):
            return name
        parts: list[str] = []
        while (token := self._next()) and self._begins_operand(token):
            if parts and (self._is_function(token.text) or name == "sqrt"):
                break
            parts.append(self._operand(token))
        if token and token.text in ("/", "^", "**") and name != "sqrt":
            reason = f"where does {name} end? write its argument in brackets, {name}(…)"
            raise refused(self.text, token.start + 1, reason)
        return f"{name}({'*'.join(parts)}){power}"


_SPACES = ("left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "quad", "qquad", "displaystyle")
_COMMANDS = {
    **dict.fromkeys(_SPACES, " "),
    "cdot": "*", "times": "*", "ast": "*", "div": "/", "lvert": "|", "rvert": "|", "vert": "|",
    "le": "<=", "leq": "<=", "ge": ">=", "geq": ">=", "lt": "<", "gt": ">", "lambda": "lam",
    "varphi": "phi", "varepsilon": "epsilon",
}
_PLAIN = ("mathrm", "text", "operatorname", "mathbf", "mathit", "textrm", "rm", "mathop", "textbf")
_CASES = re.compile(r"\\begin\{cases\}(.*?)\\end\{cases\}", re.DOTALL)


def from_latex(text: str) -> str:
    r"""LaTeX as plain signs; a group that is raised stays ``^{…}``.

    >>> from_latex(r"\frac{z}{1 + e^{-z}}")
    '((z)/(1 + e^{-z}))'
    """
    text = _CASES.sub(lambda found: _cases(found[1]), text)
    written: list[str] = []
    at = 0
    while at < len(text):
        if text[at] == "\\" and (command := re.compile(r"[A-Za-z]+|.").match(text, at + 1)):
            name, at = command[0], command.end()
            if name in ("frac", "dfrac", "tfrac"):
                above, at = _group(text, at)
                below, at = _group(text, at)
                written.append(f"(({from_latex(above)})/({from_latex(below)}))")
            elif name == "sqrt":
                inside, at = _group(text, at)
                written.append(f"sqrt({from_latex(inside)})")
            elif name in _PLAIN:
                inside, at = _group(text, at)
                written.append(inside)
            else:
                written.append(_COMMANDS.get(name, name if name.isalpha() else " "))
        elif text[at] == "{":
            raised = bool(written) and written[-1] == "^"
            inside, at = _group(text, at)
            written.append(f"{{{from_latex(inside)}}}" if raised else f"({from_latex(inside)})")
        else:
            written.append(text[at])
            at += 1
    return "".join(written)


def _group(text: str, at: int) -> tuple[str, int]:
    """The inside of the group {…} that begins here, or the one character, and where it ends."""
    while at < len(text) and text[at] == " ":
        at += 1
    if text[at : at + 1] != "{":
        return text[at : at + 1], at + 1
    depth = 0
    for end in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            return text[at + 1 : end], end + 1
    return text[at + 1 :], len(text)


def _cases(body: str) -> str:
    """The rows ``value & condition`` of a choice as where(…); the last is for all the rest."""
    rows = [row.partition("&") for row in re.split(r"\\\\", body) if row.strip()]
    made = rows[-1][0]
    for value, _, condition in reversed(rows[:-1]):
        plain = re.sub(r"\\text\{[^}]*\}|\b(if|for|when)\b", " ", condition)
        made = f"where({plain}, {value}, {made})"
    return made
