"""The steps of an optimiser, held to what the training loop relies on."""

import numpy as np

from lab.parts import Optimiser


def check_optimiser(given: Optimiser, eta: float = 0.1, seed: int = 0) -> None:
    """Hold an optimiser to what the training loop relies on: where it writes, and whose gradients it reads.

    It takes three steps with two trials of six parameters, whose gradients are drawn by the ``seed``. Δθ
    has to be written into all of ``out``, and what it remembers into the arrays of its state; the gradient
    has to be left as it was. A trial has to move as it does alone, and so has each parameter where the class
    says that it is ``elementwise``. Nothing is returned. Raises AssertionError with what is wrong.

    >>> from lab.network.optimisers import Adam
    >>> check_optimiser(Adam())
    """
    drawn = np.random.default_rng(seed).normal(size=(3, 2, 6))
    both = _moved(given, drawn, eta)
    alone = np.concatenate([_moved(given, drawn[:, [trial]], eta) for trial in range(2)], axis=1)
    assert np.array_equal(both, alone), f"{given}: Δθ of a trial depends on the trials beside it"
    if given.elementwise:
        halves = [_moved(given, drawn[..., part], eta) for part in (slice(3), slice(3, 6))]
        assert np.array_equal(both, np.concatenate(halves, axis=2)), (
            f"{given}: Δθ of a parameter depends on others, and the class says that it is elementwise"
        )


def _moved(given: Optimiser, gradients: np.ndarray, eta: float) -> np.ndarray:
    """Δθ of each step, once it is sure to be written where it has to be."""
    state = given.initial(np.zeros_like(gradients[0]))
    remembered = dict(state)
    steps = np.full_like(gradients, np.nan)
    for number, (gradient, out) in enumerate(zip(gradients, steps, strict=True), start=1):
        seen = gradient.copy()
        returned: object = given.step(state, seen, eta, number, out)
        hint = "" if returned is None else "; it is returned, and has to be written: out[...] = …"
        assert np.isfinite(out).all(), (
            f"{given}: step {number} writes no Δθ of every parameter into out{hint}"
        )
        assert np.array_equal(seen, gradient), f"{given}: step {number} writes into the gradient"
        for name, array in remembered.items():
            assert state.get(name) is array, (
                f"{given}: step {number} puts another array into state[{name!r}], write into the one that is "
                f"there: state[{name!r}][...] = …"
            )
    return steps
