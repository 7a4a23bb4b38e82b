"""Which gradients of a step are those of its cost, and how large they are at the weights.

Each call of ``backward()`` or of `torch.autograd.grad` is a way back. One that ends at no parameter is none
of the cost's: it asks for the slope of the model by its input, as a penalty on it or an attack does. Nor does
one count whose gradients were all cleared before an optimiser took them.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

import torch
from torch.nn.parameter import is_lazy

from lab.bridge.watch_layer import Layer, size


def way_back() -> int:
    """The number of the way back that is under way."""
    return int(torch._C._current_graph_task_id())


class Gradients:
    """What arrives at parameters in one step, until it is ``over``.

    ``late`` tells whether something came after that, ``used`` are the parameters that an optimiser moved, and
    ``sizes`` the ‖∂C/∂w‖, all by the `id` of what they are of.
    """

    def __init__(self) -> None:
        self.over = self.late = False
        self.used: set[int] = set()
        self.sizes: dict[int, float] = {}
        self._parts: dict[int, list[tuple[Layer, slice]]] = {}
        self._ends: dict[int, set[int]] = {}
        self._kept: set[int] = set()
        self._keeping: set[int] = set()
        self._elsewhere: dict[int, Any] = {}
        self._hooks: dict[int, list[Any]] = {}

    def watch(self, weights: Iterable[Any], first: Any = None) -> None:
        """See what arrives at these, each once: parameters, or weights that are computed in each pass.

        What arrives at the latter is of the ``first`` that was computed in their place.
        """
        for one in weights:
            if one.requires_grad and id(one) not in self._hooks and not is_lazy(one):
                at = id(one if one.is_leaf else first)
                self._hooks[id(one)] = [one.register_hook(partial(self._arrives, at, one))]
                if one.is_leaf:
                    self._hooks[id(one)].append(one.register_post_accumulate_grad_hook(self._arrived))

    def watch_part(self, layer: Layer, bias: Any, part: slice) -> None:
        """Take the layer's ∂C/∂b from a part of this parameter's."""
        self._parts.setdefault(id(bias), []).append((layer, part))
        self.watch([bias])

    def stop(self) -> None:
        """Leave the parameters as they were, and take what arrived but is kept by none of them."""
        for hook in (hook for hooks in self._hooks.values() for hook in hooks):
            hook.remove()
        for at, gradient in self._elsewhere.items():
            self._take(at, gradient)
        self._elsewhere.clear()

    def of_cost(self, ways: set[int]) -> set[int]:
        """Those of these ways back that are the cost's; all, where none ended at a parameter.

        Where parameters kept what some of them brought, those that only asked for it are a part of the cost.
        """
        ended = {way for way in ways if self._ends.get(way)}
        return ended & self._keeping or ended or ways

    def _arrives(self, at: int, parameter: Any, gradient: Any) -> None:
        """Take note of what a way back brings, before it is added to what the parameter keeps."""
        if self.over:
            self.late = True
            return
        if at in self._kept - self.used and (parameter.grad is None or not parameter.grad.any()):
            for ends in self._ends.values():
                ends.discard(at)
        self._ends.setdefault(way_back(), set()).add(at)
        before = self._elsewhere.get(at, 0.0)
        self._elsewhere[at] = before + gradient.detach()  # a copy, as scripts clip in place

    def _arrived(self, parameter: Any) -> None:
        if not self.over:
            self._elsewhere.pop(id(parameter), None)
            self._keeping.add(way_back())
            self._kept.add(id(parameter))
            self._take(id(parameter), parameter.grad.detach())

    def _take(self, at: int, gradient: Any) -> None:
        self.sizes[at] = size(gradient)
        for layer, part in self._parts.get(at, ()):
            layer.total = gradient[part].clone()
