"""Certificates: known verdicts, each checked at 60 digits by an evaluator of the tests."""

import ast
import time
from contextlib import suppress
from math import inf, isfinite, isinf, nan
from xml.etree import ElementTree

import mpmath as mp
import numpy as np
import pytest

from lab.activations.design.integral import Integral
from lab.activations.formula.formula import Formula
from lab.activations.formula.refusal import FormulaError
from lab.activations.hyperbolic import Tanh
from lab.activations.rectifiers import ReLU
from lab.errors import LabError
from lab.numerics import REALS, Interval
from lab.prover.certificate import certify
from tests.exact import Unknown, dual
from tests.prover.test_extremes_fuzz import DESIGNS


def true_slopes(text, points):
    """σ′ where the evaluator knows it."""
    tree = ast.parse(text, mode="eval")
    for z in points:
        with suppress(Unknown):
            yield dual(tree, mp.mpf(float(z)), slopes=True)[1]


CLAIMS = [
    ("tanh(z) + 0.1*z", [0.1, 0.1 - 1e-17], [0.1 + 1e-15, 0.11], [1.1], [1.09]),
    ("s(z)", [0.0], [1e-3, 1e-300], [0.25], [0.2499]),
    ("z*s(z)", [-0.0999], [0.0, -0.0998], [1.1], []),
    ("z*Phi(z)", [-0.1290], [0.0], [1.13], [1.128]),
    ("z*Phi(z) + 0.2*z", [0.07], [0.0712], [], []),
    ("z*tanh(sp(z))", [-0.1126], [0.0], [1.1], []),
    ("z - 0.5*sin(z)", [0.5], [0.5001], [], []),
    ("sin(z**2)", [], [0.0], [], []),
    ("z + 10*exp(-((z - 300)/5)**2)", [-0.72], [0.0], [], []),
    ("1e300*z", [1e300], [np.nextafter(1e300, inf)], [1e300], [1e299]),
    ("1e-320*z", [1e-320], [1e-320 + 5e-324], [], []),
    ("tanh(z) + 1e-320*z", [1e-320], [2e-320], [], []),
    ("tanh(1e300*z) + 0.1*z", [0.1], [], [], []),
    ("z**3 + z", [1.0], [1.1], [], []),
    ("-2*z", [-2.0], [-1.0], [], []),
    ("0.1*(3*z)", [0.3], [0.1 * 3 + 1e-15], [], []),
    ("z/(1 + abs(z))", [0.0], [], [1.0], []),
    ("(z + sqrt(z**2 + 4))/2", [0.0], [], [], []),
    ("z + 0.5*(sqrt(z**2 + 1) - 1)", [0.5], [], [], []),
    ("0.75*z*s(0.75*z) + 0.25*z", [0.175], [], [], []),
    ("z + z*exp(-z**2)", [0.5], [], [], []),
    ("log(1 + exp(z))", [0.0], [], [], []),
    ("max(z, 0.25*z)", [0.25], [], [1.0], []),
    ("where(z > 0, z, z*exp(z))", [-0.1354], [], [], []),
    ("where(z > 0, 1, 0)*z", [0.0], [], [], []),
    ("where(abs(z) <= 1, z, 0.3*z + 0.7*sign(z))", [0.3], [], [], []),
    ("exp(z)/(1 + exp(z))", [], [0.9], [], []),
    ("exp(z)", [0.0], [], [], [3.0]),
    ("z + 2*exp(-((z - 3e6)/5)**2)", [], [0.99], [], [1.01]),
    ("z + exp(-((z - 0.40012)/1e-5)**2)", [], [0.0], [], []),
]
"""Formulas, with the lower bounds of σ′ that are certified and refuted, and with the upper ones."""

FAR_OUT = np.concatenate([np.geomspace(40, 1e5, 30), [300.0, 0.40012]])
DENSE = np.concatenate([np.linspace(-40, 40, 401) + 0.0007, [0.0], FAR_OUT, -FAR_OUT])


@pytest.mark.parametrize(("text", "above", "not_above", "below", "not_below"), CLAIMS)
def test_known_verdicts_and_what_mpmath_says_of_them(text, above, not_above, below, not_below, monkeypatch):
    monkeypatch.setattr("tests.exact.LARGEST", 1e306)
    sigma = Formula(text)
    with mp.workdps(60):
        slopes = list(true_slopes(text, DENSE)) if above or below else []
        for claim in (*((c, inf) for c in above), *((-inf, c) for c in below)):
            found = certify(sigma, *claim)
            assert (found.verdict, found.witness) == ("CERTIFIED", None), found
            assert found.reason == "proved on every interval of z"
            assert mp.mpf(claim[0]) <= min(slopes) <= max(slopes) <= mp.mpf(claim[1])
        for claim in (*((c, inf) for c in not_above), *((-inf, c) for c in not_below)):
            found = certify(sigma, *claim)
            assert found.verdict == "REFUTED", found
            (slope,) = true_slopes(text, [found.witness])
            assert not mp.mpf(claim[0]) <= slope <= mp.mpf(claim[1])


