"""Certificates: known verdicts, and every verdict held to mpmath by an evaluator written here."""

import time
from math import inf, nan

import mpmath as mp
import numpy as np
import pytest

from lab.activations import Activation, Formula, Interval
from lab.activations.certificate import FAR, MOST_BOXES, certify
from lab.activations.formula.integral import FARTHEST, Integral
from lab.activations.hyperbolic import Tanh
from lab.activations.linear import ReLU


def s(z):
    return 1 / (1 + mp.exp(-z))


def sech2(z):
    return 1 / mp.cosh(z) ** 2


def mish(z):
    t = mp.tanh(mp.log1p(mp.exp(z)))
    return t + z * (1 - t**2) * s(z)


def gelu(z):
    return mp.ncdf(z) + z * mp.npdf(z)


SLOPES = {
    "tanh(z) + 0.1*z": lambda z: sech2(z) + mp.mpf(0.1),
    "s(z)": lambda z: s(z) * s(-z),
    "z*s(z)": lambda z: s(z) * (1 + z * s(-z)),
    "z*Phi(z)": gelu,
    "z*Phi(z) + 0.2*z": lambda z: gelu(z) + mp.mpf(0.2),
    "z*tanh(sp(z))": mish,
    "z - 0.5*sin(z)": lambda z: 1 - mp.cos(z) / 2,
    "sin(z**2)": lambda z: 2 * z * mp.cos(z * z),
    "z + 10*exp(-((z - 300)/5)**2)": lambda z: 1 - 10 * 2 * (z - 300) / 25 * mp.exp(-(((z - 300) / 5) ** 2)),
    "1e300*z": lambda z: mp.mpf(1e300),
    "1e-320*z": lambda z: mp.mpf(1e-320),
    "tanh(z) + 1e-320*z": lambda z: sech2(z) + mp.mpf(1e-320),
    "tanh(1e300*z) + 0.1*z": lambda z: mp.mpf(1e300) * sech2(mp.mpf(1e300) * z) + mp.mpf(0.1),
    "z**3 + z": lambda z: 3 * z**2 + 1,
    "exp(z)": mp.exp,
    "-2*z": lambda z: mp.mpf(-2),
    "0.1*(3*z)": lambda z: mp.mpf(0.1) * 3,
    "z/(1 + abs(z))": lambda z: 1 / (1 + abs(z)) ** 2,
    "(z + sqrt(z**2 + 4))/2": lambda z: (1 + z / mp.sqrt(z**2 + 4)) / 2,
    "z + 0.5*(sqrt(z**2 + 1) - 1)": lambda z: 1 + z / mp.sqrt(z**2 + 1) / 2,
    "0.75*z*s(0.75*z) + 0.25*z": lambda z: 0.75 * s(0.75 * z) * (1 + 0.75 * z * s(-0.75 * z)) + mp.mpf(0.25),
    "z + z*exp(-z**2)": lambda z: 1 + (1 - 2 * z**2) * mp.exp(-(z**2)),
    "log(1 + exp(z))": s,
    "max(z, 0.25*z)": lambda z: mp.mpf(1 if z >= 0 else 0.25),
    "where(z > 0, z, z*exp(z))": lambda z: mp.mpf(1) if z > 0 else (1 + z) * mp.exp(z),
    "where(z > 0, 1, 0)*z": lambda z: mp.mpf(1 if z > 0 else 0),
    "where(abs(z) <= 1, z, 0.3*z + 0.7*sign(z))": lambda z: mp.mpf(1) if abs(z) <= 1 else mp.mpf(0.3),
    "exp(z)/(1 + exp(z))": lambda z: s(z) * s(-z),
    "z + 2*exp(-((z - 3e6)/5)**2)": lambda z: (
        1 - 4 * (z - 3000000) / 25 * mp.exp(-(((z - 3000000) / 5) ** 2))
    ),
    "z + exp(-((z - 0.40012)/1e-5)**2)": lambda z: (
        1
        - 2
        * (z - mp.mpf(0.40012))
        / mp.mpf(1e-5) ** 2
        * mp.exp(-(((z - mp.mpf(0.40012)) / mp.mpf(1e-5)) ** 2))
    ),
}
"""σ′ by the textbook."""

