"""The page of ``lab backprop``: the four equations with the numbers of one example in them."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np

from lab.analysis.demon import Scene
from lab.analysis.worked import Measured, WorkedLayer, worked
from lab.console.screen import Block, Page, bold, dim, verbatim
from lab.console.theory.equations import MOST, Term, latex, lowered, number, prose, raised, text, total
from lab.console.theory.moment import Chosen, Moment
from lab.numerics import Array
from lab.runs.preparation import Prepared

Line: TypeAlias = list[Term] | str
"""An equation of terms, or a remark in words."""


@dataclass(frozen=True)
class Section:
    """A heading, the equation that it is about, and what follows."""

    heading: str
    equation: str
    lines: Sequence[Line]


def page(ready: Prepared, moment: Moment, as_latex: bool) -> Page:
    """Work one example by hand.

    Raises LabError, with the range, where a number is out of it, or where the trial diverged.
    """
    chosen = Chosen(ready, moment)
    given, title = chosen.scene(), chosen.title()
    layers = worked(given)
    sections = [*_forward(given, layers), *_backward(given, layers), *_gradient(layers)]
    value = {"cost": given.cost, "x": given.p.a[0][0, :, 0], "y": given.p.y[0, :, 0]}
    value |= {"layers": list(map(_told, layers))}
    return Page(chosen.where | value, _latex(title, sections) if as_latex else _text(title, sections))


def _told(layer: WorkedLayer) -> dict[str, Any]:
    """A layer for a program."""
    plain = {name: getattr(layer, name) for name in ("w", "b", "z", "a", "slope", "e", "delta")}
    value = {"layer": layer.l, **plain, "delta_by": layer.forms}
    for name, gradient, found in (("b", layer.delta, layer.of_b), ("w", layer.gradient, layer.of_w)):
        value[f"gradient_{name}"] = gradient
        value[f"demon_{name}"] = asdict(found) | {"agrees": found.agrees(gradient)}
    return value


def _forward(given: Scene, layers: Sequence[WorkedLayer]) -> Iterator[Section]:
    for layer in layers:
        l, below = raised(layer.l), raised(layer.l - 1)
        plugged: list[Line] = []
        for j in range(min(len(layer.z), MOST)):
            products, place = [*map(_times, layer.w[j], layer.a_in)], lowered(j + 1)
            plugged.append(
                [
                    f"z{l}{place} = {total(products, number(layer.b[j]))} = {number(layer.z[j])},",
                    f"a{l}{place} = {number(layer.a[j])},",
                    f"σ′(z{l}{place}) = {number(layer.slope[j])}",
                ]
            )
        symbols = f"z{l} = w{l} a{below} + b{l} ="
        matrices: list[Term] = [symbols, layer.w, layer.a_in, "+", layer.b, "=", layer.z]
        sigma = str(given.network.sigma(layer.l)).removesuffix("()")
        heading = f"Forward, layer {layer.l}, σ = {sigma}"
        yield Section(heading, "z = w a + b,  a = σ(z)", [*plugged, *_left(layer), matrices])
    y, top = given.p.y[0, :, 0], layers[-1]
    costs: list[Term] = ["y =", y, f"  a{raised(top.l)} =", top.a, f"  C = {number(given.cost)}"]
    yield Section(f"The cost of this example, {str(given.network.cost).removesuffix('()')}", "", [costs])


def _backward(given: Scene, layers: Sequence[WorkedLayer]) -> Iterator[Section]:
    L, top = raised(layers[-1].l), layers[-1]
    delta, sigma = f"δ{L}", f"σ′(z{L})"
    lines: list[Line] = [
        [f"δ{L}{lowered(j + 1)} = ∂C/∂a{L}{lowered(j + 1)} · σ′(z{L}{lowered(j + 1)}) =",
         f"{_times(top.e[j], top.slope[j])} = {number(top.componentwise[j])}"]
        for j in range(min(len(top.z), MOST))
    ]  # fmt: skip
    lines += [*_left(top)]
    lines += [[f"by ⊙:  {delta} = ∇ₐC ⊙ {sigma} =", top.e, "⊙", top.slope, "=", top.hadamard]]
    lines += [[f"by Σ′: {delta} = Σ′(z{L}) ∇ₐC =", np.diag(top.slope), top.e, "=", top.matrix]]
    if given.network.cost.cancels(given.network.sigma(top.l)):
        lines += [[f"this cost cancels σ′:  {delta} = a{L} − y =", top.delta]]
    yield Section(
        f"BP1, layer {top.l}, the output", "δ = ∇ₐC ⊙ σ′(z)", [*lines, _agreement(top.of_b, top.delta)]
    )
    for layer, above in zip(layers[-2::-1], layers[:0:-1], strict=True):
        yield Section(
            f"BP2, layer {layer.l}",
            f"δ{raised(layer.l)} = ((w{raised(above.l)})ᵀ δ{raised(above.l)}) ⊙ σ′(z{raised(layer.l)})",
            [*_bp2(layer, above), *_left(layer), _agreement(layer.of_b, layer.delta)],
        )
    if len(layers) > 1:
        symbols = "".join(f" (w{raised(one.l)})ᵀ Σ′(z{raised(one.l)})" for one in layers[1:])
        matrices = [matrix for one in layers[1:] for matrix in (one.w.T, np.diag(one.slope))]
        first = layers[0]
        in_one: list[Term] = [f"δ{raised(1)} = Σ′(z{raised(1)}){symbols} ∇ₐC =", np.diag(first.slope)]
        in_one += [*matrices, top.e, "=", first.matrix]
        yield Section("BP1 and BP2 in one product", "", [in_one])


def _bp2(layer: WorkedLayer, above: WorkedLayer) -> Iterator[list[Term]]:
    l, k = raised(layer.l), raised(above.l)
    for j in range(min(len(layer.z), MOST)):
        place = lowered(j + 1)
        terms = total([*map(_times, above.w[:, j], above.componentwise)])
        symbols = " + ".join(f"w{k}{lowered(i + 1, j + 1)}δ{k}{lowered(i + 1)}" for i in range(len(above.z)))
        told = f"({symbols}) σ′(z{l}{place}) = " if len(above.z) <= 2 else ""
        yield [f"δ{l}{place} = {told}({terms}) · {number(layer.slope[j])} = {number(layer.componentwise[j])}"]
    w, passed, arrives = f"(w{k})ᵀ", above.w.T, f"by ⊙:  δ{l} = ((w{k})ᵀ δ{k}) ⊙ σ′(z{l}) ="
    yield [arrives, "(", passed, above.delta, ")", "⊙", layer.slope, "=", layer.hadamard]
    yield [f"by Σ′: δ{l} = Σ′(z{l}) {w} δ{k} =", np.diag(layer.slope), passed, above.delta, "=", layer.matrix]


def _gradient(layers: Sequence[WorkedLayer]) -> Iterator[Section]:
    biases: list[Line] = []
    for layer in layers:
        biases += [[f"∂C/∂b{raised(layer.l)} = δ{raised(layer.l)} =", layer.delta]]
        biases += [_agreement(layer.of_b, layer.delta)]
    yield Section("BP3", "∂C/∂b = δ", biases)
    for layer in layers:
        l, below = raised(layer.l), raised(layer.l - 1)
        places = [(j, k) for j in range(len(layer.z)) for k in range(len(layer.a_in))][:MOST]
        lines: list[Line] = [
            [f"∂C/∂w{l}{lowered(j + 1, k + 1)} = a{below}{lowered(k + 1)} δ{l}{lowered(j + 1)} =",
             f"{_times(layer.a_in[k], layer.delta[j])} = {number(layer.gradient[j, k])}"]
            for j, k in places
        ]  # fmt: skip
        if len(places) < layer.w.size:
            lines += [f"… and {layer.w.size - len(places)} more weights"]
        equation = f"∂C/∂w{l} = δ{l} (a{below})ᵀ"
        product: list[Term] = [f"{equation} =", layer.delta, layer.a_in[None], "=", layer.gradient]
        lines += [product, _agreement(layer.of_w, layer.gradient)]
        yield Section(f"BP4, layer {layer.l}", equation, lines)


def _times(first: float, second: float) -> str:
    """Two numbers as a product, the second in brackets where it is below 0."""
    told = number(second)
    return f"{number(first)}·({told})" if told.startswith("−") else f"{number(first)}·{told}"


def _left(layer: WorkedLayer) -> list[Line]:
    more = len(layer.z) - MOST
    return [f"… and {more} more neurons"] if more > 0 else []


def _agreement(found: Measured, told: Array) -> str:
    difference, doubt = number(found.difference(told)), number(float(found.doubt.max()))
    if found.agrees(told):
        return f"✓ the demon finds the same: it differs by {difference}, and may err by {doubt}"
    return f"✗ the demon finds another number: it differs by {difference}, and may err only by {doubt}"


def _text(title: str, sections: Sequence[Section]) -> Iterator[Block]:
    yield bold(title)
    for section in sections:
        yield ""
        yield bold(": ".join(filter(None, (section.heading, section.equation))))
        for line in section.lines:
            yield dim(line) if isinstance(line, str) else verbatim(text(line))


def _latex(title: str, sections: Sequence[Section]) -> Iterator[Block]:
    yield verbatim(rf"% {title}; needs \usepackage{{amsmath}}")
    sigma = r"$\sigma$"
    for section in sections:
        equation = f" ${latex([section.equation])}$" if section.equation else ""
        yield verbatim(rf"\paragraph{{{prose(section.heading).replace('σ', sigma)}}}{equation}")
        for line in section.lines:
            yield verbatim(prose(line.lstrip("✓✗ ")) if isinstance(line, str) else rf"\[ {latex(line)} \]")
