"""A family of σ, whose parameters are left open between two ends, and one σ of it."""

from collections.abc import Mapping
from math import inf
from typing import Any

from lab.errors import PartError
from lab.numerics import Interval

INNER = 0.618
"""Where between its ends a parameter of that one is: not at 0, if that is the middle, where a·z would be
constant."""


def left_open(parameters: Mapping[str, Any]) -> dict[str, Interval]:
    """Those of the parameters that are given as a pair or an interval. Raises PartError where one is empty.

    >>> left_open({"a": (0.05, 0.2), "b": 1.0, "z": (-2.0, 0.0, 2.0)})
    {'a': Interval(low=0.05, high=0.2)}
    """
    over: dict[str, Interval] = {}
    for name, value in parameters.items():
        if isinstance(value, Interval) or (isinstance(value, tuple) and len(value) == 2):
            low, high = (value.low, value.high) if isinstance(value, Interval) else value
            if not -inf < low <= high < inf:
                raise PartError(f"{name}: expected a range of finite numbers, low:high, got {low:g}:{high:g}")
            over[name] = Interval(float(low), float(high))
    return over


def inner(over: Mapping[str, Interval]) -> dict[str, float]:
    """A value of each open parameter, which makes one σ of the family."""
    return {name: ends.low + INNER * (ends.high - ends.low) for name, ends in over.items()}
