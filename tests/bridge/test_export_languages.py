"""What is exported to numpy, jax, Keras and C is what the lab computes."""

import ctypes
import shutil
import subprocess

import numpy as np
import pytest

import lab
from lab.api import export
from lab.bridge.exported import Exported
from tests.bridge.points import SIGMAS, Z, due, same

pytestmark = pytest.mark.usefixtures("bare")


@pytest.mark.parametrize("name", SIGMAS)
def test_numpy(name, load):
    sigma = SIGMAS[name]
    module = load(export(sigma, "numpy"))
    value, slope = due(sigma)
    same(getattr(module, Exported(sigma).name)(Z), value)
    same(getattr(module, f"{Exported(sigma).name}_slope")(Z), slope)


def test_numpy_computes_halves_in_float32(load):
    module = load(export(SIGMAS["silu"], "numpy"))
    z = np.linspace(-15, 15, 201).astype(np.float16)
    assert module.silu(z).dtype == np.float16
    assert np.array_equal(module.silu(z), SIGMAS["silu"](z.astype(float)).astype(np.float16))


FAR = ["z/cosh(z)", "log(2*cosh(z))", "sqrt(1 + exp(2*z))", "z*tanh(softplus(z))"]
"""Formulas in which e^z runs over where σ does not."""

FAR_Z = np.concatenate([side * np.linspace(3, end, 300) for side in (-1, 1) for end in (100, 714.5)])


def far(found, due, rtol):
    """Equal where a normal number is due, and nowhere NaN."""
    found, limits = np.asarray(found), np.finfo(np.asarray(found).dtype)
    normal = (np.abs(due) >= limits.tiny) & (np.abs(due) <= limits.max)
    np.testing.assert_allclose(found[normal], due[normal], rtol=rtol)
    assert not np.isnan(found).any()


@pytest.mark.parametrize(("dtype", "rtol"), [(np.float64, 1e-12), (np.float32, 2e-6)])
@pytest.mark.parametrize("text", FAR)
def test_numpy_far_out(text, dtype, rtol, load):
    sigma, z = lab.activation(text), FAR_Z.astype(dtype)
    module = load(export(sigma, "numpy"))
    value, slope = due(sigma, z.astype(float))
    far(module.sigma(z), value, rtol)
    far(module.sigma_slope(z), slope, 10 * rtol)


@pytest.mark.parametrize("text", FAR[:1])
def test_jax_far_out_in_float32(text, load):
    jax = pytest.importorskip("jax")
    sigma, z = lab.activation(text), FAR_Z.astype(np.float32)
    z = z[np.abs(z) < 85]  # XLA has no numbers below the normal ones
    z = np.append(z, np.float32([90.0, 100.0, 200.0, 1e10]))
    function = load(export(sigma, "jax")).sigma
    with np.errstate(all="ignore"):
        value, slope = sigma.with_derivative(z.astype(float))
    np.testing.assert_allclose(function(z), value, rtol=2e-6, atol=1e-36)
    np.testing.assert_allclose(jax.vmap(jax.grad(function))(z), slope, rtol=2e-5, atol=1e-36)


BY_JAX = {
    name: name
    if name in ("golu", "gelu", "mish", "sparse-sigmoid")
    else pytest.param(name, marks=pytest.mark.slow)
    for name in SIGMAS
}
"""XLA takes a while for each."""

OTHERWISE_ROUNDED = ("hard-sigmoid", "leaky-hard-sigmoid")
"""XLA multiplies by 1/6 in place of dividing by 6, and what is left at -3 is that rounding."""


@pytest.mark.parametrize("name", BY_JAX.values())
def test_jax(name, load):
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        function = getattr(load(export(SIGMAS[name], "jax")), Exported(SIGMAS[name]).name)
        z = Z[np.abs(Z + 3) > 1e-6] if name in OTHERWISE_ROUNDED else Z
        value, slope = due(SIGMAS[name], z)
        same(jax.jit(function)(z), value)
        same(jax.vmap(jax.grad(function))(z), slope)


