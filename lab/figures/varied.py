"""What a run varies, as figures need it: the keys with their values, and looks that follow their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import pandas as pd

from lab.figures.drawing import style
from lab.parts import Tables

_HIDDEN = "network.hidden"


@dataclass(frozen=True)
class Varied:
    """A varied key: its ``name``, its ``values`` in order, and the ``place`` of each variant's among them.

    ``numbers`` are the values where they are numbers, or where they are lists of widths, their lengths; empty
    where they have no order.
    """

    name: str
    values: list[str]
    place: dict[str, int]
    numbers: list[float]

    def says(self, at: int) -> str:
        """The value at this place in words: ``slope 0.1``, ``4 hidden layers``."""
        counted = self.name == _HIDDEN and self.values[at].isdigit()
        return f"{self.values[at]} {self.words}" if counted else f"{self.words} {self.values[at]}"

    @property
    def words(self) -> str:
        """The key in a few words: its last part, and what a list of widths counts."""
        return "hidden layers" if self.name == _HIDDEN else self.name.rpartition(".")[2]


def varied(tables: Tables) -> list[Varied]:
    """The keys with several values in the table ``variants``: numbers first, then depths, then the rest."""
    table = tables.get("variants", pd.DataFrame())
    keys = [name for name in table.columns if "." in str(name) and table[name].astype(str).nunique() > 1]
    return sorted(
        (_varied(table, key) for key in keys), key=lambda one: (not one.numbers, one.name == _HIDDEN)
    )


def _varied(table: pd.DataFrame, key: str) -> Varied:
    texts = dict(zip(table["variant"].map(str), table[key].astype(str), strict=True))
    different = dict(zip(texts.values(), map(_number, table[key]), strict=True))
    sized = len(set(different.values())) == len(different) and None not in different.values()
    if sized:
        different = dict(sorted(different.items(), key=lambda item: item[1]))  # type: ignore[arg-type, return-value]
    place = {text: at for at, text in enumerate(different)}
    names = [_short(key, text) for text in different]
    return Varied(
        key, names, {variant: place[text] for variant, text in texts.items()},
        [float(number) for number in different.values() if number is not None] if sized else [],
    )  # fmt: skip


def _number(value: Any) -> float | None:
    """A value as a number: itself, or how many alike widths are listed; None where it is neither."""
    if isinstance(value, Real) and not isinstance(value, bool):
        return float(value)
    widths = str(value).strip("[]").split(",")
    if isinstance(value, str | list) and str(value).startswith("[") and len(set(map(str.strip, widths))) == 1:
        return float(len(widths)) if widths[0].strip() else 0.0
    return None


def _short(key: str, text: str) -> str:
    return str(len(text.split(","))) if key == _HIDDEN and text.startswith("[") else text


def looks(tables: Tables, variants: Sequence[str]) -> dict[str, style.Look]:
    """How each variant looks: colours from dark to light where a varied key has an order, else of categories.

    With a second key its values have their own markers and dashes.
    """
    keys = varied(tables)
    if (
        not keys
        or not keys[0].numbers
        or len(keys) > 2
        or any(name not in keys[0].place for name in variants)
    ):
        return dict(zip(variants, style.categories(len(variants)), strict=True))
    first, others = keys[0], keys[1:]
    colours = style.ramp(range(len(first.values)))
    marks = style.categories(len(others[0].values)) if others else style.categories(len(first.values))
    found = {}
    for name in variants:
        mark = marks[(others or [first])[0].place[name]]
        found[name] = style.Look(colours[first.place[name]].colour, mark.marker, mark.dashes)
    return found


def groups(tables: Tables, variants: Sequence[str], most: int) -> dict[str, list[str]]:
    """The variants in groups of at most about ``most``, by title: all, or by the values of a second key.

    Where neither makes them few they are cut in the order in which they come, without titles of their own.
    """
    if len(variants) <= most:
        return {"": list(variants)}
    for key in varied(tables)[::-1]:
        by_value = {
            key.says(at): [name for name in variants if key.place.get(name) == at]
            for at in range(len(key.values))
        }
        if max(map(len, by_value.values())) <= most and len(by_value) < len(variants):
            return {title: names for title, names in by_value.items() if names}
    cut = [list(variants[start : start + most]) for start in range(0, len(variants), most)]
    return {f"{names[0]} … {names[-1]}": names for names in cut}
