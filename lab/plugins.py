"""Find a part by its name: built in, installed, or a class in a file.

Each kind has one explicit table of those built in; an installed distribution adds more by an entry point of
the group ``lab.<kind>``; and ``"file.py:Class"`` names a class in a file of one's own.

In an experiment file a part is written as its name, or as a table of its name and its parameters::

    activation = "leaky-relu"
    activation = {name = "leaky-relu", slope = 0.1}
"""

import dataclasses
import importlib
import importlib.util
import inspect
import re
import warnings
from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from multiprocessing import parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, get_type_hints

from lab.errors import PartError, in_one_line
from lab.own_code import as_part_error, halves, module_of
from lab.spelling import did_you_mean, nearest

if TYPE_CHECKING:
    from pydantic import TypeAdapter


class Kind(NamedTuple):
    """A kind of part.

    ``home`` is the module whose ``TABLE`` lists those that the lab ships, and whose ``ALIASES``, if it has
    them, other spellings of their names; ``base`` is the class of `lab.parts` that they subclass, and
    ``singular`` what one of them is called.
    """

    home: str
    base: str
    singular: str


KINDS: dict[str, Kind] = {
    "activations": Kind("lab.activations.catalogue", "Activation", "activation"),
    "costs": Kind("lab.network.costs", "Cost", "cost"),
    "initialisers": Kind("lab.network.initialisers", "Initialiser", "initialiser"),
    "optimisers": Kind("lab.network.optimisers", "Optimiser", "optimiser"),
    "datasets": Kind("lab.data", "DataSource", "data set"),
    "probes": Kind("lab.training.probes", "Probe", "probe"),
    "figures": Kind("lab.figures", "Figure", "figure"),
}
"""The kinds by the name of their entry points' group, ``lab.<kind>``."""


def built_in(kind: str) -> Mapping[str, type]:
    """The table of the parts of this kind that the lab ships: name → class."""
    table: Mapping[str, type] = importlib.import_module(KINDS[kind].home).TABLE
    return table


def aliases(kind: str) -> Mapping[str, str]:
    """Other spellings of the names of the parts of this kind that the lab ships: alias → name."""
    return getattr(importlib.import_module(KINDS[kind].home), "ALIASES", {})


@cache
def installed(kind: str) -> dict[str, EntryPoint]:
    """The entry points of the group ``lab.<kind>``: name → entry point.

    One that bears the name of a part built in is left out with a warning.
    """
    found = {entry.name: entry for entry in entry_points(group=f"lab.{kind}")}
    for name in found.keys() & {*built_in(kind), *aliases(kind)}:
        _warn(
            f"the installed package {_distribution(found.pop(name))} names one of its {kind} {name!r}; "
            f"that is a name of the lab's own, which is used"
        )
    return found


def names(kind: str) -> list[str]:
    """All names that `find` knows for this kind, in alphabetical order, without their aliases."""
    return sorted({*built_in(kind), *installed(kind)})


def usable(kind: str) -> dict[str, type]:
    """All parts of this kind by name, those built in first.

    An installed part that cannot be loaded or made is left out with a warning.
    """
    parts = dict(built_in(kind))
    for name in installed(kind):
        try:
            part = find(kind, name)
            if not required(part):
                make(part, name, {})
            parts[name] = part
        except PartError as error:
            _warn(f"{error}; it is left out")
    return parts


def find(kind: str, name: str, *, folder: Path | None = None, allow_code: bool = False) -> type:
    """The class of the part called ``name``.

    It is a name of the table or an alias of one, the name of an entry point, or ``"file.py:Class"``, whose
    path starts in ``folder``, else in the current one. A file's class is loaded only with ``allow_code``,
    since loading it runs the file's code.

    Raises PartError, in one line, where there is no such name, the code may not or cannot be loaded, or it
    holds no part of this kind.
    """
    own = aliases(kind).get(name, name)
    if own in built_in(kind):
        return built_in(kind)[own]
    if ".py:" in name:
        return _of_kind(kind, repr(name), _from_file(kind, name, folder or Path.cwd(), allow_code))
    entries = installed(kind)
    if name in entries:
        known_as = f"{name!r} of {_distribution(entries[name])}"
        with as_part_error(f"{known_as} fails to load"):
            part = entries[name].load()
        if not isinstance(part, type):
            raise PartError(f"{known_as} is no class")
        return _of_kind(kind, known_as, part)
    hint = did_you_mean(name, [*built_in(kind), *entries], aliases(kind))
    raise PartError(f"unknown {KINDS[kind].singular} {name!r}; {hint}")


def build(
    kind: str, spec: str | Mapping[str, Any], *, folder: Path | None = None, allow_code: bool = False
) -> Any:
    """Make a part from what an experiment file says: a name, or a table with ``name`` and parameters.

    Raises PartError as `find` and `make` do.
    """
    table = {"name": spec} if isinstance(spec, str) else dict(spec)
    name = table.pop("name", None)
    if not isinstance(name, str):
        raise PartError(f"expected a name, or a table with a name, of one of the {kind}")
    return make(find(kind, name, folder=folder, allow_code=allow_code), name, table)