@pytest.mark.parametrize(
    ("text", "at_least", "at_most"),
    [
        ("max(z*sin(z), 0)", -1e300, inf),
        ("max(z*sin(z), 0)", -inf, 1e300),
        ("0.1*(3*z)", 0.1 * 3, inf),  # the float 0.1*3 is a little more than three times the float 0.1
    ],
)
def test_an_unbounded_enclosure_proves_nothing_whichever_side_the_claim_is_on(text, at_least, at_most):
    found = certify(Formula(text), at_least, at_most)
    assert (found.verdict, found.witness) == ("UNDECIDED", None)


def test_the_words_of_a_refutation():
    """The witness, σ′ there and the claim."""
    found = certify(Formula("max(z, 0.25*z)"), at_least=0.3)
    assert (found.verdict, found.witness) == ("REFUTED", pytest.approx(-0.0125))
    assert found.reason == "σ′(-0.0125) = 0.25, less than 0.3"
    found = certify(Formula("0.1*z"), at_least=0.1 + 1e-15)
    assert found.reason == "σ′(0) = 0.1, less than 0.100000000000001"
    found = certify(Formula("tanh(z) + z/2"), at_least=0.9999999999)
    assert found.reason.endswith(" = 0.5, less than 0.9999999999")
    found = certify(Formula("3*z + tanh(z)"), at_most=3.5)
    assert found.reason == "σ′(0) = 4, more than 3.5"


def test_no_claim_is_proved_and_both_may_be_made():
    sigma = Formula("tanh(z) + 0.1*z")
    for claim, verdict in (((), "CERTIFIED"), ((0.1, 1.1), "CERTIFIED"), ((0.1, 1.0), "REFUTED")):
        assert certify(sigma, *claim).verdict == verdict
    assert certify(sigma, 0.2, 1.1).verdict == "REFUTED"


@pytest.mark.parametrize(
    ("text", "inf_slope", "sup_slope"),
    [
        ("where(z > 0, exp(-1/z), 0)", 0, 0.541341133),
        ("where(abs(z) < 1, exp(-1/(1 - z**2)), 0)", -0.798429829, 0.798429829),
        ("where(z <= 0, 0, where(z >= 1, 1, exp(-1/z)/(exp(-1/z) + exp(-1/(1 - z)))))", 0, 2),
        ("where(z == 0, 1, tanh(z)/z)", -0.343420206, 0.343420206),
        ("where(z == 0, 1, z/expm1(z))", -1, 0),
        ("where(z == 0, 0, sin(z**2)/z)", -2.02815, 2.00649),
    ],
)
def test_a_piece_that_ends_where_it_is_undefined_is_certified(text, inf_slope, sup_slope):
    found = certify(Formula(text), at_least=inf_slope - 1e-4, at_most=sup_slope + 1e-4)
    assert (found.verdict, found.doubt) == ("CERTIFIED", "")
    assert [found.inf.low, found.sup.high] == pytest.approx([inf_slope, sup_slope], abs=1e-5)


@pytest.mark.parametrize(
    "text",
    ["z*cos(z)", "z*sin(z) + tanh(z)", "sqrt(1 + z**2)*sin(z)*s(z)", "0.2 - z*cos(3*z)/2", "sin(z**2)"],
)
def test_a_slope_that_swings_farther_and_farther_has_no_bound(text):
    found = certify(Formula(text))
    assert (found.inf, found.sup) == (Interval(-inf, -inf), Interval(inf, inf))


def test_the_size_of_a_swing_has_a_bound_on_one_side():
    assert certify(Formula("abs(z*sin(z))")).range_inf == Interval(0.0, 0.0)


@pytest.mark.parametrize(
    ("text", "sigma", "least", "most"),
    [
        ("z*2**z/(1 + 2**z)", "z*exp(z)/(1 + exp(z))", -0.0998393, 1.0998393),
        ("(2**z - 2**-z)/(2**z + 2**-z)", "tanh(z)", 0, 0.693147181),
    ],
)
def test_powers_of_2_are_proved_of_as_those_of_e(text, sigma, least, most):
    found, of_e = certify(Formula(text)), certify(Formula(sigma))
    assert (found.inf.low, found.sup.high) == pytest.approx((least, most), rel=1e-6, abs=1e-9)
    assert (found.monotone, found.range_sup.high) == (of_e.monotone, of_e.range_sup.high)


def test_a_power_with_an_open_exponent_is_defined_at_0():
    found = certify(Formula("abs(z)**a", (("a", 1.2),)), over={"a": Interval(1.0, 1.5)})
    assert (found.doubt, found.range_inf) == ("", Interval(0.0, 0.0))


