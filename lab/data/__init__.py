"""Data sets: real and built in, added, made from the seed, or a file of one's own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab import plugins
from lab.data.added.mnist import FashionMnist, Mnist
from lab.data.dataset import Dataset, assembled, classified
from lab.data.digits import Digits
from lab.data.files.file import File
from lab.data.files.kinds import KINDS, kind_of, no_file
from lab.data.made import Circles, Moons, Parity, Spirals, Teacher, Xor
from lab.errors import LabError, PartError, told
from lab.parts import DataSource
from lab.spelling import nearest

__all__ = ["TABLE", "Dataset", "assembled", "classified", "loaded", "source"]

TABLE: dict[str, type[DataSource]] = {
    "digits": Digits,
    "mnist": Mnist,
    "fashion-mnist": FashionMnist,
    "xor": Xor,
    "moons": Moons,
    "circles": Circles,
    "spirals": Spirals,
    "parity": Parity,
    "teacher": Teacher,
    "file": File,
}
"""The data sets of the lab's own: name → source."""


def source(
    name: str, parameters: Mapping[str, Any], *, folder: Path | None = None, allow_code: bool = False
) -> DataSource:
    """The source of the data set called ``name``, with its parameters (its fields) checked.

    ``name`` is one of `TABLE`, of an installed data set, the path of a file whose kind is read, or
    ``"file.py:Class"``; for that, ``folder`` and ``allow_code`` are as `lab.plugins.find` takes them. Raises
    PartError where there is no such data set, or a parameter is unknown, missing or wrong.
    """
    part: type = File
    if kind_of(name):
        if "path" in parameters:
            raise PartError(f"{name!r} is a path already, path = {parameters['path']!r} is one too many")
        parameters = {"path": name, **parameters}
    else:
        try:
            part = plugins.find("datasets", name, folder=folder, allow_code=allow_code)
        except PartError as error:
            path = (folder or Path()) / name
            if path.is_dir():
                raise PartError(f"{name!r} {no_file(path)}") from None
            if path.is_file() and ".py" not in path.suffix:
                told = f"{name!r} is a file of a kind that is not read, expected one of {KINDS}"
                of_mnist = f"; for MNIST's files: lab data add mnist --from {path.parent}"
                raise PartError(told + (of_mnist if "ubyte" in name else "")) from None
            beside = [file.name for file in path.parent.glob("*") if kind_of(file.name)]
            if path.suffix and (near := nearest(path.name, beside)):
                raise PartError(f"there is no file {name!r}; did you mean {near!r}?") from None
            if (path.suffix or Path(name).name != name) and ".py:" not in name:
                raise PartError(f"{error}; the path of a file ends in one of {KINDS}") from None
            raise
    made: DataSource = plugins.make(part, name, parameters)
    return made


def loaded(
    source: DataSource, name: str, train: int | None, test: int | None, seed: int, folder: Path
) -> Dataset:
    """What the source loads, see `lab.DataSource.load`; ``name`` is what the file calls it.

    Raises PartError where a source of one's own raises anything, or gives no `Dataset`.
    """
    try:
        data = source.load(train, test, seed, folder)
    except (LabError, KeyboardInterrupt):
        raise
    except BaseException as error:  # code of one's own may raise anything, SystemExit too
        raise PartError(f"{name!r} fails to load: {told(error)}") from error
    if not isinstance(data, Dataset):
        raise PartError(f"{name!r} loads a value of type {type(data).__name__}, expected a lab.data.Dataset")
    return data