def test_jax_knows_the_grad_of_grad(load):
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        tanh = load(export(SIGMAS["tanh"], "jax")).tanh
        z = 40.0
        due = -8 * np.exp(-80.0)
        assert float(jax.grad(jax.grad(tanh))(z)) == pytest.approx(due, rel=1e-12)


COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


@pytest.mark.skipif(COMPILER is None, reason="no C compiler")
@pytest.mark.parametrize(
    "names", [("golu", "gelu", "tanh", "threshold"), pytest.param(tuple(SIGMAS), marks=pytest.mark.slow)]
)
def test_c(names, tmp_path):
    """Rows in one library, each under a name of its own."""
    sources = []
    for name in names:
        path = tmp_path / f"{name}.c"
        path.write_text(export(SIGMAS[name], "c"), encoding="utf-8")
        sources.append(path)
    wanted = {path: _c_names(path.read_text()) for path in sources}
    renamed = [
        [COMPILER, "-std=c99", "-O1", "-ffp-contract=off", "-Wall", "-Werror", "-fPIC", "-c", str(path)]
        + [f"-D{old}=row{k}_{i}" for i, old in enumerate(wanted[path])]
        + ["-o", str(path.with_suffix(".o"))]
        for k, path in enumerate(sources)
    ]
    for command in renamed:
        subprocess.run(command, check=True)
    library = tmp_path / "rows.so"
    objects = [str(path.with_suffix(".o")) for path in sources]
    subprocess.run([COMPILER, "-shared", "-o", str(library), *objects, "-lm"], check=True)
    loaded = ctypes.CDLL(str(library))
    for k, name in enumerate(names):
        for i, values in enumerate(due(SIGMAS[name])):
            function = loaded[f"row{k}_{i}"]
            function.restype, function.argtypes = ctypes.c_double, [ctypes.c_double]
            same([function(z) for z in Z], values)


@pytest.mark.skipif(COMPILER is None, reason="no C compiler")
def test_c_far_out(tmp_path):
    source = tmp_path / "sigma.c"
    for text in FAR[::3]:
        sigma = lab.activation(text)
        source.write_text(export(sigma, "c"), encoding="utf-8")
        library = tmp_path / f"sigma{text[2]}.so"
        flags = ["-std=c99", "-O1", "-Wall", "-Werror", "-fPIC", "-shared"]
        subprocess.run([COMPILER, *flags, "-o", str(library), str(source), "-lm"], check=True)
        loaded = ctypes.CDLL(str(library))
        for name, values in zip(("sigma_value", "sigma_slope"), due(sigma, FAR_Z), strict=True):
            function = loaded[name]
            function.restype, function.argtypes = ctypes.c_double, [ctypes.c_double]
            far([function(z) for z in FAR_Z.tolist()], values, 1e-11)


def _c_names(source):
    return [line.split()[1].partition("(")[0] for line in source.splitlines() if line.startswith("double ")]


@pytest.mark.parametrize("name", ["gelu", "mish", "elu", "threshold"])
def test_keras(name, load, tmp_path):
    keras = pytest.importorskip("keras")
    module = load(export(SIGMAS[name], "keras"))
    layer = getattr(module, name.title())()
    z = np.linspace(-30, 30, 301).astype(np.float32)[:, None]
    model = keras.Sequential([keras.Input((1,)), layer])
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    value, _ = due(SIGMAS[name], z.astype(float))
    np.testing.assert_allclose(np.asarray(again(z)), value, rtol=2e-6, atol=1e-37)


def test_kerass_gradient_is_the_exact_slope(load):
    keras = pytest.importorskip("keras")
    module = load(export(SIGMAS["tanh"], "keras"))
    z = np.array([-20.0, -3.0, 0.0, 3.0, 20.0], dtype=np.float32)
    if keras.backend.backend() == "jax":
        import jax

        found = jax.vmap(jax.grad(module.tanh))(z)
    else:
        torch = pytest.importorskip("torch")
        x = torch.tensor(z, requires_grad=True)
        (found,) = torch.autograd.grad(module.tanh(x).sum(), x)
    np.testing.assert_allclose(np.asarray(found), due(SIGMAS["tanh"], z.astype(float))[1], rtol=2e-6)