def test_a_choice_at_a_point_beside_the_error_function_has_a_slope():
    found = certify(Formula("where(z == 0, 1, erf(z)/z)"))
    assert found.jumps == (0,)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        *((text, 0.0) for text in ("1/z", "z**-1", "log(z**2)")),
        ("1/(z - 3)", 3.0),
        ("log1p(z)", -1.0125),
        *((text, -0.0125) for text in ("log(z)", "sqrt(z)", "z**0.5", "z**z", "z + 1e-3*tanh(log(z))")),
        *((text, -0.0125) for text in ("max(z, tanh(log(z)))", "z + 0.5*cos(sqrt(z))")),
        *((text, 0.0) for text in ("log(z + abs(z))", "(z + 0.5)*z**2/(z + abs(z)) - z**2")),
    ],
)
def test_where_it_is_proved_to_be_undefined_that_is_the_witness(text, at):
    """Also where that is hidden in a bounded function."""
    for claim in ({}, {"at_least": -1e300}, {"at_most": 1e300}):
        found = certify(Formula(text), **claim)
        assert (found.verdict, found.witness) == ("REFUTED", pytest.approx(at))
        assert found.reason == f"σ is undefined at z = {at:g}, where it has no slope"
        assert (found.jumps, found.range_inf, found.range_sup) == ((), REALS, REALS)


def test_where_it_is_only_not_proved_to_be_defined_nothing_is_certified():
    """(z − 1)² is z² − 2z + 1, but intervals do not see it."""
    found = certify(Formula("z + 1/(1e-9 + (z - 1)**2 - (z**2 - 2*z + 1))"))
    assert found.verdict == "UNDECIDED"
    assert found.reason.startswith("σ may be undefined")
    assert found.reason.endswith("; try a form without log, roots and quotients there")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("where(z > 0, z, z - 1)", 0),
        ("where(z >= 0, z, z - 1)", 0),
        ("where(z < 2, z, z + 1e-6)", 2),
        ("where(3*z > 1, z, z + 1)", 1 / 3),
        ("where(0.1*z > 0.7, z, z + 1)", 7),
        ("where(z > 1e7, z, z - 1)", 1e7),
        ("where(z > -1e200, z, 2*z)", -1e200),
        ("where(abs(z) > 0.5, z, 0)", 0.5),
        ("where(z**2 > 2, z, 2*z)", 2**0.5),
        ("where(tanh(z) > 0.5, z, z + 1)", 0.5493061443340548),
        ("where(where(z > 0.0001, where(z < 0.0002, 1, 0), 0) > 0.5, z + 9, z)", 0.0001),
        ("z + 1e-5*sign(z - 1)", 1),
        ("where(z >= 0, where(z <= 0, 5, z), z)", 0),
        ("sign(z)**2 + z", 0),
        ("1e-12*where(abs(z) < 1, 5, tanh(z))", 1),
        ("1e-11*where(z > 3, 1, 2)", 3),
        ("z - 1e-11*sign(z)", 0),
        ("1000000 + 2e-5*sign(-z) + 1e-5*tanh(z)", 0),
        ("z + sign(z)", 0),
        ("z + 1e-9*sign(z)", 0),
        ("where(z > 1e8, z, z - 0.02)", 1e8),
        ("tanh(z) + 0.1*z + where(z > 1.1, 1e-7, 0)", 1.1),
    ],
)
def test_a_jump_is_refused_wherever_it_is(text, at):
    """A jump is found with its place, however small and far."""
    found = certify(Formula(text), at_least=-1e6)
    assert found.verdict == "REFUTED"
    assert abs(found.witness) == pytest.approx(abs(at), rel=1e-12, abs=1e-12)
    assert found.reason == f"σ jumps at z = {float(found.witness):.15g}, where it has no slope"


@pytest.mark.parametrize(
    "text",
    [
        "where(z > 0, z, expm1(z))",
        "where(z > 1, z, 1 + sin(z - 1))",
        "where(z > 0, 1, 0)*z",
        "abs(z)*sign(z)",
        "sign(z)*max(abs(z) - 0.5, 0)",
        "where(max(z, 0) > 0, z, 0)",
        "where(z > b, tanh(b) + 0.1*(z - b), tanh(z))",
        "where(abs(z) < b, tanh(z), sign(z)*(tanh(b) + 0.1*(abs(z) - b)))",
        "min(max(z, -1), 1)",
        "where(z > 1e5, 1e5 + 0.1*(z - 1e5), z)",
    ],
)
def test_what_only_switches_is_no_jump(text):
    parameters = (("b", 0.7),) if "b" in text.replace("abs", "") else ()
    found = certify(Formula(text, parameters), at_least=-2.0)
    assert found.verdict in ("CERTIFIED", "UNDECIDED")
    assert "jump" not in found.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("z + where(1e-200*(1e-200*z) > 1, 1, 0)", "σ may jump beyond z = "),
        ("where(sin(z) > 0, sin(z), 0) + 2*z", "σ may jump"),  # switches without end
    ],
)
def test_where_a_jump_cannot_be_excluded_nothing_is_certified(text, reason):
    begun = time.process_time()
    found = certify(Formula(text), at_least=-1.0)
    assert time.process_time() - begun < 5
    assert found.verdict == "UNDECIDED"
    assert found.reason.startswith(reason)


