"""Every activation that ships, under every check; and what the abstract class gives for nothing."""

import dataclasses
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
import pytest

from lab.activations.catalogue import ALIASES, EXAMPLES, TABLE, examples
from lab.activations.design.clipped_slope import ClippedSlope
from lab.activations.design.knots import Knots
from lab.activations.design.template import Template
from lab.activations.floored import Floored
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.activations.in_place import InPlace
from lab.numerics import REALS, Interval, grid, measured
from lab.parts import Activation
from lab.testing import check_activation
from tests.activations import test_table

EXTREME = (
    *(("prelu", -0.5), ("rrelu", 0.0, 0.0), ("threshold", -1.3, 4.0), ("leaky-hard-tanh", 0.3, 0.1, 5.0)),
    *(("softplus", 50.0), ("squareplus", 0.01), ("siglin", 2.0), ("twisted-tanh", 2.0), ("plu", 0.9, 3.3)),
    *(("isigmoid", 0.02, 0.7), ("stac-tanh", 0.9, 0.4), ("reltanh", -0.3, 2.2), ("acon-b", 3.0, 0.05)),
    *(("bent-identity", -0.9), ("damped-snake", 0.4, 0.0)),
)
"""Names and parameters that go farther than those of the table's cases."""

SHIPPED = (
    *(sigma for _, _, sigma in test_table.CASES),
    *(TABLE[name](*given) for name, *given in EXTREME),
    *(Template(), Knots()),
)
LIFTED = (
    *(
        Floored(TABLE[name](), 0.2)
        for name in ("sigmoid", "relu", "gelu", "selu", "sin", "step", "hard-shrink")
    ),
    *(Floored(TABLE[name](x), 0.2) for name, x in (("leaky-relu", 2.0), ("elu", 1.7), ("softplus", 50.0))),
    *(Floored(Tanh(), 0.0), Floored(Tanh(), 1.0), Floored(TABLE["gelu"](), 0.01)),
    Floored(Floored(Tanh(), 0.1), 0.1),
)
DESIGNED = (Template(floor=0.3, width=2.0), Knots(), ClippedSlope(Tanh()))
FORMULAS = (
    *(
        Formula(text)
        for text in (
            *("z", "-z", "tanh(z) + 0.1*z", "z*tanh(sp(z))", "atan(z)", "asinh(z)", "erf(z)", "exp(-z**2)"),
            *("sin(z)", "z/sqrt(1 + z**2)", "(z + sqrt(z**2 + 4))/2", "abs(z)", "max(z, 0)"),
            *("min(max(z, -1), 1)", "abs(max(z - 0.3331, 0))", "where(z > 1, z, 2*z - 1)"),
            *("sign(z)*log1p(abs(z))", "max(tanh(z), 0.1*z)"),
        )
    ),
    Formula("where(z < 0, a*expm1(z), z)", (("a", 1.7),)),
    Floored(Formula("tanh(z)*z"), 0.3),
)
ALL = (*SHIPPED, *LIFTED, *DESIGNED, *FORMULAS)


@pytest.mark.parametrize("sigma", ALL, ids=str)
def test_the_conformance_suite_holds(sigma):
    check_activation(sigma)


def test_every_class_of_the_catalogue_is_among_those_checked():
    assert set(TABLE.values()) == {type(sigma) for sigma in (*SHIPPED, *LIFTED, *DESIGNED)}


def test_a_name_is_known_with_underscores_too():
    for name in TABLE:
        assert "_" not in name
        if "-" in name and not ALIASES.get(name):
            assert ALIASES[name.replace("-", "_")] == name


def test_examples_are_of_what_cannot_be_made_without_parameters():
    for name, part in TABLE.items():
        required = [field for field in dataclasses.fields(part) if field.default is dataclasses.MISSING]
        assert (name in EXAMPLES) == bool(required)
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
        assert (found.low, found.high) == pytest.approx((claimed.low, claimed.high), rel=1e-6, abs=2e-6)


