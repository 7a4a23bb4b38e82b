"""One step of a training in torch, watched: its calls on the way forward, and hooks on the way back.

Nothing here changes a number of the training: tensors are read, and hooks return nothing.
"""

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from math import nan
from typing import Any

import torch
from torch.nn.modules import module as modules
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakTensorKeyDictionary

from lab.bridge.watch_calls import ELEMENTWISE, HOLDING, made, sigma_of, z_of
from lab.bridge.watch_layer import Layer, Source, sample, size
from lab.bridge.watch_recurrent import CALLS, GATES, gates_of
from lab.bridge.watch_tensors import has_neurons, made_by, only_input, same, tensors
from lab.numerics import Array
from lab.parts import Activation

OUTPUT = "output"
"""The place of what the model returns."""

WITHOUT_GRADIENTS = (
    "activations that are called without gradients are not read, as in torch.no_grad() or in a checkpoint "
    "with use_reentrant=True"
)
ASKED_AGAIN = "the optimiser asks for the cost several times in a step: the first is read"


class Step:
    """What one step of the training of ``model`` shows, from `start` to `stop`.

    ``custom`` are σ by the class or the object of a module, or by a function of torch. ``layers`` are the
    activations in the order of their first calls, by their place: the module, the call, and which of these.
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
        self.returned: set[int] = set()
        self.scale = 1.0
        self.gradients: dict[int, float] = {}
        self.updates: dict[int, float] = {}
        self.weights: dict[int, tuple[float, Any]] = {}
        self._before: dict[int, Any] = {}
        self._updating = self._over = self._asked_again = False
        self._moved: set[int] = set()
        self._given: tuple[int, ...] = ()
        self._pass: _Forward | None = None
        self._handles: list[Any] = []
        self._stance: Any = None

    def start(self) -> None:
        """Watch from here on; a model that is compiled takes this step uncompiled."""
        if "torch._dynamo" in sys.modules:
            self._stance = torch.compiler.set_stance("force_eager")
        self._handles = [
            self.model.register_forward_pre_hook(self._enter, with_kwargs=True),
            self.model.register_forward_hook(self._leave, always_call=True),
            register_optimizer_step_pre_hook(self._before_update),
            register_optimizer_step_post_hook(self._after_update),
        ]

    def stop(self) -> None:
        """Leave the model and its optimisers as they were."""
        for handle in self._handles:
            handle.remove()
        self._handles = []
        self._before.clear()
        if self._stance is not None:
            self._stance.__exit__(None, None, None)

    @property
    def passes(self) -> list[int]:
        """Those that count, by their numbers."""
        return sorted(self.returned) or list(range(len(self.fed)))

    @property
    def examples(self) -> int:
        """How many examples these passes were fed."""
        return sum(self.fed[k] for k in self.passes)

    @property
    def arrived(self) -> bool:
        """Whether any gradient came back."""
        return any(layer.reached for layer in self.layers.values())

    def norms(self, layer: Layer) -> dict[tuple[str, str], float]:
        """The norms of the layer's own weights, as `lab.training.snapshot.Snapshot.norm` names them."""
        w, b = (None if x is None else id(x) for x in (layer.source.weight, layer.source.bias))
        gradient = self.gradients.get(w, 0.0 if self.arrived else nan) if w else nan
        return {
            ("theta", "w"): self.weights[w][0] if w else nan,
            ("theta", "b"): self.weights[b][0] if b else nan,
            ("gradient", "w"): gradient / self.scale,
            ("update", "w"): self.updates.get(w, nan) if w else nan,
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
                if parameter.is_leaf and parameter.requires_grad:
                    hook = parameter.register_post_accumulate_grad_hook(self._gathered)
                    self._handles.append(hook)
        return layer

    def watch_part(self, layer: Layer, bias: Any, part: slice) -> None:
        """Take the layer's ∂C/∂b from a part of this parameter's, when all of it is there."""

        def gathered(parameter: Any) -> None:
            if self._over:
                return
            self._rescale()
            layer.total, layer.reached = parameter.grad[part].detach().clone(), True

        self._handles.append(bias.register_post_accumulate_grad_hook(gathered))

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
        if not self._over:
            self._rescale()
            self.returned.add(number)
            layer.went_back(e, delta)

    def _rescale(self) -> None:
        if self.scaler is not None:
            self.scale = float(self.scaler.get_scale())

    def _gathered(self, parameter: Any) -> None:
        if self._asked_again:
            self.notes[ASKED_AGAIN] = None
        if not self._over:
            self.gradients[id(parameter)] = size(parameter.grad)

    def _enter(self, model: Any, args: Any, kwargs: Any) -> None:
        if self.arrived and (self._updating or self._displaced()):
            self._over = self._asked_again = True
        elif torch.is_grad_enabled() and self._pass is None and not self._over:
            given = [x for x in (*args, *kwargs.values()) if torch.is_tensor(x) and x.ndim]
            self._given = tuple(given[0].shape) if given else (1,)
            self.fed.append(self._given[0])
            self._pass = _Forward(self)
            self._pass.begin()

    def _displaced(self) -> bool:
        """Whether weights were moved by no optimiser's step since they were used, as SAM moves them."""
        return any(
            abs(size(parameter.detach()) - norm) > 0  # not of NaN, which differs from itself
            for at, (norm, parameter) in self.weights.items()
            if at not in self._moved
        )

    def _leave(self, model: Any, args: Any, output: Any) -> None:
        if self._pass is not None and model is self.model:
            seen, self._pass = self._pass, None
            seen.end()
            seen.returned(output)

    def _before_update(self, optimiser: Any, args: Any, kwargs: Any) -> None:
        self._updating = True
        for group in optimiser.param_groups:
            for parameter in group["params"]:
                self._moved.add(id(parameter))
                if id(parameter) in self.weights:
                    self._before[id(parameter)] = parameter.detach().clone()

    def _after_update(self, optimiser: Any, args: Any, kwargs: Any) -> None:
        for at, before in self._before.items():
            self.updates[at] = size(self.weights[at][1].detach() - before)
        self._before.clear()
        self._updating = False
        trained = (one for one in self.model.parameters() if one.requires_grad)
        self._over = self._over or all(id(one) in self._moved for one in trained)


class _Forward(TorchFunctionMode):
    """One pass forward: sees every call of torch that the model makes."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self.step, self.number, self.calls = step, step.number, Counter[str]()
        self.names = {id(module): name for name, module in step.model.named_modules()}
        parameters = step.model.named_parameters()
        self.owners = {id(one): name.rpartition(".")[0] for name, one in parameters}
        self.stack: list[str] = [""]
        self.sources = WeakTensorKeyDictionary()
        self.inside: Any = None
        self.last: Any = None

    def begin(self) -> None:
        self.hooks = (
            modules.register_module_forward_pre_hook(self._enter),
            modules.register_module_forward_hook(self._leave, always_call=True),
        )
        self.__enter__()

    def end(self) -> None:
        self.__exit__(None, None, None)
        for hook in self.hooks:
            hook.remove()

    def returned(self, output: Any) -> None:
        """Take what the model returned as a layer, unless it is what its last activation gave."""
        found = [x for x in tensors(output) if x.ndim and x.is_floating_point() and x.requires_grad]
        if not found or (self.last is not None and same(found[0], self.last)):
            return
        source = self._source(found[0])
        z = sample(found[0], source.axis)
        layer = self.step.keep(OUTPUT, made("identity", ()), source, z)
        layer.a[self.number] = z
        layer.backward = True
        found[0].register_hook(lambda e: self.step.back(self.number, layer, e, e))

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if self.inside is not None:
            return func(*args, **kwargs)
        z, given = z_of(name, args, kwargs)
        sigma = self._sigma(func, name, z, given, kwargs) if has_neurons(z) else None
        if not torch.is_grad_enabled():
            if sigma is not None:
                self.step.notes[WITHOUT_GRADIENTS] = None
            return func(*args, **kwargs)
        if sigma is None:
            result = func(*args, **kwargs)
            if name == "multi_head_attention_forward" or (name in GATES and not args[-1]):
                self.step.batch_of(args[0])
            if name in CALLS:
                self._look_inside(func, name, args, result)
            self._follow(name.strip("_"), args, kwargs, result)
            return result
        overwrites = name.endswith("_") or bool(kwargs.get("inplace"))
        after = self._before(sigma, z, name.strip("_"), overwrites)
        a = func(*args, **kwargs)
        after(a)
        return a

    def _sigma(self, func: Any, name: str, z: Any, given: Any, kwargs: Any) -> Activation | None:
        if func in self.step.custom:
            return self.step.custom[func]
        sigma = sigma_of(name, given, kwargs)
        if name.strip("_") in HOLDING and sigma is not None:
            # Of weights, or a ReLU of what they made; it may as well hold a distance or a probability.
            made_here = self.sources.get(z)
            if made_here is None or made_here.weight is not None:
                return made_here and sigma
            return sigma if sigma == made("relu", ()) and z.shape[made_here.axis] > 1 else None
        if sigma is None and name.strip("_") in ELEMENTWISE:
            where = " ".join(filter(None, (self.stack[-1], name)))
            self.step.notes[f"{where}: each neuron has its own slope, so it is not one σ: not read"] = None
        return sigma

    def _enter(self, module: Any, args: Any) -> None:
        self.stack.append(self.names.get(id(module), type(module).__name__))
        sigma = self.step.custom.get(module) or self.step.custom.get(type(module))
        if sigma is None or self.inside is not None or not torch.is_grad_enabled():
            return
        if args and has_neurons(args[0]):
            self.inside = module, self._before(sigma, args[0], type(module).__name__, overwrites=True)

    def _leave(self, module: Any, args: Any, result: Any) -> None:
        if len(self.stack) > 1:
            self.stack.pop()
        if self.inside is not None and self.inside[0] is module:
            after, self.inside = self.inside[1], None
            if torch.is_tensor(result):
                after(result)

    def _before(self, sigma: Activation, z: Any, call: str, overwrites: bool) -> Callable[[Any], None]:
        """Look at z before σ, which perhaps ``overwrites`` it; what is given back takes a = σ(z)."""
        source = self._source(z)
        place = " ".join(filter(None, (self.stack[-1] or self.owners.get(id(source.weight), ""), call)))
        self.calls[place] += 1
        if self.calls[place] > 1:
            place += f" {self.calls[place]}"
        layer = self.step.keep(place, sigma, source, sample(z, source.axis))
        edge = z.grad_fn, z.output_nr
        leaf = z if z.grad_fn is None else None
        return partial(self._after, layer, edge, leaf, z.detach().clone() if overwrites else z.detach())

    def _after(self, layer: Layer, edge: Any, leaf: Any, z: Any, a: Any) -> None:
        layer.a[self.number] = sample(a, layer.source.axis)
        self.sources[a] = Source(layer.source.axis)
        self.last = a
        if not a.requires_grad:
            return
        layer.backward = True
        node, back = a.grad_fn, partial(self.step.back, self.number, layer)
        if (at := only_input(node, edge, leaf)) is not None:
            node.register_hook(lambda e_in, e: back(e[0], e_in[at]))
            return
        # σ is computed in several pieces: δ = e ⊙ σ′(z), with the σ′ of the lab.
        with torch.no_grad():
            slope = torch.from_numpy(layer.sigma.derivative(z.double().cpu().numpy())).to(a.device)
        a.register_hook(lambda e: back(e, e * slope))

    def _look_inside(self, func: Any, name: str, args: Any, result: Any) -> None:
        """Take the gates of a fused recurrent call as layers, with the sums of their δ."""
        where = " ".join(filter(None, (self.stack[-1], name)))
        gates = gates_of(func, name, args, result)
        if gates is None:
            self.step.notes[f"{where}: fused, and its gates are not seen"] = None
            return
        self.step.notes[
            f"{where}: fused; z of its gates are computed again, and of their δ the sums alone are seen"
        ] = None
        self.calls[where] += 1
        place = where if self.calls[where] == 1 else f"{where} {self.calls[where]}"
        for gate in gates:
            z = sample(gate.z, -1)
            layer = self.step.keep(f"{place} {gate.name}", gate.sigma, Source(-1, feed=gate.feed), z)
            layer.a[self.number] = gate.sigma(z)
            layer.inside = True
            if gate.bias is not None and gate.bias.requires_grad and gate.bias.is_leaf:
                layer.backward = True
                self.step.watch_part(layer, gate.bias, gate.part)

    def _source(self, x: Any) -> Source:
        known: Source | None = self.sources.get(x)
        return known or Source(-1 if x.ndim < 4 else 1 - x.ndim)

    def _follow(self, name: str, args: Any, kwargs: Any, result: Any) -> None:
        """Remember what made a tensor, if that is weights, and else on which axis its neurons are."""
        if not torch.is_tensor(result) or not result.is_floating_point() or result.ndim < 2:
            return
        source = made_by(name, args, kwargs, result, self.sources)
        if source is None:
            alike = (x for x in args if torch.is_tensor(x) and x.ndim == result.ndim and x in self.sources)
            like = next(alike, None)
            source = None if like is None else Source(self.sources[like].axis)
        if source is not None:
            self.sources[result] = source
