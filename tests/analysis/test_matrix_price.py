"""The price of Σ′: counted, and what the layers above do to an error."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lab.activations.hyperbolic import Tanh
from lab.activations.logistic import Sigmoid
from lab.analysis.demon import scene
from lab.analysis.matrix_price import FORMS, multiplications, passed_on, price
from lab.network.backprop import Network
from lab.network.costs import Quadratic
from lab.network.parameters import count


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_the_multiplications_counted_one_product_after_the_other(sizes):
    L, hadamard, right, left = len(sizes), sizes[-1], sizes[-1] ** 2, 0
    for k in range(L - 2, -1, -1):
        hadamard += sizes[k] * sizes[k + 1] + sizes[k]
        right += sizes[k] * sizes[k + 1] + sizes[k] ** 2
    for k in range(1, L):
        left += sizes[0] * sizes[k - 1] * sizes[k] + sizes[0] * sizes[k] * sizes[k]
    assert multiplications(sizes) == (hadamard, right, left + sizes[0] * sizes[-1])


def drawn(*sizes):
    network = Network(sizes, (*(Tanh(),) * (len(sizes) - 2), Sigmoid()), Quadratic())
    rng = np.random.default_rng(3)
    return scene(
        network, rng.normal(size=count(sizes)), rng.normal(size=sizes[0]), rng.uniform(size=sizes[-1])
    )


def test_a_row_a_form_with_the_same_delta():
    found = price(drawn(5, 40, 30, 20))
    assert found["form"].tolist() == list(FORMS)
    assert found["multiplications"].tolist() == list(multiplications((40, 30, 20)))
    assert found["numbers"].tolist() == [90, 2900, 2900]
    assert (found["microseconds"] > 0).all()
    assert found["times_hadamard"][0] == 1
    assert (found["difference"] < 1e-12).all()


def test_the_error_lies_between_the_singular_values():
    given = drawn(3, 6, 5, 4)
    found = passed_on(given)
    assert found["shape"].tolist() == ["6 × 4", "5 × 4", "4 × 4"]
    gradient = np.linalg.norm(given.p.e[3])
    for row in found.itertuples():
        share = np.linalg.norm(given.p.delta[row.layer]) / gradient
        assert row.least <= share <= row.most
    assert found["most"].iloc[-1] == given.p.slope[3].max()
    assert found["least"].iloc[-1] == given.p.slope[3].min()


def test_a_layer_narrower_than_the_output_may_lose_all():
    assert passed_on(drawn(3, 2, 4))["least"][0] == 0
