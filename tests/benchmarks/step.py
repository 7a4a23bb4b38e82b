"""A step alone, beside the products' floor and other libraries."""

from tests.benchmarks import peers
from tests.benchmarks.timing import side_by_side
from tests.benchmarks.workloads import ALONE, Workload
from tests.benchmarks.writing import Rows

TITLE = "one step of one network, µs (and × the floor), one core"
COLUMNS = ("floor", "lab", "lab, numpy", "jax scan", "jax step", "torch", "scikit-learn")


def measured(workload: Workload, dtype: str) -> dict[str, float]:
    """µs a step of everything that is installed."""
    functions = {
        "floor": peers.floor(workload, dtype),
        "lab": peers.lab(workload, dtype),
        "lab, numpy": peers.lab(workload, dtype, engine="numpy"),
        "torch": peers.torch_eager(workload, dtype),
        "scikit-learn": peers.scikit_learn(workload, dtype),
        "jax step": peers.jax_alone(workload, dtype),
        "jax scan": peers.jax_scan(workload, dtype, "sigmoid"),
    }
    found = {name: function for name, function in functions.items() if function}
    times = side_by_side(found)
    return {name: times[name] / getattr(function, "steps", 1) for name, function in found.items()}


def rows() -> Rows:
    yield ("network, batch, dtype", *COLUMNS)
    for dtype in ("float32", "float64"):
        for workload in ALONE:
            times = measured(workload, dtype)
            cells = [
                f"{times[column]:.0f} ({times[column] / times['floor']:.2f} ×)" if column in times else "–"
                for column in COLUMNS
            ]
            yield (f"{workload}, {dtype}", *cells)
