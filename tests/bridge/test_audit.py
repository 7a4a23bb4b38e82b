"""Audits: what is right passes, what is known to be wrong is found, and each finding is true by mpmath."""

import math

import mpmath as mp
import numpy as np
import pytest

import lab
from lab.activations.catalogue import examples
from lab.bridge.audit import audited, held
from lab.bridge.audit_libraries import LacksDtypeError, by_numpy, by_torch, of_lab
from lab.bridge.audit_reference import DTYPES, Reference, tried
from lab.errors import LabError

NAMES = ("tanh", "silu", "gelu", "softplus", "elu", "relu", "hard-tanh", "erf")


def rounded(x, dtype):
    """To the nearest number of a dtype, as float64."""
    kind = DTYPES[dtype]
    if dtype != "bfloat16":
        with np.errstate(over="ignore"):
            return np.asarray(x).astype(dtype).astype(float)
    ulp = kind.ulp(np.where(np.isfinite(x), x, 1.0))
    with np.errstate(all="ignore"):
        near = np.where(np.isfinite(x), np.round(x / ulp) * ulp, x)
    return np.where(np.isfinite(x) & (np.abs(near) > kind.largest), np.copysign(np.inf, x), near)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_a_correctly_rounded_function_is_never_blamed(name, dtype):
    sigma = examples()[name]
    reference = Reference(sigma)

    def both(z, dtype):
        return tuple(
            rounded(values, dtype)
            for values in (reference.exact if dtype == "float64" else reference.quick)(z)
        )

    for found, _, _ in held(name, both, sigma, dtype):
        assert found.verdict == "exact tails"
        assert found.worst <= 0.5 + 1e-6


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_halves_are_tried_at_all_of_their_numbers(dtype):
    assert len(tried(dtype, ())) == 2**16


FAR_OUT = ("atlu", "squareplus", "bent-identity", "telu", "golu", "pau", "snake", "sinlu")
LOST_A_FACTOR = ("silu", "gelu", "mish", "swish-beta", "logish", "softclip", "serf")


@pytest.mark.parametrize("name", [*LOST_A_FACTOR, *FAR_OUT])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_nothing_of_the_labs_own_vanishes_or_runs_over_on_the_way(name, dtype):
    sigma = examples()[name]
    assert not any(found.grave for found, _, _ in held(name, of_lab(sigma), sigma, dtype))


@pytest.mark.parametrize("name", ["squareplus", "bent-identity", "tanh"])
def test_classes_compute_halves_with_more_room(name):
    sigma = examples()[name]
    found = [one for one, _, _ in held(name, of_lab(sigma), sigma, "float16")]
    assert all(one.verdict == "exact tails" and one.worst < 0.51 for one in found)


def test_an_error_that_the_last_digit_of_z_explains_is_called_so():
    sigma = lab.activation("exp(1.702*z)")
    value, _ = [one for one, _, _ in held("f", of_lab(sigma), sigma, "float64")]
    assert value.worst > 64
    assert value.step == pytest.approx(1.702 * abs(value.at), rel=1.0)  # ulps of z and of σ differ by up to 2
    assert value.verdict.startswith("as exact as z: the next z changes σ by ")
    assert not value.grave

    def worse(z, dtype):
        a, slope = sigma.with_derivative(z)
        return np.where(np.abs(z) < 300, a, a * (1 + 1e-11)), slope

    value, _ = [one for one, _, _ in held("f", worse, sigma, "float64")]
    assert value.verdict == f"σ is off by {value.worst:.3g} ulp at z = {value.at:.4g}"


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("atlu", (-1 / math.pi, 0.0), (math.inf, 1.0)),
        ("gelu", (0.0, 0.0), (math.inf, 1.0)),
        ("asinh", (-math.inf, 0.0), (math.inf, 0.0)),
        ("snake", (-math.inf, math.nan), (math.inf, math.nan)),
        ("gcu", (math.nan, math.nan), (math.nan, math.nan)),
    ],
)
def test_what_is_due_at_infinity_are_the_proved_limits(name, low, high):
    limits = Reference(examples()[name])._limits
    np.testing.assert_allclose([limits[-math.inf], limits[math.inf]], [low, high], rtol=1e-15)


def test_a_wrong_limit_is_found():
    sigma = lab.activation("tanh")

    def both(z, dtype):
        a, slope = sigma.with_derivative(z)
        return np.where(np.isinf(z), np.nan, a), slope

    value, slope = [one for one, _, _ in held("f", both, sigma, "float64")]
    assert value.verdict == "σ is NaN at z = -inf"
    assert slope.verdict == "exact tails"


def test_silu_in_float32_where_its_slope_was_lost():
    z = np.float32(-90)
    assert lab.activation("silu").derivative(z) == pytest.approx(float(slope("silu", -90)), rel=1e-6)


