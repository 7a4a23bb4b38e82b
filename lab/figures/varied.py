"""What a run varies, as figures need it: the keys with their values, and looks that follow their order."""

import ast
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations, product
from math import ceil
from numbers import Real
from typing import Any

import pandas as pd

from lab.figures.drawing import style, writing
from lab.figures.drawing.scales import chosen
from lab.figures.drawing.writing import Entry
from lab.figures.tables import telling
from lab.parts import Tables

_HIDDEN = "network.hidden"


@dataclass(frozen=True)
class Varied:
    """A varied key: its ``name``, its ``values`` in order, and the ``place`` of each variant's among them.

    ``words`` are the key in a few words: its last part, or all of it where another key ends alike, and what
    a list of widths counts. ``numbers`` are the values where they are numbers, or where they are lists of
    widths, their lengths; empty where they have no order.
    """

    name: str
    words: str
    values: list[str]
    place: dict[str, int]
    numbers: list[float]

    def says(self, at: int) -> str:
        """The value at this place in words: ``slope 0.1``, ``4 hidden layers``."""
        value = self.values[at]
        if self.name == _HIDDEN and value.isdigit():
            return f"{value} hidden layer{'s' * (value != '1')}"
        return f"{self.words} {value}"


def varied(tables: Tables) -> list[Varied]:
    """The keys with several values in the table ``variants``: numbers first, then depths, then the rest."""
    table = tables.get("variants", pd.DataFrame())
    keys = [name for name in table.columns if "." in str(name) and table[name].astype(str).nunique() > 1]
    ends = Counter(map(_end, keys))
    found = (_varied(table, key, key if ends[_end(key)] > 1 else _end(key)) for key in keys)
    return sorted(found, key=lambda one: (not one.numbers, one.name == _HIDDEN))


def _end(key: str) -> str:
    """The last part of a key that says something: of ``data.name`` it is ``data``."""
    return "hidden layers" if key == _HIDDEN else key.removesuffix(".name").rpartition(".")[2]


