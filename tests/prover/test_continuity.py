"""Where σ jumps or is undefined, and what is only in doubt. (More of it in test_certificate.)"""

from math import log

import pytest

from lab.activations.formula.parser import parse
from lab.numerics import Interval
from lab.prover.continuity import Continuity, continuity
from lab.prover.intervals.exact_graph import exact_expression


def found(text, suspects=(), **ranges):
    sigma = exact_expression(parse(text, {}, tuple(ranges)))
    return continuity(sigma, sigma.derivative(), tuple(ranges.values()), suspects)


@pytest.mark.parametrize(
    "text",
    [
        *("tanh(z)", "abs(z)*sign(z)", "where(z > 0, z, expm1(z))", "1/(1 + z**2)"),
        *("sqrt(1 + z**2)", "log(cosh(z))"),
    ],
)
def test_what_is_continuous(text):
    assert found(text) == Continuity()


@pytest.mark.parametrize(
    "text",
    [
        *("where(z > 0, exp(-1/z), 0)", "where(z > 0, exp(-1/z**2), 0)", "where(z > 1, exp(-1/(z - 1)), 0)"),
        *("where(abs(z) < 1, exp(-1/(1 - z**2)), 0)", "where(z == 0, 1, tanh(z)/z)"),
        *("where(z == 0, 1, z/expm1(z))", "where(z == 0, 0, sin(z**2)/z)", "where(z == 0, 1, asinh(z)/z)"),
        *("where(z == 0, 0.5, (1 - cos(z))/z**2)", "where(z == 0, 1, log(1 + z**2)/z**2)"),
        *("where(z > 0, z*log(z), 0)", "where(z == 0, 0, z*sin(1/z))"),
        *("phi(where(z == 0, 1, z/expm1(z)) - 8)", "z/(2 + where(abs(z) < 1, exp(-1/(1 - z**2)), 0))"),
    ],
)
def test_a_value_that_is_the_limit_of_what_is_undefined_there_is_no_jump(text):
    result = found(text)
    assert (result.doubt, result.jumps) == ("", ())
    assert result.steps < 1e-14


@pytest.mark.parametrize(
    "text",
    [
        *("where(z == 0, 0.99, tanh(z)/z)", "where(z > 0, exp(-1/z), -1e-300)", "where(z > 0, exp(1/z), 0)"),
        *("where(z == 0, 0, sin(1/z))", "where(z > 0, z*log(z), 1)", "where(z > 1, exp(-1/(z - 1)), 0.1)"),
        *("where(z >= 0, exp(-1/z), 0)", "where(z > 0, log(z), 0)", "where(z > 0, tanh(1/z), 0)"),
    ],
)
def test_a_value_that_is_not_the_limit_is_not_passed_over(text):
    assert found(text).doubt


def test_what_is_seen_to_be_continuous_has_no_suspects():
    def suspects():
        raise AssertionError("nobody needs to know")
        yield 0.0

    assert found("tanh(z)", suspects()) == Continuity()
    with pytest.raises(AssertionError):
        found("1/z", suspects())


@pytest.mark.parametrize(
    ("text", "at"),
    [("1/z", 0.0), ("log(z**2)", 0.0), ("1/(z - 2)", 2.0), ("z**-2", 0.0), ("1/(z**2 - 4)", -2.0)],
)
def test_a_pole_on_the_way_is_found_without_being_suspected(text, at):
    result = found(text)
    assert abs(result.undefined) == abs(at)
    assert result.doubt == f"σ is undefined at z = {result.undefined:g}"


@pytest.mark.parametrize(
    ("text", "z", "proved"),
    [
        ("log(z)", -1.0, True),
        ("log(z)", 0.0, True),
        ("log1p(z)", -1.0, True),
        ("sqrt(z)", -1e-9, True),
        ("z**0.5", -2.0, True),
        ("z**-1", 0.0, True),
        ("tanh(log(z))", -1.0, True),
        ("where(z > 0, z, log(z))", -1.0, True),
        ("where(log(z) > 0, z, z)*0 + where(log(z) > 0, z, 2*z)", -1.0, True),
        ("log(z)", 1.0, False),
        ("where(z > 0, log(z), z)", -1.0, False),
        ("1/(sin(z)**2 + cos(z)**2 - 1 + 1e-17)", 1.0, False),
    ],
)
def test_undefined_is_proved_and_not_only_suspected(text, z, proved):
    assert (found(text, [z]).undefined == z) is proved


