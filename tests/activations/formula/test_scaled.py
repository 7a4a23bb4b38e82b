"""Numbers of any exponent, against mpmath's, whose exponents have no end."""

from math import inf, nan

import mpmath as mp
import numpy as np
import pytest

from lab.activations.formula.kernels import KERNELS
from lab.activations.formula.scaled import NEAR_INFINITY, SCALED, Scaled, near_infinity, scaled

EXPONENTS = [-(10**9), -50_000, -1200, -1060, -40, -3, 0, 1, 5, 8, 11, 34, 60, 1030, 40_001, 10**9]
FRACTIONS = [0.5, -0.5, 0.8125, -0.71, 0.999]
PAIRS = [(0.0, -inf), *((m, e) for e in EXPONENTS for m in FRACTIONS)]
X = Scaled(np.array([m for m, _ in PAIRS]), np.array([float(e) for _, e in PAIRS]))
TRUE = [mp.mpf(m) * mp.mpf(2) ** e if m else mp.mpf(0) for m, e in PAIRS]

WITHIN_FLOATS = 2.0**60
"""The size up to which waves are asked for."""


def number(x: Scaled, at: int):
    """One of them as mpmath's: ±∞ if too large, 0 if too small."""
    m, e = float(x.m[at]), float(x.e[at])
    if np.isnan(m) or m == 0 or np.isfinite(e):
        return mp.mpf(m) if np.isnan(m) or m == 0 else mp.mpf(m) * mp.mpf(2) ** int(e)
    return mp.mpf(m) * inf if e > 0 else mp.mpf(0)


def agrees(found: Scaled, true: list, allowed: list | None = None) -> None:
    """Hold numbers to mpmath's, relative to their size, whatever that is; None is not asked for."""
    assert all(
        0.5 <= abs(m) < 1 for m, e in zip(found.m, found.e, strict=True) if m and np.isfinite(e) and m == m
    )
    for at, expected in enumerate(true):
        if expected is None:
            continue
        value = number(found, at)
        bound = (allowed[at] if allowed else 0) + 4e-16 * 4
        close = value == expected or abs(value - expected) <= bound * abs(expected)
        assert close, f"{at}: {mp.nstr(value, 17)}, not {mp.nstr(expected, 17)}"


def e_to(x):
    """E^x; 0 or ∞ where x is no float."""
    return mp.exp(x) if abs(x) < 1e300 else mp.mpf(0) if x < 0 else mp.mpf(inf)


def where(holds, function):
    return lambda x: function(x) if holds(x) else None


def an_exponent_is_known(x):
    """Whether e^x has one below 2⁵², or is 0 or ∞."""
    return abs(x) < mp.mpf(2) ** 51 or abs(x) >= 1e300


UNARY = {
    "neg": lambda x: -x,
    "abs": abs,
    "sign": mp.sign,
    "copy": lambda x: x,
    "nearer": lambda x: x,
    "square": lambda x: x * x,
    "exp": where(an_exponent_is_known, e_to),
    "expm1": where(an_exponent_is_known, lambda x: mp.expm1(x) if abs(x) < 1 else e_to(x) - 1),
    "log": where(lambda x: x > 0, mp.log),
    "log1p": where(lambda x: x > -1, mp.log1p),
    "sqrt": where(lambda x: x >= 0, mp.sqrt),
    "sinh": where(an_exponent_is_known, lambda x: mp.sinh(x) if abs(x) < 1 else (e_to(x) - e_to(-x)) / 2),
    "cosh": where(an_exponent_is_known, lambda x: (e_to(x) + e_to(-x)) / 2),
    "tanh": lambda x: mp.tanh(x) if abs(x) < 1e5 else mp.sign(x),
    "arctan": mp.atan,
    "sin": where(lambda x: abs(x) < WITHIN_FLOATS, mp.sin),
    "cos": where(lambda x: abs(x) < WITHIN_FLOATS, mp.cos),
    "asinh": mp.asinh,
    "erf": lambda x: mp.erf(x) if abs(x) < 1e5 else mp.sign(x),
    "erfcx": where(lambda x: 0 <= x < 1e5, lambda x: mp.exp(x * x) * mp.erfc(x)),
    "sinc": where(lambda x: abs(x) < WITHIN_FLOATS, mp.sinc),
    "sixteenths": where(
        lambda x: abs(x) < mp.mpf(10) ** 400, lambda x: mp.sign(x) * mp.floor(abs(x) * 16) / 16
    ),
}
"""What each kernel is, or None where it is not asked for."""

