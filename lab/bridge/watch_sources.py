"""What is known of a tensor: its weights, the axis of its neurons, and what enters its node of autograd."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.weak import WeakTensorKeyDictionary

PART = (
    "{}: where it is multiplied by its own z it is a part of another activation, which is not read; "
    "make that one a module and name it, as by activations={{MyAct: 'z*sigmoid(z)'}}"
)
"""What is said of a call of an activation, by name."""

FARTHEST_BACK = 50
"""So many nodes are looked at to see whether a call computes σ in one piece."""

PRODUCTS = ("mul", "rmul", "imul", "multiply")


@dataclass(frozen=True, eq=False)
class Source:
    """What made a tensor: the axis of its neurons, from the end, its weights, and what these were fed.

    The axis is None where each example has one number alone.
    Of what was computed place by place from such a tensor, ``root`` is the source of that, and ``sigma`` the
    call of an activation on the way.
    """

    axis: int | None
    weight: Any = None
    bias: Any = None
    feed: Any = None
    root: "Source | None" = None
    sigma: str = ""


class Sources:
    """What is known of tensors as long as they are there.

    ``parts`` are the calls of activations that are a part of another.
    """

    def __init__(self) -> None:
        self._of = WeakTensorKeyDictionary()
        self.parts: set[str] = set()

    def get(self, x: Any) -> Source | None:
        """What is known; None where nothing is."""
        source: Source | None = self._of.get(x)
        return source

    def of(self, x: Any) -> Source:
        """The same, or else where neurons usually are."""
        return self.get(x) or Source(None if x.ndim < 2 else -1 if x.ndim < 4 else 1 - x.ndim)

    def activated(self, a: Any, source: Source, call: str) -> None:
        """Remember that a tensor is σ of one of this source."""
        self._of[a] = Source(source.axis, root=source.root or source, sigma=call)

    def follow(self, name: str, args: Any, kwargs: Any, result: Any) -> None:
        """Remember what made a tensor, if that is weights, and else on which axis its neurons are."""
        if not torch.is_tensor(result) or not result.is_floating_point() or result.ndim < 1:
            return
        source = made_by(name, args, kwargs, result, self) or self._alike(name, args, result)
        if source is not None:
            self._of[result] = source

    def _alike(self, name: str, args: Any, result: Any) -> Source | None:
        """What is known of a tensor that was made of such of as many axes."""
        given = [x for x in args if torch.is_tensor(x) and x.ndim == result.ndim and x in self._of]
        if not given:
            return None
        by_place = [self._of[x] for x in given if x.shape == result.shape]
        roots, sigmas = {one.root or one for one in by_place}, [one.sigma for one in by_place]
        if len(roots) != 1:
            return Source(self._of[given[0]].axis)
        if name in PRODUCTS and len(sigmas) == 2 and not all(sigmas):
            self.parts.update(filter(None, sigmas))
        return Source(self._of[given[0]].axis, root=roots.pop(), sigma=max(sigmas))


def made_by(name: str, args: Any, kwargs: Any, result: Any, known: Sources) -> Source | None:
    """What made a tensor, if it is w a + b, also convolved, or what a norm scales and shifts."""

    def given(at: int, word: str) -> Any:
        return args[at] if len(args) > at else kwargs.get(word)

    x = given(0, "input")
    if name == "linear" or (name.startswith("conv") and result.ndim > 1):
        w, kept = given(1, "weight"), parameter(given(1, "weight"))
        computed = w if w.requires_grad else None  # as by a parametrisation
        axis = -1 if name == "linear" else 1 - w.ndim
        return Source(axis, computed if kept is None else kept, parameter(given(2, "bias")), x)
    if name in ("batch_norm", "group_norm"):
        places = (3, 4) if name == "batch_norm" else (2, 3)
        return Source(1 - result.ndim, *map(parameter, map(given, places, ("weight", "bias"))))
    if name in ("layer_norm", "rms_norm"):
        return Source(-1, parameter(given(2, "weight")), parameter(given(3, "bias")))
    if name in ("matmul", "mm") and (w := parameter(args[1])) is not None:
        return Source(-1, w, None, x)
    if name == "addmm" and (w := parameter(args[2])) is not None:
        return Source(-1, w, parameter(args[0]), args[1])
    if name in ("add", "iadd", "radd") and len(args) > 1:
        for product, b in (args[:2], args[1::-1]):
            made = known.get(product) if torch.is_tensor(product) else None
            if made is not None and made.weight is not None and made.bias is None:
                bias = parameter(b)
                if bias is not None and bias.numel() == result.shape[made.axis]:
                    return Source(made.axis, made.weight, bias, made.feed)
    return None


def parameter(x: Any) -> Any:
    """The parameter that is x, or of which x is a view, also a frozen one; None where it is none."""
    if not torch.is_tensor(x):
        return None
    x = x if x._base is None else x._base
    return x if x.is_leaf and (x.requires_grad or isinstance(x, torch.nn.Parameter)) else None


def has_neurons(z: Any) -> bool:
    """Whether it may be the z of neurons: no number, no weight, not in a transform of torch.func."""
    return (
        torch.is_tensor(z)
        and not (isinstance(z, torch.nn.Parameter) or torch.nn.parameter.is_lazy(z))
        and z.is_floating_point()
        and z.ndim > 0
        and z.numel() > 0
        and _is_there(z)
    )


def _is_there(x: Any) -> bool:
    """Whether its numbers can be read."""
    try:
        x.data_ptr()
    except RuntimeError:
        return False
    return True


def only_input(node: Any, edge: Any, leaf: Any) -> int | None:
    """Which input of the node is z, if nothing else that enters the node depends on z."""
    found = [
        at
        for at, (before, nr) in enumerate(node.next_functions)
        if before is not None
        and ((before, nr) == edge if leaf is None else getattr(before, "variable", None) is leaf)
    ]
    if len(found) != 1:
        return None
    z = node.next_functions[found[0]][0]
    waiting = [before for at, (before, _) in enumerate(node.next_functions) if at != found[0]]
    for _ in range(FARTHEST_BACK):
        if not waiting:
            return found[0]
        one = waiting.pop()
        if one is z:
            return None
        waiting += [] if one is None else [before for before, _ in one.next_functions]
    return None


def tensors(output: Any) -> list[Any]:
    """The tensors of what a model returns, in their order."""
    if torch.is_tensor(output):
        return [output]
    parts = output.values() if isinstance(output, Mapping) else output
    return [x for part in parts for x in tensors(part)] if isinstance(output, tuple | list | Mapping) else []


def same(x: Any, y: Any) -> bool:
    """Whether two tensors are the same numbers, perhaps in another shape."""
    return x is y or (x.numel() == y.numel() and x.data_ptr() == y.data_ptr())
