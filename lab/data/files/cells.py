"""What the cells of a table mean: a number, a text, or nothing."""

import re
from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.files.rows import Rows
from lab.data.files.table import Column, Table
from lab.errors import PartError

MISSING = frozenset(
    ["", "?", "-", "NA", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "<NA>", "null", "NULL", "None"]
) | {"NaN", "NAN", "nan", "-NaN", "-nan", "-1.#IND", "1.#IND", "-1.#QNAN", "1.#QNAN"}
"""What stands for a missing value: what pandas' readers take for one, and the marks of old files."""

WORDS = frozenset(["-", "None"])
"""Those of `MISSING` that are a kind of their own among some texts: see `column`."""

_NUMBER = re.compile(
    r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+|d[+-]\d+)?|inf(?:inity)?)", re.ASCII | re.IGNORECASE
)


_MINUS = "−"


def number(cell: str, decimal: str = ".") -> float | None:
    """The double nearest to the number that a text is; None where it is none.

    ``decimal`` is the decimal mark. Python's own ``1_000`` and digits of other scripts are no numbers here;
    the true minus sign, which some languages' formats write, is one, and so is the D of Fortran.

    >>> number(" -2.5e3"), number("2,5", decimal=","), number("−1"), number("1.5D+01"), number("1_000")
    (-2500.0, 2.5, -1.0, 15.0, None)
    """
    text = cell.strip().replace(_MINUS, "-")
    if decimal != ".":
        text = text.replace(".", "_").replace(decimal, ".")
    return float(text.lower().replace("d", "e")) if _NUMBER.fullmatch(text) else None


_WITH_THOUSANDS = re.compile(
    r"[+-]?[1-9]\d{0,2}(?:(?:[.,' ’\u00a0\u202f]\d{3})+|(?:,\d\d)+,\d{3})(?:[.,]\d+)?", re.ASCII
)
_DIGITS = re.compile(r"[+-]?\d[\d.,' ’\u00a0\u202f]*", re.ASCII)


def thousands(words: Iterable[str]) -> str:
    """One of the words that is a number with separators of thousands, where all are numbers; else empty.

    Words that all look like numbers were none in their file, whose decimal mark is a comma.

    >>> thousands(["950,50", "1.128,50"]), thousands(["1 128", "none"]), thousands(["1.128", "950"])
    ('1.128,50', '', '1.128')
    """
    words = list(words)
    numbers = [word for word in words if number(word) is None] or words
    if not all(_DIGITS.fullmatch(word) for word in numbers):
        return ""
    return next((word for word in numbers if _WITH_THOUSANDS.fullmatch(word)), "")


_SIGNS = "%‰$€£¥"
_AROUND = _SIGNS + " \u00a0\u202f"
_BESIDE = re.compile(r"([^\w\s+−-]{0,2}\s?)[+−-]?\d+(?:[.,]\d+)?(\s?[^\d\s]{0,5})", re.ASCII)


def with_signs(words: Iterable[str]) -> str:
    """The first word that is a number with a sign or a unit beside it, where all are numbers; else empty.

    Signs are those of percent and of money; another, or a unit, is the same in all of these words.

    >>> with_signs(["12,5 %", "−3 %"]), with_signs(["-$1,200.00", "$0"]), with_signs(["5 %", "none"])
    ('12,5 %', '-$1,200.00', '')
    >>> with_signs(["12 kg", "3.5 kg"]), with_signs(["'12'", "'3'"]), with_signs(["12a", "12b"])
    ('12 kg', "'12'", '')
    """
    signed = [word for word in words if number(word) is None]
    if signed and (first := _BESIDE.fullmatch(signed[0])):
        others = (_BESIDE.fullmatch(word) for word in signed)
        if all(other and other.groups() == first.groups() for other in others):
            return signed[0]
    bare = [word.strip(_AROUND).lstrip(f"+-{_MINUS}").lstrip(_AROUND) for word in signed]
    if not all(map(_DIGITS.fullmatch, bare)):
        return ""
    return next((word for word in signed if not set(_SIGNS).isdisjoint(word)), "")