def make(part: type, name: str, parameters: Mapping[str, Any]) -> Any:
    """An instance of the dataclass ``part`` with these parameters.

    They are its fields (a field's metadata may give its ``key`` in the file where that differs) and are
    checked against their types, without coercion. Raises PartError, in one line, where one is unknown,
    missing or wrong, and in the place of whatever the part raises; a ValueError that begins with the key of a
    parameter is about that.
    """
    with as_part_error(repr(name)):
        values = _checked(part, name, parameters)
        try:
            return part(**values)
        except ValueError as error:
            said = in_one_line(error)
            about = next((key for key in parameters if re.match(rf"{re.escape(key)}\b", said)), "")
            raise PartError(f"{name!r}: {said}", about) from error


def required(part: type) -> list[str]:
    """The keys of the parameters that have no default."""
    missing = dataclasses.MISSING
    return [key for key, field in fields(part).items() if field.default is field.default_factory is missing]


def fields(part: type) -> dict[str, dataclasses.Field[Any]]:
    """The parameters by the keys that an experiment file gives them."""
    return {field.metadata.get("key", field.name): field for field in dataclasses.fields(part) if field.init}


def _checked(part: type, name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters by the names of their fields."""
    known = fields(part)
    for key in parameters:
        if key not in known:
            near = nearest(key, known)
            hint = f"did you mean {near!r}? " if near else ""
            listed = f"{hint}its parameters: {', '.join(known)}" if known else "it has no parameters"
            raise PartError(f"{name!r} has no parameter {key!r}; {listed}", key)
    for key in required(part):
        if key not in parameters:
            raise PartError(f"{name!r} needs a value for {key!r}")
    return {
        known[key].name: _of_type(part, known[key].name, value, name, key)
        for key, value in parameters.items()
    }


_WORDS = {
    "number": "a number",
    "integer": "a whole number",
    "string": "a text",
    "boolean": "true or false",
    "list": "a list",
    "tuple": "a list",
    "dictionary": "a table",
}
"""What pydantic calls a valid value, in the words of an experiment file."""


def _of_type(part: type, field_name: str, value: Any, name: str, key: str) -> Any:
    """The value, once it is sure to be of the type of this field."""
    from pydantic import ValidationError

    try:
        return _adapter(part, field_name).validate_python(value)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].replace("Input should be", "expected")
        reason = "expected a list" if "Sequence" in reason else reason  # which pydantic says in two ways
        for theirs, ours in _WORDS.items():
            reason = reason.replace(f"a valid {theirs}", ours)
        raise PartError(f"{name!r}: {key} = {value!r}: {reason}", key) from None


@cache
def _adapter(part: type, field_name: str) -> "TypeAdapter[Any]":
    """What checks the value of a field by its type."""
    from pydantic import ConfigDict, TypeAdapter

    config = ConfigDict(strict=True, allow_inf_nan=False, arbitrary_types_allowed=True)
    return TypeAdapter(get_type_hints(part)[field_name], config=config)


def _base(kind: str) -> type:
    """The class that the parts of this kind subclass."""
    base: type = getattr(importlib.import_module("lab.parts"), KINDS[kind].base)
    return base


def _of_kind(kind: str, name: str, part: type) -> type:
    """The class, once it is sure to be a part of this kind: a frozen dataclass, and finished."""
    base = _base(kind)
    if not issubclass(part, base):
        raise PartError(
            f"{name} is no {KINDS[kind].singular}: {part.__name__} does not subclass lab.{base.__name__}"
        )
    made = getattr(part, "__dataclass_params__", None)
    if made is None or not made.frozen:
        what = "is no dataclass" if made is None else "is a dataclass, but not a frozen one"
        raise PartError(
            f"{name}: {_written_at(part)}class {part.__name__} {what}; put @dataclass(frozen=True) above it"
        )
    tuples = [word for word in inspect.get_annotations(base) if not hasattr(base, word)]
    lacking = [
        *sorted(getattr(part, "__abstractmethods__", ())),
        *(f"the tuple {word}" for word in tuples if not isinstance(getattr(part, word, None), tuple)),
    ]
    if lacking:
        raise PartError(f"{name} is not finished: {part.__name__} lacks {', '.join(lacking)}")
    return part


def _written_at(part: type) -> str:
    """``"file.py:8: "``, where the class begins; empty where its source is not there."""
    try:
        return f"{Path(inspect.getfile(part)).name}:{inspect.getsourcelines(part)[1]}: "
    except (OSError, TypeError):
        return ""


def _from_file(kind: str, name: str, folder: Path, allow_code: bool) -> type:
    path_text, class_name = halves(name)
    path = (folder / path_text).resolve()
    module = module_of(name, path, allow_code)
    part = vars(module).get(class_name)
    if not isinstance(part, type):
        classes = {key: value for key, value in vars(module).items() if isinstance(value, type)}
        own = {key: value for key, value in classes.items() if value.__module__ == module.__name__}
        of_kind = [key for key, value in own.items() if issubclass(value, _base(kind))]
        hint = did_you_mean(class_name, of_kind or own)
        raise PartError(f"{name!r}: {path.name} has no class {class_name!r}; {hint}")
    return part


def _warn(message: str) -> None:
    """Warn, once for all processes: the workers of a run leave it to their parent."""
    if parent_process() is None:
        warnings.warn(message, stacklevel=3)


def _distribution(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.value
