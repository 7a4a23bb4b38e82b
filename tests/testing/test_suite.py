"""The tests of the tests: every check of an activation catches the fault that it is there for."""

import math
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from scipy.special import softmax

from lab.activations.catalogue import TABLE
from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.activations.rectifiers import ReLU
from lab.network.costs import Quadratic
from lab.network.optimisers import TABLE as OPTIMISERS
from lab.numerics import REALS, Interval
from lab.parts import Activation, Optimiser
from lab.testing import ACTIVATION_CHECKS, check_activation, check_cost, check_optimiser
from tests.activations.test_activation import Cubic

SiLU = TABLE["silu"]

UNIT, SIGNED = Interval(0.0, 1.0), Interval(-1.0, 1.0)


@dataclass(frozen=True)
class Written(Activation):
    """tanh, or whatever is written over it; with the claims of tanh."""

    value: Any = field(default=np.tanh, compare=False)
    prime: Any = field(default=lambda z: 1 / np.cosh(np.clip(z, -350, 350)) ** 2, compare=False)
    slope_range: Interval = UNIT
    range: Interval = SIGNED
    kinks: tuple[float, ...] = ()
    jumps: tuple[float, ...] = ()
    analytic: bool = False

    def __call__(self, z):
        return self.value(z)

    def derivative(self, z):
        return self.prime(z)


@dataclass(frozen=True)
class LogCosh(Activation):
    """What says of itself that it is log(2*cosh(z))."""

    value: Any = field(default=lambda z: np.logaddexp(z, -z), compare=False)
    prime: Any = field(default=np.tanh, compare=False)
    formula = "log(2*cosh(z))"
    slope_range = SIGNED
    range = Interval(math.log(2), math.inf)

    def __call__(self, z):
        return self.value(z)

    def derivative(self, z):
        return self.prime(z)


@dataclass(frozen=True)
class Together(Written):
    """As `Written`, with a `with_derivative` of its own."""

    both: Any = field(default=None, compare=False)

    def with_derivative(self, z, out=None):
        return self.both(self, z, out)


sech2 = Written().prime


def promoting(function):
    return lambda z: np.float64(1) * function(z)


def writing_into(z):
    return np.tanh(z, out=z)


def overflowing(z):
    return (np.exp(2 * z) - 1) / (np.exp(2 * z) + 1)


def stepped_at(place, height):
    return lambda z: np.tanh(z) + height * (z > place).astype(z.dtype)


def disagreeing(sigma, z, out):
    if out is None:
        return sigma(z), sigma.derivative(z) * (1 + 1e-12)
    return Activation.with_derivative(sigma, z, out)


def disagreeing_far_out(sigma, z, out):
    if out is None:
        return sigma(z), sigma.derivative(z) + (np.abs(z) > 100) * (np.abs(z) < 200)
    return Activation.with_derivative(sigma, z, out)


def ignoring_out(sigma, z, out):
    return sigma(z), sigma.derivative(z)


def writing_beside(sigma, z, out):
    if out is not None and out[2].base is not None:
        out[2].base[:] = 0
    return Activation.with_derivative(sigma, z, out)


def mixing_up_buffers(sigma, z, out):
    a, slope = sigma(z), sigma.derivative(z)
    if out is None:
        return a, slope
    out[0][...], out[1][...] = slope, a
    return out[:2]


def spoiling_z(sigma, z, out):
    if out is not None:
        z *= 2
    return Activation.with_derivative(sigma, z, out)


def promoting_together(sigma, z, out):
    return sigma(z.astype(float)), sigma.derivative(z)


class Plain(Activation):
    """No dataclass."""

    slope_range = UNIT
    range = SIGNED

    def __call__(self, z):
        return np.tanh(z)

    def derivative(self, z):
        return sech2(z)


@dataclass
class Thawed(Plain):
    """A dataclass that is not frozen."""

    scale: float = 1.0


@dataclass(frozen=True, eq=False)
class Unequal(Plain):
    """Equal to nothing but itself."""

    scale: float = 1.0