def test_jumps_in_order_and_each_once():
    result = found("sign(z - 3) + sign(z + 1) + where(z > 0, 1, 0)")
    assert result.jumps == pytest.approx((-1.0, 0.0, 3.0))
    assert result.doubt == "σ jumps at z = -1"


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("sign(z)", (1,)),
        ("where(z > 0.1, 1, 0)", (1,)),
        ("where(z >= 0.1, 1, 0)", (1,)),
        ("where(z > 3, tanh(z) - 1, tanh(z))", (-1,)),
        ("where(abs(z) > 0.5, z, 0)", (1, 1)),
        ("sign(z) - 2*sign(z - 1)", (1, -1)),
        ("where(z < 0, -1, where(z > 0, 1, 0.5))", (1,)),
        ("where(z < 0, -1, where(z > 0, 1, 2))", (0,)),  # up and down at one z
        ("where(z < 0, 1, where(z > 0, -1, -2))", (0,)),
        ("where(3*z > 1, 1, 0)", (0,)),  # between two floats
        ("sign(z - 1) - sign(z - 1 - 1e-13)", (0,)),  # two that are told as one
    ],
)
def test_the_way_of_a_jump_is_proved_where_it_is_at_a_float(text, ways):
    assert found(text).ways == ways


def test_a_jump_beside_a_doubt_may_not_be_the_only_one():
    result = found("0.01*sign(z) + where(z**2 > 2, z, z + 4e-15)")
    assert result.jumps == (0.0,)
    assert not result.all_found


def test_a_family_jumps_where_every_member_does():
    assert found("where(z > 1, z + a, z)", a=Interval(0.5, 1.0)).jumps == pytest.approx((1.0,))
    assert found("where(z > 0, z, a*z)", a=Interval(0.5, 1.0)) == Continuity()
    assert found("where(z > 1, z + a, z)", a=Interval(0.0, 1.0)).doubt == "σ may jump near z = 1"


def test_a_doubt_comes_with_advice():
    assert found("where(z**2 > 2, z, z + 4e-15)").advice == "try min, max or abs, which cannot jump"
    result = found("where(3*z > 1, sqrt(3*z - 1), 0)")
    assert result.advice == "try a form without log, roots and quotients there"


@pytest.mark.parametrize(
    "text",
    [
        *("where(z > 0, sqrt(z), 0*z)", "sqrt(max(z, 0))", "where(z > 1, 50*(z - 1), 0)", "abs(z)**0.3"),
        *("where(abs(3*z) < 1, 3*z, sign(z))", "where(z > 0.1, 25*z**2, 2.5*z)", "max(0.5, tanh(z))"),
        "where(z > 1, tanh(1) + 0.4*(z - 1), tanh(z))",
    ],
)
def test_pieces_that_meet_are_continuous_however_steep(text):
    known = found(text)
    assert known == Continuity(steps=known.steps)
    assert known.steps < 1e-13


@pytest.mark.parametrize("text", ["where(z*z == 2, 1, z)", "where(3*z == 0.3, 4, z)", "z + (z**3 == 2)"])
def test_a_value_at_one_z_that_is_no_float_is_not_passed_over(text):
    assert found(text).doubt.startswith("σ may jump near z = ")
    assert found("where(z*z == 2, z, z) + where(z**3 == 2, 0, sign(z - 5))").jumps == (5.0,)


def test_a_search_that_ends_early_says_so():
    result = found("sign(sin(z))")
    assert len(result.jumps) == 8
    assert not result.all_found
    assert found("sign(z)").all_found


@pytest.mark.parametrize(
    ("text", "pole"),
    [("(z + z**2)/(1 + 4*z**3)", -(0.25 ** (1 / 3))), ("1/(exp(z) - 2)", log(2)), ("1/(z**2 - 2)", 2**0.5)],
)
def test_a_pole_at_no_float_is_proved_by_the_sign_of_the_divisor(text, pole):
    known = found(text)
    assert known.undefined is not None
    assert abs(known.undefined) == pytest.approx(abs(pole), rel=1e-14)


def test_a_choice_that_does_not_take_a_pole_has_a_value_there():
    known = found("where(z > 0, 1 + z, 1/(z - sqrt(2)))")
    assert (known.undefined, known.jumps) == (None, (0.0,))
