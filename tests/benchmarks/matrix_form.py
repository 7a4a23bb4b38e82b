"""What the matrix form of backpropagation costs: ``python -m tests.benchmarks.matrix_form``.

One example through a network of equal hidden layers: δ of layer 1 from ∇_a C, by Hadamard products, by
Σ′(z) bracketed from the right (matrix times vector: `full_product`), and by Σ′(z) bracketed from the left
(matrix times matrix: `transport_matrix`, then one product with ∇_a C).
"""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from lab.network.matrix_form import full_product, transport_matrix
from tests.benchmarks.timing import kernels, side_by_side

DEPTH = 5
WIDTHS = (10, 30, 100, 300)


def hadamard(slopes: list[np.ndarray], weights: list[np.ndarray], gradient: np.ndarray) -> np.ndarray:
    """The same δ with ⊙ in place of Σ′."""
    delta = slopes[-1] * gradient
    for slope, w in zip(reversed(slopes[:-1]), reversed(weights), strict=True):
        delta = (w.T @ delta) * slope
    return delta


def main() -> None:
    """Print the table."""
    rng = np.random.default_rng(0)
    print(f"δ of layer 1 of {DEPTH}, one example, float64, one thread, {kernels()}\n")
    print(f"{'width':>6} {'Hadamard µs':>12} {'Σ′ from the right':>18} {'Σ′ from the left':>17}")
    with threadpool_limits(1):
        for n in WIDTHS:
            slopes = [rng.uniform(0, 0.25, n) for _ in range(DEPTH)]
            weights = [rng.normal(size=(n, n)) / np.sqrt(n) for _ in range(DEPTH - 1)]
            gradient = rng.normal(size=n)
            times = side_by_side(
                {
                    "hadamard": lambda s=slopes, w=weights, g=gradient: hadamard(s, w, g),
                    "right": lambda s=slopes, w=weights, g=gradient: full_product(s, w, g),
                    "left": lambda s=slopes, w=weights, g=gradient: transport_matrix(s, w) @ g,
                }
            )
            base = times["hadamard"]
            print(f"{n:>6} {base:>12.1f} {times['right'] / base:>16.1f} × {times['left'] / base:>15.1f} ×")


if __name__ == "__main__":
    main()