AT_LEAST = [
    ("tanh(z) + 0.1*z", 0.1, "CERTIFIED"),
    ("tanh(z) + 0.1*z", 0.1 - 1e-17, "CERTIFIED"),
    ("tanh(z) + 0.1*z", 0.1 + 1e-15, "REFUTED"),
    ("tanh(z) + 0.1*z", 0.11, "REFUTED"),
    ("s(z)", 0.0, "CERTIFIED"),
    ("s(z)", 1e-3, "REFUTED"),
    ("s(z)", 1e-300, "REFUTED"),
    ("z*s(z)", 0.0, "REFUTED"),
    ("z*s(z)", -0.0999, "CERTIFIED"),
    ("z*s(z)", -0.0998, "REFUTED"),
    ("z*Phi(z)", 0.0, "REFUTED"),
    ("z*Phi(z)", -0.1290, "CERTIFIED"),
    ("z*Phi(z) + 0.2*z", 0.07, "CERTIFIED"),
    ("z*Phi(z) + 0.2*z", 0.0712, "REFUTED"),
    ("z*tanh(sp(z))", 0.0, "REFUTED"),
    ("z*tanh(sp(z))", -0.1126, "CERTIFIED"),
    ("z - 0.5*sin(z)", 0.5, "CERTIFIED"),
    ("z - 0.5*sin(z)", 0.5001, "REFUTED"),
    ("sin(z**2)", 0.0, "REFUTED"),
    ("sin(z**2)", -1e300, "UNDECIDED"),
    ("z + 10*exp(-((z - 300)/5)**2)", 0.0, "REFUTED"),
    ("z + 10*exp(-((z - 300)/5)**2)", -0.72, "CERTIFIED"),
    ("1e300*z", 1e300, "CERTIFIED"),
    ("1e300*z", np.nextafter(1e300, inf), "REFUTED"),
    ("1e-320*z", 1e-320, "CERTIFIED"),
    ("1e-320*z", 1e-320 + 5e-324, "REFUTED"),
    ("tanh(z) + 1e-320*z", 1e-320, "CERTIFIED"),
    ("tanh(z) + 1e-320*z", 2e-320, "REFUTED"),
    ("tanh(1e300*z) + 0.1*z", 0.1, "CERTIFIED"),
    ("z**3 + z", 1.0, "CERTIFIED"),
    ("z**3 + z", 1.1, "REFUTED"),
    ("-2*z", -2.0, "CERTIFIED"),
    ("-2*z", -1.0, "REFUTED"),
    ("0.1*(3*z)", 0.3, "CERTIFIED"),
    ("0.1*(3*z)", 0.1 * 3, "UNDECIDED"),  # the float 0.1*3 is a little more than three times the float 0.1
    ("0.1*(3*z)", 0.1 * 3 + 1e-15, "REFUTED"),
    ("z/(1 + abs(z))", 0.0, "CERTIFIED"),
    ("(z + sqrt(z**2 + 4))/2", 0.0, "CERTIFIED"),
    ("z + 0.5*(sqrt(z**2 + 1) - 1)", 0.5, "CERTIFIED"),
    ("0.75*z*s(0.75*z) + 0.25*z", 0.175, "CERTIFIED"),
    ("z + z*exp(-z**2)", 0.5, "CERTIFIED"),
    ("log(1 + exp(z))", 0.0, "CERTIFIED"),
    ("max(z, 0.25*z)", 0.25, "CERTIFIED"),
    ("where(z > 0, z, z*exp(z))", -0.1354, "CERTIFIED"),
    ("where(z > 0, 1, 0)*z", 0.0, "CERTIFIED"),
    ("where(abs(z) <= 1, z, 0.3*z + 0.7*sign(z))", 0.3, "CERTIFIED"),
    ("exp(z)/(1 + exp(z))", 0.9, "REFUTED"),
    ("exp(z)", 0.0, "CERTIFIED"),
    ("z + 2*exp(-((z - 3e6)/5)**2)", 0.99, "REFUTED"),
    ("z + exp(-((z - 0.40012)/1e-5)**2)", 0.0, "REFUTED"),
]
AT_MOST = [
    ("tanh(z) + 0.1*z", 1.1, "CERTIFIED"),
    ("tanh(z) + 0.1*z", 1.09, "REFUTED"),
    ("s(z)", 0.25, "CERTIFIED"),
    ("s(z)", 0.2499, "REFUTED"),
    ("z*s(z)", 1.1, "CERTIFIED"),
    ("z*Phi(z)", 1.13, "CERTIFIED"),
    ("z*Phi(z)", 1.128, "REFUTED"),
    ("z*tanh(sp(z))", 1.1, "CERTIFIED"),
    ("z/(1 + abs(z))", 1.0, "CERTIFIED"),
    ("sin(z**2)", 1e300, "UNDECIDED"),
    ("exp(z)", 3.0, "REFUTED"),
    ("1e300*z", 1e300, "CERTIFIED"),
    ("1e300*z", 1e299, "REFUTED"),
    ("z + 2*exp(-((z - 3e6)/5)**2)", 1.01, "REFUTED"),
    ("max(z, 0.25*z)", 1.0, "CERTIFIED"),
]
CLAIMS = [(text, (c, inf), verdict) for text, c, verdict in AT_LEAST] + [
    (text, (-inf, c), verdict) for text, c, verdict in AT_MOST
]
FAR_OUT = np.concatenate(
    [np.linspace(-40, 40, 1601) + 0.0007, np.geomspace(40, 1e5, 60), [0.0, 300.0, 0.40012]]
)
DENSE = np.concatenate([FAR_OUT, -FAR_OUT])


