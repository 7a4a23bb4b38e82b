"""Proved expectations, against closed forms at 40 digits, published numbers and quadrature."""

from itertools import product
from math import inf, isfinite, nextafter

import mpmath as mp
import pytest
from flint import ctx
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import lab
from lab.activations.catalogue import examples
from lab.activations.formula.formula import Formula
from lab.activations.formula.refusal import FormulaError
from lab.numerics import Interval
from lab.prover.integrals import complex_balls, proved_moments
from lab.prover.integrals.proved_moments import (
    fixed_point_enclosure,
    gain_enclosure,
    slope_square_enclosure,
    square_enclosure,
)
from lab.theory import moments
from lab.theory.mean_field import fixed_point
from tests.exact import FORMULAS
from tests.prover.intervals.test_enclosure import FUZZ

EXAMPLES = examples()
QS = [1e-12, 1e-3, 0.3, 1.0, 7.0, 100.0, 1e6]


def holds(found, true, widest=1e-15):
    """Whether an enclosure holds a number and is not wider than this, relative to it."""
    return found is not None and found.low <= true <= found.high and found.high - found.low <= widest * true


def square_of_the_erf(q):
    return 2 / mp.pi * mp.asin(2 * q / (1 + 2 * q))


CLOSED = {
    "relu": (lambda q: q / 2, lambda q: mp.mpf(1) / 2),
    "identity": (lambda q: q, lambda q: mp.mpf(1)),
    "step": (lambda q: mp.mpf(1) / 2, lambda q: mp.mpf(0)),
    "z**3": (lambda q: 15 * q**3, lambda q: 27 * q**2),
    "z**2*abs(z)": (lambda q: 15 * q**3, lambda q: 27 * q**2),
    "erf": (square_of_the_erf, lambda q: 4 / mp.pi / mp.sqrt(1 + 4 * q)),
    "sin": (lambda q: -mp.expm1(-2 * q) / 2, lambda q: (1 + mp.exp(-2 * q)) / 2),
    "bump": (lambda q: 1 / mp.sqrt(1 + 4 * q), lambda q: 4 * q / (1 + 4 * q) ** 1.5),
    "where(3*z > 1, 1, 0)": (lambda q: mp.ncdf(-1 / mp.sqrt(q) / 3), lambda q: mp.mpf(0)),
}
"""E σ² and E σ′² for z ~ N(0, q).

erf: Williams, *Computing with infinite networks* (1997), eq. (11); the others are Gaussian integrals."""


@pytest.mark.parametrize("q", QS)
@pytest.mark.parametrize("text", CLOSED)
def test_closed_forms(text, q):
    sigma = lab.activation(text)
    with mp.workdps(40):
        square, slope = (form(mp.mpf(q)) for form in CLOSED[text])
        if square < 1e-290:
            assert square_enclosure(sigma, q).low <= square <= square_enclosure(sigma, q).high <= 1e-280
        else:
            assert holds(square_enclosure(sigma, q), square)
        assert holds(slope_square_enclosure(sigma, q), slope)


def test_what_can_be_exact_is_exact_to_the_neighbouring_floats():
    assert slope_square_enclosure(lab.activation("step"), 1.0) == Interval(0.0, 0.0)
    half = square_enclosure(lab.activation("relu"), 1.0)
    assert nextafter(0.5, 0) <= half.low <= 0.5 <= half.high <= nextafter(0.5, 1)


def test_published_numbers():
    """SELU keeps mean 0 and variance 1 (Klambauer et al., 2017); χ of the sigmoid at its fixed point."""
    selu = lab.activation("selu")
    unit = square_enclosure(selu, 1.0)
    assert 1 - 1e-15 < unit.low <= unit.high < 1 + 1e-15
    passed = slope_square_enclosure(selu, 1.0)
    with mp.workdps(40):  # λ² (½ + α² e² Φ(−2)), with the published constants as floats
        scale, alpha = mp.mpf(1.0507009873554805), mp.mpf(1.6732632423543772)
        assert holds(passed, scale**2 * (mp.mpf(1) / 2 + alpha**2 * mp.exp(2) * mp.ncdf(-2)))
    assert passed.high == pytest.approx(1.0715749924557996, rel=1e-15)
    chi = slope_square_enclosure(lab.activation("sigmoid"), 1.302134036)
    assert chi.low == pytest.approx(0.041959735, abs=5e-10)


