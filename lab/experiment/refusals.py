"""What is said of a value that has not the type or the range that is due, in the lab's words."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any, get_args

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from lab.data.files.kinds import kind_of
from lab.experiment.findings import Finding
from lab.experiment.keys import Key, dotted
from lab.experiment.meant import right_value
from lab.experiment.schema import PARTS, TABLES, Design, Experiment, key_names, part_name
from lab.experiment.toml_writer import value_text
from lab.spelling import called_here, did_you_mean, nearest

_MESSAGES = {
    "finite_number": "must be finite, got {value}",
    "int_type": "expected a whole number, got {value}",
    "float_type": "expected a number, got {value}",
    "string_type": "expected text in quotes, got {value}",
    "bool_type": "expected true or false, got {value}",
    "list_type": "expected a list, got {value}",
    "dict_type": "expected a table, got {value}",
    "model_type": "expected a table, got {value}",
    "greater_than": "must be > {gt:g}, got {value}",
    "greater_than_equal": "must be >= {ge:g}, got {value}",
    "less_than": "must be < {lt:g}, got {value}",
    "less_than_equal": "must be <= {le:g}, got {value}",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
}
"""What is said for a kind of error of pydantic."""

_PARTS = ("train", "test")
_EXAMPLES = (*(("data", part) for part in _PARTS), ("record", "examples"))
"""The keys that say how many examples there are."""

_VARIED = ("data", "network", "training", "record", "activations")
"""The tables of which a key can be varied."""

_LONGEST = 60


def finding(details: ErrorDetails) -> Finding:
    """What pydantic refused, in the lab's words."""
    key: Key = tuple(details["loc"])
    if details["type"] == "needed":
        return Finding(key[:-1], details["msg"])
    if details["type"] == "contradiction":
        return Finding(key, "contradicts", (*key[:-1], details["ctx"]["other"]))
    return Finding(key, _message(key, details))


def _message(key: Key, details: ErrorDetails) -> str:
    kind, context = details["type"], details.get("ctx", {})
    value = context.get("got", details["input"])
    if key[0] == "vary" and len(key) > 1 and isinstance(value, Mapping):
        if "." in str(key[1]):
            return f"expected a list of the values to try, got {described(value)}"
        inner = dotted((*key[1:2], *list(value)[:1]))
        return f'expected a list; a key with dots stands in quotes: "{inner}" = [ … ]'
    if kind == "extra_forbidden":
        return _unknown(key, value)
    if kind == "missing":
        return _missing(key, details["input"])
    if kind == "literal_error":
        words = get_args(_field(key).annotation)
        if isinstance(value, str):
            return f"unknown word {_cut(value)!r}; {did_you_mean(value, words)}"
        return f"expected one of {', '.join(words)}, got {described(value)}"
    if near := key_meant(details):
        return f"unknown key; did you mean {near!r}?"
    if kind == "float_type" and type(value) is int:
        kind = "finite_number"
    if kind != "expected" and kind not in _MESSAGES:
        return details["msg"]
    message = (
        f"expected {details['msg']}, got {described(value)}"
        if kind == "expected"
        else _MESSAGES[kind].format_map({**context, "value": described(value)})
    )
    if key[0] == "activations" and key[-1] in key_names(Design) and len(key) == 2:
        return f"{message}; a design has a table of its name, such as [activations.mine]"
    if kind == "model_type" and key[0] == "activations" and len(key) == 2 and isinstance(value, str):
        return f"{message}; write [{dotted(key)}], and in the line below value = {value_text(value)}"
    if right := right_value(kind, value):
        return f"{message}; write {right}"
    if isinstance(value, list) and value and key[0] in _VARIED and kind not in ("model_type", "dict_type"):
        return f"{message}; {to_compare(key[: 3 if key[0] == 'activations' else 2])}"
    if kind == "int_type" and isinstance(value, float) and key in _EXAMPLES:
        return f"{message}; it counts examples, and is no share of them"
    if isinstance(value, str) and key in _EXAMPLES[:2] and kind_of(value):
        return f"{message}; {_joined(*(value if key[1] == part else f'{part}.csv' for part in _PARTS))}"
    if isinstance(value, list) and value and key == ("trials", "seeds"):
        return f"{message}; it counts the trials, whose seeds are made from trials.seed: write {len(value)}"
    return message


def _joined(train: str, test: str) -> str:
    """How examples are learnt from that are in two files."""
    joined = f"pandas.concat(map(pandas.read_csv, {[train, test]})).to_csv('both.csv', index=False)"
    order = "it counts examples: of one file the first ones train, and the next ones test"
    return f'{order}; this line joins two: python -c "import pandas; {joined}"'


