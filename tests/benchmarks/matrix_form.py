"""What the matrix form of backpropagation costs.

One example through a network of equal hidden layers: δ of layer 1 from ∇_a C, by Hadamard products, by
Σ′(z) bracketed from the right (matrix times vector: `full_product`), and by Σ′(z) bracketed from the left
(matrix times matrix: `transport_matrix`, then one product with ∇_a C).
"""

from functools import partial

import numpy as np

from lab.network.matrix_form import full_product, hadamard_product, transport_matrix
from tests.benchmarks.timing import side_by_side
from tests.benchmarks.writing import Rows

DEPTH = 5
TITLE = f"δ of layer 1 of {DEPTH}, one example, float64, one thread"
WIDTHS = (10, 30, 100, 300)


def from_the_left(slopes: list[np.ndarray], weights: list[np.ndarray], gradient: np.ndarray) -> np.ndarray:
    return transport_matrix(slopes, weights) @ gradient


def rows() -> Rows:
    rng = np.random.default_rng(0)
    yield ("width", "Hadamard, µs", "Σ′ from the right", "Σ′ from the left")
    for n in WIDTHS:
        slopes = [rng.uniform(0, 0.25, n) for _ in range(DEPTH)]
        weights = [rng.normal(size=(n, n)) / np.sqrt(n) for _ in range(DEPTH - 1)]
        gradient = rng.normal(size=n)
        forms = (hadamard_product, full_product, from_the_left)
        times = side_by_side({form.__name__: partial(form, slopes, weights, gradient) for form in forms})
        base, *others = times.values()
        yield (str(n), f"{base:.1f}", *(f"{other / base:.1f} ×" for other in others))
