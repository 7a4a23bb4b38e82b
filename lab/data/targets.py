"""What targets ask of an output: numbers of a size, within its reach."""

from math import nan

import numpy as np

from lab.numerics import Array, Interval

USUAL = (0.1, 10.0)
"""The root mean squares of targets that weights of usual size reach.

Large targets make the first errors so large that a step overthrows the weights, and of smaller steps it takes
too many until the output is as large. Small ones are lost beside the output of the first weights.
"""


def largest_rms(columns: Array) -> float:
    """The largest root mean square of a column."""
    return float(np.sqrt(np.square(columns, dtype=np.float64).mean(axis=0).max()))


def outlying(columns: Array) -> float:
    """The share of the variance of all targets which the one makes that lies farthest from its column's mean.

    NaN where there is no variance.

    >>> outlying(np.array([[0.0], [0.0], [0.0], [8.0]]))
    0.75
    """
    apart = np.abs(columns - columns.mean(axis=0, dtype=np.float64))
    farthest = apart.max()
    return float(1 / np.square(apart / farthest).sum()) if farthest > 0 else nan


def unreached(targets: Array, reach: Interval) -> float:
    """The share of the targets that an output of this range cannot reach.

    >>> unreached(np.array([[-1.0], [0.0], [0.5], [1.0]]), Interval(0.0, 1.0))
    0.25
    """
    return float(((targets < reach.low) | (targets > reach.high)).mean())


def unusual(rms: float) -> str:
    """``large`` or ``small``, where the root mean square of targets lies outside `USUAL`; else empty.

    It is empty too where it is NaN, as of classes, and 0, where there is nothing to learn.

    >>> unusual(5000.0), unusual(1.0), unusual(1e-4), unusual(0.0), unusual(float("nan"))
    ('large', '', 'small', '', '')
    """
    return "large" if rms > USUAL[1] else "small" if 0 < rms < USUAL[0] else ""
