"""The σ of torch's calls: in torch and here the same numbers."""

import numpy as np
import pytest

from lab.bridge.watch_calls import ELEMENTWISE, HOLDING, sigma_of, z_of

GIVEN = {
    "threshold": (0.5, -1.0),
    "prelu": (0.3,),
    "hardtanh": (-0.5, 2.0),
    "softplus": (2.0,),
    "elu": (0.7,),
}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_the_sigma_of_a_call_is_torch_s(name):
    torch = pytest.importorskip("torch")
    z = np.linspace(-4, 4, 82)
    args = GIVEN.get(name, ())
    given = (torch.tensor(args),) if name == "prelu" else args
    functional = torch.nn.functional
    call = (
        functional.logsigmoid
        if name == "log_sigmoid"
        else getattr(functional, name, getattr(torch, name, None))
    )
    theirs = call(torch.from_numpy(z), *(x.double() if torch.is_tensor(x) else x for x in given))
    sigma = sigma_of(name, given, {})
    np.testing.assert_allclose(sigma(z), theirs.numpy(), rtol=1e-12, atol=1e-15)


def test_keywords_and_calls_in_place_are_read():
    assert sigma_of("leaky_relu_", (), {"negative_slope": 0.2}).slope == 0.2
    assert sigma_of("_threshold", (1.0, 2.0, False), {})(np.array([0.0]))[0] == 2.0
    assert str(sigma_of("gelu", (), {"approximate": "tanh"})) == "gelu-tanh()"


def test_what_is_no_sigma_of_a_whole_layer_is_none():
    assert sigma_of("softmax", (1,), {}) is None
    torch = pytest.importorskip("torch")
    assert sigma_of("prelu", (torch.tensor([0.1, 0.2]),), {}) is None


@pytest.mark.parametrize("name", HOLDING)
def test_z_held_above_0_or_between_bounds_is_a_sigma(name):
    torch = pytest.importorskip("torch")
    z = torch.linspace(-4, 4, 82, dtype=torch.float64)[:, None]
    zeros = torch.zeros_like(z)
    given = [(zeros,)] if "max" in name else [(0,), (torch.tensor(0.0),)]
    given += [(-1, 2.5), (0.0, 6.0), (0, np.inf)] if name in ("clamp", "clip") else []
    for args in given:
        sigma = sigma_of(name, args, {})
        np.testing.assert_array_equal(sigma(z.numpy()), getattr(torch, name)(z, *args).numpy())
    if "max" in name:
        assert z_of(name, (zeros, z), {}) == (z, (zeros,))
        assert z_of(name, (zeros,), {"other": z}) == (z, (zeros,))
        assert z_of(name, (z, zeros), {}) == (z, (zeros,))


def test_other_bounds_and_maxima_are_no_sigma():
    torch = pytest.importorskip("torch")
    others = [("clamp", (1e-12,), {}), ("clamp", (), {"max": 1.0}), ("clamp", (0.1, 0.9), {})]
    others += [("clamp", (-np.inf, 1), {}), ("max", (), {}), ("max", (1,), {}), ("max", (), {"dim": 1})]
    others += [("maximum", (torch.ones(3),), {}), ("clamp", (torch.tensor([0.0, 1.0]),), {})]
    assert [sigma_of(*one) for one in others] == [None] * len(others)
