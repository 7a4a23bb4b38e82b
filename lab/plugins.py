"""Find a part by its name: built in, installed, or a class in a file.

A part is a frozen dataclass: an activation, a cost, an initialiser, an optimiser, a data set, a probe
or a figure. Each kind has one explicit table of those built in; an installed distribution adds more by
an entry point of the group ``lab.<kind>``; and ``"file.py:Class"`` names a class in a file of one's own.

In an experiment file a part is written as its name, or as a table of its name and its parameters::

    activation = "leaky-relu"
    activation = {name = "leaky-relu", slope = 0.1}
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, get_type_hints

from lab.errors import PartError, did_you_mean, nearest


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of part: where those that the lab ships are listed, the class of `lab.parts` that they
    subclass, and what one of them is called.
    """

    table: str
    base: str
    singular: str


KINDS: dict[str, Kind] = {
    "activations": Kind("lab.activations.catalogue:TABLE", "Activation", "activation"),
    "costs": Kind("lab.network.costs:TABLE", "Cost", "cost"),
    "initialisers": Kind("lab.network.initialisers:TABLE", "Initialiser", "initialiser"),
    "optimisers": Kind("lab.network.optimisers:TABLE", "Optimiser", "optimiser"),
    "datasets": Kind("lab.data:TABLE", "DataSource", "data set"),
    "probes": Kind("lab.training.probes:TABLE", "Probe", "probe"),
    "figures": Kind("lab.figures:TABLE", "Figure", "figure"),
}
"""The kinds by the name of their entry points' group, ``lab.<kind>``."""

ALIASES: dict[str, str] = {"activations": "lab.activations.catalogue:ALIASES"}
"""Where other spellings of their names are listed: kind → ``module:name`` of a mapping to the name."""


@cache
def built_in(kind: str) -> Mapping[str, type]:
    """The table of the parts of this kind that the lab ships: name → class."""
    table: Mapping[str, type] = _listed(KINDS[kind].table)
    return table


@cache
def aliases(kind: str) -> Mapping[str, str]:
    """Other spellings of the names of the parts of this kind that the lab ships: alias → name."""
    table: Mapping[str, str] = _listed(ALIASES[kind]) if kind in ALIASES else {}
    return table


@cache
def installed(kind: str) -> dict[str, EntryPoint]:
    """The entry points of the group ``lab.<kind>``: name → entry point.

    Raises PartError where one bears the name of a part built in.
    """
    found = {entry.name: entry for entry in entry_points(group=f"lab.{kind}")}
    for name in found.keys() & {*built_in(kind), *aliases(kind)}:
        raise PartError(
            f"the installed package {_distribution(found[name])} names one of its {kind} {name!r}, "
            f"which is a name of the lab's own; uninstall it or rename its entry point"
        )
    return found


def names(kind: str) -> list[str]:
    """All names that `find` knows for this kind, in alphabetical order, without their aliases."""
    return sorted({*built_in(kind), *installed(kind)})


def find(kind: str, name: str, *, folder: Path | None = None, allow_code: bool = False) -> type:
    """The class of the part called ``name``.

    Parameters
    ----------
    kind
        One of the keys of `KINDS`.
    name
        A name of the table or an alias of one, the name of an entry point, or ``"file.py:Class"``.
    folder
        Where a relative ``file.py`` is looked for: the folder of the experiment file.
    allow_code
        A file's class is loaded only with this leave, since loading it runs the file's code.

    Raises
    ------
    PartError
        The name is unknown (the nearest is told), the code may not or cannot be loaded, or what it holds
        under this name is no part of this kind.
    """
    own = aliases(kind).get(name, name)
    if own in built_in(kind):
        return built_in(kind)[own]
    if ".py:" in name:
        return _of_kind(kind, repr(name), _from_file(name, folder or Path.cwd(), allow_code))
    entries = installed(kind)
    if name in entries:
        return _of_kind(kind, f"{name!r} of {_distribution(entries[name])}", _loaded(entries[name]))
    hint = did_you_mean(name, [*built_in(kind), *entries], aliases(kind))
    raise PartError(f"unknown {KINDS[kind].singular} {name!r}; {hint}")


