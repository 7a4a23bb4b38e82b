"""What autograd makes of a function in kernels, and the forms in which it makes σ′ of it.

Autograd goes backwards through every operation, through the branch of a choice that is not taken too: what
arrives there is 0, and 0·∞ is NaN. So an unused branch is computed at a z where it is a number.
"""

from collections.abc import Callable, Mapping, Sequence
from math import pi, sqrt
from typing import Any, TypeAlias

import numpy as np

from lab.activations.formula.graph import Expression, below
from lab.activations.formula.kernels import KERNELS, MASKS, Kernel
from lab.activations.formula.lowering import ONE_DIVISION
from lab.activations.formula.operations import Making, bell
from lab.bridge.export_code import written_out
from lab.numerics import Array

Backward: TypeAlias = "Callable[..., tuple[Array, ...]]"

HARMLESS = (0.0, 1.0, -1.0, 0.5, -0.5, 4.0, -4.0)
"""The z at one of which an unused branch is computed: the first where it and its gradient are numbers."""


def _sides(mask: Expression, x: Expression, edge: float) -> tuple[Expression, Expression]:
    """X where the mask holds, and where it does not; elsewhere the edge.

    A clamp would do, but what autograd makes of it at the edge is not the same in all versions of torch.
    """
    return mask.call("where", x, edge), mask.call("where", edge, x)


def _softplus(x: Expression) -> Expression:
    is_right = x.call("greater", 0)
    right, left = _sides(is_right, x, 0)
    return is_right.call("where", x + (-right).call("exp").call("log1p"), left.call("exp").call("log1p"))


def _expm1(x: Expression) -> Expression:
    """E^x − 1 where x < −1, whose slope is not made of the value: −1 + 1 is no e^x."""
    is_far = x.call("less", -1)
    far, near = _sides(is_far, x, -1)
    return is_far.call("where", far.call("exp") - 1, near.call("expm1"))


def _tanh(x: Expression) -> Expression:
    """(1 − E)/(1 + E) with E = e^{−2|x|} where |x| > 1/2, whose slope is not 1 − tanh²."""
    E = (-2 * x.call("abs")).call("exp")
    far = x.call("sign") * ((1 - E) / (1 + E))
    return x.call("abs").call("greater", 0.5).call("where", far, x.call("tanh"))


def _logistic(x: Expression) -> Expression:
    is_right = x.call("greater_equal", 0)
    right, left = _sides(is_right, x, 0)
    E = left.call("exp")
    return is_right.call("where", 1 / (1 + (-right).call("exp")), E / (1 + E))


def _tails(x: Expression, rate: float) -> tuple[Expression, Expression, Expression]:
    """Whether x ≥ 0, and erfc of x·√rate where it is so, of −x·√rate elsewhere."""
    is_right = x.call("greater_equal", 0)
    right, left = _sides(is_right, x, 0)
    upper, lower = ((sqrt(rate) * side.call("nearer")).call("erfcx") for side in (right, -left))
    return is_right, upper * bell(x, rate), lower * bell(x, rate)


def _distribution(x: Expression) -> Expression:
    is_right, upper, lower = _tails(x, 0.5)
    return is_right.call("where", 1 - 0.5 * upper, 0.5 * lower)


def _erfc(x: Expression) -> Expression:
    is_right, upper, lower = _tails(x, 1.0)
    return is_right.call("where", upper, 2 - lower)


BY_SIDES: dict[str, Making] = {
    **{name: ONE_DIVISION[name] for name in ("sigmoid_slope", "sech2")},
    "expm1": _expm1,
    "tanh": _tanh,
    "softplus": _softplus,
    "sigmoid": _logistic,
    "Phi": _distribution,
    "erfc": _erfc,
}
"""Forms whose steps run over nowhere, and through which autograd has the right slope at 0 too."""


def computed(kernels: Expression, z: Array, numbers: Sequence[float] = ()) -> Array:
    """A function in kernels as a language computes it that has no erfcx, sinc or erf."""
    (root,) = written_out([kernels], frozenset({"erf"}))
    return _forward(root, z, numbers)[root]