def _missing(key: Key, table: Mapping[str, Any]) -> str:
    unknown = table.keys() - {*key_names(TABLES[str(key[0])])}
    named = (one for one in sorted(unknown) if str(key[1]) in called_here(one))
    near = next(named, None) or nearest(str(key[1]), unknown)
    return f"is missing; {f'is it meant by {near!r}? ' if near else ''}expected {_field(key).description}"


def is_named_otherwise(missing: Key, unknown: Iterable[Key]) -> bool:
    """Whether a key that is missing, or its table, is one of the unknown keys by another name.

    >>> is_named_otherwise(("network", "hidden"), [("training", "hiden"), ("network", "layers")])
    True
    """
    table, name = map(str, missing)
    return any(
        around == [table] and nearest(str(word), key_names(TABLES[table])) == name
        if around
        else nearest(str(word), TABLES) == table or name in called_here(str(word))
        for *around, word in unknown
    )


def _field(key: Key) -> FieldInfo:
    return TABLES[str(key[0])].model_fields[str(key[1])]


def key_meant(details: ErrorDetails) -> str | None:
    """The key of a design that is meant by an unknown one, whose value is a text."""
    key = details["loc"]
    if key[0] != "activations" or details["type"] != "float_type" or not isinstance(details["input"], str):
        return None
    return nearest(str(key[-1]), key_names(Design))


def described(value: Any) -> str:
    """A value as a message shows it, with its kind where that is in doubt."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"{str(value).lower()} (a truth value)"
        case int() if abs(value) >= 10**20:
            return f"a number of {len(str(abs(value)))} digits"
        case str():
            return f"{_cut(value)!r} (text)"
        case date() | time():
            return f"{value.isoformat()} (a date or time)"
        case list():
            return "a list" if value else "an empty list"
        case Mapping():
            return _cut(f"a table of {', '.join(value)}") if value else "an empty table"
    return _cut(repr(value))


def to_compare(key: Key) -> str:
    """How several values of a key are compared."""
    return f'to compare several, list them under [vary]: "{dotted(key)}" = [ … ]'


def belongs(name: str, value: Any) -> str:
    """Where a key with this value belongs, or one that is so called elsewhere; empty where nowhere."""
    for word in (name, *called_here(name)):
        if place := _home(word, value):
            return f"it {place}" if word == name else f"it is called {word!r} here, and {place}"
    return ""


def key_called(word: str) -> str:
    """The key of a file that has this name, or is so called elsewhere; empty where there is none.

    >>> key_called("epochs"), key_called("learning_rate"), key_called("colour")
    ('training.epochs', 'training.eta', '')
    """
    homes = {
        name: f"{table}.{name}" for table, model in reversed(TABLES.items()) for name in key_names(model)
    }
    return next((homes[name] for name in (word, *called_here(word)) if name in homes), "")


def _home(name: str, value: Any) -> str:
    is_table = isinstance(value, Mapping)
    homes = [table for table, model in TABLES.items() if name in key_names(model)]
    if is_table:  # as only a part may be
        homes = [table for table in homes if (table, name) in PARTS and part_name(value)]
    if home := next(iter(homes), ""):
        return f"belongs in the table [{home}]"
    if name in key_names(Experiment) and is_table:
        return f"belongs at the top level: [{name}]"
    is_above = name in key_names(Experiment) and type(value) in (str, int)
    return "belongs at the top of the file, above the first table" if is_above else ""


def _unknown(key: Key, value: Any) -> str:
    name = str(key[-1])
    known = key_names(TABLES.get(str(key[0]), Experiment) if len(key) > 1 else Experiment)
    if key[0] == "training" and "mu" in called_here(name) and type(value) in (int, float):
        written = f'optimiser = {{name = "momentum", mu = {value}}}'
        return f"unknown key; it is a parameter of the optimiser: {written}"
    is_meant_here = bool({name, *called_here(name)} & {*known})
    if not is_meant_here and (place := belongs(name, value)):
        return f"unknown key here; {place}"
    if is_meant_here or len(key) > 1:
        meant = nearest(name, known)
        field = TABLES[str(key[0])].model_fields.get(str(meant)) if key[0] in TABLES else None
        needed = field and field.is_required()
        more = f"did you mean {meant!r}? expected {field.description}" if field and needed else ""
        return f"unknown key; {more or did_you_mean(name, known)}"
    within = {one: at for at, table in TABLES.items() for one in key_names(table)}
    if not nearest(name, known) and (near := nearest(name, within)):
        return f"unknown key; did you mean '{within[near]}.{near}'?"
    if isinstance(value, Mapping) and value:
        name = next((table for table, model in TABLES.items() if {*value} <= {*key_names(model)}), name)
    return f"unknown key; {did_you_mean(name, known)}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
