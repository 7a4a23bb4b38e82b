"""What the functions of Python, numpy, scipy, torch, tensorflow, keras and jax are in the lab's formulas."""

import ast

from lab.activations.formula.operations import FUNCTIONS
from lab.activations.table import ROWS, Row

CONSTANTS_NAMES = ("pi", "e")

NUMBERS = {
    **{name: name for name in CONSTANTS_NAMES},
    **{f"{of}{name}": text for of in ("", "M_") for name, text in {
        "PI": "pi", "E": "e", "SQRT2": "sqrt(2)", "SQRT1_2": "sqrt(0.5)", "2_SQRTPI": "2/sqrt(pi)",
        "LN2": "log(2)", "PI_2": "pi/2", "1_PI": "1/pi", "2_PI": "2/pi",
    }.items()},
}  # fmt: skip
"""Constants of Python, JavaScript and C, and what they are here."""

SIGMAS: dict[str, Row] = {
    spelling: row for row in ROWS for spelling in (row.name, *row.spellings) if spelling.isidentifier()
}
"""The activations of the table that formulas may call as functions, by their names without a -."""

MODULES = frozenset(
    {
        *("np", "numpy", "jnp", "math", "cmath", "torch", "nn", "F", "functional", "tf", "tensorflow"),
        *("keras", "ops", "K", "activations", "backend", "Math", "jax", "lax", "flax", "linen"),
        *("scipy", "special", "sp", "stats", "norm", "linalg", "nnx", "sympy"),
    }
)
"""The words that may stand before a dot."""

WRITTEN: dict[str, tuple[str, str]] = {
    **{name: ("x", f"{own}(x)") for name, own in {
        "ln": "log", "fabs": "abs", "absolute": "abs", "sgn": "sign", "expit": "sigmoid", "sig": "sigmoid",
        "ndtr": "Phi", "cdf": "Phi", "pdf": "phi", "logistic": "sigmoid", "sigma": "sigmoid",
        "normcdf": "Phi", "normpdf": "phi", "pnorm": "Phi", "dnorm": "phi", "normsdist": "Phi",
        "plogis": "sigmoid", "arsinh": "asinh", "logisticsigmoid": "sigmoid", "ramp": "relu",
        "signum": "sign", "arctg": "arctan", "th": "tanh", "sh": "sinh", "ch": "cosh", "logsig": "sigmoid",
        "tansig": "tanh", "poslin": "relu", "gelu_new": "gelu_tanh", "wurzel": "sqrt", "racine": "sqrt",
        "betrag": "abs", "vorzeichen": "sign", "signe": "sign", "tanhyp": "tanh", "sinus": "sin",
        "cosinus": "cos",
    }.items()},
    **{name: ("x, y", own) for names, own in {
        ("maximum", "fmax", "pmax"): "max(x, y)", ("minimum", "fmin", "pmin"): "min(x, y)",
        ("power", "pow", "float_power", "potenz", "puissance"): "x**y",
        ("multiply", "mul"): "x*y", ("add",): "x + y", ("subtract", "sub"): "x - y",
        ("divide", "div", "true_divide"): "x/y",
    }.items() for name in names},
    **{name: ("x", own) for names, own in {
        ("zeros_like", "zero"): "0", ("ones_like", "one"): "1", ("negative", "neg"): "-x",
        ("tensor", "float", "float32", "float64"): "x",
    }.items() for name in names},
    **dict.fromkeys(("clip", "clamp", "clip_by_value"), ("x, low, high", "min(max(x, low), high)")),
    "clamp_min": ("x, low", "max(x, low)"),
    "clamp_max": ("x, high", "min(x, high)"),
    "square": ("x", "x**2"),
    "reciprocal": ("x", "1/x"),
    "rsqrt": ("x", "1/sqrt(x)"),
    "cbrt": ("x", "sign(x)*abs(x)**(1/3)"),
    "exp2": ("x", "2**x"),
    **dict.fromkeys(("log2", "log_2"), ("x", "log(x)/log(2)")),
    **dict.fromkeys(("log10", "log_10"), ("x", "log(x)/log(10)")),
    "logaddexp": ("x, y", "y + softplus(x - y)"),
    "hypot": ("x, y", "sqrt(x**2 + y**2)"),
    "sinc_of_pi": ("x", "sinc(pi*x)"),
    "leaky_of_keras": ("x", "leaky_relu(x, 0.2)"),
    "softplus_of_beta": ("x, beta", "softplus(beta*x)/beta"),
    "log_of_base": ("x, base", "log(x)/log(base)"),
    "log_to_base": ("base, x", "log(x)/log(base)"),
    "logit": ("x", "log(x/(1 - x))"),
    **{name: ("x, y", f"where(x {sign} y, 1, 0)") for name, sign in {
        "greater": ">", "less": "<", "gt": ">", "lt": "<", "ge": ">=", "le": "<=",
        "greater_equal": ">=", "less_equal": "<=",
    }.items()},
    **dict.fromkeys(("cast", "astype", "to", "type", "type_as"), ("x, dtype", "x")),
    "divide_no_nan": ("x, y", "where(y == 0, 0, x/y)"),
    "satlin": ("x", "min(max(x, 0), 1)"),
    "satlins": ("x", "min(max(x, -1), 1)"),
    "radbas": ("x", "exp(-x**2)"),
    "log_ndtr": ("x", "log(Phi(x))"),
    "tan": ("x", "sin(x)/cos(x)"),
    "cot": ("x", "cos(x)/sin(x)"),
    "sech": ("x", "1/cosh(x)"),
    "csch": ("x", "1/sinh(x)"),
    "coth": ("x", "1/tanh(x)"),
    "heaviside": ("x, middle", "where(x > 0, 1, where(x < 0, 0, middle))"),
    "unitstep": ("x", "where(x >= 0, 1, 0)"),
    "heavisidetheta": ("x", "where(x > 0, 1, 0)"),
}  # fmt: skip
"""Functions of others, with what they are here: the name → its arguments, and the formula."""

