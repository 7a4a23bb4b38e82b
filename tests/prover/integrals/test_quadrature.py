"""The bound of a panel holds for the rule on the panel and on every part of it that begins at an end."""

from math import inf, isnan

import mpmath as mp
import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from lab.activations.design.integral import NODES
from lab.activations.formula.formula import Formula
from lab.numerics import Interval
from lab.prover.integrals.quadrature import Quadrature
from lab.prover.intervals.exact_graph import exact_expression

CLOSED = {
    "exp(-z**2)": (lambda z: mp.exp(-z * z), lambda z: mp.sqrt(mp.pi) / 2 * mp.erf(z)),
    "1/(1 + z**2)": (lambda z: 1 / (1 + z * z), mp.atan),
    "sin(5*z)": (lambda z: mp.sin(5 * z), lambda z: -mp.cos(5 * z) / 5),
    "sech2(z)": (lambda z: mp.sech(z) ** 2, mp.tanh),
    "z**14": (lambda z: z**14, lambda z: z**15 / 15),
    "sqrt(abs(z))": (lambda z: mp.sqrt(abs(z)), lambda z: mp.sign(z) * abs(z) ** mp.mpf(1.5) * 2 / 3),
    "where(z > 0.3, 1, 0.25)": (
        lambda z: mp.mpf(1) if z > 0.3 else mp.mpf(0.25),
        lambda z: z / 4 + max(z - mp.mpf(0.3), 0) * 3 / 4,
    ),
}


def quadrature(text):
    sigma = Formula(text)
    return Quadrature(exact_expression(sigma.expression), sigma.switches)


def the_rule():
    """The six nodes with their weights, to forty digits."""
    with mp.workdps(40):
        near = np.polynomial.legendre.leggauss(NODES)[0].tolist()
        nodes = [mp.findroot(lambda x: mp.legendre(NODES, x), x) for x in near]
        return [(x, 2 * (1 - x * x) / ((NODES + 1) * mp.legendre(NODES + 1, x)) ** 2) for x in nodes]


RULE = the_rule()


def by_the_rule(f, low, high):
    half = (high - low) / 2
    return half * sum(weight * f(low + half * (1 + node)) for node, weight in RULE)


@pytest.mark.parametrize("text", CLOSED)
@given(
    low=st.floats(-4, 4), width=st.floats(1e-9, 1), part=st.floats(0.01, 1), goal=st.sampled_from([0, 1e-3])
)
def test_the_bound_holds(text, low, width, part, goal):
    f, integral = CLOSED[text]
    high = low + width
    panel = quadrature(text).over(Interval(low, high), goal)
    with mp.workdps(40):
        a, b = mp.mpf(low), mp.mpf(high)
        for start, end in ((a, b), (a, a + (b - a) * part), (b, b - (b - a) * part)):
            wrong = abs(by_the_rule(f, start, end) - (integral(end) - integral(start)))
            assert wrong <= panel.error + 1e-30
        exact = arb(mp.nstr(integral(b) - integral(a), 38))
        assert panel.integral.overlaps(exact)
        assert panel.integral.rad() <= 1.01 * panel.error + 1e-15
        for x in (a, (a + b) / 2, b):
            assert panel.bounds.low - 1e-15 <= f(x) <= panel.bounds.high + 1e-15


def test_the_bound_is_not_much_too_large():
    wave = quadrature("sin(z)").over(Interval(0.0, 1.0))
    with mp.workdps(40):
        wrong = abs(by_the_rule(mp.sin, mp.mpf(0), mp.mpf(1)) - (1 - mp.cos(1)))
    assert wrong <= wave.error <= 100 * wrong


def test_the_rates_are_f_at_the_nodes():
    panel = quadrature("z").over(Interval(1.0, 3.0))
    assert panel.rates == pytest.approx(sorted(panel.rates), rel=0)
    assert sum(panel.rates) == pytest.approx(2 * NODES, rel=1e-15)
    assert panel.rates[0] == pytest.approx(2 - 0.9324695142031521, rel=1e-15)


def test_a_panel_is_within_a_goal_or_is_to_be_halved():
    bell = quadrature("exp(-(z/1e-3)**2)")
    wide, narrow = Interval(-0.125, 0.125), Interval(0.0, 1e-4)
    assert bell.within(wide, 1e-15) is None
    assert bell.within(narrow, 1e-15).error <= 1e-15
    assert bell.over(wide).error > 1e-3


def test_a_panel_that_floats_do_not_allow_to_halve_is_told_as_it_is():
    jump = quadrature("where(3*z > 1, 1, 0)")
    z = Interval(0.3333333333333333, 0.33333333333333337)
    assert jump.within(Interval(0.3, 0.4), 0.0) is None
    panel = jump.within(z, 0.0)
    assert panel.error == pytest.approx(z.high - z.low, rel=1e-6)
    assert all(map(isnan, panel.rates))
    assert (panel.bounds.low, panel.bounds.high) == (0.0, 1.0)


def test_beside_a_kink_f_is_smooth():
    tent = quadrature("max(0.1, 1 - abs(z))")
    assert 0.9 in {round(start, 12) for start in tent.starts}
    for low, high in ((-0.5, -1e-9), (1e-9, 0.5), (2.0, 3.0)):
        assert tent.over(Interval(low, high)).error < 1e-10
    assert tent.over(Interval(-0.5, 0.5)).error >= 0.5


def test_nothing_is_known_over_a_pole():
    panel = quadrature("1/(z - 0.3)").over(Interval(0.25, 0.375))
    assert panel.error == inf
    assert not panel.integral.is_finite()
    assert panel.bounds == Interval(-inf, inf)
