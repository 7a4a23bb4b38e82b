"""Random formulas: what is proved of inf σ′, sup σ′ and the range, against 90 digits at many points."""

from itertools import pairwise
from math import inf, isfinite, nextafter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.activations.formula.formula import Formula
from lab.numerics import Interval
from lab.prover.certificate import certify
from lab.prover.continuity import LARGEST_STEP
from tests.exact import FORMULAS, NUMBERS, Undefined, Unknown, exact, grown, lies_in, rises
from tests.prover.intervals.test_enclosure import FUZZ, as_written

PLACES = [0.0, 1e-9, 0.3, 0.5, 1.0, 1.7, 2.0, 3.14, 4.5, 7.0, 12.0, 25.0, 90.0, 700.0, 1e4, 1e7]
SIGNED = [*PLACES, *(-z for z in PLACES[1:])]


def beside(places):
    """Places and what lies next to them, where an extreme may be a limit only."""
    for z in places:
        if isfinite(z):
            yield from (z, nextafter(z, -inf), nextafter(z, inf), z - 1e-7, z + 1e-7, z - 1e-12, z + 1e-12)


def check(text, points, written=as_written):
    sigma = written(text)
    found = certify(sigma)
    places = {*SIGNED, *points, *beside(found.inf_at), *beside(found.sup_at)}
    slopes, defined = {}, []
    for z in places:
        try:
            inside = lies_in(Interval(found.range_inf.low, found.range_sup.high), text, z, slopes=False)
        except Undefined:
            if " - " not in text and "where" not in text:  # z - z and where(…, z, z) are simplified
                assert found.verdict != "CERTIFIED", f"{text} is undefined at {z!r}"
            continue
        except Unknown:
            continue
        assert inside, f"σ({z!r}) of {text}"
        defined.append(z)
        try:
            inside = lies_in(Interval(found.inf.low, found.sup.high), text, z, slopes=True)
            slopes[z], _ = exact(text, z, slopes=True)
        except (Unknown, Undefined):
            continue
        assert inside, f"σ′({z!r}) of {text}: {found}"
    for place, reached, bound in (
        (found.inf_at, min(slopes.values(), default=inf), found.inf.high),
        (found.sup_at, -max(slopes.values(), default=-inf), -found.sup.low),
    ):
        if place and isfinite(bound) and abs(place[0]) < 1e5 and place[0] in slopes:  # no kink
            allowed = 1e-5 * (1 + abs(bound))
            assert reached <= bound + allowed, f"{text}: the slope does not go as far as {bound}: {found}"
    if found.monotone == "CERTIFIED":
        up = found.inf.low >= 0 and -1 not in found.jump_ways
        assert up or found.sup.high <= 0
        for pair in pairwise(sorted(defined, reverse=not up)):
            assert rises(text, *pair, LARGEST_STEP), f"{text} does not go one way over {pair}: {found}"
    return found


POINTS = st.lists(st.one_of(st.floats(-5, 5), st.floats(-800, 800)), min_size=4, max_size=4)


@settings(FUZZ, max_examples=80)
@given(FORMULAS, POINTS)
def test_the_extremes_hold_the_truth(text, points):
    check(text, points)


@pytest.mark.slow
@settings(FUZZ, max_examples=3000)
@given(st.recursive(st.just("z"), grown, max_leaves=10), POINTS)
def test_the_extremes_of_larger_formulas_hold_the_truth(text, points):
    check(text, points)


DESIGNS = [
    "tanh({0}*z) + {1}*z",
    "{1}*z + z*s({0}*z)",
    "z*Phi({0}*z) - {1}*z",
    "{1}*z + exp(-({0}*z)**2)",
    "z - {1}*sin({0}*z)",
    "{0}*z/(1 + abs({1}*z))",
    "where(z > {1}, {1} + {0}*(z - {1}), z)",
    "max({1}*z, min({0}*z, z))",
    "z*tanh(sp({0}*z)) + {1}*abs(z)",
    "{1}*asinh(z) + arctan({0}*z)*z",
    "min({0}*tanh(z), {1}*z) + max(z, {1})",
    "where(z < {0}, sin({1}*z), sin({1}*{0}) + z - {0})",
    "abs(z - {0})*sech2({1}*z) + z",
    "z*exp(-abs({0}*z - {1})) + sp(z)",
]
DESIGNED = st.builds(str.format, st.sampled_from(DESIGNS), st.sampled_from(NUMBERS), st.sampled_from(NUMBERS))


@settings(FUZZ, max_examples=30)
@given(DESIGNED, POINTS)
def test_the_extremes_of_designs_hold_the_truth(text, points):
    check(text, points)


@pytest.mark.slow
@settings(FUZZ, max_examples=1000)
@given(DESIGNED, POINTS)
def test_the_extremes_of_many_designs_hold_the_truth(text, points):
    check(text, points)


STEPS = [
    "{0}*where(z > {2}, {3}, tanh(z - {2}))",
    "{0}*where(abs(z - {2}) < 1, {3}, tanh(z - {2}))",
    "{1} + {0}*sign({2} - z) + {3}*tanh(z)",
    "z - {0}*sign(z - {2})",
    "sign(z - {2})**2*{0} + z",
    "{1} + {0}*max({3}, tanh(z - {2}))",
    "where(z <= {2}, {3}*(z - {2}), (z - {2})**2)",
    "{1} + {0}*where(z > {2}, sqrt(z - {2}), {3}*(z - {2}))",
    "{0}*(max(z - {2}, 0) + {3}*min(z - {2}, 0))",
]
SIZES = st.sampled_from(["1e-12", "1e-11", "1e-6", "0.3", "1", "25", "1e6", "1e12"])
CENTRES = st.sampled_from(["0", "1", "3", "0.1", "1000.5", "1e6"])
OFFSETS = st.sampled_from(["0", "1", "0.001", "1e6"])


@settings(FUZZ, max_examples=40)
@given(st.sampled_from(STEPS), SIZES, OFFSETS, CENTRES, SIZES)
def test_a_step_of_any_size_is_found_and_no_claim_stands_beside_it(form, scale, offset, centre, height):
    text = form.format(scale, offset, centre, height)
    c = float(centre)
    ulp = nextafter(max(abs(c), 1e-300), inf) - max(abs(c), 1e-300)
    found = check(text, [c - 1, c - ulp, c + ulp, c + 1], Formula)
    values = [exact(text, z, slopes=False)[0] for z in (c - ulp, c, c + ulp)]
    sides = [exact(text, z, slopes=False)[0] for z in (c - 100 * ulp, c + 100 * ulp)]
    step, around = max(values) - min(values), max(sides) - min(sides)
    if step > 1e-14 * max(map(abs, values)) and step > 0.5 * around:
        assert found.jumps or found.doubt, f"{text} steps by {step} at {c}"
        assert found.lipschitz.high == inf
    if not found.doubt:
        assert found.jumps == ()