@dataclass(frozen=True)
class Unhashable(Plain):
    """A parameter that is a list."""

    knots: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Forgetful(Plain):
    """A hash of the object, not of its value."""

    def __hash__(self):
        return id(self)


FAULTS = {
    "elementwise": {
        "scalar-only": (Written(value=math.tanh), r"is refused: TypeError: "),
        "derivative scalar-only": (Written(prime=math.tanh), r"is refused: TypeError: "),
        "softmax": (Written(value=lambda z: softmax(z, axis=-1)), r"in a block is .*, in a row is "),
        "mean of z": (Written(value=lambda z: z - z.mean()), r"in a block is "),
        "flattening": (Written(value=np.ravel), r"\(2, 12, 10\) of z became \(240,\)"),
        "reducing": (Written(prime=np.sum), r"\(249,\) of z became \(\)"),
    },
    "dtype": {
        "σ promoted": (Written(value=promoting(np.sin)), r"^σ of float32 is float64$"),
        "σ′ promoted": (Written(prime=promoting(sech2)), r"^σ′ of float32 is float64$"),
        "σ lowered": (Written(value=lambda z: np.tanh(z).astype("f4")), r"^σ of float64 is float32$"),
        "both promoted": (Together(both=promoting_together), r"^σ of with_derivative of float32 is "),
    },
    "input untouched": {
        "σ writes into z": (Written(value=writing_into), r"^σ wrote into z$"),
        "σ′ writes into z": (Written(prime=writing_into), r"^σ′ wrote into z$"),
        "buffers and z": (Together(both=spoiling_z), r"into buffers wrote into z$"),
    },
    "finite": {
        "overflow": (Written(value=overflowing), r"^at z = -?\d+(\.\d+)? σ is nan$"),
        "hole at 0": (Written(value=lambda z: np.sin(z) * z / z), r"^at z = 0\.0 σ is nan$"),
        "hole far out": (
            Written(value=lambda z: np.where(abs(z - 150) < 20, np.log(z - 160), np.tanh(z))),
            r"^at z = 1\d\d\.\d+ σ is nan$",
        ),
        "at a kink": (
            Written(prime=lambda z: sech2(z) + 0 / (z - 3), kinks=(3.0,)),
            r"^at z = 3\.0 σ′ is nan$",
        ),
    },
    "far": {
        "capped": (
            LogCosh(value=lambda z: np.minimum(np.logaddexp(z, -z), 1e17)),
            r"^at z = -1e\+18 in float64 σ is 1e\+17, 1e\+18 is due$",
        ),
        "no number": (
            LogCosh(prime=lambda z: np.tanh(z) * ((1 + z**2) / (1 + z**2))),
            r"^at z = -1e\+300 in float64 σ′ is nan, -1 is due$",
        ),
    },
    "NaN": {
        "hidden NaN": (Written(value=lambda z: np.where(z > 0, z, np.zeros_like(z))), r"^σ of NaN is 0\.0$"),
        "hidden NaN in σ′": (Written(prime=lambda z: (z > 0) * 1.0), r"^σ′ of NaN is 0\.0$"),
        "spreading NaN": (Written(value=lambda z: z - z.mean()), r"spoilt the σ beside it$"),
    },
    "derivative": {
        "wrong derivative": (Written(prime=lambda z: sech2(z) * (1 + 1e-5)), r"the derivative says"),
        "wrong derivative, complex step": (
            Written(prime=lambda z: sech2(z) * (1 + 1e-9), analytic=True),
            r"the derivative says",
        ),
        "wrong in one tail": (
            Written(prime=lambda z: np.where(z < -8, -1, 1) * sech2(z)),
            r"^at z = -8\.\d+ the derivative",
        ),
        "wrong far out": (
            Written(prime=lambda z: np.where(np.abs(z) > 22, 0.5, sech2(z)).astype(z.dtype)),
            r"^at z = -?\d+(\.\d+)? the derivative says 0\.5, the function 0$",
        ),
        "wrong where the other tail grows": (
            Written(value=np.exp, prime=lambda z: np.where(z < -50, 1e-3, np.exp(z))),
            r"^at z = -\d+(\.\d+)? the derivative says 0\.001, the function ",
        ),
        "wrong far out, complex step": (
            Written(prime=lambda z: sech2(z) + 1e-8 * (np.abs(z) > 600), analytic=True),
            r"^at z = -?[67]\d\d(\.\d+)? the derivative says 1e-08, the function 0$",
        ),
        "wrong sign": (Written(prime=lambda z: -sech2(z)), r"says -.*, the function "),
        "NaN in σ′": (Written(prime=lambda z: sech2(z) / (z != z)), r"^at z = .* says (inf|nan)"),
    },
    "integral": {
        "narrowly wrong": (
            Written(prime=lambda z: sech2(z) + 0.01 * z * (abs(z - 0.46) < 0.04)),
            r"^from z = 0\.25 to 0\.5 σ rises by ",
        ),
        "narrowly wrong far out": (
            Written(prime=lambda z: sech2(z) + 0.01 * (abs(z - 500.6) < 0.04)),
            r"^from z = 500\.5 to 500\.75 σ rises by 0, ∫σ′ is 0\.000",
        ),
        "step": (Written(value=stepped_at(1 / 3, 1e-6)), r"^from z = 0\.25 to 0\.5 σ rises by "),
    },
    "continuous": {
        "jump": (Written(value=stepped_at(1 / 3, 0.01)), r"σ jumps by 0\.01 at z = 0\.3333333333333333$"),
        "jump on the grid": (Written(value=stepped_at(0.5, 0.01)), r"by 0\.01 at z = 0\.5$"),
        "beyond a kink": (
            Written(value=stepped_at(2.0, -0.25), kinks=(2.0,)),
            r"σ jumps by 0\.25 at z = 2\.0$",
        ),
        "jump far out": (
            Written(value=stepped_at(-650.1, 4.0)),
            r"^σ jumps by 4 at z = -650\.1$",
        ),
        "at a far kink": (
            Written(value=stepped_at(90.0, 0.5), kinks=(90.0,)),
            r"σ jumps by 0\.5 at z = 90\.0$",
        ),
        "unclaimed jump's kink": (
            Written(value=stepped_at(2.0, 0.5), jumps=(2.0,)),
            r"^the jump at z = 2\.0 is not among the kinks \(\)$",
        ),
        "jump that is none": (Written(kinks=(2.0,), jumps=(2.0,)), r"^σ does not jump at z = 2\.0$"),
    },
    "kinks": {
        "unclaimed kink": (
            Written(value=np.abs, prime=np.sign),
            r"^σ′ jumps by 1 at z = -2\.\d+e-17, .* the kinks \(\)$",
        ),
        "unclaimed kink far out": (
            Written(value=lambda z: abs(z - 430), prime=lambda z: np.sign(z - 430)),
            r"^σ′ jumps by [12] at z = (430|429\.9+\d*)(\.0)?, which is not among the kinks \(\)$",
        ),
        "misplaced kink": (Written(value=np.abs, prime=np.sign, kinks=(1.0,)), r"among the kinks \(1\.0,\)$"),
    },
    "slope claim": {
        "sup σ′ too tight": (Written(slope_range=Interval(0, 0.999)), r"^sup σ′ is claimed 0\.999, but"),
        "inf σ′ too tight": (Written(slope_range=Interval(0.01, 1)), r"^inf σ′ is claimed 0\.01, but"),
        "sup σ′ never reached": (Written(slope_range=Interval(0, 1.01)), r"1\.01, but comes only to 1$"),
        "inf σ′ never reached": (Written(slope_range=Interval(-1, 1)), r"-1, but comes only to "),
        "unbounded slope": (Written(slope_range=Interval(0, np.inf)), r"inf, but comes only to 1$"),
        "empty slope": (Written(slope_range=Interval(1, 0)), r"\[1, 0\], which is empty$"),
        "NaN slope": (Written(slope_range=Interval(np.nan, np.nan)), r"which is empty$"),
    },
    "range claim": {
        "sup σ too tight": (Written(range=Interval(-1, 0.5)), r"^sup σ is claimed 0\.5, but"),
        "inf σ never reached": (Written(range=Interval(-2, 1)), r"-2, but comes only to -1$"),
        "unbounded range": (Written(range=REALS), r"approach -inf, but comes only to -1$"),
    },
    "with_derivative": {
        "with_derivative disagrees": (Together(both=disagreeing), r"σ′ of with_derivative is"),
        "with_derivative disagrees far out": (Together(both=disagreeing_far_out), r"^at z = .* σ′ of with_"),
        "out ignored": (Together(both=ignoring_out), r"σ in buffers is 7, σ is -"),
        "written beside": (Together(both=writing_beside), r"wrote beside its buffers$"),
        "buffers mixed up": (Together(both=mixing_up_buffers), r"σ in buffers is"),
    },
    "value": {
        "no dataclass": (Plain(), r"^it is not a dataclass$"),
        "not frozen": (Thawed(), r"not a frozen one$"),
        "unequal copy": (Unequal(), r"is not equal to it$"),
        "unhashable": (Unhashable(), r"^it has no hash: "),
        "another hash": (Forgetful(), r"has another hash$"),
    },
}
"""The faults that each check is there for, with the message that tells them."""

