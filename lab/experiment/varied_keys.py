"""What an experiment varies: the keys of ``[vary]`` and the values of each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lab.experiment.findings import Finding
from lab.experiment.keys import Key, assigned, dotted, parsed_or_name
from lab.experiment.refusals import belongs, described
from lab.experiment.schema import PARTS, TABLES, Experiment, key_names
from lab.experiment.validation import Validated, validated
from lab.spelling import did_you_mean

REFUSED = {
    "title": "the title is of the whole experiment",
    "schema": "the schema is of the whole file",
    "trials": "every variant gets the same trials, so that variants are compared in pairs",
    "vary": "a variant varies nothing itself",
    "see": "what to see is of the whole experiment",
}


@dataclass(frozen=True)
class VariedKey:
    """One varied key: as the file writes it, as a key, and its values."""

    text: str
    key: Key
    values: tuple[Any, ...]


def varied_keys(base: Validated) -> tuple[list[VariedKey], list[Finding]]:
    """What the experiment varies, and what is wrong with keys and lists; a wrong one is left out."""
    good: dict[Key, VariedKey] = {}
    found = []
    for text, values in base.settings.vary.items():
        key = parsed_or_name(text)
        message = _refusal(key, base) or _list_problem(values)
        if key in good:
            message = f"{dotted(key)} is varied twice; expected one list of values"
        if message:
            found.append(Finding(("vary", text), message))
        else:
            good[key] = VariedKey(text, key, tuple(values))
    return list(good.values()), found


def with_right_values(
    base: Validated, varied: Iterable[VariedKey], parts: Callable[[Experiment, Key], list[Finding]]
) -> tuple[list[VariedKey], list[Finding]]:
    """The keys with those values alone that may stand there, and what is wrong with the others.

    ``parts(settings, key)`` says what is wrong with the parts of the key's table.
    """
    good: list[VariedKey] = []
    found: list[Finding] = []
    for one in varied:
        known = set(parts(base.settings, one.key))
        right = []
        for value in one.values:
            changed = validated(assigned(base.values, one.key, value), base)
            wrong = changed.findings or parts(changed.settings, one.key)
            news = [_at_value(one, value, finding) for finding in wrong if finding not in known]
            found += news
            if not news:
                right.append(value)
        if right:
            good.append(replace(one, values=tuple(right)))
    return good, found


def _at_value(varied: VariedKey, value: Any, finding: Finding) -> Finding:
    where = "" if finding.key[: len(varied.key)] == varied.key else f"{dotted(finding.key)}: "
    said = finding.message.removeprefix(f"{_short(value)}: ").partition("; to compare several")[0]
    message = f"the value {_short(value)}: {where}{said}"
    return Finding(("vary", varied.text), message, finding.other)


def _list_problem(values: list[Any]) -> str:
    """What is wrong with the list of values; empty where nothing is."""
    if not values:
        return "is an empty list; expected the values to try"
    for index, value in enumerate(values):
        if value in values[:index] and not isinstance(value, bool):
            return f"the value {_short(value)} is given twice; expected different values"
    return ""


def _refusal(key: Key, base: Validated) -> str:
    """Why this key cannot be varied; empty where it can."""
    table = str(key[0])
    if table in REFUSED:
        return f"{table} cannot be varied: {REFUSED[table]}"
    if len(key) == 1 and (table in TABLES or table == "activations"):
        return "is a whole table; vary one of its keys"
    if len(key) > 2 and key[:2] in PARTS and PARTS[key[:2]].table:
        written = base.values.get(table, {}).get(key[1], "…")
        if isinstance(written, Mapping):
            return ""
        part, name = dotted(key[:2]), written if isinstance(written, str) else "…"
        return f'{part} is not a table here; write {part} = {{name = "{name}", …}} first'
    if len(key) == 2 and table in TABLES and (table == "data" or key[1] in key_names(TABLES[table])):
        return ""
    designs: list[Key] = [
        ("activations", name, key)
        for name, design in base.settings.activations.items()
        for key in dict.fromkeys((*design.model_dump(exclude_none=True), "at_least", "at_most"))
    ]
    if key in designs:
        return ""
    place = belongs(str(key[1]), None) if len(key) == 2 and table in TABLES else ""
    if place and not place.endswith(f"[{table}]"):
        return f"is no key of this file; {place}"
    known = [f"{name}.{one}" for name in TABLES if name not in REFUSED for one in key_names(TABLES[name])]
    known += map(dotted, designs)
    text = dotted(key)
    near = [name for name in known if name.startswith(f"{text.partition('.')[0]}.")]
    return f"is no key of this file; {did_you_mean(text, near or known)}"


def _short(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_short, value[:8])) + (", …]" if len(value) > 8 else "]")
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key} = {_short(inner)}' for key, inner in value.items())}}}"
    return repr(value) if isinstance(value, str) and len(value) < 60 else described(value)
