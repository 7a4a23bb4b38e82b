"""sin x/x and its derivatives in balls and over intervals, against mpmath's integrals."""

import mpmath as mp
import numpy as np
import pytest
from flint import acb, arb
from hypothesis import given
from hypothesis import strategies as st

from lab.activations.formula.formula import Formula
from lab.numerics import Interval
from lab.prover.certificate import certify
from lab.prover.intervals.sinc_ranges import LEAST, sinc_ball, sinc_range


def exact(x, n):
    """∫₀¹ tⁿ cos(xt + nπ/2) dt."""
    with mp.workdps(20):
        pieces = mp.linspace(0, 1, 2 + int(abs(x)))
        return mp.quad(lambda t: t**n * mp.cos(mp.mpf(x) * t + n * mp.pi / 2), pieces)


@pytest.mark.parametrize("n", range(4))
@pytest.mark.parametrize("x", [0.0, 1e-9, -0.3, 0.999, 1.0, 2.5, -31.0])
def test_a_ball_holds_the_derivative(x, n):
    value = float(exact(x, n))
    for found in (sinc_ball(arb(x), n), sinc_ball(acb(x), n).real):
        assert abs(float(found.mid()) - value) <= 1e-13 + float(found.rad())


@given(st.floats(-30, 30), st.floats(0, 3), st.integers(0, 3), st.floats(0, 1))
def test_a_range_holds_what_is_within(x, width, n, share):
    within = sinc_range(Interval(x, x + width), n)
    value = float(exact(x + share * width, n))
    assert within.low - 1e-15 <= value <= within.high + 1e-15


def test_the_least_value_is_below_the_least_and_next_to_it():
    with mp.workdps(30):
        x = mp.findroot(lambda x: mp.tan(x) - x, 4.4934)
        assert 0 < mp.sinc(x) - mp.mpf(LEAST) < 1e-16


def test_what_reaches_to_infinity():
    assert sinc_range(Interval(-np.inf, np.inf), 0) == Interval(LEAST, 1.0)
    assert sinc_range(Interval(1e6, np.inf), 1).magnitude <= 2.1e-6


def test_the_proof_of_its_slope():
    """The greatest |S₁| is at the first root of S₂."""
    greatest = abs(exact(mp.findroot(lambda x: exact(x, 2), 2.08), 1))
    assert abs(certify(Formula("sinc(z)")).lipschitz.high - float(greatest)) <= 1e-8
