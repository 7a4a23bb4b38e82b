"""What a data set is, and how a source of one makes it: `classified` from labels, else `assembled`."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from lab.errors import PartError, counted

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]

_MOST_LABELS = 10
"""So many labels are listed in a note; of more, only the first and the last."""

LARGE_SHARE = 0.8
"""A class with more of the training examples than this is noted."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples to learn from and examples to be tested on; made by `assembled` or `classified`.

    Attributes
    ----------
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
        What the user should know about this data, a sentence each.

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
            raise PartError(f"{name}: the {part} part has {counted(len(x), 'row')} of x but {len(y)} of y")
    for kind, one, other in (("features", x_train, x_test), ("outputs", y_train, y_test)):
        if one.shape[1] != other.shape[1]:
            raise PartError(f"{name}: {one.shape[1]} {kind} to train on but {other.shape[1]} to be tested on")
    digest = sha256()
    for array in (x_train, y_train, x_test, y_test):
        digest.update(f"{array.shape}".encode())
        digest.update(array.astype("<f8", copy=False).reshape(-1).view(np.uint8).data)
    return Dataset(name, x_train, y_train, x_test, y_test, classes, digest.hexdigest(), notes)


def classified(
    name: str,
    train: tuple[npt.ArrayLike, IntArray],
    test: tuple[npt.ArrayLike, IntArray],
    classes: tuple[str, ...],
    notes: tuple[str, ...] = (),
) -> Dataset:
    """The data set of these (x, index of the class) pairs; notes a class that most examples have or none."""
    pairs = [(x, outputs(labels, len(classes))) for x, labels in (train, test)]
    lacking = [*_lacking("train", train[1], classes), *_lacking("test", test[1], classes)]
    return assembled(name, pairs[0], pairs[1], classes, (*notes, *_large(train[1], classes), *lacking))


def outputs(labels: IntArray, classes: int) -> FloatArray:
    """What a network is to give: shape (rows, 1) and 0 or 1 for two classes, else one-hot rows."""
    if classes == 2:
        return labels[:, np.newaxis].astype(np.float64)
    y = np.zeros((len(labels), classes))
    y[np.arange(len(labels)), labels] = 1.0
    return y


def mapping_note(classes: tuple[str, ...]) -> str:
    """How labels became outputs, in words; empty where they are 0, 1, 2, … already."""
    first = int(classes[0]) if re.fullmatch("-?[0-9]{1,18}", classes[0]) else None
    if first is not None and classes == tuple(str(first + index) for index in range(len(classes))):
        if first == 0:
            return ""
        named = f"labels {classes[0]}…{classes[-1]}"
    elif len(classes) > _MOST_LABELS:
        named = f"{len(classes)} labels {classes[0]!r}…{classes[-1]!r}, in their order,"
    else:
        named = f"labels {', '.join(map(repr, classes))}"
    goals = "0 and 1 of one output" if len(classes) == 2 else f"outputs 0…{len(classes) - 1}"
    return f"{named} mapped to {goals}"


def _fixed(name: str, values: npt.ArrayLike) -> FloatArray:
    array = np.ascontiguousarray(values, dtype=np.float64)
    if array.ndim != 2:
        raise PartError(f"{name}: an array of shape {array.shape}, expected (examples, features or outputs)")
    fixed = array.view()
    fixed.flags.writeable = False
    return fixed


def _large(labels: IntArray, classes: tuple[str, ...]) -> list[str]:
    counts = np.bincount(labels, minlength=len(classes))
    share = counts.max() / max(len(labels), 1)
    if not LARGE_SHARE < share < 1:
        return []
    commonest = classes[int(counts.argmax())]
    told = f"{100 * share:.3g} % of the train part are of class {commonest!r}"
    return [f"{told}: so accurate is an answer that never changes"]


def _lacking(part: str, labels: IntArray, classes: tuple[str, ...]) -> list[str]:
    absent = [repr(classes[index]) for index in np.setdiff1d(range(len(classes)), labels)]
    if not absent or not len(labels):
        return []
    if len(absent) == 1:
        return [f"class {absent[0]} is missing in the {part} part"]
    return [f"{len(absent)} of {len(classes)} classes are missing in the {part} part: {', '.join(absent)}"]
