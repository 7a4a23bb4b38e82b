"""The page of ``lab design``: an activation made from its slope, and the lines of a file that make it."""

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from math import floor, log10
from pathlib import Path
from typing import Any, NamedTuple

from lab.activations.design.integral import FARTHEST, Integral
from lab.activations.design.knot_lists import knots_from_text
from lab.activations.properties import unusable
from lab.console.activations import shown
from lab.console.screen import Block, Page, verbatim
from lab.data.files.knots import knots_from_csv
from lab.errors import LabError, PartError
from lab.experiment.specify import from_spec
from lab.experiment.toml_writer import document, value_text
from lab.parts import Activation
from lab.prover.certificate import certify
from lab.prover.integrals.integrated import proved_error
from lab.prover.intervals.enclosure_text import rounded_up

SETTINGS: dict[str, tuple[str, ...]] = {
    "template": ("floor", "height", "width", "centre"),
    "knots": (),
    "knots-csv": (),
    "floor-under": ("floor", "p"),
    "clip-under": ("floor", "p"),
    "derivative": ("p",),
}
"""The kinds of designs, each an option of the command line, and the options that go with it."""

PARTS = {"template": "template", "floor-under": "floored", "clip-under": "clipped-slope"}
"""The activation that a kind of designs is, where an option of the command line sets its parameters."""

BENCH_KNOTS = "-2:0.1, -1:0.5, 0:1, 1:0.5, 2:0.1"
"""What the bench begins with."""

NAME = "designed"
"""What a design by a formula is called in the lines that are printed."""


class Design(NamedTuple):
    """An activation that was designed, the TOML that makes it, and what is known of a floor under σ′.

    ``spec`` names its kind in the table that makes it.
    """

    sigma: Activation
    lines: str
    spec: Mapping[str, Any]
    floor: str = ""
    at_least: float | None = None


def page(
    wish: Mapping[str, Any],
    words: Sequence[str],
    plot: Path | None,
    allow_code: bool,
    html: Path | None = None,
    opened: bool = False,
) -> Page:
    """Design an activation: how to write it, the bounds of its slope, and values in both tails.

    ``wish`` is what was given of the keys and the values of `SETTINGS`, ``words`` those of ``-p``. ``html``
    and ``opened`` ask for the bench, as `lab.console.activations.shown.benched` takes them; it begins with
    knots where nothing is given. Raises LabError where not exactly one kind is given, a setting does not go
    with it, or the design cannot be made.
    """
    kinds = [name for name in wish if name in SETTINGS]
    if not (wish or words) and (html or opened):
        kinds, wish = ["knots"], {"knots": BENCH_KNOTS}
    if len(kinds) != 1:
        known = ", ".join(f"--{kind}" for kind in SETTINGS)
        got = " and ".join(f"--{kind}" for kind in kinds) or "none"
        hint = "try lab design --template sech2 --floor 0.1"
        raise LabError(f"expected exactly one of {known}; got {got}; {hint}")
    kind = kinds[0]
    settings = {name: value for name, value in wish.items() if name != kind}
    _refuse_what_does_not_go_with(kind, settings | ({"p": words} if words else {}))
    try:
        design = _designed(kind, wish[kind], settings, shown.named_values(words), allow_code)
    except PartError as refused:
        raise LabError(_by_its_options(str(refused), kind, wish[kind])) from refused
    sigma = design.sigma
    plots = shown.plotted(plot.stem, sigma, plot) if plot else []
    error = proved_error(sigma) if isinstance(sigma, Integral) else None
    bounds, told = shown.ranges(sigma)
    value = {"toml": design.lines, "at_least": design.at_least, "error": error} | shown.facts(sigma) | bounds
    value["frozen"] = isinstance(sigma, Integral) and sigma.frozen
    value["plots"] = list(map(str, plots))
    pages = shown.benched(sigma, design.spec, "A bench to design σ by its slope", html, opened)
    return Page(value, _body(design, told, value), plots, pages)


