"""The activations that the lab ships: name → class."""

from __future__ import annotations

from lab.activations.algebraic import ISRU, BentIdentity, LeakySoftsign, Softsign, Squareplus
from lab.activations.clipped import (
    PLU,
    HardSigmoid,
    HardTanh,
    LeakyHardSigmoid,
    LeakyHardTanh,
    ReLU6,
    SparseSigmoid,
)
from lab.activations.continued import ISigmoid, ReLTanh, StacTanh
from lab.activations.design.clipped_slope import ClippedSlope
from lab.activations.design.knots import Knots
from lab.activations.design.template import Template
from lab.activations.exponential import CELU, ELU, SELU, Exponential
from lab.activations.floored import Floored
from lab.activations.gated import AconB, LiSHT, Mish
from lab.activations.gaussian import GELU, Bump, Erf, GELUTanh
from lab.activations.hyperbolic import LeCunTanh, Tanh, TanhLU, TwistedTanh
from lab.activations.inverse import Arctan, Asinh, Symlog
from lab.activations.jumping import Step, Threshold
from lab.activations.linear import Identity, LeakyReLU, PReLU, ReLU, RReLU
from lab.activations.logistic import LogSigmoid, SigLin, Sigmoid, SiLU, SmoothLeaky, Softplus
from lab.activations.periodic import DampedSnake, Sin
from lab.activations.quadratic import HardSwish, SparsePlus
from lab.activations.shrinking import HardShrink, SoftShrink, TanhShrink
from lab.parts import Activation

TABLE: dict[str, type[Activation]] = {
    "identity": Identity,
    "threshold": Threshold,
    "relu": ReLU,
    "relu6": ReLU6,
    "leaky-relu": LeakyReLU,
    "prelu": PReLU,
    "rrelu": RReLU,
    "hard-tanh": HardTanh,
    "hard-sigmoid": HardSigmoid,
    "sparse-sigmoid": SparseSigmoid,
    "hard-swish": HardSwish,
    "sigmoid": Sigmoid,
    "log-sigmoid": LogSigmoid,
    "tanh": Tanh,
    "tanh-shrink": TanhShrink,
    "softsign": Softsign,
    "softplus": Softplus,
    "squareplus": Squareplus,
    "sparse-plus": SparsePlus,
    "elu": ELU,
    "celu": CELU,
    "selu": SELU,
    "silu": SiLU,
    "mish": Mish,
    "gelu": GELU,
    "gelu-tanh": GELUTanh,
    "hard-shrink": HardShrink,
    "soft-shrink": SoftShrink,
    "exponential": Exponential,
    "twisted-tanh": TwistedTanh,
    "lecun-tanh": LeCunTanh,
    "tanhlu": TanhLU,
    "siglin": SigLin,
    "floored": Floored,
    "isigmoid": ISigmoid,
    "stac-tanh": StacTanh,
    "reltanh": ReLTanh,
    "plu": PLU,
    "leaky-hard-tanh": LeakyHardTanh,
    "leaky-hard-sigmoid": LeakyHardSigmoid,
    "smooth-leaky": SmoothLeaky,
    "acon-b": AconB,
    "bent-identity": BentIdentity,
    "leaky-softsign": LeakySoftsign,
    "damped-snake": DampedSnake,
    "asinh": Asinh,
    "symlog": Symlog,
    "arctan": Arctan,
    "isru": ISRU,
    "erf": Erf,
    "sin": Sin,
    "lisht": LiSHT,
    "step": Step,
    "bump": Bump,
    "clipped-slope": ClippedSlope,
    "template": Template,
    "knots": Knots,
}

ALIASES: dict[str, str] = {
    "linear": "identity",
    "leaky_relu": "leaky-relu",
    "leakyrelu": "leaky-relu",
    "hard_tanh": "hard-tanh",
    "hardtanh": "hard-tanh",
    "hard_sigmoid": "hard-sigmoid",
    "hardsigmoid": "hard-sigmoid",
    "sparse_sigmoid": "sparse-sigmoid",
    "hard_swish": "hard-swish",
    "hardswish": "hard-swish",
    "hard-silu": "hard-swish",
    "hard_silu": "hard-swish",
    "logistic": "sigmoid",
    "log_sigmoid": "log-sigmoid",
    "logsigmoid": "log-sigmoid",
    "tanh_shrink": "tanh-shrink",
    "tanhshrink": "tanh-shrink",
    "soft-sign": "softsign",
    "soft_sign": "softsign",
    "sparse_plus": "sparse-plus",
    "swish": "silu",
    "gelu_tanh": "gelu-tanh",
    "hard_shrink": "hard-shrink",
    "hardshrink": "hard-shrink",
    "soft_shrink": "soft-shrink",
    "softshrink": "soft-shrink",
    "exp": "exponential",
    "twisted_tanh": "twisted-tanh",
    "lecun_tanh": "lecun-tanh",
    "sigmoid-linear": "siglin",
    "sigmoid_linear": "siglin",
    "stac_tanh": "stac-tanh",
    "clipped_slope": "clipped-slope",
    "leaky_hard_tanh": "leaky-hard-tanh",
    "leaky_hardtanh": "leaky-hard-tanh",
    "leaky_hard_sigmoid": "leaky-hard-sigmoid",
    "leaky_hardsigmoid": "leaky-hard-sigmoid",
    "smooth_leaky": "smooth-leaky",
    "leaky-softplus": "smooth-leaky",
    "leaky_softplus": "smooth-leaky",
    "acon_b": "acon-b",
    "bent_identity": "bent-identity",
    "blu": "bent-identity",
    "leaky_softsign": "leaky-softsign",
    "damped_snake": "damped-snake",
    "arcsinh": "asinh",
    "atan": "arctan",
    "heaviside": "step",
    "gaussian": "bump",
}
"""Other spellings, taken by `lab.plugins.find`: those of torch, Keras and jax, and names in use elsewhere."""

EXAMPLES: dict[str, Activation] = {
    "floored": Floored(Sigmoid()),
    "clipped-slope": ClippedSlope(Sigmoid()),
    "threshold": Threshold(t=0.5, v=0.0),
}
"""One of each class that cannot be made without parameters, to list and to test it with."""


def examples() -> dict[str, Activation]:
    """One activation of every name of the table: with its defaults, or as in `EXAMPLES`."""
    return {name: EXAMPLES[name] if name in EXAMPLES else part() for name, part in TABLE.items()}
