"""What several σ are put together from: a clamped argument, a straight line added, straight ends.

All write into buffers, let NaN pass, and let a complex step pass through where the function is analytic.
"""

from __future__ import annotations

import numpy as np

from lab.numerics import Array, scalar


def clamp(z: Array, low: float, high: float, out: Array) -> None:
    """Write min(max(z, low), high) into ``out``, which may be z."""
    np.maximum(z, scalar(low, z.dtype), out=out)
    np.minimum(out, scalar(high, z.dtype), out=out)


def side(z: Array, out: Array) -> None:
    """Write 1 into ``out`` where the real part of z is positive or 0, −1 where it is negative or −0."""
    if z.dtype.kind == "c":
        out.imag.fill(0)
    np.copysign(scalar(1, z.real.dtype), z.real, out.real)


def between(z: Array, low: float, high: float, out: Array, scratch: Array) -> None:
    """Write 1 into ``out`` where low < z < high, ½ at the two ends, and 0 beyond them."""
    np.subtract(z, scalar(low, z.dtype), out=out)
    np.sign(out, out=out)
    np.subtract(z, scalar(high, z.dtype), out=scratch)
    np.sign(scratch, out=scratch)
    np.subtract(out, scratch, out=out)
    np.multiply(out, scalar(0.5, z.dtype), out=out)


def add_line(z: Array, rate: float, a: Array, slope: Array, scratch: Array) -> None:
    """Add ``rate``·z to σ in ``a`` and ``rate`` to σ′ in ``slope``: a floor under a slope that was ≥ 0."""
    added = scalar(rate, z.dtype)
    np.multiply(z, added, out=scratch)
    np.add(a, scratch, out=a)
    np.add(slope, added, out=slope)


def straighten(
    z: Array, low: float, high: float, rate: float, a: Array, slope: Array, scratch: Array
) -> None:
    """Continue σ beyond [low, high] by straight lines of slope ``rate``.

    On entry ``a`` and ``slope`` hold σ and σ′ at z clamped to that interval. At the two ends σ′ stays what
    it is on the inner side.
    """
    one, outer = scalar(1, z.dtype), scalar(rate, z.dtype)
    _excess(z, low, high, scratch)
    np.sign(scratch, out=scratch)
    np.multiply(scratch, scratch, out=scratch)
    np.subtract(one, scratch, out=scratch)  # 1 inside, 0 outside
    np.multiply(slope, scratch, out=slope)
    np.subtract(one, scratch, out=scratch)
    np.multiply(scratch, outer, out=scratch)
    np.add(slope, scratch, out=slope)
    _excess(z, low, high, scratch)
    np.multiply(scratch, outer, out=scratch)
    np.add(a, scratch, out=a)


def _excess(z: Array, low: float, high: float, out: Array) -> None:
    """By how much z lies beyond [low, high]; 0 inside."""
    clamp(z, low, high, out)
    np.subtract(z, out, out=out)