def build(
    kind: str,
    spec: str | Mapping[str, Any],
    *,
    folder: Path | None = None,
    allow_code: bool = False,
) -> Any:
    """Make a part from what an experiment file says: a name, or a table with ``name`` and parameters.

    The parameters are the fields of the part's dataclass (a field's metadata may give its ``key`` in the
    file where that differs) and are checked against their types, without coercion. Raises PartError with
    the part's own parameters when one is unknown, missing or wrong.
    """
    table = {"name": spec} if isinstance(spec, str) else dict(spec)
    name = table.pop("name", None)
    if not isinstance(name, str):
        raise PartError(f"expected a name, or a table with a name, of one of the {kind}")
    part = find(kind, name, folder=folder, allow_code=allow_code)
    return make(part, name, table)


def make(part: type, name: str, parameters: Mapping[str, Any]) -> Any:
    """An instance of the dataclass ``part`` with these parameters, each checked against its field's type."""
    from pydantic import ConfigDict, TypeAdapter, ValidationError

    fields = {
        field.metadata.get("key", field.name): field for field in dataclasses.fields(part) if field.init
    }
    for key in parameters:
        if key not in fields:
            if not fields:
                raise PartError(f"{name!r} has no parameter {key!r}; it has no parameters")
            near = nearest(key, fields)
            hint = f"did you mean {near!r}? " if near else ""
            raise PartError(f"{name!r} has no parameter {key!r}; {hint}its parameters: {', '.join(fields)}")
    for key, field in fields.items():
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if required and key not in parameters:
            raise PartError(f"{name!r} needs a value for {key!r}")
    hints = get_type_hints(part)
    checked = {}
    for key, value in parameters.items():
        try:
            config = ConfigDict(strict=True, allow_inf_nan=False, arbitrary_types_allowed=True)
            adapter = TypeAdapter(hints.get(fields[key].name, Any), config=config)
            checked[fields[key].name] = adapter.validate_python(value)
        except ValidationError as error:
            reason = error.errors()[0]["msg"].replace("Input should be", "expected")
            raise PartError(f"{name!r}: {key} = {value!r}: {reason}") from None
    try:
        return part(**checked)
    except ValueError as error:
        raise PartError(f"{name!r}: {error}") from None


def _of_kind(kind: str, name: str, part: type) -> type:
    """The class, once it is sure to be a part of this kind."""
    base: type = getattr(importlib.import_module("lab.parts"), KINDS[kind].base)
    if not issubclass(part, base):
        raise PartError(
            f"{name} is no {KINDS[kind].singular}: {part.__name__} does not subclass lab.{base.__name__}"
        )
    if inspect.isabstract(part):
        lacking = ", ".join(sorted(getattr(part, "__abstractmethods__", ())))
        raise PartError(f"{name} is not finished: {part.__name__} lacks {lacking}")
    return part


def _listed(place: str) -> Any:
    """What stands at ``module:name``."""
    module, name = place.split(":")
    return getattr(importlib.import_module(module), name)


def _from_file(name: str, folder: Path, allow_code: bool) -> type:
    path_text, _, class_name = name.rpartition(":")
    path = (folder / path_text).resolve()
    if not path.is_file():
        raise PartError(f"{name!r}: there is no file {path}")
    if not allow_code:
        raise PartError(f"{name!r} runs the code of {path.name}; if you trust it, say --allow-code")
    module_name = f"lab_file_{path.stem}_{sha256(path.read_bytes()).hexdigest()[:12]}"
    module = sys.modules.get(module_name)
    if module is None:
        spec = importlib.util.spec_from_file_location(module_name, path)
        if spec is None or spec.loader is None:
            raise PartError(f"{name!r}: {path} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[module_name] = module
        try:
            spec.loader.exec_module(module)
        except (Exception, SystemExit) as error:
            del sys.modules[module_name]
            raise PartError(f"{name!r}: {path.name} fails to load: {_told(error)}") from error
    found = getattr(module, class_name, None)
    if not isinstance(found, type) or not dataclasses.is_dataclass(found):
        classes = [key for key, value in vars(module).items() if dataclasses.is_dataclass(value)]
        raise PartError(
            f"{name!r}: {path.name} has no dataclass {class_name!r}; {did_you_mean(class_name, classes)}"
        )
    return found


def _loaded(entry: EntryPoint) -> type:
    try:
        found = entry.load()
    except Exception as error:
        raise PartError(f"{entry.name!r} of {_distribution(entry)} fails to load: {_told(error)}") from error
    if not isinstance(found, type) or not dataclasses.is_dataclass(found):
        raise PartError(f"{entry.name!r} of {_distribution(entry)} is not a dataclass")
    return found


def _told(error: BaseException) -> str:
    """The error on one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def _distribution(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.value
