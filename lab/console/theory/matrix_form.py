"""The page of ``lab matrix-form``: what Σ′ costs, and what it shows."""

from lab.analysis.matrix_price import passed_on, price
from lab.console.screen import Page, dim, rows_of
from lab.console.theory.moment import Chosen, Moment
from lab.runs.preparation import Prepared

PRICE = {
    "form": "δ of layer 1",
    "multiplications": "multiplications",
    "numbers": "numbers of σ′",
    "microseconds": "µs",
    "times_hadamard": "× ⊙",
    "difference": "difference",
}
PASSED = {"layer": "layer", "shape": "matrix", "most": "at most ×", "least": "at least ×"}


def page(ready: Prepared, moment: Moment) -> Page:
    """The price of each form for one example, and the factors between which each layer's error lies.

    Raises LabError, with the range, where a number is out of it, or where the trial diverged.
    """
    chosen = Chosen(ready, moment)
    given = chosen.scene()
    costs, passed = price(given), passed_on(given)
    return Page(
        {**chosen.where, "price": costs, "passed": passed},
        [
            rows_of(costs, PRICE, chosen.title()),
            dim(
                "from the right: matrix times vector; from the left: matrix times matrix; timed here and now"
            ),
            "",
            rows_of(passed, PASSED, "What the layers above do to any ∇ₐC: δ = Σ′(z) wᵀ … Σ′(z) ∇ₐC"),
            dim("‖δ‖ of the layer lies between these multiples of ‖∇ₐC‖: singular values of the product"),
        ],
    )