CASES = {name: (check, *fault) for check, faults in FAULTS.items() for name, fault in faults.items()}


def first_failure(sigma):
    """The check of the suite that fails first, and its message."""
    with pytest.raises(AssertionError) as caught:
        check_activation(sigma)
    assert str(caught.value).startswith(f"{sigma}: ")
    check, _, message = str(caught.value).removeprefix(f"{sigma}: ").partition(": ")
    return check, message


@pytest.mark.parametrize(("check", "sigma", "message"), CASES.values(), ids=CASES)
def test_each_fault_is_caught_by_the_named_check_or_before(check, sigma, message):
    with pytest.raises(AssertionError, match=message):
        ACTIVATION_CHECKS[check](sigma)
    first, said = first_failure(sigma)
    order = list(ACTIVATION_CHECKS)
    assert order.index(first) <= order.index(check)
    if first == check:
        assert re.search(message, said)


def test_each_check_has_a_fault_that_it_alone_is_first_to_catch():
    assert {first_failure(sigma)[0] for _, sigma, _ in CASES.values()} == set(ACTIVATION_CHECKS)


def test_a_corner_of_the_slope_that_no_quadrature_meets_is_no_fault():
    """σ″ jumps at 1/3 and at 1/7, and σ′ does not."""
    bent = lambda z: np.maximum(z - 1 / 3, 0) - 2 * np.maximum(1 / 7 - z, 0)  # noqa: E731
    area = lambda z: (np.maximum(z - 1 / 3, 0) ** 2 + 2 * np.maximum(1 / 7 - z, 0) ** 2) / 2  # noqa: E731
    ACTIVATION_CHECKS["integral"](Written(value=area, prime=bent))


