"""What a tensor of torch tells of itself, and a node of autograd of what enters it."""

from collections.abc import Mapping
from typing import Any

import torch

FARTHEST_BACK = 50
"""So many nodes are looked at to see whether a call computes σ in one piece."""


def has_neurons(z: Any) -> bool:
    """Whether it may be the z of neurons: no number, no weight, not in a transform of torch.func."""
    return (
        torch.is_tensor(z)
        and z.is_floating_point()
        and z.ndim > 0
        and z.numel() > 0
        and not isinstance(z, torch.nn.Parameter)
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
