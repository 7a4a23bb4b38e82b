"""The JSON Schema of experiment files, by which an editor completes and checks them.

It is looser than the lab where a file alone cannot say what is right: a name may be that of a design, of an
installed part or of a class in a file.
"""

import dataclasses
from typing import Any, get_type_hints

from pydantic import TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError

from lab import plugins
from lab.data.files.kinds import SUFFIXES
from lab.experiment.checks import QUANTITY_GROUPS, quantities
from lab.experiment.keys import dotted
from lab.experiment.schema import PARTS, TABLES, Experiment, key_names
from lab.experiment.varied_keys import REFUSED
from lab.parts import Activation

_CODE = r"\.py:"
_OTHER_NAMES: dict[str, dict[str, Any]] = {
    "activations": {"description": "a formula in z, a design of this file, or file.py:Class"},
    "datasets": {"pattern": "|".join([_CODE, *(f"\\{suffix}$" for suffix in SUFFIXES)])},
}
"""What else may name a part of this kind; of the other kinds, only a class in a file."""


def json_schema() -> dict[str, Any]:
    """The schema, in the JSON Schema of 2020-12."""
    made: dict[str, Any] = _trimmed(Experiment.model_json_schema())
    tables = {name: made["$defs"][model.__name__]["properties"] for name, model in TABLES.items()}
    for key, part in PARTS.items():
        table, name = map(str, key)
        names = {"$ref": f"#/$defs/{part.kind}"}
        if part.kind == "probes":
            tables[table][name] |= {"type": ["array", "string"], "items": names}
        elif name == "activation":
            tables[table][name]["anyOf"] = [names, {"type": "array", "items": names}]
        else:
            tables[table][name] |= names
        made["$defs"][part.kind] = {"anyOf": _choices(part.kind, part.table)}
    for name, source in plugins.usable("datasets").items():
        for parameter in plugins.fields(source):
            tables["data"].setdefault(parameter, {"description": f"a parameter of {name}"})
    made["properties"]["vary"]["properties"] = {
        dotted((table, key)): {"items": {"$ref": f"#/$defs/{model.__name__}/properties/{key}"}}
        for table, model in TABLES.items()
        for key in key_names(model)
        if table not in REFUSED
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | made


def _choices(kind: str, table: bool) -> list[dict[str, Any]]:
    """What may name a part of this kind: its name, another text, or a table of its name and parameters."""
    parts, aliases = plugins.usable(kind), plugins.aliases(kind)
    names = sorted({*parts, *aliases})
    if kind == "probes":
        names += [*QUANTITY_GROUPS, *quantities()]
    other = {"type": "string", **_OTHER_NAMES.get(kind, {"pattern": _CODE})}
    choices: list[dict[str, Any]] = [{"enum": names}, other]
    if table:
        for name, part in parts.items():
            choices.append(_table([name, *(alias for alias, own in aliases.items() if own == name)], part))
        unknown = {"name": other | {"not": {"enum": names}}}
        choices.append({"type": "object", "properties": unknown, "required": ["name"]})
    return choices


def _table(names: list[str], part: Any) -> dict[str, Any]:
    """The table of a part's name and parameters."""
    hints = get_type_hints(part)
    properties: dict[str, Any] = {"name": {"enum": names}}
    for key, field in plugins.fields(part).items():
        properties[key] = _type(hints[field.name])
        if field.default is not dataclasses.MISSING:
            properties[key]["default"] = field.default
    required = ["name", *plugins.required(part)]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _type(hint: Any) -> Any:
    """What a parameter of this type may be; anything where JSON has no word for it."""
    if hint is Activation:
        return {"$ref": "#/$defs/activations"}
    try:
        return _trimmed(TypeAdapter(hint).json_schema())
    except PydanticSchemaGenerationError:
        return {}


def _trimmed(schema: Any) -> Any:
    """The schema without titles that repeat a key's name, and without null, which TOML does not have."""
    if isinstance(schema, list):
        return [_trimmed(entry) for entry in schema if entry != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _trimmed(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str)) and not (key == "default" and value is None)
    }