UNPROVED = {"exponential", "clipped-slope", "knots", "cloglog", "telu"}
"""Two designs, and exponentials that grow beyond powers, or have them within."""


def enclosed_and_computed(sigma, q):
    """E σ² and E σ′², each enclosed and by quadrature."""
    yield square_enclosure(sigma, q), moments.square(sigma, q)
    yield slope_square_enclosure(sigma, q), moments.slope_square(sigma, q)


def proved_and_computed_right(name, q):
    """Asserts that both mean squares of a named class are proved, and that quadrature agrees."""
    for found, computed in enclosed_and_computed(EXAMPLES[name], q):
        if found is None:
            assert name in UNPROVED, f"{name} is not proved"
            continue
        widest = 1e-15 * found.high + 1e-300
        assert name in UNPROVED or found.high - found.low <= widest, f"{name} is proved to {found!r} only"
        assert found.low * (1 - 1e-10) <= computed <= found.high * (1 + 1e-10)


@pytest.mark.parametrize(
    ("name", "q"), [*product(EXAMPLES, [1.0]), *product(list(EXAMPLES)[::4], [1e-12, 1e-3, 7.0, 1e6])]
)
def test_every_named_class_is_proved_and_its_quadrature_is_right(name, q):
    proved_and_computed_right(name, q)


@pytest.mark.slow
@pytest.mark.parametrize("q", [1e-12, 1e-3, 7.0, 1e6])
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_same_for_all_of_them_at_small_and_large_q(name, q):
    proved_and_computed_right(name, q)


@settings(FUZZ, max_examples=15)
@given(FORMULAS, st.sampled_from([1e-6, 0.1, 1.0, 5.0, 1e3]))
def test_the_quadrature_of_random_formulas_lies_within(text, q):
    _check(text, q)


@pytest.mark.slow
@settings(FUZZ, max_examples=3000)
@given(FORMULAS, st.floats(1e-9, 1e4))
def test_the_quadrature_of_many_random_formulas_lies_within(text, q):
    _check(text, q)


def _check(text, q):
    try:
        sigma = Formula(text)
    except FormulaError:
        assume(False)
    for found, computed in enclosed_and_computed(sigma, q):
        if found is not None and isfinite(computed):
            slack = 1e-10 * computed + 1e-300
            within = found.low - slack <= computed <= found.high + slack
            assert within, f"{text}: {computed!r}, not in {found!r}"


@pytest.mark.parametrize(
    "text", ["log(z)", "sqrt(z)", "1/z", "1/(z - 3)", "z + 0.1/(abs(z) - 1)", "abs(z)**-0.1", "exp(z**2)"]
)
def test_what_is_undefined_or_has_a_pole_is_not_proved(text):
    assert square_enclosure(Formula(text), 1.0) is None
    assert slope_square_enclosure(Formula(text), 1.0) is None


def test_a_branch_that_is_undefined_elsewhere_does_no_harm():
    sigma = Formula("where(z > 1, log(z), 0)")
    found = square_enclosure(sigma, 2.0)
    assert found.high - found.low <= 1e-15
    assert found.low == pytest.approx(moments.square(sigma, 2.0), rel=1e-10)


def test_a_root_that_is_chosen_on_one_side_is_proved_up_to_its_branch_point():
    root = Formula("where(z > 0, sqrt(z), 0*z)")
    assert holds(square_enclosure(root, 1.0), 1 / mp.sqrt(2 * mp.pi))
    assert isinstance(fixed_point_enclosure(root, 1 / (2 * mp.pi), 1.0, 0.0), Interval)


def test_where_the_integrand_is_unbounded_beside_a_kink_no_time_is_spent(monkeypatch):
    monkeypatch.setattr(proved_moments, "acb", type("Acb", (proved_moments.acb,), {"integral": None}))
    assert slope_square_enclosure(Formula("where(z > 0, sqrt(z), 0*z)"), 1.0) is None


def test_a_root_at_its_branch_point():
    with mp.workdps(40):
        assert holds(square_enclosure(Formula("sqrt(abs(z))"), 1.0), mp.sqrt(2 / mp.pi))
        assert holds(square_enclosure(Formula("abs(z)**1.5"), 1.0), 2 * mp.sqrt(2 / mp.pi))


