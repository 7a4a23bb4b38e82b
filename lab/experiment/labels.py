"""Labels of variants: what varies, short and as the file writes it, so that it can be typed back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, count
from typing import Any

from lab.errors import in_one_line
from lab.experiment.keys import dotted, parsed
from lab.experiment.schema import PARTS, part_name

_BARE = {dotted(key) for key, part in PARTS.items() if part.bare}
_LONGEST = 60
_REPEATED = 5


def labels(varied: Sequence[Mapping[str, Any]], activation: Any) -> list[str]:
    """A label for each variant, no two alike even where capitals count for nothing.

    Classes of one name are told apart by their files, what is alike yet by a number.

    ``varied`` are the varied keys of each variant with their values; where nothing varies, ``activation``
    names the one variant.
    """
    if not any(varied):
        return [_safe(_text(activation))]
    keys = [parsed(key) for key in varied[0]]
    often = Counter(key[-1] for key in keys)
    names = [".".join(map(str, key[-1:] if often[key[-1]] == 1 else key[-2:])) for key in keys]
    columns = [
        _words(key, name, values)
        for key, name, *values in zip(varied[0], names, *(one.values() for one in varied), strict=True)
    ]
    return _unique([", ".join(words) for words in zip(*columns, strict=True)])


def _words(key: str, name: str, values: Sequence[Any]) -> list[str]:
    """A varied key with each of its values, these with their files where two are alike without."""
    pairs = [(_word(key, name, value, False), _word(key, name, value, True)) for value in values]
    meanings = Counter(short.casefold() for short, _ in {*pairs})
    return [whole if meanings[short.casefold()] > 1 else short for short, whole in pairs]


def _word(key: str, name: str, value: Any, filed: bool) -> str:
    """One varied key with its value: widths as ``30-30`` or ``9×30``, a part by itself, else ``eta=0.1``.

    A class of one's own is ``filed`` with its file, as ``mine.py:Mine``.
    """
    if key != "network.hidden":
        return _safe(_text(value, filed) if key in _BARE else f"{name}={_text(value, filed)}")
    if len(value) > _REPEATED and len(set(value)) == 1:
        return f"{len(value)}×{value[0]}"
    return _safe("-".join(map(str, value))) or "no hidden layer"


def _text(value: Any, filed: bool = False) -> str:
    """A value in few characters: a part by its name and parameters, a list by its entries."""
    if isinstance(value, Mapping) and (name := part_name(value)):
        parameters = ", ".join(
            f"{key}={_text(inner, filed)}" for key, inner in value.items() if key != "name"
        )
        return f"{_text(name, filed)}({parameters})" if parameters else _text(name, filed)
    if isinstance(value, list):
        return f"[{' '.join(_text(one, filed) for one in value)}]"
    if isinstance(value, str):
        return value.rpartition("/" if filed else ":")[2] if ".py:" in value else value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _safe(text: str) -> str:
    """The text in one line, without what a terminal or a spreadsheet would take for something else."""
    plain = "".join(character if character.isprintable() else "_" for character in in_one_line(text) or text)
    cut = plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
    return f"({cut})" if cut.startswith(("=", "+", "-", "@")) else cut


def _unique(texts: Sequence[str]) -> list[str]:
    """The texts, those that are alike yet numbered from the second on."""
    unique: dict[str, str] = {}
    for text in texts:
        numbered = (f"{text} #{number}" for number in count(2))
        label = next(one for one in chain([text], numbered) if one.casefold() not in unique)
        unique[label.casefold()] = label
    return list(unique.values())
