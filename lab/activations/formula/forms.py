r"""Forms of other languages and of papers: ``x => …``, ``[x]_+``, ``if (a) b else c``, ``=EXP(A1)``."""

import re
from collections.abc import Collection

_NAME, _IS = r"([^\W\d]\w*)", r"(?:(?:\w+\s+)*[\w.]+\s*(?::?=|<-)\s*)?"
_HEAD = re.compile(
    rf"^\s*(?:{_IS}(?:lambda\s+{_NAME}\s*:(?!=)|(?:def\s+\w+|function\b\s*\w*|@|\\)\s*\(\s*{_NAME}(?:\s*:\s*[\w.]+)?\s*\)"
    rf"(?:\s*->\s*[\w.]+)?\s*:?|(?:\w+\s+)+\w+\s*\(\s*\w+\s+{_NAME}\s*\)(?=\s*\{{)"
    rf"|(?:\(\s*{_NAME}\s*\)|{_NAME})\s*(?:=>|->|[↦→⇒]))\s*\{{?|@\.|(?=return\b))\s*(?:return\b)?\s*(?=\S)"
)
"""What stands before the body of a function in Python, R, Matlab, JavaScript, Julia, C and a paper."""

EQUATION = re.compile(
    rf"^\s*(?![zx]\s*(?::?=|<-))[^\W\d]\w*\s*(?:\(\s*{_NAME}\s*\)\s*)?(?:(?<![:<>=!]):?=(?!=)|(?<=\s)<-(?=\s))\s*"
)

_CELL = re.compile(r"\$?\b[A-Z]{1,3}\$?[1-9]\d*\b(?!\s*\()")
SHEETS_OWN = (
    r"^\s*=(?:.*?(?:(?<=[(,;*/<>^=+-])|(?=\^)))?\s*"
    r"(?P<at>-\s*[\w$.]*(?:\([^()]*\))?\s*\^|\^\s*[\w$.]*(?:\([^()]*\))?\s*\^)"
)
"""Where a sheet has an order of its own: its -A1^2 is (-A1)^2, and its A1^2^3 is (A1^2)^3."""

_FLOAT = re.compile(r"(?<![\w.])((?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)[fF]\b")
"""A number of C's, as 0.5f."""

_CALL = re.compile(r"\b[A-Z][A-Za-z]*\[")
"""The beginning of a call of Mathematica's."""

_POSITIVE_PART = re.compile(
    r"(?:(?<![A-Za-z_)\]])(?:\[(?P<square>[^][]*)\]|\((?P<round>[^()]*)\))|\b(?P<name>[xz](?=[_^⁺₊])))"
    r"\s*(?:_\+|_\{\+\}|\^\+|\^\{\+\}|⁺|₊)(?!\s*[\w.(])"
)
_ONE = r"(?:\\(?:mathbb|mathbf|mathds|mathrm|bm|boldsymbol)\s*\{?\s*[1I]\s*\}?|\b1|𝟙)"
_TEST = r"(?:[^]{}()\\]|\\(?:[lg](?:eq?|t)(?![a-z])|[,;! ]))*"
_RELATION = r"(?:[<>≤≥]|\\[lg](?:eq?|t)(?![a-z]))"
_INDICATOR = re.compile(
    _ONE + rf"\s*(?:_\s*\{{\s*(?:\\\{{|[\[(])?(?P<below>{_TEST}{_RELATION}{_TEST})(?:\\\}}|[\])])?\s*\}}"
    rf"|\\?[\[{{](?P<beside>{_TEST}{_RELATION}{_TEST})\\?[\]}}]"
    rf"|(?<=[}}𝟙])\s*\((?P<around>{_TEST}{_RELATION}{_TEST})\))"
)


