"""The z that is told of a refuted claim: read as it is printed, it refutes the claim at 60 digits."""

import ast
import re
from math import inf

import mpmath as mp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lab
from lab.activations.formula.formula import Formula
from lab.numerics import Interval
from lab.prover.certificate import certify
from tests.exact import dual


def told(reason):
    """The z that a reason names, and the parameters, as decimals."""
    inside = re.match(r"σ′\((.*?)\) [=≤≥] ", reason)[1].split("; ")
    return inside[0], dict(pair.split(" = ") for pair in inside[1:])


def slope_at(text, z, parameters):
    """σ′ at 60 digits, where the parameters stand in the formula as they are told."""
    for name, value in parameters.items():
        text = re.sub(rf"\b{name}\b", f"({value})", text)
    with mp.workdps(60):
        return dual(ast.parse(text, mode="eval"), mp.mpf(float(z)), slopes=True)[1]


@pytest.mark.parametrize(
    ("text", "at_least", "at_most", "digits"),
    [
        ("0.5*z - 1e-8*tanh(1e8*(z - 1.23456789012))", 0.1, inf, 8),
        ("0.5*z - 1e-8*tanh(1e8*(z - 1.23456789012))", -0.49, inf, 12),
        ("0.5*z + 1e-11*tanh(1e11*(z - 7.23456789012))", -inf, 1.0, 12),
        ("z*s(z)", 0.0, inf, 6),
        ("tanh(z) + 0.1*z", 0.2, inf, 6),
        ("tanh(z)", 0.1, inf, 6),
    ],
)
def test_a_witness_has_as_many_digits_as_it_takes(text, at_least, at_most, digits):
    found = certify(Formula(text), at_least, at_most)
    z, _ = told(found.reason)
    assert float(z) == found.witness
    assert len(re.sub(r"^0+|e.*|\D", "", z)) <= digits
    assert not at_least <= slope_at(text, z, {}) <= at_most


@settings(max_examples=25, deadline=None)
@given(
    place=st.floats(-20, 20), width=st.floats(1, 12), depth=st.floats(0.1, 3), share=st.floats(0.01, 0.999)
)
def test_whatever_is_printed_refutes(place, width, depth, share):
    """A narrow dip of σ′ to 1 − depth at any place, with a claim anywhere between."""
    rate = 10.0**width
    text = f"z - {depth / rate!r}*tanh({rate!r}*(z - {place!r}))"
    claim = 1 - share * depth
    found = certify(Formula(text), at_least=claim)
    if found.verdict == "REFUTED":
        z, _ = told(found.reason)
        assert float(z) == found.witness
        assert slope_at(text, z, {}) < claim


def test_the_parameters_that_are_told_refute_too_and_are_within_their_ranges():
    most, claim, text = 0.123456789, 1 - 0.1234567, "z - a*sin(z)"
    found = certify(Formula(text, (("a", most),)), claim, over={"a": Interval(0.1, most)})
    z, parameters = told(found.reason)
    assert (found.verdict, float(parameters["a"]) <= most) == ("REFUTED", True)
    assert slope_at(text, z, parameters) < claim


def test_where_sigma_falls_is_told_in_as_many_digits():
    text = "0.5*z - 1e-8*tanh(1e8*(z - 1.23456789012))"
    (z,) = re.findall(r"σ falls at z = (\S+) ", str(certify(Formula(text))))
    assert slope_at(text, z, {}) < 0


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("text", "bound"),
    [
        *(("exp(z)", bound) for bound in (1e30, 1e300, 1e308)),
        *(("z**2", bound) for bound in (1e7, 1e300, 1.7e308)),
        *((text, 1e305) for text in ("exp(z)*z", "z**3", "sinh(z)", "exp(exp(z))")),
        ("z*log(1 + z**2)", 600.0),
    ],
)
def test_where_the_slope_grows_beyond_all_bounds_a_float_is_found_at_which_a_claim_fails(text, bound, sign):
    claim, text = ((-inf, bound), text) if sign > 0 else ((-bound, inf), f"-({text})")
    found = certify(Formula(text), *claim)
    assert found.verdict == "REFUTED"
    z, _ = told(found.reason)
    assert (float(z), len(z) < 12) == (found.witness, True)
    assert not claim[0] <= slope_at(text, z, {}) <= claim[1]


@pytest.mark.parametrize(
    ("text", "claim", "reason"),
    [
        ("z*log(log(z**2 + 3))", {"at_most": 20},
         "sup σ′ = ∞; no float z is known at which σ′ is more than 20"),
        ("-sqrt(max(z, 0))", {"at_least": -1e300},
         "inf σ′ = −∞; no float z is known at which σ′ is less than -1e+300"),
    ],
)  # fmt: skip
def test_what_fails_at_no_float_is_refuted_without_one(text, claim, reason):
    """log log z is 6.6 at the largest float, and 1/√z is 4e161 at the least."""
    found = certify(Formula(text), **claim)
    assert (found.verdict, found.witness, found.reason) == ("REFUTED", None, reason)


def test_where_a_limit_is_neared_slowly_a_point_far_out_is_found():
    found = lab.certify("z - asinh(z)", at_most=1 - 1e-6)
    assert found.verdict == "REFUTED"
    assert lab.activation("z - asinh(z)").derivative(found.witness) > 1 - 1e-6