@pytest.mark.parametrize("sigma", [*LIFTED, *DESIGNED], ids=str)
def test_buffers_that_hold_anything_are_filled_and_given_back(sigma):
    z = np.linspace(-3, 3, 7)
    out = tuple(np.full_like(z, np.nan) for _ in range(3))
    a, slope = sigma.with_derivative(z, out=out)
    assert a is out[0]
    assert slope is out[1]
    np.testing.assert_array_equal(out[:2], sigma.with_derivative(z))


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
    assert TABLE["sigmoid"]().steepest == pytest.approx(0, abs=0.01)
    assert TABLE["silu"]().steepest == pytest.approx(2.3994, abs=0.002)
    softplus = TABLE["softplus"]()
    assert softplus.derivative(softplus.steepest) == pytest.approx(1, abs=1e-12)
    assert Formula("tanh(z - 1)").steepest == pytest.approx(1, abs=0.002)
    assert abs(Formula("exp(-z**2)").steepest) == pytest.approx(np.sqrt(0.5), abs=2e-3)


def test_interval():
    interval = Interval(-2.0, 0.25)
    assert interval.magnitude == 2.0
    within = [x in interval for x in (-2.0, 0.25, 0.2500001, float("nan"))]
    assert within == [True, True, False, False]
    assert str(interval) == "[-2, 0.25]"
    assert str(Interval(0.1, np.inf)) == "[0.1, inf]"


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (np.exp, Interval(0, np.inf)),
        (lambda z: z**2, Interval(0, np.inf)),
        (np.arcsinh, REALS),
        (lambda z: 0 * z + 3, Interval(3, 3)),
        (np.sin, Interval(-1, 1)),
        (lambda z: -np.exp(-((z - 0.12345) ** 2)), Interval(-1, 0)),  # between two points of the grid
    ],
    ids=["exp", "square", "asinh", "constant", "sin", "bell"],
)
def test_measured(function, expected):
    found = measured(function)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-13, abs=0)


def test_the_grid_sees_both_sides_of_every_kink():
    z = grid((0.3333,))
    at = int(np.flatnonzero(z == 0.3333)[0])
    assert z[[at - 1, at + 1]].tolist() == np.nextafter(0.3333, [-1, 1]).tolist()
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
    assert Square().slope_range == REALS


def test_the_abstract_classes_cannot_be_made():
    for part in (Activation, InPlace):
        with pytest.raises(TypeError, match="abstract"):
            part()


def test_what_is_measured_once_is_no_part_of_the_value():
    measured_once = Cubic()
    assert measured_once.slope_range.low == 1
    assert measured_once == Cubic()
    assert dataclasses.asdict(measured_once) == {"scale": 0.1}


@pytest.mark.parametrize("sigma", [*SHIPPED, *LIFTED], ids=str)
def test_a_notebook_shows_its_curves_and_its_bounds(sigma):
    card = ElementTree.fromstring(sigma._repr_html_())
    drawn = [one.get("d") for one in card.findall("svg/g/svg/path")]
    assert len(drawn) == 2
    assert all(line.count("L") > 100 for line in drawn)
    told = "".join(card.itertext())
    assert f"σ′ in{sigma.slope_range}" in told
    assert ("$" in told) == (sigma._repr_latex_() is not None)
    assert len(sigma._repr_html_()) < 12_000


def test_the_picture_is_broken_where_the_slope_jumps_and_only_there():
    def pieces(sigma):
        card = ElementTree.fromstring(sigma._repr_html_())
        return [one.get("d").count("M") for one in card.findall("svg/g/svg/path")]

    assert pieces(TABLE["relu"]()) == [1, 2]
    assert pieces(TABLE["step"]()) == [2, 1]
    assert pieces(Knots()) == [1, 1]


def test_a_class_of_ones_own_is_shown_too_and_its_name_stays_text():
    @dataclass(frozen=True)
    class Mine(Activation):
        name: str = "<b>"

        def __call__(self, z):
            return z**3

        def derivative(self, z):
            return 3 * z**2

    assert "<b>" not in Mine()._repr_html_()
    assert "measured on a grid of z and not proved" in Mine()._repr_html_()
    assert Mine()._repr_latex_() is None


@pytest.mark.parametrize("wave", [np.sin, np.cos, lambda z: -np.sin(3 * z)])
def test_a_wave_that_grows_has_no_measured_bounds(wave):
    assert measured(lambda z: z * wave(z)) == REALS
    assert measured(lambda z: z**2 * wave(z)) == REALS
    rectified = measured(lambda z: np.abs(z) * (1 + wave(z)))
    assert rectified.low == pytest.approx(0, abs=1e-9)
    assert rectified.high == np.inf
    assert measured(lambda z: 1e250 * np.tanh(z)) == Interval(-1e250, 1e250)
