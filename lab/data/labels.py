"""Classes: from each row's label to the outputs a network is to give."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from lab.data.dataset import Dataset, FloatArray, IntArray, assembled

_TOLD = 10
"""So many labels are told in a note; of more, only the first and the last."""


def classified(
    name: str,
    train: tuple[npt.ArrayLike, IntArray],
    test: tuple[npt.ArrayLike, IntArray],
    classes: tuple[str, ...],
    notes: tuple[str, ...] = (),
) -> Dataset:
    """The data set of these (x, index of the class) pairs; notes the classes that a part lacks."""
    parts = [(x, outputs(labels, len(classes))) for x, labels in (train, test)]
    missing = [
        *_missing("train", train[1], classes),
        *(_missing("test", test[1], classes) if len(test[1]) else []),
    ]
    return assembled(name, parts[0], parts[1], classes, (*notes, *missing))


def outputs(labels: IntArray, classes: int) -> FloatArray:
    """What a network is to give: shape (rows, 1) and 0 or 1 for two classes, else one-hot rows."""
    if classes == 2:
        return labels[:, np.newaxis].astype(np.float64)
    y = np.zeros((len(labels), classes))
    y[np.arange(len(labels)), labels] = 1.0
    return y


def mapping_note(classes: tuple[str, ...]) -> str | None:
    """How labels became outputs, in words; None where they are 0, 1, 2, … already."""
    numbers = tuple(str(index) for index in range(len(classes)))
    if classes == numbers:
        return None
    last = len(classes) - 1
    first = int(classes[0]) if re.fullmatch("-?[0-9]{1,18}", classes[0]) else None
    if first is not None and classes == tuple(str(first + index) for index in range(len(classes))):
        told = f"labels {classes[0]}…{classes[-1]}"
    elif len(classes) > _TOLD:
        told = f"{len(classes)} labels {classes[0]!r}…{classes[-1]!r}, in their order,"
    else:
        told = f"labels {', '.join(repr(label) for label in classes)}"
    if last == 1:
        return f"{told} mapped to 0 and 1 of one output"
    return f"{told} mapped to outputs 0…{last}"


def _missing(part: str, labels: IntArray, classes: tuple[str, ...]) -> list[str]:
    absent = [
        repr(label) for label, count in zip(classes, _counted(labels, classes), strict=True) if not count
    ]
    if not absent:
        return []
    if len(absent) == 1:
        return [f"class {absent[0]} is missing in the {part} part"]
    return [f"{len(absent)} of {len(classes)} classes are missing in the {part} part: {', '.join(absent)}"]


def _counted(labels: IntArray, classes: tuple[str, ...]) -> list[int]:
    return [int(count) for count in np.bincount(labels, minlength=len(classes))]