def test_a_proof_that_runs_out_says_where_and_what_to_try():
    """The infimum of σ′ is −1 in one, and −0.09983932012886692 to 17 digits in the other."""
    begun = time.process_time()
    found = certify(Formula("z + sin(z)*sin(sqrt(2)*z)"), at_least=-0.9)
    assert time.process_time() - begun < 5
    assert found.verdict == "UNDECIDED"
    assert found.reason == (
        "the proof does not come through beyond z = -1e+300; proved is σ′ ≥ -1.4142135623730954; "
        "try a claim within that"
    )
    found = certify(Formula("z*2**(z - 1)/(1 + 2**(z + 3))"), at_most=0.1)
    assert found.reason.endswith("; no bound from above is proved")
    found = certify(Formula("z*s(z)"), at_least=-0.09983932012886692)
    assert found.verdict == "UNDECIDED"
    assert found.reason.startswith(
        "the proof does not come through near z = -2.39936; proved is σ′ ≥ -0.0998"
    )
    assert certify(Formula("z*s(z)"), at_least=-0.09983932012886692 - 1e-15).verdict == "CERTIFIED"


@pytest.mark.parametrize(
    ("text", "at_least", "at_most"),
    [
        ("0.5*z*(1 + tanh(sqrt(2/pi)*(z + 0.044715*z**3)))", -0.129, 1.129),
        ("0.5*z*(1 + erf(z/sqrt(2)))", -0.1290, 1.1290),
        ("log(cosh(z))", -1.0, 1.0),
        ("z + 0.5*sin(z)**2", 0.5, 1.5),
        ("z + 0.3*sin(z) + 0.1*cos(2*z + 1)", 0.5, 1.5),
        ("where(z > 0, z, exp(z) - 1)", 0.0, 1.0),
        ("where(z >= 0, z, exp(z) - 1)", 0.0, 1.0),
        ("where(z > 2, 2 + 0.5*(z - 2), z)", 0.5, 1.0),
        ("log(1 + exp(2*z) + exp(z))", 0.0, 2.0),
        ("z - log(1 + exp(-z) + exp(-2*z))", 1.0, 3.0),
        ("sqrt(z**2 + z + 1)", -1.0, 1.0),
        ("z/(1 - z*exp(-(z + exp(z))))", -0.2337, 1.083),
        ("where(z == 0, 1, sin(z)/z)", -0.4362, 0.4362),
        ("exp(z) - 1 - z - z**2/2", 0.0, inf),
    ],
)
def test_what_intervals_alone_do_not_prove(text, at_least, at_most):
    """Cancellation in a tail, ∞/∞, a limit on one side, periods, a branch that just ends at its kink."""
    assert certify(Formula(text), at_least, at_most).verdict == "CERTIFIED"


SILU = 0.0998393201288668  # −inf σ′ of the SiLU
PROVED = {
    "s(z)": {"slope": (0, 0.25), "at": ((-inf, inf), (0,)), "range": (0, 1)},
    "sp(z)": {"at": ((-inf,), (inf,))},
    "-sp(z)": {"monotone": "CERTIFIED"},
    "tanh(z)": {"monotone": "CERTIFIED"},
    "tanh(z) + 0.1*z": {"slope": (0.1, 1.1), "at": ((-inf, inf), (0,)), "range": (-inf, inf)},
    "z/(1 + abs(z))": {"at": ((-inf, inf), (0,))},
    "arctan(z)": {"range": (-1.5707963267948966, 1.5707963267948966)},
    "exp(z)": {"slope": (0, inf), "at": ((-inf,), (inf,)), "range": (0, inf)},
    "exp(-z**2)": {"range": (0, 1)},
    "sin(z)": {"range": (-1, 1)},
    "-z**2": {"range": (-inf, 0)},
    "z**3": {"at": ((0,), (-inf, inf))},
    "z**3 - z": {"slope": (-1, inf)},
    "max(z, 0)": {"at": ((-1,), (0.0125,)), "range": (0, inf), "monotone": "CERTIFIED"},  # level twice
    "abs(z)": {"monotone": "REFUTED"},
    "where(z > 0, z, 0.3*z)": {"slope": (0.3, 1)},
    "where(z > 0, 1, 0)": {"range": (0, 1)},
    "where(z > 0, z, z - 1)": {"monotone": "CERTIFIED"},
    "where(z > 0, z - 1, z)": {"monotone": "REFUTED"},
    "where(3*z > 1, 1, 0)": {"monotone": "UNDECIDED"},  # that it jumps upwards is not proved
    "sign(sin(z))": {"monotone": "UNDECIDED"},
    "sign(z) - sign(z - 1)": {"monotone": "REFUTED"},
    "1/z": {"monotone": "UNDECIDED"},
    "z*s(z)": {
        "slope": (-SILU, 1 + SILU),
        "at": ((-2.3993572805,), (2.3993572805,)),
        "range": (-0.2784645427610738, inf),
        "monotone": "REFUTED",
    },
    "z*Phi(z) + 0.2*z": {"slope": (0.0710958548148453, 1.3289041451851547)},
    "z*tanh(sp(z))": {"slope": (-0.1125261223894626, 1.0884981612517276)},
    "z - 0.5*sin(z)": {"slope": (0.5, 1.5)},
    "z*sqrt(abs(z))/(1 + abs(z))": {"slope": (0, 0.5504586843802014)},  # at 2√3 − 3
    "z + 10*exp(-((z - 300)/5)**2)": {"slope": (-0.715527769921418, 2.715527769921418)},
    "z*min(max(z/6 + 0.5, 0), 1)": {"slope": (-0.5, 1.5)},
}
"""Inf σ′ and sup σ′, where they are reached or approached, inf σ and sup σ, and whether σ is monotone.

The slopes are those of mpmath.findroot on σ″.
"""


