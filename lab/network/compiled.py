"""The compiled engine: the steps of `lab.network.backprop` and of an optimiser, in the kernel.

It computes what the numpy core does, with sums in another order; and its own numbers have the same bits on
every processor and in every stack. `refusal` tells what it cannot do. An `Engine` owns θ and the optimiser's
state in the kernel's layout: w transposed with b as its last row, rows padded to 64 bytes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from itertools import pairwise
from math import prod
from typing import Any
from weakref import WeakMethod

import numpy as np

from lab.activations.formula.formula import Written, formula_of
from lab.activations.formula.program import Program
from lab.network.backprop import Network
from lab.network.costs import CrossEntropy, Quadratic, SoftmaxCrossEntropy
from lab.network.kernel.library import RESCUE, Functions, Net, Operation, Reading, Tape, functions
from lab.network.optimisers import Adam, Descent, Momentum, Nesterov, RMSProp
from lab.network.parameters import Parameters, as_parameters
from lab.numerics import Array
from lab.parts import Optimiser, State

PADDED_BYTES = 64
WIDE, MANY = 2**18, 64
"""The weights of a layer, and the examples of a batch, from which on numpy's products are ahead."""

MOST_LAYERS = 255
"""The depth up to which a pass of the kernel has room: `engine.c` counts layers from 1."""

_COSTS = (Quadratic, CrossEntropy, SoftmaxCrossEntropy)
_OPTIMISERS = {
    Descent: (),
    Momentum: ("mu",),
    Nesterov: ("mu",),
    Adam: ("beta1", "beta2"),
    RMSProp: ("rho",),
}
"""The kernel's optimisers in the order of their numbers, and which of their fields it is told."""


def refusal(network: Network, optimiser: Optimiser, dtype: np.dtype[Any]) -> str | None:
    """Why the kernel cannot train this, or None."""
    found = functions(dtype)
    if found is None:
        return "the kernel was not built here" if dtype.char in "fd" else f"the kernel knows no {dtype}"
    if network.depth > MOST_LAYERS:
        return f"the kernel has {MOST_LAYERS} layers at most"
    if type(network.cost) not in _COSTS:
        return f"the kernel has no cost {type(network.cost).__name__}"
    if type(optimiser) not in _OPTIMISERS:
        return f"the kernel has no optimiser {type(optimiser).__name__}"
    for sigma in dict.fromkeys(network.sigmas):
        formula = formula_of(sigma)
        if formula is None:
            return f"the activation {sigma} has no formula"
        program = formula.tapes[0]
        if unknown := {step.kernel for step in program.steps} - found.operations.keys():
            return f"the kernel has no {', '.join(sorted(unknown))}, which {sigma} needs"
    return None


def slower_compiled(network: Network, optimiser: Optimiser, batch: int, dtype: np.dtype[Any]) -> str | None:
    """Why the numpy core takes these steps sooner, or alone can; None where the kernel is to be preferred.

    It depends on nothing but sizes and on what the kernel can do: a machine's linear algebra library is ahead
    where a layer of many weights meets many examples.
    """
    widest = max(n_in * n_out for n_in, n_out in pairwise(network.sizes))
    if widest >= WIDE and batch >= MANY:
        return f"a layer of {widest} weights at {batch} examples a step is numpy's"
    return refusal(network, optimiser, dtype)


