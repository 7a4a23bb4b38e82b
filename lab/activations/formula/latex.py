r"""LaTeX as plain signs: ``\frac{z}{2}``, ``\left| z \right|``, ``\begin{cases} … \end{cases}``."""

import re

from lab.activations.formula.refusal import refused

_SPACES = ("left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "quad", "qquad", "displaystyle")
_COMMANDS = {
    **dict.fromkeys(_SPACES, " "),
    "cdot": "*", "times": "*", "ast": "*", "div": "/", "lvert": "|", "rvert": "|", "vert": "|",
    "le": "<=", "leq": "<=", "ge": ">=", "geq": ">=", "lt": "<", "gt": ">", "lambda": "lam",
    "varphi": "phi", "varepsilon": "epsilon", "{": "(", "}": ")", "lbrace": "(", "rbrace": ")",
    "lbrack": "(", "rbrack": ")",
}  # fmt: skip
_PLAIN = ("mathrm", "text", "mbox", "operatorname", "mathbf", "mathit", "textrm", "rm", "mathop", "textbf")
_CASES = re.compile(
    r"(?:\\left\s*\\\{\s*)?\\begin\{(d?cases|array)\}(?:\{[^}]*\})?(.*?)\\end\{\1\}(?:\s*\\right\s*\.)?",
    re.DOTALL,
)

_OVER = re.compile(r"\\over(?![A-Za-z])")


def from_latex(text: str) -> str:
    r"""LaTeX as plain signs; a group that is raised stays ``^{…}``.

    >>> from_latex(r"\frac{z}{1 + e^{-z}}")
    '((z)/(1 + e^{-z}))'
    """
    text = _CASES.sub(lambda found: _cases(found[2], text, found.start() + 1), text)
    for over in _OVER.finditer(text):
        above, below = text[: over.start()], text[over.end() :]
        if above.count("{") == above.count("}"):
            return f"(({from_latex(above)})/({from_latex(below)}))"
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
                degree = re.compile(r"\[([^]]*)\]|").match(text, at)
                if degree and degree[1] not in (None, "2", "3"):
                    raise refused(text, at + 1, f"write a root of this degree as a power, x**(1/{degree[1]})")
                inside, at = _group(text, degree.end() if degree else at)
                written.append(f"{'cbrt' if degree and degree[1] == '3' else 'sqrt'}({from_latex(inside)})")
            elif name in _PLAIN:
                inside, at = _group(text, at)
                written.append(_apart(written, inside, text[at : at + 1]))
            else:
                sign = _COMMANDS.get(name, name if name.isalpha() else " ")
                written.append(_apart(written, sign, text[at : at + 1]))
        elif text[at] == "{":
            form = {"^": "{%s}", "_": "%s"}.get("".join(written[-1:]), "(%s)")
            inside, at = _group(text, at)
            written.append(form % from_latex(inside))
        else:
            written.append({"[": "(", "]": ")"}.get(text[at], text[at]))
            at += 1
    return "".join(written)


def _apart(written: list[str], word: str, after: str) -> str:
    """A word apart from the letters and digits beside it."""
    if not word.isalnum():
        return word
    return f"{' ' * ''.join(written[-1:])[-1:].isalnum()}{word}{' ' * after.isalnum()}"


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


_RELATION = re.compile(r"[<>≤≥]=?|\\[lg](?:eq?|t)(?![a-z])|\band\b|\bor\b|,")


def _cases(body: str, text: str, column: int) -> str:
    """The rows ``value & condition`` of a choice as where(…); the last is for all the rest."""
    rows = [row.partition("&") for row in re.split(r"\\\\", body) if row.strip()]
    if not rows:
        raise refused(text, column, "a choice without rows")
    values = [value.strip().rstrip(",;") for value, _, _ in rows]
    conditions = [_condition(condition) for _, _, condition in rows]
    *sides, rest = [{side.strip() for side in _RELATION.split(one)} for one in conditions]
    if conditions[-1] and not rest <= set().union(*sides):
        reason = "the last row of a choice is for all the rest; write \\text{otherwise} there"
        raise refused(text, column, reason)
    made = values[-1]
    for value, condition in reversed(list(zip(values, conditions, strict=True))[:-1]):
        made = f"where({condition}, {value}, {made})"
    return made


def _condition(written: str) -> str:
    """A condition without the words around it."""
    plain = re.sub(r"\\(?:text|mbox|textrm|mathrm)\{([^}]*)\}", r" \1 ", written)
    return re.sub(r"\b(if|for|when|where|otherwise|else)\b", " ", plain).strip(" ,;.\n~")
