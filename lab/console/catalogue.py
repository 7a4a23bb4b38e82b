"""The pages of ``lab activations``: all of them in a table, or one with its claims, values and plot."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lab import plugins
from lab.activations.catalogue import EXAMPLES
from lab.activations.formula.formula import Formula
from lab.activations.properties import PROPERTIES, properties
from lab.activations.specify import from_spec
from lab.console.as_json import say
from lab.console.curve_plot import plotted, refuse_unwritable
from lab.console.parameters import named_values
from lab.console.screen import err, out, plain, table
from lab.parts import Activation
from lab.prover.slope_bounds import slope_bounds

SHOWN_Z = (-700.0, -40.0, -5.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 5.0, 40.0, 700.0)


def tell_all(only: Sequence[str], as_json: bool) -> None:
    """Every activation that has all the properties ``only``, by name: its formula, its bounds, its kinks.

    One that cannot be made without parameters is told for those of `lab.activations.catalogue.EXAMPLES`.
    """
    rows: list[dict[str, Any]] = []
    for name in plugins.names("activations"):
        part = plugins.find("activations", name)
        sigma = EXAMPLES[name] if name in EXAMPLES else _with_defaults(part)
        has = properties(sigma) if sigma else ()
        if set(only) <= set(has):
            rows.append(
                {
                    "name": name,
                    "aliases": _aliases(name),
                    "parameters": _parameters(part),
                    "range": str(sigma.range) if sigma else None,
                    "σ′ in": str(sigma.slope_range) if sigma else None,
                    "kinks": _points(sigma.kinks) if sigma else None,
                    "properties": list(has),
                    "what it is": _headline(part),
                }
            )
    if as_json:
        say(rows)
        return
    if not rows:
        err().print(f"no activation is {' and '.join(only)}")
        return
    joined = [[", ".join(cell) if isinstance(cell, list) else cell for cell in row.values()] for row in rows]
    table(list(rows[0]), joined)


def tell_one(
    name: str, parameters: Sequence[str], plot: Path | None, as_json: bool, allow_code: bool
) -> None:
    """One activation: what it is, its parameters, its claims, and values far into both tails."""
    refuse_unwritable(plot)
    sigma = from_spec({"name": name, **named_values(parameters)}, allow_code=allow_code)
    z = np.array(SHOWN_Z)
    with np.errstate(all="ignore"):
        values, slopes = sigma(z), sigma.derivative(z)
    has = properties(sigma)
    drawn = [] if plot is None else plotted(name, sigma, plot)
    if as_json:
        told = {
            "activation": str(sigma),
            "range": [sigma.range.low, sigma.range.high],
            "slope": [sigma.slope_range.low, sigma.slope_range.high],
            "kinks": sigma.kinks,
            "jumps": sigma.jumps,
            "properties": has,
            "z": z,
            "sigma": values,
            "derivative": slopes,
        }
        say(told)
        return
    console = out()
    if isinstance(sigma, Formula):
        console.print(plain(f"σ(z) = {sigma.text}"))
        for parameter, value in sigma.parameters:
            console.print(f"{parameter} = {value:g}")
    else:
        console.print(plain(inspect.getdoc(type(sigma)) or name))
        console.print(plain(f"\n{sigma}"))
    console.print()
    console.print(f"range of σ: {sigma.range}")
    known = slope_bounds(sigma)
    console.print(f"range of σ′: {known.slope}{', proved over all reals' if known.proved else ''}")
    console.print(f"kinks: {_points(sigma.kinks) or 'none'}")
    if also := _aliases(plugins.aliases("activations").get(name, name)):
        console.print(f"also called: {', '.join(also)}")
    if sigma.jumps:
        console.print(f"jumps: {_points(sigma.jumps)}")
    console.print(", ".join(f"{'' if name in has else 'not '}{name}" for name in PROPERTIES))
    console.print()
    table(
        ("z", "σ(z)", "σ′(z)"),
        [(f"{a:g}", f"{b:.10g}", f"{c:.10g}") for a, b, c in zip(z, values, slopes, strict=True)],
    )
    for path in drawn:
        console.print(f"plot: {path}")


def _aliases(name: str) -> list[str]:
    return [alias for alias, of in plugins.aliases("activations").items() if of == name]


def _with_defaults(part: type[Activation]) -> Activation | None:
    """One of this class with its defaults; None where a parameter has none."""
    fields = dataclasses.fields(part)  # type: ignore[arg-type]
    missing = dataclasses.MISSING
    if any(field.init and field.default is field.default_factory is missing for field in fields):
        return None
    return part()


def _headline(part: type[Activation]) -> str:
    return (inspect.getdoc(part) or "").split("\n\n")[0].replace("\n", " ")


def _points(points: Sequence[float]) -> str:
    return ", ".join(f"{point:g}" for point in points)


def _parameters(part: type[Activation]) -> str:
    """The parameters of a class with their defaults, as an experiment file writes them."""
    shown = []
    for field in dataclasses.fields(part):  # type: ignore[arg-type]
        key = field.metadata.get("key", field.name)
        shown.append(key if field.default is dataclasses.MISSING else f"{key}={_short(field.default)}")
    return ", ".join(shown)


def _short(default: Any) -> str:
    return f"{default:.6g}" if isinstance(default, float) else str(default)
