import numpy as np
import pytest

from lab.activations import Formula
from lab.activations.formula.graph import Expression, Graph
from lab.activations.formula.operations import OPERATIONS
from lab.activations.formula.program import Program, Step, compiled


@pytest.fixture
def z() -> Expression:
    return Graph().z()


def computed(program: Program, z: np.ndarray) -> list[np.ndarray]:
    outs = tuple(np.full_like(z, 7) for _ in range(program.outputs))
    program.run(z, outs)
    return list(outs)


def operations(program: Program) -> list[str]:
    return [step.operation for step in program.steps]


def test_common_subexpressions_are_computed_once(z):
    y = (2 * z).call("exp")
    program = compiled(y * y.call("sin") + y.call("sin"), y.call("sin") / y)
    assert sorted(operations(program)) == ["add", "div", "exp", "mul", "mul", "sin"]


def test_tanh_and_its_slope_share_nothing_but_z():
    """tanh z; and (2/(R + 1/R))², R = exp z."""
    expression = Graph().z().call("tanh")
    program = compiled(expression, expression.graph.derivative(expression))
    assert sorted(operations(program)) == ["add", "div", "div", "exp", "pow", "tanh"]


def test_sigmoid_and_its_slope_are_the_six_steps_of_the_class():
    expression = Graph().z().call("sigmoid")
    program = compiled(expression, expression.graph.derivative(expression))
    assert sorted(operations(program)) == ["add", "add", "div", "div", "div", "exp"]


def test_registers_are_handed_on(z):
    chain = z
    for _ in range(30):
        chain = chain.call("sin").call("exp")
    program = compiled(chain)
    assert len(program.steps) == 60
    assert program.registers <= 4  # z, the output and two in turn


def test_no_step_writes_where_it_reads(z):
    y = z.call("tanh")
    expression = (y * y.call("exp") + z * y) / (1 + y**2) - y.call("where", z, y)
    program = compiled(expression, z.graph.derivative(expression))
    for step in program.steps:
        assert step.target not in [x for x in step.arguments if isinstance(x, int)]
        assert step.target != 0


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
    program = compiled(z, z.graph.constant(1))
    assert program.steps[-1] == Step("constant", (1.0, 0), 2)
    found = computed(program, np.array([1.0, np.nan]))
    np.testing.assert_array_equal(found, [[1, np.nan], [1, np.nan]])


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


def test_scratch_is_made_once_for_a_shape(monkeypatch):
    program = compiled((Graph().z() * 2).call("exp").call("sin").call("exp"))
    z, out = np.linspace(-1, 1, 50), np.empty(50)
    program.run(z, (out,))
    made = []
    monkeypatch.setattr(np, "empty_like", lambda *a, **k: made.append(a))
    program.run(z, (out,))
    assert made == []


def test_strided_buffers():
    z = np.linspace(-3, 3, 24).reshape(4, 6)[:, ::2]
    room = np.zeros((2, 4, 6))
    sigma = Formula("tanh(z)*z")
    a, slope = sigma.with_derivative(z, out=(room[0][:, 1::2], room[1][:, 1::2], np.empty((4, 3))))
    assert a.tolist() == sigma(z.copy()).tolist()
    assert slope.tolist() == sigma.derivative(z.copy()).tolist()
    assert not room[:, :, ::2].any()


@pytest.mark.parametrize("name", [name for name, operation in OPERATIONS.items() if operation.lowered])
def test_what_is_lowered_has_the_same_value(name):
    expression = Graph().z().call(name)
    z = np.linspace(-30, 30, 601)
    direct = np.empty_like(z)
    OPERATIONS[name].compute(z, out=direct)
    (lowered,) = computed(compiled(expression), z)
    np.testing.assert_allclose(lowered, direct, rtol=2e-14)
    assert name not in operations(compiled(expression))
