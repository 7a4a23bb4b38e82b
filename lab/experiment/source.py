"""The text of an experiment file: its exact bytes, its values, and on which line each key stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.errors import ExperimentError, Problem, plain, system_reason
from lab.experiment import templates, toml_reader, toml_statements
from lab.experiment.keys import Key, at, dotted, prefixes
from lab.experiment.overrides import applied
from lab.experiment.schema import FILE_VERSION, MIGRATIONS
from lab.experiment.toml_reader import UnreadableError
from lab.experiment.toml_writer import document, value_text
from lab.spelling import nearest
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
        return {dotted(key): repr(at(self.values, key)) for key in sorted(self.overridden, key=str)}

    def line(self, key: Key) -> int:
        """The line of a key, or of the nearest table around it; 0 if it was overridden or is nowhere."""
        if self.is_overridden(key):
            return 0
        return next((self.lines[one] for one in prefixes(key) if one in self.lines), 0)

    def is_overridden(self, key: Key) -> bool:
        """Whether this key, a table around it, or all that a table has was set from outside."""
        within = key not in self.lines and any(one[: len(key)] == key for one in self.overridden)
        return within or not self.overridden.isdisjoint(prefixes(key))


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
    values, overridden, notes = applied(name, tables, overrides)
    if not values:
        raise ExperimentError(name, [Problem(0, "", "no experiment: needs `data.name` and `network.hidden`")])
    lines = toml_statements.lines(text) if in_file else {}
    source = Source(path, name, data, values, notes, lines, overridden)
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