def without_head(head: re.Pattern[str], text: str, taken: Collection[str] = ()) -> str:
    """The body of a function, in z where its variable has another name that is not taken.

    >>> without_head(EQUATION, "f(t) = tanh(t)")
    'tanh(z)'
    """
    if not (found := head.match(text)):
        return text
    body, name = text[found.end() :], next(filter(None, found.groups()), "x")
    if head is _HEAD:
        brace = "}" * (body.count("}") > body.count("{"))
        body = re.sub(rf"(?:[;{brace}\s]|\bend\b)+$", "", body)
    return body if name in taken or re.search(r"\b[xz]\b", body) else re.sub(rf"\b{name}\b", "z", body)


def without_foreign_forms(text: str, taken: Collection[str] = ()) -> str:
    r"""The formula with the lab's own forms in place of these.

    >>> without_foreign_forms("if (x > 0) x else exp(x) - 1")
    'where(x > 0, x, exp(x) - 1)'
    >>> without_foreign_forms("Max[0, x]"), without_foreign_forms("[x]_+ - [1 - x]_+")
    ('Max(0, x)', 'max(x, 0) - max(1 - x, 0)')
    >>> without_foreign_forms("=IF(A1>0;A1;0)"), without_foreign_forms("1.0f/(1.0f + expf(-x))")
    ('IF(x>0,x,0)', '1.0/(1.0 + expf(-x))')
    >>> without_foreign_forms("=IF(A1>0; A1; 0,01*A1)")
    'IF(x>0, x, 0.01*x)'
    >>> without_foreign_forms(r"x \mathbb{1}_{x>0}")
    'x  where(x>0, 1, 0)'
    """
    plain = _of_if(_FLOAT.sub(r"\1", without_head(_HEAD, _of_sheet(text), taken)))
    if _CALL.search(plain):
        plain = plain.translate(str.maketrans("[]", "()"))
        plain = re.sub(r"\b(?:E|Pi)\b", lambda found: found[0].lower(), plain)
    plain = _INDICATOR.sub(lambda found: f" where({''.join(filter(None, found.groups()))}, 1, 0)", plain)
    before = ""
    while before != plain:  # one may stand within another
        before, plain = plain, _POSITIVE_PART.sub(_positive_part, plain)
    return plain


def _of_sheet(text: str) -> str:
    """The formula of a spreadsheet, which begins with =, in x for the one cell that it is about. Beside a ;
    between arguments a comma is the point of a number.
    """
    cells = {found.replace("$", "") for found in _CELL.findall(text)}
    if not text.lstrip().startswith("=") or len(cells) > 1 or (cells and re.search(SHEETS_OWN, text)):
        return text
    plain = _CELL.sub("x", text.lstrip()[1:]).replace("<>", "!=")
    plain = re.sub(r"NORM\.S\.DIST\((.*?)[;,]\s*(?:TRUE|1)\)", r"Phi(\1)", plain.replace("PI()", "pi"))
    if ";" in plain:
        plain = plain.replace(",", ".").replace(";", ",")
    return re.sub("(?<![<>=!])=(?!=)", "==", plain)


def _of_if(text: str) -> str:
    """``if (a) b else c``, ``if a then b else c`` and ``if a: b else: c`` as where(a, b, c)."""
    found = re.match(r"\s*if\b\s*(?=\S)", text)
    if not found:
        return text
    rest = re.sub(r"\b(?:elif|elseif|elsif)\b", "else if", text[found.end() :])
    end = _end_of_group(rest)
    parts = re.match(r"(.*?)(?:\bthen\b|:(?!=))(.*)", rest)
    test, rest = (parts[1], parts[2]) if parts else (rest[1:end], rest[end + 1 :])
    yes, *no = re.split(r"[;\s}]*\belse\b\s*:?", rest, maxsplit=1)
    if not (test.strip() and yes.strip() and no):
        return text
    sides = (re.sub(r"\bend\s*$", "", side).strip(" ;{}").removeprefix("return ") for side in (yes, *no))
    return f"where({test.strip()}, {', '.join(map(_of_if, sides))})"


def _positive_part(found: re.Match[str]) -> str:
    return f"max({found['square'] or found['round'] or found['name']}, 0)"


def _end_of_group(text: str) -> int:
    """Where the round bracket closes with which a text begins; 0 where it does not."""
    depth = 0
    for at, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if not depth:
            return at
    return 0
