"""Features and targets chosen from the columns of a table, texts of few kinds made numbers."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

import numpy as np
import pandas as pd

from lab.data.counts import MOST_CLASSES, ROWS_OF_A_KIND, check_size, few
from lab.data.dataset import IntArray
from lab.data.files.cells import absent, check_numbers, number, only_by_case, thousands, truths, with_signs
from lab.data.files.rows import Names, Rows, listed
from lab.data.files.table import Column, Table
from lab.errors import PartError
from lab.numerics import Array
from lab.spelling import did_you_mean

TARGETS = ("target", "label", "labels", "class", "y")
"""A column that is called so is the target where none is named."""

_TEXTS_OF_A_KIND = 0.1
"""In a column of numbers and texts, texts are kinds where they are such a share; fewer are slips."""

MOST_SLIPS = 3
"""So many different texts in a column of numbers may stand for missing values; more are no numbers."""

_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?![.\d])(T\d|\b).*|\d{1,2}:\d{2}(:\d{2})?")

_ID = re.compile(r"(?i:^|[ _.-])(?i:id)$|[a-z]I[dD]$")

_CODE = re.compile(r"-(?:99|88|77|[1-9]\d{2,})|9{2,}")


def chosen(
    table: Table,
    target: Names | None,
    features: Names | None = None,
    ignore: Names | None = None,
    one_hot: bool | Names = True,
) -> Rows:
    """Features and targets of a table; a column that is no target and not ignored is a feature.

    ``features``, ``ignore`` and ``one_hot`` may hold names of columns, or patterns such as ``"f*"``.
    With ``one_hot`` a text of few kinds becomes a column of 0 and 1 for each kind, or one column for two.
    Raises PartError where a column is not there, none is left, or a feature is a text of many kinds.
    """
    given = {"target": target, "features": features, "ignore": ignore, "one_hot": one_hot}
    named = {key: [] if isinstance(names, bool) else listed(names) for key, names in given.items()}
    _check_names(table, named)
    targets = named["target"] or [table.target or _target(table)]
    kept = matched(table, named["features"]) if features is not None else list(table.columns)
    left_out = {*targets, *matched(table, named["ignore"])}
    titles = [title for title in kept if title not in left_out]
    if not titles:
        told = f"{table.name} has no column but the target, expected at least one feature"
        raise PartError(told, "ignore" if ignore else "features" if features is not None else "")
    learnt = [table.columns[title] for title in targets]
    if len(targets) > 1:
        learnt = list(map(truths, learnt))
        for title, column in zip(targets, learnt, strict=True):
            check_numbers(table, repr(title), column, about="target")
    asked = matched(table, named["one_hot"])
    _refuse_texts(table, titles, asked, one_hot is True)
    names, parts, made = _features(table, titles, asked)
    by_name = [] if named["target"] or table.target else [f"the target is {targets[0]!r}, by its name"]
    notes = (*table.notes, *by_name, *made, *_counts(table, titles), *_codes(table, [*titles, *targets]))
    x = _side_by_side(table, names, parts)
    y = np.column_stack(learnt)
    learns = (name for title in targets for name in _names(title, table.columns[title]))
    return Rows(table.name, table.unit, table.places, tuple(names), tuple(learns), x, y, notes)


def _features(
    table: Table, titles: Sequence[str], asked: Sequence[str]
) -> tuple[list[str], list[Column], list[str]]:
    """The names of the features, their columns, and a note on each column that was made numbers."""
    names: list[str] = []
    parts: list[Column] = []
    notes: list[str] = []
    for title in titles:
        column = table.columns[title]
        if column.dtype.kind == "O" or title in asked:
            kinds, columns, note = _as_numbers(title, column)
            names += kinds
            parts += columns
            notes.append(note)
        else:
            names += _names(title, column)
            parts.append(column)
    return names, parts, notes


def _counts(table: Table, titles: Sequence[str]) -> Iterator[str]:
    """A note on the features that seem to number the rows, or to name them, if there are any."""
    found: dict[str, list[str]] = {}
    for title in titles:
        if reason := names_rows(title, table.columns[title]):
            found.setdefault(reason, []).append(title)
    for reason, those in found.items():
        each = f"{'each of ' if len(those) > 1 else ''}{', '.join(map(repr, those))}"
        yield f"{each} {reason}; not left out: try ignore = {_listed(those)}"


def _codes(table: Table, titles: Sequence[str]) -> Iterator[str]:
    """A note on each number that seems to stand for a missing value."""
    found: dict[str, list[str]] = {}
    for title in titles:
        if code := code_of_missing(table.columns[title]):
            found.setdefault(code, []).append(repr(title))
    for code, holders in found.items():
        hold = "holds" if len(holders) == 1 else "hold"
        alone = f"{', '.join(holders)} {hold} {code} again and again, far from all other numbers"
        yield f"{alone}; taken as a number: if a value is missing there, try missing = {_listed([code])}"


def _side_by_side(table: Table, names: Sequence[str], parts: Sequence[Column]) -> Array:
    """The columns as one array (row, feature). Raises PartError where there is none, or it is too large."""
    if not names:
        raise PartError(f"{table.name}: every feature is the same in all rows")
    rows = len(table.places)
    check_size(f"{table.name}: {rows} rows of {len(names)} features", 8 * rows * len(names))
    return np.column_stack(parts) if len(parts) > 1 or parts[0].ndim == 1 else parts[0]


def matched(table: Table, patterns: Iterable[str]) -> list[str]:
    """The names of columns, in the order of the file, that one of the patterns is or fits."""
    found = {title for pattern in patterns for title in _fits(table, pattern)}
    return [title for title in table.columns if title in found]


def _fits(table: Table, pattern: str) -> set[str]:
    return {pattern} & table.columns.keys() or {one for one in table.columns if fnmatchcase(one, pattern)}


def _check_names(table: Table, named: Mapping[str, Sequence[str]]) -> None:
    """Raise PartError with all names of columns, by the keys that have them, that are of none."""
    wrong: list[PartError] = []
    for key, name in ((key, name) for key, names in named.items() for name in names):
        if not (name in table.columns if key == "target" else _fits(table, name)):
            hint = did_you_mean(name, table.columns)
            if table.notes and hint.startswith("expected") and not wrong:
                hint += f" (read so: {', '.join(table.notes)})"
            wrong.append(PartError(f"{table.name} has no column {name!r}; {hint}", key))
    if wrong:
        raise PartError(str(wrong[0]), wrong[0].parameter, wrong[1:])


def unfit(column: Column) -> str:
    """Why a column of texts is no feature, in a few words; empty where it is one, or numbers with slips."""
    return _unfit(*_kinds(column)) if column.dtype.kind == "O" else ""


def _unfit(kinds: Column, counts: IntArray) -> str:
    if len(kinds) > 1 and all(_DATE.fullmatch(word) for word in kinds[:MOST_CLASSES]):
        return "dates"
    if grouped := thousands(kinds):
        return f"{grouped!r} is not read as a number: thousands separators"
    among = _slips(kinds, counts)
    if 0 < len(among) <= MOST_SLIPS or (not among and (few(len(kinds), counts.sum()) or len(kinds) < 2)):
        return ""
    if among:
        return f"{len(among)} different texts among its numbers, as {among[0]!r}"
    if signed := with_signs(kinds):
        return f"{signed!r} is not read as a number: a sign or unit stands beside it"
    if all(word[0] + word[-1] == "[]" for word in kinds):
        return "lists, of which each number needs a column of its own"
    return "all texts are different" if len(kinds) == counts.sum() else f"{len(kinds)} different texts"


def slips(column: Column) -> list[str]:
    """The texts of a column that are slips among its numbers; none where texts are kinds beside numbers."""
    return _slips(*_kinds(column)) if column.dtype.kind == "O" else []


def _kinds(column: Column) -> tuple[Column, IntArray]:
    """The different texts of a column, none of them empty, and how many rows each has."""
    codes, words = pd.factorize(column)
    held = words != ""
    return words[held], np.bincount(codes, minlength=len(words))[held]


def _slips(words: Column, counts: IntArray) -> list[str]:
    texts, rows = np.array([number(word) is None for word in words], dtype=np.bool_), counts.sum()
    again = len(words) <= min(MOST_CLASSES, rows / ROWS_OF_A_KIND)
    if texts.all() or (again and counts[texts].sum() >= _TEXTS_OF_A_KIND * rows):
        return []
    return [str(word) for word in words[texts]]


def code_of_missing(column: Column) -> str:
    """A number that comes again, as -999, and `stands_apart` from all others; else empty.

    Only nines and whole numbers from -100 down are taken for such, and -99, -88 and -77.

    >>> code_of_missing(np.array([1.5, -999, 2, 3, -999])), code_of_missing(np.array([1.5, 2, 3, 900, 900]))
    ('-999', '')
    """
    if column.dtype.kind != "f" or column.ndim > 1:
        return ""
    finite = column[np.isfinite(column)]
    for end in (finite.min(), finite.max()) if finite.size else ():
        code, again = f"{end:.17g}", (finite == end).sum() > 1
        if _CODE.fullmatch(code) and again and stands_apart(column, end):
            return code if len(np.unique(finite)) > ROWS_OF_A_KIND else ""
    return ""


def stands_apart(column: Column, value: float) -> bool:
    """Whether a number is farther from all others of a column of numbers than these are apart.

    >>> stands_apart(np.array([1.5, 99, 2]), 99), stands_apart(np.array([98, 99, 97.0]), 99)
    (True, False)
    """
    others = column[np.isfinite(column) & (column != value)]
    if not len(others):
        return True
    low, high = float(others.min()), float(others.max())
    return max(low - value, value - high) > high - low


def names_rows(title: str, column: Column) -> str:
    """Why a column of numbers tells rows apart and nothing of them; empty where that is not so.

    >>> names_rows("patient_id", np.array([7.0, 3, 9])), names_rows("grid", np.array([7.0, 3, 9]))
    ('is called an id, and is another number in every row', '')
    """
    if rises_by_one(column):
        return "rises by 1 from row to row, as a count of the rows does"
    if column.dtype.kind != "f" or column.ndim > 1 or not _ID.search(title) or len(column) < 3:
        return ""
    is_id = (column == np.floor(column)).all() and len(np.unique(column)) == len(column)
    return "is called an id, and is another number in every row" if is_id else ""


def rises_by_one(column: Column) -> bool:
    """Whether the values are those of a count of the rows."""
    is_numbers = len(column) > 2 and column.dtype.kind == "f" and column.ndim == 1
    return is_numbers and bool((column == column[0] + np.arange(len(column))).all())


def _target(table: Table) -> str:
    known = [title for title in table.columns if title.casefold() in TARGETS]
    if len(known) != 1:
        hint = did_you_mean("", table.columns)
        raise PartError(f'{table.name} needs target = "…", the column to be learnt; {hint}', "target")
    return known[0]


def _refuse_texts(table: Table, titles: Sequence[str], asked: Sequence[str], one_hot: bool) -> None:
    """Raise PartError where a column holds texts that are not made numbers, with the keys that help."""
    wrong, refused = [], []
    for title in titles:
        column = table.columns[title]
        if column.dtype.kind != "O" or title in asked:
            continue
        kinds = _kinds(column)
        words = _slips(*kinds)
        if 0 < len(words) <= MOST_SLIPS and not thousands(words):
            takes = f"missing = {_listed(words)} takes {'such' if len(words) > 1 else 'it'} as missing"
            hint = f"; {takes}, ignore = {_listed([title])} leaves the column out"
            try:
                check_numbers(table, repr(title), column, hint)
            except PartError as error:
                wrong.append(error)
        elif words or not one_hot or _unfit(*kinds):
            refused.append(title)
    if refused:
        why = {title: unfit(table.columns[title]) for title in refused}
        told = ", ".join(f"{title!r} ({reason})" if reason else repr(title) for title, reason in why.items())
        keys = f"ignore = {_listed(refused)} leaves them out"
        if not all(why.values()):
            keys += ", one_hot = true makes texts of few kinds numbers"
        wrong.append(PartError(f"{table.name} has features that are texts: {told}; {keys}"))
    if wrong:
        raise PartError(str(wrong[0]), wrong[0].parameter, wrong[1:])


def _listed(titles: Sequence[str]) -> str:
    return json.dumps(titles, ensure_ascii=False)


def _as_numbers(title: str, column: Column) -> tuple[list[str], list[Column], str]:
    """Names and columns of 0 and 1 for the kinds of a column, NaN where it is missing, and a note."""
    held = ~absent(column)
    codes, found = pd.factorize(column[held], sort=True)
    kinds = [one if isinstance(one, str) else f"{one:g}" for one in found]
    if len(kinds) < 2:
        only = repr(kinds[0]) if kinds else "missing values"
        return [], [], f"column {title!r} holds nothing but {only} and is left out"
    check_size(f"column {title!r} of {len(kinds)} kinds", 8 * len(column) * len(kinds))
    wanted = [1] if len(kinds) == 2 else range(len(kinds))
    columns = [np.full(len(column), np.nan) for _ in wanted]
    for each, kind in zip(columns, wanted, strict=True):
        each[held] = codes == kind
    alike = only_by_case(kinds)
    more = f"; {' and '.join(map(repr, alike))} differ only in upper and lower case" if alike else ""
    if len(kinds) == 2:
        return [repr(title)], columns, f"column {title!r}: {kinds[1]!r} is 1, {kinds[0]!r} is 0{more}"
    note = f"column {title!r} became {len(kinds)} columns of 0 and 1: {', '.join(kinds)}{more}"
    return [repr(f"{title}={kind}") for kind in kinds], columns, note


def _names(title: str, column: Column) -> Iterator[str]:
    """What messages call a column, and each of the numbers of a list."""
    if column.ndim == 1:
        yield repr(title)
    else:
        yield from (f"{place} of {title}" for place in range(1, column.shape[1] + 1))
