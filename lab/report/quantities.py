"""What the pages call each quantity, whether its axis is logarithmic, and which come first."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """A column of the tables ``layers`` or ``ledger`` (one value a layer), or of ``steps``.

    ``banded`` ones are shown with the band that holds 90 % of the trials.
    """

    name: str
    label: str
    log: bool = False
    banded: bool = False
    layered: bool = True


KNOWN = (
    Quantity("learning_speed", "learning speed ‖∂C/∂b‖", log=True, banded=True),
    Quantity("saturation", "saturated share", banded=True),
    Quantity("transport_decades", "ledger: what the weights did, decades"),
    Quantity("slope_decades", "ledger: what σ′ did, decades"),
    Quantity("learning_speed_w", "learning speed of the weights ‖∂C/∂w‖", log=True),
    Quantity("slope_p50", "median slope σ′(z)", log=True),
    Quantity("delta_rms", "error √⟨‖δ‖²⟩", log=True),
    Quantity("update_ratio", "relative step ‖Δw‖/‖w‖", log=True),
    Quantity("dead_neurons", "dead neurons, share"),
    Quantity("low_input", "low inputs, share"),
    Quantity("a_std", "activations, standard deviation"),
    Quantity("a_mean", "activations, mean"),
    Quantity("weight_norm", "norm of the weights ‖w‖", log=True),
    Quantity("cost", "cost C", layered=False, banded=True),
    Quantity("accuracy", "accuracy on the examples of a reading", layered=False, banded=True),
    Quantity("test_accuracy", "accuracy on the test examples", layered=False, banded=True),
)
"""In the order in which they are offered, and kept where a page has no room for all."""

CAUSES = "cause_"
"""How the columns of the causes begin, which are shown together."""


def ordered(columns: Iterable[str]) -> list[Quantity]:
    """The quantities of these columns: the known in their order, then the causes, then any other.

    >>> [one.name for one in ordered(["mine", "cause_input_low", "saturation"])]
    ['saturation', 'cause_input_low', 'mine']
    """
    there = list(columns)
    known = [one for one in KNOWN if one.name in there]
    rest = set(there) - {one.name for one in known}
    last = sorted(rest, key=lambda name: (not name.startswith(CAUSES), name))
    return known + [Quantity(name, name.replace("_", " ")) for name in last]
