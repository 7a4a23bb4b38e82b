"""torch and jax as oracles: values and slopes, and the conventions at the kinks.

Both are asked in float64, their slopes by automatic differentiation, and agree with the lab to 1e-13 of the
value. Where one of their forms loses what is small beside 1 (as 1 − tanh² does) the two are compared to
1e-13 of 1, and the reason stands beside the name; who is right there the references of 50 digits in the
other files say.
"""

from operator import attrgetter

import numpy as np
import pytest

from lab.activations.catalogue import TABLE

Z = np.concatenate([np.linspace(-12, 12, 481) + 0.0123, [-700.0, -300.5, -40.25, 40.25, 300.5, 700.0]])

TORCH = {
    **{name: attrgetter(name) for name in ("relu", "selu", "sigmoid", "tanh", "erf", "sin", "asinh")},
    **{
        name: attrgetter(f"nn.functional.{name.replace('-', '')}")
        for name in (
            *(
                "relu6",
                "hard-tanh",
                "hard-sigmoid",
                "hard-swish",
                "hard-shrink",
                "soft-shrink",
                "tanh-shrink",
            ),
            *("log-sigmoid", "softsign", "softplus", "silu", "mish", "gelu"),
        )
    },
    "exponential": attrgetter("exp"),
    "arctan": attrgetter("atan"),
    "leaky-relu": attrgetter("nn.functional.leaky_relu"),
    "identity": lambda t: t.nn.Identity(),
    "prelu": lambda t: t.nn.PReLU(dtype=t.float64),
    "rrelu": lambda t: t.nn.RReLU().eval(),
    "gelu-tanh": lambda t: t.nn.GELU(approximate="tanh"),
    "threshold": lambda t: t.nn.Threshold(0.1, 20.0),
    "elu": lambda t: t.nn.ELU(1.5),
    "celu": lambda t: t.nn.CELU(2.0),
}
"""How to come by torch's, by the lab's names."""

GIVEN = {"threshold": (0.1, 20.0), "elu": (1.5,), "celu": (2.0,)}
"""The parameters that the lab's are given beside torch's."""

TORCH_LOSES = {
    "sigmoid": "its slope is a(1 − a)",
    "tanh": "its slope is 1 − a²",
    "tanh-shrink": "its value is the difference z − tanh z, also near 0",
    "gelu": "its Φ is (1 + erf)/2",
    "gelu-tanh": "its gate is (1 + tanh)/2",
}

JAX = {
    **{
        name: attrgetter(f"nn.{name.replace('-', '_')}")
        for name in (
            *("relu", "relu6", "leaky-relu", "hard-tanh", "hard-sigmoid", "sparse-sigmoid", "hard-swish"),
            *("sigmoid", "log-sigmoid", "tanh", "softplus", "squareplus", "sparse-plus"),
            *("elu", "celu", "selu", "silu", "mish"),
        )
    },
    "softsign": attrgetter("nn.soft_sign"),
    "gelu": lambda j: lambda z: j.nn.gelu(z, approximate=False),
    "gelu-tanh": attrgetter("nn.gelu"),
}
"""How to come by jax's."""

JAX_LOSES = {
    "sigmoid": "its slope is a(1 − a)",
    "tanh": "its slope is 1 − a²",
    "squareplus": "its value and its slope are differences on the left",
    **dict.fromkeys(("elu", "celu", "selu"), "its slope is 1 + expm1"),
    "gelu-tanh": "its gate is (1 + tanh)/2",
}


def by_torch(name, z):
    """Value and slope, as torch has them."""
    torch = pytest.importorskip("torch")
    x = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    a = TORCH[name](torch)(x)
    a.sum().backward()
    return a.detach().numpy(), x.grad.numpy()


def by_jax(name, z):
    """Value and slope, as jax has them."""
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    function = JAX[name](jax)
    x = jax.numpy.asarray(z)
    return np.asarray(function(x)), np.asarray(jax.vmap(jax.grad(function))(x))


def agree(sigma, theirs, loses, rtol=1e-13):
    with np.errstate(all="ignore"):
        ours = sigma.with_derivative(Z)
    for found, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(found, expected, rtol=rtol, atol=1e-13 if loses else 0)


@pytest.mark.parametrize("name", TORCH)
def test_torch(name):
    # The 1/6 in torch's slope of the hard sigmoid is one of float32.
    rtol = 3e-8 if name == "hard-sigmoid" else 1e-13
    agree(TABLE[name](*GIVEN.get(name, ())), by_torch(name, Z), name in TORCH_LOSES, rtol)


@pytest.mark.parametrize("name", JAX)
def test_jax(name):
    agree(TABLE[name](), by_jax(name, Z), name in JAX_LOSES)


@pytest.mark.parametrize("name", ["relu", "relu6", "hard-sigmoid", "hard-swish", "selu"])
def test_where_all_three_take_the_same_slope_at_a_kink(name):
    kinks = np.array(TABLE[name]().kinks)
    for theirs in (by_torch, by_jax):
        ours = TABLE[name]().derivative(kinks)
        np.testing.assert_allclose(ours, theirs(name, kinks)[1], rtol=1e-13, atol=0)


@pytest.mark.parametrize("name", ["threshold", "hard-shrink", "soft-shrink", "elu"])
def test_where_torch_takes_the_same_slope_at_a_kink(name):
    sigma = TABLE[name](*GIVEN.get(name, ()))
    kinks = np.array(sigma.kinks)
    values, slopes = by_torch(name, kinks)
    assert sigma(kinks).tolist() == values.tolist()
    assert sigma.derivative(kinks).tolist() == slopes.tolist()


@pytest.mark.parametrize(
    ("name", "slope", "torchs"),
    [("leaky-relu", 1.0, 0.01), ("hard-tanh", 1.0, 0.0), ("sparse-sigmoid", 0.25, None)],
)
def test_where_torch_takes_another_slope_at_a_kink_or_has_none_the_lab_takes_jaxs(name, slope, torchs):
    kinks = np.array(TABLE[name]().kinks)
    assert set(TABLE[name]().derivative(kinks)) == set(by_jax(name, kinks)[1]) == {slope}
    if torchs is not None:
        assert set(by_torch(name, kinks)[1]) == {torchs}


def test_where_they_lose_the_tail_the_lab_does_not():
    """σ′ of the sigmoid is 3.3e−18 at z = 40.25, of the ELU 9.9e−305 at z = −700."""
    assert by_torch("sigmoid", np.array([40.25]))[1] == 0 < TABLE["sigmoid"]().derivative(40.25)
    assert by_jax("elu", np.array([-700.0]))[1] == 0 < TABLE["elu"]().derivative(-700.0)
