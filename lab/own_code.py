"""Code in files of one's own: how it is loaded, what of it raised an error, and how it runs without harm."""

import ast
import importlib
import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, TypeVar

from lab.errors import ExperimentError, LabError, PartError, told
from lab.processes import EndedError, apart, can_begin

Result = TypeVar("Result")

CHECK_SECONDS = 120.0
"""Code of one's own that is checked may take so long."""

LEAVE = "if you trust it, say --allow-code"
"""What is told where code may not run."""

OWN_MODULE = "lab_file_"
"""How the names of modules begin that are files of one's own."""


def module_of(name: str, path: Path, allow_code: bool) -> ModuleType:
    """The module that a Python file is, once for each content; ``name`` is what messages call it.

    Raises PartError, in one line, where there is no such file, it may not run, or it fails to.
    """
    if not path.is_file():
        raise PartError(f"{name!r}: there is no file {path}")
    if not allow_code:
        raise PartError(f"{name!r} runs the code of {path.name}; {LEAVE}")
    sources = own_sources(path)
    content = sha256(b"".join(sha256(source.read_bytes()).digest() for source in sources)).hexdigest()
    module_name = f"{OWN_MODULE}{path.stem}_{content[:12]}"
    module = sys.modules.get(module_name)
    if module is None:
        spec = importlib.util.spec_from_file_location(module_name, path)
        if spec is None or spec.loader is None:
            raise PartError(f"{name!r}: {path} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[module_name] = module
        try:
            with as_part_error(f"{name!r}: {path.name} fails to load"), _afresh(path.parent, sources):
                spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[module_name]
            raise
    return module


def own_sources(path: Path) -> list[Path]:
    """A Python file and all that it imports from its own folder, directly or by another of these."""
    found, waiting = dict[Path, None](), [path]
    while waiting:
        source = waiting.pop()
        if source in found or not source.is_file():
            continue
        found[source] = None
        try:
            nodes = list(ast.walk(ast.parse(source.read_bytes())))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue  # what cannot be read is told when it is loaded
        imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
        for name in {module for node in imports for module in _imported(node)}:
            place = path.parent.joinpath(*name.split("."))
            waiting += [place.with_name(f"{place.name}.py"), place / "__init__.py"]
    return list(found)


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """The modules that a statement may import, and the packages that they are in."""
    names = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        names = [node.module or "", *(f"{node.module or ''}.{name}".strip(".") for name in names)]
    for name in filter(None, names):
        words = name.split(".")
        yield from (".".join(words[:count]) for count in range(1, len(words) + 1))


@contextmanager
def _afresh(folder: Path, sources: Sequence[Path]) -> Iterator[None]:
    """Import what lies in this folder as it is now, and leave no bytecode that may be taken for it later."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and Path(file) in sources[1:]:
            del sys.modules[name]
    importlib.invalidate_caches()
    sys.path.append(str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        sys.dont_write_bytecode = before


@contextmanager
def as_part_error(doing: str) -> Iterator[None]:
    """Turn whatever somebody's code raises, but for an interrupt, into a PartError of one line."""
    try:
        yield
    except (PartError, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise PartError(f"{doing}: {told(error)}") from error


def with_care(function: Callable[..., Result], *, allow_code: bool, patient: bool, **given: Any) -> Result:
    """``function(allow_code=…, **given)``; where code of one's own may run, it is first `tried_apart`.

    In a process that can begin no other, as one of a pool, it is not.
    """
    if allow_code and can_begin():
        tried_apart(_tried, patient=patient, function=function, allow_code=True, **given)
    return function(allow_code=allow_code, **given)


def _tried(function: Callable[..., object], **given: Any) -> None:
    function(**given)


def tried_apart(make: Callable[..., Result], *, patient: bool = False, **given: Any) -> Result:
    """``make(**given)`` in a process of its own, which code of one's own may end, hang or crash.

    Raises what it raises of LabError, and LabError in the place of all else; also where that code ends the
    process, or takes longer than `CHECK_SECONDS` and nobody is ``patient``: then it tells also what else is
    wrong, by what is made without leave to run code.
    """
    try:
        seconds = None if patient else CHECK_SECONDS
        found: Result | LabError = apart(_attempt, make, given, seconds=seconds)
    except EndedError as error:
        ended = f"the code that --allow-code lets run {error}; nothing was done"
        raise LabError("\n".join([ended, *_beside(make, given)])) from None
    if isinstance(found, LabError):
        raise found
    return found


def _beside(make: Callable[..., object], given: dict[str, Any]) -> list[str]:
    """What is wrong with an experiment file beside code of one's own, a line a problem."""
    try:
        found = apart(_attempt, make, {**given, "allow_code": False}, seconds=CHECK_SECONDS)
    except EndedError:
        return []
    if not isinstance(found, ExperimentError):
        return []
    return [one.text(found.source) for one in found.problems if LEAVE not in one.message]


def _attempt(make: Callable[..., Result], given: dict[str, Any]) -> Result | LabError:
    """What was made, or what is wrong."""
    try:
        return make(**given)
    except LabError as error:
        return error
    except BaseException as error:  # code of one's own may raise anything, SystemExit too
        place = place_of(error)
        return LabError(f"{place}: {told(error)}" if place else f"code of one's own raised {told(error)}")


def place_of(error: BaseException) -> str:
    """Where a ``"file.py:Class"`` of one's own raised it, ``file.py:8``; empty where none did."""
    return next((f"{code.co_filename}:{line}" for code, line in _own_code(error)), "")


def raised_by(error: BaseException, specs: Sequence[str], folder: Path) -> str:
    """Which of these classes of one's own, ``"file.py:Class"``, raised it; empty where none is known to have.

    Paths start in the ``folder``. Where no code of theirs was running, it is the only one, if there is one.
    """
    running = [(code.co_filename, code.co_qualname.partition(".")[0]) for code, _ in _own_code(error)]
    named = {spec: (str((folder / file).resolve()), name) for spec in specs for file, name in [halves(spec)]}
    found = [spec for at in running for spec, place in named.items() if place == at]
    found += [spec for at in running for spec, place in named.items() if place[0] == at[0]]
    return found[0] if found else specs[0] if len(specs) == 1 else ""


def _own_code(error: BaseException) -> Iterator[tuple[CodeType, int]]:
    """What ran of files of one's own when it was raised, and at which line, the innermost first."""
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        own = frame.f_globals.get("__name__", "").startswith(OWN_MODULE)
        if own and not frame.f_code.co_filename.startswith("<"):  # what `dataclass` wrote into it
            yield frame.f_code, line


def halves(spec: str) -> tuple[str, str]:
    """``file.py`` and ``Class`` of ``"file.py:Class"``."""
    file, _, name = spec.rpartition(":")
    return file, name
