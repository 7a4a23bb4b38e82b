"""A σ as a file of numpy, jax, Keras or C, which needs nothing else."""

from collections.abc import Sequence
from itertools import pairwise

from lab.bridge.export_code import SAME, Dialect, as_numpy, body
from lab.bridge.exported import SYMBOLS, Exported

NUMPY = Dialect(as_numpy("np"), infinity="np.inf", nan="np.nan", lacking=frozenset({"erf"}), indent=8 * " ")
JAX = Dialect(as_numpy("jnp", erf="jax.scipy.special.erf({0})"), infinity="jnp.inf", nan="jnp.nan")
KERAS = Dialect(
    as_numpy("ops", erf="ops.erf({0})", copy="ops.cast({0}, z.dtype)", isnan="ops.isnan({0})"),
    infinity="float('inf')",
    nan="float('nan')",
)
C = Dialect(
    {
        **{name: f"{name}({{0}})" for name in (*SAME, "asinh", "erf")},
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
)


_NUMPY = '''"""{header}
"""

import numpy as np
{functions}'''

_NUMPY_FUNCTION = '''

def {name}(z):
    """{about}, elementwise; the shape and the floating dtype of z."""
    z = np.asarray(z)
    dtype = z.dtype if z.dtype.kind == 'f' else np.dtype(float)
    z = z.astype(np.float32 if dtype.itemsize < 4 else dtype)
    with np.errstate(all='ignore'):
{lines}
'''


def numpy_source(exported: Exported) -> str:
    """Two functions of arrays, ``NAME(z)`` and ``NAME_slope(z)``; halves are computed in float32."""
    names = exported.name, f"{exported.name}_slope"
    functions = _functions(exported, names, NUMPY, _NUMPY_FUNCTION, "return ({0}).astype(dtype)")
    return _NUMPY.format(header="\n".join(exported.header), functions="".join(functions))


_JAX = '''"""{header}
"""

import jax
import jax.numpy as jnp


def _wide(z):
    z = jnp.asarray(z)
    dtype = z.dtype if jnp.issubdtype(z.dtype, jnp.floating) else jnp.result_type(float)
    return z.astype(jnp.float32 if jnp.finfo(dtype).bits < 32 else dtype), dtype
{functions}'''

_JAX_FUNCTION = '''def {name}(z):
    """{about}, elementwise."""
    z, dtype = _wide(z)
{lines}
'''

_JAX_RULE = """

@{value}.defjvp
def _{value}(primals, tangents):
    return {value}(*primals), {slope}(*primals) * tangents[0]
"""


def jax_source(exported: Exported) -> str:
    """The function with its derivative, and the derivative with its own, as jax's custom JVPs."""
    names = exported.name, f"{exported.name}_slope", f"{exported.name}_curvature"
    made = _functions(exported, names, JAX, _JAX_FUNCTION, "return ({0}).astype(dtype)")
    marks = ("@jax.custom_jvp\n", "@jax.custom_jvp\n", "")
    functions = "".join(f"\n\n{mark}{one}" for mark, one in zip(marks, made, strict=True))
    rules = "".join(_JAX_RULE.format(value=value, slope=slope) for value, slope in pairwise(names))
    return _JAX.format(header="\n".join(exported.header), functions=functions + rules)


_KERAS = '''"""{header}
"""

import keras
from keras import ops
{functions}

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

_KERAS_FUNCTION = """

def {name}(z):
    dtype = keras.backend.standardize_dtype(z.dtype)
    z = ops.cast(z, 'float32') if dtype in ('float16', 'bfloat16') else z
{lines}
"""


def keras_source(exported: Exported) -> str:
    """A function, and a layer that is saved and loaded by its name; for every backend of Keras 3."""
    functions = _functions(
        exported, ("_value", "_slope"), KERAS, _KERAS_FUNCTION, "return ops.cast({0}, dtype)"
    )
    names = {"name": exported.name, "kind": exported.class_name}
    return _KERAS.format(header="\n".join(exported.header), functions="".join(functions), **names)


_C = """/*{header}
*/

#include <math.h>
{helpers}{functions}"""

_C_FUNCTION = """
// {about}
double {name}(double z) {{
{lines}
}}
"""

_C_HELPERS = {
    "sign": "static double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }",
    "least": "static double least(double x, double y) { return x < y || x != x ? x : y; }",
    "most": "static double most(double x, double y) { return x > y || x != x ? x : y; }",
}
"""What C lacks: name → definition."""


def c_source(exported: Exported) -> str:
    """Two functions of a double in C99, ``NAME_value`` and ``NAME_slope``: C has a tanh of its own."""
    names = f"{exported.name}_value", f"{exported.name}_slope"
    functions = "".join(_functions(exported, names, C, _C_FUNCTION, "return {0};"))
    helpers = "".join(f"\n{made}\n" for name, made in _C_HELPERS.items() if f"{name}(" in functions)
    return _C.format(header="\n".join(exported.header), helpers=helpers, functions=functions)


def _functions(
    exported: Exported, names: Sequence[str], dialect: Dialect, frame: str, ends: str
) -> list[str]:
    """σ and its derivatives under these names, each in the frame; ``ends`` is as `body` takes it."""
    return [
        frame.format(name=name, about=f"{symbol}(z)", lines="\n".join(body(dialect, form.kernels, ends)))
        for name, form, symbol in zip(names, exported.forms, SYMBOLS, strict=False)
    ]
