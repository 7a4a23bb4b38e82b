"""Knots of a slope from a text."""

from lab.activations.design.knots import Knots
from lab.errors import PartError

_EXAMPLE = "-2:0.1, 0:1, 2:0.1"


def knots_from_text(text: str) -> Knots:
    """The knots of a text such as ``"-2:0.1, 0:1, 2:0.1"``: pairs of z and σ′, in rising order of z.

    Raises PartError with the pair that is wrong, or with what is wrong with the knots together.
    """
    pairs = []
    for pair in text.split(","):
        z, colon, slope = pair.partition(":")
        if not colon:
            raise PartError(f"{pair.strip()!r} is no knot; expected Z:SLOPE, as in {_EXAMPLE}")
        pairs.append((_number("z", z), _number("slope", slope)))
    try:
        return Knots(z=[z for z, _ in pairs], slopes=[slope for _, slope in pairs])
    except ValueError as error:
        raise PartError(f"knots: {error}") from None


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise PartError(f"knots: {name} = {text.strip()!r}: expected a number, as in {_EXAMPLE}") from None
