import re

import pytest

from lab.activations.catalogue import ALIASES, EXAMPLES, TABLE, examples
from lab.activations.design.clipped_slope import ClippedSlope
from lab.activations.design.integral import Integral
from lab.activations.design.knots import Knots
from lab.activations.design.template import Template
from lab.activations.floored import Floored
from lab.activations.formula.formula import Formula
from lab.activations.hyperbolic import Tanh
from lab.activations.rectifiers import LeakyReLU, ReLU
from lab.errors import PartError
from lab.experiment.specify import from_spec, spec_of

ELU = TABLE["elu"]
LeCunTanh = TABLE["lecun-tanh"]

FLOOR = (("floor", 0.1),)
DESIGNS = {"soft-floor": {"value": "tanh(z) + floor*z", "floor": 0.1, "at_least": 0.1}}

MINE = """
from dataclasses import dataclass
from lab import Activation

@dataclass(frozen=True)
class Cubic(Activation):
    scale: float = 0.1
    def __call__(self, z):
        return z + self.scale * z**3
    def derivative(self, z):
        return 1 + 3 * self.scale * z**2

@dataclass(frozen=True)
class NoActivation:
    scale: float = 0.1
"""


@pytest.mark.parametrize(
    ("text", "formula"), [("2z²", "2*z**2"), ("z³", "z**3"), ("-x²", "-z**2"), ("½z", "0.5*z"), ("2z", "2*z")]
)
def test_a_formula_with_the_signs_that_people_write(text, formula):
    assert from_spec(text) == Formula(formula)


@pytest.mark.parametrize("spec", ["3", "1e-3", ".5", {"name": "a", "a": 2.0}])
def test_a_constant_is_a_formula_that_is_refused(spec):
    """Fault 54: what is wrong with it is not that no activation has this name."""
    with pytest.raises(PartError, match=r"is the constant .*; it must depend on z"):
        from_spec(spec)


@pytest.mark.parametrize("name", [name for name in TABLE if name not in EXAMPLES])
def test_a_name(name):
    assert from_spec(name) == TABLE[name]()


@pytest.mark.parametrize("alias", [alias for alias, name in ALIASES.items() if name not in EXAMPLES])
def test_an_alias(alias):
    assert from_spec(alias) == from_spec({"name": alias}) == TABLE[ALIASES[alias]]()


SPECIFIED = [*examples().values(), Formula("a*z", (("a", 2.0),)), from_spec({"derivative": "exp(-z**2)"})]


@pytest.mark.parametrize("sigma", SPECIFIED, ids=str)
def test_the_spec_of_an_activation_makes_it_again(sigma):
    assert from_spec(spec_of(sigma)) == sigma


def test_a_class_of_ones_own_has_no_spec(tmp_path):
    (tmp_path / "mine.py").write_text(MINE, encoding="utf-8")
    mine = from_spec("mine.py:Cubic", folder=tmp_path, allow_code=True)
    with pytest.raises(PartError, match="a class that no package has installed; write its formula"):
        spec_of(mine)