def _varied(table: pd.DataFrame, key: str, words: str) -> Varied:
    texts = dict(zip(table["variant"].map(str), table[key].astype(str), strict=True))
    different = dict(zip(texts.values(), map(_number, table[key]), strict=True))
    sized = len(set(different.values())) == len(different) and None not in different.values()
    if sized:
        different = dict(sorted(different.items(), key=lambda item: item[1]))  # type: ignore[arg-type, return-value]
    place = {text: at for at, text in enumerate(different)}
    names = [_short(key, text) for text in different]
    return Varied(
        key, words, names, {variant: place[text] for variant, text in texts.items()},
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
    """A value as a label has it: of widths how many they are, a part as ``leaky-relu(slope=0.2)``."""
    if key == _HIDDEN and text.startswith("["):
        return str(len(text.split(",")))
    if text.startswith("{'name': "):
        with suppress(ValueError):  # as of a parameter that is infinite
            name, *parameters = ast.literal_eval(text).items()
            told = ", ".join(f"{word}={value}" for word, value in parameters)
            return f"{name[1]}({told})" if told else str(name[1])
    return text


def looks(tables: Tables, variants: Sequence[str]) -> dict[str, style.Look]:
    """How each variant looks: colours from dark to light where a varied key has an order, else of categories.

    With further keys their values have their own markers and dashes.
    """
    keys = varied(tables)
    if not keys or not keys[0].numbers or any(name not in keys[0].place for name in variants):
        return dict(zip(variants, style.categories(len(variants)), strict=True))
    return _looks_by(keys, variants)


def colours(tables: Tables, variants: Sequence[str]) -> dict[str, str]:
    """The colour of each variant by the order of what varies; one for all where it has none."""
    if not any(key.numbers for key in varied(tables)):
        return dict.fromkeys(variants, style.FIRST_COLOUR)
    return {name: look.colour for name, look in looks(tables, variants).items()}


def _looks_by(keys: Sequence[Varied], variants: Sequence[str]) -> dict[str, style.Look]:
    """Looks of which the first key gives the colour, and the others together the marker and the dashes."""
    colours, marking = _colours(keys[0]), keys[1:] or keys
    places = {name: tuple(key.place[name] for key in marking) for name in variants}
    every = list(product(*(range(len(key.values)) for key in marking)))
    marks = dict(zip(every, style.categories(len(every)), strict=True))
    return {
        name: style.Look(colours[keys[0].place[name]], marks[at].marker, marks[at].dashes)
        for name, at in places.items()
    }


def _colours(key: Varied) -> list[str]:
    """A colour for each value of a key, from dark to light where the values have an order."""
    count = len(key.values)
    found = style.ramp(range(count)).values() if key.numbers else style.categories(count)
    return [look.colour for look in found]


@dataclass(frozen=True)
class Arranged:
    """Variants that share panels: the ``panels`` by title, how each looks, and the ``entries`` of a legend.

    Where the panels are those of varied keys the entries are the values of the other keys, of which each
    panel has all. Where there is one panel, or where they are cut without titles, there is none.
    """

    panels: dict[str, list[str]]
    looks: dict[str, style.Look]
    entries: list[Entry]


def arranged(tables: Tables, variants: Sequence[str], most: int, most_panels: int) -> Arranged:
    """Variants in panels of at most so many: all in one, or by the values of as few keys as do.

    Within a panel two keys vary at most, for which there are colours and markers. Where no keys make panels
    so small, ``most_panels`` variants are shown, those of `telling`, cut in the order in which they come.
    """
    keys = [key for key in varied(tables) if all(name in key.place for name in variants)]
    if len(variants) <= most:
        return Arranged({"": list(variants)}, looks(tables, variants), [])
    for count in range(1, len(keys)):
        for titling in list(combinations(keys, count))[::-1]:
            within = [key for key in keys if key not in titling]
            panels = _by_values(titling, variants)
            if len(within) <= 2 and max(map(len, panels.values())) <= most:
                shown = {title: panels[title] for title in chosen(list(panels), most_panels)}
                names = [name for of_panel in shown.values() for name in of_panel]
                return Arranged(shown, _looks_by(within, names), _entries(within))
    names = list(telling(tables, dict.fromkeys(variants, pd.DataFrame()), most_panels))
    size = ceil(len(names) / ceil(len(names) / most))
    cut = [names[start : start + size] for start in range(0, len(names), size)]
    found = looks(tables, names)
    if not any(key.numbers for key in keys):
        found = {name: look for of_panel in cut for name, look in looks({}, of_panel).items()}
    return Arranged({f"{of_panel[0]} …": of_panel for of_panel in cut}, found, [])


def _by_values(keys: Sequence[Varied], variants: Sequence[str]) -> dict[str, list[str]]:
    """The variants by their values of these keys, in the order of the values."""
    panels: dict[str, list[str]] = {}
    for name in sorted(variants, key=lambda name: [key.place[name] for key in keys]):
        panels.setdefault(", ".join(key.says(key.place[name]) for key in keys), []).append(name)
    return panels


def _entries(keys: Sequence[Varied]) -> list[Entry]:
    """A legend of the values of a key, by colour, and of a second one, by marker."""
    coloured, marked = keys[0], keys[-1]
    marks = [mark.marker for mark in style.categories(len(marked.values))]
    of_lines = marks if coloured is marked else [""] * len(coloured.values)
    found = [
        writing.line(coloured.says(at), color=colour, marker=marker)
        for at, (colour, marker) in enumerate(zip(_colours(coloured), of_lines, strict=True))
    ]
    if coloured is not marked:
        quiet: style.Looks = {"color": style.quiet(), "linestyle": "none"}
        found += [writing.line(marked.says(at), marker=marker, **quiet) for at, marker in enumerate(marks)]
    return found