def test_faults_that_are_planted_are_named():
    sigma = lab.activation("tanh")

    def flat(z, dtype):
        a = np.tanh(z)
        return a, 1 - a * a

    def turned(z, dtype):
        a, due = sigma.with_derivative(z)
        return a, np.where(z == tried(dtype, ())[300], -due, due)

    def passing(z, dtype):
        a, due = sigma.with_derivative(z)
        return a, np.where(z == tried(dtype, ())[300], 0.0, due)

    def lost(z, dtype):
        a, due = sigma.with_derivative(z)
        return np.where(np.abs(z) > 30, np.nan, a), due

    words = {flat: "is 0 from z", passing: "is 0 at z", turned: "wrong sign", lost: "no finite number"}
    for planted, word in words.items():
        assert any(
            word in found.verdict and found.grave for found, _, _ in held("f", planted, sigma, "float64")
        )


def test_a_number_where_0_is_due_is_a_fault():
    sigma = lab.activation("relu")

    def leaky(z, dtype):
        return np.maximum(z, -0.5), np.where(z > 0, 1.0, 0.01)

    def minus_zero(z, dtype):
        return np.where((z == 0) & np.signbit(z), -1.0, z), np.ones_like(z)

    value, slope = [one for one, _, _ in held("f", leaky, sigma, "float64")]
    assert (value.grave, slope.grave) == (True, True)
    assert "where it is 0" in value.verdict
    assert slope.verdict.startswith("σ′ is 0.01 at z = -")
    line = lab.activation("z")
    value, _ = [one for one, _, _ in held("f", minus_zero, line, "float64")]
    assert value.grave


def test_a_wrong_slope_is_told_before_what_it_loses_in_the_tails():
    sigma, bell = lab.activation("tanh"), lab.activation("z*exp(-z**2)")

    def straight(z, dtype):
        return sigma(z), 1 - np.tanh(z)

    def turned(z, dtype):
        with np.errstate(over="ignore", invalid="ignore"):
            return bell(z), (2 * z * z - 1) * np.exp(-z * z)

    _, slope = [one for one, _, _ in held("f", straight, sigma, "float64")]
    assert slope.verdict == "σ′ is 1.638 at z = -0.7545 where it is 0.5932"
    _, slope = [one for one, _, _ in held("f", turned, bell, "float64")]
    assert slope.verdict.startswith("σ′ has the wrong sign at z = -")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_slope_that_is_a_little_wrong_everywhere_is_told_before_its_tails(dtype):
    """As of a backward pass with a wrong factor: that it is 0 far out is true of the right one too."""
    sigma = lab.activation("sigmoid")

    def both(z, dtype):
        a = (1 / (1 + np.exp(-np.maximum(z, -80)))).astype(dtype)
        return a, 1.05 * a * (1 - a)

    _, slope = [one for one, _, _ in held("f", both, sigma, dtype)]
    assert slope.grave
    assert slope.verdict.startswith("σ′ is 0.26")
    assert "where it is 0.25" in slope.verdict


EXACT = {
    "sigmoid": lambda z: mp.exp(-z) / (1 + mp.exp(-z)) ** 2,
    "tanh": lambda z: mp.sech(z) ** 2,
    "silu": lambda z: 1 / (1 + mp.exp(-z)) + z * mp.exp(-z) / (1 + mp.exp(-z)) ** 2,
    "asinh": lambda z: 1 / mp.sqrt(1 + z * z),
    "tanhshrink": lambda z: mp.tanh(z) ** 2,
    "elu": lambda z: mp.exp(z) if z < 0 else mp.mpf(1),
    "celu": lambda z: mp.exp(z) if z < 0 else mp.mpf(1),
}
EXACT["arcsinh"] = EXACT["asinh"]


def slope(name, z):
    with mp.workdps(60):
        return EXACT[name](mp.mpf(z))


@pytest.mark.parametrize(
    ("library", "function", "dtypes"),
    [
        ("torch", "sigmoid", ("float64", "float32", "bfloat16", "float16")),
        ("torch", "tanh", ("float64", "float32", "bfloat16", "float16")),
        ("torch", "asinh", ("float64", "float32")),
        ("torch", "tanhshrink", ("float64", "float32")),
        ("torch", "silu", ("float32",)),
        ("jax", "sigmoid", ("float64", "float32")),
        ("jax", "tanh", ("float64", "float32")),
        ("jax", "elu", ("float64", "float32")),
        ("jax", "celu", ("float32",)),
        ("jax", "silu", ("float64", "float32")),
        ("jax", "arcsinh", ("float64", "float32")),
    ],
)
def test_a_librarys_false_zero_is_found_and_is_false(library, function, dtypes):
    pytest.importorskip(library)
    for found, _, _ in audited(library, dtypes=dtypes, only=[function]).rows:
        if found.of == "slope":
            assert not math.isnan(found.zero_from), found
            exact = float(slope(function, found.zero_from))
            assert found.zero_due == pytest.approx(exact, rel=1e-12)
            assert abs(exact) >= DTYPES[found.dtype].tiny


def test_torchs_bfloat16_slope_of_tanh_at_the_first_false_zero():
    pytest.importorskip("torch")
    rows = audited("torch", dtypes=["bfloat16"], only=["tanh"]).rows
    (found,) = [one for one, _, _ in rows if one.of == "slope"]
    assert found.zero_from == -3.46875


