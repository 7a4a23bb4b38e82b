"""Forms of other languages and of papers mean what they mean there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.activations.formula.forms import without_foreign_forms
from lab.activations.formula.formula import Formula
from lab.activations.formula.refusal import FormulaError

Z = np.array([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0])
ELU = "where(z > 0, z, exp(z) - 1)"


@pytest.mark.parametrize(
    ("text", "own"),
    [
        *((f"{head} max(0, x)", "max(0, z)") for head in ("x =>", "(x) =>", "x ->", "x ↦", "@(x)")),
        *((rf"{head} pmax(0, x)", "max(0, z)") for head in (r"\(x)", "function(x)")),
        ("x => Math.max(0, x)", "max(0, z)"),
        ("x > 0 ? x : Math.exp(x) - 1", ELU),
        ("2*(x > 1 ? 1 : x < -1 ? -1 : x)", "2*where(z > 1, 1, where(z < -1, -1, z))"),
        ("max(x > 0 ? x : 0, 0.1*x)", "max(where(z > 0, z, 0), 0.1*z)"),
        ("x > 0 ? (x > 1 ? 1 : x) : tanh(x)", "where(z > 0, where(z > 1, 1, z), tanh(z))"),
        ("If[x > 0, x, Exp[x] - 1]", ELU),
        ("Log[1 + E^x] - Sin[Pi x]", "log(1 + exp(z)) - sin(pi*z)"),
        ("LogisticSigmoid[x] + Ramp[x] + UnitStep[x]", "sigmoid(z) + max(z, 0) + where(z >= 0, 1, 0)"),
        ("[x]_+ - 0.5[-x]_+", "max(z, 0) - 0.5*max(-z, 0)"),
        ("[1 - [x]_+]_+", "max(1 - max(z, 0), 0)"),
        ("x_+^2 + (x - 1)_{+}", "max(z, 0)**2 + max(z - 1, 0)"),
        ("x⁺ + x^+", "2*max(z, 0)"),
        ("x^+2", "z**2"),
        (r"x \mathbb{1}_{x>0}", "z*where(z > 0, 1, 0)"),
        (r"\mathbf{1}_{\{x > 1\}} x + 1_{x<0}", "where(z > 1, 1, 0)*z + where(z < 0, 1, 0)"),
        (r"x\mathbf{1}_{\{x \ge 0\}} + \mathbb{1}(x\leq 1)", "z*where(z >= 0, 1, 0) + where(z <= 1, 1, 0)"),
        (r"x \mathbb{I}(x>0) - x\mathbf{1}_{(x<0)}", "z*where(z > 0, 1, 0) - z*where(z < 0, 1, 0)"),
        ("I(x>0) x + 𝟙(x<1) + I[x>1]", "where(z > 0, 1, 0)*z + where(z < 1, 1, 0) + where(z > 1, 1, 0)"),
        ("x*tanhf(x);", "z*tanh(z)"),
        ("ifelse.(x .> 0, x, 0.1 .* x)", "where(z > 0, z, 0.1*z)"),
        (r"{x \over 1 + |x|}", "z/(1 + abs(z))"),
        (r"{{x \over 2} \over 1 + e^{-x}} + x \cdot {1 \over 2}", "z/2/(1 + exp(-z)) + z/2"),
        (r"x \over 1 + |x|", "z/(1 + abs(z))"),
        ("TANH(X)", "tanh(z)"),
        ("=IF($A$1>0; A1; 0.1*A1)", "where(z > 0, z, 0.1*z)"),
        (
            "=IF(A1>0; A1; 0,01*(EXP(A1) - 1)) + MAX(0,1*A1;A1)",
            "leaky_relu(z, 0.1) + where(z > 0, z, 0.01*(exp(z) - 1))",
        ),
        ("=EXP(-(A1^2)) - A1^2", "exp(-z**2) - z**2"),
        ("=IF(B2=0, 1, SIN(B2)/B2) + LOG10(1+B2^2)", "sinc(z) + log(1 + z**2)/log(10)"),
        ("=IF(A1<>0;TANH(A1);0)", "tanh(z)"),
        ("=WENN(UND(A1>0;A1<>9);WURZEL(A1);BETRAG(A1))", "where(z > 0, sqrt(z), abs(z))"),
        ("x > 0.0f ? x : 1e-2f * x", "where(z > 0, z, 0.01*z)"),
        ("1.f/(1.0F + expf(-x))", "sigmoid(z)"),
        ("np.where(x == 0, 1.0, np.sin(x) / x)", "sinc(z)"),
        ("x ≠ 0 ? sin(x)/x : 1", "sinc(z)"),
        ("x*(x == 0.5) + tanh(x)*(x != 0.5)", "where(abs(z - 0.5) > 0, tanh(z), 0.5)"),
        ("2Z", "2*z"),
        *(
            (f"{head} tanh(t)", "tanh(z)")
            for head in ("lambda t:", "f(t) =", "f(t) :=", "t ->", "@(t)", "g = t =>")
        ),
        *(
            (head, "max(0, z)")
            for head in (
                "return max(0, x)",
                "def f(x): return max(0, x)",
                "def f(x: float) -> float: return max(0, x)",
                "relu <- function(x) pmax(0, x)",
                "const f = x => Math.max(0, x);",
                "function(x) { return Math.max(0, x); }",
                "float f(float x) { return fmaxf(0.0f, x); }",
                "function f(x) max(0, x) end",
            )
        ),
        *(
            (text, "where(z > 0, z, 0.1*z)")
            for text in (
                "if z > 0: z else: 0.1*z",
                "if (x > 0) x else 0.1*x",
                "if x > 0 then x else 0.1*x",
                "if (x > 0) { return x; } else { return 0.1*x; }",
                "def f(x): return x if x > 0 else 0.1*x",
            )
        ),
        ("if (x > 1) 1 elseif (x < 0) 0 else x", "where(z > 1, 1, where(z < 0, 0, z))"),
        *(
            (text, "where(z < 0, 0, where(z < 1, z, 1))")
            for text in (
                "piecewise(x < 0, 0, x < 1, x, 1)",
                "np.select([x < 0, x < 1], [0, x], 1)",
                "np.select([x < 0, x < 1], [0, x], default=1)",
                "np.piecewise(x, [x < 1, x < 0], [lambda x: x, 0, 1])",  # the last that holds
                "sympy.Piecewise((0, x < 0), (x, x < 1), (1, True))",
                "Piecewise[{{0, x < 0}, {x, x < 1}}, 1]",
            )
        ),
        ("Piecewise((0.1*x, x < 0), (x, x >= 0))", "where(z < 0, 0.1*z, z)"),
        ("Log[2, 1 + x^2]", "log2(1 + z**2)"),
        ("=IF(AND(A1>0;A1<1);A1;0)", "where(z > 0 and z < 1, z, 0)"),
        *((text, "relu(z)") for text in ("nn.ReLU", "torch.nn.ReLU()", "F.relu", "nn.ReLU(inplace=True)(x)")),
        *((text, "tanh(z)") for text in ("torch.nn.Tanh", "np.tanh", "jnp.tanh")),
        *((text, "elu(z, 0.5)") for text in ("nn.ELU(0.5)", "torch.nn.ELU(alpha=0.5)(x)")),
        *((text, "gelu_tanh(z)") for text in ("jax.nn.gelu", "nn.GELU('tanh')")),
        *(
            (text, "where(z > 0, where(z < 1, z, 0), 0)")
            for text in (
                "x > 0 && x < 1 ? x : 0",
                "where(z>0 & z<1, z, 0)",
                "np.where(np.logical_and(x > 0, x < 1), x, 0)",
            )
        ),
        ("x < -1 || x > 1 ? 0 : x", "where(z < -1, 0, where(z > 1, 0, z))"),
        ("0.5*input*(1 + torch.tanh(input))", "0.5*z*(1 + tanh(z))"),
        ("0.5f*x*(1 + erff(x*M_SQRT1_2)) + Math.PI", "z*Phi(z) + pi"),
        ("(x>=0).*x + (x<0).*0.01.*x", "where(z >= 0, 1, 0)*z + where(z < 0, 1, 0)*0.01*z"),
        ("(x > 0).to(x.dtype)*x", "where(z > 0, 1, 0)*z"),
        ("𝑥 tanh(𝑥) + ⅓x + [x]₊", "z*tanh(z) + 1/3*z + max(z, 0)"),
        *((text, "cbrt(z)") for text in ("∛x", r"\sqrt[3]{x}")),
        ("Leaky ReLU(x) + hard-swish(x)", "leaky_relu(z) + hard_swish(z)"),
        ("=A1*NORM.S.DIST(A1;TRUE) + PI()", "z*Phi(z) + pi"),
    ],
)
def test_it_is_read_as_what_it_means(text, own):
    np.testing.assert_allclose(Formula(text)(Z), Formula(own)(Z), rtol=1e-14)


def test_a_sheet_has_one_cell_that_is_z():
    with pytest.raises(FormulaError, match="write what stands behind the = alone"):
        Formula("=A1*B1")


@pytest.mark.parametrize("text", ["=EXP(-A1^2/2)", "=-A1^2", "=A1^2^3", "=IF(A1>0;A1;-EXP(A1)^2)"])
def test_where_a_sheet_has_an_order_of_its_own_brackets_are_asked_for(text):
    with pytest.raises(FormulaError, match="write brackets"):
        Formula(text)


@given(st.recursive(st.sampled_from(["x", "-x", "exp(x)"]), lambda part: st.tuples(part, part), max_leaves=6))
def test_choices_within_choices(tree):
    def written(node, form):
        if isinstance(node, str):
            return node
        yes, no = (written(side, form) for side in node)
        return form.format(yes=yes, no=no)

    python = written(tree, "({yes} if x > 0.3 else {no})")
    assert Formula(written(tree, "(x > 0.3 ? {yes} : {no})")).text == Formula(python).text
    assert Formula(written(tree, "x > 0.3 ? ({yes}) : {no}")).text == Formula(python).text


@pytest.mark.parametrize("text", ["z ? 1", "z > 0 ? z", "z : 1", "=> z", "x_ + 1", "[z, 1]", "tanh(z)_+"])
def test_what_has_no_such_meaning_is_refused(text):
    with pytest.raises(FormulaError):
        Formula(text)


@pytest.mark.parametrize(
    "text", ["tanh(z) + 0.1*z", "where(z > 0, z, 0)", "max(0, 1 - z)**2", "z[0]", "x^2+1"]
)
def test_what_is_written_otherwise_is_left_alone(text):
    assert without_foreign_forms(text) == text


def test_many_brackets_around_a_choice_are_refused_and_not_run_into():
    with pytest.raises(FormulaError):
        Formula("(" * 950 + "z > 0 ? z : 0" + ")" * 950)


def test_a_parameter_of_a_capital_letter_is_no_z():
    assert Formula("tanh(X*z)", (("X", 2.0),))(1.0) == np.tanh(2.0)
    with pytest.raises(FormulaError, match="unknown name 'X'"):
        Formula("tanh(X*z)")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("=LOG(A1)", "natural logarithm, or log10"),
        ("=A1^(2)^3", "a spreadsheet takes"),
        ("@(x) 2.^x.^2", "a power of a power"),
        ("x.^(2).^3", "a power of a power"),
        ("1 = z", "write what stands behind the = alone"),
        ("np.pi", "is the constant"),
    ],
)
def test_what_another_language_reads_otherwise_is_refused(text, reason):
    with pytest.raises(FormulaError, match=reason):
        Formula(text)
