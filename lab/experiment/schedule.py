"""At which steps a trial is read."""

from dataclasses import dataclass

import numpy as np

from lab.numerics import Array

MOST_READINGS = 100
"""Readings of a trial where ``every = "auto"``, at the most."""

MOST_TESTS = 50
"""Evaluations of the test examples in a trial, at the most."""

MOST_HISTOGRAMS = 12


@dataclass(frozen=True)
class Schedule:
    """The steps of the readings, in order, the first and the last step among them.

    A reading at step s sees the network after s steps, before step s + 1 is taken; so step 0 is the start
    and the last reading the end, from which no step is taken any more. ``histograms`` and ``tests`` are
    the numbers of those readings at which z is binned and the test examples are evaluated.
    """

    steps: Array
    histograms: Array
    tests: Array


def schedule(steps: int, every: str | int) -> Schedule:
    """The readings of a training of ``steps`` steps.

    ``every`` is a number of steps; ``"auto"``, the least number that gives at most `MOST_READINGS`; or
    ``"log"``, steps that grow geometrically.
    """
    if every == "log":
        at = np.geomspace(1, max(steps, 1), 100).round().astype(np.int64)
    else:
        stride = -(-steps // (MOST_READINGS - 1)) if every == "auto" else int(every)
        at = np.arange(0, steps, max(stride, 1), dtype=np.int64)
    at = np.unique(np.concatenate([at, [0, steps]]))
    return Schedule(at, spread(len(at), MOST_HISTOGRAMS), spread(len(at), MOST_TESTS))


def spread(count: int, most: int) -> Array:
    """At most ``most`` of the numbers 0 … count − 1, evenly spread, first and last among them."""
    return np.linspace(0, count - 1, min(count, most)).round().astype(np.int64)
