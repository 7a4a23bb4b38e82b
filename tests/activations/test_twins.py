"""Every class of the catalogue against its formula: values, slopes, and what each claims."""

import dataclasses
from math import inf, isinf

import numpy as np
import pytest

from lab import plugins
from lab.activations.exponential import ELU
from lab.activations.floored import Floored
from lab.activations.formula.formula import Formula
from lab.activations.formula.parser import FormulaError
from lab.activations.gaussian import GELU
from lab.activations.hyperbolic import LeCunTanh, Tanh
from lab.activations.linear import LeakyReLU, ReLU
from lab.activations.specify import from_spec
from lab.activations.twins import TWINS, formula_of
from lab.parts import Activation
from lab.prover.certificate import certify

REQUIRED = {
    "floored": {"inner": "sigmoid"},
    "threshold": {"t": 0.5, "v": -0.25},
}
"""Parameters of those that have no default."""

JUMPING = {"threshold", "step", "hard-shrink"}

Z = np.concatenate(
    [np.linspace(-12, 12, 961) + 0.0007, np.geomspace(12, 300, 40), -np.geomspace(12, 300, 40), [0.0]]
)


def shipped():
    """Each activation of the catalogue by name, where a formula says what it is."""
    for name in plugins.names("activations"):
        part = plugins.find("activations", name)
        if part.__name__ in TWINS or part is Floored:
            yield name


@pytest.fixture(params=sorted(shipped()))
def named(request) -> tuple[str, Activation]:
    return request.param, from_spec({"name": request.param, **REQUIRED.get(request.param, {})})


def test_a_twin_has_the_values_and_slopes_of_its_class(named):
    """Off the kinks, where each states a slope of its own, and away from tails that a formula rounds."""
    _, sigma = named
    twin = formula_of(sigma)
    z = Z[~np.isin(Z, sigma.kinks)]
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(twin(z), sigma(z), rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(twin.derivative(z), sigma.derivative(z), rtol=1e-11, atol=1e-13)


def test_what_a_class_claims_is_what_is_proved_of_its_formula(named):
    name, sigma = named
    found = certify(sigma)
    assert (found.verdict == "CERTIFIED") == (name not in JUMPING)
    claims = [(sigma.slope_range.low, found.inf), (sigma.slope_range.high, found.sup)]
    for claimed, enclosure in claims:
        if isinf(claimed):
            assert enclosure.high == claimed or enclosure.low == claimed
        else:
            assert enclosure.low - 1e-12 <= claimed <= enclosure.high + 1e-12
            assert enclosure.high - enclosure.low <= 1e-6
    if name not in JUMPING:
        for claimed, enclosure in ((sigma.range.low, found.range_inf), (sigma.range.high, found.range_sup)):
            assert enclosure.low - 1e-9 <= claimed <= enclosure.high + 1e-9


@pytest.mark.parametrize(
    ("sigma", "text", "parameters"),
    [
        (Tanh(), "tanh(z)", ()),
        (LeakyReLU(0.2), "where(z >= 0, z, slope*z)", (("slope", 0.2),)),
        (LeCunTanh(0.05), "1.7159*tanh(2/3*z) + twist*z", (("twist", 0.05),)),
        (Floored(ReLU(), 0.2), "(1 - floor)*(max(z, 0)) + floor*z", (("floor", 0.2),)),
        (
            Floored(Floored(ELU(2.0), 0.1), 0.2),
            "(1 - floor)*((1 - (0.1))*(where(z > 0, z, (2.0)*expm1(z))) + (0.1)*z) + floor*z",
            (("floor", 0.2),),
        ),
        (Formula("z + a", (("a", 1.0),)), "z + a", (("a", 1.0),)),
    ],
)
def test_the_formula_of_a_class(sigma, text, parameters):
    assert formula_of(sigma) == Formula(text, parameters)


def test_a_parameter_is_called_as_in_a_file(named):
    """So that `-p slope=0.05:0.2` finds it."""
    _, sigma = named
    keys = {
        field.metadata.get("key", field.name)
        for field in dataclasses.fields(sigma)
        if isinstance(getattr(sigma, field.name), float)
    }
    assert {name for name, _ in formula_of(sigma).parameters} <= keys


def test_a_negative_parameter_of_an_inner_sigma_keeps_its_sign():
    lifted = Floored(LeakyReLU(-0.3), 0.5)
    assert formula_of(lifted)(-2.0) == lifted(-2.0) == pytest.approx(-0.7)


@dataclasses.dataclass(frozen=True)
class Sigmoid(Activation):
    """A user's own class of a name that the lab has too."""

    def __call__(self, z):
        return z

    def derivative(self, z):
        return np.ones_like(z)


def test_a_class_that_is_not_the_labs_has_no_twin_whatever_its_name():
    assert formula_of(Sigmoid()) is None
    assert formula_of(Floored(Sigmoid())) is None
    assert certify(Sigmoid()).verdict == "UNDECIDED"


def test_the_floored_are_certified_with_their_floor():
    found = certify(Floored(GELU(), 0.2), at_least=0.09)
    assert found.verdict == "CERTIFIED"
    assert found.inf.low == pytest.approx(0.2 - 0.8 * 0.12890414518515479)
    assert certify(Floored(Tanh(), 0.1), at_least=0.1).verdict == "CERTIFIED"


TEMPLATES = ("sech2", "logistic", "gauss", "cauchy", "softsign", "isru", "slow", "box")


@dataclasses.dataclass(frozen=True)
class _Template:
    kernel: str
    floor: float = 0.1
    height: float = 0.9
    width: float = 0.7
    centre: float = 0.3


@pytest.mark.parametrize("kernel", TEMPLATES)
def test_the_formula_of_a_template_is_0_at_0_and_has_its_extremes(kernel):
    """The class may not be there: its fields are."""
    text, parameters = TWINS["Template"](_Template(kernel))
    sigma = Formula(text, tuple(parameters.items()))
    assert sigma(0.0) == pytest.approx(0.0, abs=1e-15)
    found = certify(sigma, 0.1 - 1e-9, 0.9 + 1e-9)
    assert found.verdict == "CERTIFIED", found
    assert found.inf.high == pytest.approx(0.1, abs=1e-6)
    assert found.sup.low == pytest.approx(0.9, abs=1e-6)


@pytest.mark.parametrize("name", sorted(TWINS))
def test_every_row_is_a_formula_of_the_fields_that_it_names(name):
    """Also where the class is not there: fields of a plain object stand in for it."""

    class Fields:
        kernel = "sech2"

        def __getattr__(self, field):
            return 0.5

    text, parameters = TWINS[name](Fields())
    try:
        sigma = Formula(text, tuple(parameters.items()))
    except FormulaError as error:
        pytest.fail(str(error))
    assert np.isfinite(sigma(np.linspace(-5, 5, 11))).all()
    assert set(parameters) <= {key for key, _ in sigma.parameters}
    assert -inf < sigma.derivative(1.7) < inf
