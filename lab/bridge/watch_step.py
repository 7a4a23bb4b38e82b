"""One step of a training in torch, watched: its passes forward, and hooks on the way back.

Nothing here changes a number of the training: tensors are read, and hooks return nothing.
"""

import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from math import nan
from typing import Any

import torch
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from lab.bridge.watch_forward import Forward
from lab.bridge.watch_gradients import Gradients, way_back
from lab.bridge.watch_layer import Came, Layer, sample, size
from lab.bridge.watch_sources import Source
from lab.numerics import Array
from lab.parts import Activation
from lab.training.recorder import Readings

SLOPE_OF_A = {"identity", "ReLU", "relu6", "hard-tanh", "LeakyReLU", "Tanh", "Sigmoid"}
"""The σ through whose a alone torch brings back what σ″ adds, or whose σ″ is 0."""

ASKED_AGAIN = "the optimiser asks for the cost several times in a step: the first is read"
BENT = "the cost has slopes of the model in it, and what comes back by σ″ is not in δ: ‖⟨δ⟩‖ is not ‖∂C/∂b‖"
CROSSED = (
    "costs went back one after the other through the same pass, so the sizes of e and δ are missing; add the "
    "costs and call backward() once"
)


class Hook:
    """A hook that does nothing in a copy of its model, nor in a file that this is saved to."""

    def __init__(self, call: Callable[..., None]) -> None:
        self.call = call

    def __call__(self, *given: Any) -> None:
        self.call(*given)

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (nullcontext(), "__exit__")  # takes anything, and gives back None


