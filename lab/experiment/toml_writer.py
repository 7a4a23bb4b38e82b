"""Values as TOML text: the way back from what `tomllib` reads."""

import json
import re
from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import date, time
from os import PathLike, fspath
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def document(tables: Mapping[str, Any]) -> str:
    """A TOML document: plain keys first, then each table under its heading.

    A table of nothing but tables is written as headings ``[outer.inner]``; a table inside any other is
    written inline. Reading the text back gives equal values.
    """
    plain = {key: value for key, value in tables.items() if not isinstance(value, Mapping)}
    sections = [_lines(plain)] if plain else []
    for name, table in tables.items():
        if not isinstance(table, Mapping):
            continue
        if table and all(isinstance(inner, Mapping) for inner in table.values()):
            sections += [f"[{key_text(name)}.{key_text(one)}]\n{_lines(part)}" for one, part in table.items()]
        else:
            sections.append(f"[{key_text(name)}]\n{_lines(table)}")
    return "\n".join(sections)


def value_text(value: Any) -> str:
    """One value on one line. Raises TypeError for what TOML cannot hold."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(int(value))
        case float():
            return repr(float(value))
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case date() | time():
            return value.isoformat()
        case list() | tuple():
            return f"[{', '.join(value_text(entry) for entry in value)}]"
        case Mapping():
            pairs = ", ".join(f"{key_text(key)} = {value_text(inner)}" for key, inner in value.items())
            return f"{{{pairs}}}"
    if hasattr(value, "tolist"):  # a number or an array of numpy
        return value_text(value.tolist())
    if isinstance(value, PathLike):
        return value_text(fspath(value))
    if value is None:
        raise TypeError("TOML has no None; leave the key out")
    part = '; write a part as its name, a formula, or a table {name = "…"}' * is_dataclass(value)
    raise TypeError(f"TOML has no {type(value).__name__}: {value!r}{part}")


def key_text(name: str) -> str:
    """One name of a key, quoted where it is not of letters, digits, ``_`` and ``-`` alone."""
    if not isinstance(name, str):
        raise TypeError(f"a key is a text, got {name!r}")
    return name if _BARE.fullmatch(name) else value_text(name)


def _lines(table: Mapping[str, Any]) -> str:
    return "".join(f"{key_text(key)} = {value_text(value)}\n" for key, value in table.items())