@pytest.mark.parametrize("text", PROVED)
def test_the_extremes_are_enclosed_tightly_with_their_places_and_what_follows_from_them(text):
    found, true = certify(Formula(text)), PROVED[text]
    for enclosures, key, width in (
        ((found.inf, found.sup), "slope", 1e-9),
        ((found.range_inf, found.range_sup), "range", 1e-8),
    ):
        for enclosure, number in zip(enclosures, true.get(key, ()), strict=key in true):
            assert enclosure.low - 1e-15 <= number <= enclosure.high + 1e-15
            assert isinf(number) or enclosure.high - enclosure.low <= width
            assert key == "range" or isfinite(number) or enclosure == Interval(number, number)
    if "at" in true:
        assert found.inf_at == pytest.approx(true["at"][0], rel=1e-9)
        assert found.sup_at == pytest.approx(true["at"][1], rel=1e-9)
    if "monotone" in true:
        assert found.monotone == true["monotone"]
        assert (found.turns_at is None) == (true["monotone"] != "REFUTED")
        falls = found.turns_at is not None and found.turns_at not in found.jumps
        assert not falls or Formula(text).derivative(found.turns_at) < 0


def test_the_lipschitz_constant():
    assert certify(Formula("s(z)")).lipschitz == Interval(0.25, 0.25)
    assert certify(Formula("-3*z")).lipschitz == Interval(3.0, 3.0)
    assert certify(Formula("where(z > 0, 1, 0)")).lipschitz == Interval(inf, inf)
    assert 1.0998393201288 < certify(Formula("-z*s(z)")).lipschitz.low <= 1.099839320128868


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("where(z > 0, 1, 0)", "proved, σ rises or is level everywhere"),
        ("where(z > 0, 0, 1)", "proved, σ falls or is level everywhere"),
        ("-z - sign(z)", "proved, σ falls or is level everywhere"),
        ("z - sign(z - 2)", "refuted, σ falls at z = 2 and rises elsewhere"),
        ("sign(z) - z", "refuted, σ falls at z = -1 and rises elsewhere"),
    ],
)
def test_jumps_are_steps_on_the_way(text, told):
    assert f"monotone: {told}" in str(certify(Formula(text)))


def test_all_jumps_are_told():
    found = certify(Formula("where(z > 1, z, z - 1) + where(z > -2, 1, 0)"))
    assert found.jumps == pytest.approx((-2.0, 1.0))
    assert found.reason == "σ jumps at z = -2, where it has no slope"


def test_the_words_of_a_certificate():
    assert str(certify(Formula("s(z)"), at_least=0.01)).splitlines() == [
        "σ′ ≥ 0.01 is REFUTED: σ′(-20.725) = 9.98267e-10, less than 0.01; "
        "σ′ is not bounded away from zero (limit 0)",
        "inf σ′ = 0, approached as z → ±∞: not bounded away from zero (limit 0)",
        "sup σ′ = 0.25, at z = 0",
        "monotone: proved, σ rises or is level everywhere",
        "Lipschitz constant = 0.25",
        "range of σ: inf = 0, sup = 1",
        "jumps: none",
    ]
    assert str(certify(Formula("0.5*z + 0.25*sin(z)"))).splitlines()[-1] == (
        "σ′ ≥ 0.25: by BP2 each layer passes at least 0.25 of the error that arrives there; "
        "through eight layers σ′ leaves at least 0.25⁸"
    )
    assert str(certify(Formula("1/z"))).splitlines()[0] == "σ is undefined at z = 0, where it has no slope"
    assert str(certify(Formula("z"), 0.5, 2.0)).startswith("0.5 ≤ σ′ ≤ 2 is CERTIFIED: ")
    assert str(certify(Formula("z"), at_most=2.0)).startswith("σ′ ≤ 2 is CERTIFIED: ")
    unsure = certify(Formula("where(z**2 > 2, z, z + 4e-15)"))
    assert "jumps: not excluded: σ may jump near z = -1.41421" in str(unsure)
    assert unsure.lipschitz.high == inf
    assert "jumps: at z = 0" in str(certify(Formula("sign(z)"))).splitlines()
    assert str(certify(Formula("sign(sin(z))"))).endswith(", 0, and perhaps more")
    assert "monotone: refuted, σ falls at z = -2.39936 and rises elsewhere" in str(certify(Formula("z*s(z)")))


