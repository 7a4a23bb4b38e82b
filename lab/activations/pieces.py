"""What several σ are put together from."""

import numpy as np

from lab.numerics import Array, scalar


def clamp(z: Array, low: float, high: float, out: Array) -> None:
    """Write min(max(z, low), high) into ``out``, which may be z; NaN stays."""
    np.maximum(z, scalar(low, z.dtype), out=out)
    np.minimum(out, scalar(high, z.dtype), out=out)


def summed(steps: Array, zero: int) -> Array:
    """The value at every place between steps and at the ends, where it is 0 before the step ``zero``."""
    left, right = -np.cumsum(steps[:zero][::-1])[::-1], np.cumsum(steps[zero:])
    return np.concatenate([left, [0.0], right])
