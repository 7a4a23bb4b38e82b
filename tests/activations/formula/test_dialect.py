"""Formulas in the names and forms of libraries, and those of the lab, which stay as they are."""

import math
import time

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from scipy import special, stats

from lab.activations.formula.dialect import LONGEST, in_own_words
from lab.activations.formula.formula import Formula
from lab.activations.formula.libraries import TWO_MEANINGS
from lab.activations.formula.parser import parse
from lab.activations.formula.refusal import FormulaError
from lab.activations.table import ROWS
from tests.activations.formula.literature import rows

OWN = [*((row.formula, tuple(row.parameters)) for row in ROWS), *((text, ()) for text in rows())]


def test_a_formula_in_the_words_of_the_lab_stays_as_it_is():
    assert [in_own_words(text, names) for text, names in OWN] == [text for text, _ in OWN]


NUMPY = [
    *("np.maximum(0, x)", "np.minimum(x, 1)", "np.where(x > 0, x, 0.01*x)", "np.clip(x, 0, 6)"),
    *(
        "np.clip(x, None, 6)",
        "np.clip(x, 0, None)",
        "np.clip(x, min=0, max=6)",
        "np.clip(x, a_min=-1, a_max=1)",
    ),
    *(
        "np.heaviside(x, 0.5)",
        "np.heaviside(0*x, 0.5)*x",
        "np.sinc(x)",
        "np.logaddexp(0, x)",
        "np.logaddexp(x, 0)",
        "np.log2(x*x)",
    ),
    *("np.log10(1 + x**2)", "np.exp2(x)", "np.cbrt(x)", "np.hypot(x, 2)", "np.square(x)", "np.power(x, 3)"),
    *("np.reciprocal(x)", "np.negative(x)", "np.multiply(x, x)", "np.add(x, 1)", "np.subtract(1, x)"),
    *("np.divide(1, x)", "np.absolute(x)", "np.fabs(x)", "np.fmax(x, 0)", "np.fmin(x, 0)", "np.tan(x)"),
    *("np.arctan(x)", "np.arcsinh(x)", "np.sign(x)", "np.e**-x", "np.pi*x", "-np.tanh(x)**2"),
    *("(x > 0)*x", "(x > 0)*x + (x <= 0)*0.1*x", "np.where((x > -1) & (x < 1), x, 0)"),
    *("np.where((x < -1) | (x > 1), x, 0)", "special.erf(x)", "special.expit(x)", "special.ndtr(x)"),
    *("special.erfc(x)", "special.logit(special.expit(x/10))", "stats.norm.cdf(x)", "stats.norm.pdf(x)"),
    "np.piecewise(x, [x < 0, x < 1], [0, lambda x: x, 1])",
    *("special.sinc(x)", "(x**2).clip(0, 4)", "x.clip(-1, 1)*x"),
]


@pytest.mark.parametrize("text", NUMPY)
def test_numpy_and_scipy_mean_the_same(text, agrees):
    code = compile(text, "<formula>", "eval")
    agrees(text, lambda x: eval(code, {"np": np, "special": special, "stats": stats, "x": x}))


SCALAR = [
    *("x if x > 0 else 0.1*x", "x if 0 < x <= 1.5 else 0", "x if x > 1 else 0 if x > -1 else x + 1"),
    *("x if not x > 0 else 0", "x if x < -1 or x > 1 else 0", "x if x > -1 and x < 1 else 0"),
    *("x if not (x < -1 or 0 < x < 1) else 0", "max(x, 0, -2*x)", "min(x, 1, x**2)", "(x > 0) - (x < 0) + x"),
    *("math.exp(-x**2)", "math.log(x*x, 2)", "math.erf(x)", "math.pow(x, 2)"),
]


@pytest.mark.parametrize("text", SCALAR)
def test_python_means_the_same(text, agrees):
    code = compile(text, "<formula>", "eval")
    agrees(text, np.vectorize(lambda x: eval(code, {"math": math, "x": x}), otypes=[float]))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gelu(x):
    return x * special.ndtr(x)


def gelu_tanh(x):
    return x * sigmoid(2 * np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))


def leaky(slope):
    return lambda x: np.where(x > 0, x, slope * x)


def relu6(x):
    return np.clip(x, 0, 6)


def hard_sigmoid(x):
    return relu6(x + 3) / 6


