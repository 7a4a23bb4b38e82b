"""A step of a stack of trials, a trial.

The lab's ordinary use: chunks of trials of one variant, as large as its rule makes them, beside jax with the
same number of trials under ``vmap`` and ``scan``, and with one trial after the other under ``scan``.
"""

from lab.runs.chunks import chunks
from tests.benchmarks import peers
from tests.benchmarks.timing import side_by_side
from tests.benchmarks.workloads import SWEPT, W4, W5, Workload
from tests.benchmarks.writing import Rows

TITLE = "one step of one trial in a stack, µs, one core"

STACKS = ((W4, 10), (W5, 80))
"""A workload and how many trials a variant has."""

PEERS = ("jax vmap", "jax scan")


def measured(workload: Workload, trials: int, together: int, name: str, dtype: str) -> dict[str, float]:
    """µs a trial and step, with one hidden σ."""
    functions = {"lab": peers.lab(workload, dtype, together, SWEPT[name])}
    per_call = {"lab": workload.steps * together}
    for form, stacked in zip(PEERS, (trials, None), strict=True):
        if scan := peers.jax_scan(workload, dtype, name, stacked):
            functions[form], per_call[form] = scan, scan.steps * (stacked or 1)
    times = side_by_side(functions)
    return {form: times[form] / per_call[form] for form in times}


def rows() -> Rows:
    yield ("network, batch, dtype, σ", "trials together", "lab", *PEERS)
    for dtype in ("float32", "float64"):
        for workload, trials in STACKS:
            together = chunks(0, workload.training(dtype), trials)[0].stop
            found = {name: measured(workload, trials, together, name, dtype) for name in SWEPT}
            forms = found["sigmoid"]
            mean = {form: sum(times[form] for times in found.values()) / len(found) for form in forms}
            for name, times in {**found, f"all {len(SWEPT)}": mean}.items():
                cells = [
                    f"{times[form]:.2f} (lab {times['lab'] / times[form]:.2f} ×)" if form in times else "–"
                    for form in PEERS
                ]
                yield (f"{workload}, {dtype}, {name}", str(together), f"{times['lab']:.2f}", *cells)
