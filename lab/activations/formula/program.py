"""Computing expressions on arrays: σ and σ′ in one pass over what they share, in buffers.

A program is a list of kernel calls on numbered registers: z, the outputs, scratch, masks and the formula's
numbers. A register is handed on as soon as its value was used for the last time, and until its own value is
written, an output serves as scratch. Registers beyond those that the caller gives are made once for a shape.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any

import numpy as np

from lab.activations.formula.graph import Expression, Graph, Node
from lab.activations.formula.kernels import IN_PLACE, KERNELS, MASKS, Kernel
from lab.activations.formula.lowering import lowered
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

    Register 0 is z; then come the ``given`` buffers of the caller, the outputs first, then ``scratch``
    more of them and ``masks`` booleans, which the program has itself, and the ``numbers``.
    """

    steps: tuple[Step, ...]
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

    @np.errstate(over="ignore", under="ignore")
    def _made(self, z: Array) -> list[Array]:
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        registers = [np.empty_like(z) for _ in range(self.scratch)]
        registers += [np.empty_like(z, dtype=bool) for _ in range(self.masks)]
        registers += [scalar(number, z.dtype) for number in self.numbers]
        self._kept[z.shape, z.dtype] = registers
        return registers


def compiled(*expressions: Expression, spare: int = 0) -> Program:
    """The program of these expressions, which stand in one graph, for a caller with spare buffers."""
    roots = lowered(*expressions)
    graph, order = roots[0].graph, _order(roots)
    places = _Places(graph, order, roots, spare)
    for at, k in enumerate(order):
        places.settle(at, k)
    number_of = {k: i for i, k in enumerate(sorted(places.numbers))}
    masks_from = 1 + places.buffers
    numbers_from = masks_from + places.masks

    def register(k: Node) -> int:
        if k in number_of:
            return numbers_from + number_of[k]
        place = places.of[k]
        return place + masks_from if graph.operation[k] in MASKS else place

    steps = [Step(graph.operation[k], tuple(map(register, graph.arguments[k])), register(k)) for k in order]
    for i, root in enumerate(roots, 1):
        if register(root.node) != i:
            steps.append(Step("copy", (register(root.node),), i))
    given = len(roots) + spare
    numbers = tuple(graph.number[k] for k in number_of)
    return Program(tuple(steps), given, places.buffers - given, places.masks, numbers)


def _order(roots: list[Expression]) -> list[Node]:
    """The nodes that must be computed, each after its arguments."""
    graph = roots[0].graph
    return [k for k in graph.below(*(root.node for root in roots)) if graph.arguments[k]]


class _Places:
    """Where the value of every node stands: a buffer from 1 on, or for a mask a number from 0 on."""

    def __init__(self, graph: Graph, order: list[Node], roots: list[Expression], spare: int) -> None:
        self.graph, self._order = graph, order
        self.of: dict[Node, int] = {graph.z().node: 0}
        self.numbers = {x for k in order for x in graph.arguments[k] if graph.operation[x] == "constant"}
        self.buffers, self.masks = len(roots) + spare, 0
        self._last = {x: at for at, k in enumerate(order) for x in graph.arguments[k]}
        nodes = [root.node for root in roots]
        self._output = {k: nodes.index(k) + 1 for k in nodes if k in order}
        written = {place: order.index(k) for k, place in self._output.items()}
        self._until = {place: written.get(place, len(order)) for place in range(1, len(roots) + 1)}
        self._free = list(range(1, self.buffers + 1))
        self._free_masks: list[int] = []

    def settle(self, at: int, k: Node) -> None:
        """Find a place for the value of node k, which is computed at this time."""
        name, arguments = self.graph.operation[k], self.graph.arguments[k]
        dying = {x for x in arguments if self._last[x] == at and self._is_temporary(x)}
        if name in IN_PLACE:
            self._release(dying)
        if k in self._output:
            self.of[k] = self._output[k]
        elif name in MASKS:
            self.of[k] = self._free_masks.pop() if self._free_masks else self._new_mask()
        else:
            self.of[k] = self._buffer(self._last[k])
        if name not in IN_PLACE:
            self._release(dying)

    def _is_temporary(self, k: Node) -> bool:
        return bool(self.graph.arguments[k]) and k not in self._output

    def _release(self, nodes: set[Node]) -> None:
        for k in nodes:
            free = self._free_masks if self.graph.operation[k] in MASKS else self._free
            free.append(self.of[k])

    def _buffer(self, last: int) -> int:
        """The buffer that was set free last, for a value that is read until ``last``."""
        for place in reversed(self._free):
            if self._lasts(place, last):
                self._free.remove(place)
                return place
        self.buffers += 1
        return self.buffers

    def _lasts(self, place: int, last: int) -> bool:
        """Whether no output is written to this buffer before the step ``last`` has read it."""
        until = self._until.get(place, last + 1)
        return last < until or (last == until and self.graph.operation[self._order[last]] in IN_PLACE)

    def _new_mask(self) -> int:
        self.masks += 1
        return self.masks - 1