ELSEWHERE = [
    ("torch.clamp(x, min=0)", "max(z, 0)", lambda x: np.maximum(x, 0)),
    ("torch.clamp(x, max=6)", "min(z, 6)", lambda x: np.minimum(x, 6)),
    ("x.clamp(0, 6)", "min(max(z, 0), 6)", relu6),
    ("K.clip(x, -1, 6)", "min(max(z, -1), 6)", lambda x: np.clip(x, -1, 6)),
    ("tf.clip_by_value(x, clip_value_min=0, clip_value_max=6)", "min(max(z, 0), 6)", relu6),
    ("(x + 1).tanh()", "tanh(z + 1)", lambda x: np.tanh(x + 1)),
    ("x.sinc()", "sinc(pi*z)", np.sinc),
    ("torch.special.sinc(x)", "sinc(pi*z)", np.sinc),
    ("F.relu(x, inplace=True)", "relu(z)", lambda x: np.maximum(x, 0)),
    ("F.gelu(x)", "gelu(z)", gelu),
    ('F.gelu(x, approximate="tanh")', "gelu_tanh(z)", gelu_tanh),
    ('F.gelu(x, approximate="none")', "gelu(z)", gelu),
    ("tf.nn.gelu(x)", "gelu(z)", gelu),
    ("tf.nn.gelu(x, True)", "gelu_tanh(z)", gelu_tanh),
    ("jax.nn.gelu(x)", "gelu_tanh(z)", gelu_tanh),
    ("jax.nn.gelu(x, approximate=False)", "gelu(z)", gelu),
    ("keras.activations.gelu(x)", "gelu(z)", gelu),
    ("keras.ops.gelu(x)", "gelu_tanh(z)", gelu_tanh),
    ("nn.gelu(x, True)", "gelu_tanh(z)", gelu_tanh),
    ("linen.gelu(x)", "gelu_tanh(z)", gelu_tanh),
    ("torch.max(torch.zeros_like(x), x)", "max(0, z)", lambda x: np.maximum(x, 0)),
    ("torch.maximum(torch.tensor(0.5), x)", "max(0.5, z)", lambda x: np.maximum(x, 0.5)),
    ("(x > 0).float()*x", "where(z > 0, 1, 0)*z", lambda x: np.maximum(x, 0)),
    ("F.leaky_relu(x)", "leaky_relu(z)", leaky(0.01)),
    ("F.leaky_relu(x, negative_slope=0.3)", "leaky_relu(z, slope=0.3)", leaky(0.3)),
    ("jax.nn.leaky_relu(x)", "leaky_relu(z)", leaky(0.01)),
    ("tf.nn.leaky_relu(x)", "leaky_relu(z, 0.2)", leaky(0.2)),
    ("tf.nn.leaky_relu(x, alpha=0.3)", "leaky_relu(z, slope=0.3)", leaky(0.3)),
    ("tf.keras.activations.leaky_relu(x)", "leaky_relu(z, 0.2)", leaky(0.2)),
    ("keras.ops.leaky_relu(x)", "leaky_relu(z, 0.2)", leaky(0.2)),
    ("nn.leaky_relu(x, 0.3)", "leaky_relu(z, 0.3)", leaky(0.3)),
    ("keras.activations.hard_sigmoid(x)", "hard_sigmoid(z)", hard_sigmoid),
    ("F.hardsigmoid(x)", "hardsigmoid(z)", hard_sigmoid),
    ("K.hard_sigmoid(x)", "hard_sigmoid_keras_2(z)", lambda x: np.clip(0.2 * x + 0.5, 0, 1)),
    ("F.softplus(x, beta=2)", "softplus(2*z)/2", lambda x: np.logaddexp(0, 2 * x) / 2),
    ("F.softplus(x, 2)", "softplus(2*z)/2", lambda x: np.logaddexp(0, 2 * x) / 2),
    ("nn.functional.elu(x, alpha=0.5)", "elu(z, alpha=0.5)", lambda x: np.where(x > 0, x, np.expm1(x) / 2)),
    ("F.hardtanh(x, min_val=-2, max_val=2)", "hardtanh(z, low=-2, high=2)", lambda x: np.clip(x, -2, 2)),
    ("F.threshold(x, threshold=1, value=20)", "threshold(z, t=1, v=20)", lambda x: np.where(x > 1, x, 20)),
    ("F.hardshrink(x, lambd=1)", "hardshrink(z, threshold=1)", lambda x: np.where(abs(x) > 1, x, 0)),
    ("tf.nn.swish(x)", "swish(z)", lambda x: x * sigmoid(x)),
    ("tf.nn.silu(x, beta=2)", "swish_beta(z, beta=2)", lambda x: x * sigmoid(2 * x)),
    ("x * torch.tanh(F.softplus(x))", "z*tanh(softplus(z))", lambda x: x * np.tanh(np.logaddexp(0, x))),
    ("lax.max(x, 0.0)", "max(z, 0.0)", lambda x: np.maximum(x, 0)),
    ("ReLU(x) + SiLU(x)", "relu(z) + silu(z)", lambda x: np.maximum(x, 0) + x * sigmoid(x)),
    ("lambda x: np.tanh(x)", "tanh(z)", np.tanh),
    ("torch.clamp_min(x, 0)", "max(z, 0)", lambda x: np.maximum(x, 0)),
    ("lax.select(x > 0, x, 0*x)", "where(z > 0, z, 0*z)", lambda x: np.maximum(x, 0)),
    ("nnx.gelu(x)", "gelu_tanh(z)", gelu_tanh),
    ("IF(x>0, x, 0.1*x)", "where(z > 0, z, 0.1*z)", leaky(0.1)),
    ("ifelse(x > 0, x, 0.1*x)", "where(z > 0, z, 0.1*z)", leaky(0.1)),
    ("pmax(x, 0)", "max(z, 0)", lambda x: np.maximum(x, 0)),
    ("x*pnorm(x)", "z*Phi(z)", gelu),
    ("x*plogis(x)", "z*sigmoid(z)", lambda x: x * sigmoid(x)),
    ("x.*normcdf(x)", "z*Phi(z)", gelu),
    ("tanhf(x) + fmaxf(x, 0)", "tanh(z) + max(z, 0)", lambda x: np.tanh(x) + np.maximum(x, 0)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "own", "function"), ELSEWHERE, ids=[row[0] for row in ELSEWHERE])