ROUNDED = {
    "exp": abs, "expm1": abs, "sinh": abs, "cosh": abs, "sinc": lambda x: 64 * abs(x)
}  # fmt: skip
"""The sizes of z·f′/f: what the rounding of an argument, or of a multiple of ln 2 or π in it, may cost."""

BINARY = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y if y else None,
    "min": min,
    "max": max,
}
COMPARED = {
    "less": lambda x, y: x < y,
    "less_equal": lambda x, y: x <= y,
    "greater": lambda x, y: x > y,
    "greater_equal": lambda x, y: x >= y,
}


def test_every_kernel_has_its_scaled_form_and_is_tested():
    others = {"where", "isnan", "pow", "sinc_slope"}
    assert SCALED.keys() == KERNELS.keys() == UNARY.keys() | BINARY.keys() | COMPARED.keys() | others


@pytest.fixture(autouse=True)
def silent():
    with np.errstate(all="ignore"), mp.workdps(60):
        yield


@pytest.mark.parametrize("name", UNARY)
def test_a_kernel_at_numbers_of_all_sizes(name):
    true = [UNARY[name](x) for x in TRUE]
    cost = (
        [2e-16 * float(ROUNDED[name](x)) if abs(x) < 1e300 else inf for x in TRUE]
        if name in ROUNDED
        else None
    )
    agrees(SCALED[name](X), true, cost)


@pytest.mark.parametrize("exponent", [55, 400, 900])
def test_an_exponential_that_is_an_order_of_size_alone(exponent):
    for sign in (-1, 1):
        found = SCALED["exp"](scaled(np.array([sign * 2.0**exponent])))
        assert float(found.e[0]) == pytest.approx(sign * 2.0**exponent / np.log(2), rel=1e-15)


def pairs() -> tuple[Scaled, Scaled, list]:
    first, second = (grid.ravel() for grid in np.meshgrid(np.arange(len(PAIRS)), np.arange(len(PAIRS))))
    x, y = (Scaled(X.m[at], X.e[at]) for at in (first, second))
    return x, y, [(TRUE[i], TRUE[j]) for i, j in zip(first, second, strict=True)]


@pytest.mark.parametrize("name", BINARY)
def test_a_kernel_at_pairs_of_all_sizes(name):
    x, y, true = pairs()
    agrees(SCALED[name](x, y), [BINARY[name](*pair) for pair in true])


@pytest.mark.parametrize("name", COMPARED)
def test_a_comparison_of_all_sizes(name):
    x, y, true = pairs()
    assert SCALED[name](x, y).tolist() == [COMPARED[name](*pair) for pair in true]


@pytest.mark.parametrize("power", [-3.0, -1.5, -1.0, 0.0, 0.5, 1.7, 2.0, 5.0])
def test_powers(power):
    found = SCALED["pow"](X, scaled(np.full(len(PAIRS), power)))
    defined = [x > 0 or (x < 0 and power.is_integer()) or (x == 0 and power >= 0) for x in TRUE]
    true = [x**power if ok else None for x, ok in zip(TRUE, defined, strict=True)]
    agrees(found, true, [1e-15 * abs(e) if m else 0 for m, e in PAIRS])
    assert all(np.isnan(m) for m, x in zip(found.m, TRUE, strict=True) if x < 0 and not power.is_integer())


