"""The text of an experiment file: its exact bytes, its values, and on which line each key stands."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import takewhile
from pathlib import Path
from typing import Any

from lab.errors import ExperimentError, Problem, nearest, plain, system_reason
from lab.experiment import templates, toml_reader
from lab.experiment.keys import Key, assigned, dotted, parsed, parsed_or_name
from lab.experiment.meant import as_written
from lab.experiment.schema import FILE_VERSION, MIGRATIONS, PARTS, TABLES
from lab.experiment.see import ANSWER, numbers_of
from lab.experiment.toml_reader import UnreadableError
from lab.experiment.toml_writer import document, value_text
from lab.numerics import TooSmallError
from lab.storage import migrated


@dataclass(frozen=True)
class Source:
    """An experiment file as it was read: its exact bytes, and its values with the overrides in place.

    ``name`` is the path as messages show it, and ``lines`` has the line of every key that the text mentions;
    values that no file holds have neither. ``overridden`` are the keys that were set from
    outside, and ``notes`` say which of them took the place of another.
    """

    path: Path
    name: str
    data: bytes
    values: Mapping[str, Any]
    notes: tuple[str, ...]
    lines: Mapping[Key, int]
    overridden: frozenset[Key]

    @property
    def override_texts(self) -> dict[str, str]:
        """The overridden keys and their values, as one writes them."""
        return {
            dotted(key): repr(reduce(lambda value, part: value[part], key, self.values))  # type: ignore[index]
            for key in sorted(self.overridden, key=str)
        }

    def line(self, key: Key) -> int:
        """The line of a key, or of the nearest table around it; 0 if it was overridden or is nowhere."""
        if self.is_overridden(key):
            return 0
        return next((self.lines[one] for one in _prefixes(key) if one in self.lines), 0)

    def is_overridden(self, key: Key) -> bool:
        """Whether this key, a table around it, or all that a table has was set from outside."""
        within = key not in self.lines and any(one[: len(key)] == key for one in self.overridden)
        return within or not self.overridden.isdisjoint(_prefixes(key))


FROM_PYTHON = Path("notebook.toml")
"""What an experiment is called that was given by its values, in the current folder."""


def read(given: Path | Mapping[str, Any], overrides: Mapping[str, Any] | Sequence[str] = ()) -> Source:
    """Read an experiment file, or take its values, whose text is then as `toml_writer.document` writes it.

    ``overrides`` take the place of the file's values: texts ``KEY=VALUE``, whose value is a TOML value or
    else a bare text, or a mapping from dotted key to value. Of two for one key the last wins. Raises
    ExperimentError where the file cannot be read, is no TOML, is empty, is of a newer format, or an override
    fits nowhere.
    """
    in_file = not isinstance(given, Mapping)
    path = given if isinstance(given, Path) else FROM_PYTHON
    name = plain(str(path), keep="") if in_file else ""
    try:
        data = _written(given) if isinstance(given, Mapping) else _bytes(path)
        text = toml_reader.decoded(data)
        tables = migrated(toml_reader.values(text), MIGRATIONS)
    except UnreadableError as error:
        raise ExperimentError(name, [Problem(*error.args)]) from None
    values, overridden, notes = _with_overrides(name, tables, overrides)
    values, replaced = _without_replaced(values, overridden)
    values, untold = _in_numbers(values, tables, overridden)
    if not values:
        raise ExperimentError(name, [Problem(0, "", "no experiment: needs `data.name` and `network.hidden`")])
    notes += [*replaced, *untold]
    lines = toml_reader.lines(text) if in_file else {}
    source = Source(path, name, data, values, tuple(notes), lines, frozenset(overridden))
    version = values.get("schema")
    if type(version) is int and version > FILE_VERSION:  # before its new keys are taken for mistakes
        message = f"needs a newer lab: this one reads schema {FILE_VERSION}, got {version}"
        raise ExperimentError(name, [Problem(source.line(("schema",)), "schema", message)])
    return source


def _written(values: Mapping[str, Any]) -> bytes:
    try:
        return document(values).encode()
    except (TypeError, UnicodeEncodeError) as error:
        key = dotted(_unwritable(values))
        raise UnreadableError(0, key, f"cannot be written as TOML: {error}") from None


def _unwritable(value: Any, key: Key = ()) -> Key:
    """The key of the first value within this one that is none of TOML, or the innermost around it."""
    named = isinstance(value, Mapping)
    inner = value.items() if named else enumerate(value) if isinstance(value, list | tuple) else ()
    for name, one in inner:
        try:
            value_text({name: one} if named else one).encode()
        except (TypeError, UnicodeEncodeError):
            return _unwritable(one, (*key, name)) if isinstance(name, str) or not named else key
    return key


def _bytes(path: Path) -> bytes:
    try:
        if path.is_file():
            with path.open("rb") as file:
                return file.read(toml_reader.LARGEST + 1)
        if path.is_dir():
            reason = "is a folder; name the experiment file in it"
        else:
            reason = "is not a regular file" if path.exists() else f"there is no such file{_beside(path)}"
    except (OSError, ValueError) as error:
        reason = f"cannot be read: {system_reason(error)}"
    raise UnreadableError(0, "", reason)


def _beside(path: Path) -> str:
    """The experiment file that is meant, as the end of a message: a shipped one, or the nearest beside."""
    if path.stem in {name.rpartition("/")[2] for name, _ in templates.listing()}:
        return f"; a copy of the lab's own is written by: lab new {path.stem}"
    near = nearest(path.stem, [file.stem for file in path.parent.glob("*.toml")])
    return f"; did you mean {str(path.with_name(f'{near}.toml'))!r}?" if near else ""


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
        given[key] = value
    if problems:
        raise ExperimentError(name, problems)
    return tables, given, notes


def _with_table_of_part(tables: dict[str, Any], key: Key) -> dict[str, Any]:
    """The tables; a part that is written as its name alone is a table where the key is of its parameter."""
    part = key[:2]
    if part not in PARTS or not PARTS[part].table:
        return tables
    written = _at(tables, part)
    if written is None:
        written = TABLES[str(part[0])].model_fields[str(part[1])].default
    if isinstance(written, list) and len(key) > 2:
        part = key[:3]
        written = _at(tables, part)
    is_parameter = isinstance((*key, 0)[len(part)], str)
    return assigned(tables, part, {"name": written}) if is_parameter and isinstance(written, str) else tables


def _without_replaced(values: dict[str, Any], given: Mapping[Key, Any]) -> tuple[dict[str, Any], list[str]]:
    """The values without what an override stands in for under another key, and a note on each."""
    notes = []
    training = values.get("training")
    for name, other in (("epochs", "steps"), ("steps", "epochs")):
        replaced = ("training", name) in given and ("training", other) not in given
        if replaced and isinstance(training, Mapping) and other in training:
            notes.append(f"training.{other} of the file gives way to training.{name}")
            values = {**values, "training": {key: value for key, value in training.items() if key != other}}
    varied = values.get("vary")
    if isinstance(varied, Mapping) and not any(key[0] == "vary" for key in given):
        replaced_keys = [text for text in varied if parsed_or_name(text) in given]
        notes += [f"the values of {text} in [vary] give way to its override" for text in replaced_keys]
        kept = {text: tried for text, tried in varied.items() if text not in replaced_keys}
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
        if BESIDE.isdisjoint(_prefixes(key)) and _at(values, key) != _at(written, key)
    ]
    see = values.get("see")
    if not changed or not isinstance(see, Mapping) or not all(isinstance(line, str) for line in see.values()):
        return values, []
    differs = f"{', '.join(changed)} {'is' if len(changed) == 1 else 'are'} not as in the file"
    told = {}
    for figure, line in see.items():
        numbers = numbers_of(line)
        if not given.keys().isdisjoint(_prefixes(("see", figure))):
            told[figure] = line
        elif numbers and figure == ANSWER:
            told[figure] = f"In numbers only, since {differs}. For {{variants}}: {numbers}."
        elif numbers:
            told[figure] = numbers
    if told == see:
        return values, []
    return {**values, "see": told}, [f"the words of [see] and of its answer are left out, since {differs}"]


def _at(values: Mapping[str, Any], key: Key) -> Any:
    """The value of a key; None where there is none."""
    try:
        return reduce(lambda value, part: value[part], key, values)  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        return None


def _prefixes(key: Key) -> list[Key]:
    """The key itself and the tables around it, the outermost last."""
    return [key[:end] for end in range(len(key), 0, -1)]


def _override_key(written: str) -> Key:
    """The key of an override; under ``vary`` all names make one key, since a shell takes away its quotes."""
    key = parsed(written)
    names = tuple(takewhile(lambda part: isinstance(part, str), key))
    if key[0] == "vary" and len(names) > 2:
        return ("vary", dotted(names[1:]), *key[len(names) :])
    return key


_WRITTEN = "an override is written KEY=VALUE, for example training.eta=0.3"


def _of_python(value: Any) -> Any:
    """A value as TOML has it: of a tuple a list, of a path or a number of numpy the plain one."""
    return tomllib.loads(f"value = {value_text(value)}")["value"]


def _value(override: str) -> Any:
    """The TOML value after the sign =, or the text itself where it is none."""
    _, equals, text = override.partition("=")
    if not equals:
        raise ValueError(_WRITTEN)
    try:
        text.encode("utf-8")
        tables = tomllib.loads(f"value = {text}", parse_float=as_written)
    except TooSmallError:
        raise
    except UnicodeEncodeError:
        raise ValueError("the value is not valid text") from None
    except tomllib.TOMLDecodeError:
        return text
    except (RecursionError, ValueError):
        raise ValueError("the value is nested too deeply, or a number has too many digits") from None
    return tables["value"] if tables.keys() == {"value"} else text