def test_a_design_may_not_be_hidden_by_an_alias():
    assert from_spec("swish", {"swish": {"value": "tanh(z)"}}) == Formula("tanh(z)")


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"name": "leaky-relu", "slope": 0.2}, LeakyReLU(0.2)),
        ({"name": "leaky-relu", "slope": 1}, LeakyReLU(1.0)),
        ({"name": "elu", "alpha": 1.5}, ELU(1.5)),
        ({"name": "lecun-tanh", "twist": 0.1}, LeCunTanh(0.1)),
        ({"name": "floored", "inner": "relu"}, Floored(ReLU(), 0.1)),
        ({"name": "floored", "inner": "tanh", "floor": 0.2}, Floored(Tanh(), 0.2)),
        (
            {"name": "floored", "inner": {"name": "leaky-relu", "slope": 0.3}, "floor": 0.2},
            Floored(LeakyReLU(0.3), 0.2),
        ),
        ({"name": "floored", "inner": "z**3"}, Floored(Formula("z**3"), 0.1)),
        ({"name": "clipped-slope", "inner": "relu", "floor": 0.2}, ClippedSlope(ReLU(), 0.2)),
        ({"name": "template", "kernel": "box", "width": 2}, Template(kernel="box", width=2.0)),
        ({"name": "knots", "z": [0, 1], "slopes": [1, 0.5]}, Knots((0.0, 1.0), (1.0, 0.5))),
        ({"derivative": "a*exp(-z**2)", "a": 2}, Integral("a*exp(-z**2)", (("a", 2),))),
        ("z", Formula("z")),
        ("-z", Formula("-z")),
        ("z-1", Formula("z-1")),
        ("2*z", Formula("2*z")),
        ("tanh(z) + 0.1*z", Formula("tanh(z) + 0.1*z")),
        ({"name": "tanh(z) + a*z", "a": 0.1}, Formula("tanh(z) + a*z", (("a", 0.1),))),
        ("soft-floor", Formula("tanh(z) + floor*z", FLOOR)),
        ({"name": "soft-floor", "floor": 0.3}, Formula("tanh(z) + floor*z", (("floor", 0.3),))),
        (
            {"name": "floored", "inner": "soft-floor"},
            Floored(Formula("tanh(z) + floor*z", FLOOR), 0.1),
        ),
    ],
    ids=str,
)
def test_a_spec(spec, expected):
    made = from_spec(spec, DESIGNS)
    assert made == expected
    assert type(made) is type(expected)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            "sigmiod",
            "^unknown activation 'sigmiod'; did you mean 'sigmoid' or 'isigmoid'\\?$",
        ),
        (
            "hrad_sigmoid",
            "^unknown activation 'hrad_sigmoid'; did you mean 'hard_sigmoid'",
        ),
        ({"name": "threshold", "t": 1.0}, "^'threshold' needs a value for 'v'$"),
        ({"name": "hardtanh", "low": 2.0}, "^'hard-tanh': must be low < high, got 2 and 1$"),
        ("soft-flor", "did you mean 'soft-floor'\\?"),
        ("ReLu", "^unknown activation 'ReLu'; did you mean 'relu'\\?"),
        ({}, "^expected the name of an activation, a formula in z, or a table with a name$"),
        ({"derivative": 3}, "^derivative = 3: expected a formula in z$"),
        ({"derivative": "1/z"}, "^the derivative '1/z' cannot be integrated"),
        ({"name": "tanh", "derivative": "z"}, "^'tanh' has no parameter 'derivative'"),
        ({"name": 3}, "^expected the name of an activation"),
        (5, "^expected the name of an activation, a formula in z, or a table with a name, got 5$"),
        (["tanh"], r"with a name, got \['tanh'\]$"),
        ("a/vanishing.toml", "^'a/vanishing.toml' is an experiment file, no activation; .*lab predict"),
        *(
            (softmax, "^softmax is not elementwise, so it is no activation; for a softmax output write cost")
            for softmax in ("softmax", "log_softmax", "softmax(z)", {"name": "Softmax", "a": 1.0})
        ),
        (
            {"name": "leaky-relu", "slop": 0.1},
            "^'leaky-relu' has no parameter 'slop'; did you mean 'slope'\\? ",
        ),
        (
            {"name": "leaky-relu", "leak": 0.1},
            "^'leaky-relu' has no parameter 'leak'; its parameters: slope$",
        ),
        ({"name": "leaky-relu", "slope": "0.1"}, "^'leaky-relu': slope = '0.1': expected a number$"),
        ({"name": "leaky-relu", "slope": True}, "^'leaky-relu': slope = True: expected a number$"),
        (
            {"name": "leaky-relu", "slope": float("nan")},
            "^'leaky-relu': slope = nan: expected a finite number$",
        ),
        ({"name": "tanh", "slope": 0.1}, "^'tanh' has no parameter 'slope'; it has no parameters$"),
        ({"name": "elu", "alpha": -1.0}, r"^'elu': alpha must lie in \(0, inf\), got -1$"),
        ({"name": "floored"}, "^'floored' needs a value for 'inner'$"),
        ({"name": "floored", "inner": "tahn"}, "^unknown activation 'tahn'; did you mean 'tanh' or 'atan'"),
        ({"name": "floored", "inner": 3}, "^'floored': inner = 3: expected an activation$"),
        (
            {"name": "floored", "inner": "tanh", "floor": 2.0},
            "^'floored': floor must lie in \\[0, 1\\], got 2.0$",
        ),
        ({"name": "tanh", "inner": "relu"}, "^'tanh' has no parameter 'inner'"),
        ({"name": "a*z"}, "^formula 'a\\*z', column 1: unknown name 'a'"),
        ({"name": "z", "a": 1.0}, "^formula 'z': the parameter 'a' does not occur in it$"),
        ("nowhere.py:Mine", "^'nowhere.py:Mine': there is no file /.*/nowhere.py$"),
    ],
    ids=str,
)
def test_what_is_wrong_is_told(spec, message):
    with pytest.raises(PartError, match=message) as caught:
        from_spec(spec, DESIGNS)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("design", [{}, {"floor": 0.1}, {"value": 3}])
def test_a_design_needs_a_formula(design):
    with pytest.raises(PartError, match=r"^the design 'mine' needs a formula: value = "):
        from_spec("mine", {"mine": design})


def test_a_class_in_a_file(tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    made = from_spec({"name": "mine.py:Cubic", "scale": 0.5}, folder=tmp_path, allow_code=True)
    assert made(2.0) == 6.0
    assert made == from_spec({"name": "mine.py:Cubic", "scale": 0.5}, folder=tmp_path, allow_code=True)
    lifted = from_spec({"name": "floored", "inner": "mine.py:Cubic"}, folder=tmp_path, allow_code=True)
    assert lifted.inner == type(made)(0.1)


def test_a_class_in_a_file_needs_leave(tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    with pytest.raises(PartError, match=r"runs the code of mine\.py; if you trust it, say --allow-code$"):
        from_spec("mine.py:Cubic", folder=tmp_path)


def test_a_class_that_is_no_activation(tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    message = "'mine.py:NoActivation' is no activation: NoActivation does not subclass lab.Activation"
    with pytest.raises(PartError, match=f"^{re.escape(message)}$"):
        from_spec("mine.py:NoActivation", folder=tmp_path, allow_code=True)
