"""The scales of features: made alike, or told where they are not."""

import numpy as np

from lab.data.dataset import FloatArray
from lab.data.files.rows import Rows
from lab.errors import PartError

MOST_UNLIKE = 10.0
"""How many times the spread of one feature may be that of another without a note."""

ALL_SMALL = 0.1
"""Where no feature is as large as this anywhere, they are small."""

LARGE_ON_THE_WHOLE = 3.0
"""A root mean square of all features above this is noted."""

_BLOCK = 2**18
"""The numbers of which moments are taken at a time."""

_MOST_NAMES = 5
"""So many constant features are named in a note."""


def standardised(rows: Rows, x_train: FloatArray, x_test: FloatArray) -> tuple[str, ...]:
    """Write (x − mean) / sd of each feature, both of the train part, in place of x; notes.

    A feature that is constant in the train part has no scale: it is 0 in both parts, and noted. Raises
    PartError where a feature is too large or too small for its variance to be a number above 0.
    """
    constant = x_train.max(axis=0) == x_train.min(axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        mean, deviation = _moments(x_train)
        deviation[constant] = 1.0
        wrong = ~(np.isfinite(mean) & np.isfinite(deviation) & (deviation > 0))
        if wrong.any():
            name = rows.features[int(wrong.argmax())]
            raise PartError(
                f"{rows.name}: column {name}: too large or too small to be standardised", "standardise"
            )
        for x in (x_train, x_test):
            x -= mean
            x /= deviation
            x[:, constant] = 0.0
    names = [name for name, alike in zip(rows.features, constant, strict=True) if alike]
    if len(names) < 2:
        return tuple(f"constant feature {name} set to 0" for name in names)
    some = ", ".join([*names[:_MOST_NAMES], "…"] if len(names) > _MOST_NAMES else names)
    return (f"{len(names)} constant features set to 0: {some}",)


def unscaled(rows: Rows, x_train: FloatArray) -> tuple[str, ...]:
    """A note where features are large, small, or of so unlike spreads that a network learns from few.

    A feature that goes from 0 to 1, such as a text made numbers, is not compared with others.
    """
    remedy = "not standardised; try standardise = true"
    if len(x_train) > 1 and (x_train == x_train[:1]).all():
        return ("every feature is the same in all rows of the train part, which nothing tells apart",)
    with np.errstate(over="ignore", invalid="ignore"):
        low, high, spread = x_train.min(axis=0), x_train.max(axis=0), _moments(x_train)[1]
        rms = float(np.sqrt(np.vdot(x_train, x_train) / x_train.size))
        compared = np.flatnonzero((low < high) & (spread > 0) & ~((low == 0) & (high == 1)))
        if len(compared):
            wide, narrow = compared[spread[compared].argmax()], compared[spread[compared].argmin()]
            if spread[wide] > MOST_UNLIKE * spread[narrow]:
                spreads = " to ".join(
                    f"{spread[at]:.3g} in column {rows.features[at]}" for at in (narrow, wide)
                )
                return (f"the standard deviations of the features go from {spreads}; {remedy}",)
    if rms > LARGE_ON_THE_WHOLE:
        return (f"the features are large: their root mean square is {rms:.3g}; {remedy}",)
    if 0 < (most := float(max(-low.min(), high.max()))) < ALL_SMALL:
        return (f"the features are small: none is larger than {most:.3g}; {remedy}",)
    return ()


def _moments(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of each column, with no second array of the size of x."""
    mean, rows = x.mean(axis=0), max(_BLOCK // x.shape[1], 1)
    blocks = (x[start : start + rows] - mean for start in range(0, len(x), rows))
    square = sum((np.square(block, out=block).sum(axis=0) for block in blocks), start=np.zeros_like(mean))
    return mean, np.sqrt(square / len(x))
