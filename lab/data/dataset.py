"""What a data set is, and what a source of one must do."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from lab.errors import PartError

FloatArray: TypeAlias = npt.NDArray[np.float64]
"""An array of double precision."""

IntArray: TypeAlias = npt.NDArray[np.int64]
"""An array of whole numbers, such as the index of each row's class."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples to learn from and examples to be tested on; made by `assembled` or `classified`.

    Attributes
    ----------
    name
        For labels.
    x_train, x_test
        Shape (examples, features): float64, C-contiguous, read-only. ``x_test`` may have 0 rows.
    y_train, y_test
        Shape (examples, outputs), likewise. Three classes or more: one-hot rows. Two classes: one
        column, 1 for the second class. Regression: the targets.
    classes
        The label of output 0, 1, …; ``()`` for regression.
    sha256
        Of the four arrays' shapes and bytes in the order x_train, y_train, x_test, y_test.
    notes
        What is worth telling about this data, a sentence each.

    """

    name: str
    x_train: FloatArray
    y_train: FloatArray
    x_test: FloatArray
    y_test: FloatArray
    classes: tuple[str, ...]
    sha256: str
    notes: tuple[str, ...]


def assembled(
    name: str,
    train: tuple[npt.ArrayLike, npt.ArrayLike],
    test: tuple[npt.ArrayLike, npt.ArrayLike],
    classes: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Dataset:
    """The data set of these (x, y) pairs: cast to float64, laid out, made read-only and fingerprinted.

    Raises PartError where the shapes do not fit together.
    """
    x_train, y_train = (_fixed(name, array) for array in train)
    x_test, y_test = (_fixed(name, array) for array in test)
    for part, x, y in (("train", x_train, y_train), ("test", x_test, y_test)):
        if len(x) != len(y):
            raise PartError(f"{name}: the {part} part has {len(x)} rows of x but {len(y)} of y")
    if x_train.shape[1] != x_test.shape[1]:
        raise PartError(
            f"{name}: {x_train.shape[1]} features to train on but {x_test.shape[1]} to be tested on"
        )
    if y_train.shape[1] != y_test.shape[1]:
        raise PartError(
            f"{name}: {y_train.shape[1]} outputs to train on but {y_test.shape[1]} to be tested on"
        )
    fingerprint = _fingerprint(x_train, y_train, x_test, y_test)
    return Dataset(name, x_train, y_train, x_test, y_test, classes, fingerprint, notes)


def _fixed(name: str, values: npt.ArrayLike) -> FloatArray:
    array = np.ascontiguousarray(values, dtype=np.float64)
    if array.ndim != 2:
        raise PartError(f"{name}: an array of shape {array.shape}, expected (examples, features or outputs)")
    fixed = array.view()
    fixed.flags.writeable = False
    return fixed


def _fingerprint(*arrays: FloatArray) -> str:
    digest = sha256()
    for array in arrays:
        digest.update(f"{array.shape}".encode())
        digest.update(array.astype("<f8", copy=False).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()