MEANT: dict[str, tuple[frozenset[str], str]] = {
    "gelu": (frozenset({"jax", "flax", "linen", "nnx", "ops"}), "gelu_tanh"),
    "leaky_relu": (frozenset({"tf", "tensorflow", "keras", "activations", "ops", "K"}), "leaky_of_keras"),
    "hard_sigmoid": (frozenset({"K", "backend"}), "hard_sigmoid_keras_2"),
    "sinc": (MODULES, "sinc_of_pi"),
}
"""Functions that, with one argument, mean another thing where one of these words stands before the dot."""

TWO_MEANINGS = {
    "nn.gelu": "gelu(x), tf's, or gelu_tanh(x), jax's",
    "nn.leaky_relu": "leaky_relu(x, 0.2), tf's, or leaky_relu(x, 0.01), jax's",
    "sp.sinc": "sinc(x), sympy's, or sinc(pi*x), scipy's",
    "PHI": "Phi(x), the distribution function, or phi(x), the density",
    "LOG": "log(x), the natural logarithm, or log10(x), which a spreadsheet takes",
}
"""Names that two libraries or two habits share."""

OF_TWO = {
    "softplus": "softplus_of_beta",
    "log": "log_of_base",
    "Log": "log_to_base",  # Mathematica's
    **dict.fromkeys(("silu", "swish"), "swish_beta"),
}
"""Functions that mean another thing with two arguments."""

APPROXIMATE = {True: "gelu_tanh", "tanh": "gelu_tanh", False: "gelu", "none": "gelu"}
"""What the argument ``approximate`` makes of gelu."""

KEYWORDS = {
    **dict.fromkeys(("min", "a_min", "min_val", "clip_value_min"), "low"),
    **dict.fromkeys(("max", "a_max", "max_val", "clip_value_max"), "high"),
    **dict.fromkeys(("negative_slope", "alpha"), "slope"),
    **dict.fromkeys(("value", "default_value"), "v"),
    "lambd": "threshold",
    "threshold": "t",
}
"""Arguments of libraries, and what they are called here where the function has none of that name."""

LOGICAL = {
    **dict.fromkeys(("logical_and", "and_", "AND", "And", "UND", "ET"), ast.And),
    **dict.fromkeys(("logical_or", "or_", "OR", "Or", "ODER", "OU"), ast.Or),
}
"""Functions of two conditions."""

PIECES = ("Piecewise", "piecewise", "select")
"""What makes a choice of several conditions and values."""

INDICATORS = ("I", "indicator")
"""What is 1 where the comparison in its brackets holds, else 0."""

CHOICES = ("where", "ifelse", "if_else", "IF", "If", "WENN", "SI", "select")
"""What makes a choice of a comparison, what holds there and what else."""

CALLED: frozenset[str] = frozenset({*FUNCTIONS, *SIGMAS, *WRITTEN})
"""All that may be called in a formula."""
