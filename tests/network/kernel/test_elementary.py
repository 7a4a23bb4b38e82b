"""The elementary functions of the kernel against 50 digits, over all sizes that a number can have."""

import ctypes

import numpy as np
import pytest
from mpmath import mp

from lab.network.kernel.library import RESCUE, Operation, Tape, functions

if functions(np.dtype("f8")) is None:
    pytest.skip("the kernel was not built here", allow_module_level=True)

MOST_ULP = {"erfcx": 4.0}
"""The largest error that is allowed, where it is not 2."""


def computed(name, *arguments):
    """One operation of the kernel on arrays."""
    x = np.ascontiguousarray(arguments[0])
    kernel = functions(x.dtype)
    padded = np.zeros(-(-x.size // 16) * 16, x.dtype)
    padded[: x.size] = x
    a, room, lost = np.empty_like(padded), np.zeros(10**5, x.dtype), []
    operation = (Operation * 1)(Operation(kernel.operations[name], 0, 0, 0, 1))
    tape = Tape(operations=1, outputs=1, registers=2, operation=operation)
    rescue = RESCUE(lambda *told: lost.append(told))
    kernel.tape(
        ctypes.addressof(tape),
        *(array.ctypes.data for array in (padded, a)),
        None,
        a.size,
        room.ctypes.data,
        rescue,
    )
    return a[: x.size], bool(lost)


EXACT = {
    "exp": mp.exp,
    "expm1": mp.expm1,
    "log": mp.log,
    "log1p": mp.log1p,
    "tanh": mp.tanh,
    "sinh": mp.sinh,
    "cosh": mp.cosh,
    "asinh": mp.asinh,
    "arctan": mp.atan,
    "sin": mp.sin,
    "cos": mp.cos,
    "sinc": lambda x: mp.sin(x) / x if x else mp.mpf(1),
    "sinc_slope": lambda x: (mp.cos(x) - mp.sin(x) / x) / x if abs(x) > 1e-9 else -x / 3,
    "erf": mp.erf,
    "erfcx": lambda x: mp.exp(x * x) * mp.erfc(x) if x < 60 else mp.inf,
    "sqrt": mp.sqrt,
}
REACH = {"sin": 1e6, "cos": 1e6, "sinc": 1e6, "sinc_slope": 1e6, "erfcx": 50.0}
NOT_NEGATIVE, ABOVE_MINUS_1 = {"log", "sqrt", "erfcx"}, {"log1p"}


def samples(name, dtype, number=500):
    """Some z of every size from a function's domain."""
    rng, limits = np.random.default_rng(0), np.finfo(dtype)
    most = min(float(limits.max), REACH.get(name, np.inf))
    sizes = np.exp(rng.uniform(np.log(float(limits.smallest_subnormal) * 2), np.log(most), number))
    z = np.concatenate(
        [rng.choice([-1, 1], number) * sizes, rng.uniform(-3, 3, number), rng.uniform(-100, 100, number)]
    )
    z = np.concatenate([z, 1 + rng.normal(size=200) * 1e-3, rng.uniform(-750, 750, 200)])
    z = z[np.abs(z) <= most]
    if name in NOT_NEGATIVE:
        z = np.abs(z)
    if name in ABOVE_MINUS_1:
        z = z[z > -1]
    return z.astype(dtype)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("name", EXACT)
def test_an_elementary_function_is_right_to_2_units_in_the_last_place(name, dtype):
    z = samples(name, dtype)
    found, lost = computed(name, z)
    assert not lost
    tiny, largest = float(np.finfo(dtype).smallest_subnormal), float(np.finfo(dtype).max)
    bits = np.finfo(dtype).nmant
    worst, at = 0.0, None
    with mp.workdps(80):
        for x, y in zip(z.tolist(), found.tolist(), strict=True):
            exact = EXACT[name](mp.mpf(x))
            if abs(exact) > largest:
                assert abs(y) >= largest * (1 - 1e-6), x
                continue
            size = (
                max(abs(exact), 1 / abs(mp.mpf(x))) if name == "sinc_slope" and abs(x) > 0.99 else abs(exact)
            )
            ulp = max(mp.ldexp(1, int(mp.floor(mp.log(size, 2))) - bits), tiny) if exact else tiny
            error = float(abs(mp.mpf(y) - exact) / ulp)
            if not error <= worst:
                worst, at = error, x
    assert worst <= MOST_ULP.get(name, 2.0), (worst, at)


SPECIAL = {
    "exp": [(np.inf, np.inf), (-np.inf, 0)],
    "expm1": [(np.inf, np.inf), (-np.inf, -1), (0.0, 0.0), (-0.0, -0.0)],
    "log": [(0.0, -np.inf), (np.inf, np.inf), (-1.0, np.nan), (1.0, 0.0), (-np.inf, np.nan)],
    "log1p": [(-1.0, -np.inf), (np.inf, np.inf), (-2.0, np.nan), (0.0, 0.0), (-0.0, -0.0)],
    "tanh": [(np.inf, 1), (-np.inf, -1), (0.0, 0.0), (-0.0, -0.0)],
    "sinh": [(np.inf, np.inf), (-np.inf, -np.inf), (-0.0, -0.0)],
    "cosh": [(np.inf, np.inf), (-np.inf, np.inf), (0.0, 1)],
    "asinh": [(np.inf, np.inf), (-np.inf, -np.inf), (-0.0, -0.0)],
    "arctan": [(np.inf, np.pi / 2), (-np.inf, -np.pi / 2), (-0.0, -0.0)],
    "sin": [(np.inf, np.nan), (0.0, 0.0), (-0.0, -0.0)],
    "cos": [(-np.inf, np.nan), (0.0, 1)],
    "sinc": [(0.0, 1), (np.inf, 0), (-np.inf, 0)],
    "sinc_slope": [(0.0, -0.0), (np.inf, 0)],
    "erf": [(np.inf, 1), (-np.inf, -1), (-0.0, -0.0)],
    "erfcx": [(0.0, 1), (np.inf, 0)],
    "sqrt": [(0.0, 0), (-1.0, np.nan), (np.inf, np.inf)],
    "sixteenths": [(np.inf, np.inf), (1e30, 1e30), (-0.99, -0.9375), (3.0, 3)],
    "sign": [(np.inf, 1), (-2.0, -1), (0.0, 0.0)],
    "abs": [(-np.inf, np.inf), (-0.0, 0.0)],
    "nearer": [(np.inf, 64), (3.0, 3)],
    "square": [(np.inf, np.inf), (-3.0, 9)],
    "neg": [(0.0, -0.0), (np.inf, -np.inf)],
}


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("name", SPECIAL)
def test_an_elementary_function_at_the_ends_at_zero_and_at_nan(name, dtype):
    z, expected = np.array([*SPECIAL[name], (np.nan, np.nan)], dtype).T
    found, _ = computed(name, z)
    np.testing.assert_allclose(found, expected, rtol=3 * np.finfo(dtype).eps)
    zeros = expected == 0
    np.testing.assert_array_equal(np.signbit(found[zeros]), np.signbit(expected[zeros]))


def test_an_angle_too_large_to_be_reduced_is_given_back():
    assert computed("sin", np.array([1e7]))[1]
    assert not computed("sin", np.array([1e5, np.inf, np.nan]))[1]
