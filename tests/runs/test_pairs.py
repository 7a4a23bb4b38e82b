"""The kinds of pairs of a reading: shares, correlations, and how alike their errors are at the output."""

from math import isnan

import numpy as np
import pytest

import lab
from lab.network.backprop import Network
from lab.network.costs import CrossEntropy, Quadratic, SoftmaxCrossEntropy
from lab.runs.pairs import kinds

RNG = np.random.default_rng(5)


def network(cost=None, output="sigmoid", sizes=(4, 3, 3)):
    return Network(sizes, (lab.activation("tanh"), lab.activation(output)), cost or CrossEntropy())


def classes(*labels):
    return np.eye(3)[list(labels)]


def test_shares_and_correlations_are_those_of_the_pairs_counted_one_by_one():
    x, labels = RNG.random((12, 4)), [0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2]
    itself, alike, apart = kinds(network(), x, classes(*labels), examples=7)
    same = np.equal.outer(labels, labels)
    others = ~np.eye(12, dtype=bool)
    size = (x * x).sum() / 12
    for kind, mask in ((alike, same & others), (apart, ~same)):
        assert kind.share == pytest.approx((1 - 1 / 7) * mask.sum() / others.sum())
        assert kind.correlation == pytest.approx((x @ x.T)[mask].mean() / size)
    assert (itself.share, itself.correlation, itself.alike(1.0, 1.0)) == (1 / 7, 1.0, 1.0)
    assert itself.share + alike.share + apart.share == pytest.approx(1)


@pytest.mark.parametrize(("examples", "rows"), [(1, 12), (5, 1)])
def test_one_example_is_alone(examples, rows):
    (only,) = kinds(network(), RNG.random((rows, 4)), classes(*[0] * rows), examples)
    assert (only.share, only.correlation) == (1.0, 1.0)


def test_targets_that_all_differ_make_one_kind():
    found = kinds(network(Quadratic()), RNG.random((12, 4)), RNG.random((12, 3)), 12)
    assert [kind.share for kind in found] == pytest.approx([1 / 12, 11 / 12])


def test_inputs_of_zero_have_a_correlation_of_zero():
    found = kinds(network(), np.zeros((6, 4)), classes(0, 0, 0, 1, 1, 1), 6)
    assert [kind.correlation for kind in found[1:]] == [0, 0]


def test_errors_at_the_output_are_alike_within_a_class_and_not_between():
    """At z = 0 a sigmoid's errors are ½ − y: δ·δ = ¾, and ¼ − ½ for different classes of three."""
    _, alike, apart = kinds(network(), RNG.random((12, 4)), classes(*[0, 1, 2] * 4), 12)
    assert alike.alike(0.0, 1.0) == pytest.approx(1)
    assert apart.alike(0.0, 1.0) == pytest.approx(-1 / 3)
    assert apart.alike(2.0, 0.5) == apart.alike(2.0, 0.5)
    assert isnan(apart.alike(float("nan"), 0.5))


def test_outputs_far_from_all_targets_leave_errors_as_alike_as_the_outputs():
    """Over an identity δ = a − y of huge a: as alike as z and z′ are."""
    far = network(Quadratic(), "identity")
    for kind in kinds(far, RNG.random((12, 4)), classes(*[0, 1, 2] * 4), 12)[1:]:
        assert kind.alike(1e8, 0.3) == pytest.approx(0.3, abs=0.03)
        assert kind.alike(1e8, -0.3) == pytest.approx(-0.3, abs=0.03)


@pytest.mark.parametrize(
    ("cost", "output"), [(CrossEntropy(), "sigmoid"), (SoftmaxCrossEntropy(), "identity")]
)
def test_errors_of_one_class_are_more_alike_than_those_of_two(cost, output):
    _, alike, apart = kinds(network(cost, output), RNG.random((12, 4)), classes(*[0, 1, 2] * 4), 12)
    assert -1 <= apart.alike(1.0, 0.3) < alike.alike(1.0, 0.3) <= 1