def test_a_choice():
    mask = X.m > 0
    found = SCALED["where"](mask, X, SCALED["neg"](X))
    agrees(found, [abs(x) for x in TRUE])


def of(m: float, e: float) -> Scaled:
    return Scaled(np.array([m]), np.array([float(e)]))


ZERO, LARGE, SMALL, NOTHING = of(0.0, -inf), of(0.5, inf), of(0.5, -inf), of(nan, 0)


@pytest.mark.parametrize(
    ("name", "x", "expected"),
    [
        ("mul", (of(0.5, 1e18), of(0.5, -2e18)), 0.0),
        ("mul", (of(0.5, 1e18), of(0.5, -1e18)), nan),
        ("div", (of(0.7, 1e18), of(0.7, 1e18)), 1.0),
        ("div", (of(0.75, 1e18), of(0.5, 1e18)), 1.5),
        ("sub", (of(0.7, 1e18), of(0.7, 1e18)), nan),
        ("add", (of(0.5, 1e18), of(0.5, -1e18)), inf),
        ("mul", (ZERO, LARGE), 0.0),
        ("mul", (SMALL, LARGE), nan),
        ("mul", (LARGE, LARGE), inf),
        ("mul", (SMALL, SMALL), 0.0),
        ("div", (LARGE, LARGE), nan),
        ("div", (SMALL, SMALL), nan),
        ("div", (of(0.5, 3), LARGE), 0.0),
        ("div", (of(-0.5, 3), SMALL), -inf),
        ("div", (of(0.5, 3), ZERO), inf),
        ("div", (ZERO, ZERO), nan),
        ("add", (LARGE, of(-0.5, 9)), inf),
        ("sub", (LARGE, LARGE), nan),
        ("add", (SMALL, of(-0.5, 2)), -2.0),
        ("exp", (LARGE,), inf),
        ("exp", (of(-0.5, inf),), 0.0),
        ("log", (ZERO,), -inf),
        ("sqrt", (LARGE,), inf),
        ("tanh", (of(-0.5, inf),), -1.0),
        ("max", (LARGE, of(0.5, 3)), inf),
        ("min", (of(-0.5, inf), of(0.5, 3)), -inf),
    ],
)
def test_exact_zeros_and_what_is_too_large_or_too_small(name, x, expected):
    np.testing.assert_array_equal(SCALED[name](*x).value, [expected])


@pytest.mark.parametrize("name", sorted(SCALED.keys() - COMPARED.keys() - {"where", "isnan"}))
def test_no_number_stays_none(name):
    two = name in BINARY or name == "pow"
    for x in ((NOTHING, of(0.5, 2)), (of(0.5, 2), NOTHING)) if two else ((NOTHING,),):
        assert np.isnan(SCALED[name](*x).value).all()
    assert SCALED["isnan"](NOTHING).all()
    assert not SCALED["isnan"](X).any()


def test_from_floats_and_back():
    z = np.array([0.0, -0.0, 1.0, -3.7, 5e-324, 1.7e308, inf, -inf, nan])
    np.testing.assert_array_equal(scaled(z).value, z)
    assert of(0.75, 2000).value == inf
    assert of(0.75, -2000).value == 0


def test_numbers_that_stand_for_infinity_are_large_and_none_like_another():
    for exponent in NEAR_INFINITY:
        values = near_infinity(-1.0, exponent).value
        assert len(set(values)) == len(values) > 1
        assert values.max() < -(2.0 ** (exponent - 2))


@pytest.mark.parametrize("z", [1e300, 1e305, 1.2e308])
def test_the_logarithm_of_an_exponential_is_its_exponent_up_to_the_largest_numbers(z):
    found = SCALED["log"](SCALED["exp"](scaled(np.array([z, -z]))))
    np.testing.assert_allclose(found.value, [z, -z], rtol=1e-15)
