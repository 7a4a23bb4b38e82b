"""A step alone, beside the products' floor and other libraries: ``python -m tests.benchmarks.step``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from tests.benchmarks import peers
from tests.benchmarks.timing import kernels, on_one_core, side_by_side
from tests.benchmarks.workloads import ALONE, Workload

COLUMNS = ("floor", "lab", "jax scan", "jax step", "torch", "scikit-learn")


def measured(workload: Workload, dtype: str) -> dict[str, float]:
    """µs a step of everything that is installed."""
    functions: dict[str, Callable[[], object] | None] = {
        "floor": peers.floor(workload, dtype),
        "lab": peers.lab(workload, dtype),
        "torch": peers.torch_eager(workload, dtype),
        "scikit-learn": peers.scikit_learn(workload, dtype),
    }
    forms = peers.jax_forms(workload, dtype)
    if forms is not None:
        functions["jax step"], functions["jax scan"] = forms
    times = side_by_side({name: function for name, function in functions.items() if function})
    if forms is not None:
        times["jax scan"] /= forms[1].steps  # type: ignore[attr-defined]
    return times


def main(workloads: Sequence[Workload] = ALONE) -> None:
    """Print the table."""
    on_one_core()
    print(f"one step of one network, µs (and × the floor), one core, {kernels()}\n")
    print(f"{'':14}" + "".join(f"{column:>18}" for column in COLUMNS))
    for dtype in ("float32", "float64"):
        for workload in workloads:
            with np.errstate(all="ignore"), threadpool_limits(1):
                times = measured(workload, dtype)
            cells = [
                f"{times[column]:.0f} ({times[column] / times['floor']:.2f} ×)" if column in times else "–"
                for column in COLUMNS
            ]
            print(f"{workload.name:4} {dtype:9}" + "".join(f"{cell:>18}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