@pytest.mark.parametrize("q", [0.0, -1.0, inf, float("nan")])
def test_without_a_variance_there_is_nothing_to_prove(q):
    assert square_enclosure(lab.activation("tanh"), q) is None
    assert slope_square_enclosure(lab.activation("tanh"), q) is None


def test_a_class_of_ones_own_is_not_proved(own):
    assert square_enclosure(own, 1.0) is None
    assert slope_square_enclosure(own, 1.0) is None
    assert fixed_point_enclosure(own, 1.0, 1.0, 0.0) is None


def test_a_sigma_designed_by_its_slope_is_proved_for_all_z():
    sigma = lab.activation(derivative="0.1 + 0.9*exp(-z**2)")
    with mp.workdps(40):
        a, b = mp.mpf(0.1), mp.mpf(0.9)
        for q in (1.0, 1e4, 1e8):
            true = a**2 + 2 * a * b / mp.sqrt(1 + 2 * q) + b**2 / mp.sqrt(1 + 4 * q)
            assert holds(slope_square_enclosure(sigma, q), true)
    assert square_enclosure(sigma, 1.0) is None


def test_gains():
    for name in ("relu", "tanh", "gelu"):
        sigma = lab.activation(name)
        for gain, computed in (
            (gain_enclosure(square_enclosure(sigma, 1.0)), moments.forward_gain(sigma)),
            (gain_enclosure(slope_square_enclosure(sigma, 1.0)), moments.backward_gain(sigma)),
        ):
            assert gain.low * (1 - 1e-13) <= computed <= gain.high * (1 + 1e-13)
            assert gain.high - gain.low <= 1e-15 * gain.high
    root = gain_enclosure(square_enclosure(lab.activation("relu"), 1.0))
    with mp.workdps(40):
        assert root.low <= mp.sqrt(2) <= root.high
    assert gain_enclosure(Interval(0.0, 0.0)) == Interval(inf, inf)


@pytest.mark.parametrize(
    ("name", "weight_variance", "bias_variance"),
    [
        ("tanh", 1.69, 0.09),
        ("tanh", 6.25, 0.0),
        ("sigmoid", 1.0, 1.0),
        ("gelu", 1.5, 0.2),
        ("step", 2.0, 0.1),
    ],
)
def test_a_fixed_point_lies_between_a_rise_and_a_fall(name, weight_variance, bias_variance):
    sigma = lab.activation(name)
    q = fixed_point(sigma, weight_variance, bias_variance).q
    found = fixed_point_enclosure(sigma, q, weight_variance, bias_variance)
    assert found.low < q < found.high
    assert found.high - found.low < 1e-11 * q
    assert fixed_point_enclosure(sigma, 1.01 * q, weight_variance, bias_variance) is None


def test_a_fixed_point_that_is_none_or_only_touched_is_not_proved():
    relu = lab.activation("relu")
    assert fixed_point_enclosure(relu, 1.0, 2.0, 0.0) is None
    assert fixed_point_enclosure(relu, inf, 3.0, 0.0) is None
    assert fixed_point_enclosure(lab.activation("exp(z)"), 1.0, 0.1, 0.0) is None


def test_where_the_work_is_limited_the_enclosure_is_wide_and_right(monkeypatch):
    monkeypatch.setattr(proved_moments, "MOST_EVALUATIONS", 1000)
    found = square_enclosure(lab.activation("sin"), 1e6)
    assert found.low <= 0.5 <= found.high
    assert found.high - found.low > 1e-3


@pytest.mark.parametrize("factor", [1 + 1e-13, 1 - 1e-13])
def test_a_wrong_rule_would_be_seen(monkeypatch, factor):
    monkeypatch.setitem(complex_balls.RULES, "erf", lambda x: x.erf() * factor)
    with mp.workdps(40):
        found = square_enclosure(lab.activation("erf"), 1.0)
        assert not found.low <= square_of_the_erf(mp.mpf(1)) <= found.high


def test_a_missed_kink_would_be_seen(monkeypatch):
    """Continued from the wrong side, max(z, 0) is 0 for all z."""
    monkeypatch.setitem(complex_balls._SWITCHES, "max", {-1: lambda x, y: y, 1: lambda x, y: y})
    assert square_enclosure(lab.activation("relu"), 1.0).high < 0.5


def test_the_precision_of_others_is_left_as_it_was():
    before = ctx.prec
    square_enclosure(lab.activation("gelu"), 1.0)
    assert ctx.prec == before
