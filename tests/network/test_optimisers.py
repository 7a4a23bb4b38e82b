"""Each optimiser against a few lines of plain Python for one parameter, and the book's decay apart."""

from math import sqrt

import numpy as np
import pytest

from lab.network.optimisers import TABLE, Adam, Descent, Momentum, Nesterov, RMSProp

ETA = 0.07
SHAPE = (3, 4)
STEPS = 25


def descent(gradients):
    return [-ETA * g for g in gradients]


def momentum(gradients, mu=0.8):
    steps, v = [], 0.0
    for g in gradients:
        v = mu * v - ETA * g
        steps.append(v)
    return steps


def nesterov(gradients, mu=0.8):
    steps, v = [], 0.0
    for g in gradients:
        before, v = v, mu * v - ETA * g
        steps.append((1 + mu) * v - mu * before)
    return steps


def adam(gradients, beta1=0.8, beta2=0.95, epsilon=1e-6):
    steps, m, v = [], 0.0, 0.0
    for t, g in enumerate(gradients, 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        steps.append(-ETA * (m / (1 - beta1**t)) / (sqrt(v / (1 - beta2**t)) + epsilon))
    return steps


def rmsprop(gradients, rho=0.7, epsilon=1e-8):
    steps, v = [], 0.0
    for g in gradients:
        v = rho * v + (1 - rho) * g * g
        steps.append(-ETA * g / (sqrt(v) + epsilon))
    return steps


REFERENCES = {
    Descent(): descent,
    Momentum(mu=0.8): momentum,
    Nesterov(mu=0.8): nesterov,
    Adam(beta1=0.8, beta2=0.95, epsilon=1e-6): adam,
    RMSProp(rho=0.7): rmsprop,
}
ALL = list(REFERENCES)


def gradients(dtype=np.float64):
    drawn = np.random.default_rng(0).normal(size=(STEPS, *SHAPE))
    return (drawn * np.geomspace(1e-4, 1e3, SHAPE[1])).astype(dtype)


def taken(optimiser, given):
    """The steps that it takes when it is given these gradients."""
    state, steps = optimiser.initial(np.zeros(SHAPE, given.dtype)), []
    for number, gradient in enumerate(given, 1):
        out = np.full(SHAPE, np.nan, given.dtype)
        optimiser.step(state, gradient, ETA, number, out)
        steps.append(out)
    return np.stack(steps)


@pytest.mark.parametrize("optimiser", ALL, ids=str)
def test_the_steps_are_those_of_plain_python(optimiser):
    given, reference = gradients(), REFERENCES[optimiser]
    found = taken(optimiser, given)
    for place in np.ndindex(SHAPE):
        expected = reference([float(gradient[place]) for gradient in given])
        np.testing.assert_allclose(found[(slice(None), *place)], expected, rtol=1e-11)


def test_every_optimiser_of_the_table_is_tested():
    assert {type(optimiser) for optimiser in ALL} == set(TABLE.values())


def test_nesterov_is_the_two_point_form_seen_from_the_point_looked_at():
    """v ← μv − η∇C(θ + μv), θ ← θ + v: the lab's parameters are θ + μv."""
    curvature, mu = np.array([0.1, 1.0, 4.0, 9.0]), 0.9
    theta, v = np.full(4, 2.0), np.zeros(4)
    looked_at, state = np.full((1, 4), 2.0), Nesterov(mu).initial(np.zeros((1, 4)))
    step = np.empty((1, 4))
    for number in range(1, 60):
        v = mu * v - ETA * curvature * (theta + mu * v)
        theta = theta + v
        Nesterov(mu).step(state, curvature * looked_at, ETA, number, step)
        looked_at += step
        np.testing.assert_allclose(looked_at[0], theta + mu * v, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("kind", [Momentum, Nesterov])
def test_without_momentum_it_is_descent(kind):
    given = gradients()
    assert np.array_equal(taken(kind(mu=0.0), given), taken(Descent(), given))


@pytest.mark.parametrize("optimiser", ALL, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_stays_and_the_gradient_is_left_as_it_was(optimiser, dtype):
    state = optimiser.initial(np.zeros(SHAPE, dtype))
    assert {block.dtype for block in state.values()} <= {np.dtype(dtype)}
    given = gradients(dtype)
    exact, found = taken(optimiser, gradients()), taken(optimiser, given)
    np.testing.assert_allclose(found, exact, rtol=1e-4 if dtype == np.float32 else 0)
    assert np.array_equal(given, gradients(dtype))


@pytest.mark.parametrize("optimiser", ALL, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_trial_steps_in_a_stack_as_alone(optimiser, dtype):
    given = gradients(dtype)
    given[3:, 1] = np.nan
    together = taken(optimiser, given)
    for t in (0, 2):
        state = optimiser.initial(np.zeros((1, SHAPE[1]), dtype))
        for number in range(1, STEPS + 1):
            out = np.empty((1, SHAPE[1]), dtype)
            optimiser.step(state, given[number - 1, t : t + 1], ETA, number, out)
            assert out.tobytes() == together[number - 1, t].tobytes()


@pytest.mark.parametrize(
    ("kind", "parameters", "message"),
    [
        (Momentum, {"mu": 1.0}, r"mu must lie in \[0, 1\), got 1.0"),
        (Nesterov, {"mu": -0.1}, r"mu must lie in \[0, 1\), got -0.1"),
        (Adam, {"beta1": 1.0}, r"beta1 must lie in \[0, 1\), got 1.0"),
        (Adam, {"beta2": 2.0}, r"beta2 must lie in \[0, 1\), got 2.0"),
        (Adam, {"epsilon": 0.0}, r"epsilon must be > 0, got 0.0"),
        (RMSProp, {"rho": 1.5}, r"rho must lie in \[0, 1\), got 1.5"),
        (RMSProp, {"epsilon": -1.0}, r"epsilon must be > 0, got -1.0"),
    ],
)
def test_senseless_parameters_are_refused(kind, parameters, message):
    with pytest.raises(ValueError, match=message):
        kind(**parameters)
