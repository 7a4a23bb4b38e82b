"""The pages of ``lab activations``: all of them in a table, or one with its claims, values and plot."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lab import plugins
from lab.activations.catalogue import EXAMPLES, documentation, with_defaults
from lab.activations.formula.formula import Formula
from lab.activations.properties import infinite_slopes, properties
from lab.console.activations import shown
from lab.console.screen import Block, Note, Page, table
from lab.console.words.parts import parameters
from lab.parts import Activation
from lab.prover.certificate import certify
from lab.prover.words import known_words


def all_page(only: Sequence[str]) -> Page:
    """Every activation that has all the properties ``only``, by name: its formula, its bounds, its kinks.

    One that cannot be made without parameters is shown with those of `lab.activations.catalogue.EXAMPLES`.
    """
    rows: list[dict[str, Any]] = []
    for name, part in sorted(plugins.usable("activations").items()):
        sigma = EXAMPLES.get(name) or (None if plugins.required(part) else with_defaults(part))
        has = properties(sigma) if sigma else ()
        if set(only) <= set(has):
            rows.append(
                {
                    "name": name,
                    "aliases": _aliases(name),
                    "parameters": parameters(part),
                    "range": str(sigma.range) if sigma else None,
                    "σ′ in": str(sigma.slope_range) if sigma else None,
                    "kinks": shown.points_text(sigma.kinks) if sigma else None,
                    "properties": list(has),
                    "what it is": documentation(part).splitlines()[0],
                }
            )
    if not rows:
        return Page(rows, [Note(f"no activation is {' and '.join(only)}")])
    return Page(rows, [table(rows, spare=("aliases", "parameters", "kinks", "properties", "range", "σ′ in"))])


def page(
    name: str,
    words: Sequence[str],
    plot: Path | None,
    allow_code: bool,
    html: Path | None = None,
    opened: bool = False,
) -> Page:
    """One activation: what it is, its parameters, its claims, and values far into both tails.

    ``html`` and ``opened`` ask for its bench, as `lab.console.activations.shown.benched` takes them.
    """
    sigma = shown.sigma_of(name, words, allow_code)
    proof = certify(sigma)
    said, (bounds, lines) = known_words(sigma, proof), shown.ranges(sigma, proof)
    has = [word for word, holds in said.items() if holds]
    value = {"activation": str(sigma), "jumps": sigma.jumps, "properties": has}
    value |= shown.facts(sigma) | bounds
    if isinstance(sigma, Formula):
        lines += shown.losses(sigma)
    lines.append(f"kinks: {shown.points_text(sigma.kinks) or 'none'}")
    if steep := [kink for kink, *_ in infinite_slopes(sigma)]:
        lines.append(f"σ′ is infinite at z = {shown.points_text(steep)}")
    told = ", ".join(
        word if holds else f"not {word}"
        for word, holds in said.items()
        if holds or (holds is False and word != "even")  # few are: that one is not tells nothing
    )
    plots = shown.plotted(name, sigma, plot, proof) if plot else []
    spec = {"value": sigma.text} if isinstance(sigma, Formula) else {"name": name}
    pages = shown.benched(sigma, spec, str(sigma), html, opened)
    return Page(value, _body(name, sigma, lines, told, value), plots, pages)


def _body(
    name: str, sigma: Activation, known: Sequence[str], said: str, value: dict[str, Any]
) -> Iterator[Block]:
    if isinstance(sigma, Formula):
        typed = name.replace("−", "-")
        yield f"σ(z) = {sigma.text}" + (f"   (read from {typed})" if typed != sigma.text else "")
        yield from (f"{parameter} = {number:g}" for parameter, number in sigma.parameters)
    else:
        yield documentation(type(sigma))
        yield f"\n{sigma}"
    yield ""
    yield from known
    if also := _aliases(plugins.aliases("activations").get(name, name)):
        yield f"also called: {', '.join(also)}"
    if sigma.jumps:
        yield f"jumps: {shown.points_text(sigma.jumps)}"
    yield said
    yield ""
    yield shown.value_rows(value)


def _aliases(name: str) -> list[str]:
    return [alias for alias, of in plugins.aliases("activations").items() if of == name]
