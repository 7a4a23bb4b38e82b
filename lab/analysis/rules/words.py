"""Numbers and advice as the sentences of verdicts have them."""

from lab.analysis.case import Case
from lab.analysis.rule import Seen

STANDARDISE = "data.standardise = true, for the features are large"
SHUFFLE = "data.shuffle = true, which mixes the rows before they are parted"
IDENTITY = 'network.output = "identity", whose slope is 1'
RANDOM = "random first weights (network.initialiser), which break the symmetry"
CRITICAL = 'network.initialiser = "critical"'
FLOOR = "an activation with a floor"
LARGER_STEPS = "a larger training.eta, or more training.epochs"

LARGE_WEIGHTS = 3.0
"""Rows of weights of a norm above this are large: usual ones have 1, or √2 before a ReLU."""


def percent(share: float) -> str:
    """A share as ``12.3 %``, and from ten on as ``26.6 times``.

    >>> percent(0.123), percent(26.6)
    ('12.3 %', '26.6 times')
    """
    return f"{100 * share:.3g} %" if share < 10 else f"{share:.3g} times"


def signed(number: float) -> str:
    """A number with two decimals and a true minus; from 10 000 on as a power of ten.

    >>> signed(-0.526), signed(-0.001), signed(-7.4e54)
    ('−0.53', '0.00', '−7.4e+54')
    """
    told = f"{number:.2f}" if abs(number) < 1e4 else f"{number:.1e}"
    return told.replace("-0.00", "0.00").replace("-", "−")


def times(decades: float) -> str:
    """The factor that is so many decades, of any size.

    >>> times(2.02), times(-0.03), times(400.0)
    ('105×', '0.933×', '1e+400×')
    """
    return f"{10.0**decades:.3g}×" if abs(decades) < 300 else f"1e{round(decades):+d}×"


def smaller_steps(case: Case, seen: Seen) -> str:
    """What makes steps smaller: scaled features, smaller first weights, or a smaller η; by what is large."""
    if case.large_inputs:
        return STANDARDISE
    return "smaller first weights" if case.row_norms > LARGE_WEIGHTS else "a smaller training.eta"


def died(case: Case, seen: Seen) -> str:
    """What keeps neurons from dying in training."""
    return f"{smaller_steps(case, seen)}, or {FLOOR}"


def mix(case: Case, seen: Seen) -> str:
    """To mix the rows, where the two parts have different targets."""
    return SHUFFLE if case.parts_differ else ""