def gradients(kernels: Expression, z: Array, numbers: Sequence[float] = ()) -> list[Array]:
    """The derivatives of a function in kernels by z and by each open parameter, as torch's autograd has them.

    ``numbers`` are the values of the open parameters. All have the shape and the dtype of z.
    """
    (root,) = written_out([kernels], frozenset())
    values = _forward(root, z, numbers)
    arriving = {root: np.ones_like(z)}
    found = [np.zeros_like(z) for _ in range(1 + len(numbers))]
    for node in reversed(below(root)):
        grad = arriving.pop(node, None)
        if grad is None or node.number is not None:
            continue
        if not node.arguments:
            found[node.position if node.operation == "parameter" else 0] += grad
            continue
        x = [values[argument] for argument in node.arguments]
        name = node.operation
        if name in ("min", "max") and node.arguments[1].number is not None:
            name = f"{name} number"
        if name == "div" and node.arguments[0].number is not None:
            name = "number div"
        for argument, one in zip(node.arguments, _BACKWARD[name](grad, values[node], *x), strict=True):
            if argument.number is None and argument.operation not in MASKS:
                arriving[argument] = arriving[argument] + one if argument in arriving else one
    return found


def sheltered(kernels: Expression, grids: Sequence[Array], numbers: Sequence[float] = ()) -> Expression:
    """The same function, with a harmless z in branches whose gradient is no number at some of these z.

    A ``min`` or ``max`` of such parts becomes a choice.
    """
    (root,) = written_out([kernels], frozenset())
    return _Shelter(grids, numbers).within(root, root.graph.z())


class _Shelter:
    """What is known while a function is sheltered."""

    def __init__(self, grids: Sequence[Array], numbers: Sequence[float]) -> None:
        self.grids, self.numbers = grids, numbers
        self.made: dict[tuple[Expression, Expression], Expression] = {}
        self.points: dict[Expression, float | None] = {}

    def within(self, node: Expression, z: Expression) -> Expression:
        """A node whose z is this one."""
        if (node, z) not in self.made:
            self.made[node, z] = self._made(node, z)
        return self.made[node, z]

    def _made(self, node: Expression, z: Expression) -> Expression:
        if node.operation == "z" or not node.arguments:
            return z if node.operation == "z" else node
        if (level := _level(node)) is not None:
            x = self.within(level, z)
            return x.call("isnan").call("where", x, node.arguments[1])
        branches = node.arguments[-2:] if node.operation in ("where", "min", "max") else ()
        points = [self._harmless(branch) for branch in branches]
        if all(point is None for point in points):
            return node.of([self.within(x, z) for x in node.arguments])
        mask, (yes, no), points = _as_choice(node, points)
        mask = self.within(mask, z)
        inner = [
            z if points[0] is None else mask.call("where", z, points[0]),
            z if points[1] is None else mask.call("where", points[1], z),
        ]
        return mask.call("where", self.within(yes, inner[0]), self.within(no, inner[1]))

    def _harmless(self, branch: Expression) -> float | None:
        """The z at which it is computed where it is not taken; None where any z will do, or none."""
        if branch not in self.points:
            points = () if all(self._finite(branch, z) for z in self.grids) else HARMLESS
            self.points[branch] = next((p for p in points if self._finite(branch, np.full(1, p))), None)
        return self.points[branch]

    def _finite(self, branch: Expression, z: Array) -> bool:
        """Whether a branch and its gradients are numbers at all of these z that are."""
        with np.errstate(all="ignore"):
            found = gradients(branch, z[np.isfinite(z)], self.numbers)
        return bool(np.isfinite(found).all())


def _level(node: Expression) -> Expression | None:
    """The u of min(max(u, c), c), at which autograd has a slope where u = c; else None."""
    inner = node.arguments[0]
    if (node.operation, inner.operation) != ("min", "max"):
        return None
    u, c = inner.arguments
    return u if c.number is not None and c.number == node.arguments[1].number else None


