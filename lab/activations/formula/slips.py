"""What was meant by a text that is no formula: common slips, and what to write instead."""

import re
import unicodedata

from lab.activations.formula.forms import SHEETS_OWN
from lab.activations.formula.refusal import FormulaError, refused

JUMPS = (
    "is not offered, since it jumps at infinitely many z (nor are %, //, floor and round); "
    "a wave without jumps is sin(z), one step is where(z > 0, 1, 0)"
)

NOT_OFFERED = {
    **dict.fromkeys(("floor", "ceil", "ceiling", "round", "rint", "trunc", "int", "fix", "frac"), JUMPS),
    **dict.fromkeys(("mod", "fmod", "remainder", "sawtooth"), JUMPS),
    **dict.fromkeys(
        ("arcsin", "asin", "arccos", "acos", "arctanh", "atanh"),
        "is not offered, since it has no value where |z| > 1",
    ),
    "lg": "is to base 10 for some and to base 2 for others; write log10, log2, or log for the natural one",
    **dict.fromkeys(("arccosh", "acosh"), "is not offered, since it has no value where z < 1"),
    **dict.fromkeys(
        ("softmax", "log_softmax", "softmin", "sum", "mean", "std", "var", "norm", "dot", "cumsum", "sort"),
        "is not offered, since σ is elementwise: it sees one z, not those of the other neurons",
    ),
    **dict.fromkeys(
        ("rand", "randn", "random", "normal", "uniform", "dropout", "noise"),
        "is not offered, since σ has one value at each z",
    ),
    **dict.fromkeys(
        ("piecewise", "Piecewise", "select", "cond", "case_when"),
        "is not offered; write where(z > 0, z, 0.1*z), with another where(…) in it for a third piece",
    ),
}
"""Functions that are known and not offered, and why."""

NO_NUMBERS = ("inf", "infinity", "nan", "NaN")
"""Names of what formulas have no number for."""

_SLIPS = [
    (SHEETS_OWN, "a spreadsheet takes -A1^2 for (-A1)^2, and 2^A1^3 for (2^A1)^3; write brackets"),
    (r"^(['\"`]).*\1$|[“”„‟‘‛]", "quotes are no part of a formula; leave them out"),
    (r"(?<=\d)['’](?=\d{3}\b)", "write the number without a sign between its digits"),
    (
        r"^[^'\"]*?(?<=[\w)])(?P<at>[′″’]|'(?=\s*(?:\(|=|$)))",
        "no prime stands in a formula; a formula of σ′ is given by derivative, as `lab design --derivative`",
    ),
    (r"\d+(?:\.\d*){2,}", "a number has one point"),
    (r"=>", "write >="),
    (r"=<", "write <="),
    (r"\?", "a choice is written where(z > 0, z, 0.1*z), or z if z > 0 else 0.1*z"),
    (r"^if\b|\bthen\b", "a choice is written z if z > 0 else 0.1*z"),
    (r"->|[↦→⇒]|^@\s*\(", "write what stands behind the arrow alone"),
    (
        r"^(?:def|return|import|from|print|class|for|while|function)\b",
        "a formula is an expression in z, no statement",
    ),
    (r";", "a ; is none of a formula; a comma stands between arguments"),
    (r"\blambda\b(?!\s*\w*\s*:)", "lambda is a word of Python; call the parameter lam, or λ"),
    (r"(?:\*\*|\*(?!\*)|/(?!/)|[-+^])\s*(?P<at>\*\*?|/|\^)", "two operators follow each other"),
    (r"^(?:[*/^])", "an operand is missing before this operator"),
    (r"(?:\*\*|//|[-+*/^])$", "an operand is missing after this operator"),
    (r"(?<=\d)\s*%(?!\s*[\w(.])", "write a share as a number, 0.05 for 5 %"),
    (r"(?<![\w.)])\(\s*\)(?!\s*\.)", "there is nothing between these brackets"),
    (r"(?<=[(,])\s*(?P<at>,)", "an argument is missing before this comma"),
    (r"^[^(]*?(?P<at>(?<![<>=!])=(?!=))", "write what stands behind the = alone"),
    (r"\b(?:mod|MOD)\b(?!\s*\()", f"mod {JUMPS}"),
    (r"∞", "∞ is no number that a formula can hold"),
    (r"±", "± makes two formulas; write + or -"),
    (r"[⌊⌋⌈⌉]", f"rounding {JUMPS}"),
    (r"[₀-₉ₐ-ₜ]", "names have no subscripts; write a letter or a digit beside the name, as z1"),
]
"""What no formula has in it, and what to do about it; the first that is found is told."""


def slip(text: str) -> FormulaError | None:
    """The error of a text that has in it what no formula has; None where nothing of it is known.

    >>> print(slip("z => 0"))
    formula 'z => 0', column 3: write >=
    """
    for pattern, reason in _SLIPS:
        if found := re.search(pattern, text):
            start = found.start("at") if "at" in found.groupdict() else found.start()
            return refused(text, start + 1, reason)
    return None


def of_character(letter: str) -> str:
    """Why a formula cannot have this character.

    >>> of_character("х")
    "the character 'х' (cyrillic small letter ha) is not allowed; `lab formulas` tells what may stand there"
    """
    name = unicodedata.name(letter, "").lower()
    told = f" ({name})" if name else ""
    plain = unicodedata.normalize("NFKC", letter)
    instead = (
        f"write {plain}"
        if plain.isascii() and plain.isalnum()
        else "`lab formulas` tells what may stand there"
    )
    return f"the character {letter!r}{told} is not allowed; {instead}"


def of_comma(text: str) -> str:
    """Why a comma stands wrong that is not between the arguments of a function.

    >>> of_comma("1,5*z"), of_comma("tanh(z),")
    ('a comma stands between arguments only; write 1.5, with a point', 'a comma at the end; leave it out')
    """
    if text.endswith(","):
        return "a comma at the end; leave it out"
    number = decimal_comma(re.sub(r"(?<=\d), (?=\d)", ",", text))  # what is written anew has a blank
    return f"a comma stands between arguments only; {f'write {number}' if number else 'σ is one formula'}"


def decimal_comma(text: str) -> str:
    """What to write for a number that has a comma for its point; empty where none may have one.

    >>> decimal_comma("tanh(0,5*z)"), decimal_comma("1,000*z"), decimal_comma("tanh(z, 2)")
    ('0.5, with a point', '1000, or 1.000 with a point', '')
    """
    if not (found := re.search(r"(?<![\w.])(\d+),(\d+)(?![\d.])", text)):
        return ""
    whole, part = found.groups()
    point = f"{whole}.{part}"
    return (
        f"{whole}{part}, or {point} with a point"
        if len(part) == 3 and whole != "0"
        else f"{point}, with a point"
    )
