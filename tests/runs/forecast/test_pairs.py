import tracemalloc

import numpy as np
import pytest

import lab
from lab.network.backprop import Network
from lab.network.costs import CrossEntropy, Quadratic, SoftmaxCrossEntropy
from lab.runs.forecast import pairs as pairs_room
from lab.runs.forecast.pairs import MOST_PAIRS
from lab.training.examples import examples

RNG = np.random.default_rng(5)


def network(cost=None, output="sigmoid", sizes=(4, 3, 3)):
    return Network(sizes, (lab.activation("tanh"), lab.activation(output)), cost or CrossEntropy())


def classes(*labels):
    return np.eye(3)[list(labels)]


def pairs(network, x, y, count):
    return pairs_room.pairs(network, examples(x, y, True, "float64"), count)


def products(kind):
    """⟨x x′⟩ over the features, of each pair."""
    q, other = kind.mean_squares
    return kind.correlation * np.sqrt(q * other)


def errors(kind, q, c):
    """E δ·δ′ of the pairs of a kind, if all have these q and c at the output."""
    every = np.ones(len(kind.mean_squares[0]))
    return kind.alike(q * every, q * every, c * every)


def test_shares_and_correlations_are_those_of_the_pairs_counted_one_by_one():
    x, labels = RNG.random((12, 4)), [0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2]
    itself, alike, apart = pairs(network(), x, classes(*labels), 7)
    same = np.equal.outer(labels, labels)
    others = ~np.eye(12, dtype=bool)
    norm = np.sqrt((x * x).sum(axis=1))
    for kind, mask in ((alike, same & others), (apart, ~same)):
        assert kind.share == pytest.approx((1 - 1 / 7) * mask.sum() / others.sum())
        found = np.sort((x @ x.T / np.outer(norm, norm))[np.triu(mask)])
        np.testing.assert_allclose(np.sort(kind.correlation), found, rtol=1e-12)
        assert np.mean(kind.weight * products(kind)) == pytest.approx((x @ x.T / 4)[mask].mean())
    assert (itself.share, itself.of_one) == (1 / 7, True)
    assert itself.mean_squares[0] == pytest.approx(norm**2 / 4)
    assert itself.share + alike.share + apart.share == pytest.approx(1)


@pytest.mark.parametrize(("count", "rows"), [(1, 12), (5, 1)])
def test_one_example_is_alone(count, rows):
    (only,) = pairs(network(), RNG.random((rows, 4)), classes(*[0] * rows), count)
    assert (only.share, only.of_one) == (1, True)


def test_targets_that_all_differ_make_one_kind_and_inputs_of_zero_have_a_correlation_of_zero():
    found = pairs(network(Quadratic()), RNG.random((12, 4)), RNG.random((12, 3)), 12)
    assert [kind.share for kind in found] == pytest.approx([1 / 12, 11 / 12])
    found = pairs(network(), np.zeros((6, 4)), classes(0, 0, 0, 1, 1, 1), 6)
    assert [kind.correlation.any() for kind in found[1:]] == [False, False]


def test_errors_at_the_output_are_alike_within_a_class_and_not_between():
    """At z = 0 a sigmoid's errors are ½ − y: δ·δ = ¾, and ¼ − ½ for different classes of three."""
    _, alike, apart = pairs(network(), RNG.random((12, 4)), classes(*[0, 1, 2] * 4), 12)
    assert errors(alike, 0, 1) == pytest.approx(0.75)
    assert errors(apart, 0, 1) == pytest.approx(-0.25)
    assert (errors(apart, 2, 0.5) == errors(apart, 2, 0.5)).all()
    assert np.isnan(errors(apart, np.nan, 0.5)).all()


def test_outputs_far_from_all_targets_leave_errors_as_alike_as_the_outputs():
    """Over an identity δ = a − y of huge a: as alike as z and z′ are."""
    far = network(Quadratic(), "identity")
    for kind in pairs(far, RNG.random((12, 4)), classes(*[0, 1, 2] * 4), 12)[1:]:
        for c in (0.3, -0.3):
            assert errors(kind, 1e8, c).mean() / 3e8 == pytest.approx(c, abs=1e-3)


@pytest.mark.parametrize(
    ("cost", "output"), [(CrossEntropy(), "sigmoid"), (SoftmaxCrossEntropy(), "identity")]
)
def test_errors_of_one_class_are_more_alike_than_those_of_two(cost, output):
    one, alike, apart = pairs(network(cost, output), RNG.random((12, 4)), classes(*[0, 1, 2] * 4), 12)
    assert errors(apart, 1, 0.3).max() < errors(alike, 1, 0.3).min() < errors(one, 1, 1).min()


def test_of_many_pairs_a_sample_has_their_means():
    """Weights near 1 give it the mean x·x′ and y·y′ of all pairs of its kind; no example is beside itself."""
    labels = np.arange(400) % 3 // 2  # two of three examples are of class 0
    x, y = RNG.random((400, 4)), classes(*labels)
    same = np.equal.outer(labels, labels)
    kinds = pairs(network(), x, y, 400)[1:]
    for kind, mask in zip(kinds, (same & ~np.eye(400, dtype=bool), ~same), strict=True):
        assert len(kind.correlation) == MOST_PAIRS
        assert np.mean(kind.weight) == pytest.approx(1)
        assert np.std(kind.weight) < 0.1
        assert np.mean(kind.weight * products(kind)) == pytest.approx((x @ x.T / 4)[mask].mean())
        assert kind.correlation.max() < 1
        assert (np.sum(kind.alike.y * kind.alike.other, axis=1) == (1 if kind is kinds[0] else 0)).all()
        first = (kind.alike.y[:, 0] == 1).mean()
        assert first == pytest.approx(mask[labels == 0].sum() / mask.sum(), abs=0.03)


def test_pairs_of_rows_are_copied_a_few_at_a_time(monkeypatch):
    """However many pairs there are, memory is that of a block; the products are those of all at once."""
    rng = np.random.default_rng(0)
    rows, (first, second) = rng.standard_normal((50, 400)), rng.integers(0, 50, (2, 20_000))
    tracemalloc.start()
    try:
        found = pairs_room._products_of(rows, first, second)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < rows[first].nbytes / 5
    assert (found == np.einsum("ij,ij->i", rows[first], rows[second])).all()