def _as_choice(
    node: Expression, points: list[float | None]
) -> tuple[Expression, tuple[Expression, Expression], list[float | None]]:
    """The mask of a choice, its branches and their points; NaN is taken by one that varies, the second."""
    if node.operation == "where":
        mask, yes, no = node.arguments
        return mask, (yes, no), points
    x, y = node.arguments
    name = "less" if node.operation == "min" else "greater"
    if y.varies and x.varies:
        return x.call(f"{name}_equal", y), (x, y), points
    if x.varies:
        x, y, points = y, x, points[::-1]
    return x.call(name, y), (x, y), points


def _forward(root: Expression, z: Array, numbers: Sequence[float]) -> dict[Expression, Array]:
    """The values of a node and of all below it."""
    values: dict[Expression, Array] = {}
    for node in below(root):
        if node.operation == "z":
            values[node] = z
        elif (number := number_of(node, numbers)) is not None:
            values[node] = np.full_like(z, number)
        else:
            values[node] = np.empty(z.shape, bool if node.operation in MASKS else z.dtype)
            _FORWARD[node.operation](*(values[x] for x in node.arguments), values[node])
    return values


def number_of(node: Expression, numbers: Sequence[float]) -> float | None:
    """The value of a constant or of an open parameter; None of anything else."""
    return numbers[node.position - 1] if node.operation == "parameter" else node.number


_FORWARD: dict[str, Kernel] = {**KERNELS, "trunc": np.trunc}


def _power(g: Any, y: Any, x: Any, c: Any) -> tuple[Array, ...]:
    return np.where(c == 0, 0, g * (c * x ** (c - 1))), np.where((x == 0) & (c >= 0), 0, g * (y * np.log(x)))


def _smaller(g: Any, y: Any, u: Any, v: Any) -> tuple[Array, ...]:
    half = np.where(u == v, g / 2, g)
    return np.where(u > v, 0, half), np.where(u < v, 0, half)


_FLAT = ("sign", "trunc", "copy")

_BACKWARD: Mapping[str, Backward] = {
    "add": lambda g, y, u, v: (g, g),
    "sub": lambda g, y, u, v: (g, -g),
    "mul": lambda g, y, u, v: (g * v, g * u),
    "div": lambda g, y, u, v: (g / v, -g * ((u / v) / v)),
    "number div": lambda g, y, u, v: (g, -(g * u) * (1 / v * (1 / v))),
    "pow": _power,
    "neg": lambda g, y, x: (-g,),
    "square": lambda g, y, x: (g * x + g * x,),
    "exp": lambda g, y, x: (g * y,),
    "expm1": lambda g, y, x: (g * (y + 1),),
    "log": lambda g, y, x: (g / x,),
    "log1p": lambda g, y, x: (g / (x + 1),),
    "sqrt": lambda g, y, x: (g / (2 * y),),
    "sin": lambda g, y, x: (g * np.cos(x),),
    "cos": lambda g, y, x: (g * -np.sin(x),),
    "sinh": lambda g, y, x: (g * np.cosh(x),),
    "cosh": lambda g, y, x: (g * np.sinh(x),),
    "tanh": lambda g, y, x: (g * (1 - y * y),),
    "asinh": lambda g, y, x: (g / np.sqrt(x * x + 1),),
    "arctan": lambda g, y, x: (g / (x * x + 1),),
    "erf": lambda g, y, x: (2 / sqrt(pi) * np.exp(-(x * x)) * g,),
    "abs": lambda g, y, x: (g * np.sign(x),),
    **dict.fromkeys(_FLAT, lambda g, y, x: (np.zeros_like(g),)),
    "min": _smaller,
    "max": lambda g, y, u, v: _smaller(g, y, u, v)[::-1],
    "min number": lambda g, y, u, v: (np.where(u < v, g, 0), np.zeros_like(g)),
    "max number": lambda g, y, u, v: (np.where(u > v, g, 0), np.zeros_like(g)),
    "where": lambda g, y, c, u, v: (g, np.where(c, g, 0), np.where(c, 0, g)),
}
"""What arrives at the arguments x of a kernel y = f(x), where g arrives at y: torch's own rules."""