@pytest.mark.parametrize(
    ("text", "least", "greatest"),
    [
        ("min(max(z, -1), 1)", ", at z = 2", ", at z = 0"),
        ("min(max(z, 0.001), 0.002)", ", at z = 0", ", at z = 0.0015"),
        ("where(z > 0, z + z**2, 0.5*z)", ", at z = -1", ", approached as z → ∞"),
        ("where(z > 0, tanh(z), min(2*z + z**2, 0))", "", ", approached as z → 0"),
    ],
)
def test_what_is_reached_somewhere_is_not_said_to_be_approached_at_a_kink(text, least, greatest):
    inf_line, sup_line, *_ = str(certify(Formula(text))).splitlines()
    assert (inf_line.endswith(least), sup_line.endswith(greatest)) == (True, True), (inf_line, sup_line)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("cbrt(z)", 0.0, inf),
        ("sign(z)*abs(z)**0.25", 0.0, inf),
        ("abs(z)**0.3", -inf, inf),
        ("max(z, 0)**0.3", 0.0, inf),
        ("s(z)**0.5", 0.0, 27**-0.5),
        ("s(z)**0.3", 0.0, 0.3 * (3 / 13) ** 0.3 * 10 / 13),
        ("z*s(z)**0.5", -0.129934747594, 1.053257251077),
    ],
)
def test_a_power_whose_slope_has_no_bound_at_0_or_in_a_tail(text, low, high):
    found = certify(Formula(text))
    for enclosure, true in ((found.inf, low), (found.sup, high)):
        assert (enclosure.low, enclosure.high) == (pytest.approx(true, abs=2e-9),) * 2


def test_a_claim_may_be_a_number_of_numpy():
    for bound, verdict in ((np.float64(0.1), "CERTIFIED"), (np.nextafter(0.1, 1), "UNDECIDED")):
        assert certify(Formula("tanh(z) + 0.1*z"), at_least=bound).verdict == verdict
    assert certify(Formula("tanh(z) + 0.1*z"), at_least=np.float32(0.1)).claim.low == float(np.float32(0.1))


FAMILIES = [
    ("tanh(z) + a*z", {"a": (0.05, 0.2)}, 0.05, 1.2),
    ("where(z > 0, z, a*z)", {"a": (0.05, 0.2)}, 0.05, 1.0),
    ("a*tanh(b*z)", {"a": (1.0, 2.0), "b": (0.5, 3.0)}, 0.0, 6.0),
    ("z*s(z) + a*z", {"a": (0.2, 0.3)}, 0.2 - SILU, 1.3 + SILU),
    ("max(a*z, z)", {"a": (0.1, 0.2)}, 0.1, 1.0),
    ("z - a*sin(z)", {"a": (0.1, 0.5)}, 0.5, 1.5),
]


@pytest.mark.parametrize(("text", "ranges", "low", "high"), FAMILIES)
def test_a_family_over_ranges_of_its_parameters(text, ranges, low, high):
    over = {name: Interval(*ends) for name, ends in ranges.items()}
    sigma = Formula(text, tuple((name, ends[0]) for name, ends in ranges.items()))
    found = certify(sigma, over=over)
    for enclosure, true in ((found.inf, low), (found.sup, high)):
        assert enclosure.low - 1e-12 <= true <= enclosure.high + 1e-12
        assert enclosure.high - enclosure.low <= 2e-6 * max(1.0, high)
    margin = 1e-5 * max(1.0, high)
    assert certify(sigma, low - margin, high + margin, over).verdict == "CERTIFIED"
    refuted = certify(sigma, at_least=low + margin, over=over)
    assert refuted.verdict == "REFUTED"
    assert all(f"{name} = " in refuted.reason for name in ranges)


@pytest.mark.parametrize("text", ["abs(z)/(1 + a*abs(z))", "exp(z)/(exp(z) + a)", "z**2/(1 + a*z**2)"])
def test_a_parameter_beside_what_dividend_and_divisor_share_is_no_constant_of_a_family(text):
    sup = 1 / (2 if text.startswith("exp") else 1)
    text = text if sup == 1 else f"{text}/2"
    found = certify(Integral(text, (("a", 2.0),)), over={"a": Interval(1.0, 2.0)}).sup
    assert found.low <= sup <= found.high


