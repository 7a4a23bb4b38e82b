"""A step of a stack of trials, a trial: ``python -m tests.benchmarks.stack``.

The lab's ordinary use: chunks of trials of one variant, as large as its rule makes them, beside jax with the
same number of trials under ``vmap`` and ``scan``, and with one trial after the other under ``scan``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec

import numpy as np
from threadpoolctl import threadpool_limits

from lab.runs.preparation import chunks
from tests.benchmarks import peers
from tests.benchmarks.timing import kernels, on_one_core, side_by_side
from tests.benchmarks.workloads import W4, W5, Workload, swept

STACKS = ((W4, 10), (W5, 80))
"""A workload and how many trials a variant has."""


def measured(workload: Workload, trials: int, name: str, dtype: str) -> dict[str, float]:
    """µs a trial and step, with one hidden σ."""
    sigma = swept()[name]
    together = chunks(0, workload.training(dtype), trials)[0].stop
    functions: dict[str, Callable[[], object]] = {"lab": peers.lab(workload, dtype, together, sigma)}
    per_call = {"lab": together}
    if find_spec("jax"):
        for form, stacked in (("jax vmap", trials), ("jax scan", None)):
            scan = functions[form] = peers.jax_scan(workload, dtype, name, stacked)
            per_call[form] = scan.steps * (stacked or 1)  # type: ignore[attr-defined]
    times = side_by_side(functions)
    return {form: times[form] / per_call[form] for form in times}


def main(stacks: Sequence[tuple[Workload, int]] = STACKS) -> None:
    """Print the table."""
    on_one_core()
    print(f"one step of one trial in a stack, µs, one core, {kernels()}\n")
    print(f"{'':28}{'together':>10}{'lab':>10}{'jax vmap':>20}{'jax scan':>20}")
    for dtype in ("float32", "float64"):
        for workload, trials in stacks:
            together = chunks(0, workload.training(dtype), trials)[0].stop
            sums: dict[str, float] = {}
            for name in swept():
                with np.errstate(all="ignore"), threadpool_limits(1):
                    times = measured(workload, trials, name, dtype)
                sums = {form: sums.get(form, 0) + times[form] / len(swept()) for form in times}
                _tell(f"{workload.name} {dtype} {name}", together, times)
            _tell(f"{workload.name} {dtype} all {len(swept())}", together, sums)


def _tell(title: str, together: int, times: dict[str, float]) -> None:
    cells = [
        f"{times[form]:.2f} (lab {times['lab'] / times[form]:.2f} ×)" if form in times else "–"
        for form in ("jax vmap", "jax scan")
    ]
    print(
        f"{title:28}{together:>10}{times['lab']:>10.2f}" + "".join(f"{cell:>20}" for cell in cells),
        flush=True,
    )


if __name__ == "__main__":
    main()
