"""Keys that are set from outside the file, as by ``-o training.eta=0.3``, and what gives way to them."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import takewhile
from typing import Any

from lab.errors import ExperimentError, Problem, plain
from lab.experiment.keys import Key, assigned, at, dotted, parsed, parsed_or_name, prefixes, without
from lab.experiment.meant import as_written
from lab.experiment.schema import PARTS, TABLES
from lab.experiment.see import ANSWER, numbers_of
from lab.experiment.toml_writer import value_text
from lab.numerics import TooSmallError


def applied(
    name: str, tables: dict[str, Any], overrides: Mapping[str, Any] | Sequence[str]
) -> tuple[dict[str, Any], frozenset[Key], tuple[str, ...]]:
    """The tables of a file with the overrides in place, the keys of these, and notes on what gives way.

    Raises ExperimentError, under the ``name`` of the file, where an override fits nowhere.
    """
    values, given, notes = _with_overrides(name, tables, overrides)
    values, replaced = _without_replaced(values, given)
    values, untold = _in_numbers(values, tables, given)
    return values, frozenset(given), (*notes, *replaced, *untold)


def _with_overrides(
    name: str, tables: dict[str, Any], overrides: Mapping[str, Any] | Sequence[str]
) -> tuple[dict[str, Any], dict[Key, Any], list[str]]:
    """The tables with the overrides, the overrides by their keys, and notes."""
    given: dict[Key, Any] = {}
    notes: list[str] = []
    problems: list[Problem] = []
    for override in [overrides] if isinstance(overrides, str) else overrides:
        written = str(override).partition("=")[0]
        try:
            if not written.strip():
                raise ValueError(_WRITTEN)
            key = _override_key(written.strip())
            value = _of_python(overrides[override]) if isinstance(overrides, Mapping) else _value(override)
            tables = assigned(_with_table_of_part(tables, key), key, value)
        except (TypeError, ValueError) as error:
            problems.append(Problem(0, plain(written, keep=""), str(error)))
            continue
        if key in given:
            notes.append(f"{dotted(key)} is overridden twice: {given[key]!r}, then {value!r}, which wins")
        for inner in [one for one in given if one != key and one[: len(key)] == key]:
            notes.append(f"the override of {dotted(inner)} gives way to that of {dotted(key)} after it")
            del given[inner]
        given[key] = value
    if problems:
        raise ExperimentError(name, problems)
    return tables, given, notes


def _with_table_of_part(tables: dict[str, Any], key: Key) -> dict[str, Any]:
    """The tables; a part that is written as its name alone is a table where the key is of its parameter."""
    part = key[:2]
    if part not in PARTS or not PARTS[part].table:
        return tables
    written = at(tables, part)
    if written is None:
        written = TABLES[str(part[0])].model_fields[str(part[1])].default
    if isinstance(written, list) and len(key) > 2:
        part = key[:3]
        written = at(tables, part)
    is_parameter = isinstance((*key, 0)[len(part)], str)
    return assigned(tables, part, {"name": written}) if is_parameter and isinstance(written, str) else tables


def _without_replaced(values: dict[str, Any], given: Mapping[Key, Any]) -> tuple[dict[str, Any], list[str]]:
    """The values without what an override stands in for under another key, and a note on each."""
    notes = []
    lengths: list[Key] = [("training", "epochs"), ("training", "steps")]
    for key, other in (lengths, reversed(lengths)):
        if key in given and other not in given and at(values, other) is not None:
            notes.append(f"{dotted(other)} of the file gives way to {dotted(key)}")
            values = without(values, other)
    varied = values.get("vary")
    if isinstance(varied, Mapping) and not any(key[0] == "vary" for key in given):
        kept = {}
        for text, tried in varied.items():
            key = parsed_or_name(text)
            if key in given or (at(values, key) is not None and not given.keys().isdisjoint(prefixes(key))):
                notes.append(f"the values of {text} in [vary] give way to its override")
                continue
            kept[text] = tried
            lost = [one for one in given if one[: len(key)] == key]
            notes += [f"the override of {dotted(one)} changes nothing, as [vary] sets {text}" for one in lost]
        values = {**values, "vary": kept}
    return values, notes


BESIDE = frozenset({("title",), ("schema",), ("see",), ("record", "quantities"), ("record", "neurons")})
"""The keys, and tables, that change nothing of what the words of ``[see]`` are about."""


def _in_numbers(
    values: dict[str, Any], written: Mapping[str, Any], given: Mapping[Key, Any]
) -> tuple[dict[str, Any], list[str]]:
    """The values, of ``[see]`` only the numbers where an override changes what they are of; and a note on it.

    The words of a line judge the run of the file as it was ``written``. A line that is given itself is kept.
    """
    changed = [
        dotted(key)
        for key in given
        if BESIDE.isdisjoint(prefixes(key)) and at(values, key) != at(written, key)
    ]
    see = values.get("see")
    if not changed or not isinstance(see, Mapping) or not all(isinstance(line, str) for line in see.values()):
        return values, []
    differs = f"{', '.join(changed)} {'is' if len(changed) == 1 else 'are'} not as in the file"
    told = {}
    for figure, line in see.items():
        numbers = numbers_of(line)
        if not given.keys().isdisjoint(prefixes(("see", figure))):
            told[figure] = line
        elif numbers and figure == ANSWER:
            told[figure] = f"In numbers only, since {differs}. For {{variants}}: {numbers}."
        elif numbers:
            told[figure] = numbers
    if told == see:
        return values, []
    return {**values, "see": told}, [f"the words of [see] and of its answer are left out, since {differs}"]


def _override_key(written: str) -> Key:
    """The key of an override; under ``vary`` all names make one key, since a shell takes away its quotes."""
    key = parsed(written)
    names = tuple(takewhile(lambda part: isinstance(part, str), key))
    if key[0] == "vary" and len(names) > 2:
        return ("vary", dotted(names[1:]), *key[len(names) :])
    return key


_UNQUOTED = re.compile(r"(?<=[\[{,=])\s*(?!(?:true|false|inf|nan)\b)([A-Za-z][\w-]*)\s*(?=[,\]}])")
"""A word in a list or a table that stands in no quotes."""

_WRITTEN = "an override is written KEY=VALUE, for example training.eta=0.3"


def _of_python(value: Any) -> Any:
    """A value as TOML has it: of a tuple a list, of a path or a number of numpy the plain one."""
    return tomllib.loads(f"value = {value_text(value)}")["value"]


def _value(override: str) -> Any:
    """The TOML value after the sign =, its quotes perhaps taken by a shell, or else the text itself."""
    _, equals, text = override.partition("=")
    if not equals:
        raise ValueError(_WRITTEN)
    try:
        text.encode("utf-8")
        for written in (text, _UNQUOTED.sub(r'"\1"', text))[: 1 + text.lstrip().startswith(("[", "{"))]:
            with suppress(tomllib.TOMLDecodeError):
                tables = tomllib.loads(f"value = {written}", parse_float=as_written)
                return tables["value"] if tables.keys() == {"value"} else text
    except TooSmallError:
        raise
    except UnicodeEncodeError:
        raise ValueError("the value is not valid text") from None
    except (RecursionError, ValueError):
        raise ValueError("the value is nested too deeply, or a number has too many digits") from None
    return text
