"""The gates inside torch's fused recurrent calls, which hide their z: it is computed again.

With h the outputs, z_t = w x_t + b + w_h h_{t−1} + b_h for all t at once, split into the gates; the new state
of a GRU has z_t = w x_t + b + r_t ⊙ (w_h h_{t−1} + b_h). ∂C/∂b is the sum of a gate's δ over all t and
examples, so the learning speed of a gate is that of its part of b; each δ alone stays inside.
Source: Hochreiter & Schmidhuber, *Long short-term memory* (1997); Cho et al., *Learning phrase
representations using RNN encoder-decoder for statistical machine translation* (2014).
"""

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import torch

from lab.bridge.watch_calls import made
from lab.parts import Activation

GATES: dict[str, tuple[tuple[str, str], ...]] = {
    "rnn_tanh": (("state", "tanh"),),
    "rnn_relu": (("state", "relu"),),
    "lstm": (("input", "sigmoid"), ("forget", "sigmoid"), ("new", "tanh"), ("output", "sigmoid")),
    "gru": (("reset", "sigmoid"), ("update", "sigmoid"), ("new", "tanh")),
}
"""The gates of each call in the order of its weights, each with its σ."""

CALLS = frozenset({*GATES, *(f"{name}_cell" for name in GATES)})
"""The fused calls; those of a single step, ``_cell``, are not looked into."""


class Gate(NamedTuple):
    """One gate of a layer and a direction: its name, σ, z, what its layer was fed, and its part of b."""

    name: str
    sigma: Activation
    z: Any  # (…, n)
    feed: Any
    bias: Any  # the parameter b, None where there is none
    part: slice  # the gate's part of it


def gates_of(func: Any, name: str, args: Any, result: Any) -> Iterator[Gate] | None:
    """The gates of a fused call; None where they cannot be computed again.

    That is for packed sequences, for a single step, and where dropout between the layers hides what the
    upper ones were given.
    """
    if name not in GATES or not (torch.is_tensor(args[0]) and args[0].ndim == 3):  # packed ones have 2 axes
        return None
    x, states, weights, biased, layers, dropout, training, both_ways, batch_first = args
    if layers > 1 and dropout and training:
        return None
    call = _Call(name, func, biased, layers, 2 if both_ways else 1, batch_first)
    return call.gates(x, states if name == "lstm" else [states], list(weights), result[0])


class _Call(NamedTuple):
    """What a fused call was told beside its numbers."""

    name: str
    func: Any
    biased: bool
    layers: int
    ways: int
    batch_first: bool

    def gates(self, x: Any, states: Any, weights: list[Any], outputs: Any) -> Iterator[Gate]:
        """The gates of each layer and direction, fed with what the layer below gives."""
        each, time = len(weights) // (self.layers * self.ways), 1 if self.batch_first else 0
        fed, sides = x, []
        for at, (k, way) in enumerate(product(range(self.layers), range(self.ways))):
            own, first = weights[at * each : (at + 1) * each], [one[at : at + 1] for one in states]
            given = fed.flip(time) if way else fed
            with torch.no_grad():
                out = outputs if self.layers * self.ways == 1 else self._outputs(given, first, own)
                place = "".join([f" {k + 1}" if self.layers > 1 else "", " backwards" if way else ""])
                yield from self._of_layer(given, first[0], own, out, time, place)
                sides.append(out.flip(time) if way else out)
                if len(sides) == self.ways:
                    fed, sides = torch.cat(sides, -1), []

    def _outputs(self, x: Any, first: Any, weights: list[Any]) -> Any:
        """Those of one layer in one direction."""
        states = tuple(first) if self.name == "lstm" else first[0]
        return self.func(x, states, weights, self.biased, 1, 0.0, False, False, self.batch_first)[0]

    def _of_layer(
        self, x: Any, first: Any, weights: list[Any], out: Any, time: int, place: str
    ) -> Iterator[Gate]:
        names = GATES[self.name]
        b, b_h = weights[2:4] if self.biased else (None, None)
        before = torch.cat([first.movedim(0, time), out.narrow(time, 0, out.shape[time] - 1)], time)
        new = torch.nn.functional.linear(x, weights[0], b).chunk(len(names), -1)
        kept = torch.nn.functional.linear(before, weights[1], b_h).chunk(len(names), -1)
        n, reset = new[0].shape[-1], None
        for i, ((gate, sigma), u, v) in enumerate(zip(names, new, kept, strict=True)):
            z = u + (v if reset is None or gate != "new" else torch.sigmoid(reset) * v)
            reset = z if gate == "reset" else reset
            yield Gate(f"{gate}{place}", made(sigma, ()), z, x, b, slice(i * n, (i + 1) * n))