class Step:
    """What one step of the training of ``model`` shows, from `start` to `stop`.

    ``custom`` are σ by the class or the object of a module, or by a function of torch. ``layers`` are the
    activations in the order of their first calls, by their place: the module, the call, and which of these.
    ``ways`` are the ways back that are the cost's, by their numbers, when all is over.
    A step may have several passes. Where a gradient came back to some, as it does not to a pass that only
    looks at the accuracy, these alone count. Of those that an optimiser asks for itself, or by moving the
    weights before another as SAM does, the first is read.
    The step is over when all parameters were moved: what comes later, as from a generator that is trained
    next, is not of it.
    """

    def __init__(
        self, model: torch.nn.Module, custom: Mapping[Any, Activation], scaler: Any, notes: dict[str, None]
    ) -> None:
        self.model, self.custom, self.scaler, self.notes = model, custom, scaler, notes
        self.layers: dict[str, Layer] = {}
        self.fed: list[int] = []
        self.ways: set[int] = set()
        self.scale = 1.0
        self.gradients = Gradients()
        self.updates: dict[int, float] = {}
        self.weights: dict[int, tuple[float, Any]] = {}
        self._before: dict[int, Any] = {}
        self._updating = self._asked_again = False
        self._graphed: set[tuple[int, int]] = set()
        self._given: tuple[int, ...] = ()
        self._pass: Forward | None = None
        self._handles: list[Any] = []
        self._stance: Any = None

    def start(self) -> None:
        """Watch from here on; a model that is compiled takes this step uncompiled."""
        if "torch._dynamo" in sys.modules:
            self._stance = torch.compiler.set_stance("force_eager")
        self._handles = [
            self.model.register_forward_pre_hook(Hook(self._enter), with_kwargs=True),
            self.model.register_forward_hook(Hook(self._leave), always_call=True),
            register_optimizer_step_pre_hook(self._before_update),
            register_optimizer_step_post_hook(self._after_update),
        ]

    def stop(self) -> None:
        """Leave the model and its optimisers as they were."""
        for handle in self._handles:
            handle.remove()
        self._handles = []
        self.gradients.stop()
        self._before.clear()
        self.ways = self.gradients.of_cost({way for layer in self.layers.values() for way, _ in layer.came})
        if self._asked_again and self.gradients.late:
            self.notes[ASKED_AGAIN] = None
        if any(layer.crossed(self.ways) for layer in self.layers.values()):
            self.notes[CROSSED] = None
        if any(self._bent(layer) for layer in self.layers.values()):
            self.notes[BENT] = None
        if self._stance is not None:
            self._stance.__exit__(None, None, None)

    @property
    def passes(self) -> list[int]:
        """Those that count, by their numbers."""
        keys = (key for layer in self.layers.values() for key in layer.came)
        return sorted({number for way, number in keys if way in self.ways}) or list(range(len(self.fed)))

    @property
    def examples(self) -> int:
        """How many examples these passes were fed."""
        return sum(self.fed[k] for k in self.passes)

    @property
    def arrived(self) -> bool:
        """Whether any gradient came back."""
        return any(layer.came or layer.total is not None for layer in self.layers.values())

    def _bent(self, layer: Layer) -> bool:
        """Whether the cost has the layer's σ′ in it, and torch computes this σ′ from z, not from a."""
        asked = {number for way, number in self._graphed if way not in self.ways}
        again = {number for way, number in layer.came if way in self.ways}
        return bool(asked & again) and str(layer.sigma).partition("(")[0] not in SLOPE_OF_A

    def came(self, layer: Layer) -> Came | None:
        """What came back through a layer in all; None where no gradient came in this step."""
        return layer.gathered(self.ways) if self.arrived else None

    @property
    def finite(self) -> bool:
        """Whether no gradient ran over."""
        return all(came.finite for came in map(self.came, self.layers.values()) if came)

    def readings(self, thresholds: tuple[float, float]) -> dict[str, Readings]:
        """What is measured of each layer; see `Layer.readings`."""
        seen = self.passes, self.examples, self.scale
        return {
            place: layer.readings(*seen, self.came(layer), self._norms(layer), thresholds)
            for place, layer in self.layers.items()
        }

    def _norms(self, layer: Layer) -> dict[tuple[str, str], float]:
        """The norms of the layer's own weights, as `lab.training.snapshot.Snapshot.norm` names them."""
        w, b = (0 if x is None else id(x) for x in (layer.source.weight, layer.source.bias))
        trained = w and self.arrived and layer.source.weight.requires_grad
        return {
            ("theta", "w"): self.weights[w][0] if w else nan,
            ("theta", "b"): self.weights[b][0] if b else nan,
            ("gradient", "w"): self.gradients.sizes.get(w, 0.0) / self.scale if trained else nan,
            ("update", "w"): self.updates.get(w, nan),
        }

    def keep(self, place: str, sigma: Activation, source: Source, z: Array) -> Layer:
        """The layer at this place, with its z in this pass."""
        layer = self.layers.setdefault(place, Layer(sigma, source))
        layer.z[self.number] = z
        if source.feed is not None:
            layer.feed[self.number] = sample(source.feed, source.axis)
        for parameter in (source.weight, source.bias):
            if parameter is not None and id(parameter) not in self.weights:
                self.weights[id(parameter)] = size(parameter.detach()), parameter
                if self._updating:
                    self._before[id(parameter)] = parameter.detach().clone()
        if source.weight is not None:
            self.gradients.watch([source.weight], layer.source.weight)
        return layer

    @property
    def number(self) -> int:
        """That of the pass which began last."""
        return len(self.fed) - 1

    def batch_of(self, sequences: Any) -> None:
        """Take m from what a call is fed whose examples are on the second axis, (time, m, n).

        The model's own input is taken to have them on its first axis, unless it was fed so too.
        """
        m = sequences.shape[1] if sequences.ndim == 3 else self._given[0]
        if len(self._given) in (2, 3) and m not in self._given[:1] and m == self._given[1]:
            self.fed[-1] = m

    def back(self, number: int, layer: Layer, e: Any, delta: Any) -> None:
        """A gradient came back through the layer, in the pass of this number."""
        if not self.gradients.over:
            if self.scaler is not None:
                self.scale = float(self.scaler.get_scale())
            layer.went_back(way_back(), number, e, delta)
            if torch.is_grad_enabled():
                self._graphed.add((way_back(), number))

    def _enter(self, model: Any, args: Any, kwargs: Any) -> None:
        if self.arrived and (self._updating or self._displaced()):
            self.gradients.over = self._asked_again = True
        elif torch.is_grad_enabled() and self._pass is None and not self.gradients.over:
            given = [x for x in (*args, *kwargs.values()) if torch.is_tensor(x) and x.ndim]
            self._given = tuple(given[0].shape) if given else (1,)
            self.fed.append(self._given[0])
            self._pass = Forward(self)
            self._pass.begin()

    def _displaced(self) -> bool:
        """Whether weights were moved by no optimiser's step since they were used, as SAM moves them."""
        return any(
            abs(size(parameter.detach()) - norm) > 0  # not of NaN, which differs from itself
            for at, (norm, parameter) in self.weights.items()
            if at not in self.gradients.used
        )

    def _leave(self, model: Any, args: Any, output: Any) -> None:
        if self._pass is not None and model is self.model:
            seen, self._pass = self._pass, None
            seen.end()
            seen.returned(output)
            # Within torch.func.functional_call these are none of the model's own.
            self.gradients.watch(one for one in model.parameters() if one.is_leaf)

    def _before_update(self, optimiser: Any, args: Any, kwargs: Any) -> None:
        self._updating = True
        for group in optimiser.param_groups:
            for parameter in group["params"]:
                self.gradients.used.add(id(parameter))
                if id(parameter) in self.weights:
                    self._before[id(parameter)] = parameter.detach().clone()

    def _after_update(self, optimiser: Any, args: Any, kwargs: Any) -> None:
        for at, before in self._before.items():
            self.updates[at] = size(self.weights[at][1].detach() - before)
        self._before.clear()
        self._updating = False
        trained = (one for one in self.model.parameters() if one.requires_grad)
        self.gradients.over |= all(id(one) in self.gradients.used for one in trained)
