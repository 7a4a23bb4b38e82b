"""Computing expressions on arrays: σ and σ′ in one pass over what they share, in buffers.

A program is a list of kernel calls on numbered registers: z, the outputs, scratch, masks and the formula's
numbers. A register is handed on as soon as its value was used for the last time, and until its own value is
written, an output serves as scratch. Registers beyond those that the caller gives are made once for a shape.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any

import numpy as np

from lab.activations.formula.graph import Expression, below
from lab.activations.formula.kernels import IN_PLACE, KERNELS, MASKS, Kernel
from lab.activations.formula.lowering import ONE_DIVISION, lowered
from lab.activations.formula.rewrites import precise
from lab.activations.formula.scaled import SCALED, Scaled, scaled
from lab.numerics import Array, scalar

MOST_KEPT = 4
"""Shapes for which a program keeps its registers."""


@dataclass(frozen=True)
class Step:
    """``registers[target] = kernel(*(registers[x] for x in arguments))``."""

    kernel: str
    arguments: tuple[int, ...]
    target: int


@dataclass(frozen=True)
class Program:
    """The steps that compute some outputs.

    Register 0 is z; then come the ``given`` buffers of the caller, the ``outputs`` first, then ``scratch``
    more of them and ``masks`` booleans, which the program has itself, and the ``numbers``.
    """

    steps: tuple[Step, ...]
    outputs: int
    given: int
    scratch: int
    masks: int
    numbers: tuple[float, ...]
    _kept: dict[Any, list[Array]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _calls(self) -> list[tuple[Kernel, Any]]:
        return [(KERNELS[step.kernel], itemgetter(*step.arguments, step.target)) for step in self.steps]

    def run(self, z: Array, buffers: tuple[Array, ...]) -> None:
        """Compute the outputs of z into the first buffers; all ``given`` have z's shape and dtype.

        It may run through infinities; numpy's warnings of them are the caller's to silence.
        """
        kept = self._kept.get((z.shape, z.dtype))
        registers = [z, *buffers, *(self._made(z) if kept is None else kept)]
        for kernel, picked in self._calls:
            kernel(*picked(registers))

    def scaled(self, z: Scaled) -> list[Scaled]:
        """The outputs of z, computed with scaled numbers."""
        numbers = [scaled(np.full_like(z.m, number)) for number in self.numbers]
        registers: list[Any] = [z, *[None] * (self.given + self.scratch + self.masks), *numbers]
        for step in self.steps:
            registers[step.target] = SCALED[step.kernel](*(registers[x] for x in step.arguments))
        return registers[1 : 1 + self.outputs]

    @np.errstate(over="ignore", under="ignore")
    def _made(self, z: Array) -> list[Array]:
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        registers = [np.empty_like(z) for _ in range(self.scratch)]
        registers += [np.empty_like(z, dtype=bool) for _ in range(self.masks)]
        registers += [scalar(number, z.dtype) for number in self.numbers]
        self._kept[z.shape, z.dtype] = registers
        return registers


def compiled(*expressions: Expression, spare: int = 0, one_division: bool = False) -> Program:
    """The program of these expressions, which stand in one graph, for a caller with spare buffers.

    With ``one_division`` it has the forms of `lab.activations.formula.lowering.ONE_DIVISION`.
    """
    special = ONE_DIVISION if one_division else {}
    return of_kernels(lowered(*map(precise, expressions), special=special), spare)


def of_kernels(roots: list[Expression], spare: int = 0) -> Program:
    """The program of expressions in kernels."""
    order = [node for node in below(*roots) if node.arguments]
    places = _Places(order, roots, spare)
    numbers = {x: x.number for node in order for x in node.arguments if x.number is not None}
    of = {node: place if place >= 0 else places.buffers - place for node, place in places.of.items()}
    of |= {x: 1 + places.buffers + places.masks + i for i, x in enumerate(numbers)}
    steps = [Step(node.operation, tuple(of[x] for x in node.arguments), of[node]) for node in order]
    steps += [Step("copy", (of[root],), i) for i, root in enumerate(roots, 1) if of[root] != i]
    given = len(roots) + spare
    own = (places.buffers - given, places.masks)
    return Program(tuple(steps), len(roots), given, *own, tuple(numbers.values()))


@np.errstate(all="ignore")
def computed(run: Callable[[Array, tuple[Array, ...]], None], z: Array) -> Array:
    """The one output of what runs as `Program.run` does."""
    values = np.empty_like(z)
    run(z, (values,))
    return values


class _Places:
    """Where the value of every node stands: z at 0, others in buffers from 1 on, masks from −1 down."""

    def __init__(self, order: list[Expression], roots: list[Expression], spare: int) -> None:
        self._order = order
        self.of: dict[Expression, int] = {roots[0].graph.z(): 0}
        self.buffers, self.masks = len(roots) + spare, 0
        self._last = {x: at for at, node in enumerate(order) for x in node.arguments}
        self._output = {root: roots.index(root) + 1 for root in roots if root.arguments}
        self._written = {place: order.index(root) for root, place in self._output.items()}
        self._free = list(range(1, self.buffers + 1))
        self._free_masks: list[int] = []
        for at, node in enumerate(order):
            dying = [x for x in dict.fromkeys(node.arguments) if self._last[x] == at]
            if node.operation in IN_PLACE:
                self._release(dying)
            self.of[node] = self._output.get(node) or self._found(node)
            if node.operation not in IN_PLACE:
                self._release(dying)

    def _release(self, nodes: list[Expression]) -> None:
        for node in nodes:
            if node.arguments and node not in self._output:
                (self._free_masks if node.operation in MASKS else self._free).append(self.of[node])

    def _found(self, node: Expression) -> int:
        """The place that was set free last; of the buffers, one that no output needs too soon."""
        if node.operation in MASKS:
            if self._free_masks:
                return self._free_masks.pop()
            self.masks += 1
            return -self.masks
        for place in reversed(self._free):
            if self._lasts(place, self._last[node]):
                self._free.remove(place)
                return place
        self.buffers += 1
        return self.buffers

    def _lasts(self, place: int, last: int) -> bool:
        """Whether no output is written to this buffer before the step ``last`` has read it."""
        written = self._written.get(place, len(self._order))
        return last < written or (last == written and self._order[last].operation in IN_PLACE)
