"""Random parameters and examples, and whole passes over them."""

import numpy as np

from lab.network.backprop import backward, complete, forward
from lab.network.buffers import make_pass, with_ones
from lab.network.parameters import as_parameters, count, parameters


def drawn(sizes, trials, m, seed, dtype=np.float64):
    """Parameters and examples in rows, none of them small by design."""
    rng = np.random.default_rng(seed)
    theta = as_parameters(rng.normal(size=(trials, count(sizes))).astype(dtype), sizes)
    x, y = rng.normal(size=(m, sizes[0])), rng.uniform(0.1, 0.9, (m, sizes[-1]))
    return theta, x.astype(dtype), y.astype(dtype)


def run(network, theta, x, y):
    """A whole pass over examples in rows: the buffers and the gradient."""
    trials = len(theta.vector)
    p = make_pass(network.sizes, trials, with_ones(x, x.dtype), np.ascontiguousarray(y.T)[None])
    gradient = parameters(network.sizes, trials, theta.vector.dtype)
    return again(network, theta, p, gradient), gradient


def ran(network, trials, m, seed, dtype=np.float64):
    """A whole pass over what is drawn: θ, x, y, the buffers and the gradient."""
    theta, x, y = drawn(network.sizes, trials, m, seed, dtype)
    return theta, x, y, *run(network, theta, x, y)


def again(network, theta, p, gradient):
    """The same pass after a change of its inputs or parameters."""
    forward(network, theta, p)
    backward(network, theta, p, gradient)
    complete(network, p)
    return p
