"""The activations that the lab ships: name → class."""

from __future__ import annotations

from lab.activations.activation import Activation
from lab.activations.design.clipped_slope import ClippedSlope
from lab.activations.design.knots import Knots
from lab.activations.design.template import Template
from lab.activations.floored import Floored
from lab.activations.hyperbolic import LeCunTanh, Tanh
from lab.activations.linear import Identity, LeakyReLU, ReLU
from lab.activations.logistic import Sigmoid, SiLU, Softplus
from lab.activations.smooth import ELU, GELU, Softsign

TABLE: dict[str, type[Activation]] = {
    "identity": Identity,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "relu": ReLU,
    "leaky-relu": LeakyReLU,
    "softplus": Softplus,
    "elu": ELU,
    "silu": SiLU,
    "gelu": GELU,
    "softsign": Softsign,
    "lecun-tanh": LeCunTanh,
    "floored": Floored,
    "clipped-slope": ClippedSlope,
    "template": Template,
    "knots": Knots,
}
