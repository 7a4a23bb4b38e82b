"""What several σ are put together from. All write into buffers and let NaN pass."""

import numpy as np

from lab.numerics import Array, scalar


def clamp(z: Array, low: float, high: float, out: Array) -> None:
    """Write min(max(z, low), high) into ``out``, which may be z."""
    np.maximum(z, scalar(low, z.dtype), out=out)
    np.minimum(out, scalar(high, z.dtype), out=out)


def between(z: Array, low: float, high: float, out: Array, scratch: Array) -> None:
    """Write 1 into ``out`` where low < z < high, ½ at the two ends, and 0 beyond them."""
    np.subtract(z, scalar(low, z.dtype), out=out)
    np.sign(out, out=out)
    np.subtract(z, scalar(high, z.dtype), out=scratch)
    np.sign(scratch, out=scratch)
    np.subtract(out, scratch, out=out)
    np.multiply(out, scalar(0.5, z.dtype), out=out)
