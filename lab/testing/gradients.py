"""The gradients of a cost and of a whole network, held to what they are by other ways."""

import numpy as np

from lab.network.backprop import Network, backward, cost, forward
from lab.network.buffers import make_pass, with_ones
from lab.network.parameters import Parameters, as_parameters, parameters
from lab.numerics import Array
from lab.parts import Activation, Cost


def check_cost(given: Cost, sigma: Activation, outputs: int = 3, seed: int = 0) -> None:
    """Hold a cost to what it is: δ is the derivative of C_x by z, and ∇_a C_x ⊙ σ′(z).

    ``sigma`` is an output σ that the cost accepts. It is tried in two trials with five examples of so many
    ``outputs``: z is normal, drawn from the ``seed``, and each target y is 1 in one place and 0 elsewhere.
    The derivative of `Cost.value` is by central differences, and `Cost.error` and `Cost.gradient` are both
    held to it. Nothing is returned. Raises AssertionError with the numbers that disagree.

    >>> from lab import activation
    >>> from lab.network.costs import CrossEntropy
    >>> check_cost(CrossEntropy(), activation("sigmoid"))
    """
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(2, outputs, 5))
    y = np.zeros((1, outputs, 5))
    y[0, rng.integers(0, outputs, 5), np.arange(5)] = 1
    a, slope = sigma.with_derivative(z)
    gradient, error = np.full_like(a, np.nan), np.full_like(a, np.nan)
    given.gradient(a, y, gradient)
    given.error(z, a, slope, y, sigma, error)
    h = 1e-5
    for j in range(outputs):
        step = np.zeros_like(z)
        step[:, j] = h
        up, down = (given.value(z + s, np.asarray(sigma(z + s)), y, sigma) for s in (step, -step))
        assert np.shape(up) == (2, 5), f"{given}: C_x is of the shape {np.shape(up)}, (2, 5) is due"
        _alike(f"{given}: the error δ", error[:, j], (up - down) / (2 * h), rtol=1e-6, atol=1e-9)
    _alike(f"{given}: ∇_a C ⊙ σ′", gradient * slope, error, rtol=1e-9, atol=1e-12)


def _alike(what: str, found: Array, due: Array, rtol: float, atol: float) -> None:
    """Raises AssertionError with the first number that is not what is due."""
    at = int(np.argmin(np.isclose(found, due, rtol, atol, equal_nan=True)))
    pair = found.flat[at], due.flat[at]
    assert np.isclose(*pair, rtol, atol, equal_nan=True), f"{what} is {pair[0]:.9g}, {pair[1]:.9g} is due"


def directional_derivatives(
    network: Network, theta: Parameters, x: Array, y: Array, direction: Array
) -> tuple[Array, Array]:
    """The slope of C along a direction, by backpropagation and without it, for each of T trials.

    The first is ⟨∇C, direction⟩ by BP1 to BP4, the second is by a complex step through the forward pass
    alone, Im C(θ + ih·direction)/h. Both have the shape (T,), and agree to rounding where the gradient is
    right. ``x`` (m, n_0) and ``y`` (m, n_L) hold examples in rows, ``direction`` has the shape of
    ``theta.vector``, (T, P). Every σ must be analytic where z falls.

    >>> from lab import activation
    >>> from lab.network.costs import Quadratic
    >>> network = Network((2, 3, 1), (activation("tanh"), activation("sigmoid")), Quadratic())
    >>> rng = np.random.default_rng(0)
    >>> theta = as_parameters(rng.normal(size=(1, 13)), network.sizes)
    >>> x, y, direction = (rng.normal(size=shape) for shape in ((4, 2), (4, 1), (1, 13)))
    >>> by_backprop, by_step = directional_derivatives(network, theta, x, y, direction)
    >>> np.allclose(by_backprop, by_step, rtol=1e-12)
    True

    Source of the complex step: Squire & Trapp (1998), Using complex variables to estimate derivatives.
    """
    trials = len(theta.vector)
    gradient = parameters(network.sizes, trials)
    p = make_pass(network.sizes, trials, with_ones(x), y.T[None])
    forward(network, theta, p)
    backward(network, theta, p, gradient)
    h = 1e-30
    moved = as_parameters(theta.vector + 1j * h * direction, network.sizes)
    p = make_pass(network.sizes, trials, with_ones(x, complex), y.T[None].astype(complex))
    forward(network, moved, p)
    return np.sum(gradient.vector * direction, axis=1), cost(network, p).imag / h
