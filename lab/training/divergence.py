"""Divergence: where a trial lost its first number.

A reading tells that a trial diverged, mostly long after it did: then all of its numbers are NaN. So a trial
that diverged is trained once more, with a look at every step, up to the one that lost its numbers.
"""

from collections.abc import Callable
from dataclasses import replace
from math import nan

import numpy as np

from lab.network.backprop import Network, backward, cost, forward
from lab.network.buffers import Pass, make_pass
from lab.network.parameters import parameters
from lab.numerics import Array
from lab.training.loop import begun
from lab.training.reader import sound
from lab.training.recorder import Readings
from lab.training.stack import Training


def located(training: Training, trials: range, readings: Readings) -> Readings:
    """The readings of these trials with the origin of each divergence; themselves where none diverged."""
    lost = np.flatnonzero(readings.diverged >= 0)
    if not len(lost):
        return readings
    what = np.full(len(trials), "", "U16")
    where = np.full((len(trials), 2), nan)
    with np.errstate(all="ignore"):
        found = _origins(training, [trials[t] for t in lost], readings.diverged[lost])
    for t, (origin, *place) in zip(lost, found, strict=True):
        what[t], where[t] = origin, place
    return replace(readings, origin=what, origin_at=where)


def _origins(training: Training, trials: list[int], until: Array) -> list[tuple[str, float, float]]:
    """The `origin` of each trial, all of which diverge by these steps."""
    network, (stack, steps) = training.network, begun(training, trials)
    fixed = training.recording.fixed_examples
    read = None if fixed is None else make_pass(network.sizes, len(trials), *fixed.columns)
    scratch = parameters(network.sizes, len(trials), stack.theta.vector.dtype)
    found: dict[int, tuple[str, float, float]] = {}
    whole = np.ones(len(trials), bool)  # whether the last step had a gradient of finite numbers
    for step in range(int(until.max()) + 1):
        p = steps.propagate()
        lost, ends = ~sound(p, stack.theta), until == step
        if read is not None and ends.any():
            forward(network, stack.theta, read)
            backward(network, stack.theta, read, scratch)
        for t in np.flatnonzero(lost | ends).tolist():
            if t not in found:
                # Where η alone makes numbers run over, some are ∞ beside 0·∞, which is NaN.
                own = whole[t] and not np.isinf(stack.theta.vector[t]).any()
                spoilt = [l for l, wb in stack.theta.wb.items() if own and np.isnan(wb[t]).any()]
                seen = p if lost[t] or read is None else read
                found[t] = ("Δθ is NaN", spoilt[0], nan) if spoilt else origin(network, seen, t)
        if len(found) == len(trials):
            break
        whole[:] = np.isfinite(stack.gradient.vector).all(axis=1)
        steps.run_to(step + 1)
    return [found[t] for t in range(len(trials))]


def origin(network: Network, p: Pass, t: int) -> tuple[str, float, float]:
    """What the trial of row ``t`` lost first in this pass, in which layer l, and at which z.

    NaN of σ or σ′ at a finite z is the activation's own fault, so it is told before all else, from layer 1
    up. Other numbers run over: z itself, σ or σ′ at a z, δ from the output down, or in the end C; but NaN of
    ∇C or of C at finite outputs is the cost's own fault. z is NaN where what ran over is no function of z,
    and so is l of C. The name is empty where all is finite.
    """
    L = network.depth
    layers = range(1, L + 1)
    for l in layers:
        if place := _first_z(network, p, t, l, np.isnan):
            return f"{place[0]} is NaN", l, place[1]
    for l in layers:
        if not np.isfinite(p.z[l][t]).all():
            return "z ran over", l, nan
        if place := _first_z(network, p, t, l, np.isinf):
            return f"{place[0]} ran over", l, place[1]
    for l in reversed(layers):
        if not np.isfinite(p.delta[l][t]).all():
            uphill = np.empty_like(p.a[L])
            network.cost.gradient(p.a[L], p.y, uphill)
            return "∇C is NaN" if l == L and np.isnan(uphill[t]).any() else "δ ran over", l, nan
    last = cost(network, p)[t]
    return "" if np.isfinite(last) else "C is NaN" if np.isnan(last) else "C ran over", nan, nan


def _first_z(
    network: Network, p: Pass, t: int, l: int, lost: Callable[[Array], Array]
) -> tuple[str, float] | None:
    """σ or σ′, and a finite z at which it is ``lost``; not σ′ where the cost cancels it."""
    z, functions = p.z[l][t], {"σ": p.a[l][t], "σ′": p.slope[l][t]}
    if l == network.depth and network.cost.cancels(network.sigma(l)):
        del functions["σ′"]
    for name, values in functions.items():
        at = z[np.isfinite(z) & lost(values)]
        if len(at):
            return name, float(at[0])
    return None