@pytest.mark.parametrize(("text", "claim", "verdict"), CLAIMS)
def test_known_verdicts_and_what_mpmath_says_of_them(text, claim, verdict):
    found = certify(Formula(text), *claim)
    assert found.verdict == verdict, found
    low, high = (mp.mpf(bound) for bound in claim)
    with mp.workdps(60):
        if verdict == "CERTIFIED":
            assert found.reason == "proved on every interval of z"
            for z in DENSE:
                assert low <= SLOPES[text](mp.mpf(float(z))) <= high
        if verdict == "REFUTED":
            assert not low <= SLOPES[text](mp.mpf(found.witness)) <= high
        else:
            assert found.witness is None


def test_the_words_of_a_refutation():
    """Fault 57: the witness, σ′ there and the claim."""
    found = certify(Formula("max(z, 0.25*z)"), at_least=0.3)
    assert (found.verdict, found.witness) == ("REFUTED", -2.0)
    assert found.reason == "σ′(-2) = 0.25, less than 0.3"
    found = certify(Formula("0.1*z"), at_least=0.1 + 1e-15)
    assert found.reason == "σ′(0) = 0.10000000000000001, less than 0.100000000000001"
    found = certify(Formula("3*z + tanh(z)"), at_most=3.5)
    assert found.reason == f"σ′({found.witness:.6g}) = 4, more than 3.5"


def test_no_claim_is_proved_and_both_may_be_made():
    assert certify(Formula("tanh(z)")).verdict == "CERTIFIED"
    assert certify(Formula("tanh(z) + 0.1*z"), 0.1, 1.1).verdict == "CERTIFIED"
    assert certify(Formula("tanh(z) + 0.1*z"), 0.1, 1.0).verdict == "REFUTED"
    assert certify(Formula("tanh(z) + 0.1*z"), 0.2, 1.1).verdict == "REFUTED"


@pytest.mark.parametrize("text", ["exp(z)*z", "z**3", "sinh(z)"])
def test_an_unbounded_slope_is_not_below_anything(text):
    """An enclosure of all reals proves nothing, whichever side the claim is on."""
    assert certify(Formula(text), at_most=1e305).verdict != "CERTIFIED"
    assert certify(Formula(f"-{text}"), at_least=-1e305).verdict != "CERTIFIED"


