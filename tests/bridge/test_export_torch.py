"""What is exported to torch: the lab's σ, σ′ and σ″, in everything that torch does with a function."""

import warnings

import numpy as np
import pytest

import lab
from lab.activations.catalogue import examples
from lab.api import export
from lab.bridge.export_autograd import gradients
from lab.bridge.exported import Exported
from tests.bridge.points import SIGMAS, Z, due, same

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.usefixtures("bare")

INFINITE_WITH_LEARNT = {
    *("softclip", "swish-beta", "acon-b", "sinlu", "lecun-tanh", "xielu", "leaky-softsign", "squareplus"),
    *("bent-identity", "pau", "snake", "damped-snake", "atlu"),
}
"""Where σ(±∞) depends on parameters that may change."""


@pytest.fixture(autouse=True)
def in_float64():
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def module(load, sigma, **options):
    loaded = load(export(sigma, "torch", **options))
    return getattr(loaded, Exported(sigma).class_name)()


def with_slope(function, z):
    z = torch.tensor(z, requires_grad=True)
    a = function(z)
    (slope,) = torch.autograd.grad(a, z, torch.ones_like(a))
    return a.detach().numpy(), slope.numpy()


@pytest.mark.parametrize("name", SIGMAS)
def test_value_and_slope(name, load):
    sigma = SIGMAS[name]
    for found, expected in zip(with_slope(module(load, sigma), Z), due(sigma), strict=True):
        same(found, expected)


@pytest.mark.parametrize("learn", [False, True])
def test_gradients_where_the_hyperbolic_cosine_is_no_float32(learn, load):
    sigma = lab.activation("z/cosh(a*z)", a=1.0)
    z = np.array([-200.0, -100.0, -89.5, -85.0, 85.0, 90.0, 100.0, 200.0], np.float32)
    value, slope = due(sigma, z.astype(float))
    layer = module(load, sigma, learn=learn).float()
    found = with_slope(layer, z)
    np.testing.assert_allclose(found[0], value, rtol=1e-6, atol=1e-44)
    np.testing.assert_allclose(found[1], slope, rtol=1e-6, atol=1e-44)
    if learn:
        layer(torch.tensor(z)).sum().backward()
        assert torch.isfinite(layer.a.grad)


@pytest.mark.parametrize("plain", [False, True])
def test_a_layer_has_no_field_that_does_nothing(plain, load):
    layer = module(load, lab.activation("tanh(z) + a*z", a=0.1), plain=plain)
    assert set(vars(layer)) == set(vars(torch.nn.Module()))


@pytest.mark.parametrize("name", [name for name, sigma in SIGMAS.items() if Exported(sigma).parameters])
def test_learnt_parameters_begin_with_the_same_function(name, load):
    sigma = SIGMAS[name]
    z = Z[np.isfinite(Z) | np.isnan(Z)] if name in INFINITE_WITH_LEARNT else Z
    layer = module(load, sigma, learn=True)
    assert {key for key, _ in layer.named_parameters()} == set(Exported(sigma).parameters)
    for found, expected in zip(with_slope(layer, z), due(sigma, z), strict=True):
        same(found, expected)


SMOOTH = ["gelu", "mish", "softplus", "tanhlu", "swish-beta", "golu", "snake"]


@pytest.mark.parametrize("learn", [False, True])
@pytest.mark.parametrize("name", SMOOTH)
def test_gradcheck_and_gradgradcheck(name, learn, load):
    layer = module(load, SIGMAS[name], learn=learn)
    z = torch.linspace(-4, 4, 9, requires_grad=True)
    parameters = tuple(layer.parameters())

    def function(z, *parameters):
        return torch.func.functional_call(
            layer, dict(zip([k for k, _ in layer.named_parameters()], parameters, strict=True)), (z,)
        )

    assert torch.autograd.gradcheck(function, (z, *parameters))
    assert torch.autograd.gradgradcheck(function, (z, *parameters))


@pytest.mark.parametrize(
    "text", ["z/(1 + a*abs(z))", "(exp(z) - a)/(exp(z) + a)", "z/(1 + a*z**2)", "z/(1 + abs(z)**a)"]
)
def test_a_parameter_in_both_parts_of_a_quotient_is_learned(text, load):
    layer = module(load, lab.activation(text, a=1.3), learn=True)
    z = torch.tensor([-2.0, -0.3, 0.7, 3.0])
    assert torch.autograd.gradcheck(lambda a: torch.func.functional_call(layer, {"a": a}, (z,)), (layer.a,))


@pytest.mark.parametrize("plain", [False, True])
def test_a_number_may_come_first(plain, load):
    layer = module(load, lab.activation("min(6, max(0, z))**2"), plain=plain)
    found = with_slope(layer, np.array([-1.0, 0.0, 2.0, 7.0]))
    assert [list(one) for one in found] == [[0, 0, 4, 36], [0, 0, 4, 0]]


def test_autograd_has_the_slope_of_tanh_shrink_at_0_and_beside_it(load):
    z = np.array([-1e-60, 0.0, 1e-100, 1e-8, 0.3])
    _, slope = with_slope(module(load, SIGMAS["tanh-shrink"], plain=True), z)
    np.testing.assert_allclose(slope, np.tanh(z) ** 2, rtol=1e-14)


