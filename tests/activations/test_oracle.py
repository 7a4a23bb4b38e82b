"""torch and jax as oracles: values and slopes, and the conventions at the kinks.

Both are asked in float64, their slopes by automatic differentiation, and agree with the lab to 1e-13 of the
value. Where one of their forms loses what is small beside 1 (as 1 − tanh² does) the two are compared to
1e-13 of 1, and the reason stands beside the name; who is right there the references of 50 digits in the
other files say.
"""

import numpy as np
import pytest

from lab.activations.algebraic import Squareplus
from lab.activations.catalogue import TABLE
from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.activations.rectifiers import LeakyReLU, ReLU
from lab.activations.shrinking import SoftShrink, TanhShrink
from lab.activations.sparse import SparsePlus, SparseSigmoid
from lab.parts import Activation

Arctan = TABLE["arctan"]
Asinh = TABLE["asinh"]
CELU = TABLE["celu"]
ELU = TABLE["elu"]
Erf = TABLE["erf"]
Exponential = TABLE["exponential"]
GELU = TABLE["gelu"]
GELUTanh = TABLE["gelu-tanh"]
HardSigmoid = TABLE["hard-sigmoid"]
HardSwish = TABLE["hard-swish"]
HardShrink = TABLE["hard-shrink"]
HardTanh = TABLE["hard-tanh"]
Identity = TABLE["identity"]
LogSigmoid = TABLE["log-sigmoid"]
Mish = TABLE["mish"]
PReLU = TABLE["prelu"]
RReLU = TABLE["rrelu"]
ReLU6 = TABLE["relu6"]
SELU = TABLE["selu"]
SiLU = TABLE["silu"]
Sin = TABLE["sin"]
Softplus = TABLE["softplus"]
Softsign = TABLE["softsign"]
Threshold = TABLE["threshold"]

Z = np.concatenate([np.linspace(-12, 12, 481) + 0.0123, [-700.0, -300.5, -40.25, 40.25, 300.5, 700.0]])

TORCH: dict[str, tuple[Activation, object]] = {
    "identity": (Identity(), lambda t: t.nn.Identity()),
    "threshold": (Threshold(0.1, 20.0), lambda t: t.nn.Threshold(0.1, 20.0)),
    "relu": (ReLU(), lambda t: t.relu),
    "relu6": (ReLU6(), lambda t: t.nn.functional.relu6),
    "leaky-relu": (LeakyReLU(), lambda t: t.nn.functional.leaky_relu),
    "prelu": (PReLU(), lambda t: t.nn.PReLU(dtype=t.float64)),
    "rrelu": (RReLU(), lambda t: t.nn.RReLU().eval()),
    "hard-tanh": (HardTanh(), lambda t: t.nn.functional.hardtanh),
    "hard-sigmoid": (HardSigmoid(), lambda t: t.nn.functional.hardsigmoid),
    "hard-swish": (HardSwish(), lambda t: t.nn.functional.hardswish),
    "sigmoid": (Sigmoid(), lambda t: t.sigmoid),
    "log-sigmoid": (LogSigmoid(), lambda t: t.nn.functional.logsigmoid),
    "tanh": (Tanh(), lambda t: t.tanh),
    "tanh-shrink": (TanhShrink(), lambda t: t.nn.functional.tanhshrink),
    "softsign": (Softsign(), lambda t: t.nn.functional.softsign),
    "softplus": (Softplus(), lambda t: t.nn.functional.softplus),
    "elu": (ELU(1.5), lambda t: t.nn.ELU(1.5)),
    "celu": (CELU(2.0), lambda t: t.nn.CELU(2.0)),
    "selu": (SELU(), lambda t: t.selu),
    "silu": (SiLU(), lambda t: t.nn.functional.silu),
    "mish": (Mish(), lambda t: t.nn.functional.mish),
    "gelu": (GELU(), lambda t: t.nn.functional.gelu),
    "gelu-tanh": (GELUTanh(), lambda t: t.nn.GELU(approximate="tanh")),
    "hard-shrink": (HardShrink(), lambda t: t.nn.functional.hardshrink),
    "soft-shrink": (SoftShrink(), lambda t: t.nn.functional.softshrink),
    "exponential": (Exponential(), lambda t: t.exp),
    "erf": (Erf(), lambda t: t.erf),
    "sin": (Sin(), lambda t: t.sin),
    "arctan": (Arctan(), lambda t: t.atan),
    "asinh": (Asinh(), lambda t: t.asinh),
}
"""The lab's and how to come by torch's."""

TORCH_LOSES = {
    "sigmoid": "its slope is a(1 − a)",
    "tanh": "its slope is 1 − a²",
    "tanh-shrink": "its value is the difference z − tanh z, also near 0",
    "gelu": "its Φ is (1 + erf)/2",
    "gelu-tanh": "its gate is (1 + tanh)/2",
}

