"""What a tensor of torch tells of how it was made, and of what is made of it."""

from collections.abc import Mapping
from typing import Any

import torch

from lab.bridge.watch_layer import Source

FARTHEST_BACK = 50
"""So many nodes are looked at to see whether a call computes σ in one piece."""


def made_by(name: str, args: Any, kwargs: Any, result: Any, sources: Any) -> Source | None:
    """What made a tensor, if it is w a + b, also convolved, or what a norm scales and shifts."""

    def given(at: int, word: str) -> Any:
        return args[at] if len(args) > at else kwargs.get(word)

    x = given(0, "input")
    if name == "linear":
        return Source(-1, parameter(given(1, "weight")), parameter(given(2, "bias")), x)
    if name.startswith("conv"):
        w = given(1, "weight")
        return Source(1 - w.ndim, parameter(w), parameter(given(2, "bias")), x)
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
            made = sources.get(product) if torch.is_tensor(product) else None
            if made is not None and made.weight is not None and made.bias is None:
                bias = parameter(b)
                if bias is not None and bias.numel() == result.shape[made.axis]:
                    return Source(made.axis, made.weight, bias, made.feed)
    return None


def parameter(x: Any) -> Any:
    """The leaf that is x, or of which x is a view; None where it is no leaf."""
    if not torch.is_tensor(x):
        return None
    x = x if x._base is None else x._base
    return x if x.is_leaf and x.requires_grad else None


def has_neurons(z: Any) -> bool:
    """Whether it may be the z of neurons over examples: no number, no weight, not in torch.vmap."""
    return (
        torch.is_tensor(z)
        and z.is_floating_point()
        and z.ndim > 1
        and z.numel() > 0
        and not isinstance(z, torch.nn.Parameter)
        and _is_there(z)
    )


def _is_there(x: Any) -> bool:
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
