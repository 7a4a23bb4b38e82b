import numpy as np
import pytest

from lab.activations.formula.float_graph import FloatGraph
from lab.activations.formula.formula import Formula
from lab.activations.formula.kernels import IN_PLACE, LARGE, MASKS
from lab.activations.formula.program import MOST_KEPT, Program, compiled


def computed(program: Program, z: np.ndarray) -> list[np.ndarray]:
    outs = tuple(np.full_like(z, 7) for _ in range(program.given))
    with np.errstate(all="ignore"):
        program.run(z, outs)
    return list(outs)


def kernels(program: Program) -> list[str]:
    return sorted(step.kernel for step in program.steps)


def test_common_subexpressions_are_computed_once(z):
    y = (2 * z).call("exp")
    program = compiled(y * y.call("sin") + y.call("sin"), y.call("sin") / y)
    assert kernels(program) == ["add", "div", "exp", "mul", "mul", "sin"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tanh(z)", ["add", "div", "div", "exp", "square", "tanh"]),
        ("1/(1 + exp(-z))", ["add", "add", "div", "div", "div", "exp"]),
        ("max(z, 0)", ["max", "sign"]),
    ],
)
def test_a_formula_and_its_slope_are_the_steps_of_the_class_and_need_no_array_more(text, expected):
    sigma = Formula(text)
    program = compiled(sigma.expression, sigma.slope_expression, spare=1)
    assert kernels(program) == expected
    assert (program.given, program.scratch, program.masks) == (3, 0, 0)


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("max(-1, min(1, z)) + 0.1*z", 12),
        ("z*(max(z, 0) - 0.1)", 6),
        ("1 - where(z > 0, 0, 1 - exp(z))", 4),
        ("z/(exp(-z) + exp(z))", 10),
        ("exp(z)/(1 + exp(z)) - exp(-z)/(1 + exp(-z))", 14),
        ("log(2 + exp(z))", 4),
    ],
)
def test_forms_that_keep_digits_take_few_steps(text, most):
    assert len(Formula(text).tapes[0].steps) <= most


def test_registers_are_handed_on(z):
    chain = z
    for _ in range(30):
        chain = chain.call("sin").call("exp")
    program = compiled(chain)
    assert len(program.steps) == 60
    assert program.scratch == 0


def test_no_step_reads_what_another_has_overwritten(z):
    """Every argument was written by the step that computes it, and by none since."""
    y = z.call("tanh")
    expression = (y * y.call("exp") + z * y) / (1 + y**2) - y.call("less", 0.5).call("where", z, y)
    slope = expression.derivative()
    for program in (compiled(expression, slope), compiled(expression, slope, spare=1), compiled(slope)):
        first = 1 + program.given + program.scratch
        for step in program.steps:
            assert step.target != 0
            assert (first <= step.target < first + program.masks) == (step.kernel in MASKS)
            assert step.kernel in IN_PLACE or step.target not in step.arguments
        points = np.linspace(-3, 3, 7)
        values = computed(program, points)
        alone = [computed(compiled(root), points)[0] for root in (expression, slope)]
        expected = alone if len(values) > 1 else alone[1:]
        for found, right in zip(values, expected, strict=False):
            assert found.tolist() == right.tolist()


def test_any_outputs_at_once(z):
    points, y, three = np.linspace(-2, 2, 5), z.call("exp"), z.graph.constant(3)
    right = {z: points, three: 3 + 0 * points, y: np.exp(points), y.call("sin"): np.sin(np.exp(points))}
    right |= {z + 1: points + 1, z * (z + 1): points * (points + 1), z - (z + 1): points - (points + 1)}
    for outputs in (
        *([z], [z, z], [z, three], [three, three], [y, y], [y, y.call("sin")], [y.call("sin"), y]),
        [z + 1, z * (z + 1), z - (z + 1)],
    ):
        found = computed(compiled(*outputs), points)
        assert [a.tolist() for a in found] == [right[output].tolist() for output in outputs]


def test_a_number_is_nan_where_z_is(z):
    found = computed(compiled(z, z.graph.constant(1)), np.array([1.0, np.nan, np.inf, -np.inf]))
    np.testing.assert_array_equal(found, [[1, np.nan, np.inf, -np.inf], [1, np.nan, 1, 1]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (3, 1, 4)])
def test_shapes_and_dtypes_are_kept(shape, dtype):
    z = np.full(shape, 0.5, dtype)
    for array in Formula("tanh(z) + z*exp(-z**2)/3").with_derivative(z):
        assert (array.shape, array.dtype) == (shape, dtype)


def test_the_result_does_not_depend_on_the_shape_or_on_what_was_computed_before():
    sigma = Formula("z*sigmoid(2*z) + sin(z)*tanh(z)")
    z = np.linspace(-5, 5, 120)
    expected = sigma(z)
    for shape in [(120,), (2, 60), (3, 40), (4, 30), (5, 24), (2, 3, 20), (120,)]:
        assert sigma(z.reshape(shape)).ravel().tolist() == expected.tolist()
    assert sigma(z.astype(np.float32)).dtype == np.float32
    assert sigma(z).tolist() == expected.tolist()
    assert [sigma(x) for x in z] == expected.tolist()


def test_arrays_are_made_once_for_a_shape(monkeypatch):
    z = FloatGraph().z()
    program = compiled(sum((z * k).call("exp").call("less", z).call("where", z, 1 + z) for k in (2, 3)) * z)
    points, out = np.linspace(-1, 1, 50), np.empty(50)
    program.run(points, (out,))
    made = []
    monkeypatch.setattr(np, "empty_like", lambda *a, **k: made.append(a))
    program.run(points, (out,))
    assert made == []


def test_few_shapes_are_kept():
    program = Formula("where(z > 0, z, expm1(z))*tanh(z)")._both.program
    for size in range(1, 3 * MOST_KEPT):
        computed(program, np.zeros(size))
    assert 1 <= len(program._kept) <= MOST_KEPT


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_choice_is_the_same_in_a_large_array(dtype):
    sigma = Formula("where(z > 0, 1/z, expm1(z)) + max(z, 0.25*z)")
    z = np.random.default_rng(0).normal(size=2 * LARGE).astype(dtype)
    z[:4] = [np.nan, np.inf, -np.inf, 0]
    parts = zip(*map(sigma.with_derivative, np.split(z, 8)), strict=True)
    for large, small in zip(sigma.with_derivative(z), parts, strict=True):
        assert large.dtype == dtype
        np.testing.assert_array_equal(large, np.concatenate(small))


def test_strided_buffers():
    z = np.linspace(-3, 3, 24).reshape(4, 6)[:, ::2]
    room = np.zeros((2, 4, 6))
    sigma = Formula("tanh(z)*z")
    a, slope = sigma.with_derivative(z, out=(room[0][:, 1::2], room[1][:, 1::2], np.empty((4, 3))))
    assert a.tolist() == sigma(z.copy()).tolist()
    assert slope.tolist() == sigma.derivative(z.copy()).tolist()
    assert not room[:, :, ::2].any()
