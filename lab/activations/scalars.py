"""Scalars as arrays of a dtype: an operand that numpy need not convert at every call."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from lab.activations.activation import Array


@lru_cache(maxsize=4096)
def scalar(value: float, dtype: np.dtype[Any]) -> Array:
    """``value`` as a read-only array without axes.

    On arrays of a few hundred elements a Python number as operand costs as much as the arithmetic.
    """
    made = np.array(value, dtype)
    made.flags.writeable = False
    return made
