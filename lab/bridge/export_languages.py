"""A σ as a file of numpy, jax, Keras or C, which needs nothing else."""

from collections.abc import Sequence
from itertools import pairwise

from lab.bridge.export_code import Dialect, Level, body
from lab.bridge.export_forms import Function
from lab.bridge.exported import Exported

_SAME = ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "sinh", "cosh", "tanh", "sign", "abs", "isnan")


def _python(module: str, **others: str) -> dict[str, str]:
    """The calls of a module that names its functions as numpy does."""
    return {
        **{name: f"{module}.{name}({{0}})" for name in (*_SAME, "trunc")},
        "arctan": f"{module}.arctan({{0}})",
        "asinh": f"{module}.arcsinh({{0}})",
        "min": f"{module}.minimum({{0}}, {{1}})",
        "max": f"{module}.maximum({{0}}, {{1}})",
        "where": f"{module}.where({{0}}, {{1}}, {{2}})",
        "copy": "({0}).astype(z.dtype)",
        **others,
    }


NUMPY = Dialect(_python("np"), infinity="np.inf", nan="np.nan", lacking=frozenset({"erf"}))
JAX = Dialect(_python("jnp", erf="jax.scipy.special.erf({0})"), infinity="jnp.inf", nan="jnp.nan")
KERAS = Dialect(
    _python("ops", erf="ops.erf({0})", copy="ops.cast({0}, z.dtype)", isnan="ops.isnan({0})"),
    infinity="float('inf')",
    nan="float('nan')",
)
C = Dialect(
    {
        **{name: f"{name}({{0}})" for name in (*_SAME, "asinh", "erf", "trunc")},
        "abs": "fabs({0})",
        "arctan": "atan({0})",
        "sign": "sign({0})",
        "pow": "pow({0}, {1})",
        "min": "least({0}, {1})",
        "max": "most({0}, {1})",
        "where": "(({0}) ? {1} : {2})",
        "copy": "(double)({0})",
    },
    assignment="const double {0} = {1};",
    assigned_mask="const int {0} = {1};",
    infinity="INFINITY",
    nan="(double)NAN",
    both="&&",
)


def numpy_source(exported: Exported) -> str:
    """Two functions of arrays, ``NAME(z)`` and ``NAME_slope(z)``; halves are computed in float32."""
    parts = ['"""', _header(exported), '"""\n\nimport numpy as np\n']
    for name, function, levels in zip(_names(exported), exported.functions, exported.levels, strict=False):
        parts.append(
            f"\n\ndef {name}(z):\n"
            f'    """{_about(name)}, elementwise; the shape and the floating dtype of z."""\n'
            "    z = np.asarray(z)\n"
            "    dtype = z.dtype if z.dtype.kind == 'f' else np.dtype(float)\n"
            "    z = z.astype(np.float32 if dtype.itemsize < 4 else dtype)\n"
            "    with np.errstate(all='ignore'):\n"
            + "".join(
                f"    {line}\n" for line in _body(NUMPY, function, levels, "return ({0}).astype(dtype)")
            )
        )
    return _joined(parts)


def jax_source(exported: Exported) -> str:
    """The function with its derivative, and the derivative with its own, as jax's custom JVPs."""
    parts = ['"""', _header(exported), '"""\n\nimport jax\nimport jax.numpy as jnp\n', _WIDE_JAX]
    for name, function, levels in zip(
        [*_names(exported), f"{exported.name}_curvature"], exported.functions, exported.levels, strict=True
    ):
        last = name.endswith("_curvature")
        parts.append(
            f"\n\n{'' if last else '@jax.custom_jvp'}{'' if last else chr(10)}def {name}(z):\n"
            f'    """{_about(name)}, elementwise."""\n    z, dtype = _wide(z)\n'
            + "\n".join(_body(JAX, function, levels, "return ({0}).astype(dtype)"))
            + "\n"
        )
    names = [*_names(exported), f"{exported.name}_curvature"]
    for value, slope in pairwise(names):
        parts.append(
            f"\n\n@{value}.defjvp\ndef _{value}(primals, tangents):\n"
            f"    return {value}(*primals), {slope}(*primals) * tangents[0]\n"
        )
    return _joined(parts)


_WIDE_JAX = """

def _wide(z):
    z = jnp.asarray(z)
    dtype = z.dtype if jnp.issubdtype(z.dtype, jnp.floating) else jnp.result_type(float)
    return z.astype(jnp.float32 if jnp.finfo(dtype).bits < 32 else dtype), dtype
"""


def keras_source(exported: Exported) -> str:
    """A function, and a layer that is saved and loaded by its name; for every backend of Keras 3."""
    parts = ['"""', _header(exported), '"""\n\nimport keras\nfrom keras import ops\n']
    names = ("_value", "_slope")
    for name, function, levels in zip(names, exported.functions, exported.levels, strict=False):
        parts.append(
            f"\n\ndef {name}(z):\n    dtype = keras.backend.standardize_dtype(z.dtype)\n"
            "    z = ops.cast(z, 'float32') if dtype in ('float16', 'bfloat16') else z\n"
            + "\n".join(_body(KERAS, function, levels, "return ops.cast({0}, dtype)"))
            + "\n"
        )
    parts.append(_LAYER.format(name=exported.name, kind=exported.class_name))
    return _joined(parts)


_LAYER = '''

@ops.custom_gradient
def _differentiable(z):
    def gradient(*given, upstream=None):
        return (given[0] if upstream is None else upstream) * _slope(z)

    return _value(z), gradient


@keras.saving.register_keras_serializable(package="activation_lab")
def {name}(z):
    """σ(z), elementwise."""
    return _differentiable(ops.convert_to_tensor(z))


@keras.saving.register_keras_serializable(package="activation_lab")
class {kind}(keras.layers.Layer):
    """σ as a layer."""

    def call(self, z):
        return {name}(z)
'''


def c_source(exported: Exported) -> str:
    """Two functions of a double in C99, ``NAME_value`` and ``NAME_slope``: C has a tanh of its own."""
    parts = ["/*", _header(exported), "*/\n\n#include <math.h>\n", _HELPERS]
    names = (f"{exported.name}_value", f"{exported.name}_slope")
    for name, function, levels in zip(names, exported.functions, exported.levels, strict=False):
        lines = _body(C, function, levels, "return {0};")
        parts.append(f"\n// {_about(name)}\ndouble {name}(double z) {{\n" + "\n".join(lines) + "\n}\n")
    used = "".join(parts[4:])
    parts[3] = "".join(
        f"\n{line}\n"
        for line in _HELPERS.strip().splitlines()
        if f"{line.split('(')[0].split()[-1]}(" in used
    )
    return _joined(parts)


_HELPERS = """
static double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
static double least(double x, double y) { return x < y || x != x ? x : y; }
static double most(double x, double y) { return x > y || x != x ? x : y; }
"""


def _body(dialect: Dialect, function: Function, levels: Sequence[Level], ends: str) -> list[str]:
    return body(dialect, function.form.kernels, levels, ends=ends)


def _names(exported: Exported) -> list[str]:
    return [exported.name, f"{exported.name}_slope"]


def _about(name: str) -> str:
    return {"slope": "σ′(z)", "curvature": "σ″(z)"}.get(name.rpartition("_")[2], "σ(z)")


def _header(exported: Exported) -> str:
    return "\n".join(exported.header)


def _joined(parts: list[str]) -> str:
    """The parts of a file, the header within its marks."""
    start, header, end, *rest = parts
    return f"{start}{header}\n{end}" + "".join(rest)