def test_the_range_of_a_family_is_that_of_all_its_members():
    sigma = Formula("z/sqrt(1 + a*z**2)", (("a", 1.0),))
    found = certify(sigma, at_least=0.0, over={"a": Interval(1.0, 2.0)})
    assert found.verdict == "CERTIFIED"
    assert (found.range_inf.high, found.range_sup.low) == (pytest.approx(-1), pytest.approx(1))


def test_a_root_of_a_square_and_a_number_is_proved_whatever_stands_before_the_square():
    found = certify(Formula("z/sqrt(1 + a*z**2)", (("a", 1.7),)), at_least=0.0, at_most=1.0)
    assert (found.monotone, found.verdict) == ("CERTIFIED", "CERTIFIED")
    assert found.range_sup.low == pytest.approx(1.7**-0.5, rel=1e-12)


def test_the_worst_member_of_a_family_decides():
    sigma = Formula("tanh(z) + a*z", (("a", 0.3),))
    assert certify(sigma, at_least=0.2).verdict == "CERTIFIED"
    found = certify(sigma, at_least=0.2, over={"a": Interval(0.1, 0.3)})
    assert found.verdict == "REFUTED"
    assert found.reason.endswith("; a = 0.1) = 0.1, less than 0.2")
    assert certify(sigma, at_least=0.2, over={"a": Interval(0.25, 0.25)}).verdict == "CERTIFIED"


def test_a_family_of_designs_by_their_derivative():
    sigma = Integral("floor + (1 - floor)*exp(-z**2)", (("floor", 0.05),))
    for claim, verdict in ((0.02, "CERTIFIED"), (0.03, "REFUTED")):
        assert certify(sigma, at_least=claim, over={"floor": Interval(0.02, 0.1)}).verdict == verdict


def test_a_switch_that_moves_with_a_parameter_is_left_in_doubt():
    found = certify(Formula("where(z > a, 2*z - a, z)", (("a", 1.0),)), over={"a": Interval(1.0, 2.0)})
    assert (found.verdict, found.reason[:10]) == ("UNDECIDED", "σ may jump")


def test_what_a_family_cannot_be():
    sigma = Formula("tanh(z) + a*z", (("a", 0.3),))
    for values in (Interval(2.0, 1.0), Interval(0.0, inf), Interval(nan, 1.0)):
        with pytest.raises(ValueError, match=r"^the range of a needs finite numbers in order, got \["):
            certify(sigma, over={"a": values})
    with pytest.raises(FormulaError, match=r"the parameter 'b' does not occur in it"):
        certify(sigma, over={"b": Interval(0.0, 1.0)})


def test_a_class_without_a_formula_is_undecided(own):
    found = certify(own, at_least=0.0)
    assert found.verdict == "UNDECIDED"
    assert found.reason == "only a formula can be certified, and this is a class"
    assert (found.inf, found.sup, found.monotone) == (REALS, REALS, "UNDECIDED")


def test_a_class_of_the_lab_is_certified_by_its_formula():
    assert certify(Tanh()).inf == Interval(0.0, 0.0)
    assert certify(ReLU(), at_least=0.0, at_most=1.0).verdict == "CERTIFIED"
    assert certify(ReLU(), at_least=0.1).witness == -1


def test_a_claim_does_not_contradict_itself():
    with pytest.raises(LabError, match=r"^the claim contradicts itself: no σ′ is at least 1 and at "):
        certify(Formula("tanh(z)"), at_least=1.0, at_most=0.5)
    assert certify(Formula("2*z"), at_least=2.0, at_most=2.0).verdict == "CERTIFIED"


@pytest.mark.parametrize(("at_least", "at_most"), [(nan, inf), (-inf, nan), ("0.1", inf), (-inf, None)])
def test_a_claim_is_a_number(at_least, at_most):
    with pytest.raises(ValueError, match=r"^a claim needs numbers, got at_least = "):
        certify(Formula("tanh(z)"), at_least, at_most)


@pytest.mark.parametrize(
    ("text", "floor", "verdict"),
    [
        ("floor + (1 - floor)*exp(-z**2)", 0.05, "CERTIFIED"),
        ("floor + (1 - floor)*exp(-z**2)", 0.06, "REFUTED"),
        ("floor + where(z > 0.3, 1, 0)", 0.05, "CERTIFIED"),
        ("floor + where(z > 0.3, 1, -0.01)", 0.05, "REFUTED"),
        ("floor + 1/(1 + z**2)", 0.05, "CERTIFIED"),
        ("floor + where(z > 1, 1, exp(-z**2))", 0.05, "CERTIFIED"),
    ],
)
def test_a_design_by_its_derivative(text, floor, verdict):
    found = certify(Integral(text, (("floor", 0.05),)), at_least=floor)
    assert found.verdict == verdict
    assert (found.witness is None) == (verdict == "CERTIFIED")


