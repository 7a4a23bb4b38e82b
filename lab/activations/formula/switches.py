"""Where a formula changes its branch and whether σ or σ′ jumps there, seen on a grid and by bisection."""

from typing import Any

import numpy as np

from lab.activations.formula.graph import Expression, below
from lab.activations.formula.operations import SWITCHES
from lab.activations.formula.program import Program, compiled, computed
from lab.activations.formula.rewrites import stable
from lab.numerics import Array, grid

_SAME = 1e-9
"""Values at neighbouring numbers that differ by less, relative to those around, are no sign of a jump."""


def switching(expression: Expression) -> set[float]:
    """The zeros of what the switches of an expression compare."""
    nodes = [node for node in below(expression) if node.operation in SWITCHES]
    z = grid() if nodes else np.empty(0)
    found: set[float] = set()
    for node in nodes:
        x, *others = node.arguments
        found.update(zeros(x - others[0] if others else x, z))
    return found


def touching(expression: Expression) -> set[float]:
    """The zeros of what roots are taken of at which it has a least value, as z² + z⁴ at 0."""
    found: set[float] = set()
    for node in below(expression):
        if node.operation == "sqrt" or (node.operation == "pow" and (node.arguments[1].number or 1) % 1):
            x = node.arguments[0]
            places = np.array(zeros(stable(x.derivative()), grid()))
            around = places + np.array([[-0.01], [0.0], [0.01]])
            sizes = np.abs(computed(compiled(x).run, around))
            found.update(places[sizes[1] <= _SAME * np.minimum(sizes[0], sizes[2])].tolist())
    return found


def zeros(x: Expression, z: Array) -> list[float]:
    """The zeros of an expression, at the increasing z or between two neighbours of them, by bisection.

    Of a plateau of zeros there are none, and of a number.
    """
    if x.number is not None:
        return []
    program = compiled(x)
    sign = _sign(program, z)
    zero = np.concatenate([[False], sign == 0, [False]])
    alone = zero[1:-1] & ~zero[:-2] & ~zero[2:]  # the ends of a plateau of zeros are kinks of its own
    crossing = np.flatnonzero(sign[:-1] * sign[1:] < 0)
    return [*z[alone].tolist(), *_crossings(program, z[crossing], z[crossing + 1]).tolist()]


def _sign(program: Program, z: Array) -> Array:
    return np.asarray(np.sign(computed(program.run, z)))


def _crossings(program: Program, left: Array, right: Array) -> Array:
    """Where the sign changes between each ``left`` and ``right``, halved down to neighbouring numbers."""
    begins = _sign(program, left)
    for _ in range(60):
        middle = (left + right) / 2
        same = _sign(program, middle) == begins
        left, right = np.where(same, middle, left), np.where(same, right, middle)
    return right


def jumps_at(function: Any, place: float) -> bool:
    """Whether a function has different values at a place and on its two sides, or none.

    A root as √z changes by as little as it likes, if the sides are near enough; a jump does not.
    """
    size = max(abs(place), 1.0)
    near = np.array([-4, 0, 4]) * np.spacing(size)
    with np.errstate(all="ignore"):
        around = np.abs(function(place + np.array([-0.01, 0.0, 0.01]) * size)).max()
        step, wider = (np.ptp(np.asarray(function(place + apart))) for apart in (near, 100 * near))
    return not (step <= _SAME * around or step <= 0.5 * wider)
