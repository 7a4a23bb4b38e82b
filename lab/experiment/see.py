"""What there is to see of an experiment: the lines of ``[see]``, with blanks for numbers of its tables.

A blank stands in braces and reads as a phrase: ``{learning_speed of layer 2 at the start}``. The words of a
line are of the file as it was written; where a run departs from it, only `numbers_of` the line are told.
"""

import re
from dataclasses import dataclass
from typing import Literal

from lab.errors import PartError

ANSWER = "answer"
"""The key of ``[see]`` whose line answers the title; every other key is a figure."""

FIGURES = (
    *("overview", "dose", "map", "comparisons", "learning_speed", "weight_speed", "update_ratio"),
    *("saturation", "saturation_measures", "speed_by_layer", "prediction", "z_distribution", "training"),
    *("activations", "slopes", "river", "ledger", "causes", "gradient_cosine", "neurons", "weights"),
)
"""The figures that the lab ships. `lab.figures.TABLE` has their classes; to import these takes a second."""

OF_VARIANTS = ("ratio", "saturation", "cost", "accuracy", "test_cost", "test_accuracy")
"""What a blank without a layer may ask for. The ratio is the first hidden layer's ‖∂C/∂b‖ over the last's."""

_BLANK = re.compile(r"\{([^{}]*)\}")
_BEYOND = r"(?P<column>\w+) (?P<sign>[<>]) (?P<bound>\d*\.?\d+)"
_ONLY = r"(?: for (?P<variant>.+))?"
_FORMS: dict[Literal["value", "until", "count"], re.Pattern[str]] = {
    "value": re.compile(
        r"(?P<column>\w+)"
        r"(?: of (?:layer (?P<layer>[1-9]\d*)|the (?P<place>first hidden layer|last hidden layer|output)))?"
        rf" at the (?P<reading>start|end){_ONLY}"
    ),
    "until": re.compile(rf"(?P<time>steps|epochs) until {_BEYOND}{_ONLY}"),
    "count": re.compile(rf"how many have {_BEYOND}"),
}
"""How a blank of each kind reads; the groups are fields of `Blank`."""

_TYPES: dict[str, type] = {"layer": int, "bound": float}
_EXPECTED = (
    "expected {variants}, {QUANTITY of layer 2 at the start}, {QUANTITY of the output at the end}, "
    "{ratio at the start}, {test_accuracy at the end for VARIANT}, {steps until cost < 0.1} or "
    "{how many have test_accuracy > 0.9}"
)


@dataclass(frozen=True)
class Blank:
    """What a blank asks of the tables.

    ``kind`` is ``value`` (a number a variant), ``until`` (the time from which ``column`` is beyond
    ``bound``), ``count`` (of how many variants it is so at the end) or ``variants`` (their names). ``layer``
    is a number, or ``place`` tells which layer is meant; neither where it is of a whole variant. ``variant``
    names the only one.
    """

    kind: Literal["value", "until", "count", "variants"]
    column: str = ""
    layer: int = 0
    place: str = ""
    reading: str = ""
    time: str = "steps"
    sign: str = ""
    bound: float = 0.0
    variant: str = ""


def blank(phrase: str) -> Blank:
    """The blank that a phrase means.

    >>> blank("learning_speed of layer 2 at the start").layer
    2

    Raises PartError for a phrase that is none, with those that are.
    """
    if phrase == "variants":
        return Blank("variants")
    for kind, form in _FORMS.items():
        if found := form.fullmatch(phrase):
            said = {key: text for key, text in found.groupdict().items() if text}
            return Blank(kind, **{key: _TYPES.get(key, str)(text) for key, text in said.items()})
    raise PartError(f"cannot read {{{phrase}}}; {_EXPECTED}")


def numbers_of(line: str) -> str:
    """The blanks of a line without its words, each after its phrase and of all variants; "" where none is.

    >>> numbers_of("Yes: {cost at the end for tanh} against {cost at the end for relu}.")
    'cost at the end = {cost at the end}'
    """
    asked = dict.fromkeys(phrase.partition(" for ")[0] for phrase in _BLANK.findall(line))
    return "; ".join(f"{phrase} = {{{phrase}}}" for phrase in asked if phrase != "variants")


def pieces(line: str) -> list[str | Blank]:
    """The line in pieces: its words, and its blanks."""
    return [blank(piece) if at % 2 else piece for at, piece in enumerate(_BLANK.split(line))]
