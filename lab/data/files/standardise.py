"""Features of zero mean and unit variance."""

from __future__ import annotations

import numpy as np

from lab.data.dataset import FloatArray
from lab.errors import PartError

_TOLD = 5
"""So many constant features are told by name in a note."""


def standardised(
    told: str, names: tuple[str, ...], x_train: FloatArray, x_test: FloatArray
) -> tuple[FloatArray, FloatArray, tuple[str, ...]]:
    """(x − mean) / sd of each feature, both of the train part, and notes.

    A feature that is constant in the train part has no scale: it is 0 in both parts, and noted. Raises
    PartError where a feature is too large or too small for its variance to be a number above 0.
    """
    constant = x_train.max(axis=0) == x_train.min(axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)
        deviation[constant] = 1.0
        wrong = ~(np.isfinite(mean) & np.isfinite(deviation) & (deviation > 0))
        if wrong.any():
            name = names[int(wrong.argmax())]
            raise PartError(f"{told}: column {name}: too large or too small to be standardised")
        train, test = (np.where(constant, 0.0, (x - mean) / deviation) for x in (x_train, x_test))
    return train, test, _constants([name for name, alike in zip(names, constant, strict=True) if alike])


def _constants(names: list[str]) -> tuple[str, ...]:
    if not names:
        return ()
    some = ", ".join(names[:_TOLD]) + (", …" if len(names) > _TOLD else "")
    if len(names) == 1:
        return (f"constant feature {some} set to 0",)
    return (f"{len(names)} constant features set to 0: {some}",)
