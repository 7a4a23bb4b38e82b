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
        masks = range(
            1 + program.given + program.scratch, 1 + program.given + program.scratch + program.masks
        )
        for step in program.steps:
            assert step.target != 0
            assert (step.target in masks) == (step.kernel in MASKS)
            assert step.kernel in IN_PLACE or step.target not in step.arguments
        points = np.linspace(-3, 3, 7)
        values = computed(program, points)
        alone = [computed(compiled(root), points)[0] for root in (expression, slope)]
        expected = alone if len(values) > 1 else alone[1:]
        for found, right in zip(values, expected, strict=False):
            assert found.tolist() == right.tolist()


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        (lambda z: [z], lambda z: [z]),
        (lambda z: [z, z], lambda z: [z, z]),
        (lambda z: [z, z.graph.constant(3)], lambda z: [z, 3 + 0 * z]),
        (lambda z: [z.graph.constant(3), z.graph.constant(3)], lambda z: [3 + 0 * z, 3 + 0 * z]),
        (lambda z: [z.call("exp"), z.call("exp")], lambda z: [np.exp(z), np.exp(z)]),
        (lambda z: [z.call("exp"), z.call("exp").call("sin")], lambda z: [np.exp(z), np.sin(np.exp(z))]),
        (lambda z: [z.call("exp").call("sin"), z.call("exp")], lambda z: [np.sin(np.exp(z)), np.exp(z)]),
        (lambda z: [z + 1, z * (z + 1), z - (z + 1)], lambda z: [z + 1, z * (z + 1), z - (z + 1)]),
    ],
)
def test_any_outputs_at_once(z, outputs, expected):
    points = np.linspace(-2, 2, 5)
    found = computed(compiled(*outputs(z)), points)
    assert [a.tolist() for a in found] == [a.tolist() for a in expected(points)]


def test_a_number_is_nan_where_z_is(z):
    found = computed(compiled(z, z.graph.constant(1)), np.array([1.0, np.nan, np.inf, -np.inf]))
    np.testing.assert_array_equal(found, [[1, np.nan, np.inf, -np.inf], [1, np.nan, 1, 1]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (3, 1, 4)])
def test_shapes_and_dtypes_are_kept(shape, dtype):
    z = np.full(shape, 0.5, dtype)
    a, slope = Formula("tanh(z) + z*exp(-z**2)/3").with_derivative(z)
    for array in (a, slope):
        assert array.shape == shape
        assert array.dtype == dtype


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
    for large, small in zip(
        sigma.with_derivative(z),
        zip(*(sigma.with_derivative(part) for part in np.split(z, 8)), strict=True),
        strict=True,
    ):
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
