"""Every activation that ships, under every check; and what the abstract class gives for nothing."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import pytest

from lab.activations.algebraic import BentIdentity, Squareplus
from lab.activations.catalogue import ALIASES, EXAMPLES, TABLE, examples
from lab.activations.design.clipped_slope import ClippedSlope
from lab.activations.design.knots import Knots
from lab.activations.design.template import Template
from lab.activations.floored import Floored
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import ReLTanh, Tanh
from lab.activations.in_place import InPlace
from lab.activations.logistic import Sigmoid
from lab.activations.rectifiers import LeakyReLU, ReLU
from lab.activations.shrinking import SoftShrink
from lab.numerics import Interval, grid, measured
from lab.parts import Activation
from lab.testing import ACTIVATION_CHECKS

AconB = TABLE["acon-b"]
CELU = TABLE["celu"]
DampedSnake = TABLE["damped-snake"]
ELU = TABLE["elu"]
GELU = TABLE["gelu"]
HardTanh = TABLE["hard-tanh"]
ISigmoid = TABLE["isigmoid"]
Identity = TABLE["identity"]
LeCunTanh = TABLE["lecun-tanh"]
LeakyHardSigmoid = TABLE["leaky-hard-sigmoid"]
LeakyHardTanh = TABLE["leaky-hard-tanh"]
LeakySoftsign = TABLE["leaky-softsign"]
PLU = TABLE["plu"]
PReLU = TABLE["prelu"]
RReLU = TABLE["rrelu"]
SELU = TABLE["selu"]
SiLU = TABLE["silu"]
SigLin = TABLE["siglin"]
Sin = TABLE["sin"]
SmoothLeaky = TABLE["smooth-leaky"]
Softplus = TABLE["softplus"]
StacTanh = TABLE["stac-tanh"]
HardShrink = TABLE["hard-shrink"]
Step = TABLE["step"]
TanhLU = TABLE["tanhlu"]
Threshold = TABLE["threshold"]
TwistedTanh = TABLE["twisted-tanh"]

SHIPPED = (
    *(sigma for name, sigma in examples().items() if name not in ("floored", "clipped-slope")),
    *(LeakyReLU(0.0), LeakyReLU(0.3), LeakyReLU(-0.5), LeakyReLU(2.0), PReLU(-0.5), RReLU(0.0, 0.0)),
    *(Softplus(0.3), Softplus(3.3), Softplus(50.0), SmoothLeaky(0.7), SigLin(2.0)),
    *(ELU(0.3), ELU(1.7), CELU(0.3), CELU(2.0), Squareplus(0.01), Squareplus(5.0)),
    *(LeCunTanh(0.1), TwistedTanh(2.0), TanhLU(2.0, 0.3, 0.0), TanhLU(0.5, 3.0, 0.2)),
    *(HardTanh(-0.3, 2.7), LeakyHardTanh(0.3, 0.1, 5.0), LeakyHardSigmoid(0.5), PLU(0.9, 3.3)),
    *(Threshold(-1.3, 4.0), Threshold(0.7, 0.7), HardShrink(1.3), SoftShrink(1.3)),
    *(ISigmoid(0.02, 0.7), ISigmoid(0.9, 5.0), StacTanh(0.9, 0.4), ReLTanh(-0.3, 2.2), ReLTanh(0.2, 1.0)),
    *(AconB(3.0, 0.05), AconB(0.5, 0.0), BentIdentity(-0.9), LeakySoftsign(0.6)),
    *(DampedSnake(3.0, 1.0), DampedSnake(0.4, 0.0)),
)
LIFTED = (
    *(Floored(sigma, 0.2) for sigma in (Sigmoid(), ReLU(), GELU(), SELU(), Sin(), Step(), HardShrink())),
    *(Floored(LeakyReLU(2.0), 0.2), Floored(ELU(1.7), 0.2), Floored(Softplus(50.0), 0.2)),
    *(Floored(Tanh(), 0.0), Floored(Tanh(), 1.0), Floored(GELU(), 0.01), Floored(Floored(Tanh(), 0.1), 0.1)),
)
DESIGNED = (Template(floor=0.3, width=2.0), Knots(), ClippedSlope(Tanh()))
FORMULAS = (
    *(
        Formula(text)
        for text in ("z", "-z", "tanh(z) + 0.1*z", "z*tanh(sp(z))", "atan(z)", "asinh(z)", "erf(z)")
    ),
    *(Formula(text) for text in ("exp(-z**2)", "sin(z)", "z/sqrt(1 + z**2)", "(z + sqrt(z**2 + 4))/2")),
    *(Formula(text) for text in ("abs(z)", "max(z, 0)", "min(max(z, -1), 1)", "abs(max(z - 0.3331, 0))")),
    *(Formula(text) for text in ("where(z > 1, z, 2*z - 1)", "sign(z)*log1p(abs(z))", "max(tanh(z), 0.1*z)")),
    Formula("where(z < 0, a*expm1(z), z)", (("a", 1.7),)),
    Floored(Formula("tanh(z)*z"), 0.3),
)
ALL = (*SHIPPED, *LIFTED, *DESIGNED, *FORMULAS)


@pytest.mark.parametrize("name", ACTIVATION_CHECKS)
@pytest.mark.parametrize("sigma", ALL, ids=str)
def test_check(sigma, name):
    ACTIVATION_CHECKS[name](sigma)


def test_every_class_of_the_catalogue_is_among_those_checked():
    assert set(TABLE.values()) == {type(sigma) for sigma in (*SHIPPED, *LIFTED, *DESIGNED)}


def test_an_alias_names_one_of_the_catalogue_and_is_no_name_itself():
    assert set(ALIASES.values()) <= set(TABLE)
    assert not set(ALIASES) & set(TABLE)
    for name in TABLE:
        assert "_" not in name
        if "-" in name and not ALIASES.get(name):
            assert ALIASES[name.replace("-", "_")] == name


def test_examples_are_of_what_cannot_be_made_without_parameters():
    required = {
        name
        for name, part in TABLE.items()
        if any(f.default is dataclasses.MISSING for f in dataclasses.fields(part))
    }
    assert set(EXAMPLES) == required
    assert {name: type(sigma) for name, sigma in examples().items()} == TABLE


@pytest.mark.parametrize("part", TABLE.values(), ids=TABLE)
def test_every_class_of_the_catalogue_is_final_and_tells_its_formula(part):
    assert not part.__subclasses__()
    assert part.__doc__
    assert "σ" in part.__doc__


@pytest.mark.parametrize("sigma", SHIPPED, ids=str)
def test_a_claim_is_what_a_grid_measures(sigma):
    for claimed, function in ((sigma.slope_range, sigma.derivative), (sigma.range, sigma)):
        found = measured(function, sigma.kinks)
        assert found.low == pytest.approx(claimed.low, rel=1e-6, abs=2e-6)
        assert found.high == pytest.approx(claimed.high, rel=1e-6, abs=2e-6)


@pytest.mark.parametrize("sigma", SHIPPED, ids=str)
def test_numbers_lists_and_integers_are_taken(sigma):
    assert isinstance(sigma(0.5), float)
    assert sigma(1) == sigma(1.0) == sigma(np.array([1.0]))[0]
    assert sigma.derivative([1, 2]).dtype == np.float64
    assert sigma(np.float32(1)).dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", TABLE)
def test_few_and_many_numbers_have_the_same_bits(name, dtype):
    """A number has its bits wherever it stands in an array, among few or many."""
    sigma = examples()[name]
    z = np.concatenate([np.linspace(-120, 120, 6001), [0.0, -0.0, np.nan, np.inf, -np.inf]]).astype(dtype)
    with np.errstate(all="ignore"):
        many = sigma.with_derivative(z)
        few = [sigma.with_derivative(part) for part in np.array_split(z, 100)]

    for whole, parts in zip(many, zip(*few, strict=True), strict=True):
        np.testing.assert_array_equal(whole, np.concatenate(parts))


def test_steepest_is_the_middle_of_where_the_slope_is_largest():
    assert Sigmoid().steepest == pytest.approx(0, abs=0.01)
    assert SiLU().steepest == pytest.approx(2.3994, abs=0.002)
    assert Softplus().derivative(Softplus().steepest) == pytest.approx(1, abs=1e-12)
    assert Formula("tanh(z - 1)").steepest == pytest.approx(1, abs=0.002)
    assert Formula("exp(-z**2)").steepest in (
        pytest.approx(-np.sqrt(0.5), abs=2e-3),
        pytest.approx(np.sqrt(0.5), abs=2e-3),
    )


def test_interval():
    interval = Interval(-2.0, 0.25)
    assert interval.magnitude == 2.0
    assert -2.0 in interval
    assert 0.25 in interval
    assert 0.2500001 not in interval
    assert float("nan") not in interval
    assert str(interval) == "[-2, 0.25]"
    assert str(Interval(0.1, np.inf)) == "[0.1, inf]"


def test_measured_refines_between_the_points_of_the_grid():
    found = measured(lambda z: -np.exp(-((z - 0.12345) ** 2)))
    assert found.low == pytest.approx(-1, abs=1e-13)
    assert found.high == 0


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (np.exp, Interval(0, np.inf)),
        (lambda z: z**2, Interval(0, np.inf)),
        (np.arcsinh, Interval(-np.inf, np.inf)),
        (lambda z: 0 * z + 3, Interval(3, 3)),
        (np.sin, Interval(-1, 1)),
    ],
    ids=["exp", "square", "asinh", "constant", "sin"],
)
def test_measured(function, expected):
    found = measured(function)
    assert (found.low, found.high) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_the_grid_sees_both_sides_of_every_kink():
    z = grid((0.3333,))
    at = int(np.flatnonzero(z == 0.3333)[0])
    assert z[at - 1] == np.nextafter(0.3333, -1)
    assert z[at + 1] == np.nextafter(0.3333, 1)
    assert (z[0], z[-1]) == (-1e6, 1e6)
    assert np.all(np.diff(z) > 0)


@dataclass(frozen=True)
class Cubic(Activation):
    scale: float = 0.1

    def __call__(self, z):
        return z + self.scale * z**3

    def derivative(self, z):
        return 1 + 3 * self.scale * z**2


def test_an_activation_needs_only_two_methods():
    z = np.array([[-1.0, 0.0, 2.0]])
    a, slope, scratch = (np.full_like(z, 7) for _ in range(3))
    told = Cubic().with_derivative(z, out=(a, slope, scratch))
    assert told == (a, slope)
    assert a.tolist() == Cubic()(z).tolist() == [[-1.1, 0.0, 2.8]]
    assert slope.tolist() == Cubic().derivative(z).tolist()
    assert scratch.tolist() == [[7, 7, 7]]
    assert Cubic().kinks == ()
    assert Cubic().steepest in (-1e6, 1e6)


def test_an_in_place_activation_needs_only_to_fill():
    @dataclass(frozen=True)
    class Square(InPlace):
        def fill(self, z, a, slope, scratch):
            np.multiply(z, z, out=a)
            np.multiply(z, 2, out=slope)

    assert Square()(3) == 9
    assert Square().derivative(np.array([3.0])).tolist() == [6]
    assert Square().slope_range == Interval(-np.inf, np.inf)


def test_the_abstract_classes_cannot_be_made():
    for part in (Activation, InPlace):
        with pytest.raises(TypeError, match="abstract"):
            part()


def test_what_is_measured_once_is_no_part_of_the_value():
    measured_once = Cubic()
    assert measured_once.slope_range.low == 1
    assert measured_once == Cubic()
    assert dataclasses.asdict(measured_once) == {"scale": 0.1}
