"""Reference values of 50 digits and the grid of z at which they are asked for."""

import copy
import pickle
from collections.abc import Callable
from functools import cache

import mpmath as mp
import numpy as np
import pytest

mp.mp.dps = 50

MIDDLE = np.linspace(-40, 40, 161) + 0.0123
TAIL = np.geomspace(41, 700, 25)
TINY = np.array([0.0, 1e-300, 1e-10, 1e-5])
Z = np.concatenate([-TAIL, MIDDLE, TAIL, TINY, -TINY[1:]])
"""Both tails out to |z| = 700, the middle off the whole numbers, and what lies next to 0."""

PRECISION = {np.float64: 1e-13, np.float32: 1e-6}
"""The relative error that is allowed where the true value is a normal number of the dtype."""


def agrees(found: np.ndarray, z: np.ndarray, exact: Callable, conditioning: float = 0.0) -> None:
    """Hold values to a function of 50 digits: relative where the true value is a normal number of the dtype.

    Below that some of the least numbers may be lacking. ``conditioning`` bounds |u d ln f/du| for a
    u = c·z that has to be rounded: the error in f that this makes whatever one does afterwards.
    """
    dtype = found.dtype.type
    limits = np.finfo(dtype)
    allowed = PRECISION[dtype] + conditioning * float(limits.eps)
    for value, point in zip(found, z, strict=True):
        true = exact(mp.mpf(float(point)))
        error = abs(mp.mpf(float(value)) - true)
        normal = abs(true) >= float(limits.tiny)
        bound = allowed * abs(true) if normal else 40 * mp.mpf(float(limits.smallest_subnormal))
        assert error <= bound, (
            f"at z = {point!r}: {value!r}, not {mp.nstr(true, 18)}; off by {mp.nstr(error, 3)}"
        )


@pytest.fixture(params=[np.float64, np.float32], ids=["float64", "float32"])
def points(request) -> np.ndarray:
    """The grid of z in each dtype; in float32 only where e^{|z|} is a number of it."""
    return Z if request.param is np.float64 else Z[np.abs(Z) <= 80].astype(np.float32)


@pytest.fixture
def hold() -> Callable:
    """Hold σ and σ′, each computed alone and both together, to two functions of 50 digits."""

    def held(sigma, points, value, slope, conditioning=0.0):
        value, slope = cache(value), cache(slope)
        together = sigma.with_derivative(points)
        for a in (sigma(points), together[0]):
            agrees(a, points, value, conditioning)
        for prime in (sigma.derivative(points), together[1]):
            agrees(prime, points, slope, conditioning)

    return held


@pytest.fixture
def travels() -> Callable:
    """What of σ comes to another process, and a deep copy: held to be the same value; returned."""

    def held(sigma):
        before = sigma(1.5)
        both = (pickle.loads(pickle.dumps(sigma)), copy.deepcopy(sigma))
        for again in both:
            assert again == sigma
            assert hash(again) == hash(sigma)
            assert again(1.5) == before
        return both

    return held