@pytest.mark.parametrize("to", ["torch", "jax", "numpy"])
def test_what_the_lab_exports_passes_its_audit(to, tmp_path):
    if to != "numpy":
        pytest.importorskip(to)
    text = "tanh(z)" if to == "jax" else "tanh(z) + 0.1*z"  # jax takes 0.1*z for 0 where it is subnormal
    path = tmp_path / "exported.py"
    path.write_text(lab.export(text, to), encoding="utf-8")
    dtypes = ["float64", "float32", "float16"]
    found = audited(path, "sigma", dtypes=dtypes, formula=text, allow_code=True)
    assert [one.verdict for one, _, _ in found.rows] == ["exact tails"] * 6


def test_the_code_of_a_file_runs_only_with_leave(tmp_path):
    path = tmp_path / "own.py"
    path.write_text("raise SystemExit", encoding="utf-8")
    with pytest.raises(LabError, match="--allow-code"):
        audited(path, "f", formula="z")


@pytest.mark.parametrize("code", ["import no_such_package", "def f(z:", "raise SystemExit"])
def test_a_file_that_cannot_be_loaded_is_told_in_one_line(code, tmp_path):
    path = tmp_path / "own.py"
    path.write_text(code, encoding="utf-8")
    with pytest.raises(LabError, match=r"own\.py fails to load: \w+: [^\n]*\Z"):
        audited(path, "f", formula="z", allow_code=True)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"what": "tourch"}, "no library 'tourch'.*torch"),
        ({"what": "lab", "only": ["gelo"]}, "no function 'gelo'.*gelu"),
        ({"what": "lab", "dtypes": ["float23"]}, "no dtype 'float23'.*float32"),
        (
            {"what": "lab", "only": ["tanh"], "dtypes": ["bfloat16"]},
            "numpy has no bfloat16: tanh left out there; nothing was tried, expected one of float64",
        ),
        ({"what": "nowhere.py"}, "which function is σ"),
        ({"what": "nowhere.py:f"}, "there is no file"),
    ],
)
def test_what_cannot_be_audited_is_told(given, message):
    with pytest.raises(LabError, match=message):
        audited(**given)


def test_a_function_of_numpy_without_its_slope_has_rows_of_its_value_alone():
    sigma = lab.activation("tanh")
    assert [found.of for found, _, _ in held("tanh", by_numpy(np.tanh, None), sigma, "float64")] == ["value"]


def own(tmp_path, code):
    path = tmp_path / "own.py"
    path.write_text(f"import math\nimport numpy as np\n{code}\n", encoding="utf-8")
    return path


def test_a_number_that_nan_becomes_is_a_fault(tmp_path):
    """It had been called exact."""
    code = "f = lambda z: np.where(z > 0, z, 0)\ndef g(z): return np.where(np.isnan(z), 7, np.maximum(z, 0))"
    for name, dtype in (("f", "float32"), ("g", "float16")):
        path = own(tmp_path, code)
        ((row, _, _),) = audited(path, name, dtypes=[dtype], formula="relu(z)", allow_code=True).rows
        assert (row.grave, row.verdict) == (True, f"σ of NaN is {0 if name == 'f' else 7}")


def test_a_dtype_that_the_library_of_ones_own_function_lacks_is_left_out_and_said(tmp_path):
    found = audited(own(tmp_path, "f = np.tanh"), "f", formula="tanh(z)", allow_code=True)
    assert {one.dtype for one, _, _ in found.rows} == DTYPES.keys() - {"bfloat16"}
    assert found.notes == ["numpy has no bfloat16: f left out there"]


def test_a_dtype_in_which_torch_does_not_compute_is_left_out_and_said():
    torch = pytest.importorskip("torch")

    def no_halves(z):
        if z.dtype == torch.float16:
            raise RuntimeError("\"f_cpu\" not implemented for 'Half'")
        return torch.tanh(z)

    sigma = lab.activation("tanh")
    assert len(list(held("f", by_torch(no_halves), sigma, "float32"))) == 2
    with pytest.raises(LacksDtypeError, match="torch does not compute it in float16: "):
        list(held("f", by_torch(no_halves), sigma, "float16"))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("f = math.tanh", r"own\.py:f: fails at an array z of float64: TypeError: [^\n]*\Z"),
        (
            "def f(z):\n    return z.no",
            r"own\.py:4: fails at an array z of float64: AttributeError: [^\n]*\Z",
        ),
        ("def f(z):\n    return 0.5", r"own\.py:f: σ of z of the shape \(1519,\) is of the shape \(\)\Z"),
        ("f = np.tanh\ndef f_slope(z):\n    return z[1:]", r"own\.py:f: σ′ of z of the shape"),
    ],
)
def test_a_function_of_ones_own_that_fails_is_told_in_one_line(code, message, tmp_path):
    with pytest.raises(LabError, match=message):
        audited(own(tmp_path, code), "f", formula="tanh(z)", allow_code=True)
