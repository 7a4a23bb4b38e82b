"""The bench: a page on which σ′ is dragged by its knots, or the parameters of a formula are moved.

What follows of σ is computed in the page, by the rules of `lab.theory`, so that it needs nothing but itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from html import escape
from typing import Any

from lab.activations.design.knots import Knots
from lab.activations.formula.formula import Formula, Written, formula_of
from lab.activations.formula.graph import below
from lab.activations.formula.parser import parse
from lab.activations.formula.rewrites import stable
from lab.errors import PartError
from lab.parts import Activation
from lab.report.document import document, text
from lab.theory.deep import Deep

STYLE = ("style.css", "bench.css")
ASIDE = 0.05
"""How far aside a parameter is tried; floors and heights stay in order."""
SCRIPT = ("draw.js", "graph.js", "moments.js", "bench.js")


def bench(sigma: Activation, spec: Mapping[str, str], title: str) -> str:
    """The page of a σ as HTML: of `Knots`, or of one whose formula is known.

    ``spec`` is the table that makes σ in an experiment file, which the page writes with other numbers; its
    values are as TOML has them: ``{"name": '"template"', "kernel": '"gauss"'}``, or of a formula
    ``{"value": '"tanh(z) + a*z"'}``.

    Raises PartError where σ is neither of knots nor known by a formula.
    """
    start = {
        name: getattr(Deep, name) for name in ("depth", "weight_variance", "bias_variance", "mean_square")
    }
    body = f"<main><h1>{escape(title)}</h1>{text('bench.html')}</main>"
    data = {**subject(sigma), "spec": dict(spec), "deep": start}
    return document(title, body, data, style=STYLE, script=SCRIPT)


def subject(sigma: Activation) -> dict[str, Any]:
    """The knots of σ′; or the graph of σ and σ′, nodes [operation, its arguments' places or number]."""
    if isinstance(sigma, Knots):
        return {"knots": [list(sigma.z), list(sigma.slopes)]}
    written = formula_of(sigma)
    if written is None:
        raise PartError(f"{sigma} has no formula; the bench is for formulas, templates and knots")
    numbers = {name: x for name, x in written.numbers if re.search(rf"\b{name}\b", written.formula)}
    open_ = {name: x for name, x in numbers.items() if _may_move(written, name, x)}
    held = {name: x for name, x in numbers.items() if name not in open_}
    value = stable(parse(written.formula, held, list(open_)))
    slope = stable(value.derivative())
    nodes = below(value, slope)
    place = {node: at for at, node in enumerate(nodes)}
    graph = [
        [node.operation, *(place[x] for x in node.arguments)]
        if node.arguments
        else [node.operation, node.number if node.operation == "constant" else node.position]
        for node in nodes
    ]
    return {"graph": graph, "value": place[value], "slope": place[slope], "parameters": open_}


def _may_move(sigma: Written, name: str, value: float) -> bool:
    """Whether σ has the same formula for other values of a parameter; a template has not at c = 0."""
    if isinstance(sigma, Formula):
        return True
    for moved in (value - ASIDE, value + ASIDE):
        with suppress(ValueError):
            return replace(sigma, **{name: moved}).formula == sigma.formula  # type: ignore[type-var]
    return False
