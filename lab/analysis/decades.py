"""How many decades the first hidden layer learns slower than the last, and who took them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.analysis.evidence import Evidence


@dataclass(frozen=True)
class Decades:
    """log₁₀ of ‖∂C/∂b‖ of the last hidden layer over that of the first: ``speed``, and the parts it sums.

    Attributes
    ----------
    speed
        The decades; below 0 where the first layer is the faster.
    slope
        −Σ log₁₀ rms‖δ^l‖/rms‖e^l‖ over the hidden layers below the last: what σ′ took (`ledger`).
    weights
        −Σ log₁₀ rms‖e^l‖/rms‖δ^{l+1}‖ over the same layers: what the weights took.
    examples
        What is left: the mean over the examples, ‖⟨δ⟩‖ in place of rms‖δ‖.

    The parts are NaN where δ and e were not recorded.
    """

    speed: float
    slope: float
    weights: float
    examples: float

    @property
    def ratio(self) -> float:
        """The learning speed of the first hidden layer over that of the last, cut at 1e308."""
        return float(10.0 ** min(-self.speed, 308.0))


def decades(seen: Evidence) -> Decades | None:
    """At the first reading, of the middle trial or the mean of the middle two, so that the sum is exact.

    None with fewer than two hidden layers, or where no trial has any speed in the last of them.
    """
    if len(seen.hidden) < 2:
        return None
    speed, delta = (seen.at_start(name) for name in ("learning_speed", "delta_rms"))
    slope = seen.ledger_at_start("slope_total")
    known = np.isfinite(speed).all(axis=1) & (speed[:, -1] > 0)
    if not known.any():
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        of_speed = np.log10(speed[:, -1] / speed[:, 0])
        of_delta = np.log10(delta[:, -1] / delta[:, 0])
        of_slope = slope[:, -1] - slope[:, 0]
        parts = np.column_stack([of_speed, of_slope, of_delta - of_slope, of_speed - of_delta])[known]
        order = np.argsort(parts[:, 0], kind="stable")
        middle = parts[order[[(len(order) - 1) // 2, len(order) // 2]]].mean(axis=0)
    return Decades(*map(float, middle))