JAX: dict[str, tuple[Activation, object]] = {
    "relu": (ReLU(), lambda j: j.nn.relu),
    "relu6": (ReLU6(), lambda j: j.nn.relu6),
    "leaky-relu": (LeakyReLU(), lambda j: j.nn.leaky_relu),
    "hard-tanh": (HardTanh(), lambda j: j.nn.hard_tanh),
    "hard-sigmoid": (HardSigmoid(), lambda j: j.nn.hard_sigmoid),
    "sparse-sigmoid": (SparseSigmoid(), lambda j: j.nn.sparse_sigmoid),
    "hard-swish": (HardSwish(), lambda j: j.nn.hard_swish),
    "sigmoid": (Sigmoid(), lambda j: j.nn.sigmoid),
    "log-sigmoid": (LogSigmoid(), lambda j: j.nn.log_sigmoid),
    "tanh": (Tanh(), lambda j: j.nn.tanh),
    "softsign": (Softsign(), lambda j: j.nn.soft_sign),
    "softplus": (Softplus(), lambda j: j.nn.softplus),
    "squareplus": (Squareplus(), lambda j: j.nn.squareplus),
    "sparse-plus": (SparsePlus(), lambda j: j.nn.sparse_plus),
    "elu": (ELU(), lambda j: j.nn.elu),
    "celu": (CELU(), lambda j: j.nn.celu),
    "selu": (SELU(), lambda j: j.nn.selu),
    "silu": (SiLU(), lambda j: j.nn.silu),
    "mish": (Mish(), lambda j: j.nn.mish),
    "gelu": (GELU(), lambda j: lambda z: j.nn.gelu(z, approximate=False)),
    "gelu-tanh": (GELUTanh(), lambda j: j.nn.gelu),
}
"""The lab's and how to come by jax's."""

JAX_LOSES = {
    "sigmoid": "its slope is a(1 − a)",
    "tanh": "its slope is 1 − a²",
    "squareplus": "its value and its slope are differences on the left",
    "elu": "its slope is 1 + expm1",
    "celu": "its slope is 1 + expm1",
    "selu": "its slope is 1 + expm1",
    "gelu-tanh": "its gate is (1 + tanh)/2",
}


def by_torch(make, z):
    """Value and slope, as torch has them."""
    torch = pytest.importorskip("torch")
    x = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    a = make(torch)(x)
    a.sum().backward()
    return a.detach().numpy(), x.grad.numpy()


def by_jax(make, z):
    """Value and slope, as jax has them."""
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    function = make(jax)
    x = jax.numpy.asarray(z)
    return np.asarray(function(x)), np.asarray(jax.vmap(jax.grad(function))(x))


def agree(sigma, theirs, loses, rtol=1e-13):
    with np.errstate(all="ignore"):
        ours = sigma.with_derivative(Z)
    for found, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(found, expected, rtol=rtol, atol=1e-13 if loses else 0)


@pytest.mark.parametrize("name", TORCH)
def test_torch(name):
    sigma, make = TORCH[name]
    # The 1/6 in torch's slope of the hard sigmoid is one of float32.
    agree(sigma, by_torch(make, Z), name in TORCH_LOSES, rtol=3e-8 if name == "hard-sigmoid" else 1e-13)


@pytest.mark.parametrize("name", JAX)
def test_jax(name):
    sigma, make = JAX[name]
    agree(sigma, by_jax(make, Z), name in JAX_LOSES)


@pytest.mark.parametrize("name", ["relu", "relu6", "hard-sigmoid", "hard-swish", "selu"])
def test_where_all_three_take_the_same_slope_at_a_kink(name):
    sigma, make = TORCH[name]
    ours = sigma.derivative(np.array(sigma.kinks))
    np.testing.assert_allclose(ours, by_torch(make, sigma.kinks)[1], rtol=1e-13, atol=0)
    np.testing.assert_allclose(ours, by_jax(JAX[name][1], np.array(sigma.kinks))[1], rtol=1e-13, atol=0)


@pytest.mark.parametrize("name", ["threshold", "hard-shrink", "soft-shrink", "elu"])
def test_where_torch_takes_the_same_slope_at_a_kink(name):
    sigma, make = TORCH[name]
    kinks = np.array(sigma.kinks)
    values, slopes = by_torch(make, kinks)
    assert sigma(kinks).tolist() == values.tolist()
    assert sigma.derivative(kinks).tolist() == slopes.tolist()


@pytest.mark.parametrize(("name", "torchs"), [("leaky-relu", 0.01), ("hard-tanh", 0.0)])
def test_where_torch_takes_another_slope_at_a_kink_and_the_lab_takes_jaxs(name, torchs):
    sigma, make = JAX[name]
    kinks = np.array(sigma.kinks)
    assert set(sigma.derivative(kinks)) == set(by_jax(make, kinks)[1]) == {1.0}
    assert set(by_torch(TORCH[name][1], kinks)[1]) == {torchs}


def test_the_sparse_sigmoid_takes_jaxs_slope_at_its_kinks():
    sigma, make = JAX["sparse-sigmoid"]
    assert by_jax(make, np.array([-1.0, 1.0]))[1].tolist() == [0.25, 0.25]
    assert sigma.derivative(np.array([-1.0, 1.0])).tolist() == [0.25, 0.25]


def test_where_they_lose_the_tail_the_lab_does_not():
    """σ′ of the sigmoid is 3.3e−18 at z = 40.25, of the ELU 9.9e−305 at z = −700."""
    assert by_torch(TORCH["sigmoid"][1], np.array([40.25]))[1] == 0 < Sigmoid().derivative(40.25)
    assert by_jax(JAX["elu"][1], np.array([-700.0]))[1] == 0 < ELU().derivative(-700.0)