def test_a_right_activation_written_by_hand_passes():
    check_activation(Written())
    check_activation(LogCosh())
    check_activation(Written(value=np.sin, prime=np.cos, slope_range=Interval(-1, 1), analytic=True))
    stepped = stepped_at(2.0, 0.5)
    check_activation(Written(value=stepped, kinks=(2.0,), jumps=(2.0,), range=Interval(-1, 1.5)))


FAR_OUT = {
    "fast wave": (lambda z: np.sin(z * z), lambda z: 2 * z * np.cos(z * z)),
    "wave that grows": (lambda z: z * np.sin(50 * z), lambda z: np.sin(50 * z) + 50 * z * np.cos(50 * z)),
    "power": (lambda z: z**9, lambda z: 9 * z**8),
    "exponential": (np.exp, np.exp),
    "level near 0": (lambda z: np.tanh(z - 300), lambda z: np.cosh(np.clip(z - 300, -340, 340)) ** -2),
    "corner of the slope": (
        lambda z: z + np.maximum(z - 100.3, 0) ** 2 / 2,
        lambda z: 1 + np.maximum(z - 100.3, 0),
    ),
}


@pytest.mark.parametrize("check", ["finite", "continuous", "derivative", "integral", "kinks"])
@pytest.mark.parametrize("name", FAR_OUT)
def test_no_right_activation_is_blamed_far_out(name, check):
    value, prime = FAR_OUT[name]
    for analytic in (False, name != "corner of the slope"):
        ACTIVATION_CHECKS[check](Written(value=value, prime=prime, analytic=analytic))


