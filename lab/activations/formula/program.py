"""Computing a graph on arrays: σ and σ′ in one pass over shared subexpressions, in buffers.

The graph is lowered to primitive operations that are stable in the tails, put in order, and given
registers: a register is handed on as soon as its value was used for the last time, and the registers are
made once for a shape and kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lab.activations.activation import Array
from lab.activations.formula.graph import Expression, Graph, Node
from lab.activations.formula.operations import OPERATIONS


@dataclass(frozen=True)
class Step:
    """``registers[target] = operation(arguments)``; an argument is a register (int) or a number (float)."""

    operation: str
    arguments: tuple[int | float, ...]
    target: int


@dataclass
class Program:
    """The steps that compute some outputs; register 0 is z, registers 1…k are the k outputs."""

    steps: tuple[Step, ...]
    outputs: int
    registers: int
    _kept: dict[tuple[tuple[int, ...], str], list[Array]] = field(default_factory=dict, repr=False)

    def run(self, z: Array, outs: tuple[Array, ...]) -> None:
        """Compute the outputs of z into ``outs``, arrays of z's shape and dtype."""
        registers = [z, *outs, *self._scratch(z)]
        with np.errstate(all="ignore"):
            for step in self.steps:
                values = [x if isinstance(x, float) else registers[x] for x in step.arguments]
                OPERATIONS[step.operation].compute(*values, out=registers[step.target])

    def _scratch(self, z: Array) -> list[Array]:
        key = (z.shape, z.dtype.str)
        if key not in self._kept:
            if len(self._kept) >= 4:
                self._kept.clear()
            count = self.registers - 1 - self.outputs
            self._kept[key] = [np.empty_like(z) for _ in range(count)]
        return self._kept[key]


def compiled(*expressions: Expression) -> Program:
    """The program of these expressions, which stand in one graph."""
    lowered = Graph()
    roots = _lower(expressions, lowered)
    order = [k for k in lowered.below(*roots) if lowered.operation[k] not in ("z", "constant")]
    last_use = {argument: at for at, k in enumerate(order) for argument in lowered.arguments[k]}
    fixed = {root: 1 + i for i, root in reversed(list(enumerate(roots))) if root in order}
    register: dict[Node, int] = {**fixed, lowered.z().node: 0}
    free: list[int] = []
    highest = 1 + len(roots)
    steps: list[Step] = []
    for at, k in enumerate(order):
        arguments = tuple(
            lowered.number[x] if lowered.operation[x] == "constant" else register[x]
            for x in lowered.arguments[k]
        )
        if k not in register:
            if not free:
                free.append(highest)
                highest += 1
            register[k] = free.pop()
        steps.append(Step(lowered.operation[k], arguments, register[k]))
        for x in set(lowered.arguments[k]):
            temporary = x in register and x not in fixed and register[x] != 0
            if temporary and last_use[x] == at:
                free.append(register[x])
    for i, root in enumerate(roots, 1):
        if lowered.operation[root] == "constant":
            steps.append(Step("constant", (lowered.number[root], 0), i))
        elif register[root] != i:
            steps.append(Step("copy", (register[root],), i))
    return Program(tuple(steps), len(roots), highest)


def _lower(expressions: tuple[Expression, ...], lowered: Graph) -> list[Node]:
    graph = expressions[0].graph
    made: dict[Node, Expression] = {}
    for k in graph.below(*(expression.node for expression in expressions)):
        name = graph.operation[k]
        if name == "z":
            made[k] = lowered.z()
        elif name == "constant":
            made[k] = lowered.constant(graph.number[k])
        else:
            arguments = [made[argument] for argument in graph.arguments[k]]
            simpler = OPERATIONS[name].lowered
            made[k] = simpler(*arguments) if simpler else lowered.apply(name, *arguments)
    return [made[expression.node].node for expression in expressions]