@pytest.mark.parametrize(
    "text", ["1/z", "log(z)", "sqrt(z)", "log1p(z)", "z**0.5", "z**-1", "z**z", "log(z**2)"]
)
def test_what_is_undefined_somewhere_is_never_certified(text):
    assert certify(Formula(text), at_least=-1e300).verdict != "CERTIFIED"


@pytest.mark.parametrize("text", ["z + 1e-3*tanh(log(z))", "max(z, tanh(log(z)))", "z + 0.5*cos(sqrt(z))"])
def test_nor_is_what_hides_it_in_a_bounded_function(text):
    """Fault 55: it is told where the formula is undefined."""
    found = certify(Formula(text), at_least=-5.0)
    assert found.verdict == "UNDECIDED"
    assert found.reason.endswith("; at z = -0.0025 the formula gives nan")


def test_a_witness_lies_where_the_formula_is_defined():
    """The rule of differentiation gives 1/z for log(z) where z < 0, too."""
    found = certify(Formula("log(z)"), at_most=10.0)
    assert found.verdict == "REFUTED"
    assert 0 < found.witness < 0.1
    assert certify(Formula("log(z)"), at_least=-10.0).verdict == "UNDECIDED"
    assert certify(Formula("1/z"), at_least=0.0).witness != 0


JUMPS = [
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
    ("where(where(z > 0.0001, where(z < 0.0002, 1, 0), 0) > 0.5, z + 9, z)", 0.0002),
    ("z + 1e-5*sign(z - 1)", 1),
    ("z + sign(z)", 0),
    ("z + 1e-9*sign(z)", 0),
    ("where(z > 1e8, z, z - 0.02)", 1e8),
    ("tanh(z) + 0.1*z + where(z > 1.1, 1e-7, 0)", 1.1),
]


@pytest.mark.parametrize(("text", "at"), JUMPS)
def test_a_jump_is_refused_wherever_it_is(text, at):
    """Fault 56: a jump is told with its place, however small and far."""
    found = certify(Formula(text), at_least=-1e6)
    assert found.verdict == "REFUTED"
    assert abs(found.witness) == pytest.approx(abs(at), rel=1e-12, abs=1e-12)
    assert found.reason == f"σ jumps at z = {found.witness:.6g}, where it has no slope"


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
    assert certify(Formula(text, parameters), at_least=-2.0).verdict in ("CERTIFIED", "UNDECIDED")
    assert "jump" not in certify(Formula(text, parameters), at_least=-2.0).reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("where(z >= 0, where(z <= 0, 5, z), z)", "σ may jump near z = 0"),
        ("where(z > 1, 1e10*(z - 1) + 1, z)", "σ may jump near z = 1"),
        ("where(z > 0, log(z), z)", "σ may jump near z = 0"),
        ("z + where(1e-200*(1e-200*z) > 1, 1, 0)", "σ may jump beyond z = "),
    ],
)
def test_where_a_jump_cannot_be_excluded_nothing_is_certified(text, reason):
    found = certify(Formula(text), at_least=-1.0)
    assert found.verdict == "UNDECIDED"
    assert found.reason.startswith(reason)


def test_switches_without_end_end():
    text = "where(sin(z) > 0, sin(z), 0) + 2*z"
    begun = time.perf_counter()
    found = certify(Formula(text), at_least=1.0)
    assert found.verdict == "UNDECIDED"
    assert found.reason.startswith("σ may jump")
    assert time.perf_counter() - begun < 5