@pytest.mark.parametrize("name", ACTIVATION_CHECKS)
def test_the_checks_make_no_warning_of_an_overflow(name):
    ACTIVATION_CHECKS[name](Written(prime=lambda z: 4 / (np.exp(-z) + np.exp(z)) ** 2))


def test_unclaimed_slope_and_range_are_measured():
    check_activation(Cubic())
    assert Cubic().slope_range == Interval(1.0, np.inf)
    assert Cubic().range == REALS


@dataclass(frozen=True)
class HalvedGradient(Quadratic):
    def gradient(self, a, y, out):
        super().gradient(a, y, out)
        out /= 2


@dataclass(frozen=True)
class Stepping(Optimiser):
    """The lines of a step."""

    code: str
    remembers = ("m",)
    elementwise = True

    def step(self, state, gradient, eta, number, out):
        names = {"np": np, "state": state, "gradient": gradient, "eta": eta, "out": out}
        exec(self.code, names)
        return names.get("returned")


@pytest.mark.parametrize("optimiser", OPTIMISERS.values())
def test_the_optimisers_of_the_lab_pass(optimiser):
    check_optimiser(optimiser())


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("returned = -eta * gradient", r"step 1 writes no Δθ .* it is returned, and has to be written"),
        ("out[:, 1:] = gradient[:, 1:]", "step 1 writes no Δθ of every parameter into out$"),
        ("gradient *= -eta; out[...] = gradient", "step 1 writes into the gradient"),
        ("state['m'] = gradient; out[...] = gradient", r"another array into state\['m'\]"),
        ("out[...] = gradient / np.abs(gradient).max()", "depends on the trials beside it"),
        ("out[...] = gradient / np.abs(gradient).max(axis=1, keepdims=True)", "says that it is elementwise"),
    ],
)
def test_a_wrong_optimiser_is_caught(code, said):
    """Such ones had trained without complaint, and learned nothing or something else."""
    with pytest.raises(AssertionError, match=said):
        check_optimiser(Stepping(code))


def test_a_right_cost_passes_and_a_wrong_one_is_caught():
    for sigma in (Sigmoid(), Tanh(), SiLU(), ReLU()):
        check_cost(Quadratic(), sigma)
    with pytest.raises(AssertionError, match="the error δ"):
        check_cost(HalvedGradient(), Sigmoid())


@pytest.mark.parametrize(
    ("slope", "said"),
    [
        (lambda z: 1.0, r"the shape \(\d+,\) of z became \(\)"),
        (lambda z: z > 0, "z of float64 became bool, no float"),
    ],
)
def test_a_slope_that_is_no_array_like_z_is_said_to_be_none_by_each_check(slope, said):
    """They had told what went wrong in themselves, as too many indices for an array."""

    @dataclass(frozen=True)
    class Sloped(Activation):
        def __call__(self, z):
            return np.tanh(z)

        def derivative(self, z):
            return slope(z)

    for check in ("elementwise", "derivative", "integral", "kinks"):
        with pytest.raises(AssertionError, match=said):
            ACTIVATION_CHECKS[check](Sloped())
