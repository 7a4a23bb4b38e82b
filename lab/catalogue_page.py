"""The pages of ``lab activations``: all of them in a table, or one with its claims, values and plot."""

from __future__ import annotations

import dataclasses
import inspect
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from lab import plugins
from lab.activations import Activation, Formula, from_spec
from lab.curve_plot import plotted, refuse_unwritable
from lab.errors import LabError
from lab.screen import out, plain, table

SHOWN_Z = (-700.0, -40.0, -5.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 5.0, 40.0, 700.0)


def tell_all(as_json: bool) -> None:
    """Every activation by name, with its formula, its range and the bounds of its slope."""
    rows = []
    for name in plugins.names("activations"):
        wraps = any(field.name == "inner" for field in dataclasses.fields(plugins.find("activations", name)))
        sigma = from_spec({"name": name, "inner": "sigmoid"} if wraps else name)
        cells = (_parameters(type(sigma)), str(sigma.range), str(sigma.slope), _points(sigma.kinks))
        rows.append((name, *cells, _headline(sigma)))
    columns = ("name", "parameters", "range", "σ′ in", "kinks", "what it is")
    if as_json:
        click.echo(
            json.dumps([dict(zip(columns, row, strict=True)) for row in rows], ensure_ascii=False, indent=1)
        )
        return
    table(columns, rows)


def tell_one(
    name: str, parameters: Sequence[str], plot: Path | None, as_json: bool, allow_code: bool
) -> None:
    """One activation: what it is, its parameters, its claims, and values far into both tails."""
    refuse_unwritable(plot)
    sigma = from_spec({"name": name, **named_values(parameters)}, allow_code=allow_code)
    z = np.array(SHOWN_Z)
    with np.errstate(all="ignore"):
        values, slopes = sigma(z), sigma.derivative(z)
    drawn = [] if plot is None else plotted(name, sigma, plot)
    if as_json:
        told = {
            "activation": str(sigma),
            "range": [finite_or_none(sigma.range.low), finite_or_none(sigma.range.high)],
            "slope": [finite_or_none(sigma.slope.low), finite_or_none(sigma.slope.high)],
            "kinks": list(sigma.kinks),
            "z": z.tolist(),
            "sigma": values.tolist(),
            "derivative": slopes.tolist(),
        }
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
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
    console.print(f"range of σ′: {sigma.slope}")
    console.print(f"kinks: {_points(sigma.kinks) or 'none'}\n")
    table(
        ("z", "σ(z)", "σ′(z)"),
        [(f"{a:g}", f"{b:.10g}", f"{c:.10g}") for a, b, c in zip(z, values, slopes, strict=True)],
    )
    for path in drawn:
        console.print(f"plot: {path}")


def _headline(sigma: Activation) -> str:
    return (inspect.getdoc(type(sigma)) or "").split("\n\n")[0].replace("\n", " ")


def _points(kinks: Sequence[float]) -> str:
    return ", ".join(f"{kink:g}" for kink in kinks)


def _parameters(part: type[Activation]) -> str:
    """The parameters of a class with their defaults, as an experiment file writes them."""
    shown = []
    for field in dataclasses.fields(part):  # type: ignore[arg-type]
        key = field.metadata.get("key", field.name)
        shown.append(key if field.default is dataclasses.MISSING else f"{key}={field.default}")
    return ", ".join(shown)


def finite_or_none(end: float) -> float | None:
    """An end of an interval as JSON can say it: null where it is infinite."""
    return end if np.isfinite(end) else None


def named_values(words: Sequence[str]) -> Mapping[str, Any]:
    """The parameters of ``-p NAME=VALUE``: numbers where they are, else the name of an activation."""
    values: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (name and equals and value):
            raise LabError(f"-p {word}: expected NAME=VALUE")
        try:
            values[name] = float(value)
        except ValueError:
            values[name] = value
    return values