def test_a_design_by_its_derivative_is_certified_for_all_z():
    found = certify(Integral("1/(1 + z**2)"))
    assert (found.inf, found.inf_at) == (Interval(0.0, 0.0), (-inf, inf))
    assert certify(Integral("1/(1 + z**2)"), at_least=9.99e-9).verdict == "REFUTED"
    assert certify(Integral("1 - z/20000")).sup.low == inf
    bell = certify(Integral("0.1 + 0.9*exp(-((z - 20000)/3000)**2)"), at_least=0.1)
    assert bell.verdict == "CERTIFIED"
    assert 1.0 in bell.sup
    assert certify(Integral("1.1 + sin(z)"), at_least=0.1, at_most=2.1 + 1e-15).verdict == "CERTIFIED"


@pytest.mark.parametrize(
    "text", ["tanh(z) + 0.1*z", "z*Phi(z) + 0.2*z", "where(abs(z) < 1, z, 0.5*z + 0.5*sign(z))"]
)
def test_it_takes_a_moment_only(text):
    sigma = Formula(text)
    certify(sigma, at_least=0.05)
    begun = time.process_time()
    certify(sigma, at_least=0.05)
    assert time.process_time() - begun < 0.5  # about 10 to 20 ms


@pytest.mark.parametrize("design", DESIGNS)
def test_no_verdict_contradicts_the_slope_as_it_is_computed(design):
    """Claims about the extremes that a grid shows, a little lower and a little higher."""
    rng = np.random.default_rng(1)
    z = np.concatenate(
        [np.linspace(-30, 30, 6001) + 0.0003, np.geomspace(30, 1e5, 200), -np.geomspace(30, 1e5, 200)]
    )
    a, b = rng.uniform(0.1, 2, 2).round(3)
    sigma = Formula(design.format(a, b))
    least, greatest = sigma.derivative(z).min(), sigma.derivative(z).max()
    margin = 1e-3 * (1 + greatest - least)
    assert certify(sigma, least + margin).verdict == "REFUTED"
    assert certify(sigma, -inf, greatest - margin).verdict == "REFUTED"
    for claim in (Interval(least - margin, inf), Interval(-inf, greatest + margin)):
        found = certify(sigma, claim.low, claim.high)
        assert found.verdict != "REFUTED" or float(sigma.derivative(found.witness)) not in claim


@pytest.mark.parametrize(
    ("text", "claim", "verdict"),
    [
        ("tanh(z) + 0.1*z", 0.1, "CERTIFIED"),
        ("tanh(z)", 0.1, "REFUTED"),
        ("z*Phi(z)", -inf, "proved of σ"),
        ("sign(z)", 0.0, "σ jumps at z = 0"),
    ],
)
def test_a_notebook_shows_the_verdict_first_and_all_that_is_printed(text, claim, verdict):
    found = certify(Formula(text), claim)
    card = ElementTree.fromstring(found._repr_html_())
    assert verdict in card.find("p/strong").text
    rows = [(row.find("th").text, row.find("td").text) for row in card.iter("tr")]
    assert [name for name, _ in rows] == [
        *("inf σ′", "sup σ′", "monotone", "Lipschitz constant", "range of σ", "jumps"),
    ]
    for name, told in rows:
        assert told in str(found), name


@pytest.mark.parametrize("text", ["2**z/(1 + 2**z)", "2**z/(3 + 2**z)", "2*3**(-z)/(1 + 2*3**(-z))"])
def test_the_range_of_powers_whose_rate_is_no_float(text):
    found = certify(Formula(text))
    assert (found.range_inf.low, found.range_sup.high) == pytest.approx((0, 1), abs=1e-12)
    assert (found.range_inf.high, found.range_sup.low) == pytest.approx((0, 1), abs=1e-12)


def test_a_limit_at_a_kink_is_told_as_the_kink_and_a_witness_lies_away_from_it():
    found = certify(Formula("where(z > 0, z, a*expm1(z))", (("a", -1.0),)), over={"a": Interval(-1.0, 2.0)})
    assert (found.inf_at, found.sup_at) == ((0.0,), (0.0,))
    assert "approached as z → 0" in str(found)
    assert found.turns_at == -1.0
    assert certify(Formula("cosh(z)/exp(abs(z))")).turns_at == 1.0


def test_a_shifted_sigmoid_of_another_base_has_its_slope():
    found = certify(Formula("2**z/(3 + 2**z)"))
    assert (found.inf.low, found.sup.high) == pytest.approx((0, 0.173286795), rel=1e-6)


@pytest.mark.parametrize("text", ["sqrt(max(z - 0.3, 0))", "sign(z - 2)*sqrt(abs(z - 2))"])
def test_a_slope_is_proved_to_be_infinite_at_any_kink(text):
    """At 0 it was proved, elsewhere it was but seen to be large."""
    found = certify(Formula(text))
    assert (found.sup, found.monotone) == (Interval(inf, inf), "CERTIFIED")