def test_libraries_mean_what_they_say(text, own, function, agrees):
    assert in_own_words(text) == own
    assert in_own_words(own) == own
    agrees(text, function)


@pytest.mark.parametrize(
    ("text", "own", "function", "parameters"),
    [
        ("σ(βx)", "sigmoid(beta*z)", lambda x: sigmoid(1.5 * x), {"beta": 1.5}),
        ("tanh(αx)", "tanh(alpha*z)", lambda x: np.tanh(0.5 * x), {"alpha": 0.5}),
        ("a(1 - x)", "a*(1 - z)", lambda x: 0.5 * (1 - x), {"a": 0.5}),
        ("sig*z + gelu", "sig*z + gelu", lambda x: 2 * x + 3, {"sig": 2, "gelu": 3}),
        ("x*z", "x*z", lambda x: 2 * x, {"x": 2}),
    ],
)
def test_parameters_keep_their_names(text, own, function, parameters, agrees):
    assert in_own_words(text, parameters) == own
    agrees(text, function, **parameters)


APPROXIMATE = 'approximate is "tanh", "none", True or False'
STRAIGHT = "softplus with a threshold is a straight line beyond it, another function; leave it out"
LONG = f"longer than {LONGEST} characters when it is written out"
REFUSED = [
    *((f"1 + {name}(x)", 5, f"this may mean {meanings}; write the one that is meant")
      for name, meanings in TWO_MEANINGS.items()),
    *((f"{name}(x, 0)", 1, f"{name} takes an axis there; write {name[-3:]}imum(…)")
      for name in ("np.max", "torch.min", "keras.ops.max")),
    ("x.max(0)", 1, "torch.max takes an axis there; write maximum(…)"),
    ('F.gelu(x, approximate="erf")', 1, APPROXIMATE),
    ("F.gelu(x, a)", 1, APPROXIMATE),
    ("F.softplus(x, beta=2, threshold=20)", 1, STRAIGHT),
    ("F.softplus(x, threshold=20)", 1, STRAIGHT),
    ("F.softplus(x, 1, 20)", 1, STRAIGHT),
    ("x + np.clip(x)", 5, "clip takes (x, low, high)"),
    ("torch.clamp()", 1, "clamp takes (x, low, high)"),
    ("np.clip(x, **x)", 1, "clip takes (x, low, high)"),
    ("torch.add(x, x, alpha=2)", 1, "add takes (x, y)"),
    *((f"{name}(" * 60 + "x" + ")" * 60, 1, LONG) for name in ("tan", "cbrt", "logaddexp(0, x) + tan")),
    ("0 < (" * 90 + "z" + ") < 1" * 90, 1, LONG),
    (f"where({' or '.join(60 * ['(z > 0 and z > 1)'])}, z, 0)", 1, LONG),
    ("z if z > 0 else " * 120 + "z", 1, LONG),
]  # fmt: skip