def absent(column: Column) -> npt.NDArray[np.bool_]:
    """Which rows of a column have no text, or lack a number.

    >>> absent(np.array(["a", ""], dtype=object)).tolist(), absent(np.array([[1, np.nan], [2, 3]])).tolist()
    ([False, True], [True, False])
    """
    lacking: Any = column == "" if column.dtype.kind == "O" else np.isnan(column)
    return np.asarray(lacking if lacking.ndim == 1 else lacking.any(axis=1), dtype=np.bool_)


_TRUTHS = {"true": 1.0, "false": 0.0, "": np.nan}


def truths(column: Column) -> Column:
    """A column of the texts True and False as 1 and 0; another as it is.

    >>> truths(np.array(["True", "FALSE", ""], dtype=object)).tolist()
    [1.0, 0.0, nan]
    """
    if column.dtype.kind != "O":
        return column
    codes, words = pd.factorize(column)
    made = [_TRUTHS.get(word.lower()) for word in words]
    return column if None in made else np.array(made, dtype=np.float64)[codes]


def only_by_case(words: Iterable[str]) -> list[str]:
    """The first words that are alike but for upper and lower case; empty where none are.

    >>> only_by_case(["yes", "No", "no"])
    ['No', 'no']
    """
    by_fold: dict[str, list[str]] = {}
    for word in words:
        by_fold.setdefault(word.casefold(), []).append(word)
    return next((alike for alike in by_fold.values() if len(alike) > 1), [])


def column(
    cells: "pd.Series[Any]", missing: Collection[str] = (), decimal: str = ".", *, texts: bool = False
) -> Column:
    """A column of these cells: numbers where each is one or is missing, else texts without blanks around.

    ``missing`` are words that stand for a missing value beside those of `MISSING`; "-" is a text where there
    is a "+", and "None" is one among texts of which none is a number or a truth. With ``texts`` numbers are
    texts too.

    >>> column(pd.Series(["None", "Mild", ""])).tolist(), column(pd.Series(["None", "1"])).tolist()
    (['None', 'Mild', ''], [nan, 1.0])
    """
    if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
        return cells.to_numpy(dtype=np.float64, na_value=np.nan)
    codes, found = pd.factorize(cells)
    words = [str(one).strip() for one in found]
    is_text = {"-": "+" in words, "None": "None" in words and _names_none(words, decimal, texts)}
    absent = (MISSING - {word for word in WORDS if is_text[word]}) | {*missing}
    values = [np.nan if word in absent else number(word, decimal) for word in words]
    if not texts and None not in values:
        return np.array([*values, np.nan], dtype=np.float64)[codes]
    if decimal != ".":  # so that messages can tell the numbers among texts
        words = [word if number(word, decimal) is None else word.replace(decimal, ".") for word in words]
    kept = ["" if word in absent else word for word in words]
    return np.array([*kept, ""], dtype=object)[codes]


def _names_none(words: Collection[str], decimal: str, texts: bool) -> bool:
    """Whether None is a text among these: none is a number or a truth, and there is one, or are ``texts``."""
    others = [word for word in words if word not in MISSING]
    values = (word.lower() in _TRUTHS or number(word, decimal) is not None for word in others)
    return bool(others or texts) and not any(values)


def check_numbers(of: Table | Rows, title: str, column: Column, hint: str = "", about: str = "") -> None:
    """Raise PartError, ``about`` a key, with the place of the first text in a column of numbers."""
    if column.dtype.kind == "O":
        for place, cell in zip(of.places, column, strict=True):
            if cell and number(cell) is None:
                told = f"column {title}: {cell!r} is not a number{hint}"
                raise PartError(f"{of.name}: {of.unit} {place}: {told}", about)
