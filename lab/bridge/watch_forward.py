"""One pass of a model forward, watched: every call of torch that it makes.

Nothing here changes a number of the training: tensors are read, and hooks return nothing.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.modules import module as modules
from torch.overrides import TorchFunctionMode

from lab.bridge.watch_calls import ELEMENTWISE, HOLDING, made, sigma_of, z_of
from lab.bridge.watch_layer import Layer, sample
from lab.bridge.watch_recurrent import CALLS, GATES, gates_of
from lab.bridge.watch_sources import PART, Source, Sources, has_neurons, only_input, same, tensors
from lab.parts import Activation

if TYPE_CHECKING:
    from lab.bridge.watch_step import Step

OUTPUT = "output"
"""The place of what the model returns."""

WITHOUT_GRADIENTS = (
    "activations that are called without gradients are not read, as in torch.no_grad() or in a checkpoint "
    "with use_reentrant=True"
)


class Forward(TorchFunctionMode):
    """One pass forward: sees every call of torch that the model makes."""

    def __init__(self, step: "Step") -> None:
        super().__init__()
        self.step, self.number, self.calls = step, step.number, Counter[str]()
        self.names = {id(module): name for name, module in step.model.named_modules()}
        parameters = step.model.named_parameters()
        self.owners = {id(one): name.rpartition(".")[0] for name, one in parameters}
        self.stack: list[str] = [""]
        self.sources = Sources()
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
        self.step.notes.update(dict.fromkeys(map(PART.format, sorted(self.sources.parts))))

    def returned(self, output: Any) -> None:
        """Take what the model returned as a layer, unless it is what its last activation gave."""
        found = [x for x in tensors(output) if has_neurons(x) and x.requires_grad]
        if not found or (self.last is not None and same(found[0], self.last)):
            return
        source = self.sources.of(found[0])
        if found[0].ndim == 1 and source.axis is not None:
            self.step.fed[-1] = 1
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
        read = has_neurons(z) and (z.ndim > 1 or self.sources.get(z) is not None)
        sigma = self._sigma(func, name, z, given, kwargs) if read else None
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
            self.sources.follow(name.strip("_"), args, kwargs, result)
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
                return None if made_here is None else sigma
            return sigma if sigma == made("relu", ()) and z.shape[made_here.axis] > 1 else None
        if sigma is None and name.strip("_") in ELEMENTWISE:
            where = f"{self.stack[-1]} {name}".strip()
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

    def _place(self, call: str, within: str) -> str:
        """The place of a call within a module, and which of those it is from the second on."""
        place = f"{within} {call}".strip()
        self.calls[place] += 1
        return place if self.calls[place] == 1 else f"{place} {self.calls[place]}"

    def _before(self, sigma: Activation, z: Any, call: str, overwrites: bool) -> Callable[[Any], None]:
        """Look at z before σ, which perhaps ``overwrites`` it; what is given back takes a = σ(z)."""
        source = self.sources.of(z)
        place = self._place(call, self.stack[-1] or self.owners.get(id(source.weight), ""))
        layer = self.step.keep(place, sigma, source, sample(z, source.axis))
        if z.ndim == 1:  # of one example, without an axis of examples
            self.step.fed[-1] = 1
        edge = z.grad_fn, z.output_nr
        leaf = z if z.grad_fn is None else None
        seen = z.detach().clone() if overwrites else z.detach()
        return partial(self._after, layer, source, call, edge, leaf, seen)

    def _after(self, layer: Layer, source: Source, call: str, edge: Any, leaf: Any, z: Any, a: Any) -> None:
        layer.a[self.number] = sample(a, layer.source.axis)
        self.sources.activated(a, source, call)
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
        where = f"{self.stack[-1]} {name}".strip()
        gates = gates_of(func, name, args, result)
        if gates is None:
            self.step.notes[f"{where}: fused, and its gates are not seen"] = None
            return
        self.step.notes[
            f"{where}: fused; z of its gates are computed again, and of their δ the sums alone are seen"
        ] = None
        place = self._place(name, self.stack[-1])
        for gate in gates:
            z = sample(gate.z, -1)
            layer = self.step.keep(f"{place} {gate.name}", gate.sigma, Source(-1, feed=gate.feed), z)
            layer.a[self.number] = gate.sigma(z)
            layer.inside = True
            if gate.bias is not None and gate.bias.requires_grad and gate.bias.is_leaf:
                layer.backward = True
                self.step.gradients.watch_part(layer, gate.bias, gate.part)