def _body(design: Design, known: Sequence[str], value: dict[str, Any]) -> Iterator[Block]:
    yield verbatim(design.lines)
    yield from known
    if design.floor:
        yield design.floor
    yield f"kinks found: {shown.points_text(value['kinks']) or 'none'}"
    if value["error"] is not None:
        yield (
            f"error of σ, which is integrated: at most {rounded_up(value['error'])}, relative to 1 + |σ|, "
            f"for |z| ≤ {FARTHEST:g}: the quadrature is proved, the rounding of σ′ measured"
        )
    if value["frozen"]:
        yield (
            f"beyond |z| = {FARTHEST:g} this σ′ turns too often, or has a pole: there σ goes straight on, "
            f"with σ′ as at z = ±{FARTHEST:g}; what is proved of σ′ is proved of it as written"
        )
    yield ""
    yield shown.value_rows(value)


def _by_its_options(message: str, kind: str, text: str) -> str:
    """What is wrong with a setting, by the options that set it."""
    part, names = f"{PARTS.get(kind)!r}: ", "|".join(SETTINGS[kind])
    if not message.startswith(part):
        return message
    said = re.sub(rf"(?<![\w-])({names})(?= =| must)", r"--\1", message.removeprefix(part))
    return f"--{kind} {text}: {said}"


def _refuse_what_does_not_go_with(kind: str, settings: Mapping[str, Any]) -> None:
    for name, value in settings.items():
        if name in SETTINGS[kind]:
            continue
        hint = f"it goes with {', '.join(f'--{other}' for other in SETTINGS if name in SETTINGS[other])}"
        if kind == "derivative":
            hint = f"a parameter of the formula is given by -p {name}={value:g}"
        raise LabError(f"{'-' if name == 'p' else '--'}{name} does not go with --{kind}; {hint}")


def _designed(
    kind: str, text: str, settings: Mapping[str, Any], parameters: Mapping[str, Any], allow_code: bool
) -> Design:
    if kind == "derivative":
        return _by_derivative(text, parameters)
    if kind in ("knots", "knots-csv"):
        knots = knots_from_text(text) if kind == "knots" else knots_from_csv(Path(text))
        return Design(knots, _inline(knots, {"name": "knots"}), {"name": "knots"})
    if kind == "template":
        template = from_spec({"name": PARTS[kind], "kernel": text, **settings})
        return Design(template, _inline(template, {"name": "template"}), {"name": "template", "kernel": text})
    spec = {"name": PARTS[kind], "inner": {"name": text, **parameters} if parameters else text}
    wrapped = from_spec({**spec, **settings}, allow_code=allow_code)
    if problem := unusable(from_spec(spec["inner"], allow_code=allow_code)):
        raise LabError(f"--{kind} {text}: {problem}; expected an activation with a slope at every z")
    return Design(wrapped, _inline(wrapped, spec), spec)


def _by_derivative(text: str, parameters: Mapping[str, Any]) -> Design:
    section = {"derivative": text, **parameters}
    sigma = from_spec(section)
    at_least = _provable(sigma)
    if at_least is not None:
        section["at_least"] = at_least
        floor = f"σ′ ≥ {at_least:g}, proved"
    elif certify(sigma).inf.high <= 0:
        floor = "σ′ is not bounded away from 0, proved"
    else:
        floor = "σ′ is not proved to be bounded away from 0"
    lines = _lines(NAME) + "\n" + document({"activations": {NAME: section}})
    return Design(sigma, lines, section, floor, at_least)


def _provable(sigma: Activation) -> float | None:
    """A floor under σ′ that holds for all z: the measured infimum in few digits, or slightly less."""
    low = sigma.slope_range.low
    if not low > 0:
        return None
    unit = 10.0 ** (floor(log10(low)) - 2)
    for bound in (float(f"{low:.6g}"), float(f"{floor(low / unit) * unit:.3g}")):
        if certify(sigma, at_least=bound).verdict == "CERTIFIED":
            return bound
    return None


def _inline(sigma: Activation, spec: Mapping[str, Any]) -> str:
    """The line that makes this activation, with every parameter but those that ``spec`` says."""
    made = dict(spec)
    for field in dataclasses.fields(sigma):  # type: ignore[arg-type]
        value = getattr(sigma, field.name)
        made.setdefault(field.name, list(value) if isinstance(value, tuple) else value)
    return _lines(made)


def _lines(activation: Any) -> str:
    return f"# in [network]\nactivation = {value_text(activation)}\n"