@pytest.mark.parametrize(("text", "column", "reason"), REFUSED, ids=[row[0][:40] for row in REFUSED])
def test_refused_soon_with_the_reason(text, column, reason):
    begun = time.process_time()
    with pytest.raises(FormulaError) as caught:
        in_own_words(text)
    assert f", column {column}: {reason}" in str(caught.value)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "text",
    [
        *("lambda x: x + z", "(lambda x: x) + z", "np.z", "x + np.foo", "os.exp(x)"),
        *("np.heaviside(x, min=0)", "keras.layers.ReLU(x)"),
        *("Normal(0, 1).cdf(x)", "z and 2", "z > 0 and z"),
        *("np.tanh(**x)", "np.tanh(*x)", "where(z > 0, x=1, y=2)", "'a'.tanh()", "z.tanh", "yield z"),
        "where(" * 60 + "z > 0" + ", z, 0)" * 60,
    ],
)  # fmt: skip
def test_what_is_nothing_of_the_kind_is_no_formula(text):
    begun = time.process_time()
    with pytest.raises(FormulaError):
        Formula(text)
    assert time.process_time() - begun < 2


FUNCTIONS = ("tanh", "sin", "exp", "abs", "arctan", "softplus")
NUMBERS = st.integers(1, 9).map(str)
FORMULAS = st.recursive(
    st.one_of(st.just("z"), NUMBERS),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/"]), inner),
        st.builds("{}*{}({})".format, NUMBERS, st.sampled_from(FUNCTIONS), inner),
        st.builds("({})**{}".format, inner, st.integers(2, 3)),
        st.builds(
            "where({} {} {}, {}, {})".format, inner, st.sampled_from(["<", "<=", ">"]), inner, inner, inner
        ),
    ),
    max_leaves=8,
)


def mangled(text: str) -> dict[str, str]:
    """The same formula as others write it."""
    typed = text.replace("**", "^")
    for number in "123456789":
        for name in ("z", "(", *FUNCTIONS):
            for before in ("(", "+ ", "- "):
                typed = typed.replace(f"{before}{number}*{name}", f"{before}{number}{name}")
    library = text
    for name in FUNCTIONS:
        library = library.replace(f"{name}(", f"np.{name}(" if name != "softplus" else "F.softplus(")
    return {
        "powers": text.replace("**", "^"),
        "raised": text.replace(")**2", ")²").replace(")**3", ")³"),
        "latex": text.replace(")**2", ")^{2}").replace("*", r" \cdot ") if "**3" not in text else text,
        "products": typed,
        "signs": text.replace(" - ", " − ").replace("*(", "·(").replace("<=", "≤"),
        "x": text.replace("z", "x"),
        "library": library.replace("where(", "np.where("),
        "library in x": library.replace("z", "x").replace("where(", "torch.where("),
        "equation": f"f(z) = {text}",
    }


@given(FORMULAS)
def test_a_formula_means_the_same_however_it_is_written(inner):
    text = f"z + {inner}"
    try:
        expected = parse(text, {})
    except FormulaError:
        reject()  # a part of it is no finite number
    assert in_own_words(text) == text
    for way, other in mangled(text).items():
        own = in_own_words(other)
        assert in_own_words(own) == own, way
        assert same(parse(other, {}), expected), (way, other)


def same(one, other) -> bool:
    """Whether two expressions are built alike."""
    if (one.operation, one.number, len(one.arguments)) != (
        other.operation,
        other.number,
        len(other.arguments),
    ):
        return False
    return all(map(same, one.arguments, other.arguments))


@given(st.text(alphabet="zx2.e^*/+-()|{}√²½\\<>=&, sinfracta:'\"_#αλ", max_size=30))
def test_any_text_is_a_formula_or_refused_and_its_own_words_stay(text):
    try:
        own = in_own_words(text)
        sigma = Formula(text)
    except FormulaError:
        return
    assert in_own_words(own) == own
    assert Formula(sigma.text) == sigma
