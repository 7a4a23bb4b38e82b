import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.analysis.case import Case
from lab.analysis.pooled import OFF, Bounds, dead, off
from lab.analysis.setup import FEWEST_EXAMPLES


def read(shut, m):
    """The case of one layer, read in batches of m; ``shut`` (neuron, example) is where σ′ is 0."""
    batches = np.split(shut, shut.shape[1] // m, axis=1)
    rows = [
        {
            "dead_neurons": batch.all(axis=1).mean(),
            "saturated_neurons": (batch.sum(axis=1) >= OFF * m).mean(),
            "saturation": batch.mean(),
        }
        for batch in batches
    ]
    layers = pd.DataFrame(rows).assign(trial=0, layer=1, step=range(len(rows)))
    none = pd.DataFrame()
    variant = {"examples": m, "train": 10_000, "layers": 1}
    return Case(variant, none, layers, none, layers[["trial"]].head(1).assign(diverged_at=np.nan))


@settings(max_examples=40)
@given(
    st.sampled_from([1, 2, 5, 10, 20, 25, 50]),
    st.lists(st.sampled_from([0, 0.5, 0.9, 0.95, 0.97, 0.99, 1]), min_size=1, max_size=8),
    st.integers(0, 2**32 - 1),
)
def test_the_share_over_all_examples_lies_between_the_bounds(m, shares, seed):
    """Each neuron is shut on its own share of 100 examples."""
    rng = np.random.default_rng(seed)
    shut = rng.random((len(shares), FEWEST_EXAMPLES)) < np.reshape(shares, (-1, 1))
    case = read(shut, m)
    for bounds, true in (
        (dead(case), shut.all(axis=1).mean()),
        (off(case), (shut.sum(axis=1) >= OFF * FEWEST_EXAMPLES).mean()),
    ):
        assert bounds.low[0, 0] - 1e-9 <= true <= bounds.high[0, 0] + 1e-9


def test_of_too_few_readings_nothing_is_known():
    few = read(np.ones((3, 90), bool), 10)
    assert few.pooled_readings == 0
    assert np.isnan(dead(few).judged_by(0.2)).all()
    assert dead(few).open_at(0.2)


def test_a_share_is_judged_where_both_bounds_are_on_one_side():
    bounds = Bounds(np.array([[0.3, 0.0, 0.1]]), np.array([[0.9, 0.1, 0.4]]))
    np.testing.assert_array_equal(bounds.judged_by(0.2), [[0.3, 0.1, np.nan]])
    assert bounds.open_at(0.2)
    assert not bounds.map(lambda share: share[:, :2]).open_at(0.2)
