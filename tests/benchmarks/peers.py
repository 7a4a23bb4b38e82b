"""The same step by other libraries, each as a function of no arguments, or None where it is not installed.

They take the same batches of the same examples in turn, and update in place. A function that takes several
steps a call says how many: ``steps``.
"""

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from itertools import cycle, pairwise
from typing import Any

import numpy as np

from lab.parts import Activation
from lab.training.loop import begun
from lab.training.stack import Stack
from tests.benchmarks.workloads import Workload


def floor(workload: Workload, dtype: str) -> Callable[[], object]:
    """The matrix products of a step alone, in the lab's layout, into buffers."""
    stack = Stack(workload.training(dtype), range(1))
    p, theta, gradient = (made.matrices for made in (stack.propagate(), stack.theta, stack.gradient))
    layers = range(1, stack.training.network.depth + 1)
    products = [(np.dot, theta.wb[l], p.a1[l - 1], p.z[l]) for l in layers]
    products += [(np.matmul, theta.w[l + 1].mT, p.delta[l + 1], p.e[l]) for l in layers[:-1]]
    products += [(np.dot, p.delta[l], p.a1[l - 1].mT, gradient.wb[l]) for l in layers]

    def step() -> None:
        for product, left, right, out in products:
            product(left, right, out)

    return step


def lab(
    workload: Workload,
    dtype: str,
    trials: int = 1,
    sigma: Activation | None = None,
    engine: str | None = None,
) -> Callable[[], object]:
    """The lab, several steps a call, in the engine that it chooses or in another."""
    _, taken = begun(workload.training(dtype, sigma=sigma, engine=engine), range(trials))

    def several() -> None:
        taken.run_to(taken.step + workload.steps)

    several.steps = workload.steps
    return several


def torch_eager(workload: Workload, dtype: str) -> Callable[[], object] | None:
    """torch, one call an operation, autograd, plain SGD."""
    if not find_spec("torch"):
        return None
    import torch

    torch.set_num_threads(1)
    kind = getattr(torch, dtype)
    x, y = (torch.tensor(part, dtype=kind) for part in workload.data(dtype))
    layers = []
    for n_in, n_out in pairwise(workload.sizes):
        layers += [torch.nn.Linear(n_in, n_out, dtype=kind), torch.nn.Sigmoid()]
    model = torch.nn.Sequential(*layers)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01)
    batches = cycle(list(zip(x.split(workload.batch), y.split(workload.batch), strict=True)))

    def step() -> None:
        inputs, targets = next(batches)
        optimiser.zero_grad()
        cost = 0.5 * ((model(inputs) - targets) ** 2).sum(dim=1).mean()
        cost.backward()
        optimiser.step()

    return step


def jax_alone(workload: Workload, dtype: str) -> Callable[[], object] | None:
    """jax compiled, one step a call."""
    if not find_spec("jax"):
        return None
    import jax
    import jax.numpy as jnp

    moved, start = jax_step(workload, dtype, "sigmoid")
    one = jax.jit(moved, donate_argnums=0)
    m = workload.batch
    x, y = workload.data(dtype)
    turns = cycle(
        [(jnp.asarray(x[i : i + m]), jnp.asarray(y[i : i + m])) for i in range(0, len(x) - m + 1, m)]
    )
    state = {"theta": start(0)}

    def step() -> None:
        state["theta"] = jax.block_until_ready(one(state["theta"], next(turns)))

    return step


def jax_step(workload: Workload, dtype: str, sigma: str) -> tuple[Callable[..., Any], Callable[[int], Any]]:
    """A step of descent of jax with a hidden σ, to be compiled, and what makes the first parameters."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    hidden = getattr(jax.nn, sigma.replace("-", "_"))
    hidden = partial(hidden, approximate=False) if sigma == "gelu" else hidden

    def cost(theta: Any, inputs: Any, targets: Any) -> Any:
        a = inputs
        for l, (w, b) in enumerate(theta, 1):
            a = (hidden if l < len(theta) else jax.nn.sigmoid)(a @ w + b)
        return 0.5 * jnp.mean(jnp.sum((a - targets) ** 2, axis=1))

    def moved(theta: Any, batch: Any) -> Any:
        return jax.tree.map(lambda t, g: t - 0.01 * g, theta, jax.grad(cost)(theta, *batch))

    def start(seed: int) -> Any:
        rng = np.random.default_rng(seed)
        return [
            (
                jnp.asarray(rng.normal(size=(n_in, n_out)) / np.sqrt(n_in), dtype),
                jnp.asarray(rng.normal(size=n_out), dtype),
            )
            for n_in, n_out in pairwise(workload.sizes)
        ]

    return moved, start


def jax_scan(
    workload: Workload, dtype: str, sigma: str, trials: int | None = None
) -> Callable[[], object] | None:
    """jax compiled, several steps a call (its ``steps``): of one network, or of a stack by ``vmap``."""
    if not find_spec("jax"):
        return None
    import jax
    import jax.numpy as jnp

    moved, start = jax_step(workload, dtype, sigma)
    x, y = workload.data(dtype)
    m, steps = workload.batch, workload.steps
    rng = np.random.default_rng(0)
    shape = (steps, m) if trials is None else (steps, trials, m)
    order = rng.integers(0, len(x), shape) if m < len(x) else np.broadcast_to(np.arange(m), shape)
    batches = jnp.asarray(x[order]), jnp.asarray(y[order])
    step = moved if trials is None else jax.vmap(moved)
    scan = jax.jit(
        lambda theta, many: jax.lax.scan(lambda t, batch: (step(t, batch), None), theta, many)[0],
        donate_argnums=0,
    )
    first = start(0) if trials is None else jax.tree.map(lambda *t: jnp.stack(t), *map(start, range(trials)))
    state = {"theta": first}

    def several() -> None:
        state["theta"] = jax.block_until_ready(scan(state["theta"], batches))

    several.steps = steps
    return several


def scikit_learn(workload: Workload, dtype: str) -> Callable[[], object] | None:
    """scikit-learn's MLP, one partial fit a step (its cost is its own)."""
    if not find_spec("sklearn"):
        return None
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    x, y = workload.data(dtype)
    m, (_, *hidden, outputs) = workload.batch, workload.sizes
    given = {"activation": "logistic", "solver": "sgd", "learning_rate_init": 0.01}
    given |= {"momentum": 0.0, "alpha": 0.0, "hidden_layer_sizes": hidden, "batch_size": m}
    model = (MLPRegressor if outputs == 1 else MLPClassifier)(**given)
    labels = y[:, 0] if outputs == 1 else y.argmax(axis=1)
    classes = {} if outputs == 1 else {"classes": np.arange(outputs)}
    batches = cycle([(x[i : i + m], labels[i : i + m]) for i in range(0, len(x), m)])
    model.partial_fit(*next(batches), **classes)

    def step() -> None:
        model.partial_fit(*next(batches))

    return step