def padded_width(n: int, dtype: np.dtype[Any]) -> int:
    """How many numbers a row of n takes in the kernel."""
    width = PADDED_BYTES // dtype.itemsize
    return -(-n // width) * width


def padded_rows(rows: Array, dtype: np.dtype[Any]) -> Array:
    """Rows of the kernel's width, filled up with zeros."""
    out = aligned((len(rows), padded_width(rows.shape[1], dtype)), dtype)
    out[:, : rows.shape[1]] = rows
    return out


def aligned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Zeros whose first number begins a line of the cache, so that no vector lies across two."""
    size = prod(shape) * dtype.itemsize
    room = np.zeros(size + PADDED_BYTES, np.uint8)
    start = -room.ctypes.data % PADDED_BYTES
    return room[start : start + size].view(dtype).reshape(shape)


def addressed(order: Array | None) -> tuple[int | None, int]:
    """The address of the numbers of examples, a row a trial, and how far apart rows are; none of None."""
    return (None, 0) if order is None else (order.ctypes.data, order.strides[0] // order.itemsize)


class Engine:
    """T trials of a network in the kernel.

    ``theta`` are the first weights, (T, P); ``x`` and ``y`` the training examples in rows, x with its ones.
    """

    def __init__(
        self,
        network: Network,
        optimiser: Optimiser,
        eta: float,
        decay: float,
        theta: Parameters,
        x: Array,
        y: Array,
    ) -> None:
        self.network, self.trials, self.dtype = network, len(theta.vector), theta.vector.dtype
        found = functions(self.dtype)
        assert found is not None
        self._kernel = found
        formulas = [formula for sigma in network.sigmas if (formula := formula_of(sigma)) is not None]
        self._tapes = [_Tapes(found, formula, l, self.dtype) for l, formula in enumerate(formulas, 1)]
        self._sizes = np.array(network.sizes, np.int64)
        self._y = padded_rows(y, self.dtype)
        self._x = np.ascontiguousarray(x)
        told = [getattr(optimiser, name) for name in _OPTIMISERS[type(optimiser)]] + [0.0, 0.0]
        self._both, self._value = (
            (Tape * network.depth)(*(t.tapes[k] for t in self._tapes)) for k in range(2)
        )
        rescue = WeakMethod(self._rescue)  # held by the kernel, it would keep an engine that is done with
        self.net = Net(
            depth=network.depth,
            sizes=self._sizes.ctypes.data,
            both=self._both,
            value=self._value,
            cost=_COSTS.index(type(network.cost)),
            cancels=network.cost.cancels(network.sigma(network.depth)),
            floor=network.surrogate_floor,
            optimiser=list(_OPTIMISERS).index(type(optimiser)),
            eta=eta,
            decay=decay,
            first=told[0],
            second=told[1],
            epsilon=getattr(optimiser, "epsilon", 0.0),
            x=self._x.ctypes.data,
            y=self._y.ctypes.data,
            x_stride=self._x.shape[1],
            rescue=RESCUE(lambda *given: rescue()(*given)),  # type: ignore[misc]
        )
        self._at = ctypes.addressof(self.net)
        self._theta = aligned((self.trials, found.parameters(self._at)), self.dtype)
        self._state = aligned((2, *self._theta.shape), self.dtype)
        self._remembered = self._state[: len(optimiser.remembers)]
        self._kept: tuple[Array, Array] | None = None
        self._room = np.zeros(0, self.dtype)
        self.load(theta)

    def load(self, theta: Parameters) -> None:
        """Take these weights and biases."""
        for own, block in self._beside(self._theta, theta.vector):
            own[...] = block

    def store(self, theta: Parameters) -> None:
        """Write its weights and biases there."""
        for own, block in self._beside(self._theta, theta.vector):
            block[...] = own

    def remembered(self, state: State) -> None:
        """Write the optimiser's state into arrays of the shape of θ, (T, P), in the order of their names."""
        for values, into in zip(self._remembered, state.values(), strict=True):
            for own, block in self._beside(values, into):
                block[...] = own

    def recall(self, state: State) -> None:
        """Take the optimiser's state from arrays that `remembered` filled."""
        for values, given in zip(self._remembered, state.values(), strict=True):
            for own, block in self._beside(values, given):
                own[...] = block

    def run(self, step: int, starts: Array, order: Array | None) -> None:
        """The steps number ``step``, ``step`` + 1, …: the s-th over the examples starts[s] … starts[s + 1].

        ``order`` says which these are, a row of numbers a trial; all in their own order where it is None.
        """
        self._make_room(int(np.diff(starts).max()))
        steps, numbers = (len(starts) - 1, starts.ctypes.data), addressed(order)
        self._kernel.run(self._at, *self._weights, step, *steps, *numbers, self._room.ctypes.data)

    def outputs(self, x: Array, theta: Array | None = None) -> tuple[Array, Array]:
        """z and a of the output layer over examples in rows: (T, n_L, m) each.

        Those of its own weights, or of ``theta`` as `EngineReading.watch` kept it.
        """
        self._make_room(1)
        n, width = self.network.sizes[-1], self._y.shape[1]
        z, a = np.empty((2, self.trials, len(x), width), self.dtype)
        self._kernel.outputs(
            self._at,
            self.trials,
            (self._theta if theta is None else theta).ctypes.data,
            x.ctypes.data,
            x.shape[1],
            len(x),
            z.ctypes.data,
            a.ctypes.data,
            self._room.ctypes.data,
        )
        return z[:, :, :n].mT, a[:, :, :n].mT

    def watch(
        self,
        net: Net,
        reading: Reading,
        step: int,
        every: int,
        planned: bool,
        starts: Array,
        order: Array | None,
    ) -> None:
        """`run`, with a reading over the examples of ``net`` before one of ``every`` so many steps.

        Where it is ``planned``, ‖Δw‖ of the step is measured too.
        """
        self._make_room(max(reading.m, int(np.diff(starts).max())))
        self._kernel.watch(
            self._at,
            ctypes.addressof(net),
            *self._weights,
            step,
            len(starts) - 1,
            every,
            planned,
            starts.ctypes.data,
            *addressed(order),
            ctypes.addressof(reading),
            self._room.ctypes.data,
        )

    def places(self, count: int) -> Array:
        """Room for so many copies of its weights: (count, T, P), in the kernel's layout."""
        return np.empty((count, *self._theta.shape), self.dtype)

    def keep(self) -> None:
        """Note the weights and the optimiser's state, for `rewind`."""
        if self._kept is None:
            self._kept = np.empty_like(self._theta), np.empty_like(self._remembered)
        self._kept[0][...], self._kept[1][...] = self._theta, self._remembered

    def rewind(self) -> None:
        """Go back to where `keep` was called last."""
        assert self._kept is not None
        self._theta[...], self._remembered[...] = self._kept

    @property
    def _weights(self) -> tuple[int, int, int]:
        """How many trials, and the addresses of θ and of the optimiser's state."""
        return self.trials, self._theta.ctypes.data, self._state.ctypes.data

    def _beside(self, own: Array, vector: Array) -> Iterator[tuple[Array, Array]]:
        """The blocks of each layer, (T, n_{l−1} + 1, n_l), in a vector of the kernel's and in one as of θ."""
        start = 0
        for wb in as_parameters(vector, self.network.sizes).wb.values():
            _, n_out, rows = wb.shape
            padded = padded_width(n_out, self.dtype)
            stop = start + rows * padded
            yield own[:, start:stop].reshape(self.trials, rows, padded)[:, :, :n_out], wb.mT
            start = stop

    def _make_room(self, examples: int) -> None:
        needed = self._kernel.workspace(self._at, examples)
        if len(self._room) < needed:
            self._room = aligned((needed,), self.dtype)

    def _rescue(self, layer: int, z: int, a: int, slope: int | None, count: int) -> None:
        numbers = ctypes.c_float if self.dtype.itemsize == 4 else ctypes.c_double
        z_, a_ = (np.ctypeslib.as_array((numbers * count).from_address(at)) for at in (z, a))
        sigma = self._tapes[layer - 1].sigma
        with np.errstate(all="ignore"):
            if slope is None:
                a_[...] = sigma(z_)
                return
            slope_ = np.ctypeslib.as_array((numbers * count).from_address(slope))
            sigma.with_derivative(z_, out=(a_, slope_, np.empty_like(z_)))


class _Tapes:
    """The programs of a layer as the kernel reads them: of σ and σ′, and of σ alone."""

    def __init__(self, kernel: Functions, sigma: Written, layer: int, dtype: np.dtype[Any]) -> None:
        self.sigma = sigma
        self._kept: list[Any] = []
        self.tapes = [self._made(kernel, program, layer, dtype) for program in sigma.tapes]

    def _made(self, kernel: Functions, program: Program, layer: int, dtype: np.dtype[Any]) -> Tape:
        first = 1 + program.given + program.scratch
        masks = range(first, first + program.masks)
        operations = (Operation * len(program.steps))()
        for operation, step in zip(operations, program.steps, strict=True):
            name = "holds" if step.kernel == "copy" and step.arguments[0] in masks else step.kernel
            x, y, v = (*step.arguments, 0, 0)[:3]
            operation.operation, operation.x, operation.y, operation.v = kernel.operations[name], x, y, v
            operation.out = step.target
        constants = np.array(program.numbers, np.float64)
        ends = np.array([(one.low, one.high) for one in self.sigma.weak(dtype, far=False)], np.float64)
        self._kept += [operations, constants, ends]
        return Tape(
            operations=len(program.steps),
            outputs=program.outputs,
            registers=masks.stop + len(program.numbers),
            constants=len(program.numbers),
            weak=len(ends),
            operation=operations,
            constant=constants.ctypes.data,
            ends=ends.ctypes.data,
            layer=layer,
        )
