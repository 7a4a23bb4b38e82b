"""A σ as a Python module that needs torch alone."""

from collections.abc import Sequence

from lab.activations.formula.rewrites import stable
from lab.bridge.export_code import Dialect, as_numpy, body
from lab.bridge.export_forms import Form, Function
from lab.bridge.exported import Exported

TORCH = Dialect(
    as_numpy(
        "torch",
        arctan="torch.atan({0})",
        asinh="torch.asinh({0})",
        erf="torch.erf({0})",
        trunc="torch.floor({0})",  # of what is ≥ 0; the older exporter to ONNX has no trunc
        sign="_sign({0})",
        copy="({0}).to(z.dtype)",
    )
    | {"min number": "torch.clamp({0}, max={1})", "max number": "torch.clamp({0}, min={1})"},
    infinity="torch.inf",
    nan="torch.nan",
)

_FRAME = '''"""{header}
"""

import torch

_WIDER = {{{wider}}}
"""What is computed with more room."""
{functions}
'''

_AUTOGRAD = '''

def _differentiable(value, *slopes):
    """``value`` as a function whose derivatives by its arguments are these."""

    class Differentiable(torch.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(*x):
            y = value(*x)
            return y.view_as(y) if any(y is one for one in x) else y

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, grad):
            x = ctx.saved_tensors
            return tuple(
                (grad * slope(*x)).sum_to_size(x[k].shape) if ctx.needs_input_grad[k] else None
                for k, slope in enumerate(slopes)
            )

    return Differentiable
'''

_SIGN = """

def _sign(x):
    return torch.where(torch.isnan(x), x, torch.sign(x))
"""


def torch_source(exported: Exported, *, plain: bool, wide: bool) -> str:
    """The module: a function of the name of σ, and an nn.Module of its class name.

    σ, σ′ and σ″ are written out, so backward and double backward keep the digits of the tails; with ``plain``
    σ alone, and gradients are autograd's. Parameters that are to be learned are nn.Parameters. Halves are
    computed in float32, and with ``wide`` float32 in float64.
    """
    wider = {"float16": "float32", "bfloat16": "float32", **({"float32": "float64"} if wide else {})}
    if exported.learn and exported.parameters:
        functions, last = _learnt(exported, plain=plain)
    else:
        functions, last = _fixed(exported, plain=plain)
    text = "".join(functions)
    return _FRAME.format(
        header="\n".join(exported.header),
        wider=", ".join(f"torch.{narrow}: torch.{broad}" for narrow, broad in wider.items()),
        functions=(_SIGN if "_sign(" in text else "") + ("" if plain else _AUTOGRAD) + text + last,
    )


def _fixed(exported: Exported, *, plain: bool) -> tuple[list[str], str]:
    """The functions where the parameters are numbers."""
    names = ("_value", "_slope", "_curvature")[: 1 if plain else 3]
    functions = [_function(name, form) for name, form in zip(names, exported.forms, strict=False)]
    if not plain:
        functions += [
            "\n\n_Slope = _differentiable(_slope, _curvature)\n",
            "_Sigma = _differentiable(_value, lambda z: _Slope.apply(z))\n",
        ]
    call = "_value(z)" if plain else "_Sigma.apply(z)"
    return functions, _faces(exported, [], call)


def _learnt(exported: Exported, *, plain: bool) -> tuple[list[str], str]:
    """The functions where the parameters are arguments, with the derivatives by each of them."""
    parameters, numbers = list(exported.parameters), tuple(exported.parameters.values())
    value = exported.open
    functions = [_function("_value", exported.forms[0], parameters)]
    if not plain:
        slopes = [stable(value.derivative(k)) for k in range(len(parameters) + 1)]
        by = ["z", *parameters]
        for one, slope in zip(by, slopes, strict=True):
            functions.append(_function(f"_by_{one}", Function(slope, numbers).form, parameters))
            seconds = [stable(slope.derivative(k)) for k in range(len(by))]
            functions += [
                _function(f"_by_{one}_{other}", Function(second, numbers).form, parameters)
                for other, second in zip(by, seconds, strict=True)
            ]
            its = ", ".join([f"_by_{one}", *(f"_by_{one}_{other}" for other in by)])
            functions.append(f"\n\n_By_{one} = _differentiable({its})\n")
        lambdas = ", ".join(f"lambda *x: _By_{one}.apply(*x)" for one in by)
        functions.append(f"\n\n_Sigma = _differentiable(_value, {lambdas})\n")
    call = f"{'_value' if plain else '_Sigma.apply'}({', '.join(['z', *parameters])})"
    given = ", ".join(f"{name}={number!r}" for name, number in exported.parameters.items())
    fields = "".join(
        f"        self.{name} = torch.nn.Parameter(torch.tensor(float({name})))\n" for name in parameters
    )
    init = f"    def __init__(self, {given}):\n        super().__init__()\n{fields}\n"
    return functions, _faces(exported, parameters, call, init)


def _function(name: str, form: Form, given: Sequence[str] = ()) -> str:
    """A function of z, and of parameters that are tensors, in the dtype that it is computed in."""
    arguments = ["z", *given]
    head = [f"\n\ndef {name}({', '.join(arguments)}):", "    dtype = z.dtype"]
    head += [f"    {one} = {one}.to(_WIDER.get(dtype, dtype))" for one in arguments]
    lines = body(TORCH, form.kernels, "return ({0}).to(dtype)", given)
    return "\n".join([*head, *lines]) + "\n"


def _faces(exported: Exported, parameters: Sequence[str], call: str, init: str = "") -> str:
    """The function and the module that a user calls."""
    arguments = ", ".join(["z", *parameters])
    own = ", ".join(["z", *(f"self.{name}" for name in parameters)])
    lines = [
        f"\n\ndef {exported.name}({arguments}):",
        f'    """σ(z), elementwise."""\n    return {call}',
        f"\n\nclass {exported.class_name}(torch.nn.Module):",
        f'    """σ as a layer."""\n\n{init}    def forward(self, z):\n        return {exported.name}({own})',
    ]
    return "\n".join(lines)