def test_a_proof_that_runs_out_says_where():
    """Fault 58: least σ′ is 1/2 in one, and −0.0998393201288669 in the other."""
    found = certify(Formula("z + 0.5*sin(z)**2"), at_least=0.5)
    assert found.verdict == "UNDECIDED"
    assert found.reason == f"the proof does not come through beyond z = {-FAR:g}; proved is σ′ ≥ 0.0"
    found = certify(Formula("z*s(z)"), at_least=-0.09983932012886692 - 1e-15)
    assert found.verdict == "UNDECIDED"
    start, _, bound = found.reason.rpartition(" ")
    assert start == f"{MOST_BOXES} intervals do not suffice; proved is σ′ ≥"
    assert -0.0999 < float(bound) < -0.09983932012886692
    found = certify(Formula("0.5*z*(1 + tanh(0.8*(z + 0.04*z**3)))"), at_least=-0.2)
    assert found.verdict == "CERTIFIED"  # 1 + tanh u is read as 2s(2u), whose left tail is seen to fall


@pytest.mark.parametrize("sigma", [Tanh(), ReLU()])
def test_a_class_is_undecided(sigma: Activation):
    found = certify(sigma, at_least=0.0)
    assert (found.verdict, found.reason) == (
        "UNDECIDED",
        "only a formula can be certified, and this is a class",
    )


@pytest.mark.parametrize(("at_least", "at_most"), [(nan, inf), (-inf, nan)])
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


def test_a_design_by_its_derivative_is_looked_at_as_far_as_it_goes():
    """Beyond its table σ is a straight line: what σ′ would be there is no matter."""
    sigma = Integral("1 - z/20000")
    assert certify(sigma, at_least=0.5).verdict == "CERTIFIED"
    found = certify(sigma, at_least=0.6)
    assert (found.verdict, found.witness) == ("REFUTED", FARTHEST)


@pytest.mark.parametrize(
    "text", ["tanh(z) + 0.1*z", "z*Phi(z) + 0.2*z", "where(abs(z) < 1, z, 0.5*z + 0.5*sign(z))"]
)
def test_it_takes_a_moment_only(text):
    sigma = Formula(text)
    certify(sigma, at_least=0.05)
    begun = time.perf_counter()
    certify(sigma, at_least=0.05)
    assert time.perf_counter() - begun < 0.5  # about 5 to 40 ms


def test_a_proof_gives_up():
    assert MOST_BOXES <= 10_000
    begun = time.perf_counter()
    assert certify(Formula("log(z)"), at_least=-1e300).verdict == "UNDECIDED"
    assert time.perf_counter() - begun < 5


DESIGNS = [
    "tanh({a}*z) + {b}*z",
    "{b}*z + z*s({a}*z)",
    "z*Phi({a}*z) - {b}*z",
    "{b}*z + exp(-({a}*z)**2)",
    "z - {b}*sin({a}*z)",
    "{a}*z/(1 + abs({b}*z))",
    "where(z > {b}, {b} + {a}*(z - {b}), z)",
    "max({b}*z, min({a}*z, z))",
    "z*tanh(sp({a}*z)) + {b}*abs(z)",
    "{b}*asinh(z) + arctan({a}*z)*z",
]


@pytest.mark.parametrize("design", DESIGNS)
def test_no_verdict_contradicts_the_slope_as_it_is_computed(design):
    """Claims about the extremes that a grid shows, a little lower and a little higher."""
    rng = np.random.default_rng(1)
    z = np.concatenate(
        [np.linspace(-30, 30, 6001) + 0.0003, np.geomspace(30, 1e5, 200), -np.geomspace(30, 1e5, 200)]
    )
    for _ in range(2):
        a, b = rng.uniform(0.1, 2, 2).round(3)
        sigma = Formula(design.format(a=a, b=b))
        least, greatest = sigma.derivative(z).min(), sigma.derivative(z).max()
        margin = 1e-3 * (1 + greatest - least)
        assert certify(sigma, least + margin).verdict == "REFUTED"
        assert certify(sigma, -inf, greatest - margin).verdict == "REFUTED"
        for claim in (Interval(least - margin, inf), Interval(-inf, greatest + margin)):
            found = certify(sigma, claim.low, claim.high)
            assert found.verdict != "REFUTED" or float(sigma.derivative(found.witness)) not in claim