def test_no_nan_comes_through_an_unused_branch(load):
    sigma = lab.activation("where(z > 0, sqrt(max(z, 0)) + log1p(z), z*exp(z))")
    z = np.array([-800.0, -1.0, 2.0, 800.0])
    for found, expected in zip(with_slope(module(load, sigma), z), due(sigma, z), strict=True):
        same(found, expected)


@pytest.mark.parametrize("text", ["sqrt(z**2 + z**4)", "tanh(z)*sqrt(z**2 + z**4)"])
def test_where_a_root_touches_0_the_slope_is_the_one_that_is_due(text, load):
    sigma, z = lab.activation(text), np.array([-0.5, 0.0, 1.0])
    same(with_slope(module(load, sigma), z)[1], due(sigma, z)[1])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_halves_are_computed_in_float32(dtype, load):
    z = torch.linspace(-12, 12, 97, dtype=dtype)
    layer = module(load, SIGMAS["tanh"])
    found, slope = (torch.tensor(x) for x in due(SIGMAS["tanh"], z.double().numpy()))
    z.requires_grad_()
    a = layer(z)
    assert a.dtype == dtype
    assert torch.equal(a, found.float().to(dtype))
    (found,) = torch.autograd.grad(a, z, torch.ones_like(a))
    assert torch.equal(found, slope.float().to(dtype))


@pytest.mark.parametrize("name", ["silu", "gelu", "mish", "softplus", "tanh"])
def test_wide_keeps_float32_to_the_last_digit(name, load):
    z = np.linspace(-110, 20, 2601).astype(np.float32)
    found = with_slope(module(load, SIGMAS[name], wide=True), z)
    for values, expected in zip(found, due(SIGMAS[name], z.astype(float)), strict=True):
        one_ulp = np.spacing(np.abs(expected).astype(np.float32))
        assert np.all(np.abs(values - expected) <= one_ulp)


def test_vmap_and_the_functions_of_torch_func(load):
    layer = module(load, SIGMAS["gelu"])
    z = torch.linspace(-5, 5, 11)
    value, slope = due(SIGMAS["gelu"], z.numpy())
    same(torch.vmap(layer)(z), value)
    same(torch.vmap(torch.func.grad(layer))(z), slope)


@pytest.mark.slow
def test_compiled_by_torch(load):
    layer = module(load, SIGMAS["mish"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = with_slope(torch.compile(layer, backend="aot_eager", fullgraph=True), Z)
    for values, expected in zip(found, due(SIGMAS["mish"]), strict=True):
        same(values, expected)


def test_the_state_is_saved_and_loaded(load, tmp_path):
    one, other = (module(load, SIGMAS["swish-beta"], learn=True) for _ in range(2))
    with torch.no_grad():
        one.beta += 1
    torch.save(one.state_dict(), tmp_path / "state.pt")
    other.load_state_dict(torch.load(tmp_path / "state.pt"))
    assert float(other.beta.detach()) == 2


def test_a_learnt_parameter_learns(load):
    layer = module(load, SIGMAS["swish-beta"], learn=True)
    z = torch.linspace(-3, 3, 50)
    aim = z * torch.sigmoid(1.5 * z)
    optimiser = torch.optim.Adam(layer.parameters(), lr=0.05)
    for _ in range(200):
        optimiser.zero_grad()
        ((layer(z) - aim) ** 2).mean().backward()
        optimiser.step()
    assert float(layer.beta.detach()) == pytest.approx(1.5, abs=1e-3)


@pytest.mark.parametrize("name", ["gelu", "mish", "hard-swish"])
def test_the_plain_form_has_no_function_of_its_own(name, load):
    source = export(SIGMAS[name], "torch", plain=True)
    assert "autograd" not in source
    same(getattr(load(source), Exported(SIGMAS[name]).class_name)()(torch.tensor(Z)), due(SIGMAS[name])[0])


def test_designs_with_a_formula_are_exported_too(load):
    sigma = examples()["floored"]
    for found, expected in zip(with_slope(module(load, sigma), Z), due(sigma), strict=True):
        same(found, expected)


PLAIN_Z = np.concatenate([side * np.geomspace(1e-3, 1e4, 400) for side in (-1, 1)] + [[0.0, 1.0, -1.0]])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", SIGMAS)
def test_gradients_of_the_plain_form_are_as_told(name, dtype, load):
    """They are what was foretold, and the slope but at kinks and in the intervals that are told."""
    sigma = SIGMAS[name]
    z = np.setdiff1d(PLAIN_Z.astype(dtype), np.array(sigma.kinks, dtype))
    with np.errstate(all="ignore"):
        form = Exported(sigma, count=1).forms[0]
        foretold, *_ = gradients(form.kernels, z)
        slope = sigma.derivative(z.astype(float)).astype(dtype)
    _, found = with_slope(module(load, sigma, plain=True), z)
    rtol, tiny = (2e-4, 1e-30) if dtype == "float32" else (1e-8, 1e-290)
    np.testing.assert_allclose(found, foretold, rtol=rtol, atol=1e-6 if dtype == "float32" else 1e-14)
    told = np.isinf(slope)
    for (kind, _), places in form.wrong_slopes[0].items():
        for one in places if kind == dtype else ():
            told |= (z >= one.low) & (z <= one.high)
    around = np.abs(np.pad(slope, 1, mode="edge"))
    size = np.maximum(np.minimum(around[:-2], around[2:]), np.abs(slope))  # next to a zero digits must go
    assert np.all(np.abs(found[~told] - slope[~told]) <= (rtol * size + tiny)[~told])
